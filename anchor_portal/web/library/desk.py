"""Who publishes what: the team puts case studies into the library; their organisation, and the team, take them out."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.case_studies.studies import lead_of
from anchor_portal.domain.people import Role
from anchor_portal.extensions import db, viewer
from anchor_portal.models import Organisation
from anchor_portal.queries.case_studies import Told, find_told, has_accepted, load_candidates, load_newest, load_told_by
from anchor_portal.queries.rounds import find_organisation
from anchor_portal.services.case_studies.publishing import CaseStudyRefused
from anchor_portal.services.case_studies.publishing import publish as publish_study
from anchor_portal.services.case_studies.publishing import withdraw as withdraw_study
from anchor_portal.web.access import ORGANISATION, open_to

blueprint = Blueprint("case_studies_desk", __name__)
NEWEST, LAST = 20, 2
"""So many entries, and rounds, are shown where nobody asks for others."""
NO_REASON = "Enter why it is withdrawn"


class WithdrawForm(FlaskForm):
    """Why a case study is taken out of the library."""

    reason = TextAreaField(
        "Why is it withdrawn?",
        [InputRequired(NO_REASON), Length(max=2000, message="The reason has at most 2,000 characters")],
        filters=[lambda typed: clean_text(typed or "")],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Each box on its own; signs that cannot be seen are no reason."""
        is_sound = bool(super().validate(extra_validators))
        if not self.reason.data and not self.reason.errors:
            self.reason.errors = [NO_REASON]
            is_sound = False
        return is_sound


@blueprint.get("/team/case-studies")
@open_to(Role.TEAM)
def index() -> str:
    """What organisations allowed to be published and is not yet, and what came and went last."""
    rounds = has_accepted(db())
    asked = request.args.get("round", "")
    if asked and asked not in rounds:
        abort(404)
    return render_template(
        "library/desk.html",
        rounds=rounds,
        code=asked,
        candidates=load_candidates(db(), [asked] if asked else rounds[:LAST]),
        newest=load_newest(db(), NEWEST),
    )


@blueprint.post("/team/case-studies")
@open_to(Role.TEAM)
def publish() -> Response:
    """Publish one as it was signed."""
    return_id, number = (_number(request.form.get(name, "")) for name in ("return", "number"))
    code = request.form.get("round", "")
    try:
        study = publish_study(db(), return_id, number, viewer().email, _page_of)
    except CaseStudyRefused as refusal:
        flash(f"{refusal}. Nothing was changed.")
    else:
        flash(f"“{study.title}” is in the library.", "success")
    known = code if code in has_accepted(db()) else None
    return redirect(url_for("case_studies_desk.index", round=known))


def _page_of(slug: str) -> str:
    """Where an organisation sees and withdraws what is published of it."""
    return url_for("case_studies_desk.of_organisation", slug=slug)


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


@blueprint.get("/organisations/<slug>/case-studies")
@open_to(*ORGANISATION, Role.TEAM)
def of_organisation(slug: str) -> str:
    """What the library holds, and held, of an organisation, for its own people and the team."""
    organisation = find_organisation(db(), slug)
    if organisation is None or not (_is_own(organisation) or Role.TEAM in viewer().roles):
        abort(404)
    return render_template(
        "library/own.html",
        organisation=organisation,
        told=load_told_by(db(), organisation.id, with_withdrawn=True),
        can_withdraw=_may_withdraw(organisation),
        lead_of=lead_of,
    )


def _is_own(organisation: Organisation) -> bool:
    return organisation.id in viewer().organisation_ids


def _may_withdraw(organisation: Organisation) -> bool:
    """Who answers for the organisation, and the team; a contributor asks one of them."""
    own = viewer().own_roles_for(organisation.id) if _is_own(organisation) else frozenset()
    return bool(own & {Role.LEAD, Role.SIGNATORY}) or Role.TEAM in viewer().roles


@blueprint.route("/case-studies/<slug>/withdraw", methods=["GET", "POST"])
@open_to(Role.LEAD, Role.SIGNATORY, Role.TEAM)
def withdraw(slug: str) -> str | Response | tuple[str, int]:
    """Ask why a case study is withdrawn, and withdraw it at once."""
    told, form = _own_or_404(slug), WithdrawForm()
    if request.method == "GET":
        return _form(told, form)
    if not form.validate():
        return _form(told, form), 422
    try:
        withdraw_study(db(), told.study, form.reason.data or "", viewer().email, _page_of(told.organisation.slug))
    except CaseStudyRefused as refusal:
        return _form(told, form, str(refusal)), 409
    flash(f"“{told.study.title}” is withdrawn. Nobody can read it in the library any more.", "success")
    return redirect(_page_of(told.organisation.slug))


def _own_or_404(slug: str) -> Told:
    told = find_told(db(), slug)
    if told is None or not _may_withdraw(told.organisation):
        abort(404)
    return told


def _form(told: Told, form: WithdrawForm, refusal: str = "") -> str:
    return render_template("library/withdraw.html", told=told, form=form, refusal=refusal)
