"""What follows when somebody has proved who they are: the second factor where one is needed, then a session.

The cookie holds the token of the session under the name that Flask-Login reads, and nothing else of it: what counts is
the row. Between the two factors nobody is signed in; the cookie then says whose second factor is waited for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from flask import flash, g, redirect, request, session, url_for
from flask_login import login_user, logout_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from anchor_portal.domain.signing_in.second_factors import needs_second_factor
from anchor_portal.domain.signing_in.sessions import NO_LONGER_ASKED, is_proof_fresh, say_device, say_method
from anchor_portal.extensions import db, reference, settings, viewer
from anchor_portal.models.base import now
from anchor_portal.queries.sign_ins import Factors, load_factors
from anchor_portal.queries.viewer import Viewer, find_viewer
from anchor_portal.services.accounts.sessions import (
    SIGNED_IN_AGAIN,
    SIGNED_OUT,
    end_session_of_token,
    open_session,
)
from anchor_portal.web.account.known_browsers import remember
from anchor_portal.web.account.second_factor_pages import show_confirm, show_set_up
from anchor_portal.web.kept import kept_fields, show_signed_in_again
from anchor_portal.web.transactions import address_of, keep_entry, writing

TOKEN = "_user_id"  # noqa: S105 - the name under which Flask-Login keeps what it hands to the loader
PENDING = "second_factor_of"
LONGEST_ADDRESS = 2000
Answer = Response | str


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody who proved the first factor, and whose second one is waited for."""

    user_id: int
    method: str
    next_address: str
    mark: str
    """Of all that they sign in with, as it was when the first factor was proved."""


def begin(
    who: Viewer, method: str, *, second_factor: str = "", next_address: str = "", checked: str | None = None
) -> Answer:
    """Go on once the first factor is proved: to the second one, or with an open session to `next_address`.

    `method` is password, invitation, passkey or the code of a provider; `second_factor` is what confirmed it already;
    `checked` is the hash that a password was checked against, which must still be the person's.
    """
    factors = load_factors(db(), who.user_id)
    if checked is not None and factors.password_hash != checked:
        return ask_to_begin_again()
    if second_factor or not (factors.is_any or must_confirm(who)):
        return _open(who, method, second_factor, next_address, _mark(factors))
    _wait(who, method, next_address, factors)
    if kept_fields():  # what was typed elsewhere travels on, in the page itself
        return show_confirm() if factors.is_any else show_set_up(who)
    return redirect(url_for("second_factor.confirm" if factors.is_any else "second_factor.set_up"))


def confirm(pending: Pending, second_factor: str, *, is_held: bool = False) -> Answer:
    """Open the session of somebody whose second factor is proved now, and go to where they wanted to go.

    `is_held` says that the request holds the person until its commit, and has itself changed how they sign in.
    """
    who = find_viewer(db(), pending.user_id)
    if who is None:
        return redirect(url_for("account.sign_in"))
    return _open(who, pending.method, second_factor, pending.next_address, None if is_held else pending.mark)


def ask_to_begin_again() -> Response:
    """Back to the sign-in page: what had been proved is void."""
    flash("Sign in again: it took too long, or something about the account changed meanwhile.")
    return redirect(url_for("account.sign_in"))


def find_pending() -> Pending | None:
    """Whose second factor is waited for; nobody's after ten minutes, or when how they sign in changed meanwhile."""
    kept: Mapping[str, Any] = session.get(PENDING, {})
    if not kept:
        return None
    waited = now() - datetime.fromtimestamp(kept["at"], UTC)
    if abs(waited) >= NO_LONGER_ASKED:
        return None
    if _mark(load_factors(db(), kept["user"])) != kept["mark"] or find_viewer(db(), kept["user"]) is None:
        return None
    return Pending(kept["user"], kept["method"], kept["next"], kept["mark"])


def must_confirm(who: Viewer) -> bool:
    """Whether this person may not be signed in without a second factor."""
    return needs_second_factor(who.roles, settings().second_factor, is_demo=reference().is_demo)


def renew() -> None:
    """Open a new session for this browser, with the same proofs, after a change has ended all of the person's."""
    who = viewer()
    before = who.sign_in
    _open_for(who, before.method if before else "password", before.second_factor if before else "")


def was_proved_lately() -> bool:
    """Whether the person proved who they are in the last quarter of an hour, before they change how they sign in."""
    signed_in = viewer().sign_in
    return signed_in is not None and is_proof_fresh(signed_in.began_at, now())


def ask_to_prove(next_address: str) -> Response:
    """Have the person sign in again, and come back."""
    return redirect(url_for("account.sign_in", again="yes", next=next_address))


def end() -> None:
    """End the session of this browser, in the request's own transaction."""
    if token := session.get(TOKEN):
        end_session_of_token(db(), str(token), SIGNED_OUT)
    logout_user()
    session.clear()


def inside(target: str) -> str:
    """The address if it is one of ours, else nothing: nobody is sent elsewhere."""
    if not target.startswith("/") or "\\" in target or not target.isprintable() or len(target) > LONGEST_ADDRESS:
        return ""
    try:
        split = urlsplit(target)
    except ValueError:
        return ""
    return "" if split.scheme or split.netloc or target.startswith("//") else target


def _wait(who: Viewer, method: str, next_address: str, factors: Factors) -> None:
    if before := session.get(TOKEN):
        with writing() as changes:
            end_session_of_token(changes, str(before), SIGNED_IN_AGAIN)
    _forget_cookie()
    session[PENDING] = {
        "user": who.user_id,
        "method": method,
        "next": inside(next_address),
        "at": now().timestamp(),
        "mark": _mark(factors),
    }


def _mark(factors: Factors) -> str:
    """Changes with all that somebody signs in with, so that a first factor proved before is void.

    The password alone would not do: who has none, and comes from a provider, is not kept waiting by it.
    """
    has = (factors.password_hash, factors.authenticator_since, factors.passkeys, factors.elsewhere)
    return sha256(repr(has).encode()).hexdigest()[:16]


def _open(who: Viewer, method: str, second_factor: str, next_address: str, mark: str | None) -> Answer:
    if not _open_for(who, method, second_factor, mark):
        return ask_to_begin_again()
    keep_entry(who.email, "signed in", who.email, say_method(method, second_factor))
    wanted = inside(next_address)
    if wanted and kept_fields():
        return show_signed_in_again(wanted)
    return redirect(wanted or url_for("returns.work"))


def _open_for(who: Viewer, method: str, second_factor: str, mark: str | None = None) -> bool:
    """Rotate: the session that this browser had ends, and a new one begins under a new token.

    With a `mark`, only where the person signs in as when it was made. They are held first: a change of how they sign in
    ends every session of theirs, and one that began beside it would outlive it.
    """
    before = session.get(TOKEN)
    device = say_device(request.user_agent.string)
    with writing() as changes:
        if mark is not None and _is_other(changes, who, mark):
            return False
        if before:
            end_session_of_token(changes, str(before), SIGNED_IN_AGAIN)
        address = address_of(request.remote_addr or "")
        token = open_session(changes, who.user_id, method, second_factor, device, address, now())
    _forget_cookie()
    session.permanent = True
    login_user(who)
    session[TOKEN] = token
    remember(who.email)
    return True


def _is_other(changes: Session, who: Viewer, mark: str) -> bool:
    return (
        _mark(load_factors(changes, who.user_id, to_change=True)) != mark or find_viewer(changes, who.user_id) is None
    )


def _forget_cookie() -> None:
    session.clear()
    g.pop("csrf_token", None)  # that of the session before, which a page shown now must not carry
