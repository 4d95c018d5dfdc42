"""Figures in words: one sentence for a share, one for its coverage, one for its change."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from anchor_portal.domain.figures.figure import (
    Figure,
    Number,
    Shown,
    Suppressed,
    Withheld,
    printed,
    reason_of,
    shown_percent,
)
from anchor_portal.domain.figures.indicators import IndicatorView, Matched
from anchor_portal.domain.figures.proportions import rounded
from anchor_portal.domain.rounds import title_of

REAL_CHANGE_NOTE = (
    "Real change is among the organisations counted in both rounds, and includes shifts of size between them. What is "
    "left over comes from organisations that joined or left."
)

round_name = title_of
"""A round's code in words: "2026-07" is "July 2026"."""


def in_words(view: IndicatorView) -> str:
    """The share in one sentence: "Of every 100 employees of the 18 signatories counted, 63 live here"."""
    if _has_answers(view):
        return _organisations_in_words(view)
    if isinstance(view.value, Shown):
        opening = f"{view.definition.words.opening} {_counted(view.returns_counted)} counted"
        return f"{opening}, {_share_in_words(view)}."
    if isinstance(view.value, Withheld) and view.withheld:
        return view.withheld
    if isinstance(view.value, Withheld | Suppressed):
        return f"This figure is not shown: {view.value.reason}."
    return f"There is no figure for {title_of(view.round)}: {reason_of(view.value)}."


def absence_in_words(view: IndicatorView) -> str:
    """Which round has no figure and why: "January 2027 is withheld: ..."; empty where its figure is shown."""
    why = view.value
    if figure_in_words(view) or isinstance(why, Shown):
        return ""
    if isinstance(why, Withheld | Suppressed):
        return f"{title_of(view.round)} is {'withheld' if isinstance(why, Withheld) else 'not shown'}: {why.reason}."
    return f"There is no figure for {title_of(view.round)}: {why.reason}."


def up_to_last_shown(views: Sequence[IndicatorView]) -> Sequence[IndicatorView]:
    """These views of one indicator, the earliest first, up to the last that shows a figure; all where none does."""
    shown = [number for number, view in enumerate(views, start=1) if figure_in_words(view)]
    return views[: shown[-1]] if shown else views


def figure_in_words(view: IndicatorView) -> str:
    """The figure by itself: "74.6%", or "14 of 18" where organisations are counted; empty where it is not shown."""
    if _has_answers(view):
        return _answers(view)
    return view.value.text if isinstance(view.value, Shown) else ""


def interval_in_words(view: IndicatorView) -> str | None:
    """How sure the share is, where it has an interval: "between 11% and 13%"; None where it has none."""
    if not (isinstance(view.lower, Shown) and isinstance(view.upper, Shown)):
        return None
    return f"Allowing for chance, between {view.lower.text} and {view.upper.text} (95% confidence interval)."


def coverage_in_words(view: IndicatorView) -> str:
    """Who is counted: "18 of 21 signatories; they employ 94% of the known workforce.", and who is not."""
    counted = view.returns_counted.text if isinstance(view.returns_counted, Shown) else "Fewer than three"
    says = [f"{counted} of {view.returns_expected} signatories"]
    if isinstance(view.coverage, Shown):
        says.append(f"they employ {view.coverage.text} of the known workforce")
    if view.percentage_only:
        says.append(f"{view.percentage_only} gave only a percentage, which cannot be added up")
    if view.without_headcount:
        says.append(f"headcount not known: {', '.join(view.without_headcount)}")
    return "; ".join(says) + "."


def change_in_words(view: IndicatorView) -> str:
    """The change since the earlier round: real change first, then what joining and leaving make of it."""
    matched = view.matched
    if matched is None:
        why = view.not_compared or "no organisation is counted now and in an earlier round"
        return f"There is nothing to compare with: {why}."
    if isinstance(matched.real_change, Shown) and isinstance(matched.composition_change, Shown):
        return f"{_real_in_words(matched, matched.real_change)}; {_composition_in_words(matched)}."
    reason = reason_of(matched.real_change)
    if isinstance(matched.total_change, Shown):
        moved, ends = _moved(matched.total_change.value), _ends_of_total(view, matched.total_change)
        return f"{moved} on {title_of(matched.round)}{ends} among everyone counted in each round; {reason}."
    return f"The change on {title_of(matched.round)} is not shown: {reason}."


def change_over(views: Sequence[IndicatorView]) -> str:
    """The change up to the last of these views of one indicator, the earliest first.

    Where organisations are counted: "18 of 19, after 17 of 19 in January 2026".
    """
    view = views[-1]
    if not _has_answers(view):
        return change_in_words(view)
    comparable = [each for each in views[:-1] if each.definition.code == view.definition.code]
    earlier = next((each for each in reversed(comparable) if _has_answers(each)), None)
    told = f"{_answers(view)}, after {_answers(earlier)} in {title_of(earlier.round)}." if earlier else ""
    is_split = view.matched is not None and isinstance(view.matched.total_change, Shown)
    return " ".join(filter(None, (told, change_in_words(view) if is_split or not told else "")))


def listed(names: Sequence[str]) -> str:
    """Names in a row: "A, B and C"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _has_answers(view: IndicatorView) -> bool:
    return view.counts_organisations and isinstance(view.numerator, Shown) and isinstance(view.denominator, Shown)


def _answers(view: IndicatorView) -> str:
    """ "14 of 18": both counts are shown."""
    return " of ".join(each.text for each in (view.numerator, view.denominator) if isinstance(each, Shown))


def _organisations_in_words(view: IndicatorView) -> str:
    yes, asked = _answers(view).split(" of ")
    doing = view.definition.words.many
    if asked == "0":
        return f"No signatory was asked and answered, in {title_of(view.round)}."
    if asked == "1":
        return f"The one signatory asked and answering {'' if yes == '1' else 'is not among those that '}{_of_one(doing, yes)}."
    if yes == "0":
        return f"None of the {asked} signatories asked and answering {_of_one(doing, '1')}."
    who = f"All {asked} signatories" if yes == asked else f"{yes} of the {asked} signatories"
    return f"{who} asked and answering {_of_one(doing, yes)}."


def _of_one(doing: str, number: str) -> str:
    """What one signatory does, from what several do: "have signed" becomes "has signed"."""
    if number != "1":
        return doing
    for several, one in (("have ", "has "), ("let ", "lets "), ("deliver ", "delivers ")):
        doing = doing.replace(several, one)
    return doing


def _counted(returns: Figure) -> str:
    number = returns.text if isinstance(returns, Shown) else ""
    return "the one signatory" if number == "1" else f"the {number} signatories"


def _share_in_words(view: IndicatorView) -> str:
    """The value as so many of every hundred; the ends of the scale are said only where they are exact."""
    value = Fraction(view.value.value) if isinstance(view.value, Shown) else Fraction(0)
    sign = "£" if view.definition.kind_of_number == "gbp" else ""
    number = rounded(value, 0)
    words = view.definition.words
    if number == 0 and value > 0:
        return words.one.format(n=f"less than {sign}1" if sign else "fewer than 1")
    if number == 100 and value < 100:
        return words.many.format(n=f"more than {sign}99")
    if number == 0 and not sign:
        return words.many.format(n="none")
    return (words.one if number == 1 else words.many).format(n=f"{sign}{number}")


def _real_in_words(matched: Matched, real: Shown) -> str:
    number = matched.organisations.text if isinstance(matched.organisations, Shown) else ""
    among = "the one organisation" if number == "1" else f"the {number} organisations"
    ends = _ends(matched.before, matched.after, printed(real.value))
    return f"{_moved(real.value)} on {title_of(matched.round)}{ends} among {among} counted in both"


def _ends_of_total(view: IndicatorView, total: Shown) -> str:
    """From which share to which, for everyone: only from published shares, which are rounded already and alike."""
    if not (view.protected and isinstance(view.value, Shown)) or _places(view.value) != _places(total):
        return ""
    before = printed(view.value.value) - printed(total.value)
    return _ends(shown_percent(before), view.value, printed(total.value))


def _places(shown: Shown) -> int:
    """How many places a figure is printed with."""
    return len(shown.text.partition(".")[2].rstrip("%"))


def _ends(before: Figure, after: Figure, points: Decimal) -> str:
    """ ", from 60.0% to 61.3%,", where the two are shown and differ as they are printed by what is said of them."""
    if not (isinstance(before, Shown) and isinstance(after, Shown)):
        return ""
    if printed(after.value) - printed(before.value) != points:
        return ""
    return f", from {before.text} to {after.text}," if points else f", at {after.text},"


def _composition_in_words(matched: Matched) -> str:
    real = matched.real_change.value if isinstance(matched.real_change, Shown) else Decimal(0)
    total = matched.total_change.value if isinstance(matched.total_change, Shown) else Decimal(0)
    composition = printed(total) - printed(real)
    if not composition:
        return "organisations joining or leaving made no difference"
    effect = "add" if composition > 0 else "take off"
    change = f"those that joined or left {effect} {abs(composition):f}"
    return f"{change}, so that for everyone counted it is {_lower(_moved(total))}"


def _moved(value: Number) -> str:
    """ "Up 1.3 percentage points", "Down 0.4 percentage points" or "Unchanged"."""
    points = printed(value)
    if not points:
        return "Unchanged"
    unit = "percentage point" if abs(points) == 1 and points.as_tuple().exponent == 0 else "percentage points"
    return f"{'Up' if points > 0 else 'Down'} {abs(points):f} {unit}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
