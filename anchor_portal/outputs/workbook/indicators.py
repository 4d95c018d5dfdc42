"""Indicators in a workbook: each figure as a number, or the word for why there is none with its reason."""

from collections.abc import Callable, Iterator, Sequence

from anchor_portal.domain.figures.figure import Figure, Shown, reason_of
from anchor_portal.domain.figures.indicators import BREAKDOWNS, IndicatorView, Matched, Row
from anchor_portal.domain.figures.proportions import NumberKind
from anchor_portal.domain.findings import sentences
from anchor_portal.domain.rounds import title_of
from anchor_portal.outputs.workbook.plain import LEFT, Column, Entry, Sheet, Styled

UNITS: dict[NumberKind, str] = {
    "people": "people",
    "fte": "full-time equivalents",
    "gbp": "pounds",
    "contracts": "contracts",
    "organisations": "organisations",
}
STATES = {
    "shown": "Shown",
    "suppressed": "Suppressed",
    "not_provided": "Not provided",
    "not_applicable": "Not applicable",
    "withheld": "Withheld",
}
INTERVAL_NOTE = "95% confidence, by the Wilson score method; only where people are counted."
BREAKDOWN_NAMES = {"sector": "Kind of organisation", "place": "Main place", "tier": "Pay band and level"}
Line = tuple[Entry, ...]
Ask = Callable[[IndicatorView], Entry]


def headline_rows(views: Sequence[IndicatorView]) -> Iterator[Line]:
    """The rows that most readers want: a column for each indicator."""
    for label, ask in _HEADLINE:
        yield (label, *(_on_the_left(ask(view)) for view in views))


def detail_rows(views: Sequence[IndicatorView]) -> Iterator[Line]:
    """What the headline is made of, and the change in its parts."""
    for label, ask in (*_DETAIL, *_CHANGE, *_WORDS):
        yield (label, *(_on_the_left(ask(view)) for view in views))


def _on_the_left(entry: Entry) -> Entry:
    return Styled(entry.value, entry.style + LEFT) if isinstance(entry, Styled) else entry


def definition_rows(views: Sequence[IndicatorView]) -> Iterator[Line]:
    """The definitions, field by field."""
    labels = [label for label, _ in views[0].definition.fingertips] if views else []
    texts = [dict(view.definition.fingertips) for view in views]
    for label in labels:
        yield (label, *(text[label] for text in texts))


def _entry(figure: Figure, style: str) -> Entry:
    """A figure as a number, or the word for why there is none with its reason."""
    if isinstance(figure, Shown):
        return Styled(figure.value, style)
    return f"{STATES[figure.state]}: {reason_of(figure)}"


def _kind(view: IndicatorView) -> NumberKind:
    return view.definition.kind_of_number


def _of_change(pick: Callable[[Matched], Figure], style: str) -> Ask:
    return lambda view: (
        _entry(pick(view.matched), style) if view.matched else "Not provided: no organisation is in both"
    )


_HEADLINE: tuple[tuple[str, Ask], ...] = (
    ("What it is", lambda view: view.definition.name),
    ("Value (%)", lambda view: _entry(view.value, "percent")),
    ("Real change since the earlier round (points)", _of_change(lambda change: change.real_change, "points")),
    ("Returns counted", lambda view: _entry(view.returns_counted, "organisations")),
    ("Returns expected", lambda view: Styled(view.returns_expected, "organisations")),
    ("Part of the known workforce covered (%)", lambda view: _entry(view.coverage, "percent")),
    ("Status", lambda view: view.status.capitalize()),
)
_DETAIL: tuple[tuple[str, Ask], ...] = (
    ("Lower limit, 95% confidence (%)", lambda view: _entry(view.lower, "percent")),
    ("Upper limit, 95% confidence (%)", lambda view: _entry(view.upper, "percent")),
    ("Numerator", lambda view: _entry(view.numerator, _kind(view))),
    ("Denominator", lambda view: _entry(view.denominator, _kind(view))),
    ("Not known", lambda view: _entry(view.unknown, _kind(view))),
    ("Counted in", lambda view: UNITS[_kind(view)]),
    ("Value if none of the unknown belonged (%)", lambda view: _entry(view.sensitivity[0], "percent")),
    ("Value if all of the unknown belonged (%)", lambda view: _entry(view.sensitivity[1], "percent")),
    ("Gave a percentage only", lambda view: Styled(view.percentage_only, "organisations")),
    ("Kept from the public for its coverage", lambda view: view.withheld or "No"),
)
_CHANGE: tuple[tuple[str, Ask], ...] = (
    (
        "Compared with",
        lambda view: title_of(view.matched.round) if view.matched else "Nothing to compare with",
    ),
    ("Organisations counted in both", _of_change(lambda change: change.organisations, "organisations")),
    ("These, before (%)", _of_change(lambda change: change.before, "percent")),
    ("These, now (%)", _of_change(lambda change: change.after, "percent")),
    ("Real change (percentage points)", _of_change(lambda change: change.real_change, "points")),
    ("Effect of those that joined (points)", _of_change(lambda change: change.joined_change, "points")),
    ("Effect of those that left (points)", _of_change(lambda change: change.left_change, "points")),
    ("Change of composition (points)", _of_change(lambda change: change.composition_change, "points")),
    ("Change for everyone counted (points)", _of_change(lambda change: change.total_change, "points")),
)
_WORDS: tuple[tuple[str, Ask], ...] = (
    ("Who is counted", sentences.coverage_in_words),
    ("The change in words", sentences.change_in_words),
)


def indicators_sheet() -> Sheet:
    """Every figure of every indicator, one a row."""
    columns = (
        Column("Round", 9),
        Column("Indicator", 11, "whole"),
        Column("Definition", 11, note="The definition and its version: figures of other versions cannot be compared."),
        Column("Breakdown", 20),
        Column("Group", 37),
        Column("Code", 17),
        Column("Value (%)", 10, "percent", "Pooled: all numerators over all denominators. Raw, not rounded."),
        Column("Lower limit (%)", 10, "percent", INTERVAL_NOTE),
        Column("Upper limit (%)", 10, "percent", INTERVAL_NOTE),
        Column("Counted in", 19),
        Column("Numerator", 17),
        Column("Denominator", 17, note="Only those of whom it is known; the unknown are in neither."),
        Column("Returns counted", 10, "organisations"),
        Column("State", 15, note="Shown, or why there is no number. A number that is missing is not zero."),
        Column("Reason", 40, "wrapped"),
        Column("Status", 12, note="Provisional until the round is published, then frozen."),
    )
    return Sheet("Indicators", columns, frozen_columns=2)


Part = tuple[IndicatorView, str, str, tuple[Row, ...]]


def indicator_parts(views: Sequence[IndicatorView]) -> Iterator[Part]:
    """Each indicator in its parts: the view, the part's name, the part in words, and its rows."""
    for view in views:
        yield view, "all", "All", (view.headline,)
        for breakdown in BREAKDOWNS:
            yield view, breakdown, BREAKDOWN_NAMES[breakdown], tuple(view.breakdowns[breakdown])


def indicator_rows(part: Part) -> Iterator[Line]:
    """The rows of one part."""
    view, _, name, rows = part
    for row in rows:
        yield _indicator_row(view, name, row)


def _indicator_row(view: IndicatorView, breakdown: str, row: Row) -> Line:
    return (
        view.round,
        view.definition.number,
        view.definition.code,
        breakdown,
        row.name,
        row.code,
        *(_number(figure, "percent") for figure in (row.value, row.lower, row.upper)),
        UNITS[_kind(view)],
        *(_number(figure, _kind(view)) for figure in (row.numerator, row.denominator)),
        _number(row.returns_counted, "organisations"),
        STATES[row.state],
        row.reason,
        view.status.capitalize(),
    )


def _number(figure: Figure, style: str) -> Entry:
    """A figure in a column of numbers: empty where there is none, for state and reason stand beside it."""
    return Styled(figure.value, style) if isinstance(figure, Shown) else None
