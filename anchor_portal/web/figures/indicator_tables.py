"""The tables of an indicator's page: its rounds, its groups, its change in parts, its spread."""

from collections.abc import Sequence
from dataclasses import dataclass

from anchor_portal.domain.figures.figure import Figure, Shown, reason_of, say_points
from anchor_portal.domain.figures.indicators import IndicatorView, Row
from anchor_portal.domain.findings.comparison import compare
from anchor_portal.domain.findings.distribution import Distribution
from anchor_portal.domain.findings.page_words import PageWords
from anchor_portal.domain.findings.steps import Steps
from anchor_portal.domain.rounds import title_of
from anchor_portal.outputs.charts.figures import STATE_WORDS, State


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column names the row; in a row of two cells the second one stands for all others."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def say(figure: Figure) -> str:
    """A figure in a table: its text, else "not shown" or another word for why there is none."""
    return figure.text if isinstance(figure, Shown) else STATE_WORDS[State(figure.state)]


def say_why(figure: Figure) -> str:
    """A figure, with the reason where there is none."""
    reason = reason_of(figure)
    return f"{say(figure)}: {reason}" if reason else say(figure)


def rounds_table(views: Sequence[IndicatorView], words: PageWords) -> Table:
    """Every round, the latest first."""
    latest = views[-1]
    head = ["Round", *_share_head(latest), words.numerator, words.denominator]
    head += ["Signatories counted", "Their part of the known workforce"]
    rows = []
    for view in reversed(views):
        name = title_of(view.round) + (" (provisional)" if view.status == "provisional" else "")
        counted = f"{say(view.returns_counted)} of {view.returns_expected}"
        rows.append((name, *_share(view, view.headline), *_amounts(view, view.headline), counted, say(view.coverage)))
    return Table("The figures of every round", tuple(head), tuple(rows))


def groups_table(view: IndicatorView, title: str, rows: Sequence[Row], words: PageWords) -> Table:
    """The groups of one breakdown, and all signatories in the last row."""
    is_compared = view.definition.has_interval and isinstance(view.value, Shown)
    head = ["Group", *_share_head(view), *(["Beside all signatories"] if is_compared else [])]
    head += [words.numerator, words.denominator, "Signatories counted"]
    body: list[tuple[str, ...]] = []
    for row in (*rows, view.headline):
        if _says_nothing(row):
            body.append((row.name, say_why(row.numerator if view.counts_organisations else row.value)))
            continue
        beside = [_say_compared(row, view.headline)] if is_compared else []
        body.append((row.name, *_share(view, row), *beside, *_amounts(view, row), say(row.returns_counted)))
    return Table(f"{title}, {title_of(view.round)}", tuple(head), tuple(body))


def _says_nothing(row: Row) -> bool:
    """Whether nothing of a group is shown, so that one word for all of it will do."""
    counted = row.returns_counted
    return not any(isinstance(each, Shown) for each in (row.value, row.numerator, row.denominator)) and (
        not isinstance(counted, Shown) or counted.text == "0"
    )


def _share_head(view: IndicatorView) -> list[str]:
    if view.counts_organisations:
        return []
    return ["Share", *(["95% confidence interval"] if view.definition.has_interval else [])]


def _share(view: IndicatorView, row: Row) -> list[str]:
    if view.counts_organisations:
        return []
    return [say_why(row.value), *([_interval(row)] if view.definition.has_interval else [])]


def _amounts(view: IndicatorView, row: Row) -> list[str]:
    """Numerator and denominator; the first says why it is not shown where no share beside it says so."""
    says_why = view.counts_organisations
    return [(say_why if says_why else say)(row.numerator), say(row.denominator)]


def _interval(row: Row) -> str:
    if isinstance(row.lower, Shown) and isinstance(row.upper, Shown):
        return f"{row.lower.text} to {row.upper.text}"
    return say(row.lower)


def _say_compared(row: Row, everyone: Row) -> str:
    if row is everyone:
        return ""
    comparison = compare(row, everyone)
    return f"{comparison.symbol} {comparison.label}".strip()


def steps_table(steps: Steps) -> Table:
    """The change in its parts, as the waterfall draws them, with the change that they add up to."""
    units = ("", " percentage points", " percentage points", " percentage points", "")
    rows = [(name, f"{text}{unit}") for (name, text), unit in zip(steps.parts, units, strict=True)]
    rows.append(("Change for everyone counted", f"{say_points(steps.total)} percentage points"))
    return Table("The change in its parts", ("Part", "Figure"), tuple(rows))


def spread_table(spread: Distribution) -> Table:
    """Quartiles and median over the organisations."""
    rows = (
        ("Organisations", say(spread.organisations)),
        ("A quarter are at or below (lower quartile)", say(spread.lower_quartile)),
        ("Half are at or below (median)", say(spread.median)),
        ("Three quarters are at or below (upper quartile)", say(spread.upper_quartile)),
    )
    return Table("The spread over the organisations", ("Measure", "Figure"), rows)
