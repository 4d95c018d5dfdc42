"""Who is asked to review a return, and whether two opinions are wanted: chosen by the team."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.people import Role
from anchor_portal.extensions import db, viewer
from anchor_portal.queries.interests import load_members
from anchor_portal.queries.returns import Found
from anchor_portal.services.people import hold_people
from anchor_portal.services.review.assigning import AssignmentRefused, load_assigned, set_reviewers, stamp_of
from anchor_portal.web.access import open_to
from anchor_portal.web.kept import show_kept
from anchor_portal.web.returns.found import return_or_404

blueprint = Blueprint("reviewers", __name__)
PATH = "/reviews/<round_code>/<slug>/reviewers"
CHANGED = "Somebody else chose reviewers meanwhile. Nothing was changed: look at what stands now, then choose again."
TOO_FEW = "Two opinions need two reviewers: choose at least two, or none in particular"


@blueprint.get(PATH)
@open_to(Role.TEAM)
def show(round_code: str, slug: str) -> str:
    """The members, with those who were asked."""
    found = _signed_or_404(round_code, slug)
    row = found.get_row()
    return _show(found, load_assigned(db(), row), row.opinions_needed)


@blueprint.post(PATH)
@open_to(Role.TEAM)
def save(round_code: str, slug: str) -> str | Response | tuple[str, int]:
    """Ask those who were chosen, and nobody else."""
    found = _signed_or_404(round_code, slug, lock=True)
    row = found.get_row()
    if request.form.get("seen") != stamp_of(load_assigned(db(), row), row.opinions_needed):
        return show_kept("The reviewers were not changed", CHANGED, 409, can_resend=False)
    chosen, needed = _numbers(request.form, "reviewer"), _numbers(request.form, "needed")
    wanted = min(needed) if len(needed) == 1 else 0
    hold_people(db(), chosen | load_assigned(db(), row))  # before it is looked who is a member, and without an interest
    if wanted > 1 and len(chosen) == 1:
        return _show(found, chosen, wanted, TOO_FEW), 422
    try:
        review = url_for("reviews.review", round_code=round_code, slug=slug)
        added = set_reviewers(db(), found, load_members(db()), chosen, wanted, viewer().email, review)
    except AssignmentRefused as refusal:
        return _show(found, chosen, wanted, str(refusal)), 422
    told = f" {', '.join(each.name for each in added)} will be told." if added else ""
    flash(f"The reviewers of {found.organisation.name} are set.{told}", "success")
    return redirect(url_for("reviews.queue"))


def _numbers(form: MultiDict[str, str], name: str) -> set[int]:
    return {int(each) for each in form.getlist(name) if each.isascii() and each.isdigit() and len(each) < 10}


def _signed_or_404(round_code: str, slug: str, *, lock: bool = False) -> Found:
    found = return_or_404(round_code, slug, lock=lock)
    if found.row is None or not found.row.revision or found.status is Status.NIL:
        abort(404)
    return found


def _show(found: Found, chosen: set[int], needed: int, error: str = "") -> str:
    row = found.get_row()
    members = load_members(db())
    return render_template(
        "reviews/reviewers.html",
        found=found,
        members=[each for each in members if found.organisation.id not in each.organisation_ids],
        barred=[each for each in members if found.organisation.id in each.organisation_ids],
        chosen=chosen,
        needed=needed,
        seen=stamp_of(load_assigned(db(), row), row.opinions_needed),
        error=error,
    )
