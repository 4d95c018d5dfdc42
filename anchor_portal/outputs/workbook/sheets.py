"""The sheets of a round's workbook: read me, summary and indicators; others have modules of their own."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.figures.figure import Figure, Shown, reason_of
from anchor_portal.domain.figures.indicators import BREAKDOWNS, IndicatorView, Matched, Row
from anchor_portal.domain.figures.proportions import NumberKind
from anchor_portal.domain.findings import sentences
from anchor_portal.domain.lifecycle import NAMES, Status
from anchor_portal.domain.rounds import title_of
from anchor_portal.outputs.workbook.answers import (
    answers_sheet,
    case_studies_sheet,
    narratives_sheet,
    pledges_sheet,
)
from anchor_portal.outputs.workbook.content import RoundContent
from anchor_portal.outputs.workbook.dictionary import dictionary_sheet
from anchor_portal.outputs.workbook.plain import (
    DEMONSTRATION,
    Column,
    Entry,
    Sheet,
    Styled,
    WorkbookFacts,
    make_workbook,
)

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
BREAKDOWN_NAMES = {"sector": "Kind of organisation", "place": "Main place", "tier": "Pay band and level"}
SHEETS = (
    (
        "Summary",
        "Where the returns stand, the three indicators with their change and coverage, and what they mean.",
    ),
    (
        "Indicators",
        "Each indicator in all and by kind of organisation, main place and tier: one row for each figure.",
    ),
    (
        "Pledges by organisation",
        "One row for each organisation: where its return stands, and its main answers by pledge.",
    ),
    (
        "Answers",
        "Every part of every answer, one a row: the same rows as the CSV file, with names beside the codes.",
    ),
    ("Narratives", "What organisations wrote about each pledge."),
    ("Case studies", "Every case study, with whether it may be published."),
    ("Data dictionary", "What each question and each of its parts means, and which values it takes."),
)
READING = (
    "The figures are raw: nothing is rounded or hidden. They are for the sustainability team and are not to "
    "be published or passed on. What the public may see is on the portal’s own pages.",
    "Of each organisation the latest signed revision is used, and its draft where nothing is signed yet. Only "
    "accepted returns count in the indicators.",
    "Five states are never the same: 0 is an answer; “Not answered” is a blank; “Not applicable” and “Not "
    "known” were given as answers, with a reason; “Not asked” means that the question does not concern the "
    "organisation. “No return” means that nobody has begun.",
    "Percentages are numbers from 0 to 100. Amounts of money are in pounds; full-time equivalents have two decimals.",
    "A text that begins with =, +, - or @ is a text, and never a formula.",
)


def round_workbook(content: RoundContent) -> bytes:
    """The workbook of a round."""
    facts = WorkbookFacts(
        title=f"Anchor Framework, round {content.title}",
        subject=f"All returns and figures of round {content.code}",
        author=content.partnership,
        company=content.portal_name,
        made_on=content.made_on,
        demo=content.demo,
    )
    return make_workbook(facts, round_sheets(content))


def round_sheets(content: RoundContent) -> tuple[Sheet, ...]:
    """All eight sheets, in their order."""
    return (
        _read_me(content),
        _summary(content),
        _indicators(content),
        pledges_sheet(content),
        answers_sheet(content),
        narratives_sheet(content),
        case_studies_sheet(content),
        dictionary_sheet(content),
    )


Line = tuple[Entry, ...]


def _read_me(content: RoundContent) -> Sheet:
    columns = (Column("", 26, "label"), Column("", 100, "wrapped"))
    return Sheet("Read me", columns, tuple(_read_me_rows(content)), has_headings=False)


def _read_me_rows(content: RoundContent) -> Iterator[Line]:
    yield from _opening(content, f"Anchor Framework of {content.partnership}: round {content.title}")
    yield ("Made by", content.portal_name)
    yield ("Made on", content.made_on)
    yield ()
    yield (Styled("The sheets", "section"),)
    yield from SHEETS
    yield ()
    yield (Styled("How to read them", "section"),)
    yield from (("", text) for text in READING)


def _opening(content: RoundContent, title: str) -> Iterator[Line]:
    yield (Styled(title, "title"),)
    if content.demo:
        yield (Styled(DEMONSTRATION, "notice"),)
    yield ()


def _summary(content: RoundContent) -> Sheet:
    columns = (Column("", 40, "label"), *(Column("", 38, "wrapped") for _ in content.views))
    return Sheet("Summary", columns, tuple(_summary_rows(content)), has_headings=False)


def _summary_rows(content: RoundContent) -> Iterator[Line]:
    yield from _opening(content, f"Summary of round {content.title}")
    yield ("Round", f"{content.title} ({content.code}), {content.status}")
    yield ("Questionnaire", f"{content.questionnaire.title} (version {content.questionnaire.code})")
    yield ("Figures are about", " to ".join(map(say_date, content.period)))
    yield ("Open", f"{say_date(content.opens_on)} to {say_date(content.closes_on)}")
    yield ()
    yield (Styled("Returns", "section"),)
    yield from _standings(content)
    yield ()
    yield (Styled("Indicators", "section"),)
    yield ("", *(Styled(f"Indicator {view.definition.number}", "label") for view in content.views))
    yield from _facts(content.views)


def _standings(content: RoundContent) -> Iterator[Line]:
    counts = Counter(each.status for each in content.returns)
    yield ("Organisations", Styled(len(content.returns), "people"))
    for status in Status:
        yield (NAMES[status], Styled(counts[status], "people"))
    waiting = [each.name for each in content.returns if each.signed is None and each.status is not Status.NIL]
    yield ("Nothing signed yet", "; ".join(waiting) or "None")


Ask = Callable[[IndicatorView], Entry]


def _facts(views: Sequence[IndicatorView]) -> Iterator[Line]:
    """A row for each fact, a column for each indicator."""
    for label, ask in (*_HEADLINE, *_CHANGE, *_WORDS):
        yield (label, *map(ask, views))
    yield ()
    yield (Styled("Definitions", "section"),)
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
    ("Name", lambda view: view.definition.name),
    ("Status", lambda view: view.status.capitalize()),
    ("Value (%)", lambda view: _entry(view.value, "percent")),
    ("Lower limit, 95% confidence (%)", lambda view: _entry(view.lower, "percent")),
    ("Upper limit, 95% confidence (%)", lambda view: _entry(view.upper, "percent")),
    ("Numerator", lambda view: _entry(view.numerator, _kind(view))),
    ("Denominator", lambda view: _entry(view.denominator, _kind(view))),
    ("Not known", lambda view: _entry(view.unknown, _kind(view))),
    ("Counted in", lambda view: UNITS[_kind(view)]),
    ("Value if none of the unknown belonged (%)", lambda view: _entry(view.sensitivity[0], "percent")),
    ("Value if all of the unknown belonged (%)", lambda view: _entry(view.sensitivity[1], "percent")),
    ("Returns counted", lambda view: _entry(view.returns_counted, "organisations")),
    ("Returns expected", lambda view: Styled(view.returns_expected, "organisations")),
    ("Part of the known workforce covered (%)", lambda view: _entry(view.coverage, "percent")),
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
    ("In words", sentences.in_words),
    ("Who is counted", sentences.coverage_in_words),
    ("The change in words", sentences.change_in_words),
)


def _indicators(content: RoundContent) -> Sheet:
    columns = (
        Column("Round", 9),
        Column("Indicator", 10, "whole"),
        Column("Definition", 11),
        Column("Breakdown", 21),
        Column("Group", 40),
        Column("Code", 20),
        Column("Value (%)", 10, "percent"),
        Column("Lower limit (%)", 10, "percent"),
        Column("Upper limit (%)", 10, "percent"),
        Column("Counted in", 20),
        Column("Numerator", 18),
        Column("Denominator", 18),
        Column("Returns counted", 10, "organisations"),
        Column("State", 15),
        Column("Reason", 45),
        Column("Status", 12),
    )
    return Sheet("Indicators", columns, tuple(_indicator_rows(content.views)), frozen_columns=2)


def _indicator_rows(views: Sequence[IndicatorView]) -> Iterator[Line]:
    for view in views:
        yield _indicator_row(view, "All", view.headline)
        for breakdown in BREAKDOWNS:
            for row in view.breakdowns[breakdown]:
                yield _indicator_row(view, BREAKDOWN_NAMES[breakdown], row)


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
