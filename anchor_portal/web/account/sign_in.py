"""Signing in with a password, and signing out."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from anchor_portal.extensions import db
from anchor_portal.services.accounts.throttling import Barred
from anchor_portal.services.people import prove_password
from anchor_portal.web.access import open_to_all
from anchor_portal.web.account.signing_in import begin, end
from anchor_portal.web.account.throttled import TRY_LATER, count_attempt, forgive_attempts
from anchor_portal.web.forms.sign_in import SignInForm
from anchor_portal.web.kept import ask_to_sign_in_again, kept_fields
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("account", __name__)
WRONG = "Address and password do not go together. Check both and try again"


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to_all
def sign_in() -> str | Response | tuple[str, int]:
    """Sign in, and go to where one wanted to go; `again` asks somebody who is signed in to prove it once more."""
    form = SignInForm(next=request.args.get("next", ""))
    if request.method == "GET":
        return _show(form)
    if not form.validate():
        return _again(form)
    email = (form.email.data or "").lower()
    tried = f"account {email}"
    try:
        count_attempt(tried, email)
    except Barred as barred:
        form.email.errors = [str(barred)]
        return _again(form, TRY_LATER)
    proved = prove_password(db(), form.email.data or "", form.password.data or "")
    if proved is None:
        keep_entry("nobody", "sign-in refused", "an account")
        form.email.errors = [WRONG]
        return _again(form)
    forgive_attempts(tried, email)
    viewer, checked = proved
    return begin(viewer, "password", next_address=form.next.data or "", checked=checked)


def _show(form: SignInForm) -> str | Response:
    if not current_user.is_authenticated:
        return render_template("account/sign_in.html", form=form)
    if "again" not in request.args:
        return redirect(url_for("returns.work"))
    form.email.data = current_user.email
    return render_template("account/sign_in.html", form=form, is_again=True)


def _again(form: SignInForm, status: int = 422) -> tuple[str, int]:
    """The form with what is wrong; and what was typed on another page, where that is waiting to be sent."""
    if kept_fields():
        return ask_to_sign_in_again(form, status)
    return render_template("account/sign_in.html", form=form), status


def show_again(problem: str, status: int = 422) -> tuple[str, int]:
    """The sign-in page after another way to sign in led nowhere; `problem` is a sentence."""
    form = SignInForm()
    form.form_errors = [problem]
    return _again(form, status)


@blueprint.post("/sign-out")
@open_to_all
def sign_out() -> Response:
    """End the session."""
    if current_user.is_authenticated:
        keep_entry(current_user.email, "signed out", current_user.email)
    end()
    flash("You are signed out.", "success")
    return redirect(url_for("public.home"))
