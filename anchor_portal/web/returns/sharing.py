"""Who does what on a return: giving out its sections, and who has which open now."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.lifecycle import StepRefused
from anchor_portal.domain.people import Role
from anchor_portal.domain.sharing import say_with
from anchor_portal.extensions import db, viewer
from anchor_portal.models.base import now
from anchor_portal.queries.colleagues import load_fillers
from anchor_portal.queries.returns import Found
from anchor_portal.queries.sharing import Hands, Owner, load_hands, load_owners
from anchor_portal.services.returns.sharing import SharedMeanwhile, share_out, stamp_of_shares
from anchor_portal.web.access import open_to
from anchor_portal.web.forms.sharing import SharingForm, build_sharing_form
from anchor_portal.web.returns.found import ADDRESS, actor_for, address_of, return_or_404, roles_in

blueprint = Blueprint("sharing", __name__)
PEOPLE = f"{ADDRESS}/people"


def hands_on(found: Found) -> Hands:
    """Who has which section of a return, and who else has which open now; in one statement."""
    return load_hands(db(), found.row.id, viewer().user_id, now()) if found.row else Hands({}, {})


def say_hands(hands: Hands, section: str) -> str:
    """The line about a section in the list of tasks: "with Priya Nair, due 12 January 2027; open now: Sam Lee"."""
    owner = hands.owners.get(section)
    said = [say_with(owner.name, owner.due_on)] if owner else []
    if section in hands.visitors:
        said.append(f"open now: {', '.join(hands.visitors[section])}")
    return "; ".join(said)


@blueprint.get(PEOPLE)
@open_to(Role.LEAD)
def show(round_code: str, slug: str) -> str | Response:
    """Who does what, and by when."""
    found = _found_for_lead(round_code, slug)
    if not found.is_editable:
        return redirect(address_of(found))
    owners = _owners(found)
    return _show(found, _form(found, owners), stamp_of_shares(owners))


def _found_for_lead(round_code: str, slug: str, *, lock: bool = False) -> Found:
    found = return_or_404(round_code, slug, lock=lock)
    if Role.LEAD not in roles_in(found):
        abort(403)
    return found


def _owners(found: Found) -> Mapping[str, Owner]:
    return load_owners(db(), found.row.id) if found.row else {}


def _form(found: Found, owners: Mapping[str, Owner]) -> SharingForm:
    people = load_fillers(db(), found.organisation.id)
    return build_sharing_form(found.questionnaire.form_sections, people, owners)


def _show(found: Found, form: SharingForm, seen: str, changed: str = "") -> str:
    return render_template("sharing/show.html", found=found, form=form, links=form.links, seen=seen, changed=changed)


@blueprint.post(PEOPLE)
@open_to(Role.LEAD)
def save(round_code: str, slug: str) -> Response | tuple[str, int]:
    """Give out the sections, all in one go, and tell who was named."""
    found = _found_for_lead(round_code, slug, lock=True)
    owners = _owners(found)
    form = _form(found, owners)
    if not form.check(owners, today(), found.due_on):
        return _show(found, form, request.form.get("seen", "")), 422
    try:
        told = share_out(db(), found, form.shares(), request.form.get("seen", ""), actor_for(found), address_of(found))
    except StepRefused as refusal:
        return _show(found, form, request.form.get("seen", ""), str(refusal)), 409
    except SharedMeanwhile:
        return _show(found, form, stamp_of_shares(owners), _say_changed(found, owners)), 409
    flash(_say_told(told), "success")
    return redirect(address_of(found))


def _say_changed(found: Found, owners: Mapping[str, Owner]) -> str:
    """What somebody else gave out meanwhile, so that nothing is overwritten unseen."""
    lines = [
        f"{section.title}: {say_with(owners[section.code].name, owners[section.code].due_on)}"
        for section in found.questionnaire.form_sections
        if section.code in owners
    ]
    stands = "; ".join(lines) or "nobody has a section"
    return (
        f"Somebody else gave out sections after you opened this page. Now: {stands}. "
        "Below is what you chose; if you save it, it takes the place of that."
    )


def _say_told(names: Sequence[str]) -> str:
    if not names:
        return "Saved."
    return f"Saved. A message tells {' and '.join([', '.join(names[:-1]), names[-1]] if names[1:] else names)}."
