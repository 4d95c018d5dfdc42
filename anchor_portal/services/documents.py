"""Documents made from what is stored: certificates and returns as PDF."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from anchor_portal.clock import local
from anchor_portal.config import Settings
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.certificates.words import pledge_titles
from anchor_portal.domain.lifecycle import NAMES, Step
from anchor_portal.models import Certificate
from anchor_portal.outputs.pdf import return_pdf as pdf
from anchor_portal.outputs.pdf.certificate_pdf import CertificateContent, draw_certificate
from anchor_portal.outputs.rows import Row, SectionRows, answer_rows
from anchor_portal.queries.columns import ItsStep, Signed
from anchor_portal.queries.returns import Found, answers_of
from anchor_portal.queries.revisions import FATES, find_decision
from anchor_portal.services.returns.steps import canonical

DRAFT = "Draft, not signed"


def certificate_pdf(certificate: Certificate, settings: Settings, *, is_demo: bool) -> bytes:
    """The certificate as it was issued. Raises MissingGlyph or NameTooLong where its name cannot be printed."""
    return draw_certificate(
        CertificateContent(
            number=certificate.number,
            organisation=certificate.organisation_name,
            kind=certificate.kind,
            round_name=certificate.round_title,
            pledges=pledge_titles(certificate.pledges),
            issued_on=certificate.issued_on,
            revision=certificate.revision or 0,
            check_url=f"{settings.base_url}/certificates/{certificate.number}",
            partnership=settings.partnership,
            portal_name=settings.portal_name,
            demo=is_demo,
            logo=Path(settings.logo) if settings.logo else None,
            award=certificate.award,
            held_since=certificate.held_since,
            held_until=certificate.held_until,
        )
    )


def return_pdf(
    found: Found,
    submission: Signed | None,
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


def _say_status(found: Found, submission: Signed | None) -> str:
    if submission is None:
        return DRAFT
    return NAMES[found.status] + (", sent after the deadline" if submission.is_late else "")


def say_revision(found: Found, submission: Signed, steps: Sequence[ItsStep]) -> str:
    """What became of a revision, in words."""
    decided = find_decision(steps, submission.revision)
    if decided is None:
        return _say_status(found, submission)
    fate = f"{FATES[Step(decided.step)]} on {say_date(local(decided.at).date())}"
    latest = found.get_row().revision
    return fate if latest == submission.revision else f"{fate}; the latest revision is {latest}"


def digest_without_signature(found: Found, submission: Signed) -> str:
    """The SHA-256 of a revision's answers alone, which the page showed before the signature was added."""
    answers = {key: parts for key, parts in answers_of(submission).items() if key != found.questionnaire.signoff.key}
    return sha256(canonical(answers).encode()).hexdigest()


def _pdf_signature(submission: Signed) -> pdf.Signature:
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
