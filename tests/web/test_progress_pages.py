"""Where we are and our progress: the pages of an organisation that looks at itself over time."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.models import AuditEntry, Publication, Return, Round
from tests.conftest import make_app, with_demo
from tests.engines import sqlite_url
from tests.pages import Browser

TRUST = "mid-cheshire-hospitals"
LEAD, TEAM = "lead@trust.example", "team@team.example"
OPEN, SIGNED = f"/returns/2027-01/{TRUST}", f"/returns/2026-07/{TRUST}"
PROGRESS = f"/organisations/{TRUST}/progress"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for the tests that only read."""
    made = make_app(sqlite_url(tmp_path_factory.mktemp("progress"), with_demo))
    yield made
    made.extensions["database"].dispose()


@pytest.fixture
def lead(app: Flask) -> Browser:
    return Browser(app).sign_in(LEAD)


def test_where_we_are_is_a_picture_with_the_same_in_words_and_in_a_table(lead: Browser) -> None:
    page = lead.get(f"{OPEN}/self-assessment")
    wide, narrow = page.soup.select("figure svg[role=img]")
    assert wide["aria-describedby"] == narrow["aria-describedby"] and len(wide.select("desc")) == 1
    assert "Pledge 5: developing; the aim of July 2026 was established: not reached yet." in page.words
    assert "1. Real living wage and an equal local job sector 3 established 4 leading" in " ".join(
        cell.get_text(" ", strip=True) for cell in page.soup.select("table td, table th")
    ).replace(" Now ", " ").replace(" Aim for the next round ", " ").replace("Pledge 1.", "1.")
    changes = [str(link["href"]) for link in page.soup.select(".nhsuk-summary-list__actions a")]
    assert len(changes) == 7
    assert lead.get(changes[0].partition("#")[0]).soup.find(id=changes[0].partition("#")[2])


def test_a_signed_return_shows_its_levels_to_the_assembly_too(app: Flask) -> None:
    page = Browser(app).sign_in("member@assembly.example").get(f"{SIGNED}/self-assessment")
    assert "signed on" in page.words
    assert not page.soup.select(".nhsuk-summary-list__actions a")


def test_a_return_without_levels_says_what_will_be_here(lead: Browser, app: Flask) -> None:
    page = Browser(app).sign_in(TEAM).get("/returns/2027-01/roche/self-assessment")
    assert "Nothing is assessed yet." in page.words
    assert not page.soup.select("figure")
    assert "did not ask" in lead.get(f"/returns/2024-01/{TRUST}/self-assessment").words


@pytest.mark.parametrize(
    ("end", "kind", "start"), [("svg", "image/svg+xml", b"<?xml"), ("pdf", "application/pdf", b"%PDF")]
)
def test_the_picture_can_be_taken_along(lead: Browser, end: str, kind: str, start: bytes) -> None:
    answer = lead.client.get(f"{OPEN}/self-assessment.{end}")
    assert answer.mimetype == kind
    assert answer.data.startswith(start)
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_levels_are_chosen_by_what_they_mean_on_the_pledge(lead: Browser) -> None:
    page = lead.get(f"{OPEN}/sections/pledge-4")
    assert "We are ahead of our plan" in page.words


def test_only_rates_that_count_in_the_rounds_period_are_offered(lead: Browser) -> None:
    page = lead.get(f"{OPEN}/sections/pledge-1")
    offered = {str(box["value"]) for box in page.soup.select('input[name="p1.rlw_rate_year:"]')}
    assert "2025-26" in offered
    assert "2022-23" not in offered


def test_progress_shows_each_measure_with_what_changed_and_the_sector_beside_it(lead: Browser) -> None:
    page = lead.get(PROGRESS)
    assert len(page.soup.select("figure")) >= 8
    assert "percentage points more than in January 2026" in page.words
    assert "NHS trusts together:" in page.words
    certificates = [str(link["href"]) for link in page.soup.select("#certificates + ul a")]
    assert len(certificates) >= 10
    assert "2026-07-" in certificates[0]


def test_a_sector_of_one_has_nothing_beside_it(app: Flask) -> None:
    page = Browser(app).sign_in(TEAM).get("/organisations/torus/progress")
    assert "Housing associations together:" not in page.words
    assert "fewer than three returns are counted" in page.words


def test_an_organisation_without_an_accepted_return_is_told_what_will_be_here(app: Flask) -> None:
    with Session(app.extensions["database"].reader) as session:
        accepted = select(Return.organisation_id).where(Return.accepted_revision > 0)
        nobody = session.scalars(select(Return).where(Return.organisation_id.not_in(accepted))).first()
    assert nobody is None, "everybody in the demonstration has an accepted return"
    assert "Our progress" in Browser(app).sign_in(TEAM).get("/organisations/roche/progress").title


def test_the_sector_is_taken_from_published_rounds_alone(lead: Browser, app: Flask) -> None:
    with Session(app.extensions["database"].reader) as session:
        published = set(session.scalars(select(Round.title).join(Publication, Publication.round_id == Round.id)))
    page = lead.get(PROGRESS)
    for row in page.soup.select("section table tbody tr"):
        round_, _, sector = (cell.get_text(" ", strip=True) for cell in row.select("th, td"))
        assert "%" not in sector or any(title in round_ for title in published)


def test_the_team_s_look_at_raw_figures_is_kept(app: Flask) -> None:
    Browser(app).sign_in(TEAM).get(PROGRESS)
    with Session(app.extensions["database"].reader) as session:
        kept = session.scalars(select(AuditEntry).where(AuditEntry.action == "raw figures seen")).all()
    assert any("progress of Mid Cheshire Hospitals" in entry.subject for entry in kept)
