"""Everybody with an account, for the team: found, invited, and one person with all that they have."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.accounts import STATE_WORDS, AccountState
from anchor_portal.domain.people import NAMES, OF_AN_ORGANISATION, Role
from anchor_portal.extensions import db, viewer
from anchor_portal.models import Organisation
from anchor_portal.models.base import now
from anchor_portal.queries.accounts import Account, AccountFilter, find_account, load_belongings, load_page
from anchor_portal.queries.register import find_by_slug_or_name, load_choices
from anchor_portal.services.accounts.handing_over import say_role
from anchor_portal.services.messages.invitations import invite
from anchor_portal.services.messages.invitations import say_role as say_new_role
from anchor_portal.services.people import PersonRefused
from anchor_portal.web.access import open_to
from anchor_portal.web.account.people import answer_invited
from anchor_portal.web.forms.accounts import AccountForm
from anchor_portal.web.forms.boxes import printable

blueprint = Blueprint("accounts", __name__)
PEOPLE = "/team/people"
PERSON = f"{PEOPLE}/<int:user_id>"
STATE_COLOURS = {
    AccountState.ACTIVE: "nhsuk-tag--green",
    AccountState.INVITED: "nhsuk-tag--blue",
    AccountState.NO_LINK: "nhsuk-tag--orange",
    AccountState.CLOSED: "nhsuk-tag--grey",
}
LONGEST = 200
"""Characters of what is searched for."""


@blueprint.get(PEOPLE)
@open_to(Role.TEAM)
def index() -> str:
    """Everybody, by name, or those who are looked for."""
    wanted = _wanted()
    found = load_page(db(), wanted, request.args.get("page", 1, type=int), now())
    return render_template(
        "accounts/index.html",
        found=found,
        wanted=wanted,
        choices=load_choices(db()),
        role_names=NAMES,
        state_words=STATE_WORDS,
        state_colours=STATE_COLOURS,
        say_role=say_role,
        address=_address,
    )


def _wanted() -> AccountFilter:
    """What the address asks for; a role or state that there is none of asks for nothing."""
    given = {
        name: printable(request.args.get(name, "")).strip()[:LONGEST] for name in ("q", "role", "organisation", "state")
    }
    organisation = find_by_slug_or_name(db(), given["organisation"]) if given["organisation"] else None
    return AccountFilter(
        words=given["q"],
        role=given["role"] if given["role"] in set(Role) else "",
        organisation=organisation.slug if organisation else given["organisation"],
        state=given["state"] if given["state"] in set(AccountState) else "",
    )


def _address(wanted: AccountFilter, page: int) -> str:
    """The same search on another page."""
    narrowed = {"q": wanted.words, "role": wanted.role, "organisation": wanted.organisation, "state": wanted.state}
    given: dict[str, Any] = {name: text for name, text in narrowed.items() if text}
    return url_for("accounts.index", page=page, **given)


def account_or_404(user_id: int, *, to_change: bool = False) -> Account:
    """The account with this number."""
    found = find_account(db(), user_id, now(), to_change=to_change) if user_id < 2**31 else None
    if found is None:
        abort(404)
    return found


@blueprint.get(PERSON)
@open_to(Role.TEAM)
def show(user_id: int) -> str:
    """One person: whether they can sign in, when they were last here, their roles, and what waits for them."""
    account = account_or_404(user_id)
    return render_template(
        "accounts/show.html",
        account=account,
        belongings=load_belongings(db(), account.user),
        state_words=STATE_WORDS,
        state_colours=STATE_COLOURS,
        say_role=say_role,
        State=AccountState,
    )


@blueprint.route(f"{PEOPLE}/invite", methods=["GET", "POST"])
@open_to(Role.TEAM)
def invite_somebody() -> str | Response | tuple[str, int]:
    """Give somebody a role, with an account if they have none, and write to them."""
    form = AccountForm()
    if request.method == "GET":
        form = AccountForm(formdata=None, data=_given())
        return _invite(form)
    form.validate()
    organisation = _organisation(form)
    if form.errors:
        return _invite(form), 422
    role = Role(form.role.data)
    try:
        invited = invite(db(), organisation, form.email.data or "", form.name.data or "", role, viewer())
    except PersonRefused as refusal:
        form.email.errors = [str(refusal)]
        return _invite(form), 422
    return answer_invited(invited, say_new_role(role, organisation), url_for("accounts.show", user_id=invited.user.id))


def _given() -> dict[str, str]:
    """What the page is opened with, where it is opened for somebody or some organisation."""
    return {
        name: printable(request.args.get(name, "")).strip()[:LONGEST]
        for name in ("name", "email", "role", "organisation")
    }


def _invite(form: AccountForm) -> str:
    return render_template("accounts/invite.html", form=form, choices=load_choices(db()))


def _organisation(form: AccountForm) -> Organisation | None:
    """The organisation that is named, with a message beside the box where there is none such."""
    if form.role.errors or form.organisation.errors or Role(form.role.data) not in OF_AN_ORGANISATION:
        return None
    found = find_by_slug_or_name(db(), form.organisation.data or "")
    if found is None:
        form.organisation.errors = ["No organisation of the register has this name: choose one of the list"]
    elif found.merged_on is not None and found.merged_on <= today():
        form.organisation.errors = [f"{found.name} was merged into another organisation: name that one"]
    return found
