"""Interests: each member declares their own, the team those of others; only the team ends one, with a reason."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.people import Role
from anchor_portal.extensions import db, viewer
from anchor_portal.queries.interests import Held, Member, load_members, load_organisation_names
from anchor_portal.services.review import interests
from anchor_portal.services.review.interests import InterestRefused
from anchor_portal.web.access import open_to

blueprint = Blueprint("interests", __name__)
MOST_REASON = 1000
NO_REASON = "Write why the interest ends, so that the record says it"


@blueprint.get("/interests")
@open_to(Role.MEMBER, Role.TEAM)
def show() -> str:
    """Which interests there are, and a form to declare one."""
    return _show()


@blueprint.post("/interests")
@open_to(Role.MEMBER, Role.TEAM)
def declare() -> str | Response | tuple[str, int]:
    """Declare an interest: one's own, or for the team anybody's."""
    organisation_id, member_id = _number("organisation"), _number("member")
    if Role.TEAM not in viewer().roles:
        member_id = viewer().user_id
    wrong = {}
    if _is_team() and not member_id:
        wrong["member"] = "Choose a member of the Assembly"
    if not organisation_id:
        wrong["organisation"] = "Choose the organisation in which there is an interest"
    if wrong:
        return _show(wrong), 422
    try:
        user, organisation, is_new = interests.declare(db(), member_id, organisation_id, viewer().email)
    except InterestRefused as refusal:
        return _show({"organisation": str(refusal)}), 422
    whose = "Your interest" if user.id == viewer().user_id else f"The interest of {user.name}"
    flash(f"{whose} in {organisation.name} {'is declared' if is_new else 'was declared already'}.", "success")
    return redirect(url_for("interests.show"))


@blueprint.get("/interests/<int:user_id>/<int:organisation_id>/end")
@open_to(Role.TEAM)
def confirm(user_id: int, organisation_id: int) -> str:
    """Whether the interest really ends."""
    return _show_end(*_declared_or_404(user_id, organisation_id))


@blueprint.post("/interests/<int:user_id>/<int:organisation_id>/end")
@open_to(Role.TEAM)
def end(user_id: int, organisation_id: int) -> str | Response | tuple[str, int]:
    """End it, for a reason."""
    member, held = _declared_or_404(user_id, organisation_id)
    reason = clean_text(request.form.get("reason", ""))
    if not reason or len(reason) > MOST_REASON:
        too_long = f"The reason can be at most {MOST_REASON:,} characters long, and this has {len(reason):,}"
        return _show_end(member, held, reason, too_long if reason else NO_REASON), 422
    if user_id == viewer().user_id:
        return _show_end(member, held, reason, "Somebody else of the team must end an interest of yours"), 422
    try:
        interests.end(db(), user_id, organisation_id, reason, viewer().email)
    except InterestRefused:
        abort(404)
    flash(f"{member.name} has no declared interest in {held.name} any more.", "success")
    return redirect(url_for("interests.show"))


def _is_team() -> bool:
    return Role.TEAM in viewer().roles


def _number(name: str) -> int:
    """The number of a box; 0 where it is none that a database could know."""
    typed = request.form.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _declared_or_404(user_id: int, organisation_id: int) -> tuple[Member, Held]:
    found = next(
        (
            (member, held)
            for member in load_members(db())
            for held in member.interests
            if (member.user_id, held.organisation_id) == (user_id, organisation_id) and held.is_declared
        ),
        None,
    )
    if found is None:
        abort(404)
    return found


def _show(wrong: dict[str, str] | None = None) -> str:
    members = load_members(db())
    return render_template(
        "interests/show.html",
        mine=next((each for each in members if each.user_id == viewer().user_id), None),
        members=members if _is_team() else [],
        organisations=load_organisation_names(db()),
        is_team=_is_team(),
        chosen=(_number("member"), _number("organisation")),
        wrong=wrong or {},
        links=[{"text": text, "href": f"#{box}"} for box, text in (wrong or {}).items()],
    )


def _show_end(member: Member, held: Held, reason: str = "", error: str = "") -> str:
    return render_template("interests/end.html", member=member, held=held, reason=reason, error=error)
