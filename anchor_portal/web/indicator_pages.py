"""What the page of an indicator says, for the public and for the Assembly: sentences, pictures and tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile

from markupsafe import Markup

from anchor_portal.domain import sentences
from anchor_portal.domain.figures import Figure, Shown, reason_of
from anchor_portal.domain.indicators import IndicatorView, Matched, Row
from anchor_portal.domain.rounds import read_code, title_of
from anchor_portal.outputs.chart_figures import STATE_WORDS
from anchor_portal.outputs.charts import State
from anchor_portal.web.pictures import bars_picture, spark_picture, trend_picture


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column names the row."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What an indicator is called on a page, in plain words; `unknown` holds {unknown}, {highest}, {lowest}."""

    title: str
    note: str
    numerator: str
    denominator: str
    unknown: str


WORDS = {
    12: Words(
        "Jobs for local people",
        "“Here” means in one of the nine places of Cheshire and Merseyside. Counted in full-time equivalents: "
        "two half-time jobs count as one.",
        "Live here",
        "Home address known",
        "The home address of {unknown} full-time equivalent employees is not known. If all of them lived here, the "
        "share would be {highest}; if none of them did, {lowest}.",
    ),
    20: Words(
        "Ethnic diversity at work",
        "Everybody employed counts as one, whatever their hours. An ethnic minority background means any ethnic "
        "group other than White.",
        "From an ethnic minority background",
        "Ethnicity known",
        "The ethnicity of {unknown} employees is not known. If all of them were from an ethnic minority background, "
        "the share would be {highest}; if none of them were, {lowest}.",
    ),
    21: Words(
        "Local spending",
        "A supplier is local if it trades or delivers from one of the nine places of Cheshire and Merseyside, "
        "wherever its head office is.",
        "Spent with local suppliers",
        "Spent under contract",
        "For {unknown} it is not known whether the supplier is local. If all of it were, the share would be "
        "{highest}; if none of it were, {lowest}.",
    ),
}
"""The indicators that have a page."""

BREAKDOWN_TITLES = {"sector": "By kind of organisation", "place": "By main place", "tier": "By pay band and level"}


@dataclass(frozen=True, slots=True)
class Series:
    """Rounds that may be compared, as one chart; `title` is empty where there is only one."""

    title: str
    picture: Markup


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One breakdown: chart and table, or nothing but the reason why it is not shown."""

    code: str
    title: str
    picture: Markup
    table: Table | None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """An indicator in a few words, with a small trend of the rounds that may be compared; `span` names them."""

    view: IndicatorView
    words: Words
    picture: Markup
    span: str

    @property
    def sentence(self) -> str:
        """The share in one sentence."""
        return sentences.in_words(self.view)

    @property
    def change(self) -> str:
        """The change since the earlier round."""
        return sentences.change_in_words(self.view)

    @property
    def coverage(self) -> str:
        """Who is counted."""
        return sentences.coverage_in_words(self.view)


@dataclass(frozen=True, slots=True)
class IndicatorPage:
    """An indicator in its latest round, and over the rounds."""

    card: Card
    series: tuple[Series, ...]
    gaps: tuple[str, ...]
    table: Table
    breakdowns: tuple[Breakdown, ...]

    @property
    def view(self) -> IndicatorView:
        """The latest round."""
        return self.card.view

    @property
    def interval(self) -> str | None:
        """How sure the share is."""
        return sentences.interval_in_words(self.view)

    @property
    def change(self) -> str:
        """The change since the earlier round, with what real change includes."""
        matched = self.view.matched
        is_split = matched is not None and isinstance(matched.real_change, Shown)
        return f"{self.card.change} {sentences.REAL_CHANGE_NOTE}" if is_split else self.card.change

    @property
    def unknown(self) -> str:
        """What the share could be if the unknown were known; empty where nothing is unknown or shown."""
        lowest, highest = self.view.sensitivity
        amounts = (self.view.unknown, lowest, highest)
        if not all(isinstance(each, Shown) for each in amounts) or _is_zero(self.view.unknown):
            return ""
        return self.card.words.unknown.format(unknown=say(amounts[0]), lowest=say(lowest), highest=say(highest))


def make_page(views: Sequence[IndicatorView]) -> IndicatorPage:
    """The page of an indicator from its views, the earliest round first and the one that it is about last."""
    card = make_card(views, "spark")
    view, words = card.view, card.words
    series = tuple(_series(words.title, views))
    breakdowns = tuple(_breakdown(view, code, words) for code in BREAKDOWN_TITLES if view.breakdowns[code])
    return IndicatorPage(card, series, tuple(_gaps(views)), _rounds_table(views, words), breakdowns)


def make_card(views: Sequence[IndicatorView], ident: str) -> Card:
    """The card of an indicator from its views, as above; `ident` is unique on the page."""
    view = views[-1]
    words = WORDS[view.definition.number or 0]
    comparable = next(_comparable(views))
    comparable = list(dropwhile(_is_hidden, comparable)) or comparable
    span = f"{title_of(comparable[0].round)} to {title_of(view.round)}" if len(comparable) > 1 else title_of(view.round)
    return Card(view, words, spark_picture(comparable, f"{words.title}, {span}", ident), span)


def say(figure: Figure) -> str:
    """A figure in a table: its text, else "not shown" or another word for why there is none."""
    return figure.text if isinstance(figure, Shown) else STATE_WORDS[State(figure.state)]


def say_why(figure: Figure) -> str:
    """A figure, with the reason where there is none."""
    reason = reason_of(figure)
    return f"{say(figure)}: {reason}" if reason else say(figure)


def _is_hidden(view: IndicatorView) -> bool:
    return not isinstance(view.value, Shown)


def _is_zero(figure: Figure) -> bool:
    return isinstance(figure, Shown) and not figure.value


def _comparable(views: Sequence[IndicatorView]) -> Iterator[list[IndicatorView]]:
    """The rounds in groups that may be compared, that of the latest first: a financial year's only by month."""
    if not views[-1].definition.financial_year:
        yield list(views)
        return
    months = dict.fromkeys(read_code(view.round)[1] for view in reversed(views))
    for month in months:
        yield [view for view in views if read_code(view.round)[1] == month]


def _series(title: str, views: Sequence[IndicatorView]) -> Iterator[Series]:
    for index, group in enumerate(_comparable(views)):
        month = read_code(group[0].round)[1]
        name = f"{date(2000, month, 1):%B} rounds" if views[-1].definition.financial_year else ""
        heading = f"{title}, {name}" if name else f"{title} over the rounds"
        yield Series(name, trend_picture(group, heading, f"trend-{index}"))


def _gaps(views: Sequence[IndicatorView]) -> Iterator[str]:
    """Why some rounds have no figure, a sentence for each reason: "No data for July 2023: no return has them."."""
    reasons = dict.fromkeys((say(view.value), reason_of(view.value)) for view in views if _is_hidden(view))
    for state, reason in reasons:
        rounds = [title_of(view.round) for view in views if reason_of(view.value) == reason]
        listed = " and ".join(filter(None, (", ".join(rounds[:-1]), rounds[-1])))
        yield f"{state.capitalize()} for {listed}: {reason}."


def _rounds_table(views: Sequence[IndicatorView], words: Words) -> Table:
    """Every round, the latest first."""
    has_interval = views[-1].definition.has_interval
    head = ["Round", "Share", *(["95% confidence interval"] if has_interval else [])]
    head += [words.numerator, words.denominator, "Signatories counted", "Their part of the known workforce"]
    rows = []
    for view in reversed(views):
        row = view.headline
        limits = [_interval(row)] if has_interval else []
        name = title_of(view.round) + (" (provisional)" if view.status == "provisional" else "")
        amounts = [say(row.numerator), say(row.denominator), _of_expected(view), say(view.coverage)]
        rows.append((name, say_why(row.value), *limits, *amounts))
    return Table("The figures of every round", tuple(head), tuple(rows))


def _of_expected(view: IndicatorView) -> str:
    return f"{say(view.returns_counted)} of {view.returns_expected}"


def _interval(row: Row) -> str:
    if isinstance(row.lower, Shown) and isinstance(row.upper, Shown):
        return f"{row.lower.text} to {row.upper.text}"
    return say(row.lower)


def _breakdown(view: IndicatorView, code: str, words: Words) -> Breakdown:
    title, rows = BREAKDOWN_TITLES[code], view.breakdowns[code]
    reasons = {reason_of(row.value) for row in rows}
    if len(reasons) == 1 and (why_not := reasons.pop()):
        return Breakdown(code, title, Markup(), None, why_not)
    picture = bars_picture(rows, view.value, f"{words.title}, {title.lower()}, {title_of(view.round)}", f"by-{code}")
    return Breakdown(code, title, picture, _groups_table(view, title, rows, words))


def _groups_table(view: IndicatorView, title: str, rows: Sequence[Row], words: Words) -> Table:
    has_interval = view.definition.has_interval
    head = ["Group", "Share", *(["95% confidence interval"] if has_interval else [])]
    head += [words.numerator, words.denominator, "Signatories counted"]
    body = tuple(
        (
            row.name,
            say_why(row.value),
            *([_interval(row)] if has_interval else []),
            *(say(each) for each in (row.numerator, row.denominator, row.returns_counted)),
        )
        for row in (*rows, view.headline)
    )
    return Table(f"{title}, {title_of(view.round)}", tuple(head), body)


def change_table(matched: Matched) -> Table:
    """The parts of a change, for those who may see raw figures: percentages, and percentage points."""
    rows = (
        (f"Organisations counted in both rounds, {title_of(matched.round)}", say(matched.before)),
        ("Organisations counted in both rounds, now", say(matched.after)),
        ("Real change among them", say(matched.real_change)),
        ("Effect of those that joined", say(matched.joined_change)),
        ("Effect of those that left", say(matched.left_change)),
        ("Joined and left together", say(matched.composition_change)),
        ("Change for everyone counted", say(matched.total_change)),
    )
    return Table("The change in its parts, in percentage points", ("Part", "Figure"), rows)
