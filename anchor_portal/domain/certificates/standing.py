"""Whether a certificate still stands on a day, and since when it does not."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

AWARD_YEARS = 5
"""So long an award is held; it lapses after the same day of the fifth year."""


class CertificateState(StrEnum):
    """Valid; replaced by another; withdrawn by the team; lapsed, as what it certifies came to its end."""

    VALID = "valid"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


STATE_NAMES = {
    CertificateState.VALID: "Valid",
    CertificateState.REPLACED: "Replaced",
    CertificateState.WITHDRAWN: "Withdrawn",
    CertificateState.LAPSED: "Lapsed",
}


@dataclass(frozen=True, slots=True)
class Stands:
    """How a certificate stands; `since` when it is not valid, None where that day is not known."""

    state: CertificateState
    since: date | None = None


def stands_on(
    today: date,
    *,
    withdrawn_on: date | None,
    replaced_by: str | None,
    replaced_on: date | None,
    held_until: date | None,
    left_on: date | None,
    is_in_register: bool = True,
) -> Stands:
    """How a certificate stands: what the team did counts before what time did.

    `held_until` is the last day of an award; `left_on` the first day on which a signatory is one no longer. An award that
    is not in the register (any more) has lapsed, nobody knows since when.
    """
    if withdrawn_on is not None:
        return Stands(CertificateState.WITHDRAWN, withdrawn_on)
    if replaced_by is not None:
        return Stands(CertificateState.REPLACED, replaced_on)
    if not is_in_register:
        return Stands(CertificateState.LAPSED)
    if held_until is not None and today > held_until:
        return Stands(CertificateState.LAPSED, held_until)
    if left_on is not None and today >= left_on:
        return Stands(CertificateState.LAPSED, left_on)
    return Stands(CertificateState.VALID)


def last_day_of_award(since: date) -> date:
    """The last day on which an award is held: the same day of the fifth year (1 March for 29 February)."""
    try:
        return since.replace(year=since.year + AWARD_YEARS)
    except ValueError:
        return date(since.year + AWARD_YEARS, 3, 1)


def earliest_award(today: date) -> date:
    """The earliest day on which an award that is still held today can have been achieved."""
    try:
        return today.replace(year=today.year - AWARD_YEARS)
    except ValueError:
        return date(today.year - AWARD_YEARS, 3, 1)
