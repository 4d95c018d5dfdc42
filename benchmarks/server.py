"""The server that benchmarks ask: the portal, and beside it bare Flask views on the same WSGI server.

`python -m benchmarks.server URL SECRET PORT`. A request to the portal with the header `X-Keep: yes` is remembered: the
statements that it ran and the page that it got. `/bare/page` then runs the same statements as plain strings on a
connection of its own and fills a flat template of the same size; `/bare/read` reads the fields of a form; `/bare/`
says hello.
"""

import gc
import re
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg
from flask import Flask, request
from jinja2 import Template
from markupsafe import Markup
from sqlalchemy import event
from sqlalchemy.engine import make_url
from waitress import serve
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from anchor_portal import create_app
from anchor_portal.config import Settings

WORDS = re.compile(r">([^<>{}]*\w[^<>{}]*)<")


class Kept:
    """What the last page that was remembered needed: its statements, and a flat template of its size."""

    def __init__(self) -> None:
        self.listens = False
        self.statements: list[tuple[str, Any]] = []
        self.template = Template("")
        self.values: list[str] = []

    def note(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        """Remember a statement of the page."""
        if self.listens and not statement.startswith("BEGIN"):
            self.statements.append((statement, parameters))

    def take(self, page: str) -> None:
        """Make the template: each text between two tags becomes a value that is escaped when it is filled in."""
        self.values = []

        def hole(found: re.Match[str]) -> str:
            self.values.append(str(Markup(found[1]).unescape()))
            return f">{{{{ values[{len(self.values) - 1}] }}}}<"

        self.template = _environment.from_string(WORDS.sub(hole, page.replace("{%", "").replace("{{", "")))


bare = Flask("bare")
_environment = bare.jinja_env
_kept = Kept()
_own = threading.local()


@bare.get("/")
def hello() -> str:
    """What costs least."""
    return "hello"


@bare.post("/read")
def read() -> str:
    """Read every field of a form, and nothing else."""
    return str(len([request.form[name] for name in request.form]))


@bare.get("/page")
def page() -> str:
    """The remembered statements as plain strings, and the flat template."""
    cursor = _connection().cursor()
    for statement, parameters in _kept.statements:
        cursor.execute(statement, parameters)
        cursor.fetchall()
    return _kept.template.render(values=_kept.values)


def _connection() -> Any:
    if not hasattr(_own, "connection"):
        url = make_url(sys.argv[1])
        if url.get_backend_name() == "sqlite":
            _own.connection = sqlite3.connect(str(url.database), isolation_level=None)
        else:
            plain = sys.argv[1].replace("postgresql+psycopg", "postgresql")
            _own.connection = psycopg.connect(plain, autocommit=True, cursor_factory=psycopg.RawCursor)
    return _own.connection


def remembering(app: Flask, watched: Flask) -> Callable[..., Iterable[bytes]]:
    """The portal; what is to be remembered another one answers, whose statements are listened to: that costs each some."""
    event.listen(watched.extensions["database"].reader, "before_cursor_execute", _kept.note)

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ.get("HTTP_X_KEEP") != "yes":
            return app(environ, start)
        _kept.statements, _kept.listens = [], True
        whole = b"".join(watched(environ, start))
        _kept.listens = False
        _kept.take(whole.decode())
        return [whole]

    return answer


def main() -> None:
    """Serve until killed."""
    url, secret, port = sys.argv[1:4]
    settings = Settings(database_url=url, secret_key=secret, secure_cookies=False)
    both = DispatcherMiddleware(remembering(create_app(settings), create_app(settings)), {"/bare": bare})
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    serve(both, host="127.0.0.1", port=int(port), threads=2)


if __name__ == "__main__":
    main()
