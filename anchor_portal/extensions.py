"""Flask's extensions, and short ways to what belongs to the running request."""

from typing import cast

from flask import Response, current_app, g, request, session
from flask.globals import app_ctx, request_ctx
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.engine import Database
from anchor_portal.queries.reference import Reference, ReferenceShelf
from anchor_portal.queries.viewer import Viewer

TOKENS = 5000
"""Of so many it is remembered that they are right."""


class FormProtection(CSRFProtect):
    """Flask-WTF's check against forged forms, which works out once that a token is right for a session.

    Both stay the same from form to form, and tokens do not age here: they end with the session (WTF_CSRF_TIME_LIMIT is
    None). What is not known to be right, and who does not come from this site, is left to Flask-WTF.
    """

    def __init__(self) -> None:
        super().__init__()
        self._right: set[tuple[str, str]] = set()
        self._made: dict[str, str] = {}

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse a form that is not this session's own."""
        context = request_ctx._get_current_object()  # type: ignore[attr-defined] # once: each way through a proxy costs
        if context.request.method not in context.app.config["WTF_CSRF_METHODS"]:
            return
        names = (context.session.get("csrf_token", ""), context.request.form.get("csrf_token", ""))
        if names in self._right and self._comes_from_here():
            g.csrf_valid = True
            return
        super().protect(apply_exemptions)
        if g.get("csrf_valid") and all(names):
            if len(self._right) >= TOKENS:
                self._right.clear()
            self._right.add(names)

    def token(self) -> str:
        """The token for forms of this session: signed once, for it is on every page of people who are signed in."""
        known = self._made.get(session.get("csrf_token", ""))
        if known is None:
            known = generate_csrf()
            if len(self._made) >= TOKENS:
                self._made.clear()
            self._made[session["csrf_token"]] = known
        return known

    def _comes_from_here(self) -> bool:
        return not request.is_secure or (request.referrer or "").startswith(f"https://{request.host}/")


class _People(LoginManager):
    """Flask-Login's manager without what nothing here asks about: marks on sessions that move, cookies that remember."""

    def _session_protection_failed(self) -> bool:
        return False

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


csrf = FormProtection()
login_manager = _People()


def settings() -> Settings:
    """The installation's settings."""
    return cast(Settings, current_app.extensions["settings"])


def database() -> Database:
    """The installation's database."""
    return cast(Database, current_app.extensions["database"])


def db() -> Session:
    """The session of the running request: it cannot write in a GET."""
    return cast(Session, g.session)


def viewer() -> Viewer:
    """The person who is signed in; only for pages that are not open to all."""
    known = g.get("_login_user")  # asked for a dozen times in a request: the way through two proxies is a long one
    return known if isinstance(known, Viewer) else cast(Viewer, current_user._get_current_object())


def reference() -> Reference:
    """The small tables, the same throughout a request."""
    kept = app_ctx.g
    if "reference" not in kept:
        shelf = cast(ReferenceShelf, current_app.extensions["reference"])
        kept.reference = shelf.take(kept.session)
    return cast(Reference, kept.reference)
