"""Helping a person back in who lost what they sign in with."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.domain.people import Role
from anchor_portal.domain.signing_in.recovery import LINK_LASTS_DAYS, refuse_to_recover
from anchor_portal.extensions import db, viewer
from anchor_portal.models import User
from anchor_portal.queries.accounts import Account
from anchor_portal.services.accounts.closing import AccountRefused
from anchor_portal.services.accounts.recovery import load_lost, recover
from anchor_portal.web.access import open_to
from anchor_portal.web.account.given_links import is_link_shown, say_link_goes, show_link
from anchor_portal.web.account.signing_in import ask_to_prove, was_proved_lately
from anchor_portal.web.forms.recovery import RecoveryForm
from anchor_portal.web.team.accounts import PERSON, account_or_404

blueprint = Blueprint("recovery", __name__)


@blueprint.route(f"{PERSON}/recover", methods=["GET", "POST"])
@open_to(Role.TEAM)
def help_back_in(user_id: int) -> str | Response | tuple[str, int]:
    """Choose what a person lost, say why, and let them in again."""
    account = account_or_404(user_id, to_change=request.method == "POST")
    user = account.user
    if refusal := refuse_to_recover(user.id, viewer().user_id, is_enabled=user.is_enabled):
        flash(f"{refusal}. Nothing was changed.")
        return redirect(url_for("accounts.show", user_id=user_id))
    if not was_proved_lately():
        return ask_to_prove(url_for("recovery.help_back_in", user_id=user_id))
    if request.method == "GET":
        return _show(account, RecoveryForm(formdata=None, data={"new_password": True}))
    form = RecoveryForm()
    if not form.validate():
        return _show(account, form), 422
    try:
        token = recover(db(), user_id, viewer(), form.wanted, form.reason.data or "")
    except AccountRefused as refusal:
        flash(f"{refusal}. Nothing was changed.")
        return redirect(url_for("accounts.show", user_id=user_id))
    return _answer(user, token)


def _answer(user: User, token: str) -> Response | str:
    """Say what was done, with the link where no message brings it."""
    then = url_for("accounts.show", user_id=user.id)
    done = f"{user.name} is signed out everywhere, and can choose a new password."
    if not token:
        flash(f"{user.name} can sign in without what was lost. A message tells them.", "success")
    elif is_link_shown():
        return show_link(user, token, done, then, LINK_LASTS_DAYS)
    else:
        say_link_goes(f"{user.name} is signed out everywhere.", user.email)
    return redirect(then)


def _show(account: Account, form: RecoveryForm) -> str:
    return render_template("accounts/recover.html", account=account, form=form, lost=load_lost(db(), account.user))
