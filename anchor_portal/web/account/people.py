"""The people of an organisation: who has which role, inviting somebody, taking a role away."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.domain.people import NAMES, Role, may_give
from anchor_portal.extensions import db, viewer
from anchor_portal.models import Organisation
from anchor_portal.queries.colleagues import Colleague, load_colleagues
from anchor_portal.queries.rounds import find_organisation
from anchor_portal.services.messages.invitations import Invited, invite, take_role_away
from anchor_portal.services.people import PersonRefused
from anchor_portal.web.access import open_to
from anchor_portal.web.account.given_links import is_link_shown, say_link_goes, show_link
from anchor_portal.web.forms.people import InvitationForm

blueprint = Blueprint("people", __name__)
PEOPLE = "/organisations/<slug>/people"


def _organisation_or_404(slug: str) -> Organisation:
    """The organisation, if the person has to do with it; and 403 if they do not see to its people."""
    found = find_organisation(db(), slug)
    if found is None or (not viewer().own_roles_for(found.id) and Role.TEAM not in viewer().roles):
        abort(404)
    if not may_give(viewer().roles_for(found.id)):
        abort(403)
    return found


def _roles_to_take(organisation: Organisation) -> frozenset[Role]:
    """A lead takes away what contributors hold; who leads and who signs, the team decides."""
    given = may_give(viewer().roles_for(organisation.id))
    return frozenset(given) if Role.TEAM in viewer().roles else frozenset(given) & {Role.CONTRIBUTOR}


@blueprint.get(PEOPLE)
@open_to(Role.LEAD, Role.TEAM)
def show(slug: str) -> str:
    """Who has which role, and a form to invite somebody."""
    organisation = _organisation_or_404(slug)
    return _show(organisation, InvitationForm(may_give(viewer().roles_for(organisation.id)), formdata=None))


def _show(organisation: Organisation, form: InvitationForm) -> str:
    return render_template(
        "people/show.html",
        organisation=organisation,
        colleagues=load_colleagues(db(), organisation.id),
        form=form,
        role_names=NAMES,
        roles_to_take=_roles_to_take(organisation),
        names_signatories=Role.TEAM in viewer().roles,
    )


@blueprint.post(PEOPLE, endpoint="invite")
@open_to(Role.LEAD, Role.TEAM)
def invite_somebody(slug: str) -> Response | str | tuple[str, int]:
    """Give somebody a role, and write to them."""
    organisation = _organisation_or_404(slug)
    form = InvitationForm(may_give(viewer().roles_for(organisation.id)))
    if not form.validate():
        return _show(organisation, form), 422
    try:
        invited = invite(
            db(), organisation, form.email.data or "", form.name.data or "", Role(form.role.data), viewer()
        )
    except PersonRefused as refusal:
        form.email.errors = [str(refusal)]
        return _show(organisation, form), 422
    return answer_invited(invited, NAMES[Role(form.role.data)], url_for("people.show", slug=slug))


def answer_invited(invited: Invited, role: str, then: str) -> Response | str:
    """Say what was done, with the link where no message brings it, and go on to `then`."""
    if not invited.token:
        flash(f"{invited.user.name} is now {role}. A message tells them.", "success")
        return redirect(then)
    done = f"{invited.user.name} is invited as {role}."
    if is_link_shown():
        return show_link(invited.user, invited.token, done, then)
    say_link_goes(done, invited.user.email)
    return redirect(then)


@blueprint.route(f"{PEOPLE}/<int:user_id>/<role>/remove", methods=["GET", "POST"])
@open_to(Role.LEAD, Role.TEAM)
def remove(slug: str, user_id: int, role: str) -> str | Response:
    """Ask whether somebody is to lose a role, and take it away."""
    organisation = _organisation_or_404(slug)
    found = _colleague(organisation, user_id, role)
    if found is None:
        flash("This person does not hold that role any longer.")
        return redirect(url_for("people.show", slug=slug))
    if found.role not in _roles_to_take(organisation):
        abort(403)
    if request.method == "GET":
        return render_template("people/remove.html", organisation=organisation, colleague=found, role=NAMES[found.role])
    take_role_away(db(), organisation, user_id, found.role, viewer())
    flash(f"{found.name} is no longer {NAMES[found.role]} of {organisation.name}.", "success")
    return redirect(url_for("people.show", slug=slug))


def _colleague(organisation: Organisation, user_id: int, role: str) -> Colleague | None:
    held = load_colleagues(db(), organisation.id)
    return next((each for each in held if each.user_id == user_id and each.role == role), None)
