"""Who may open a page: refused by default, said on each view, checked before it runs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, abort, current_app, make_response, redirect, request, url_for
from flask.globals import app_ctx
from flask_login import current_user
from werkzeug.wrappers import Response

from anchor_portal.domain.people import Role
from anchor_portal.domain.signing_in.second_factors import needs_second_factor
from anchor_portal.domain.signing_in.sessions import is_over
from anchor_portal.extensions import login_manager, reference, settings
from anchor_portal.models.base import now
from anchor_portal.queries.viewer import SignedIn, Viewer, find_signed_in
from anchor_portal.web.kept import ask_to_sign_in_again, recognise

View = TypeVar("View", bound=Callable[..., Any])
ORGANISATION = (Role.CONTRIBUTOR, Role.LEAD, Role.SIGNATORY)
"""The roles of those who fill in, lead and sign."""
EVERYONE = "everyone"
SIGNED_IN = "everyone who is signed in"


class SilentPage(RuntimeError):
    """A view does not say who may open it, so the application does not start."""


def open_to(*roles: Role) -> Callable[[View], View]:
    """Mark a view as open to people who hold one of these roles."""

    def mark(view: View) -> View:
        view.open_to = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def open_to_all(view: View) -> View:
    """Mark a view as open to the public."""
    view.open_to = EVERYONE  # type: ignore[attr-defined]
    return view


def open_to_signed_in(view: View) -> View:
    """Mark a view as open to everyone with an account, whatever their roles."""
    view.open_to = SIGNED_IN  # type: ignore[attr-defined]
    return view


def set_up(app: Flask) -> None:
    """Check access before every view."""
    app.view_functions["static"] = open_to_all(app.view_functions["static"])
    app.before_request(_check)


def refuse_to_start_without_access(app: Flask) -> None:
    """Raise SilentPage if some view does not say who may open it."""
    silent = [name for name, view in app.view_functions.items() if not hasattr(view, "open_to")]
    if silent:
        raise SilentPage(f"these views do not say who may open them: {', '.join(sorted(silent))}")


def _check() -> Response | str | tuple[str, int] | None:
    endpoint = request.endpoint
    if endpoint is None:
        return None
    allowed: Any = getattr(current_app.view_functions[endpoint], "open_to", frozenset())
    if allowed == EVERYONE:
        return None
    who = current_user._get_current_object()  # once: each question to the proxy asks Flask-Login anew
    if not who.is_authenticated:
        return _ask_to_sign_in()
    if allowed != SIGNED_IN and not allowed & who.roles:
        abort(403)
    return None


def needs_sign_in() -> bool:
    """Whether the page asked for is only for people with an account, and nobody is signed in."""
    view = current_app.view_functions.get(request.endpoint or "")
    recognise()
    return getattr(view, "open_to", EVERYONE) != EVERYONE and not current_user.is_authenticated


def ask_again() -> None:
    """See anew who asks, once a request holds what it had let go of; whoever is signed in no longer goes no further."""
    app_ctx.g.pop("_login_user", None)
    if not current_user.is_authenticated:
        abort(make_response(_ask_to_sign_in()))


def _ask_to_sign_in() -> Response | tuple[str, int]:
    if request.method == "POST":
        return ask_to_sign_in_again()
    return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")))


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(token: str) -> Viewer | None:
    """The person whose session has this token; nobody where it ended, or misses a second factor that is asked for.

    Nobody, too, where the page to be shown says that the database does not answer.
    """
    kept = app_ctx.g
    if "session" not in kept or "is_without_database" in kept or not isinstance(token, str):
        return None
    who = find_signed_in(kept.session, token)
    if who is None or who.sign_in is None or _is_over(who.sign_in):
        return None
    is_confirmed = who.sign_in.second_factor or not needs_second_factor(
        who.roles, settings().second_factor, is_demo=reference().is_demo
    )
    return who if is_confirmed else None


def _is_over(signed_in: SignedIn) -> bool:
    own = settings()
    lasts, idle = timedelta(hours=own.session_hours), timedelta(minutes=own.idle_minutes)
    return is_over(signed_in.began_at, signed_in.used_at, now(), lasts, idle)
