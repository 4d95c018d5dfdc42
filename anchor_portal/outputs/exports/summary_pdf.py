"""A round on a few pages: where the returns stand, the three indicators, what the Assembly found, and who is missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.platypus import Flowable, Spacer

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.figures.figure import Shown, printed
from anchor_portal.domain.figures.indicators import IndicatorView
from anchor_portal.domain.findings import sentences
from anchor_portal.domain.findings.page_words import words_of
from anchor_portal.domain.lifecycle import NAMES, Status
from anchor_portal.domain.pledges import OUTCOME_NAMES, PLEDGES, Outcome
from anchor_portal.domain.rounds import title_of
from anchor_portal.outputs.charts import door as charts
from anchor_portal.outputs.pdf.base import (
    BODY,
    LABEL,
    NOTE,
    SUBTITLE,
    TEXT_WIDTH,
    TITLE,
    DocumentFacts,
    SafeText,
    build,
    together,
)
from anchor_portal.outputs.pdf.tagging.flowables import Picture

RAW = "The figures are raw: nothing is rounded or hidden. They are for the sustainability team and not for publication."
CHART_WIDTH = 0.86 * TEXT_WIDTH
INDICATOR_HEIGHT = 270.0
"""Points that an indicator takes with its sentences and its chart, which are kept together."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An organisation in the list: its name, where its return stands, who signed it, and when, in words."""

    name: str
    status: Status
    signed_by: str
    signed_on: str


@dataclass(frozen=True, slots=True)
class SummaryContent:
    """What the summary says; `outcomes` counts organisations by pledge and outcome, `listed` are the first by name."""

    title: str
    status: str
    period: tuple[date, date]
    opens_on: date
    closes_on: date
    questionnaire: str
    counts: Mapping[Status, int]
    history: Mapping[str, Sequence[IndicatorView]]
    views: Sequence[IndicatorView]
    outcomes: Mapping[tuple[int, Outcome], int]
    listed: Sequence[Listed]
    partnership: str
    portal_name: str
    made_on: date
    demo: bool


def draw_summary(content: SummaryContent) -> bytes:
    """The summary as a PDF: the same bytes for the same content."""
    facts = DocumentFacts(
        f"Summary of round {content.title}", RAW, content.portal_name, content.partnership, content.demo
    )
    return build(facts, lambda safe: list(_story(safe, content)))


def _story(safe: SafeText, content: SummaryContent) -> Iterator[Flowable]:
    yield safe.paragraph(f"Round {content.title}", TITLE)
    yield safe.paragraph(f"Anchor Framework of {content.partnership}: summary of {say_date(content.made_on)}", SUBTITLE)
    yield safe.paragraph(_about(content), BODY)
    yield safe.paragraph(RAW, NOTE)
    yield from _standings(safe, content)
    yield from safe.heading("The three indicators")
    for view in content.views:
        yield from _indicator(safe, view, content)
    yield from _outcomes(safe, content)
    yield from _organisations(safe, content)


def _about(content: SummaryContent) -> str:
    period = " to ".join(map(say_date, content.period))
    return (
        f"The round is {content.status}. It was open from {say_date(content.opens_on)} to {say_date(content.closes_on)}; "
        f"its figures are about {period}. Questionnaire: {content.questionnaire}."
    )


def _standings(safe: SafeText, content: SummaryContent) -> Iterator[Flowable]:
    yield from safe.heading("Where the returns stand")
    rows = [(NAMES[status], f"{content.counts[status]:,}") for status in Status if content.counts.get(status)]
    everyone = sum(content.counts.values())
    yield from safe.table([("Status", "Organisations"), *rows, ("All", f"{everyone:,}")])


def _indicator(safe: SafeText, view: IndicatorView, content: SummaryContent) -> Iterator[Flowable]:
    title = f"Indicator {view.definition.number}: {words_of(view.definition).title}"
    yield Spacer(1, 6)
    yield together(INDICATOR_HEIGHT)
    yield safe.paragraph(title, LABEL)
    told = (sentences.in_words(view), sentences.coverage_in_words(view), sentences.change_in_words(view))
    yield safe.paragraph(" ".join(told), BODY)
    points = list(_points(view, content.history))
    if any(point.value is not None for point in points):
        yield Picture(charts.trend(points, title=title, layout="wide"), CHART_WIDTH)


def _points(newest: IndicatorView, history: Mapping[str, Sequence[IndicatorView]]) -> Iterator[charts.Point]:
    """The same measure over the rounds, the earliest first."""
    before = ""
    for code, views in history.items():
        view = next((each for each in views if each.definition.measure == newest.definition.measure), None)
        if view is None:
            continue
        is_changed, before = before not in {"", view.definition.code}, view.definition.code
        yield _point(title_of(code), view, is_changed=is_changed)


def _point(label: str, view: IndicatorView, *, is_changed: bool) -> charts.Point:
    value, lower, upper = (
        float(printed(each.value)) if isinstance(each, Shown) else None for each in (view.value, view.lower, view.upper)
    )
    has_limits = value is not None and lower is not None and upper is not None
    return charts.Point(
        label,
        value,
        charts.State(view.state),
        lower if has_limits else None,
        upper if has_limits else None,
        provisional=view.status == "provisional",
        definition_changed=is_changed,
    )


def _outcomes(safe: SafeText, content: SummaryContent) -> Iterator[Flowable]:
    yield from safe.heading("What the Assembly found, by pledge")
    if not content.outcomes:
        yield safe.paragraph("The Assembly has not recorded an outcome in this round.", BODY)
        return
    rows = [
        (f"{pledge}. {short}", *(f"{content.outcomes.get((pledge, outcome), 0):,}" for outcome in OUTCOME_NAMES))
        for pledge, short in PLEDGES.items()
    ]
    yield from safe.table([("Pledge", *OUTCOME_NAMES.values()), *rows])
    yield safe.paragraph("Numbers of organisations, by what was found last about each pledge.", NOTE)


def _organisations(safe: SafeText, content: SummaryContent) -> Iterator[Flowable]:
    everyone = sum(content.counts.values())
    yield from safe.heading("The organisations")
    if not content.listed:
        yield safe.paragraph("No organisation is expected to answer in this round.", BODY)
        return
    rows = [(each.name, NAMES[each.status], each.signed_by, each.signed_on) for each in content.listed]
    yield from safe.table([("Organisation", "Return", "Signed by", "Signed on"), *rows])
    if len(content.listed) < everyone:
        more = f"These are the first {len(content.listed):,} of {everyone:,} by name; the workbook has them all."
        yield safe.paragraph(more, NOTE)
