"""What an organisation signed, earned or takes part in: words for each kind, and how long it holds."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from anchor_portal.domain.certificates.standing import last_day_of_award

LONGEST_LEVEL, LONGEST_EVIDENCE = 100, 1000


class Standing(StrEnum):
    """Where a holding stands on a day."""

    HELD = "held"
    TO_COME = "to come"
    LAPSED = "lapsed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class HoldingWords:
    """How a kind of holding is named, and what its first day is called; an award lapses after five years."""

    title: str
    plural: str
    begins: str
    level: str = ""
    lapses: bool = False
    hint: str = ""


HOLDINGS = {
    "social_value_charter": HoldingWords(
        "Social Value Charter", "Signatories of the Social Value Charter", "Signed on"
    ),
    "social_value_award": HoldingWords(
        "Social Value Award", "Holders of the Social Value Award", "Awarded on", "Which award", lapses=True
    ),
    "prevention_pledge": HoldingWords("NHS Prevention Pledge", "NHS Prevention Pledge", "Adopted on"),
    "fair_employment_charter": HoldingWords(
        "Fair employment charter", "Fair employment charters", "Signed on", "Which charter, and at which level"
    ),
    "toms": HoldingWords(
        "Themes, Outcomes and Measures (TOMs)",
        "Taking part in Themes, Outcomes and Measures (TOMs)",
        "Joined on",
        hint="That it takes part, and since when. Its measures stay with their owners",
    ),
}
"""By kind, in the order of the pages."""


class HoldingRefused(ValueError):
    """A holding that cannot be kept as asked; the text is a sentence."""


def last_day(kind: str, since: date, until: date | None) -> date | None:
    """The last day of a holding: the one given, or of an award its fifth anniversary; None where there is no end."""
    return until or (last_day_of_award(since) if HOLDINGS[kind].lapses else None)


def standing_on(day: date, kind: str, since: date, until: date | None) -> Standing:
    """Where a holding stands on a day; its last day still counts."""
    if day < since:
        return Standing.TO_COME
    last = last_day(kind, since, until)
    if last is None or day <= last:
        return Standing.HELD
    return Standing.ENDED if until else Standing.LAPSED


def check_days(kind: str, since: date, until: date | None, today: date) -> None:
    """Refuse days that cannot be. Raises HoldingRefused."""
    if since > today:
        raise HoldingRefused(f"“{HOLDINGS[kind].begins}” cannot be a day that is still to come")
    if until and until < since:
        raise HoldingRefused("It cannot end before it begins")


def find_kind(words: str) -> str | None:
    """The kind that somebody means by words such as "SV Award", "Prevention pledge" or a code; None for none."""
    text = "".join(sign for sign in words.casefold().replace("-", "_") if sign.isalnum() or sign in " _")
    text = " ".join(text.replace("_", " ").split())
    if not text:
        return None
    if "tom" in text.split() or "toms" in text.split():
        return "toms"
    if "prevention" in text:
        return "prevention_pledge"
    if "fair" in text or "employment" in text:
        return "fair_employment_charter"
    if "award" in text:
        return "social_value_award"
    return "social_value_charter" if "charter" in text else None
