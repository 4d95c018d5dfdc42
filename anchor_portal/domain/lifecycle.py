"""The life of a return: one table says which step leads from where to where, and who may take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from anchor_portal.domain.answers.text import any_of
from anchor_portal.domain.people import NAMES as ROLE_NAMES
from anchor_portal.domain.people import OF_AN_ORGANISATION, Role
from anchor_portal.domain.rounds import ANSWERING, FROZEN, REVIEWING, RoundStatus


class Status(StrEnum):
    """Where a return stands. A return that nobody has started has no row, and this first status."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    READY = "ready_for_sign_off"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    CORRECTING = "correcting"
    NIL = "nil_return"
    WITHDRAWN = "withdrawn"


NAMES = {
    Status.NOT_STARTED: "Not started",
    Status.IN_PROGRESS: "In progress",
    Status.READY: "Ready for sign-off",
    Status.SUBMITTED: "Submitted",
    Status.RETURNED: "Returned with queries",
    Status.ACCEPTED: "Accepted",
    Status.CORRECTING: "Being corrected",
    Status.NIL: "Nil return",
    Status.WITHDRAWN: "Withdrawn",
}

UNANSWERED = frozenset({Status.NOT_STARTED, Status.IN_PROGRESS, Status.READY, Status.WITHDRAWN})
"""In these an organisation has not answered, unless what it signed before stands: see `has_answered`."""
UNSENT = UNANSWERED - {Status.WITHDRAWN}
"""In these nothing was ever sent, where nothing was signed either."""


def has_answered(status: Status, accepted_revision: int, *, is_reply: bool) -> bool:
    """Whether the Assembly has an answer: what was accepted stands, and what was returned, while a reply to it waits.

    `accepted_revision` is the revision that was accepted last, 0 where none was. `is_reply` is whether a return that
    waits for its signature was signed before and not withdrawn since.
    """
    return accepted_revision > 0 or status not in UNANSWERED or (status is Status.READY and is_reply)


EDITABLE = frozenset({Status.NOT_STARTED, Status.IN_PROGRESS, Status.RETURNED, Status.WITHDRAWN, Status.CORRECTING})
"""In these an organisation may change its answers."""


def takes_answers(round_status: RoundStatus, revision: int, accepted_revision: int) -> bool:
    """Whether a round takes answers: to its close, to its publication for what was sent, then for what was accepted.

    `revision` is the number of times that the return was signed; so what the Assembly returned after the close,
    and a correction, can still be answered. `accepted_revision` is 0 where none was accepted: after publication only
    what is counted can be corrected, and what was published stays until the team publishes it again.
    """
    if round_status in FROZEN:
        return accepted_revision > 0
    return round_status in (REVIEWING if revision else ANSWERING)


def takes_decisions(round_status: RoundStatus, accepted_revision: int) -> bool:
    """Whether the Assembly may accept or return: to the publication, and then corrections of what was accepted."""
    return round_status in REVIEWING or (round_status in FROZEN and accepted_revision > 0)


class Step(StrEnum):
    """What somebody does to a return."""

    START = "start"
    ASK_TO_SIGN = "ask_to_sign"
    SEND_BACK = "send_back"
    SUBMIT = "submit"
    RETURN = "return"
    ACCEPT = "accept"
    DECLARE_NIL = "declare_nil"
    WITHDRAW = "withdraw"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True)
class Rule:
    """One step: from which statuses, to which, by whom, and whether a reason is needed."""

    before: frozenset[Status]
    after: Status
    roles: frozenset[Role]
    needs_reason: bool = False
    not_own: bool = False


WRITERS = frozenset({Role.CONTRIBUTOR, Role.LEAD})
RULES: dict[Step, Rule] = {
    Step.START: Rule(frozenset({Status.NOT_STARTED}), Status.IN_PROGRESS, WRITERS),
    Step.ASK_TO_SIGN: Rule(
        frozenset({Status.IN_PROGRESS, Status.RETURNED, Status.WITHDRAWN, Status.CORRECTING}),
        Status.READY,
        frozenset({Role.LEAD}),
    ),
    Step.SEND_BACK: Rule(frozenset({Status.READY}), Status.IN_PROGRESS, frozenset({Role.SIGNATORY}), needs_reason=True),
    Step.SUBMIT: Rule(
        frozenset({Status.IN_PROGRESS, Status.READY, Status.RETURNED, Status.WITHDRAWN, Status.CORRECTING}),
        Status.SUBMITTED,
        frozenset({Role.SIGNATORY}),
    ),
    Step.RETURN: Rule(
        frozenset({Status.SUBMITTED}), Status.RETURNED, frozenset({Role.MEMBER}), needs_reason=True, not_own=True
    ),
    Step.ACCEPT: Rule(frozenset({Status.SUBMITTED}), Status.ACCEPTED, frozenset({Role.MEMBER}), not_own=True),
    Step.DECLARE_NIL: Rule(
        frozenset({Status.NOT_STARTED, Status.IN_PROGRESS, Status.READY}),
        Status.NIL,
        frozenset({Role.SIGNATORY}),
        needs_reason=True,
    ),
    Step.WITHDRAW: Rule(
        frozenset({Status.SUBMITTED}), Status.WITHDRAWN, frozenset({Role.SIGNATORY}), needs_reason=True
    ),
    Step.CORRECT: Rule(
        frozenset({Status.ACCEPTED}), Status.CORRECTING, frozenset({Role.LEAD, Role.SIGNATORY}), needs_reason=True
    ),
}

DONE = {
    Step.START: "Started",
    Step.ASK_TO_SIGN: "Sent for sign-off",
    Step.SEND_BACK: "Sent back by the signatory",
    Step.SUBMIT: "Signed and submitted",
    Step.RETURN: "Returned by the Assembly",
    Step.ACCEPT: "Accepted by the Assembly",
    Step.DECLARE_NIL: "Declared a nil return",
    Step.WITHDRAW: "Withdrawn",
    Step.CORRECT: "Opened for correction",
}


class StepRefused(Exception):
    """The step may not be taken; the text is a sentence for the person who tried."""


@dataclass(frozen=True, slots=True)
class Person:
    """The one who takes a step: roles held for this return, and whether its organisation is their interest."""

    roles: frozenset[Role]
    is_interested: bool = False


def take_step(step: Step, status: Status, person: Person, reason: str = "") -> Status:
    """The status after the step. Raises StepRefused with a sentence."""
    rule = RULES[step]
    if not rule.roles & person.roles:
        raise StepRefused(f"Your roles do not allow this step: it is for {_whose(rule)}")
    if status not in rule.before:
        raise StepRefused(
            f"This return is now “{NAMES[status]}”, so this step is no longer possible. Nothing was changed"
        )
    if rule.not_own and person.is_interested:
        raise StepRefused("You have an interest in this organisation, so somebody else must decide")
    if rule.needs_reason and not reason.strip():
        raise StepRefused("Write the reason, so that the reader knows what to do")
    return rule.after


def before_asking(history: Sequence[Status]) -> Status:
    """Where a return that its signatory sends back stands again: where it was before a signature was asked for.

    `history` is the status after each step, the first one first. So what the Assembly returned, and what is being
    corrected, stays so.
    """
    stood = (status for status in reversed(history) if status in EDITABLE)
    return next(stood, Status.IN_PROGRESS)


def _whose(rule: Rule) -> str:
    own = [ROLE_NAMES[role] for role in Role if role in rule.roles & OF_AN_ORGANISATION]
    return f"the {any_of(own)} of the organisation" if own else "an Assembly member"


def available_steps(status: Status, person: Person) -> tuple[Step, ...]:
    """The steps that this person could take now: what decides which buttons appear."""
    return tuple(step for step, rule in RULES.items() if _is_open(rule, status, person))


def _is_open(rule: Rule, status: Status, person: Person) -> bool:
    return status in rule.before and bool(rule.roles & person.roles) and not (rule.not_own and person.is_interested)
