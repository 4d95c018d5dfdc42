"""Public pages that did not change: kept while nothing at all was committed, and not sent again to who has them.

Only for people without a session, and only pages of the blueprints named below. A page that was made once is given again
as long as the mark of the database is the one from before it was made (queries/state.py), so that it is never older
than the last commit, by whichever process. Browsers may keep it and have to ask each time: `no-cache`, with an
entity tag made from the page itself. Everything else stays `no-store` (web/headers.py).
"""

import gzip
import time
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import cast

from flask import Flask, Response, current_app, g, request
from flask.globals import request_ctx
from werkzeug.datastructures import Headers

from anchor_portal.clock import today
from anchor_portal.queries.state import StateWatch
from anchor_portal.web.response import Unchanged

OF_EVERYBODY = frozenset({"public", "publications", "open_data", "beacon", "case_studies", "organisations"})
"""The blueprints of pages that say the same to everybody who is not signed in."""
READING = frozenset({"GET", "HEAD"})
SECONDS = 30.0
"""How long a page is given again at most; tables of reference are kept just as long (queries/reference.py)."""
MOST, LONGEST = 200, 300_000
"""Pages that are kept in a process, and bytes of the longest one."""
NO_CACHE = "no-cache"
VARY = "Accept-Encoding, Cookie"
Key = tuple[str, ...]


@dataclass(slots=True)
class _Page:
    """A page with its tag, and what the database was like before it was made."""

    state: str
    made_at: float
    content: bytes
    kind: str
    tag: str
    zipped: bytes = b""


class PublicPages:
    """The pages that a process keeps; the one that nobody asked for longest goes first."""

    def __init__(self, watch: StateWatch) -> None:
        self.watch = watch
        self._pages: OrderedDict[Key, _Page] = OrderedDict()
        self._turn = Lock()

    def find(self, key: Key, state: str) -> _Page | None:
        """The page, if nothing was committed since before it was made."""
        with self._turn:
            page = self._pages.get(key)
            if page is None or page.state != state or time.monotonic() - page.made_at > SECONDS:
                return None
            self._pages.move_to_end(key)
            return page

    def keep(self, key: Key, page: _Page) -> None:
        """Keep a page in place of an older one."""
        if len(page.content) > LONGEST:
            return
        with self._turn:
            self._pages[key] = page
            self._pages.move_to_end(key)
            if len(self._pages) > MOST:
                self._pages.popitem(last=False)


def set_up(app: Flask) -> None:
    """Look for the page before anything else is done, and keep it afterwards."""
    app.extensions["public_pages"] = PublicPages(StateWatch(app.extensions["database"].reader))
    # after the request has its identifier, before it gets a session of the database
    app.before_request_funcs.setdefault(None, []).insert(1, _find)
    app.after_request(_keep)


def _find() -> Response | None:
    if not _is_for_everybody():
        return None
    pages = cast(PublicPages, current_app.extensions["public_pages"])
    state, key = pages.watch.take(), _key()
    page = pages.find(key, state) if state else None
    if page is None:
        g.page_state, g.page_key = state, key
        return None
    return _answer(page)


def _is_for_everybody() -> bool:
    asked = request_ctx.request
    return (
        asked.blueprint in OF_EVERYBODY
        and asked.method in READING
        and current_app.config["SESSION_COOKIE_NAME"] not in asked.environ.get("HTTP_COOKIE", "")
    )


def _key() -> Key:
    """All that a public page depends on beside the database: its address, and the day.

    In parts: a path may itself hold a question mark that was sent as %3F.
    """
    own = request.environ
    return str(today()), own.get("SCRIPT_NAME", ""), own.get("PATH_INFO", ""), own.get("QUERY_STRING", "")


def _keep(response: Response) -> Response:
    state = g.get("page_state")
    if not state or response.status_code != 200 or response.mimetype != "text/html":
        return response
    if response.is_streamed or "Set-Cookie" in response.headers or "Cache-Control" in response.headers:
        return response
    if request_ctx.session.modified:  # its cookie is set later; a token of somebody's form may stand in the page
        return response
    content = response.get_data()
    tag = f'W/"{sha256(content).hexdigest()[:24]}"'
    page = _Page(state, time.monotonic(), content, response.headers["Content-Type"], tag)
    cast(PublicPages, current_app.extensions["public_pages"]).keep(g.page_key, page)
    return _answer(page)


def _answer(page: _Page) -> Response:
    """The page, or 304 without it where the request has this very one."""
    headers = {"ETag": page.tag, "Cache-Control": NO_CACHE, "Vary": VARY}
    known = request.environ.get("HTTP_IF_NONE_MATCH", "")
    if known and any(each.strip().removeprefix("W/") in {"*", page.tag[2:]} for each in known.split(",")):
        return Unchanged(headers=Headers(list(headers.items())))
    content = page.content
    if "gzip" in request.environ.get("HTTP_ACCEPT_ENCODING", "") and request.accept_encodings["gzip"] > 0:
        page.zipped = content = page.zipped or gzip.compress(page.content, 9, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(content, headers=headers, content_type=page.kind)
