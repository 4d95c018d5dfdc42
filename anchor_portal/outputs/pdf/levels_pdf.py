"""A self-assessment on one page, for a board paper: the picture, and the same in a table under it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Spacer

from anchor_portal.domain.findings.level_words import LEVEL_NAMES
from anchor_portal.domain.findings.self_assessment import Standing, say_all
from anchor_portal.domain.pledges import PLEDGES
from anchor_portal.outputs.charts.levels import levels
from anchor_portal.outputs.charts.scene import Scene
from anchor_portal.outputs.pdf.base import (
    BODY,
    NOTE,
    SUBTITLE,
    TEXT_WIDTH,
    TITLE,
    DocumentFacts,
    SafeText,
    build,
)
from anchor_portal.outputs.pdf.tagging.flowables import Picture

_HEAD = ParagraphStyle("levels title", TITLE, fontSize=20, leading=24)
_SUBHEAD = ParagraphStyle("levels subtitle", SUBTITLE, fontSize=12, leading=16, spaceAfter=6)
HIGHEST = 380.0
"""Points that the picture may take, so that the table fits on the same page."""


@dataclass(frozen=True, slots=True)
class LevelsContent:
    """What the page says; `earlier_round` is the round in words whose aims are marked, `standing` says how final it is."""

    organisation: str
    round_name: str
    standings: Sequence[Standing]
    earlier_round: str
    standing: str
    partnership: str
    portal_name: str
    demo: bool


def draw_levels(content: LevelsContent) -> bytes:
    """The page as a PDF: the same bytes for the same content."""
    title = f"{content.organisation}: where we are on the seven pledges, {content.round_name}"
    facts = DocumentFacts(title, "Self-assessment", content.portal_name, content.partnership, content.demo)
    return build(facts, lambda safe: list(_story(safe, content)))


def _story(safe: SafeText, content: LevelsContent) -> Iterator[Flowable]:
    yield safe.paragraph("Where we are on the seven pledges", _HEAD)
    yield safe.paragraph(f"{content.organisation}, {content.round_name}", _SUBHEAD)
    yield safe.paragraph(say_all(content.standings, content.earlier_round), BODY)
    scene = levels(content.standings, title="Where we are", earlier_round=content.earlier_round)
    yield Picture(scene, _width_of(scene))
    yield Spacer(1, 8)
    yield from safe.table(levels_table(content.standings, content.earlier_round))
    yield safe.paragraph(f"The organisation’s own view. {content.standing}", NOTE)


def _width_of(scene: Scene) -> float:
    return min(TEXT_WIDTH, HIGHEST * scene.width / scene.height)


def levels_table(every: Sequence[Standing], earlier_round: str) -> list[tuple[str, ...]]:
    """The picture as a table with its head: a row for each pledge, the levels in words."""
    has_earlier = any(standing.earlier_aim for standing in every)
    head = (
        "Pledge",
        "Now",
        "Aim for the next round",
        *([f"Aim of {earlier_round}", "Reached?"] if has_earlier else []),
    )
    return [head, *(_cells(standing, has_earlier) for standing in every)]


def _cells(standing: Standing, has_earlier: bool) -> tuple[str, ...]:
    reached = {True: "Yes", False: "Not yet", None: "–"}[standing.is_reached]
    earlier = (_say(standing.earlier_aim), reached) if has_earlier else ()
    return f"{standing.pledge}. {PLEDGES[standing.pledge]}", _say(standing.now), _say(standing.aim), *earlier


def _say(level: int | None) -> str:
    return f"{level} {LEVEL_NAMES[level]}" if level else "not given"
