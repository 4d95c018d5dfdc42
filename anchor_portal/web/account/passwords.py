"""Changing one's own password, and choosing a first one where somebody signs in without."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from anchor_portal.extensions import db, settings, viewer
from anchor_portal.models import User
from anchor_portal.services.accounts.passwords import refuse_password, replace_password
from anchor_portal.services.accounts.throttling import Barred
from anchor_portal.services.people import hash_password, is_password
from anchor_portal.web.access import open_to_signed_in
from anchor_portal.web.account.signing_in import ask_to_prove, renew, was_proved_lately
from anchor_portal.web.account.throttled import TRY_LATER, count_attempt, forgive_attempts
from anchor_portal.web.forms.passwords import TOO_LONG, ChangePasswordForm
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("passwords", __name__)
PASSWORD = "/account/password"  # noqa: S105 - an address


@blueprint.get(PASSWORD)
@open_to_signed_in
def change() -> str | Response:
    """Ask for the present password and a new one; who has none yet proves in another way who they are."""
    stored = _stored()
    if stored is None and not was_proved_lately():
        return ask_to_prove(url_for("passwords.change"))
    return _show(ChangePasswordForm(formdata=None), has_password=stored is not None)


@blueprint.post(PASSWORD)
@open_to_signed_in
def save() -> str | Response | tuple[str, int]:
    """Change the password: every other session of the person ends, and a message tells them."""
    form, stored = ChangePasswordForm(), _stored()
    if stored is None and not was_proved_lately():
        return ask_to_prove(url_for("passwords.change"))
    db().rollback()  # checking and making a password is slow on purpose, and nobody should wait for it
    try:
        is_sound = _is_sound(form, stored)
    except Barred as barred:
        form.present.errors = [str(barred)]
        return _show(form, has_password=True), TRY_LATER
    if not is_sound:
        return _show(form, has_password=stored is not None), 422
    if not replace_password(db(), viewer().user_id, stored, hash_password(form.password.data or "")):
        form.password.errors = ["Your password was changed meanwhile. Nothing was changed now"]
        return _show(form, has_password=True), 409
    renew()
    flash("Your password is changed. Wherever else you were signed in, you are signed out.", "success")
    return redirect(url_for("own_account.show"))


def _stored() -> str | None:
    return db().get_one(User, viewer().user_id).password_hash


def _is_sound(form: ChangePasswordForm, stored: str | None) -> bool:
    """Whether both passwords are what they should be; what is not stands beside its box. Raises Barred."""
    typed, new = form.present.data or "", form.password.data or ""
    if stored is not None and not typed:
        form.present.errors = ["Enter your present password"]
    if refusal := refuse_password(new, (viewer().name, viewer().email, settings().portal_name)):
        form.password.errors = [refusal]
    elif stored is not None and new == typed:
        form.password.errors = ["That is your present password: choose another one"]
    if form.present.errors or form.password.errors:
        return False
    return stored is None or _is_present(form, stored, typed)


def _is_present(form: ChangePasswordForm, stored: str, typed: str) -> bool:
    """Whether the present password is right; attempts count with those of signing in. Raises Barred."""
    tried = f"account {viewer().email}"
    count_attempt(tried, viewer().email)
    if len(typed) <= TOO_LONG and is_password(stored, typed):
        forgive_attempts(tried, viewer().email)
        return True
    keep_entry(viewer().email, "password refused", viewer().email)
    form.present.errors = ["That is not your present password. Check it and try again"]
    return False


def _show(form: ChangePasswordForm, *, has_password: bool) -> str:
    return render_template("passwords/change.html", form=form, has_password=has_password)
