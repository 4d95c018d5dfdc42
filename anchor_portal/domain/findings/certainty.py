"""How sure a share is, in words for people who have never seen a confidence interval."""

from anchor_portal.domain.figures.figure import Figure, Shown, reason_of
from anchor_portal.domain.figures.indicators import IndicatorView
from anchor_portal.domain.figures.proportions import NumberKind
from anchor_portal.domain.findings.distribution import Distribution

EXPLAINED = (
    "Who happens to work here on the day of counting is partly chance. If the count could be made again and again, "
    "19 of 20 ranges worked out like this one would hold the share that lies behind it."
)
"""What a 95 per cent confidence interval is: of the ranges, not of this one share."""

_NO_RANGE: dict[NumberKind, str] = {
    "fte": "There is no range for chance: full-time equivalents are added up, and are not counts of people.",
    "gbp": "There is no range for chance: pounds are added up, and are not counts of people.",
    "contracts": "There is no range for chance: contracts are not counts of people.",
    "organisations": "These are answers as they were given, yes or no. There is no range for chance.",
}
_NOUNS: dict[NumberKind, str] = {
    "people": "{amount} employees",
    "fte": "{amount} full-time equivalent employees",
    "gbp": "{amount}",
    "contracts": "{amount} contracts",
    "organisations": "{amount} organisations",
}


def certainty_in_words(view: IndicatorView) -> tuple[str, ...]:
    """How far chance, and what is not known, could move the figure: a sentence or two; none where it is not shown."""
    return tuple(filter(None, (range_in_words(view), unknown_in_words(view))))


def range_in_words(view: IndicatorView) -> str:
    """What chance could have done, or why there is no range for it; empty where the figure is not shown."""
    if not isinstance(view.figure, Shown):
        return ""
    lower, upper = view.lower, view.upper
    if not (isinstance(lower, Shown) and isinstance(upper, Shown)):
        return _NO_RANGE.get(view.definition.kind_of_number, "There is no range for chance.")
    if lower.text == upper.text:
        return f"Chance can hardly have moved it: both ends of the range for chance are {lower.text} when rounded."
    return f"Allowing for chance, between {lower.text} and {upper.text}."


def unknown_in_words(view: IndicatorView) -> str:
    """Between what the share would lie if the unknown were known; empty where nothing is unknown, or not shown."""
    lowest, highest = view.sensitivity
    if not (isinstance(view.unknown, Shown) and isinstance(lowest, Shown) and isinstance(highest, Shown)):
        return ""
    if not view.unknown.value or view.definition.kind_of_number == "organisations":
        return ""
    amount = _NOUNS[view.definition.kind_of_number].format(amount=view.unknown.text)
    if lowest.text == highest.text:
        return f"Knowing about the other {amount} would make no difference."
    return f"If we knew about the other {amount}, it could be anything from {lowest.text} to {highest.text}."


def spread_in_words(spread: Distribution) -> str:
    """Where the organisations lie, each counting the same, or why that is not said."""
    cells: tuple[Figure, ...] = (spread.organisations, spread.lower_quartile, spread.median, spread.upper_quartile)
    shown = [cell.text for cell in cells if isinstance(cell, Shown)]
    if len(shown) < len(cells):
        reason = next(reason for cell in cells if (reason := reason_of(cell)))
        return f"How the organisations differ is not shown: {reason}."
    number, lower, median, upper = shown
    return (
        f"Put in a row by their own share, the organisation in the middle of the {number} has {median}. "
        f"The middle half of them lie between {lower} and {upper}."
    )
