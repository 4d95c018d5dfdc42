"""Every document that can be downloaded, for every organisation of the demonstration, held against PDF/UA-1."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.models import Certificate, Meeting, Organisation, Round
from anchor_portal.services.meetings.pack import draw_pack, meeting_of_everybody
from tests.outputs.tagged import bookmarks, faults, read_tags
from tests.pages import Browser

OPEN, PUBLISHED = "2027-01", "2026-07"
DEMONSTRATION = "Demonstration only: synthetic data"


def _addresses(session: Session) -> Iterator[str]:
    """Of each kind one for every organisation or version that has it."""
    for slug in session.scalars(select(Organisation.slug)):
        yield f"/returns/{PUBLISHED}/{slug}/return.pdf"
        yield f"/returns/{OPEN}/{slug}/self-assessment.pdf"
        yield f"/organisations/{slug}/board-report/{PUBLISHED}/report.pdf"
        yield f"/returns/{PUBLISHED}/{slug}/certificate.pdf"
    yield f"/returns/{OPEN}/torus/return.pdf"  # a draft
    newest = select(Certificate.number).where(Certificate.kind != "return")
    yield from (f"/certificates/{number}/certificate.pdf" for number in session.scalars(newest))
    yield from (f"/meetings/{ident}/minutes.pdf" for ident in session.scalars(select(Meeting.id)))
    yield from (f"/exports/{code}.pdf" for code in (OPEN, PUBLISHED, "2023-07"))
    forms = [(version, kind) for version in ("2024-01", "2024-07") for kind in ("council/general", "nhs-trust/nhs")]
    yield from (f"/forms/{version}/{kind}.pdf" for version, kind in forms)


def test_every_document_of_the_demonstration_is_sound_and_begins_with_its_title(sqlite_browser: Browser) -> None:
    sqlite_browser.sign_in("team@team.example")
    kinds: dict[str, int] = {}
    with Session(sqlite_browser.app.extensions["database"].reader) as session:
        addresses = list(_addresses(session))
    for address in addresses:
        answer = sqlite_browser.client.get(address)
        if answer.status_code == 404:
            continue
        assert answer.mimetype == "application/pdf", f"{address} answers {answer.status_code}"
        assert faults(answer.data) == [], address
        kind = address.split("/")[1] + address.split("/")[-1]
        if kind not in kinds:
            tags = read_tags(answer.data)
            assert len(tags.find("H1")) == 1 and bookmarks(answer.data), address
            assert address.startswith("/forms") or tags.words.startswith(DEMONSTRATION), address
        kinds[kind] = kinds.get(kind, 0) + 1
    assert len(kinds) >= 9 and min(kinds["returnsreturn.pdf"], kinds["organisationsreport.pdf"]) >= 19, kinds


def test_the_pack_of_everybody_leads_to_every_profile(sqlite_browser: Browser) -> None:
    app = sqlite_browser.app
    with Session(app.extensions["database"].reader) as session:
        round_ = session.scalars(select(Round).where(Round.code == OPEN)).one()
        meeting = meeting_of_everybody(session, round_, round_.closes_on)
        content = draw_pack(session, meeting, app.extensions["settings"], round_.closes_on, None)
    assert faults(content) == []
    tags = read_tags(content)
    assert all(link.links and link.words for link in tags.find("Link"))
    assert len(tags.find("TOCI")) == len(tags.find("TOC")[0].kids) + len(tags.find("TOC")[1].kids) > 10
