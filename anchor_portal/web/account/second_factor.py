"""The second factor: asked for after the first one, set up, replaced, taken away; and recovery codes."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from anchor_portal.extensions import db, settings, viewer
from anchor_portal.models.base import now
from anchor_portal.queries.sign_ins import load_factors
from anchor_portal.queries.viewer import Viewer, find_viewer
from anchor_portal.services.accounts import second_factors
from anchor_portal.services.accounts.authenticators import find_step, is_unreadable
from anchor_portal.services.accounts.sessions import confirm_session
from anchor_portal.services.accounts.throttling import Barred
from anchor_portal.web.access import open_to_all, open_to_signed_in
from anchor_portal.web.account import signing_in
from anchor_portal.web.account.second_factor_pages import NEW_SECRET, find_new_secret, show_confirm, show_set_up
from anchor_portal.web.account.signing_in import (
    Pending,
    ask_to_begin_again,
    ask_to_prove,
    find_pending,
    must_confirm,
    was_proved_lately,
)
from anchor_portal.web.account.throttled import TRY_LATER, count_attempt, forgive_attempts
from anchor_portal.web.forms.second_factor import CodeForm
from anchor_portal.web.transactions import keep_entry, writing

blueprint = Blueprint("second_factor", __name__)
Page = str | Response | tuple[str, int]
WRONG = "This code is not right, or was used already. Wait for the next one and try again"
WRONG_RECOVERY_CODE = "This recovery code is not right, or was used already. Take another one of the ten"
UNREADABLE = (
    "Your authenticator app cannot be read here, so no code of it is right. "
    "Use a recovery code, or ask the sustainability team to help you back in"
)
UNFIT = "The code does not fit. Look whether the phone’s clock is right, and enter the code that it shows now"


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@open_to_all
def confirm() -> Page:
    """Ask for a code, after the password was right."""
    pending = find_pending()
    who = find_viewer(db(), pending.user_id) if pending else None
    if pending is None or who is None:
        return _too_late()
    if not load_factors(db(), who.user_id).is_any:
        return redirect(url_for("second_factor.set_up"))
    with_recovery_code = "recovery" in request.args
    if request.method == "GET":
        return show_confirm(with_recovery_code=with_recovery_code)
    form = CodeForm()
    if not form.validate():
        return show_confirm(form, with_recovery_code=with_recovery_code), 422
    return _check(pending, who, form, with_recovery_code=with_recovery_code)


def _check(pending: Pending, who: Viewer, form: CodeForm, *, with_recovery_code: bool) -> Page:
    tried = f"second factor of {who.user_id}"
    try:
        count_attempt(tried, who.email)
    except Barred as barred:
        form.code.errors = [str(barred)]
        return show_confirm(form, with_recovery_code=with_recovery_code), TRY_LATER
    with writing() as changes:
        proved = second_factors.prove(changes, settings().secret_key, who, form.read, now())
    if not proved:
        keep_entry(who.email, "second factor refused", who.email)
        no_app = not with_recovery_code and is_unreadable(db(), settings().secret_key, who.user_id)
        form.code.errors = [UNREADABLE if no_app else WRONG_RECOVERY_CODE if with_recovery_code else WRONG]
        return show_confirm(form, with_recovery_code=with_recovery_code), 422
    forgive_attempts(tried, who.email)
    return signing_in.confirm(pending, proved)


def _too_late() -> Response:
    """Nobody's second factor is waited for: whoever is signed in goes to their work, everybody else signs in."""
    if current_user.is_authenticated:
        return redirect(url_for("returns.work"))
    return ask_to_begin_again()


@blueprint.route("/sign-in/set-up", methods=["GET", "POST"])
@open_to_all
def set_up() -> Page:
    """Set an authenticator app up: right after the password, for whoever needs one; later, of one's own will."""
    pending = None if current_user.is_authenticated else find_pending()
    who = viewer() if current_user.is_authenticated else find_viewer(db(), pending.user_id) if pending else None
    if who is None:
        return redirect(url_for("account.sign_in"))
    if pending is None and not was_proved_lately():
        return ask_to_prove(url_for("second_factor.set_up"))
    has_any = load_factors(db(), who.user_id, to_change=request.method == "POST").is_any
    if pending is not None and has_any:
        return redirect(url_for("second_factor.confirm"))
    if pending is not None and find_pending() is None:  # the password was changed before the person was held
        return ask_to_begin_again()
    if request.method == "GET":
        return show_set_up(who)
    form = CodeForm()
    secret = find_new_secret(who.user_id)
    step = find_step(secret, form.read, now()) if form.validate() and secret and form.read.isdigit() else None
    if step is None:
        if not form.code.errors:
            form.code.errors = [UNFIT]
        return show_set_up(who, form), 422
    return _finish(pending, who, secret, step)


def _finish(pending: Pending | None, who: Viewer, secret: str, step: int) -> Page:
    """Keep the authenticator, open or confirm the session, and show the recovery codes: this once."""
    codes = second_factors.set_up(db(), settings().secret_key, who, secret, step, now())
    session.pop(NEW_SECRET, None)
    if pending is not None:
        then = signing_in.confirm(pending, second_factors.TOTP, is_held=True)
        if isinstance(then, str):  # what was typed before signing in comes first; new codes can be made any time
            flash("Your authenticator app is set up. Make recovery codes on the page “Your sign-in”.", "success")
            return then
        return render_template("second_factor/codes.html", codes=codes, is_first=True, then=then.location)
    if who.sign_in is not None:
        confirm_session(db(), who.sign_in.id, second_factors.TOTP)
    then_address = url_for("own_account.show")
    return render_template("second_factor/codes.html", codes=codes, is_first=True, then=then_address)


@blueprint.post("/account/recovery-codes")
@open_to_signed_in
def codes() -> Page:
    """Make ten new recovery codes and show them: this once."""
    if not was_proved_lately():
        return ask_to_prove(url_for("own_account.show"))
    if not load_factors(db(), viewer().user_id).is_any:
        flash("Recovery codes stand in for an authenticator app or a passkey: set one up first.")
        return redirect(url_for("own_account.show"))
    made = second_factors.renew_codes(db(), viewer(), now())
    then = url_for("own_account.show")
    return render_template("second_factor/codes.html", codes=made, is_first=False, then=then)


@blueprint.route("/account/authenticator/remove", methods=["GET", "POST"])
@open_to_signed_in
def remove() -> Page:
    """Ask whether the authenticator app is to go, and take it away."""
    if not was_proved_lately():
        return ask_to_prove(url_for("second_factor.remove"))
    factors = load_factors(db(), viewer().user_id, to_change=request.method == "POST")
    if factors.authenticator_since is None:
        flash("You have no authenticator app set up.")
        return redirect(url_for("own_account.show"))
    if must_confirm(viewer()) and not factors.passkeys:
        flash(
            "You need a second factor for your role. Set up another app in place of this one, or add a passkey first."
        )
        return redirect(url_for("own_account.show"))
    if request.method == "GET":
        return render_template("second_factor/remove.html", keeps_passkeys=factors.passkeys > 0)
    second_factors.remove(db(), viewer(), keeps_codes=factors.passkeys > 0)
    flash("The authenticator app is removed.", "success")
    return redirect(url_for("own_account.show"))
