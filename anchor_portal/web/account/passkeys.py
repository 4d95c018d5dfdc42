"""Passkeys: added, called something else, removed; signing in with one, and confirming with one."""

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from anchor_portal.domain.signing_in.passkeys import PasskeyRefused
from anchor_portal.domain.signing_in.sessions import say_device
from anchor_portal.extensions import db, viewer
from anchor_portal.models import Passkey, User
from anchor_portal.models.base import now
from anchor_portal.queries.sign_ins import load_factors
from anchor_portal.queries.viewer import find_viewer
from anchor_portal.services.accounts import passkeys
from anchor_portal.services.accounts.passkeys import House
from anchor_portal.web.access import open_to_all, open_to_signed_in
from anchor_portal.web.account import signing_in
from anchor_portal.web.account.second_factor_pages import show_confirm, show_set_up
from anchor_portal.web.account.sign_in import show_again
from anchor_portal.web.account.signing_in import ask_to_prove, find_pending, must_confirm, was_proved_lately
from anchor_portal.web.account.ways import end_others, find_house
from anchor_portal.web.forms.passkeys import PasskeyForm
from anchor_portal.web.forms.second_factor import CodeForm
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("passkeys", __name__)
PASSKEYS = "/account/passkeys"
PASSKEY = f"{PASSKEYS}/<int:passkey_id>"
Page = str | Response | tuple[str, int]
BY_PASSKEY = "passkey"


@blueprint.app_context_processor
def _questions() -> dict[str, Any]:
    """What pages of signing in ask the browser for; each makes a challenge, and only where a page calls it."""
    return {
        "passkey_to_sign_in": lambda: (house := find_house()) and passkeys.options_to_sign_in(house, now()),
        "passkey_to_confirm": _to_confirm,
        "has_app_to_confirm": _has_app,
        "passkey_to_register": _to_register,
        "passkey_origin": lambda: (house := find_house()) and house.party.origin,
    }


def _pending() -> signing_in.Pending | None:
    """Whose second factor is waited for, asked once for a page."""
    if "pending_shown" not in g:
        g.pending_shown = find_pending()
    pending: signing_in.Pending | None = g.pending_shown
    return pending


def _to_confirm() -> str:
    house, pending = find_house(), _pending()
    return passkeys.options_to_confirm(db(), house, pending.user_id, now()) if house and pending else ""


def _has_app() -> bool:
    """Whether whoever is to confirm has an authenticator app, too: without one no code is asked for."""
    pending = _pending()
    return pending is None or load_factors(db(), pending.user_id).authenticator_since is not None


def _to_register(user_id: int) -> str:
    house = find_house()
    return passkeys.options_to_register(db(), house, db().get_one(User, user_id), now()) if house else ""


@blueprint.post("/sign-in/passkey")
@open_to_all
def sign_in() -> Page:
    """Sign in with a passkey, which is two factors by itself."""
    house = _house_or_404()
    try:
        user_id = passkeys.check_passkey(db(), house, _sent(), now())
    except PasskeyRefused as refusal:
        keep_entry("nobody", "sign-in refused", "a passkey")
        return show_again(str(refusal))
    who = find_viewer(db(), user_id)
    if who is None:
        return show_again("Nobody can sign in with that account. Ask the sustainability team")
    next_address = request.form.get("next", "")
    return signing_in.begin(who, BY_PASSKEY, second_factor=BY_PASSKEY, next_address=next_address)


@blueprint.post("/sign-in/code/passkey")
@open_to_all
def confirm() -> Page:
    """Confirm with a passkey, after the password was right."""
    pending = find_pending()
    if pending is None:
        return redirect(url_for("account.sign_in"))
    try:
        passkeys.check_passkey(db(), _house_or_404(), _sent(), now(), pending.user_id)
    except PasskeyRefused as refusal:
        keep_entry(_email(pending.user_id), "second factor refused", _email(pending.user_id))
        return show_confirm(_refused(refusal)), 422
    return signing_in.confirm(pending, BY_PASSKEY)


@blueprint.post("/sign-in/set-up/passkey")
@open_to_all
def set_up() -> Page:
    """Make a passkey the second factor of somebody who needs one and has none: they are not signed in before."""
    pending = None if current_user.is_authenticated else find_pending()
    who = find_viewer(db(), pending.user_id) if pending else None
    if pending is None or who is None:
        return redirect(url_for("account.sign_in"))
    if load_factors(db(), who.user_id, to_change=True).is_any:  # else a password alone would be enough to add one
        return redirect(url_for("second_factor.confirm"))
    if find_pending() is None:  # the password was changed before the person was held
        return signing_in.ask_to_begin_again()
    try:
        passkeys.add_passkey(db(), _house_or_404(), who.user_id, _sent(), "", _device(), now())
    except PasskeyRefused as refusal:
        return show_set_up(who, _refused(refusal)), 422
    return signing_in.confirm(pending, BY_PASSKEY, is_held=True)


@blueprint.route(f"{PASSKEYS}/add", methods=["GET", "POST"])
@open_to_signed_in
def add() -> Page:
    """Make a passkey for one's own account."""
    house = _house_or_404()
    if not was_proved_lately():
        return ask_to_prove(url_for("passkeys.add"))
    form = PasskeyForm()
    if request.method == "GET":
        return _add(PasskeyForm(formdata=None, data={"name": _device()}))
    if not form.validate():
        return _add(form), 422
    try:
        made = passkeys.add_passkey(db(), house, viewer().user_id, _sent(), form.name.data or "", _device(), now())
    except PasskeyRefused as refusal:
        form.name.errors = [str(refusal)]
        return _add(form), 422
    flash(f"The passkey “{made.name}” is added. You can sign in with it from now on.", "success")
    return redirect(url_for("own_account.show"))


def _add(form: PasskeyForm) -> str:
    return render_template("passkeys/add.html", form=form)


@blueprint.route(PASSKEY, methods=["GET", "POST"])
@open_to_signed_in
def rename(passkey_id: int) -> Page:
    """Call a passkey something else."""
    passkey = _own_or_404(passkey_id)
    if request.method == "GET":
        form = PasskeyForm(formdata=None, data={"name": passkey.name})
        return render_template("passkeys/rename.html", form=form, passkey=passkey)
    form = PasskeyForm()
    if not form.validate() or not form.name.data:
        form.name.errors = form.name.errors or ["Enter a name"]
        return render_template("passkeys/rename.html", form=form, passkey=passkey), 422
    passkeys.rename(db(), passkey, form.name.data)
    flash(f"The passkey is called “{passkey.name}” now.", "success")
    return redirect(url_for("own_account.show"))


@blueprint.route(f"{PASSKEY}/remove", methods=["GET", "POST"])
@open_to_signed_in
def remove(passkey_id: int) -> Page:
    """Ask whether a passkey is to be forgotten, and forget it."""
    factors = load_factors(db(), viewer().user_id, to_change=request.method == "POST")
    passkey = _own_or_404(passkey_id)
    if not was_proved_lately():
        return ask_to_prove(url_for("passkeys.remove", passkey_id=passkey_id))
    if request.method == "GET":
        return render_template("passkeys/remove.html", passkey=passkey)
    if must_confirm(viewer()) and factors.passkeys == 1 and factors.authenticator_since is None:
        flash("You need a second factor for your role. Add another passkey or an authenticator app first.")
        return redirect(url_for("own_account.show"))
    try:
        passkeys.remove(db(), passkey)
    except PasskeyRefused as refusal:
        flash(f"{refusal}. Nothing was changed.")
    else:
        end_others()  # whoever has the lost device may be signed in on it
        flash(f"The passkey “{passkey.name}” is removed. Delete it on your device, too.", "success")
    return redirect(url_for("own_account.show"))


def _refused(refusal: PasskeyRefused) -> CodeForm:
    """The form of the page that asks for a code, with what is wrong above it."""
    form = CodeForm(formdata=None)
    form.form_errors = [str(refusal)]
    return form


def _own_or_404(passkey_id: int) -> Passkey:
    """A passkey of the person who is signed in; somebody else's is not found."""
    found = db().get(Passkey, passkey_id) if passkey_id < 2**31 else None
    if found is None or found.user_id != viewer().user_id:
        abort(404)
    return found


def _house_or_404() -> House:
    house = find_house()
    if house is None:
        abort(404)
    return house


def _sent() -> str:
    return request.form.get("credential", "")


def _device() -> str:
    return say_device(request.user_agent.string)


def _email(user_id: int) -> str:
    return db().get_one(User, user_id).email
