"""The summary of a round's workbook: what a reader wants first, in words, tables and native charts."""

from collections.abc import Iterator

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.figures.figure import Shown
from anchor_portal.domain.figures.indicators import IndicatorView
from anchor_portal.domain.findings import sentences
from anchor_portal.domain.findings.page_words import words_of
from anchor_portal.domain.lifecycle import NAMES, Status
from anchor_portal.domain.pledges import OUTCOME_NAMES, PLEDGES
from anchor_portal.domain.rounds import title_of
from anchor_portal.outputs.workbook.book import Page, Picture
from anchor_portal.outputs.workbook.charts import Block, Series, bar_chart, line_chart, stacked_chart
from anchor_portal.outputs.workbook.content import RoundContent, Tally
from anchor_portal.outputs.workbook.indicators import definition_rows, detail_rows, headline_rows
from anchor_portal.outputs.workbook.plain import DEMONSTRATION, LEFT, Across, Column, Entry, Sheet, Styled

Line = tuple[Entry, ...]
Ranges = dict[tuple[str, str], tuple[int, int]]
"""First and last row of each part of each indicator in the sheet of indicators, by definition and breakdown."""
WIDE = 6
"""Columns of the sheet."""
MOST_ROUNDS = 12
"""Rounds in the table and chart of history, the newest."""
FINDINGS = (*OUTCOME_NAMES, None)
"""The outcomes in their order, then none yet."""
VALUE_COLUMN, GROUP_COLUMN = 6, 4
"""Where value and group stand in the sheet of indicators."""


def summary_sheet() -> Sheet:
    """The sheet, without its rows."""
    widths = (30, 30, 30, 20, 16)
    columns = (Column("", 46, "label"), *(Column("", width, "wrapped") for width in widths))
    return Sheet("Summary", columns, has_headings=False)


def opening(content: RoundContent, title: str) -> Iterator[Line]:
    """A sheet's title, and the word that it is a demonstration."""
    yield (Styled(title, "title"),)
    if content.demo:
        yield (Styled(DEMONSTRATION, "notice"),)
    yield ()


def write_summary(page: Page, content: RoundContent, tally: Tally, ranges: Ranges) -> None:
    """Write all of it; each part of a few tables and their charts begins a printed page."""
    page.write_all(opening(content, f"Summary of round {content.title}"))
    page.write_all(_about(content))
    page.write_all(_in_short(content.views))
    page.write_all(headline_rows(content.views))
    page.break_here()
    _write_history(page, content, ranges)
    page.break_here()
    _write_assembly(page, content, tally)
    page.break_here()
    page.write((Styled("The indicators in detail", "section"),))
    page.write(_head("", *_names(content.views)))
    page.write_all(detail_rows(content.views))
    page.write(())
    page.write((Styled("Definitions", "section"),))
    page.write_all(definition_rows(content.views))


def _head(first: str, *words: str, style: str = "head") -> Line:
    """Headings of a table within the sheet; `style` is that of all but the first."""
    return (Styled(first or " ", "label head"), *(Styled(word, style) for word in words))


def _names(views: tuple[IndicatorView, ...]) -> list[str]:
    return [f"Indicator {view.definition.number}" for view in views]


def _about(content: RoundContent) -> Iterator[Line]:
    yield ("Round", _wide(f"{content.title} ({content.code}), {content.status}"))
    yield ("Questionnaire", _wide(f"{content.questionnaire.title} (version {content.questionnaire.code})"))
    yield ("Figures are about", _wide(" to ".join(map(say_date, content.period))))
    yield ("Open", _wide(f"{say_date(content.opens_on)} to {say_date(content.closes_on)}"))
    yield ()


def _wide(text: str) -> Across:
    return Across(text, WIDE - 1, "wrapped")


def _in_short(views: tuple[IndicatorView, ...]) -> Iterator[Line]:
    yield (Styled("The three indicators", "section"),)
    for view in views:
        yield (Across(sentences.in_words(view), WIDE),)
    yield ()
    yield _head("", *(f"Indicator {view.definition.number}: {words_of(view.definition).title}" for view in views))


def _write_history(page: Page, content: RoundContent, ranges: Ranges) -> None:
    """The indicators over the rounds as a table, and as a chart beside their breakdown by kind of organisation."""
    page.write((Styled("The three indicators over the rounds (%)", "section"),))
    head = page.write(_head("Round", *_names(content.views), style="number head"))
    shown = list(content.history.items())[-MOST_ROUNDS:]
    for code, views in shown:
        page.write(_history_row(code, views, content.views))
    page.write(())
    rows = (head + 1, head + len(shown))
    trend = [
        Series(name, Block(page.name, rows, 0), Block(page.name, rows, column))
        for column, name in enumerate(_names(content.views), start=1)
    ]
    page.place(
        Picture(line_chart(page, "The three indicators over the rounds", trend), "The table above as a line chart"),
        _sectors(page, content.views, ranges),
    )


def _history_row(code: str, views: tuple[IndicatorView, ...], now: tuple[IndicatorView, ...]) -> Line:
    """Numbers that can be compared with the newest; else an empty cell, a gap in the chart, and a word about it."""
    by_measure = {view.definition.measure: view for view in views}
    cells: list[Entry] = []
    other = []
    for newest in now:
        view = by_measure.get(newest.definition.measure)
        value = view.value if view else None
        is_same = view is not None and view.definition.code == newest.definition.code
        cells.append(Styled(value.value, "percent") if is_same and isinstance(value, Shown) else None)
        if view and not is_same and isinstance(value, Shown):
            other.append(f"{value.text} by {view.definition.code}")
    remark = "; ".join(other) if other or any(cells) else "No figure of these definitions"
    return (title_of(code), *cells, Styled(remark, "text"))


def _sectors(page: Page, views: tuple[IndicatorView, ...], ranges: Ranges) -> Picture:
    every = [
        Series(
            name,
            Block("Indicators", ranges[view.definition.code, "sector"], GROUP_COLUMN),
            Block("Indicators", ranges[view.definition.code, "sector"], VALUE_COLUMN),
        )
        for view, name in zip(views, _names(views), strict=True)
        if view.breakdowns["sector"]
    ]
    chart = bar_chart(page, "By kind of organisation (%)", every)
    return Picture(chart, "Bars for each kind of organisation; the numbers stand in the sheet Indicators")


def _write_assembly(page: Page, content: RoundContent, tally: Tally) -> None:
    """Where the returns stand and what the Assembly found, as tables and as charts."""
    statuses = _write_standings(page, tally)
    standing = Series("Organisations", Block(page.name, statuses, 0), Block(page.name, statuses, 1))
    stands = Picture(bar_chart(page, "Where the returns stand", [standing]), "The table of returns as bars")
    page.write((Styled("What the Assembly found, by pledge (organisations)", "section"),))
    if not any(outcome for _, outcome in tally.outcomes):
        page.write((Across("The Assembly has not recorded an outcome in this round.", WIDE, "wrapped"),))
        page.write(())
        page.place(stands)
        return
    found = _write_outcomes(page, tally)
    chart = stacked_chart(page, "Outcomes by pledge", found)
    page.place(Picture(chart, "The table of outcomes as stacked bars"), stands)


def _write_outcomes(page: Page, tally: Tally) -> list[Series]:
    """How many organisations have which outcome, a row for each pledge; the columns as series of a chart."""
    names = [OUTCOME_NAMES[each] if each else "Not decided" for each in FINDINGS]
    head = page.write(_head("Pledge", *names, style="number head"))
    for pledge in sorted({pledge for pledge, _ in tally.outcomes}):
        counts = (Styled(tally.outcomes[pledge, each], "organisations") for each in FINDINGS)
        page.write((f"{pledge}. {PLEDGES.get(pledge, '')}", *counts))
    rows = (head + 1, page.row - 1)
    page.write(())
    return [
        Series(name, Block(page.name, rows, 0), Block(page.name, rows, column))
        for column, name in enumerate(names, start=1)
    ]


def _write_standings(page: Page, tally: Tally) -> tuple[int, int]:
    """How many returns stand where; first and last row."""
    page.write((Styled("Where the returns stand", "section"),))
    page.write(("Organisations", Styled(tally.organisations, "organisations" + LEFT)))
    first = page.row
    for status in (each for each in Status if tally.statuses[each]):
        page.write((NAMES[status], Styled(tally.statuses[status], "organisations" + LEFT)))
    last = max(page.row - 1, first)
    page.write(("Nothing signed yet", Across(tally.name_unsigned(), WIDE - 1, "wrapped")))
    page.write(())
    return first, last
