"""The pack on paper: contents that are right, bookmarks, and a page for each organisation whatever it holds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from anchor_portal.domain.figures.figure import NotProvided, shown_percent
from anchor_portal.domain.findings.self_assessment import Standing
from anchor_portal.domain.meetings.actions import LoggedAction, Update
from anchor_portal.domain.meetings.minutes import MinutedItem, Minutes
from anchor_portal.domain.meetings.profile import CaseStudy, FoundOutcome, MeasureLine, PledgeLine, Profile
from anchor_portal.domain.pledges import Outcome
from anchor_portal.outputs.pdf.minutes_pdf import draw_minutes
from anchor_portal.outputs.pdf.pack_content import AgendaLine, PackContent, ProfilePage, Summary
from anchor_portal.outputs.pdf.pack_pdf import draw_pack

TODAY = date(2027, 1, 20)
FIGURE = shown_percent(Decimal("63.2"))
STORY = "They asked at doors and bus stops, and learned that letters looked like bills. " * 60
LONG = "The Partnership of Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch " * 6
MINUTES = Minutes(
    "AA/07/26",
    "Anchor Assembly, July 2026",
    "1 July 2026",
    "These minutes are not agreed yet.",
    "A. Chair",
    ("A. Chair",),
    (),
    ("None",),
    (
        MinutedItem("AA/07/26/01", "Torus", ("Agreed.",), ("Pledge 1: met",), ("1. Send it",)),
        MinutedItem("AA/07/26/02", "Roche", is_withheld=True),
    ),
)


def profile(name: str, story: str = STORY, measures: int = 4) -> Profile:
    line = MeasureLine("Employees living locally", (None, NotProvided("none"), FIGURE, FIGURE), (False,) * 4, "+0.1")
    return Profile(
        name,
        "Council, Halton, 4,000 employees",
        "Accepted: revision 1.",
        ("July 2025", "January 2026", "July 2026", "January 2027"),
        tuple(
            PledgeLine(Standing(n, n % 5 or None, 4), FoundOutcome(Outcome.MET if n < 4 else "")) for n in range(1, 8)
        ),
        (line,) * measures,
        (("Social Value Charter signed", "Yes"),) * 7,
        CaseStudy("The letters that nobody read", story, "Pledge 6, Tackling health inequalities", 2),
        actions=("12. Send the plan (Chair, by 31 July 2026)",) * 9,
    )


def pages_of(*profiles: Profile | None) -> list[ProfilePage]:
    return [
        ProfilePage(f"profile-{n}", f"AA/01/27/{n:02}", f"Organisation {n}", each) for n, each in enumerate(profiles, 1)
    ]


def content(*profiles: Profile | None, **more: Any) -> PackContent:
    agenda = [AgendaLine("AA/01/27/01", "15:00 to 15:10", "Minutes", "Chair", "Paper, for approval", "", "minutes")]
    agenda += [AgendaLine(page.number, "", page.name, "", "Profile", "", page.key) for page in pages_of(*profiles)]
    log = LoggedAction(
        7, date(2026, 7, 1), "AA/07/26/01", "Send the plan", "A. Lead", None, "open", None, "Torus",
        (Update("In development.", "A. Person", datetime(2026, 9, 1, tzinfo=UTC)),),
    )  # fmt: skip
    summary = Summary("January 2027", "Provisional.", "Nothing moved.", [("Accepted", 3)], [], [], {}, 3)
    whole = PackContent(
        "Anchor Assembly, January 2027", "20 January 2027", "A. Chair", "", agenda, ["A. Member: Torus"], MINUTES,
        [log], summary, pages_of(*profiles), TODAY, "Cheshire and Merseyside", "Anchor Portal", True,
    )  # fmt: skip
    return replace(whole, **more)


@cache
def whole() -> PdfReader:
    return PdfReader(BytesIO(draw_pack(content(profile("First"), None, profile(LONG), profile("Last", "Short.")))))


def outline(reader: PdfReader, entries: Any = None) -> Iterator[tuple[str, int]]:
    for entry in reader.outline if entries is None else entries:
        if isinstance(entry, list):
            yield from outline(reader, entry)
        else:
            yield entry.title, (reader.get_destination_page_number(entry) or 0) + 1


def test_the_pages_of_the_contents_are_those_on_which_the_parts_begin() -> None:
    reader = whole()
    words = [" ".join(page.extract_text().split()) for page in reader.pages]
    bookmarks = dict(outline(reader))
    for title, start in (
        ("Agenda", "Agenda 20 January"),
        ("Action log", "Action log 1 action"),
        ("Organisation 3", LONG[:40]),
    ):
        page = bookmarks[title]
        assert start in words[page - 1]
        assert f"{title} {page}" in words[0]
    assert list(bookmarks) == [
        "Contents", "Agenda", "Minutes of the last meeting", "AA/07/26/01  Torus", "AA/07/26/02  Roche",
        "Action log", "Where the partnership stands", "Profiles",
        "Organisation 1", "Organisation 2", "Organisation 3", "Organisation 4",
    ]  # fmt: skip
    assert all(f"Page {number} of" in page for number, page in enumerate(words, 1))
    assert reader.trailer["/Root"]["/Lang"] == "en-GB"


def test_every_organisation_has_exactly_one_page() -> None:
    bookmarks = dict(outline(whole()))
    first = bookmarks["Organisation 1"]
    assert [bookmarks[f"Organisation {n}"] for n in (1, 2, 3, 4)] == [first, first + 1, first + 2, first + 3]
    assert len(whole().pages) == first + 3
    page = whole().pages[first - 1].extract_text()
    assert "(goes on in the return)" in page
    assert "And 5 more in the action log." in page
    assert "(goes on" not in whole().pages[first + 2].extract_text()


def test_what_is_withheld_says_so_and_says_nothing_else() -> None:
    page = whole().pages[dict(outline(whole()))["Organisation 2"] - 1].extract_text()
    assert "because you have an interest" in page
    assert "Commitments" not in page
    minutes = PdfReader(BytesIO(draw_minutes(MINUTES, "Anchor Portal", "Here", demo=False))).pages[0].extract_text()
    assert "Roche" in minutes and "because you have an interest" in minutes


@pytest.mark.parametrize("text", ["w" * 3000, "line\n" * 150, "‮ﷺ 🎉 \x07 <b>&amp; ẘ"])
def test_no_text_that_anybody_may_type_breaks_it(text: str) -> None:
    odd = replace(content().log[0], text=text, owner=text[:200], updates=(Update(text, "A", datetime.now(UTC)),))
    long_item = replace(content(None).agenda[0], note=text, title=text[:200])
    minutes = replace(MINUTES, present=tuple(text.split("\n")), items=(MinutedItem("1", text[:200], (text,)),))
    pack = content(profile(text[:200], text), log=[odd], agenda=[long_item], minutes=minutes)
    assert len(PdfReader(BytesIO(draw_pack(pack))).pages) > 5


def test_the_same_pack_gives_the_same_bytes_and_an_empty_one_says_what_is_missing() -> None:
    empty = content(log=[], summary=None, minutes=None, agenda=[], interests=[])
    assert draw_pack(empty) == draw_pack(empty)
    words = "".join(page.extract_text() for page in PdfReader(BytesIO(draw_pack(empty))).pages)
    assert "No action of an earlier meeting is open." in words
