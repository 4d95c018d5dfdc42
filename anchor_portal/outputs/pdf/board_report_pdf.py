"""The report to an organisation's board: which Marmot themes its work serves, its pledges, its figures, what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlab.platypus import Flowable

from anchor_portal.domain.meetings.profile import Profile
from anchor_portal.domain.meetings.themes import ThemeServed, say_themes
from anchor_portal.outputs.pdf.base import (
    BODY,
    CELL,
    CELL_HEAD,
    INTRO,
    LABEL_ABOVE,
    NOTE,
    SUBTITLE,
    TEXT_WIDTH,
    TITLE,
    DocumentFacts,
    SafeText,
    build,
    together,
)
from anchor_portal.outputs.pdf.pack_pdf import table_over_pages
from anchor_portal.outputs.pdf.profile_pdf import measures_table, pledges_table

SERVED, NOT_SERVED = "Yes", "Not named"


@dataclass(frozen=True, slots=True)
class BoardReport:
    """What the report says; `work` are paragraphs of what the return tells of its work on health inequalities."""

    round_title: str
    profile: Profile
    themes: Sequence[ThemeServed]
    why_no_work: str
    work: Sequence[str]
    actions: Sequence[str]
    partnership: str
    portal_name: str
    demo: bool


def draw_board_report(report: BoardReport) -> bytes:
    """The report as a PDF: the same bytes for the same content."""
    title = f"{report.profile.name}: report to the board, {report.round_title}"
    facts = DocumentFacts(title, "Board report", report.portal_name, report.partnership, report.demo)
    return build(facts, lambda safe: list(_story(safe, report)))


def _story(safe: SafeText, report: BoardReport) -> Iterator[Flowable]:
    profile = report.profile
    yield safe.paragraph("Report to the board", TITLE)
    yield safe.paragraph(f"{profile.name}: the Anchor Framework, {report.round_title}", SUBTITLE)
    yield safe.paragraph(say_themes(report.themes), INTRO)
    yield safe.paragraph(profile.status, NOTE)
    yield from safe.heading("Marmot themes that our work serves")
    yield _themes(safe, report.themes)
    if report.why_no_work:
        yield safe.paragraph(report.why_no_work, NOTE)
    yield from safe.heading("The seven pledges")
    yield pledges_table(safe, profile.pledges)
    yield safe.paragraph("Boxes: our own view of our level now, of four; the aim has a thick edge.", NOTE)
    if profile.measures:
        yield from safe.heading("Our measures over time")
        yield measures_table(safe, profile)
    if profile.left_out:
        yield safe.paragraph(profile.left_out, NOTE)
    if report.work:
        yield from safe.heading("Our work on health inequalities, in our own words")
        yield from (safe.paragraph(text, BODY) for text in report.work)
    yield from safe.heading("What the Assembly asked of us")
    yield from _actions(safe, report.actions)
    if profile.case_study:
        yield from safe.heading("Case study")
        yield safe.paragraph(profile.case_study.title, LABEL_ABOVE)
        yield safe.paragraph(profile.case_study.story, BODY)


def _themes(safe: SafeText, themes: Sequence[ThemeServed]) -> Flowable:
    rows: list[list[object]] = [
        [safe.paragraph(words, CELL_HEAD) for words in ("Theme", "Served", "By which work")],
    ]
    for theme in themes:
        words = [safe.paragraph(way, CELL) for way in theme.ways] or [safe.paragraph("–", CELL)]
        served = safe.paragraph(SERVED if theme.is_served else NOT_SERVED, CELL_HEAD if theme.is_served else CELL)
        rows.append([safe.paragraph(f"{theme.position}. {theme.title}", CELL), served, words])
    return table_over_pages(rows, (TEXT_WIDTH * 0.46, 62, TEXT_WIDTH * 0.54 - 62))


def _actions(safe: SafeText, actions: Sequence[str]) -> Iterator[Flowable]:
    yield together(30)
    if not actions:
        yield safe.paragraph("No action of the Assembly’s log about us is open.", BODY)
    yield from safe.items(actions)
