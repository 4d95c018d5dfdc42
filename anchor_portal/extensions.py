"""Flask's extensions, and short ways to what belongs to the running request."""

from typing import cast

from flask import current_app, g
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.engine import Database
from anchor_portal.queries.reference import Reference, ReferenceShelf
from anchor_portal.queries.viewer import Viewer

csrf = CSRFProtect()
login_manager = LoginManager()
login_manager.session_protection = None  # it would mark sessions that move as stale, which nothing here asks about


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
    if "reference" not in g:
        shelf = cast(ReferenceShelf, current_app.extensions["reference"])
        g.reference = shelf.take(db())
    return cast(Reference, g.reference)
