"""The parts of a figure's page: its rounds, its change, its groups, its spread; each with picture and table, or why not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from markupsafe import Markup

from anchor_portal.domain.figures.figure import Shown, Suppressed, Withheld, reason_of
from anchor_portal.domain.figures.indicators import IndicatorView, Row
from anchor_portal.domain.findings import sentences
from anchor_portal.domain.findings.certainty import spread_in_words
from anchor_portal.domain.findings.page_words import PageWords
from anchor_portal.domain.findings.steps import find_steps, why_no_steps
from anchor_portal.domain.rounds import read_code, title_of
from anchor_portal.web.figures import indicator_tables as tables
from anchor_portal.web.figures.indicator_tables import Table, say
from anchor_portal.web.figures.pictures import (
    answers_picture,
    bars_picture,
    rounds_picture,
    spread_picture,
    trend_picture,
    waterfall_picture,
)

BREAKDOWN_TITLES = {"sector": "By kind of organisation", "place": "By main place", "tier": "By pay band and level"}


@dataclass(frozen=True, slots=True)
class Series:
    """Rounds that may be compared, as one chart; `title` is empty where there is only one."""

    title: str
    picture: Markup


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One part of the page: chart and table, or nothing but the reason why it is not shown, as a sentence."""

    code: str
    title: str
    picture: Markup
    table: Table | None
    why_not: str = ""
    sentence: str = ""


def is_hidden(view: IndicatorView) -> bool:
    """Whether there is no figure to draw for a round."""
    return not isinstance(view.figure, Shown)


def in_groups(views: Sequence[IndicatorView]) -> Iterator[list[IndicatorView]]:
    """The rounds in groups that may be compared, that of the latest first: a financial year's only by month."""
    if not views[-1].definition.financial_year:
        yield list(views)
        return
    months = dict.fromkeys(read_code(view.round)[1] for view in reversed(views))
    for month in months:
        yield [view for view in views if read_code(view.round)[1] == month]


def make_series(title: str, views: Sequence[IndicatorView]) -> Iterator[Series]:
    """One chart for each group of rounds that may be compared and has a figure."""
    for index, group in enumerate(in_groups(views)):
        if all(is_hidden(view) for view in group):
            continue
        month = read_code(group[0].round)[1]
        name = f"{date(2000, month, 1):%B} rounds" if views[-1].definition.financial_year else ""
        heading = f"{title}, {name}" if name else f"{title} over the rounds"
        if views[-1].counts_organisations:
            yield Series(name, rounds_picture(group, heading, f"trend-{index}"))
        else:
            yield Series(name, trend_picture(group, heading, f"trend-{index}"))


def gaps_of(views: Sequence[IndicatorView]) -> Iterator[str]:
    """Why rounds have no figure, a sentence for each reason, which bring little that is new, and where words changed."""
    hidden = [view for view in views if is_hidden(view)]
    reasons = dict.fromkeys((say(view.figure), reason_of(view.figure)) for view in hidden)
    for state, reason in reasons:
        rounds = [title_of(view.round) for view in hidden if reason_of(view.figure) == reason]
        yield f"{state.capitalize()} for {sentences.listed(rounds)}: {reason}."
    carried = [title_of(view.round) for view in views if view.is_carried and not is_hidden(view)]
    if carried:
        yield f"Mostly carried forward from the round before: {sentences.listed(carried)}."
    for before, view in pairwise(views):
        if before.definition.code != view.definition.code:
            changed = f"The definition changed with {title_of(view.round)}, from {before.definition.code}"
            yield f"{changed} to {view.definition.code}: earlier figures cannot be compared with later ones."


def make_waterfall(view: IndicatorView, words: PageWords) -> Breakdown | None:
    """The change in its parts, or why it is not split; None for answers, which have no parts."""
    steps = find_steps(view)
    title = "What made the difference?"
    if steps is None and view.counts_organisations:
        return None
    if steps is None:
        return Breakdown("change", title, Markup(), None, why_no_steps(view))
    heading = f"{words.title}, {title_of(steps.earlier)} to {title_of(steps.later)}"
    picture, table = waterfall_picture(steps, heading, "change"), tables.steps_table(steps)
    return Breakdown("change", title, picture, table, sentence=sentences.REAL_CHANGE_NOTE)


def make_spread(view: IndicatorView, words: PageWords) -> Breakdown | None:
    """How the organisations differ; None where nothing was worked out."""
    spread = view.distribution
    if spread is None:
        return None
    title, sentence = "How the organisations differ", spread_in_words(spread)
    picture = spread_picture(spread, view.value, f"{words.title}, {title.lower()}, {title_of(view.round)}", "spread")
    if not picture:
        return Breakdown("spread", title, Markup(), None, sentence)
    return Breakdown("spread", title, picture, tables.spread_table(spread), sentence=sentence)


def make_breakdown(view: IndicatorView, code: str, words: PageWords) -> Breakdown:
    """The groups of one breakdown, or why none of them is shown."""
    title, rows = BREAKDOWN_TITLES[code], view.breakdowns[code]
    cells = [view.figure_of(row) for row in rows]
    if not any(isinstance(cell, Shown) for cell in cells):
        why_not = "; ".join(dict.fromkeys(cell.reason for cell in cells if not isinstance(cell, Shown)))
        return Breakdown(code, title, Markup(), None, f"Not shown: {why_not}.")
    heading, ident = f"{words.title}, {title.lower()}, {title_of(view.round)}", f"by-{code}"
    if view.counts_organisations:
        picture = answers_picture([(row.name, row) for row in rows], heading, ident)
    else:
        picture = bars_picture(rows, view.headline, heading, ident)
    return Breakdown(code, title, picture, tables.groups_table(view, title, rows, words))


def hidden_of(view: IndicatorView) -> dict[str, tuple[str, ...]]:
    """What is known and not shown of this round, by reason: names of groups, each once."""
    figures: dict[str, Row] = {"All signatories": view.headline}
    figures |= {row.name: row for rows in view.breakdowns.values() for row in rows}
    hidden: dict[str, tuple[str, ...]] = {}
    for name, row in figures.items():
        cell = view.figure_of(row)
        if isinstance(cell, Suppressed | Withheld):
            hidden[cell.reason] = (*hidden.get(cell.reason, ()), name)
    return hidden
