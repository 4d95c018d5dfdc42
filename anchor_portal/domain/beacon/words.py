"""The 22 Beacon indicators as facts: unit, which way is good, how they are printed, and what each means in plain words."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Polarity = Literal["high", "low", "none"]
"""Whether a high figure is good, a low one, or neither says anything by itself."""

PERSONS: tuple[str, ...] = ("Persons",)
FEMALE_AND_MALE: tuple[str, ...] = ("Female", "Male")


@dataclass(frozen=True, slots=True)
class Facts:
    """How one indicator is read and shown.

    `unit` is said after a difference ("years", "percentage points"), `measured` under the name. Every value lies from
    `low` to `high`; None where there is no such end. `decimals` are those printed.
    """

    number: int
    definition: str
    measured: str
    unit: str
    polarity: Polarity
    publisher: str
    low: Decimal | None = Decimal(0)
    high: Decimal | None = None
    decimals: int = 1
    is_percent: bool = False
    sexes: tuple[str, ...] = PERSONS


_ONS = "Office for National Statistics"
_DFE = "Department for Education"
_OHID = "Office for Health Improvement and Disparities"
_OURS = "Returns of the signatory organisations to the Assembly"


def _percent(number: int, definition: str, polarity: Polarity, publisher: str) -> Facts:
    return Facts(
        number, definition, "per cent", "percentage points", polarity, publisher, high=Decimal(100), is_percent=True
    )


def _years(number: int, definition: str) -> Facts:
    return Facts(number, definition, "years", "years", "high", _ONS, high=Decimal(120), sexes=FEMALE_AND_MALE)


_ALL: tuple[Facts, ...] = (
    _years(1, "How many years a baby born now would live on average, if today’s death rates stayed as they are."),
    _years(
        2,
        "How many years a baby born now would live in good health on average, if today’s death rates stayed, and "
        "people rated their own health as they do now.",
    ),
    _percent(
        3,
        "Children aged 2 to 2½ who are at or above the expected level in all five areas of development, of all "
        "children whose development was reviewed with the questionnaire for it.",
        "high",
        _OHID,
    ),
    _percent(
        4,
        "Children who have a good level of development at the end of Reception, of all children assessed then.",
        "high",
        _DFE,
    ),
    Facts(
        5,
        "How far pupils came between 11 and 16 in eight subjects, beside pupils in England who began alike. Above 0 is "
        "more than those, below 0 is less.",
        "score",
        "points",
        "high",
        _DFE,
        low=Decimal(-10),
        high=Decimal(10),
        decimals=2,
    ),
    Facts(
        6,
        "The points that pupils reach on average in eight subjects at the end of Year 11, out of 90.",
        "score",
        "points",
        "high",
        _DFE,
        high=Decimal(90),
    ),
    Facts(
        7,
        "Admissions to hospital of young people aged 15 to 19 after self-harm, for every 100,000 of that age.",
        "per 100,000",
        "per 100,000",
        "low",
        _OHID,
    ),
    _percent(8, "People aged 18 to 24 who are not in education, employment or training.", "low", _DFE),
    _percent(9, "Young people who have a level 2 qualification by the age of 19.", "high", _DFE),
    _percent(10, "People aged 16 to 64 who want work and have none, of all who have or want work.", "low", _ONS),
    _percent(
        11,
        "People in work whose job is permanent. A lower share can mean insecure work, or more people who work for "
        "themselves by choice: the share alone does not say which, so no judgement is made.",
        "none",
        _ONS,
    ),
    _percent(
        12,
        "Full-time equivalent of employees who live in Cheshire and Merseyside and are employed for at least a year, or "
        "for the whole of a shorter contract.",
        "high",
        _OURS,
    ),
    _percent(13, "Employees whose pay is less than the real living wage.", "low", _ONS),
    _percent(14, "Children who live in households where no adult works.", "low", _ONS),
    _percent(
        15,
        "People whose household income, after housing costs, is below a line that stays the same over the years but "
        "for prices.",
        "low",
        "Department for Work and Pensions",
    ),
    _percent(
        16,
        "Households that would be poor after paying to heat a home that wastes energy.",
        "low",
        "Department for Energy Security and Net Zero",
    ),
    Facts(
        17,
        "Households that a council has put up in temporary accommodation, for every 1,000 households.",
        "per 1,000 households",
        "per 1,000 households",
        "low",
        "Ministry of Housing, Communities and Local Government",
        decimals=2,
    ),
    _percent(18, "Adults who are physically active.", "high", _OHID),
    _percent(19, "Adults who say that they feel lonely often, always or some of the time.", "low", _OHID),
    _percent(
        20,
        "Employees from an ethnic minority background, of employees whose ethnicity is known.",
        "none",
        _OURS,
    ),
    _percent(
        21,
        "Pounds spent under contract with local suppliers, of all pounds spent under contract in the financial year.",
        "none",
        _OURS,
    ),
    _percent(
        22, "Adults who cycle or walk to get somewhere, three to five times a week.", "high", "Department for Transport"
    ),
)
FACTS: dict[int, Facts] = {facts.number: facts for facts in _ALL}
"""By number, 1 to 22. The definitions are short; the publisher's own is what counts."""

OURS = frozenset({12, 20, 21})
"""Made from the returns, so no file brings them."""
NO_LONGER_LOCAL = frozenset({15})
"""No longer available at the local level, as the review of December 2023 found; values of earlier years may be kept."""
