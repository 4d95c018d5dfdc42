"""Certificates of awards: valid for as long as the register has the award, and not a day longer."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.certificates.words import CertificateKind
from anchor_portal.models import Certificate, Holding, HoldingKind, Organisation
from anchor_portal.queries.certificates import Selection, count_standing, load_standing_numbers
from anchor_portal.services.certificates.issuing import issue_award_certificate
from tests.pages import Browser, Page

TEAM, TRUST = "team@team.example", "mid-cheshire-hospitals"
SINCE = today() - timedelta(days=400)


def with_award(app: Flask) -> tuple[str, str]:
    """The address of an award that the trust holds, and the number of its certificate."""
    with Session(app.extensions["database"].writer) as session, session.begin():
        trust = session.scalars(select(Organisation).where(Organisation.slug == TRUST)).one()
        kind = HoldingKind.SOCIAL_VALUE_AWARD
        session.query(Holding).where(Holding.organisation_id == trust.id, Holding.kind == kind).delete()
        held = Holding(organisation_id=trust.id, kind=kind, since=SINCE, noted_by=TEAM)
        session.add(held)
        session.flush()
        return f"/team/register/{TRUST}/holdings/{held.id}", issue_award_certificate(session, held, TEAM).number


def change(team: Browser, at: str, end: str, day: date) -> Page:
    boxes = {f"{end}-day": str(day.day), f"{end}-month": str(day.month), f"{end}-year": str(day.year)}
    return team.post(at, team.get(at).form() | boxes)


def remove(team: Browser, at: str) -> Page:
    return team.post(f"{at}/remove", team.get(f"{at}/remove").form())


def end(team: Browser, at: str) -> Page:
    return change(team, at, "until", today() - timedelta(days=30))


def correct(team: Browser, at: str) -> Page:
    return change(team, at, "since", SINCE - timedelta(days=30))


GONE = "does not say any more that Mid Cheshire Hospitals NHS Foundation Trust achieved this award on that day"


@pytest.mark.parametrize(
    ("do", "says"),
    [(remove, GONE), (end, "The award was held until"), (correct, GONE)],
    ids=["removed", "ended", "moved"],
)
def test_the_certificate_of_an_award_that_the_register_has_no_longer_is_not_valid(
    do: Callable[[Browser, str], Page], says: str, browser: Browser
) -> None:
    team, selection = Browser(browser.app).sign_in(TEAM), Selection(CertificateKind.AWARD)
    at, number = with_award(browser.app)
    assert browser.get(f"/certificates/{number}").title.endswith("is valid")
    assert number in browser.get(f"/organisations/{TRUST}").words
    assert f"Certificate {number} is not valid any more" in do(team, at).words
    page = browser.get(f"/certificates/{number}")
    assert page.title.endswith("has lapsed") and says in page.words and "after five years" not in page.words
    assert number not in browser.get(f"/organisations/{TRUST}").words
    team.get(f"/certificates/{number}/certificate.pdf", 404)
    with Session(browser.app.extensions["database"].reader) as session:
        numbers = load_standing_numbers(session, selection, today())
        assert number not in numbers and count_standing(session, today())[CertificateKind.AWARD] == len(numbers)


def test_the_pages_that_change_an_award_say_which_certificate_rests_on_it(sqlite_browser: Browser) -> None:
    team = sqlite_browser.sign_in(TEAM)
    at, number = with_award(sqlite_browser.app)
    for page in (at, f"{at}/remove"):
        assert f"Certificate {number} rests on it" in team.get(page).words
    later = change(team, at, "until", today() + timedelta(days=30))
    assert "It is saved." in later.words and "not valid any more" not in later.words
    assert team.get(f"/certificates/{number}").title.endswith("is valid")


@pytest.mark.parametrize("do", [remove, end])
def test_the_certificate_of_an_award_that_is_not_held_any_more_is_not_issued_again(
    do: Callable[[Browser, str], Page], sqlite_browser: Browser
) -> None:
    team = sqlite_browser.sign_in(TEAM)
    at, number = with_award(sqlite_browser.app)
    do(team, at)
    page = team.post(f"/team/certificates/{number}/again", team.get(f"/team/certificates/{number}/again").form())
    assert "does not hold the Social Value Award on" in page.words and "Nothing was changed" in page.words


def test_issued_again_it_says_the_last_day_of_the_register(sqlite_browser: Browser) -> None:
    team = sqlite_browser.sign_in(TEAM)
    at, number = with_award(sqlite_browser.app)
    change(team, at, "until", day := today() + timedelta(days=30))
    team.post(f"/team/certificates/{number}/again", team.get(f"/team/certificates/{number}/again").form())
    with Session(sqlite_browser.app.extensions["database"].reader) as session:
        old = session.get_one(Certificate, number)
        assert session.get_one(Certificate, old.superseded_by).held_until == day


@pytest.mark.parametrize("then", ["withdrawn", "lapsed"])
def test_a_replaced_certificate_does_not_say_that_one_stands_which_does_not(then: str, sqlite_browser: Browser) -> None:
    app, team = sqlite_browser.app, Browser(sqlite_browser.app).sign_in(TEAM)
    at, number = with_award(app)
    again = f"/team/certificates/{number}/again"
    team.post(again, team.get(again).form())
    with Session(app.extensions["database"].reader) as session:
        second = session.get_one(Certificate, number).superseded_by
    if then == "withdrawn":
        team.post(f"/team/certificates/{second}/withdraw", {"reason": "Wrong"})
    else:
        end(team, at)
    words = sqlite_browser.get(f"/certificates/{number}").words
    assert f"certificate {second} was issued in its place" in words and "stands in its place" not in words
