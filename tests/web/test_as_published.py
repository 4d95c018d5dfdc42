"""A published round keeps who was expected, in which sector and place: only a correction of a return changes it."""

import json
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.models import Organisation, Publication, Round, RoundMember
from anchor_portal.services.doctor import examine_content
from anchor_portal.services.register.organisations import Details, add_organisation
from tests.pages import Browser, Page
from tests.web.test_meanwhile import at_work
from tests.web.test_publishing_pages import correct_and_accept
from tests.web.test_team_pages import PUBLISHED, TEAM, unpublish

COUNCIL, LIVERPOOL = "sefton-council", "E08000012"


def change(app: Flask, slug: str, **typed: str) -> None:
    team, path = Browser(app).sign_in(TEAM), f"/team/register/{slug}/change"
    team.post(path, team.get(path).form() | {name.replace("__", "-"): value for name, value in typed.items()})


def leave(app: Flask, slug: str, day: date) -> None:
    change(app, slug, left_on__day=str(day.day), left_on__month=str(day.month), left_on__year=str(day.year))


def revise(app: Flask) -> str:
    team, path = Browser(app).sign_in(TEAM), f"/rounds/{PUBLISHED}/revise"
    return team.post(path, team.get(path).form() | {"reason": "We counted the bank staff twice."}).words


def publications(app: Flask) -> list[list[dict]]:
    with Session(app.extensions["database"].reader) as session:
        mine = select(Publication.outside).join(Round).where(Round.code == PUBLISHED).order_by(Publication.revision)
        return [json.loads(each) for each in session.scalars(mine)]


def findings(app: Flask) -> list[str]:
    with Session(app.extensions["database"].reader) as session:
        return [f"{each.what}: {each.wrong}" for each in examine_content(session) if each.wrong]


def rows(page: Page) -> list[list[str]]:
    return [row.get_text().split() for row in page.soup.select("main table")[0].select("tbody tr")]


def closing(app: Flask) -> date:
    with Session(app.extensions["database"].reader) as session:
        return session.scalars(select(Round.closes_on).where(Round.code == PUBLISHED)).one()


@pytest.mark.parametrize("typed", [{"main_place": LIVERPOOL}, {"sector": "company"}, {"headcount": "12"}])
def test_what_the_register_says_since_changes_nothing_that_is_published(
    browser: Browser, typed: dict[str, str]
) -> None:
    change(browser.app, COUNCIL, **typed)
    path = f"/rounds/{PUBLISHED}/revise"
    assert "No figure has changed since the last revision" in Browser(browser.app).sign_in(TEAM).get(path).words
    assert findings(browser.app) == []


def test_a_revision_changes_only_what_was_corrected(sqlite_app: Flask) -> None:
    change(sqlite_app, COUNCIL, main_place=LIVERPOOL)
    correct_and_accept(sqlite_app)
    assert "is published" in revise(sqlite_app)
    one, two = ({each["definition"]: each["breakdowns"] for each in views} for views in publications(sqlite_app))
    assert one.keys() == two.keys()
    assert {name for name in one if one[name] != two[name]} == {"12.v1"}, "no other answer was corrected"


def test_the_returns_behind_a_frozen_figure_are_those_in_it(sqlite_app: Flask) -> None:
    path = f"/assembly/{PUBLISHED}/indicators/12/returns?place={LIVERPOOL}"
    team = Browser(sqlite_app).sign_in(TEAM)
    before = rows(team.get(path))
    change(sqlite_app, COUNCIL, main_place=LIVERPOOL)
    page = team.get(path)
    assert "3 returns add up to 3,468.56 of 4,791.98" in page.words
    assert rows(page) == before


def test_who_left_before_the_deadline_only_afterwards_stays_expected_where_they_were(browser: Browser) -> None:
    before = browser.sign_in(TEAM).get(f"/assembly/{PUBLISHED}").words
    leave(browser.app, "torus", closing(browser.app) - timedelta(days=10))
    correct_and_accept(browser.app)
    assert findings(browser.app) == []
    assert "is published" in revise(browser.app)
    one, two = ({each["definition"]: each["returns_expected"] for each in views} for views in publications(browser.app))
    assert one == two
    assert "of 21" in before
    assert "of 21" in browser.get(f"/assembly/{PUBLISHED}").words


def test_before_it_is_published_a_round_follows_the_register(sqlite_app: Flask) -> None:
    unpublish(sqlite_app, PUBLISHED)
    leave(sqlite_app, "torus", closing(sqlite_app) - timedelta(days=10))
    team, path = Browser(sqlite_app).sign_in(TEAM), f"/rounds/{PUBLISHED}/publish"
    team.post(path, team.get(path).form())
    expected = {each["returns_expected"] for each in publications(sqlite_app)[-1]}
    assert expected == {20}
    with Session(sqlite_app.extensions["database"].reader) as session:
        its = select(RoundMember).join(Organisation).where(Organisation.slug == "torus")
        torus = session.scalars(its.join(Round, Round.id == RoundMember.round_id).where(Round.code == PUBLISHED)).one()
        assert not torus.is_expected, "its numbers were counted all the same, so it is kept"
        rounds = select(func.count(RoundMember.round_id.distinct())).select_from(RoundMember)
        published = select(func.count(Publication.round_id.distinct())).select_from(Publication)
        assert session.scalar(rounds) == session.scalar(published)


def test_an_entry_that_was_made_twice_is_joined_after_a_round_was_published_with_it(browser: Browser) -> None:
    with at_work(browser.app) as session:
        details = Details("housing", "general", is_signatory=True)
        add_organisation(session, "Torus Group Homes", "", details, TEAM)
    unpublish(browser.app, PUBLISHED)
    path = f"/rounds/{PUBLISHED}/publish"
    browser.sign_in(TEAM).post(path, browser.get(path).form())
    path = "/team/register/torus-group-homes/merge"
    joined = browser.post(path, browser.get(path).form() | {"how": "twice", "other": "Torus"})
    assert "Torus Group Homes" in joined.words
    assert findings(browser.app) == []
    path = f"/rounds/{PUBLISHED}/revise"
    assert "Signatories expected 22 21" in browser.get(path).words, "nobody is expected twice in the next revision"
