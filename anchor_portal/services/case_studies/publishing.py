"""Case studies into the library, by the team and with recorded permission; out of it at once when that is withdrawn."""

from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.case_studies.studies import key_of, loses_permission, slug_of, studies_in
from anchor_portal.domain.people import Role
from anchor_portal.models import CaseStudy, Organisation, Place
from anchor_portal.models.base import now
from anchor_portal.queries.case_studies import Candidate, find_candidate
from anchor_portal.queries.chasing import load_contacts
from anchor_portal.queries.returns import Found
from anchor_portal.services.audit import record
from anchor_portal.services.case_studies.wording import words_of
from anchor_portal.services.messages.outbox import write_message

NOT_PERMITTED = "The return that was accepted since gives no permission for it."


class CaseStudyRefused(Exception):
    """It cannot be published or withdrawn as asked; the text is a sentence without its stop."""


def publish(
    session: Session, return_id: int, number: int, by: str, page_of: Callable[[str], str] | None = None
) -> CaseStudy:
    """Publish a case study of an accepted return as it was signed. Raises CaseStudyRefused.

    Its organisation is held meanwhile, so that two at once publish it once and none passes a withdrawal by. Its leads
    are told, where `page_of` gives the page of an organisation (by its slug) on which they can withdraw it.
    """
    candidate = find_candidate(session, return_id, number)
    if candidate is not None:
        held = select(Organisation).where(Organisation.id == candidate.organisation.id).with_for_update()
        session.scalars(held.execution_options(populate_existing=True)).one()  # with the name that it has by now
        candidate = find_candidate(session, return_id, number)
    if candidate is None:
        raise CaseStudyRefused("This case study is in the library already, or there is no permission to publish it")
    study = _add(session, candidate, by)
    record(session, by, "case study published", study.slug, f"{candidate.organisation.name}: {study.title}")
    if page_of is not None:
        body = (
            f"The sustainability team published “{study.title}” in the library of case studies, as {study.permitted_by}, "
            "allowed it. Anyone can read it from now on. You can withdraw it at any time on the page below."
        )
        _tell(session, study, f"Published: {study.title}", body, page_of(candidate.organisation.slug))
    return study


def _tell(session: Session, study: CaseStudy, subject: str, body: str, page: str, but: str = "") -> None:
    """Write to the leads and signatories of its organisation, but not to the person who did it."""
    contacts = load_contacts(session, [study.organisation_id]).get(study.organisation_id, [])
    people = {each.email: each.name for each in contacts if each.role in {Role.LEAD, Role.SIGNATORY}}
    for email, name in people.items():
        if email != but:
            write_message(session, email, name, "case_study", subject, body, page)


def _add(session: Session, candidate: Candidate, by: str) -> CaseStudy:
    """Put it into the library; at the next address where somebody else took the one of this title in the same moment."""
    while True:
        study = _make(session, candidate, by)
        try:
            with session.begin_nested():
                session.add(study)
        except IntegrityError:
            if not session.scalar(select(CaseStudy.id).where(CaseStudy.slug == study.slug)):
                raise
        else:
            return study


def _make(session: Session, candidate: Candidate, by: str) -> CaseStudy:
    told, organisation, submission = candidate.study, candidate.organisation, candidate.submission
    place = session.get(Place, told.place) if told.place else None
    beginning = slug_of(told.title, ())
    taken = session.scalars(select(CaseStudy.slug).where(CaseStudy.slug.startswith(beginning, autoescape=True)))
    return CaseStudy(
        slug=slug_of(told.title, taken),
        return_id=submission.return_id,
        revision=submission.revision,
        organisation_id=organisation.id,
        round_code=candidate.round_code,
        title=told.title,
        story=told.story,
        pledge=told.pledge,
        place_code=place.gss_code if place else "",
        words=words_of(told.title, told.story, organisation.name, told.pledge, place.name if place else ""),
        permitted_by=f"{submission.signed_name}, {submission.signed_role}",
        permitted_on=submission.signed_on,
        published_by=by,
    )


def withdraw(session: Session, study: CaseStudy, reason: str, by: str, page: str = "") -> None:
    """Take a case study out of the library at once, and tell its organisation where `page` is given.

    Raises CaseStudyRefused where it is out of it already.
    """
    held = select(CaseStudy).where(CaseStudy.id == study.id).with_for_update()
    session.execute(held.execution_options(populate_existing=True)).all()
    if study.withdrawn_at is not None:
        raise CaseStudyRefused(f"“{study.title}” was withdrawn already, by {study.withdrawn_by}")
    study.withdrawn_at, study.withdrawn_by = now(), by
    study.withdrawn_reason = clean_text(reason)
    session.flush()
    record(session, by, "case study withdrawn", study.slug, study.withdrawn_reason)
    if page:
        body = f"“{study.title}” is in the library of case studies no longer. The reason:\n\n{study.withdrawn_reason}"
        _tell(session, study, f"Withdrawn: {study.title}", body, page, by)


def follow_permission(session: Session, found: Found, answers: Answers, by: str) -> int:
    """Withdraw what an accepted return no longer permits; how many."""
    query = select(CaseStudy).where(
        CaseStudy.organisation_id == found.organisation.id, CaseStudy.withdrawn_at.is_(None)
    )
    told, row, gone = studies_in(answers), found.get_row(), 0
    for study in session.scalars(query).all():
        is_same = study.return_id == row.id
        is_older = study.round_code <= found.round.code
        if is_older and loses_permission(key_of(study.title), told, is_same_return=is_same):
            with suppress(CaseStudyRefused):  # somebody withdrew it meanwhile
                withdraw(session, study, NOT_PERMITTED, by)
                gone += 1
    return gone
