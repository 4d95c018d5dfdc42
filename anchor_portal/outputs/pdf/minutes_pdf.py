"""Minutes of decisions on paper, on their own and as a part of a pack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Spacer

from anchor_portal.domain.meetings.minutes import NOTHING, WITHHELD, MinutedItem, Minutes
from anchor_portal.outputs.pdf.base import (
    BODY,
    LABEL,
    LABEL_ABOVE,
    NAVY,
    NOTE,
    SUBTITLE,
    TERM,
    TITLE,
    DocumentFacts,
    Heading,
    SafeText,
    build,
    pair,
    rule,
    together,
)

ITEM = ParagraphStyle("minuted item", LABEL_ABOVE, textColor=NAVY, fontSize=11.5)
KIND = ParagraphStyle("minuted kind", LABEL, tag="H4")
MOST_BESIDE = 24
"""Lines that stand beside their label; a longer list stands under it, where it may run over pages."""


def draw_minutes(minutes: Minutes, portal_name: str, partnership: str, *, demo: bool) -> bytes:
    """The minutes as a PDF: the same bytes for the same content."""
    title = f"{minutes.title}: minutes of decisions"
    facts = DocumentFacts(title, f"Minutes {minutes.reference}", portal_name, partnership, demo)

    def story(safe: SafeText) -> list[Flowable]:
        head = [safe.paragraph("Minutes of decisions", TITLE), safe.paragraph(minutes.title, SUBTITLE)]
        return [*head, *minutes_story(safe, minutes)]

    return build(facts, story)


def minutes_story(safe: SafeText, minutes: Minutes, level: int = 0) -> Iterator[Flowable]:
    """The minutes without a title: who was there, then every item with what was recorded, bookmarked at this level."""
    yield safe.paragraph(f"{minutes.held}. {minutes.standing}", BODY)
    present = object()
    for label, lines in (
        ("Chair", (minutes.chair,) if minutes.chair else ()),
        ("Present", minutes.present),
        ("Apologies", minutes.apologies),
        ("Declarations of interest", minutes.declarations),
    ):
        yield from _people(safe, label, lines, present)
    yield rule()
    for item in minutes.items:
        yield from _item(safe, item, level)


def _people(safe: SafeText, label: str, lines: Sequence[str], present: object) -> Iterator[Flowable]:
    yield rule()
    said = [safe.paragraph(line, BODY) for line in lines] or [safe.paragraph("None recorded", NOTE)]
    if len(said) <= MOST_BESIDE and sum(map(len, lines)) < 2000:  # noqa: PLR2004 - what fits on a page
        yield pair(safe.paragraph(label, TERM), said, present)
        return
    yield safe.paragraph(label, LABEL_ABOVE)
    yield from said


def _item(safe: SafeText, item: MinutedItem, level: int) -> Iterator[Flowable]:
    yield together(60)
    yield Heading(safe.plain(f"{item.number}  {item.title}"), level=level, style=ITEM)
    if item.is_withheld:
        yield safe.paragraph(WITHHELD, NOTE)
        return
    if item.is_empty:
        yield safe.paragraph(NOTHING, NOTE)
    for label, lines in (("Decided", item.decisions), ("Outcomes", item.outcomes), ("Actions", item.actions)):
        if lines:
            yield safe.paragraph(label, KIND)
            yield from safe.items(lines)
    yield Spacer(1, 4)
