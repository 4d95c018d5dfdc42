"""The change between two rounds as it is published: percentages and no counts."""

from collections.abc import Sequence
from decimal import Decimal

from anchor_portal.domain.disclosure.percentages import percent_of
from anchor_portal.domain.disclosure.rules import (
    FEWEST_RETURNS,
    SMALL_BASE,
    round_total,
    tells_ethnicity,
    why_sensitive,
)
from anchor_portal.domain.figures.change import Panel, split_change
from anchor_portal.domain.figures.definitions import Definition
from anchor_portal.domain.figures.figure import (
    Absent,
    Figure,
    Suppressed,
    Withheld,
    shown_count,
    shown_percent,
    shown_points,
)
from anchor_portal.domain.figures.indicators import Matched
from anchor_portal.domain.figures.proportions import Total

FEW_MOVED = range(1, FEWEST_RETURNS)

FEW_MATCHED = Suppressed("fewer than three organisations are counted in both rounds")
NO_SPLIT = Withheld("one or two organisations joined or left, so only the total change is published")
SPLIT_TELLS = Withheld("the split would tell small numbers about those that joined or left")
EARLIER_HIDDEN = Withheld("the figure of the earlier round is not published")


def protect_change(definition: Definition, panel: Panel | None, why: Absent | None) -> Matched | None:
    """The matched panel for outside, from rounded counts; `why` the headline is not shown. None without a panel.

    All its percentages have the same places, for between 37 and 37.1 nothing is known to have changed; in publications
    before this rule each has its own.
    """
    if panel is None or split_change(panel) is None:
        return None
    totals = [round_total(each, definition.kind_of_number) for each in _four(panel)]
    others = totals if panel.in_like_places else []
    percents = [percent for total in totals if (percent := percent_of(total, *others)) is not None]
    why = why or _why_no_change(definition, panel) or (SMALL_BASE if len(percents) < len(totals) else None)
    if why:
        return _matched_of(panel, [why] * 8)
    before, after, before_all, after_all = percents
    total = shown_points(after_all - before_all)
    if no_split := _why_no_split(definition, panel):
        return _matched_of(panel, [*[no_split] * 7, total])
    joined, left = after_all - after, before - before_all
    parts = [shown_points(part) for part in (after - before, joined, left, joined + left)]
    organisations = shown_count(Decimal(panel.organisations), "organisations")
    return _matched_of(panel, [organisations, shown_percent(before), shown_percent(after), *parts, total])


def _why_no_split(definition: Definition, panel: Panel) -> Withheld | None:
    """Who joined or left is known: the panel's percentages beside everyone's tell about them, nearly as counts do."""
    if panel.joined in FEW_MOVED or panel.left in FEW_MOVED:
        return NO_SPLIT
    moved = [(panel.joined, panel.after_all - panel.after), (panel.left, panel.before_all - panel.before)]
    if definition.by_ethnicity and any(number and tells_ethnicity(total) for number, total in moved):
        return SPLIT_TELLS
    return None


def _why_no_change(definition: Definition, panel: Panel) -> Absent | None:
    if panel.organisations < FEWEST_RETURNS:
        return FEW_MATCHED
    if not panel.earlier_shown:
        return EARLIER_HIDDEN
    largest = (panel.before_largest, panel.after_largest, None, None)
    reasons = (why_sensitive(definition, each, two) for each, two in zip(_four(panel), largest, strict=True))
    return next((reason for reason in reasons if reason), None)


def _four(panel: Panel) -> tuple[Total, Total, Total, Total]:
    return panel.before, panel.after, panel.before_all, panel.after_all


def _matched_of(panel: Panel, cells: Sequence[Figure]) -> Matched:
    """In the order organisations, before, after, real, joined, left, composition, total."""
    return Matched(panel.earlier, *cells)
