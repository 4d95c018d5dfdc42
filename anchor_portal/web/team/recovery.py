"""Helping a person back in who lost what they sign in with."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from anchor_portal.domain.people import Role
from anchor_portal.domain.signing_in.recovery import refuse_to_recover
from anchor_portal.extensions import db, reference, settings, viewer
from anchor_portal.queries.accounts import Account
from anchor_portal.services.accounts.closing import AccountRefused
from anchor_portal.services.accounts.recovery import load_lost, recover
from anchor_portal.services.messages.invitations import ADDRESS
from anchor_portal.web.access import open_to
from anchor_portal.web.account.people import SHOWN_ONCE, say_link_goes
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
    _say(user.name, user.email, token)
    return redirect(url_for("accounts.show", user_id=user_id))


def _say(name: str, email: str, token: str) -> None:
    if not token:
        flash(f"{name} can sign in without what was lost. A message tells them.", "success")
    elif reference().is_demo:
        session[SHOWN_ONCE] = settings().base_url + ADDRESS + token
        flash(f"{name} is signed out everywhere, and can choose a new password.", "success")
    else:
        flash(f"{name} is signed out everywhere. {say_link_goes(email)}", "success")


def _show(account: Account, form: RecoveryForm) -> str:
    return render_template("accounts/recover.html", account=account, form=form, lost=load_lost(db(), account.user))
