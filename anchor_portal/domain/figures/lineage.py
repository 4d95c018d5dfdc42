"""What one return adds to a figure, read from what was signed; and why a return is not in it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from anchor_portal.domain.answers.parts import Parts
from anchor_portal.domain.figures.measures import Measure
from anchor_portal.domain.figures.proportions import Total
from anchor_portal.domain.lifecycle import NAMES, Status

NO_ROW = "Its table has no row of this level"


def add_up(measures: Iterable[Measure], key: str, rows: frozenset[str]) -> Total | None:
    """What the measures of one return add to a figure: of the rows that count for it; None where it has none.

    `rows` holds the empty row for the whole measure, or the levels of a tier.
    """
    found = [each for each in measures if each.key == key and each.row in rows]
    counted = [each for each in found if each.numerator is not None and each.denominator is not None]
    if not counted:
        return None
    return Total(
        sum((each.numerator or Decimal(0) for each in counted), Decimal(0)),
        sum((each.denominator or Decimal(0) for each in counted), Decimal(0)),
        sum((each.unknown for each in counted), Decimal(0)),
        1,
    )


def why_not_counted(status: Status, accepted_revision: int, answer: Parts, percent: Decimal | None, tier: bool) -> str:
    """Why an organisation is not in a figure, as a short sentence; `answer` is the signed one to its question."""
    if status is Status.NOT_STARTED:
        return "No return"
    if status is Status.NIL:
        return "Nil return"
    if not accepted_revision:
        return f"Not accepted: {NAMES[status].lower()}"
    if percent is not None:
        return "Only a percentage, which cannot be added up"
    return _say_absent(answer, tier)


def _say_absent(answer: Mapping[str, str], tier: bool) -> str:
    states = {"not_known": "Answered “not known”", "not_applicable": "Answered “not applicable”"}
    if answer.get("state") in states:
        return states[answer["state"]]
    if not answer:
        return "Not answered"
    return NO_ROW if tier else "Its answer has no two counts"
