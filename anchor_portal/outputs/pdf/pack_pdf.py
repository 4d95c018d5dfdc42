"""A meeting's pack as one document: contents, agenda, last minutes, action log, figures, a page for each organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, PageBreak, Spacer, TableStyle

from anchor_portal.domain.meetings.actions import LoggedAction, say_log
from anchor_portal.domain.meetings.minutes import WITHHELD
from anchor_portal.domain.pledges import OUTCOME_NAMES, PLEDGES, Outcome
from anchor_portal.outputs.pdf.base import (
    BODY,
    CELL,
    CELL_HEAD,
    CELL_NUMBER,
    CELL_NUMBER_HEAD,
    GRID,
    INTRO,
    LABEL_ABOVE,
    NOTE,
    SECTION,
    SUBTITLE,
    TEXT_WIDTH,
    TITLE,
    DocumentFacts,
    Heading,
    Mark,
    SafeText,
    build_with_contents,
    together,
)
from anchor_portal.outputs.pdf.minutes_pdf import minutes_story
from anchor_portal.outputs.pdf.pack_content import (
    FIGURES,
    LOG,
    MINUTES,
    FigureLine,
    PackContent,
    ProfilePage,
    Summary,
)
from anchor_portal.outputs.pdf.profile_pdf import NAME, NUMBER, profile_page
from anchor_portal.outputs.pdf.tagging.flowables import CONTENTS, Grid, LinkWords, grid, table_shape

AGENDA, INTERESTS, PROFILES = "agenda", "interests", "profiles"
TOP_HEADING = ParagraphStyle("part of a pack", SECTION, spaceBefore=0)
LINK = ParagraphStyle("contents", BODY, spaceAfter=0)
SUBLINK = ParagraphStyle("contents below", LINK, leftIndent=14, fontSize=9.5, leading=13)
NONE = "–"

Pages = Mapping[str, int]


def draw_pack(content: PackContent, on_page: Callable[[int], None] = lambda page: None) -> bytes:
    """The pack as a PDF with bookmarks: the same bytes for the same content; `on_page` is told each page once it is done."""
    facts = DocumentFacts(
        f"{content.title}: meeting pack", "Meeting pack", content.portal_name, content.partnership, content.demo
    )
    return build_with_contents(facts, lambda safe, pages: list(_story(safe, content, pages)), on_page)


def _story(safe: SafeText, content: PackContent, pages: Pages) -> Iterator[Flowable]:
    yield from _cover(safe, content, pages)
    yield PageBreak()
    yield from _agenda(safe, content, pages)
    if content.minutes is not None:
        yield PageBreak()
        yield Heading("Minutes of the last meeting", MINUTES, style=TOP_HEADING)
        yield safe.paragraph(content.minutes.title, INTRO)
        yield from minutes_story(safe, content.minutes, level=1)
    yield PageBreak()
    yield from _log(safe, content)
    if content.summary is not None:
        yield PageBreak()
        yield from _summary(safe, content.summary)
    for place, page in enumerate(content.profiles):
        yield PageBreak()
        if not place:
            yield Mark("Profiles", PROFILES)
        yield from _profile(safe, page)


def _cover(safe: SafeText, content: PackContent, pages: Pages) -> Iterator[Flowable]:
    yield Spacer(1, 30)
    yield safe.paragraph(content.title, TITLE)
    yield safe.paragraph("Meeting pack", SUBTITLE)
    yield safe.paragraph(content.held, BODY)
    if content.chair:
        yield safe.paragraph(f"Chair: {content.chair}", BODY)
    if content.reader:
        yield safe.paragraph(content.reader, NOTE)
    yield Mark("Contents", "contents")
    yield safe.paragraph("Contents", SECTION)
    parts = [(AGENDA, "Agenda")]
    parts += [(MINUTES, "Minutes of the last meeting")] if content.minutes else []
    parts += [(LOG, "Action log")]
    parts += [(FIGURES, f"Where the partnership stands, {content.summary.round_title}")] if content.summary else []
    yield _contents(safe, parts, pages, LINK)
    if content.profiles:
        yield safe.paragraph(f"Profiles of {_count(len(content.profiles))}", LABEL_ABOVE)
        names = [(page.key, f"{page.number}  {page.name}") for page in content.profiles]
        yield _contents(safe, names, pages, SUBLINK)


def _count(number: int) -> str:
    return "1 organisation" if number == 1 else f"{number} organisations"


def _contents(safe: SafeText, parts: Sequence[tuple[str, str]], pages: Pages, style: ParagraphStyle) -> Grid:
    """Names with the pages on which they begin; both lead there."""
    rows = []
    for key, words in parts:
        page = str(pages.get(key, ""))
        rows.append(
            [link_to(safe, key, words, style, words), link_to(safe, key, page, CELL_NUMBER, f"{words}: page {page}")]
        )
    lines = TableStyle([*GRID.getCommands()[:6], ("LINEBELOW", (0, 0), (-1, -1), 0.3, "#d8dde0")])
    return grid(rows, (TEXT_WIDTH - 46, 46), CONTENTS, style=lines)


def link_to(safe: SafeText, key: str, words: str, style: ParagraphStyle, told: str) -> LinkWords:
    """Words that lead to a heading of the document; `told` says where."""
    link = LinkWords(f'<a href="#{key}" color="#003087">{escape(safe.plain(words))}</a>', style)
    link.told = told
    return link


def _agenda(safe: SafeText, content: PackContent, pages: Pages) -> Iterator[Flowable]:
    yield Heading("Agenda", AGENDA, style=TOP_HEADING)
    yield safe.paragraph(content.held, INTRO)
    heads = ("Number, time", "Item", "Lead", "Purpose", "Page")
    rows: list[list[object]] = [[safe.paragraph(words, CELL_HEAD) for words in heads]]
    for line in content.agenda:
        number = safe.paragraph("\n".join(filter(None, (line.number, line.time))), CELL)
        title = [safe.paragraph(line.title, CELL_HEAD)] + ([safe.paragraph(line.note, CELL)] if line.note else [])
        page = pages.get(line.part)
        told = f"{line.title}: page {page}"
        to = link_to(safe, line.part, str(page), CELL_NUMBER, told) if page else safe.paragraph(NONE, CELL_NUMBER)
        rows.append([number, title, safe.paragraph(line.lead, CELL), safe.paragraph(line.purpose, CELL), to])
    yield table_over_pages(rows, (84, 178, 80, 105, 36), row_head=1)
    if content.interests:
        yield together(60)
        yield safe.paragraph("Interests in organisations on the agenda, as the register knows them", LABEL_ABOVE)
        yield from (safe.paragraph(line, BODY) for line in content.interests)


def table_over_pages(rows: list[list[object]], widths: Sequence[float], row_head: int = 0) -> Grid:
    """A table whose rows may run over pages, however long a cell is; `row_head` is the column that names its rows."""
    return grid(rows, widths, table_shape(row_head), repeatRows=1, splitInRow=1, style=GRID)


def _log(safe: SafeText, content: PackContent) -> Iterator[Flowable]:
    yield Heading("Action log", LOG, style=TOP_HEADING)
    if not content.log:
        yield safe.paragraph("No action of an earlier meeting is open.", BODY)
        return
    yield safe.paragraph(f"{say_log(content.log, content.today)} As it stands on {_day(content)}.", INTRO)
    heads = ("No", "Meeting, item", "Action, and what was said of it", "Owner", "Due", "Status")
    rows: list[list[object]] = [[safe.paragraph(words, CELL_HEAD) for words in heads]]
    rows += [_logged(safe, each, content) for each in content.log]
    yield table_over_pages(rows, (28, 84, 175, 72, 62, 62))


def _day(content: PackContent) -> str:
    return f"{content.today.day} {content.today:%B %Y}"


def _logged(safe: SafeText, action: LoggedAction, content: PackContent) -> list[object]:
    met = f"{action.met_on.day} {action.met_on:%B %Y}"
    what: list[Flowable] = [safe.paragraph(action.text, CELL)]
    if action.organisation:
        what.append(safe.paragraph(f"About {action.organisation}", CELL))
    what += [safe.paragraph(update.words, NOTE) for update in action.updates]
    return [
        safe.paragraph(str(action.number), CELL_HEAD),
        safe.paragraph("\n".join(filter(None, (met, action.item))), CELL),
        what,
        safe.paragraph(action.owner, CELL),
        safe.paragraph(action.due, CELL),
        safe.paragraph(action.status(content.today), CELL),
    ]


def _summary(safe: SafeText, summary: Summary) -> Iterator[Flowable]:
    yield Heading("Where the partnership stands", FIGURES, style=TOP_HEADING)
    yield safe.paragraph(f"{summary.round_title}. {summary.standing}", INTRO)
    yield safe.paragraph(summary.sentence, BODY)
    returns = "; ".join(f"{name}: {number}" for name, number in summary.returns)
    yield safe.paragraph(f"Returns. {returns}.", BODY)
    yield safe.paragraph(
        "Sums over several organisations are rounded, and small ones hidden, so that nobody can be told apart.", NOTE
    )
    yield safe.paragraph("The Beacon indicators that our returns make", LABEL_ABOVE)
    yield _figures(safe, summary.indicators)
    yield safe.paragraph(f"Outcomes of the pledges, of the {summary.sent} returns sent", LABEL_ABOVE)
    yield _outcomes(safe, summary)
    if summary.note:
        yield safe.paragraph(summary.note, NOTE)
    yield together(min(60 + 26 * len(summary.measures), 600))  # all of them on one page, not two lines on the next
    yield safe.paragraph("The other measures of the pledges", LABEL_ABOVE)
    yield _figures(safe, summary.measures)


def _figures(safe: SafeText, lines: Sequence[FigureLine]) -> Grid:
    heads = ("Measure", "Figure", "Organisations counted", "Change")
    rows: list[list[object]] = [[safe.paragraph(words, CELL_HEAD) for words in heads]]
    for line in lines:
        texts = (line.title, line.figure, line.counted, line.movement)
        rows.append([safe.paragraph(text, CELL_HEAD if place == 1 else CELL) for place, text in enumerate(texts)])
    return table_over_pages(rows, (165, 52, 66, TEXT_WIDTH - 283))


def _outcomes(safe: SafeText, summary: Summary) -> Grid:
    heads = [*(OUTCOME_NAMES[outcome] for outcome in Outcome), "Not recorded"]
    rows: list[list[object]] = [[safe.paragraph("Pledge", CELL_HEAD)]]
    rows[0] += [safe.paragraph(words, CELL_NUMBER_HEAD) for words in heads]
    for pledge, title in PLEDGES.items():
        found = summary.outcomes.get(pledge, {})
        numbers = [*(found.get(outcome, 0) for outcome in Outcome), summary.sent - sum(found.values())]
        cells = [safe.paragraph(str(number), CELL_NUMBER) for number in numbers]
        rows.append([safe.paragraph(f"{pledge}. {title}", CELL), *cells])
    return table_over_pages(rows, (TEXT_WIDTH - 5 * 58, *[58.0] * 5))


def _profile(safe: SafeText, page: ProfilePage) -> Iterator[Flowable]:
    yield Mark(safe.plain(page.name), page.key, level=1)
    if page.profile is None:
        yield safe.paragraph(page.number, NUMBER)
        yield safe.paragraph(page.name, NAME)
        yield safe.paragraph(WITHHELD, BODY)
    else:
        yield profile_page(safe, page.number, page.profile)
