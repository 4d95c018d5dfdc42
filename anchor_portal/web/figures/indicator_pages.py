"""What the page of an indicator or a pledge measure says, for the public and inside: sentences, pictures and tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile

from markupsafe import Markup

from anchor_portal.domain.figures.figure import Shown
from anchor_portal.domain.figures.indicators import IndicatorView
from anchor_portal.domain.figures.remembering import remembered
from anchor_portal.domain.findings import sentences
from anchor_portal.domain.findings.certainty import EXPLAINED, certainty_in_words
from anchor_portal.domain.findings.page_words import PageWords, words_of
from anchor_portal.domain.findings.trend import Trend, trend_of
from anchor_portal.domain.rounds import title_of
from anchor_portal.web.figures.indicator_parts import (
    BREAKDOWN_TITLES,
    Breakdown,
    Series,
    gaps_of,
    hidden_of,
    in_groups,
    is_hidden,
    make_breakdown,
    make_series,
    make_spread,
    make_waterfall,
)
from anchor_portal.web.figures.indicator_tables import Table, rounds_table, say
from anchor_portal.web.figures.pictures import spark_picture


@dataclass(frozen=True, slots=True)
class Card:
    """A figure in a few words, with a small trend of the rounds that may be compared; `span` names them."""

    view: IndicatorView
    words: PageWords
    picture: Markup
    span: str
    views: tuple[IndicatorView, ...] = field(default=(), repr=False)

    @property
    def figure(self) -> str:
        """The figure as it stands large: "74.6%", "14 of 18", "Not shown"."""
        shown = sentences.figure_in_words(self.view)
        return shown or say(self.view.value).capitalize()

    @property
    def sentence(self) -> str:
        """The share in one sentence."""
        return sentences.in_words(self.view)

    @property
    def change(self) -> str:
        """The change since the earlier round."""
        return sentences.change_over(self.views or (self.view,))

    @property
    def coverage(self) -> str:
        """Who is counted."""
        return sentences.coverage_in_words(self.view)


@dataclass(frozen=True, slots=True)
class IndicatorPage:
    """An indicator in its latest round, and over the rounds. `hidden` is what is known and not shown, by reason."""

    card: Card
    trend: Trend
    series: tuple[Series, ...]
    gaps: tuple[str, ...]
    table: Table
    waterfall: Breakdown | None
    breakdowns: tuple[Breakdown, ...]
    spread: Breakdown | None
    hidden: Mapping[str, tuple[str, ...]]

    @property
    def view(self) -> IndicatorView:
        """The latest round."""
        return self.card.view

    @property
    def question(self) -> str:
        """What the reader wants to know of the change: only where high is good can it get better."""
        return "Is it getting better?" if self.view.definition.polarity == "High is good" else "Is it changing?"

    @property
    def certainty(self) -> tuple[str, ...]:
        """How far chance, and what is not known, could move the share."""
        return certainty_in_words(self.view)

    @property
    def explained(self) -> str:
        """What the range for chance is; empty where there is none."""
        return EXPLAINED if isinstance(self.view.value, Shown) and isinstance(self.view.lower, Shown) else ""

    @property
    def unknown(self) -> str:
        """What the share could be if the unknown were known; empty where nothing is unknown or shown."""
        lowest, highest = self.view.sensitivity
        amounts = (self.view.unknown, lowest, highest)
        shown = [each for each in amounts if isinstance(each, Shown)]
        if len(shown) < len(amounts) or not shown[0].value:
            return ""
        unknown, least, most = (each.text for each in shown)
        return self.card.words.unknown.format(unknown=unknown, lowest=least, highest=most)


def make_page(views: Sequence[IndicatorView]) -> IndicatorPage:
    """The page of an indicator from its views, the earliest round first and the one that it is about last."""
    return _make_page((*views,))


def make_card(views: Sequence[IndicatorView], ident: str) -> Card:
    """The card of an indicator from its views, as above; `ident` is unique on the page."""
    return _make_card((*views,), ident)


def _name(views: tuple[IndicatorView, ...]) -> tuple[str, str, str, bool, int]:
    latest = views[-1]
    return latest.definition.code, latest.definition.measure, latest.round, latest.protected, len(views)


@remembered(_name)
def _make_page(views: tuple[IndicatorView, ...]) -> IndicatorPage:
    card = make_card(views, "spark")
    view, words = card.view, card.words
    return IndicatorPage(
        card=card,
        trend=trend_of(views),
        series=tuple(make_series(words.title, views)),
        gaps=tuple(gaps_of(views)),
        table=rounds_table(views, words),
        waterfall=make_waterfall(view, words),
        breakdowns=tuple(make_breakdown(view, code, words) for code in BREAKDOWN_TITLES if view.breakdowns[code]),
        spread=make_spread(view, words),
        hidden=hidden_of(view),
    )


@remembered(_name)
def _make_card(views: tuple[IndicatorView, ...], ident: str) -> Card:
    view = views[-1]
    words = words_of(view.definition)
    comparable = next(in_groups(views))
    comparable = list(dropwhile(is_hidden, comparable)) or comparable
    span = f"{title_of(comparable[0].round)} to {title_of(view.round)}" if len(comparable) > 1 else title_of(view.round)
    title = f"{words.title}, {span}"
    picture = Markup() if view.counts_organisations else spark_picture(comparable, title, ident)
    return Card(view, words, picture, span, tuple(views))
