"""Certificates: what can be handed out, issuing, withdrawing, all of a round in one file; those of one organisation."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from anchor_portal.clock import today
from anchor_portal.domain.answers.text import clean_line, clean_text
from anchor_portal.domain.certificates.standing import STATE_NAMES, CertificateState
from anchor_portal.domain.certificates.words import AWARD_NAMES, CertificateKind
from anchor_portal.domain.people import Role
from anchor_portal.extensions import db, reference, settings, viewer
from anchor_portal.models import Certificate, Organisation
from anchor_portal.outputs.pdf.certificate_pdf import NameTooLong
from anchor_portal.outputs.pdf.fonts import MissingGlyph
from anchor_portal.queries import certificates as stored
from anchor_portal.queries.certificates import Known, Selection
from anchor_portal.queries.rounds import find_organisation, find_round, load_rounds
from anchor_portal.services import documents
from anchor_portal.services.certificates import issuing
from anchor_portal.services.certificates.archive import title_of_selection
from anchor_portal.services.certificates.handed_out import KIND, arguments_of
from anchor_portal.services.certificates.issuing import CertificateRefused
from anchor_portal.services.certificates.withdrawing import withdraw as withdraw_certificate
from anchor_portal.services.jobs.board import ask
from anchor_portal.web.access import ORGANISATION, open_to
from anchor_portal.web.team.downloads import PDF, explain, send
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("certificates", __name__)
COLOURS = {
    CertificateState.VALID: "nhsuk-tag--green",
    CertificateState.REPLACED: "nhsuk-tag--grey",
    CertificateState.WITHDRAWN: "nhsuk-tag--red",
    CertificateState.LAPSED: "nhsuk-tag--orange",
}
WITHDRAWN_SHOWN = 10
WORDS: dict[str, Any] = {"state_names": STATE_NAMES, "colours": COLOURS}


class WithdrawForm(FlaskForm):
    """Why a certificate is withdrawn."""

    reason = TextAreaField(
        "Why do you withdraw it?",
        [
            InputRequired("Enter why you withdraw it"),
            Length(max=2000, message="The reason has at most 2,000 characters"),
        ],
        filters=[lambda typed: clean_text(typed or "")],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Each box on its own; signs that cannot be seen are no reason."""
        is_sound = bool(super().validate(extra_validators))
        if not self.reason.data and not self.reason.errors:
            self.reason.errors = ["Enter why you withdraw it"]
            is_sound = False
        return is_sound


@blueprint.get("/team/certificates")
@open_to(Role.TEAM)
def index() -> str:
    """What can be handed out, what is still to be issued, and what was taken back."""
    words, day = clean_line(request.args.get("words", ""))[:100], today()
    if words:
        return render_template(
            "certificates/found.html",
            words=words,
            found=stored.search_certificates(db(), words, day),
            most=stored.MOST_FOUND,
            **WORDS,
        )
    counts = stored.count_by_round(db())
    return render_template(
        "certificates/index.html",
        rounds=[(round_, counts.get(round_.id, 0)) for round_ in load_rounds(db())],
        standing=stored.count_standing(db(), day),
        without=stored.signatories_without(db(), day),
        awards=stored.awards_without(db(), day),
        withdrawn=stored.load_withdrawn(db(), day, WITHDRAWN_SHOWN),
        **WORDS,
    )


@blueprint.post("/team/certificates/archive")
@open_to(Role.TEAM)
def archive() -> AnyResponse:
    """Ask for all certificates of a round, of all signatories or of all awards, as one file."""
    selection = _read_selection()
    if selection is None:
        abort(404)
    title = title_of_selection(selection)
    job = ask(db(), KIND, title, arguments_of(selection), viewer().email, viewer().user_id)
    keep_entry(viewer().email, "exported", title)
    return redirect(url_for("jobs.show", job_id=job.id))


def _read_selection() -> Selection | None:
    kind, code = request.form.get("kind", ""), request.form.get("round", "")
    if kind not in {*CertificateKind}:
        return None
    if kind != CertificateKind.RETURN:
        return Selection(CertificateKind(kind))
    return Selection(CertificateKind.RETURN, code) if find_round(db(), code) else None


@blueprint.post("/team/certificates/missing")
@open_to(Role.TEAM)
def issue_missing() -> AnyResponse:
    """Issue what every signatory, and every holder of an award, should have and has not."""
    number = issuing.issue_missing(db(), viewer().email)
    if number:
        flash(f"{number} {'certificate was' if number == 1 else 'certificates were'} issued.", "success")
    else:
        flash("Every signatory and every award has a certificate already. Nothing was changed.")
    return redirect(url_for("certificates.index"))


# one organisation


@blueprint.get("/organisations/<slug>/certificates")
@open_to(*ORGANISATION, Role.TEAM)
def of_organisation(slug: str) -> str:
    """Every certificate of an organisation, for its own people and the team."""
    organisation, is_team, day = _organisation_or_404(slug), Role.TEAM in viewer().roles, today()
    certificates = stored.load_of_organisation(db(), organisation.id, day)
    issued = {(each.certificate.award, each.certificate.held_since) for each in certificates if each.is_valid}
    awards = stored.load_held_awards(db(), organisation.id, day) if is_team else []
    has_own = any(each.is_valid and each.certificate.kind == CertificateKind.SIGNATORY for each in certificates)
    return render_template(
        "certificates/of_organisation.html",
        organisation=organisation,
        certificates=certificates,
        is_team=is_team,
        can_sign=is_team and not has_own and issuing.is_signatory(organisation, day),
        awards=[each for each in awards if (AWARD_NAMES[each.kind], each.since) not in issued],
        award_names=AWARD_NAMES,
        **WORDS,
    )


def _organisation_or_404(slug: str) -> Organisation:
    """The organisation, for its own people and the team; to others it is not found."""
    organisation, person = find_organisation(db(), slug), viewer()
    if organisation is None or not (organisation.id in person.organisation_ids or Role.TEAM in person.roles):
        abort(404)
    return organisation


@blueprint.post("/organisations/<slug>/certificates")
@open_to(Role.TEAM)
def issue(slug: str) -> AnyResponse:
    """Issue the certificate of a signatory, or of an award that is held."""
    organisation = _organisation_or_404(slug)
    holding_id = request.form.get("holding", "")
    awards = stored.load_held_awards(db(), organisation.id, today())
    holding = next((each for each in awards if str(each.id) == holding_id), None)
    try:
        if holding_id and holding is None:
            raise CertificateRefused("This award is not held today")
        certificate = (
            issuing.issue_award_certificate(db(), holding, viewer().email)
            if holding
            else issuing.issue_signatory_certificate(db(), organisation, viewer().email)
        )
        flash(f"Certificate {certificate.number} is issued.", "success")
    except CertificateRefused as refusal:
        flash(f"{refusal}. Nothing was changed.")
    return redirect(url_for("certificates.of_organisation", slug=slug))


# one certificate


def _known_or_404(number: str) -> Known:
    known = stored.find_known(db(), number, today())
    if known is None:
        abort(404)
    return known


@blueprint.get("/certificates/<number>/certificate.pdf")
@open_to(*ORGANISATION, Role.TEAM)
def pdf(number: str) -> Response | tuple[str, int]:
    """A certificate that stands as PDF, for its organisation's people and the team; else a page that says why not."""
    known = _known_or_404(number)
    certificate = known.certificate
    _organisation_or_404(known.organisation.slug)
    if not known.is_valid:
        state = STATE_NAMES[known.stands.state].lower()
        return explain("There is no certificate", f"Certificate {number} is {state}, so it is not handed out.", 404)
    try:
        content = documents.certificate_pdf(certificate, settings(), is_demo=reference().is_demo)
    except (MissingGlyph, NameTooLong) as refusal:
        return explain("This certificate cannot be printed", f"{refusal}", 422)
    return send(content, PDF, f"{known.organisation.slug}-certificate-{certificate.number}.pdf")


@blueprint.route("/team/certificates/<number>/withdraw", methods=["GET", "POST"])
@open_to(Role.TEAM)
def withdraw(number: str) -> str | AnyResponse | tuple[str, int]:
    """Ask why a certificate is withdrawn, and withdraw it."""
    known, form = _known_or_404(number), WithdrawForm()
    if request.method == "GET":
        return render_template("certificates/withdraw.html", known=known, form=form, refusal="")
    if not form.validate():
        return render_template("certificates/withdraw.html", known=known, form=form, refusal=""), 422
    page = url_for("public.certificate", number=known.certificate.number)
    try:
        withdraw_certificate(db(), known.certificate, form.reason.data or "", viewer().email, page)
    except CertificateRefused as refusal:
        return render_template("certificates/withdraw.html", known=known, form=form, refusal=str(refusal)), 409
    flash(f"Certificate {known.certificate.number} is withdrawn. Whoever checks it sees so at once.", "success")
    return _back(known.certificate, known)


@blueprint.route("/team/certificates/<number>/again", methods=["GET", "POST"])
@open_to(Role.TEAM)
def again(number: str) -> str | AnyResponse:
    """Show what would change if a certificate were issued again, and issue it."""
    known = _known_or_404(number)
    if request.method == "GET":
        return render_template("certificates/again.html", known=known)
    knew = request.form.get("seen") == "withdrawn"
    try:
        issued = issuing.issue_again(db(), known.certificate, known.organisation, viewer().email, even_withdrawn=knew)
    except CertificateRefused as refusal:
        flash(f"{refusal}. Nothing was changed.")
        return _back(known.certificate, known)
    flash(f"Certificate {issued.number} is issued, in place of {known.certificate.number}.", "success")
    return _back(issued, known)


def _back(certificate: Certificate, known: Known) -> AnyResponse:
    address = url_for("certificates.of_organisation", slug=known.organisation.slug)
    return redirect(f"{address}#certificate-{certificate.number}")
