"""Files that may be kept by browsers and proxies: entity tags, dates, and an empty answer where nothing changed.

Only for public files that are the same for everybody. Pages are never kept: each carries a nonce of the content
security policy in its body, and some carry a name.
"""

from datetime import datetime
from hashlib import sha256

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

SHORT = "public, max-age=300, must-revalidate"
"""For what a later publication changes: five minutes, then ask again."""
LONG = "public, max-age=31536000, immutable"
"""For one revision, which stays as it is: a year."""


class _Sessions(SecureCookieSessionInterface):
    """Sessions in cookies, of which what everybody may keep neither sets one nor depends on one."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie and name it in Vary, but not on a public answer."""
        if not response.cache_control.public:
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
