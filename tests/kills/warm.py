"""A process that has the portal loaded, and starts its servers and workers out of itself in a fraction of a second.

What runs is the real thing: `waitress-serve`, `gunicorn` and `anchor-portal` with their own ways of reading words, on the
application of wsgi.py. Only the loading of Python modules, which takes seconds, is done once for all of them.

It is told what to do by lines of JSON: a command to be started, or addresses to be opened once, so that templates and
statements are compiled. At the end of its input it ends whatever it started.
"""

import ctypes
import importlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Never

if TYPE_CHECKING:
    from flask import Flask

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LIBC = ctypes.CDLL(None)


def main() -> None:
    """Load, say so, and do what one is told."""
    app = _load(sys.argv[1] if len(sys.argv) > 1 else "")
    # whatever is left of what is killed is this process's to clear away, which it does by not caring
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _say("ready")
    started: list[int] = []
    for line in sys.stdin:
        wanted = json.loads(line)
        if "open" in wanted:
            _open(app, wanted["open"], wanted["cookies"])
            _say("opened")
        else:
            started.append(_start(wanted["start"]))
            _say(str(started[-1]))
    for group in started:
        _end(group)


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _load(templates: str) -> "Flask":
    from flask import Flask
    from jinja2 import FileSystemBytecodeCache

    if templates:
        Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": FileSystemBytecodeCache(templates)}
    import wsgi

    for module in ("huey", "highspy", "anchor_portal.cli", "anchor_portal.services.jobs.worker", *_works()):
        importlib.import_module(module)
    return wsgi.app


def _works() -> Iterator[str]:
    """The modules of long work, which a worker would load one by one."""
    from anchor_portal.services.jobs.kinds import CHORES, KINDS

    for where in (*KINDS.values(), *(where for _, where in CHORES.values())):
        yield where.partition(":")[0]


def _open(app: "Flask", addresses: list[str], cookies: dict[str, str]) -> None:
    client = app.test_client()
    for name, value in cookies.items():
        client.set_cookie(name, value)
    for address in addresses:
        client.get(address).close()
    app.extensions["database"].dispose()  # no connection may be shared with what is started


def _start(words: list[str]) -> int:
    """The number of the new process, which leads a group of its own by then: it may be killed at once."""
    ready, is_ready = os.pipe()
    child = os.fork()
    if child:
        os.close(is_ready)
        os.read(ready, 1)
        os.close(ready)
        return child
    try:
        os.setsid()
        os.close(is_ready)
        os.close(ready)
        _become(words)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    os._exit(1)


def _become(words: list[str]) -> Never:
    """Be the command, with nothing to read and only the log to write to."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # should that end before it is told to
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.argv = words
    code: object = 0
    try:
        _entry(words[0])()
    except SystemExit as end:
        code = end.code
    os._exit(code if isinstance(code, int) else 1)


def _entry(program: str) -> Callable[[], object]:
    """What the program of this name calls first."""
    if program == "waitress-serve":
        from waitress.runner import run

        return run
    if program == "gunicorn":
        from gunicorn.app.wsgiapp import run

        return run
    from anchor_portal.cli import main

    return main


def _end(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    main()
