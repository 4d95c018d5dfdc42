"""More time for one organisation: what it may do meanwhile, and which day can be given."""

from collections.abc import Sequence
from datetime import date, timedelta

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.rounds import FROZEN, RoundStatus

LONGEST = timedelta(days=180)
"""After the deadline; whoever needs longer than until the next round misses this one."""
NAMED_AT_MOST = 5
LATE = frozenset({RoundStatus.SOFT_CLOSED, RoundStatus.CLOSED, RoundStatus.UNDER_REVIEW})


def own_status(status: RoundStatus, until: date | None, today: date) -> RoundStatus:
    """Where a round stands for one organisation: open to the end of its extension, even after the close.

    Only publication ends it before: figures are frozen then.
    """
    return RoundStatus.OPEN if until is not None and today <= until and status in LATE else status


def own_deadline(closes_on: date, until: date | None) -> date:
    """The deadline of one organisation: an extension can only be later than everybody's."""
    return max(closes_on, until) if until else closes_on


def refuse_until(until: date, closes_on: date, today: date) -> str:
    """Why more time cannot be given until a day, as a sentence; empty where it can."""
    if until < today:
        return "The new deadline must be today or later"
    if until <= closes_on:
        return f"The new deadline must be after {say_date(closes_on)}, which is everybody’s"
    if until > closes_on + LONGEST:
        return f"The new deadline must be on or before {say_date(closes_on + LONGEST)}, {LONGEST.days} days after everybody’s"
    return ""


def refuse_more_time(status: RoundStatus, *, is_expected: bool, has_answered: bool) -> str:
    """Why an organisation cannot be given more time at all; empty where it can."""
    if status in FROZEN:
        return f"This round is {status}: its figures are frozen, so nobody can be given more time"
    if has_answered:
        return "This organisation has answered, and needs no more time"
    return "" if is_expected else "This organisation is not expected to answer in this round"


def say_still_given(given: Sequence[tuple[str, date]]) -> str:
    """Who still has time when everybody else's is over: "Roche has until 15 January 2027"; empty where nobody has."""
    if not given:
        return ""
    if len(given) > NAMED_AT_MOST:
        return f"{len(given)} organisations have more time, the last of them until {say_date(max(day for _, day in given))}"
    return "; ".join(f"{name} has until {say_date(until)}" for name, until in given)
