"""The life of a return: starting it, taking a step, signing and submitting, accepting."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.answer import read_answer
from anchor_portal.domain.answers.completeness import Reviewed, review
from anchor_portal.domain.answers.numbers import read_date
from anchor_portal.domain.answers.parts import Answers, Last, Parts, Problem, Reading
from anchor_portal.domain.answers.reading import SIGNOFF_PARTS
from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.lifecycle import Person, Status, Step, StepRefused, take_step
from anchor_portal.domain.review.attention import count_signals
from anchor_portal.domain.rounds import ANSWERING, RoundStatus
from anchor_portal.models import Return, ReturnStep, Round, Submission, Verdict
from anchor_portal.models.base import now
from anchor_portal.queries.columns import ROUND, ItsRound, Signed
from anchor_portal.queries.reference import load_reference
from anchor_portal.queries.returns import Found, find_last, load_answers
from anchor_portal.services.case_studies.publishing import follow_permission
from anchor_portal.services.certificates.issuing import issue_certificate
from anchor_portal.services.figures.measuring import write_measures
from anchor_portal.services.figures.totals import hold_rounds
from anchor_portal.services.register.holdings import note_from_return
from anchor_portal.services.review.record import keep_signals, record_decision


class Incomplete(Exception):
    """The return cannot be submitted as it stands; `problems` say why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("the return has problems that must be mended first")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: an account, or the operator at the command line; `at` is given where it is not now."""

    name: str
    user_id: int | None
    person: Person
    at: datetime | None = None


def start(session: Session, found: Found, actor: Actor) -> Return:
    """Begin a return: its row and its first step."""
    row = Return(round_id=found.round.id, organisation_id=found.organisation.id, status=Status.IN_PROGRESS)
    session.add(row)
    session.flush()
    record_step(session, row, Step.START, Status.IN_PROGRESS, actor)
    return row


def record_step(session: Session, row: Return, step: Step, after: Status, actor: Actor, reason: str = "") -> None:
    """Write down a step that was allowed, and where the return stands after it."""
    row.status = after
    session.add(
        ReturnStep(
            return_id=row.id,
            step=step,
            after=after,
            revision=row.revision,
            at=actor.at or now(),
            user_id=actor.user_id,
            who=actor.name,
            reason=reason,
        )
    )
    session.flush()


def take(session: Session, found: Found, step: Step, actor: Actor, reason: str = "") -> Return:
    """Take a step that carries no answers. Raises StepRefused, and Incomplete when asked to sign with errors."""
    found = _with_round_held(session, found)
    reason = clean_text(reason)
    after = take_step(step, found.status, actor.person, reason)
    if not _round_allows(step, found):
        raise StepRefused(f"This round is {found.round_status}, so this step is not possible now")
    if step is Step.ASK_TO_SIGN:
        _refuse_incomplete(review_draft(session, found))
    row = found.find_row() or start(session, found, actor)
    record_step(session, row, step, after, actor, reason)
    return row


def _with_round_held(session: Session, found: Found) -> Found:
    """The same with its round as it stands now: whoever closes or publishes it waits for the commit, or was waited for."""
    held = select(*ROUND).where(Round.id == found.round.id).with_for_update(read=True)
    return replace(found, round=ItsRound._make(session.execute(held).one()))


def _round_allows(step: Step, found: Found) -> bool:
    """The Assembly may return what it may accept; an organisation may undo what it sent only to the close."""
    if step is Step.RETURN:
        return found.takes_decisions
    if step in {Step.WITHDRAW, Step.DECLARE_NIL}:
        return found.round_status in ANSWERING
    return found.takes_answers


def review_draft(session: Session, found: Found) -> Reviewed:
    """Read the whole draft as a submission would, with everything asked; the sign-off itself is not in it."""
    return _review_draft(session, found, find_last(session, found.organisation.id, found.round.code))


def _review_draft(session: Session, found: Found, last: tuple[str, Last] | None) -> Reviewed:
    answers = load_answers(session, found.row.id) if found.row else {}
    reviewed = review(found.questionnaire, answers, found.asking, complete=True, last=last[1] if last else None)
    signoff = found.questionnaire.signoff.key
    return Reviewed(reviewed.answers, tuple(problem for problem in reviewed.problems if problem.question != signoff))


def _refuse_incomplete(reviewed: Reviewed) -> None:
    if reviewed.hard:
        raise Incomplete(reviewed.hard)


def submit(session: Session, found: Found, signoff: Parts, actor: Actor, *, is_operator: bool = False) -> Return:
    """Sign and submit the draft: its answers are kept exactly as signed, as a new revision.

    Raises StepRefused, or Incomplete with every hard problem, those of the sign-off included.
    """
    found = _with_round_held(session, found)
    after = Status.SUBMITTED if is_operator else take_step(Step.SUBMIT, found.status, actor.person)
    if not is_operator and not found.takes_answers:
        raise StepRefused(f"This round is {found.round_status}: returns can no longer be submitted")
    signed = read_answer(found.questionnaire.signoff, signoff, found.asking)
    last = find_last(session, found.organisation.id, found.round.code)
    reviewed = _review_draft(session, found, last)
    problems = (*reviewed.hard, *signed.problems, *_unsigned(found, signed))
    if problems:
        raise Incomplete(problems)
    row = found.find_row() or start(session, found, actor)
    row.revision += 1
    answers = reviewed.answers | {found.questionnaire.signoff.key: signed.parts}
    session.add(_submission(found, row, answers, signed.parts, actor))
    keep_signals(session, row, count_signals(reviewed.soft, reviewed.answers, is_first=last is None))
    record_step(session, row, Step.SUBMIT, after, actor)
    return row


def _unsigned(found: Found, signed: Reading) -> Iterator[Problem]:
    """The problems of a sign-off that was left blank; one that was begun has problems of its own."""
    for part in () if signed.parts else SIGNOFF_PARTS:
        whose = "of signing" if part == "date" else "of the person who signs"
        yield Problem(found.questionnaire.signoff.key, part, f"Sign-off: give the {part} {whose}")


def _submission(found: Found, row: Return, answers: Answers, signed: Parts, actor: Actor) -> Submission:
    text = canonical(answers)
    return Submission(
        return_id=row.id,
        revision=row.revision,
        answers=text,
        digest=sha256(text.encode()).hexdigest(),
        signed_name=signed["name"],
        signed_role=signed["role"],
        signed_on=read_date(signed["date"]),
        submitted_at=actor.at or now(),
        submitted_by=actor.name,
        is_late=found.round_status not in {RoundStatus.DRAFT, RoundStatus.OPEN},
        sector=found.asking.sector,
        scale=found.asking.scale,
    )


def canonical(answers: Answers) -> str:
    """The text in which answers are signed: of it the SHA-256 is taken."""
    return json.dumps(answers, ensure_ascii=False, separators=(",", ":"))


def accept(
    session: Session,
    found: Found,
    submission: Signed,
    actor: Actor,
    *,
    is_operator: bool = False,
    summary: str = "",
    not_evidenced: Collection[int] = (),
) -> Return:
    """Accept a submitted return as it was signed: its measures are written, its certificate issued, the decision kept.

    `not_evidenced` are the pledges that the Assembly found so: the certificate does not name them.
    The round's totals are made again by the caller, once for however many returns (totals.remake_totals).
    """
    hold_rounds(session)
    found = _with_round_held(session, found).as_signed(submission, partial(load_reference, session))
    after = Status.ACCEPTED if is_operator else take_step(Step.ACCEPT, found.status, actor.person)
    if not is_operator and not found.takes_decisions:
        raise StepRefused(f"This round is {found.round_status}, so nothing can be accepted now")
    row = found.find_row()
    if row is None or row.revision != submission.revision:
        raise StepRefused("This return was submitted again meanwhile: read the new revision first")
    answers: Answers = json.loads(submission.answers)
    write_measures(session, found, answers)
    issue_certificate(session, found, answers, not_evidenced)
    follow_permission(session, found, answers, actor.name)
    note_from_return(session, found.organisation.id, found.round.code, answers, actor.name)
    row.accepted_revision = row.revision
    record_decision(session, submission, Verdict.ACCEPT, actor.name, actor.user_id, actor.at, summary)
    record_step(session, row, Step.ACCEPT, after, actor)
    return row
