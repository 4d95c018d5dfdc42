"""A submitted return as a document: who signed what and when, then every section with its answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Spacer

from anchor_portal.outputs.pdf.base import (
    BODY,
    INTRO,
    LABEL,
    LABEL_ABOVE,
    NOTE,
    SMALL,
    SUBTITLE,
    TERM,
    TITLE,
    DocumentFacts,
    SafeText,
    build,
    pair,
    rule,
    together,
)

# What still stands beside its label; anything longer goes under it, where it may run over pages.
MOST_CHARACTERS, MOST_LINES = 600, 12

HOW_TO_CHECK = (
    "To check it, download the signed answers from the page of this revision: “sha256sum” of that file, "
    "or any other tool for SHA-256, gives the same."
)


@dataclass(frozen=True, slots=True)
class PdfRow:
    """One question: its label, the lines of the answer, a table of counts, a note (a reason, a warning)."""

    label: str
    lines: tuple[str, ...] = ()
    note: str = ""
    table: tuple[tuple[str, ...], ...] | None = None


@dataclass(frozen=True, slots=True)
class PdfSection:
    """A section of the return; `intro` is the pledge in full, or empty."""

    title: str
    intro: str
    rows: tuple[PdfRow, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """Who put their name to the return, and the moment at which it was sent, in words."""

    name: str
    role: str
    signed_on: date
    submitted: str = ""


@dataclass(frozen=True, slots=True)
class ReturnContent:
    """What the copy of a return says; a draft has no signature, and no digest of the answers as signed."""

    organisation: str
    round_name: str
    questionnaire: str
    status: str
    revision: int
    sections: tuple[PdfSection, ...]
    partnership: str
    portal_name: str
    signature: Signature | None = None
    digest: str = ""
    demo: bool = False


def draw_return(content: ReturnContent) -> bytes:
    """The copy as a PDF: the same bytes for the same content.

    Characters that the font has not are replaced and named at the end, so that no answer can stop it.
    """
    title = f"{content.organisation}: return for {content.round_name}"
    subject = f"Copy of a return, revision {content.revision}"
    facts = DocumentFacts(title, subject, content.portal_name, content.partnership, content.demo)
    return build(facts, lambda safe: list(_story(safe, content)))


def _story(safe: SafeText, content: ReturnContent) -> Iterator[Flowable]:
    yield safe.paragraph(content.organisation, TITLE)
    yield safe.paragraph(f"Return for {content.round_name}, {content.partnership}", SUBTITLE)
    cover = object()
    for row in _cover(content):
        yield from _row(safe, row, of=cover)
    if content.digest:
        digest = PdfRow("Digest of what was signed (SHA-256)", (content.digest,), HOW_TO_CHECK)
        yield from _row(safe, digest, SMALL, of=cover)
    yield rule()
    for section in content.sections:
        yield from safe.heading(section.title)
        if section.intro:
            yield safe.paragraph(section.intro, INTRO)
        for row in section.rows:
            yield from _row(safe, row)
    yield rule()


def _cover(content: ReturnContent) -> Iterator[PdfRow]:
    yield PdfRow("Questionnaire", (content.questionnaire,))
    yield PdfRow("Status", (content.status,))
    yield PdfRow("Revision", (str(content.revision),))
    if content.signature is None:
        yield PdfRow("Signed by", ("Not signed yet",))
    else:
        signed_on = content.signature.signed_on
        yield PdfRow("Signed by", (content.signature.name, content.signature.role))
        yield PdfRow("Signed on", (f"{signed_on.day} {signed_on:%B %Y}",))
        if content.signature.submitted:
            yield PdfRow("Submitted", (content.signature.submitted,))


def _row(safe: SafeText, row: PdfRow, style: ParagraphStyle = BODY, of: object = None) -> Iterator[Flowable]:
    """A row after its rule: short answers beside the label, long ones and tables below it; `of` as for `pair`."""
    yield rule()
    lines = [line for text in row.lines for line in safe.plain(text).splitlines() or [""]]
    if row.table is None and _is_short([safe.plain(row.label), safe.plain(row.note), *lines]):
        beside: list[Flowable] = [safe.paragraph(line, style) for line in lines or [""]]
        yield pair(safe.paragraph(row.label, TERM if of else LABEL), [*beside, *_note(safe, row)], of)
        return
    yield together(90)
    yield safe.paragraph(row.label, LABEL_ABOVE)
    for line in lines:
        yield safe.paragraph(line, style) if line.strip() else Spacer(1, 6)
    if row.table and any(row.table):
        yield from safe.table(row.table)
    yield from _note(safe, row)
    yield Spacer(1, 6)


def _note(safe: SafeText, row: PdfRow) -> list[Flowable]:
    return [safe.paragraph(row.note, NOTE)] if row.note else []


def _is_short(texts: list[str]) -> bool:
    """Whether a row is sure to fit on a page, even in capital letters."""
    return sum(map(len, texts)) <= MOST_CHARACTERS and len(texts) <= MOST_LINES
