"""Who is told what when a return takes a step: plain sentences, never a figure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.people import Role
from anchor_portal.domain.review.outcomes import Found as Outcome
from anchor_portal.domain.review.outcomes import say_outcomes
from anchor_portal.domain.review_queries import say_answer_by
from anchor_portal.domain.rounds import ANSWERING, FROZEN, say_deadline
from anchor_portal.queries.chasing import Contact, load_contacts
from anchor_portal.queries.returns import Found
from anchor_portal.services.messages.outbox import write_message
from anchor_portal.services.returns.steps import Actor

ASKED_TO_SIGN = "asked_to_sign"


@dataclass(frozen=True, slots=True)
class Note:
    """A message in the making: its kind, its subject, what it says, and the address that it leads to."""

    kind: str
    subject: str
    body: str
    link: str


def people_of(session: Session, found: Found, *roles: Role) -> list[Contact]:
    """The people of the return's organisation who hold one of these roles, each once."""
    contacts = load_contacts(session, [found.organisation.id]).get(found.organisation.id, [])
    return list({contact.email: contact for contact in contacts if contact.role in roles}.values())


def tell(session: Session, people: Iterable[Contact], note: Note, but: str = "") -> None:
    """Write the message to each of them, but not to this address: that of the person who did it."""
    for person in people:
        if person.email != but:
            write_message(session, person.email, person.name, note.kind, note.subject, note.body, note.link)


def _which(found: Found) -> str:
    return f"the return of {found.organisation.name} for {found.round.title}"


def asked_to_sign(found: Found, actor: Actor, link: str, answer_by: date | None = None) -> Note:
    """To the signatories: it waits for a signature. `answer_by` is the day of the queries to which it replies."""
    body = (
        f"{actor.name} asks you to sign {_which(found)}.{_say_due(found, answer_by)}\n\n"
        "Open the page, read the answers with their warnings and explanations, and sign at its end. "
        "If something has to change first, send it back from the same page with your reason."
    )
    return Note(ASKED_TO_SIGN, f"Please sign: {found.organisation.name}, {found.round.title}", body, link)


def _say_due(found: Found, answer_by: date | None) -> str:
    """By which day, as a sentence of its own; nothing where there is none, as of a correction."""
    if answer_by:
        return f" It replies to the Assembly’s queries. {say_answer_by(answer_by, found.asking.today)}."
    if found.round_status not in ANSWERING or (found.row and found.row.accepted_revision):
        return ""
    return f" {say_deadline(found.due_on, found.asking.today)}."


def sent_back(found: Found, actor: Actor, reason: str, link: str) -> Note:
    """To the leads: the signatory wants something changed first."""
    body = f"{actor.name} read {_which(found)} and sent it back to you. The reason:\n\n{reason}"
    return Note("sent_back", f"Sent back to you: {found.organisation.name}, {found.round.title}", body, link)


def submitted(found: Found, actor: Actor, link: str) -> Note:
    """To the leads: it was signed and is with the Assembly."""
    body = (
        f"{actor.name} signed {_which(found)}. It is with the Anchor Assembly now, and there is nothing for you to do."
    )
    return Note("submitted", f"Signed and submitted: {found.organisation.name}, {found.round.title}", body, link)


def returned(
    found: Found,
    queries: Sequence[tuple[str, str]],
    answer_by: date,
    summary: str,
    outcomes: Mapping[int, Outcome],
    link: str,
) -> Note:
    """To the leads: the Assembly asks something; each query is what it is about, and its words."""
    asks = "1 query" if len(queries) == 1 else f"{len(queries)} queries"
    body = (
        f"The Anchor Assembly read {_which(found)} and has {asks}. {say_answer_by(answer_by, found.asking.today)}. "
        f"Reply to each, change the answers that need it, then ask for a signature again."
    )
    listed = "\n\n".join(f"{about}:\n{text}" for about, text in queries)
    body += _said(summary, outcomes) + f"\n\nIt asks:\n\n{listed}"
    subject = f"Queries from the Assembly by {say_date(answer_by)}: {found.organisation.name}"
    return Note("returned_with_queries", subject, body, link)


def accepted(found: Found, link: str, summary: str = "", outcomes: Mapping[int, Outcome] | None = None) -> Note:
    """To leads and signatories: from when on it counts, and what was found."""
    counts = (
        "The figures of this round are published, and stay as they are until the sustainability team publishes them "
        "again: those of this return count from then on. Its certificate is ready."
        if found.round_status in FROZEN
        else "Its figures count in the indicators from now on, and its certificate is ready."
    )
    body = f"The Anchor Assembly accepted {_which(found)}. {counts}"
    body += _said(summary, outcomes or {})
    return Note("accepted", f"Accepted: {found.organisation.name}, {found.round.title}", body, link)


def _said(summary: str, outcomes: Mapping[int, Outcome]) -> str:
    """The Assembly's summary and outcomes, as they follow the first paragraph."""
    found = f"What it found, pledge by pledge:\n\n{say_outcomes(outcomes)}" if outcomes else ""
    return "".join(f"\n\n{each}" for each in (summary and f"It writes:\n\n{summary}", found) if each)


def asked_to_review(found: Found, opinions: int, link: str) -> Note:
    """To a member of the Assembly: the team asks them to look at a return."""
    wanted = " Two opinions are wanted: give yours on the page, whatever others think." if opinions > 1 else ""
    body = f"The sustainability team asks you to review {_which(found)}.{wanted}"
    return Note("asked_to_review", f"Please review: {found.organisation.name}, {found.round.title}", body, link)


def ended(found: Found, actor: Actor, done: str, reason: str, link: str) -> Note:
    """To leads and signatories: it was withdrawn, declared a nil return or opened for correction."""
    body = f"{actor.name} {done} {_which(found)}. The reason:\n\n{reason}"
    return Note("step_taken", f"{found.organisation.name}, {found.round.title}: {done}", body, link)
