"""Files that may be kept by browsers and proxies: entity tags, dates, and an empty answer where nothing changed.

Only for public files that are the same for everybody. What browsers do with public pages stands in unchanged.py; pages
of people who are signed in are never kept.
"""

from datetime import datetime
from hashlib import sha256

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

SHORT = "public, max-age=300, must-revalidate"
"""For what a later publication changes: five minutes, then ask again."""
LONG = "public, max-age=31536000, immutable"
"""For one revision, which stays as it is: a year."""


class _Sessions(SecureCookieSessionInterface):
    """Sessions in cookies, of which what everybody may keep neither sets one nor depends on one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session; a new one at once where there is no cookie, without making ready to check signatures."""
        if self.get_cookie_name(app) not in request.environ.get("HTTP_COOKIE", ""):
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie and name it in Vary, but not on a public answer, nor where nobody looked at the session."""
        if (session.accessed or session.modified) and "public" not in response.headers.get("Cache-Control", ""):
            super().save_session(app, session, response)


def set_up(app: Flask) -> None:
    """Keep cookies away from public files: only looking at the session would otherwise make them vary by it."""
    app.session_interface = _Sessions()


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
