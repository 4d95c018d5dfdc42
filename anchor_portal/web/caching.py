"""Files that may be kept by browsers and proxies: entity tags, dates, and an empty answer where nothing changed.

Only for public files that are the same for everybody. What browsers do with public pages stands in unchanged.py; pages
of people who are signed in are never kept.
"""

from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, cast

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from werkzeug.http import parse_cookie

SHORT = "public, max-age=300, must-revalidate"
"""For what a later publication changes: five minutes, then ask again."""
LONG = "public, max-age=31536000, immutable"
"""For one revision, which stays as it is: a year."""
COOKIES = 2000
"""Of the last so many it is known that their signature is right."""
_FLAT = str | int | None


class _Sessions(SecureCookieSessionInterface):
    """Sessions in cookies, of which what everybody may keep neither sets one nor depends on one.

    A cookie comes with every request, and its signature is always the same: it is checked once, its age each time. What
    it says is read once where it holds nothing that a request could change in place.
    """

    def __init__(self, app: Flask) -> None:
        serializer = super().get_signing_serializer(app)
        if serializer is None:
            raise ValueError("sessions need a secret key")
        self._serializer = serializer
        self._lasts = app.permanent_session_lifetime.total_seconds()
        self._signer = signer = cast(TimestampSigner, serializer.make_signer(serializer.salt))

        @lru_cache(maxsize=COOKIES)
        def verified(value: str) -> tuple[bytes, int, dict[str, Any] | None]:
            content, signed_at = signer.unsign(value, return_timestamp=True)
            held: dict[str, Any] = serializer.load_payload(content)
            is_flat = all(isinstance(each, _FLAT) for each in held.values())
            return content, int(signed_at.timestamp()), held if is_flat else None

        self._verified = verified

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        """What signs cookies, made once."""
        return self._serializer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """The session; a new one where there is no cookie, or one that is forged or too old."""
        name, sent = self.get_cookie_name(app), request.environ.get("HTTP_COOKIE", "")
        if name not in sent or not (value := parse_cookie(sent).get(name)):
            return self.session_class()
        try:
            content, signed_at, held = self._verified(value)
            if self._signer.get_timestamp() - signed_at > self._lasts:
                return self.session_class()
            return self.session_class(self._serializer.load_payload(content) if held is None else held)
        except BadData:
            return self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie and name it in Vary, but not on a public answer, nor where nobody looked at the session."""
        if not (session.accessed or session.modified) or "public" in response.headers.get("Cache-Control", ""):
            return
        if session.modified:
            super().save_session(app, session, response)
        elif "Cookie" not in (vary := response.headers.get("Vary", "")):
            response.headers["Vary"] = f"{vary}, Cookie" if vary else "Cookie"


def set_up(app: Flask) -> None:
    """Keep cookies away from public files: only looking at the session would otherwise make them vary by it."""
    app.session_interface = _Sessions(app)


def answer(
    content: bytes, kind: str, *, modified_at: datetime | None, is_lasting: bool = False, name: str = ""
) -> Response:
    """The file, or 304 without it where the request's If-None-Match or If-Modified-Since fits; `kind` is a MIME type.

    The tag is made from the content itself, so that a new version of the portal that writes it differently changes
    it too. `is_lasting` says that this address will never have another content. `name` is for those who save it.
    """
    response = Response(content, content_type=kind)
    response.set_etag(sha256(content).hexdigest()[:32])
    if modified_at is not None:
        response.last_modified = modified_at
    response.headers["Cache-Control"] = LONG if is_lasting else SHORT
    if name:
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.make_conditional(request)
    return response


def open_to_other_sites(response: Response) -> Response:
    """Let scripts of other sites read the file: it is public, and no cookie decides what is in it."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
