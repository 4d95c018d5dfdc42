"""Signing in and out."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from anchor_portal.domain.text import clean_line
from anchor_portal.extensions import db
from anchor_portal.services.people import check_password
from anchor_portal.web.access import open_to_all
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("account", __name__)
LONGEST_ADDRESS = 2000


class SignInForm(FlaskForm):
    """Address and password."""

    email = StringField(
        "Email address",
        [
            DataRequired("Enter your email address"),
            Length(max=320, message="That is too long for an email address"),
        ],
        filters=[lambda typed: clean_line(typed or "")],
    )
    password = PasswordField(
        "Password",
        [InputRequired("Enter your password"), Length(max=1000, message="That password is too long")],
    )
    next = HiddenField()


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to_all
def sign_in() -> str | Response | tuple[str, int]:
    """Sign in, and go to where one wanted to go."""
    form = SignInForm(next=request.args.get("next", ""))
    if request.method == "GET":
        return (
            redirect(url_for("returns.work"))
            if current_user.is_authenticated
            else render_template("account/sign_in.html", form=form)
        )
    if not form.validate():
        return render_template("account/sign_in.html", form=form), 422
    viewer = check_password(db(), form.email.data or "", form.password.data or "")
    if viewer is None:
        keep_entry("nobody", "sign-in refused", "an account")
        form.email.errors = ["Address and password do not go together. Check both and try again"]
        return render_template("account/sign_in.html", form=form), 422
    session.clear()
    session.permanent = True
    login_user(viewer)
    keep_entry(viewer.email, "signed in", viewer.email)
    return redirect(_inside(form.next.data or "") or url_for("returns.work"))


def _inside(target: str) -> str:
    """The address if it is one of ours, else nothing: nobody is sent elsewhere."""
    if not target.startswith("/") or "\\" in target or not target.isprintable() or len(target) > LONGEST_ADDRESS:
        return ""
    try:
        split = urlsplit(target)
    except ValueError:
        return ""
    return "" if split.scheme or split.netloc or target.startswith("//") else target


@blueprint.post("/sign-out")
@open_to_all
def sign_out() -> Response:
    """End the session."""
    if current_user.is_authenticated:
        keep_entry(current_user.email, "signed out", current_user.email)
    logout_user()
    session.clear()
    flash("You are signed out.", "success")
    return redirect(url_for("public.home"))
