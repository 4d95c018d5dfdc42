"""The profile of an organisation on exactly one page, whatever it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, KeepInFrame, Paragraph, Spacer, TableStyle

from anchor_portal.domain.meetings.outcomes import say_outcome
from anchor_portal.domain.meetings.profile import CaseStudy, MeasureLine, PledgeLine, Profile
from anchor_portal.outputs.charts.figures import Point, State
from anchor_portal.outputs.charts.scene import Scene
from anchor_portal.outputs.charts.trend import sparkline
from anchor_portal.outputs.pdf.base import (
    BOTTOM,
    FONT,
    GREY,
    NAVY,
    NOTE,
    PAGE_HEIGHT,
    RULE,
    TEXT_WIDTH,
    TOP,
    SafeText,
)
from anchor_portal.outputs.pdf.fonts import BOLD, REGULAR, SEMIBOLD
from anchor_portal.outputs.pdf.marks import LevelBoxes, OutcomeMark
from anchor_portal.outputs.pdf.tagging.flowables import Grid, Picture, Shape, grid, table_shape

HEIGHT = PAGE_HEIGHT - TOP - BOTTOM
LEAST_STORY = 42.0
"""Points below which a story is not begun."""
MOST_ACTIONS = 4
LEAST_SPAN = 10.0
"""Percentage points that a small trend spans at least, so that a small change does not look like a large one."""


def _style(name: str, size: float, leading: float, font: str = REGULAR, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=font, fontSize=size, leading=leading, **more)


NAME = _style("profile name", 20, 23, BOLD, textColor=NAVY, spaceAfter=1, tag="H2")
NUMBER = _style("profile number", 9.5, 12, SEMIBOLD, textColor=GREY)
PART = _style("profile part", 11.5, 14, BOLD, textColor=NAVY, spaceBefore=8, spaceAfter=2, tag="H3")
LINE = _style("profile line", 9, 11.5)
STRONG = _style("profile strong", 9, 11.5, SEMIBOLD)
RIGHT = _style("profile right", 9, 11.5, alignment=TA_RIGHT)
RIGHT_STRONG = _style("profile right strong", 9, 11.5, SEMIBOLD, alignment=TA_RIGHT)
STORY = _style("profile story", 9.5, 12.5)
TIGHT = TableStyle(
    [
        FONT,
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 1.6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("LINEBELOW", (0, 0), (-1, 0), 0.9, NAVY),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE),
    ]
)


def profile_page(safe: SafeText, number: str, profile: Profile) -> Flowable:
    """The whole page as one flowable: a story too long for what is left is cut, and said to go on in the return."""
    above = [flowable for flowable in _above(safe, number, profile) if flowable is not None]
    room = HEIGHT - sum(_height(flowable) for flowable in above) - 6
    story = list(_case_study(safe, profile.case_study, room)) if profile.case_study else []
    return KeepInFrame(TEXT_WIDTH, HEIGHT - 1, [*above, *story], mode="shrink")


def _height(flowable: Flowable) -> float:
    _, height = flowable.wrap(TEXT_WIDTH, HEIGHT)
    return float(height) + float(flowable.getSpaceBefore()) + float(flowable.getSpaceAfter())


def _above(safe: SafeText, number: str, profile: Profile) -> Iterator[Flowable]:
    yield safe.paragraph(number, NUMBER)
    yield safe.paragraph(profile.name, NAME)
    yield safe.paragraph(profile.facts, NOTE)
    yield safe.paragraph(profile.status, LINE)
    if profile.is_empty:
        yield safe.paragraph("There is nothing to show of this round.", STORY)
    else:
        yield safe.paragraph("The seven pledges", PART)
        yield pledges_table(safe, profile.pledges)
        yield safe.paragraph("Boxes: its own view of its level now, of four; the aim has a thick edge.", NOTE)
    if profile.measures:
        yield safe.paragraph("Measures over time", PART)
        yield measures_table(safe, profile)
    if profile.left_out:
        yield safe.paragraph(profile.left_out, NOTE)
    if profile.commitments:
        yield safe.paragraph("Commitments", PART)
        yield _commitments(safe, profile.commitments)
    if profile.actions:
        yield safe.paragraph("Open actions", PART)
        yield from _actions(safe, profile.actions)


def _actions(safe: SafeText, actions: Sequence[str]) -> Iterator[Flowable]:
    for line in actions[:MOST_ACTIONS]:
        yield safe.paragraph(line, LINE)
    if (more := len(actions) - MOST_ACTIONS) > 0:
        yield safe.paragraph(f"And {more} more in the action log.", NOTE)


def pledges_table(safe: SafeText, pledges: Sequence[PledgeLine]) -> Grid:
    """The seven pledges: the level now with the aim, and the outcome."""
    head = [safe.paragraph(words, STRONG) for words in ("Pledge", "Level now", "Outcome found by the Assembly")]
    rows = [
        [
            safe.paragraph(f"{each.number}. {each.title}", LINE),
            LevelBoxes(each.standing.now, each.standing.aim, each.level.lstrip("1234 ")),
            OutcomeMark(each.found.outcome, say_outcome(each.found.outcome)),
        ]
        for each in pledges
    ]
    widths = (TEXT_WIDTH * 0.47, TEXT_WIDTH * 0.25, TEXT_WIDTH * 0.28)
    return grid([head, *rows], widths, table_shape(), repeatRows=1, style=TIGHT)


def measures_table(safe: SafeText, profile: Profile) -> Grid:
    """The measures round by round, each with its change and a small trend."""
    heads = ["Share of", *profile.rounds, "Change", "Trend"]
    rounds = len(profile.rounds)
    head = [safe.paragraph(words, RIGHT_STRONG if 0 < at <= rounds else STRONG) for at, words in enumerate(heads)]
    rows = [[*_measure(safe, each)] for each in profile.measures]
    each_round = 51.0
    rest = TEXT_WIDTH - each_round * rounds - 68 - 66
    widths = (rest, *[each_round] * rounds, 68, 66)
    return grid([head, *rows], widths, table_shape(), repeatRows=1, style=TIGHT)


def _measure(safe: SafeText, line: MeasureLine) -> Iterator[Flowable]:
    yield safe.paragraph(line.title, LINE)
    for text in line.texts:
        yield safe.paragraph(text, RIGHT)
    yield safe.paragraph(line.change, LINE)
    yield Picture(spark_of(line), 56)


def spark_of(line: MeasureLine) -> Scene:
    """The figures of a measure as a small trend, which leaves out rounds that have none."""
    points = [
        Point("", number, state=State(each.state), definition_changed=is_new)
        for number, each, is_new in zip(line.numbers, line.figures, line.is_new, strict=True)
        if each is not None
    ]
    numbers = [number for number in line.numbers if number is not None]
    low, high = min(numbers, default=0), max(numbers, default=100)
    middle, half = (low + high) / 2, max((high - low) / 2, LEAST_SPAN / 2)
    return sparkline(points, title=line.title, value_range=(max(0.0, middle - half - 1), min(100.0, middle + half + 1)))


def _commitments(safe: SafeText, every: Sequence[tuple[str, str]]) -> Grid:
    cells = [safe.paragraph(f"{name}: {said}", LINE) for name, said in every]
    cells += [safe.paragraph("", LINE)] * (len(cells) % 2)
    half = TEXT_WIDTH / 2
    rows = [cells[place : place + 2] for place in range(0, len(cells), 2)]
    style = TableStyle([*TIGHT.getCommands()[:6], ("VALIGN", (0, 0), (-1, -1), "TOP")])
    return grid(rows, (half, half), Shape("L", "", ("LI",)), style=style)


def _case_study(safe: SafeText, study: CaseStudy, room: float) -> Iterator[Flowable]:
    """Its title, and as much of its story as there is room for."""
    head = [safe.paragraph("Case study", PART), safe.paragraph(study.title, STRONG)]
    head += [safe.paragraph(study.about, NOTE)] if study.about else []
    left = room - sum(map(_height, head)) - 4
    if left < 0:
        return
    yield from head
    story = fit_story(safe, study.story, left)
    if story is not None:
        yield Spacer(1, 2)
        yield story


def fit_story(safe: SafeText, story: str, height: float) -> Paragraph | None:
    """The story, or as many of its words as fit into `height` points with a mark that it goes on; None for too few."""
    if height < LEAST_STORY:
        return None
    whole = safe.paragraph(story, STORY)
    if _height(whole) <= height:
        return whole
    words = story.split(" ")
    low, high = 0, len(words)
    while low < high - 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _height(_cut(safe, words, middle)) <= height else (low, middle)
    return _cut(safe, words, low) if low else None


def _cut(safe: SafeText, words: Sequence[str], number: int) -> Paragraph:
    return safe.paragraph(f"{' '.join(words[:number]).rstrip()} … (goes on in the return)", STORY)
