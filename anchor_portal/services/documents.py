"""Documents made from what is stored: certificates and returns as PDF, a round as a workbook."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

from sqlalchemy.orm import Session

from anchor_portal.clock import local
from anchor_portal.config import Settings
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.lifecycle import NAMES, Step
from anchor_portal.domain.pledges import PLEDGES
from anchor_portal.domain.sectors import SECTOR_OF_ONE
from anchor_portal.models import Certificate, QuestionnaireVersion, ReturnStep, Round, Submission
from anchor_portal.outputs.pdf import return_pdf as pdf
from anchor_portal.outputs.pdf.certificate_pdf import CertificateContent, draw_certificate
from anchor_portal.outputs.rows import Row, SectionRows, answer_rows
from anchor_portal.outputs.tables import Cell
from anchor_portal.outputs.workbook.content import ReturnFacts, RoundContent, Signed
from anchor_portal.outputs.workbook.sheets import round_workbook as make_round_workbook
from anchor_portal.queries.chasing import Signature, load_signatures
from anchor_portal.queries.published import load_views
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.reference import Reference, load_reference
from anchor_portal.queries.returns import Found, answers_of
from anchor_portal.queries.revisions import FATES, find_decision
from anchor_portal.queries.rounds import Standing, load_standings, status_of
from anchor_portal.services.figures.solver import solve
from anchor_portal.services.returns.interchange import export_cells
from anchor_portal.services.returns.steps import canonical

DRAFT = "Draft, not signed"
SEVERAL_PLACES = "Several places"


def certificate_pdf(certificate: Certificate, settings: Settings, *, is_demo: bool) -> bytes:
    """The certificate as it was issued. Raises MissingGlyph where a name has a letter that the font lacks."""
    return draw_certificate(
        CertificateContent(
            number=certificate.number,
            organisation=certificate.organisation_name,
            kind="return",
            round_name=certificate.round_title,
            pledges=tuple(PLEDGES[int(number)] for number in certificate.pledges),
            issued_on=certificate.issued_on,
            revision=certificate.revision or 0,
            check_url=f"{settings.base_url}/certificates/{certificate.number}",
            partnership=settings.partnership,
            portal_name=settings.portal_name,
            demo=is_demo,
            logo=Path(settings.logo) if settings.logo else None,
        )
    )


def return_pdf(
    found: Found,
    submission: Submission | None,
    draft: Answers,
    settings: Settings,
    *,
    is_demo: bool,
    status: str = "",
) -> bytes:
    """A copy of a return: as it was signed, or without `submission` its draft, marked so on every page.

    `status` says what became of an earlier revision; without it stands where the return stands now.
    """
    answers = answers_of(submission) if submission else draft
    sections = answer_rows(found.questionnaire, answers, found.asking)
    name = found.organisation.name
    return pdf.draw_return(
        pdf.ReturnContent(
            organisation=name if submission else f"{DRAFT}: {name}",
            round_name=found.round.title,
            questionnaire=f"{found.questionnaire.title} (version {found.questionnaire.code})",
            status=status or _say_status(found, submission),
            revision=submission.revision if submission else 0,
            sections=tuple(_pdf_section(section, answers) for section in sections),
            partnership=settings.partnership,
            portal_name=settings.portal_name,
            signature=_pdf_signature(submission) if submission else None,
            digest=submission.digest if submission else "",
            demo=is_demo,
        )
    )


def _say_status(found: Found, submission: Submission | None) -> str:
    if submission is None:
        return DRAFT
    return NAMES[found.status] + (", sent after the deadline" if submission.is_late else "")


def say_revision(found: Found, submission: Submission, steps: Sequence[ReturnStep]) -> str:
    """What became of a revision, in words."""
    decided = find_decision(steps, submission.revision)
    if decided is None:
        return _say_status(found, submission)
    fate = f"{FATES[Step(decided.step)]} on {say_date(local(decided.at).date())}"
    latest = found.get_row().revision
    return fate if latest == submission.revision else f"{fate}; the latest revision is {latest}"


def digest_without_signature(found: Found, submission: Submission) -> str:
    """The SHA-256 of a revision's answers alone, which the page showed before the signature was added."""
    answers = {key: parts for key, parts in answers_of(submission).items() if key != found.questionnaire.signoff.key}
    return sha256(canonical(answers).encode()).hexdigest()


def _pdf_signature(submission: Submission) -> pdf.Signature:
    at = local(submission.submitted_at)
    submitted = f"{say_date(at.date())} at {at:%H:%M}"
    return pdf.Signature(submission.signed_name, submission.signed_role, submission.signed_on, submitted)


def _pdf_section(section: SectionRows, answers: Answers) -> pdf.PdfSection:
    rows = tuple(_pdf_row(row, answers.get(row.key, {}).get("reason", "")) for row in section.rows)
    return pdf.PdfSection(section.title, section.pledge_text, rows)


def _pdf_row(row: Row, reason: str) -> pdf.PdfRow:
    """A table of levels stands for its lines, but for the reason of a sum that differs."""
    explanation = f"Explanation: {row.explanation}" if row.explanation else ""
    if row.table is None:
        return pdf.PdfRow(row.short, row.lines, explanation)
    notes = [f"Reason: {reason}" if reason else "", explanation]
    return pdf.PdfRow(row.short, (), " ".join(note for note in notes if note), row.table)


def round_workbook(session: Session, round_: Round, today: date, settings: Settings) -> bytes:
    """Everything of a round as XLSX, with raw figures: its answers are those of the CSV of the same round."""
    version = session.get_one(QuestionnaireVersion, round_.questionnaire_id)
    reference = load_reference(session)
    cells = tuple(export_cells(session, round_, today))
    answers, signatures = _gather(cells), load_signatures(session, round_)
    return make_round_workbook(
        RoundContent(
            code=round_.code,
            title=round_.title,
            status=str(status_of(round_, today)),
            opens_on=round_.opens_on,
            closes_on=round_.closes_on,
            period=(round_.period_from, round_.period_to),
            questionnaire=get_questionnaire(session, version.id, version.digest),
            returns=tuple(
                _return_facts(standing, round_, today, reference, answers, signatures)
                for standing in load_standings(session, round_)
            ),
            cells=cells,
            views=tuple(load_views(session, round_, settings.coverage_threshold, public=False, solve=solve)),
            partnership=settings.partnership,
            portal_name=settings.portal_name,
            made_on=today,
            demo=reference.is_demo,
        )
    )


def _gather(cells: tuple[Cell, ...]) -> dict[str, dict[str, dict[str, str]]]:
    """Answers by organisation, question and part."""
    answers: dict[str, dict[str, dict[str, str]]] = {}
    for cell in cells:
        answers.setdefault(cell.organisation, {}).setdefault(cell.question, {})[cell.part] = cell.value
    return answers


def _return_facts(
    standing: Standing,
    round_: Round,
    today: date,
    reference: Reference,
    answers: Mapping[str, Answers],
    signatures: Mapping[int, Signature],
) -> ReturnFacts:
    organisation, row = standing.organisation, standing.row
    places = {option.code: option.label for option in reference.places}
    signature = signatures.get(row.id) if row else None
    return ReturnFacts(
        slug=organisation.slug,
        name=organisation.name,
        sector=SECTOR_OF_ONE[organisation.sector],
        place=places.get(organisation.main_place_code or "", SEVERAL_PLACES),
        status=standing.status,
        asking=reference.asking(organisation, round_, today),
        answers=answers.get(organisation.slug, {}) if row else None,
        signed=_signed(signature) if signature else None,
    )


def _signed(signature: Signature) -> Signed:
    return Signed(signature.revision, signature.name, signature.role, signature.signed_on, signature.is_late)
