"""What the team changes of an account: a new link, a role taken away, closed, opened again, everything handed over."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.domain.accounts import AccountState, Handover
from anchor_portal.domain.people import OF_AN_ORGANISATION, Role
from anchor_portal.extensions import db, viewer
from anchor_portal.models import Organisation
from anchor_portal.queries.accounts import Account, RoleHeld, load_able_team, load_belongings
from anchor_portal.services.accounts import closing, handing_over
from anchor_portal.services.accounts.closing import AccountRefused
from anchor_portal.services.accounts.handing_over import say_role
from anchor_portal.services.messages.invitations import invite
from anchor_portal.services.messages.invitations import say_role as say_new_role
from anchor_portal.services.people import PersonRefused
from anchor_portal.web.access import open_to
from anchor_portal.web.account.people import answer_invited
from anchor_portal.web.forms.accounts import HandoverForm
from anchor_portal.web.team.accounts import PERSON, account_or_404

blueprint = Blueprint("account_changes", __name__)


def _back(account: Account) -> Response:
    return redirect(url_for("accounts.show", user_id=account.user.id))


def _hold_team() -> None:
    """Hold the team before any single account, so that two requests never wait for each other."""
    load_able_team(db(), to_change=True)


@blueprint.post(f"{PERSON}/link")
@open_to(Role.TEAM)
def new_link(user_id: int) -> Response | str:
    """Send somebody who has no way in yet another link; who has one is helped back in, with a reason."""
    account = account_or_404(user_id, to_change=True)
    if account.state is AccountState.ACTIVE or not account.roles:
        flash("They need no link: they can sign in, or have no role. Nothing was changed.")
        return _back(account)
    first = account.roles[0]
    organisation = db().get(Organisation, first.organisation_id) if first.organisation_id else None
    try:
        invited = invite(db(), organisation, account.user.email, account.user.name, first.role, viewer())
    except PersonRefused as refusal:
        flash(f"{refusal}. Nothing was changed.")
        return _back(account)
    return answer_invited(
        invited, say_new_role(first.role, organisation), url_for("accounts.show", user_id=account.user.id)
    )


@blueprint.route(f"{PERSON}/roles/<role>/remove", methods=["GET", "POST"])
@open_to(Role.TEAM)
def remove_role(user_id: int, role: str) -> str | Response:
    """Ask whether somebody is to lose a role, and take it away."""
    if request.method == "POST":
        _hold_team()
    account = account_or_404(user_id, to_change=request.method == "POST")
    held = _held_or_404(account, role)
    if held is None:
        flash("They do not hold that role any longer.")
        return _back(account)
    if request.method == "GET":
        return render_template("accounts/remove_role.html", account=account, held=held, words=say_role(held))
    try:
        closing.take_away(db(), account.user, held.held, viewer())
    except AccountRefused as refusal:
        flash(f"{refusal}. Nothing was changed.")
    else:
        flash(f"{account.user.name} is no longer {say_role(held)}.", "success")
    return _back(account)


def _held_or_404(account: Account, role: str) -> RoleHeld | None:
    """The role that the address names, with the organisation in its query; None where it is not held any longer."""
    if role not in set(Role):
        abort(404)
    slug = request.args.get("organisation", "") if Role(role) in OF_AN_ORGANISATION else ""
    return next((each for each in account.roles if (each.role, each.slug) == (role, slug)), None)


@blueprint.route(f"{PERSON}/close", methods=["GET", "POST"])
@open_to(Role.TEAM)
def close(user_id: int) -> str | Response:
    """Ask whether an account is to be closed, say what stays with it, and close it."""
    if request.method == "POST":
        _hold_team()
    account = account_or_404(user_id, to_change=request.method == "POST")
    if not account.user.is_enabled:
        flash("This account is closed already.")
        return _back(account)
    if request.method == "GET":
        return render_template(
            "accounts/close.html",
            account=account,
            belongings=load_belongings(db(), account.user),
            say_role=say_role,
        )
    try:
        closing.close_account(db(), account.user, viewer())
    except AccountRefused as refusal:
        flash(f"{refusal}. Nothing was changed.")
    else:
        flash(f"The account of {account.user.name} is closed: nobody can sign in with it any more.", "success")
    return _back(account)


@blueprint.post(f"{PERSON}/open")
@open_to(Role.TEAM)
def open_again(user_id: int) -> Response:
    """Open a closed account again."""
    account = account_or_404(user_id, to_change=True)
    if closing.open_again(db(), account.user, viewer()):
        flash(f"The account of {account.user.name} is open again, with the roles that it had.", "success")
    else:
        flash("This account is open already.")
    return _back(account)


@blueprint.route(f"{PERSON}/hand-over", methods=["GET", "POST"])
@open_to(Role.TEAM)
def hand_over(user_id: int) -> str | Response | tuple[str, int]:
    """Name who takes over, look at what passes, and hand everything over."""
    if request.method == "GET":
        return _ask(account_or_404(user_id), HandoverForm(formdata=None, data={"then_close": True}))
    form = HandoverForm()
    handing_over.hold_both(db(), user_id, form.email.data or "")
    account = account_or_404(user_id, to_change=True)
    if not form.validate():
        return _ask(account, form), 422
    typed = form.email.data or ""
    try:
        if "confirmed" not in request.form:
            heir = handing_over.get_successor(db(), account.user, typed)
            planned = handing_over.plan(db(), account, heir, load_belongings(db(), account.user))
            return _ask(account, form, heir, planned)
        taken = handing_over.hand_over(db(), user_id, typed, viewer(), then_close=bool(form.then_close.data))
    except AccountRefused as refusal:
        db().rollback()
        form.email.errors = [str(refusal)]
        return _ask(account_or_404(user_id), form), 422
    flash(f"{taken.user.name} has now what {account.user.name} had. A message tells them.", "success")
    return redirect(url_for("accounts.show", user_id=taken.user.id))


def _ask(account: Account, form: HandoverForm, heir: Account | None = None, planned: Handover | None = None) -> str:
    return render_template(
        "accounts/hand_over.html",
        account=account,
        belongings=load_belongings(db(), account.user),
        form=form,
        heir=heir,
        planned=planned,
        say_role=say_role,
    )
