"""The life of a round through its pages: each step says what it does, is noted, and is taken once."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.rounds import Stage
from anchor_portal.domain.running.more_time import say_still_given
from anchor_portal.models import AuditEntry, Extension, Message, Round, RoundStep, Submission
from anchor_portal.queries.rounds import find_round
from tests.make import find
from tests.pages import Browser, Page

TEAM, OPEN = "team@team.example", "2027-01"
HOME = f"/rounds/{OPEN}"


def stored(app: Flask, code: str = OPEN) -> Round:
    with Session(app.extensions["database"].reader) as session:
        found = find_round(session, code)
        assert found is not None
        return found


def steps(app: Flask) -> list[tuple[str, str, str]]:
    with Session(app.extensions["database"].reader) as session:
        query = select(RoundStep.step, RoundStep.who, RoundStep.reason).join(Round, Round.id == RoundStep.round_id)
        return [tuple(row) for row in session.execute(query.where(Round.code == OPEN).order_by(RoundStep.id))]


def move(app: Flask, **values: object) -> None:
    with Session(app.extensions["database"].writer) as session, session.begin():
        session.execute(update(Round).where(Round.code == OPEN).values(**values))


def day(name: str, on: date) -> dict[str, str]:
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


def take(browser: Browser, what: str, reason: str = "", status: int = 200) -> Page:
    page = browser.get(f"{HOME}/{what}")
    return browser.post(f"{HOME}/{what}", page.form() | {"reason": reason}, status)


def test_a_round_that_was_closed_early_was_never_open_for_late_returns(sqlite_browser: Browser) -> None:
    move(sqlite_browser.app, opens_on=today() - timedelta(days=9), closes_on=today() + timedelta(days=40))
    sqlite_browser.sign_in(TEAM)
    take(sqlite_browser, "close", "Everything is in")
    page = sqlite_browser.get(HOME)
    stages = page.text(".app-stages")
    assert "Open for late returns" not in stages and say_date(today() + timedelta(days=40)) not in stages
    assert f"On {say_date(today())}" in stages


def test_a_round_goes_from_its_plan_to_the_archive_and_each_step_says_who_and_why(browser: Browser) -> None:
    move(browser.app, opens_on=today() + timedelta(days=2))
    browser.sign_in(TEAM)
    assert "It cannot be shut again" in browser.get(f"{HOME}/open").words
    assert "The round is open" in take(browser, "open", "Three asked for it").words
    move(browser.app, opens_on=today() - timedelta(days=9))
    take(browser, "soft-close", "Agreed with all")
    assert stored(browser.app).closes_on == today() - timedelta(days=1)
    take(browser, "close", "Everything is in")
    take(browser, "review")
    assert stored(browser.app).stage == Stage.UNDER_REVIEW
    page = browser.get(f"{HOME}/publish")
    browser.post(f"{HOME}/publish", page.form())
    take(browser, "archive", "A new round has begun")
    page = take(browser, "unarchive", "Somebody asked about it")
    assert [(step, why) for step, _, why in steps(browser.app)] == [
        ("plan", ""),
        ("open", "Three asked for it"),
        ("soft-close", "Agreed with all"),
        ("close", "Everything is in"),
        ("review", ""),
        ("publish", ""),
        ("archive", "A new round has begun"),
        ("unarchive", "Somebody asked about it"),
    ]
    assert {who for _, who, _ in steps(browser.app)} == {"Rosalind Tamberley"}
    assert "Taken out of the archive" in page.words
    assert "Somebody asked about it" in page.words
    assert page.text("[aria-current=step]") == "Published"


@pytest.mark.parametrize("what", ["open", "soft-close"])
def test_a_step_that_differs_from_what_was_announced_needs_a_reason(sqlite_browser: Browser, what: str) -> None:
    if what == "open":
        move(sqlite_browser.app, opens_on=today() + timedelta(days=2))
    page = take(sqlite_browser.sign_in(TEAM), what, " ", 422)
    assert page.errors == ["Write the reason: somebody will ask"]
    assert len(steps(sqlite_browser.app)) == 1


@pytest.mark.parametrize("what", ["open", "review", "archive", "unarchive"])
def test_a_step_out_of_its_place_changes_nothing_and_says_where_the_round_stands(
    sqlite_browser: Browser, what: str
) -> None:
    sqlite_browser.sign_in(TEAM)
    page = sqlite_browser.post(f"{HOME}/{what}", {"reason": "I want to"})
    assert "Round 2027-01 is open, so this step is not possible now" in page.words
    assert len(steps(sqlite_browser.app)) == 1


def test_a_double_click_takes_a_step_once(sqlite_browser: Browser) -> None:
    move(sqlite_browser.app, stage=Stage.CLOSED)
    sqlite_browser.sign_in(TEAM)
    for _ in range(2):
        sqlite_browser.post(f"{HOME}/review", {})
    assert [step for step, _, _ in steps(sqlite_browser.app)] == ["plan", "review"]


def test_the_deadline_is_changed_with_a_reason_and_who_is_expected_is_counted_again(browser: Browser) -> None:
    browser.sign_in(TEAM)
    later = stored(browser.app).closes_on + timedelta(days=10)
    page = browser.get(f"{HOME}/dates")
    after = browser.post(f"{HOME}/dates", page.form() | day("closes_on", later) | {"reason": "The holidays"})
    assert f"The deadline of round January 2027 is {later.day} {later:%B %Y}" in after.words
    assert stored(browser.app).closes_on == later
    step, _, why = steps(browser.app)[-1]
    assert step == "move"
    assert why.endswith("The holidays")
    stale = browser.post(f"{HOME}/dates", page.form() | day("closes_on", today()) | {"reason": "Mine"}, 409)
    assert "Nothing was changed" in stale.words
    assert "Mine" in stale.words


def test_dates_that_make_no_sense_are_refused_with_what_was_typed_kept(sqlite_browser: Browser) -> None:
    sqlite_browser.sign_in(TEAM)
    form = sqlite_browser.get(f"{HOME}/dates").form()
    page = sqlite_browser.post(f"{HOME}/dates", form | day("closes_on", date(2020, 1, 1)) | {"reason": "Kept"}, 422)
    assert page.errors == ["The new deadline must be today or later, and not before the round opens"]
    assert "Kept" in str(page.soup.select_one("textarea"))
    same = sqlite_browser.post(f"{HOME}/dates", form, 422)
    assert same.errors == ["Write why the dates are changed"]


def test_one_organisation_is_given_more_time_and_everything_says_its_own_deadline(browser: Browser) -> None:
    app = browser.app
    move(app, closes_on=today() - timedelta(days=3), stage=Stage.CLOSED)
    until = today() + timedelta(days=5)
    path = f"{HOME}/more-time/mid-cheshire-hospitals"
    browser.sign_in(TEAM)
    form = browser.get(path).form()
    page = browser.post(path, form | day("until", until) | {"reason": "Their system was down"})
    assert f"Mid Cheshire Hospitals NHS Foundation Trust has until {until.day} {until:%B %Y}" in page.words
    assert f"More time until {until.day} {until:%B %Y}" in page.words
    lead = Browser(app).sign_in("lead@trust.example")
    task = lead.get(f"/returns/{OPEN}/mid-cheshire-hospitals")
    assert f"Due {until:%A} {until.day} {until:%B %Y}, 5 days left" in task.words
    assert task.soup.select("a[href*='/sections/']"), "it can be filled in, though the round is closed"
    assert f"{until.day} {until:%B %Y}" in lead.get("/work").words
    assert "Their system was down" in lead.get("/messages").words
    with Session(app.extensions["database"].reader) as session:
        found = find(session, OPEN, "mid-cheshire-hospitals")
        other = find(session, OPEN, "torus")
        assert (found.takes_answers, other.takes_answers) == (True, False)
        assert session.scalars(select(AuditEntry.action).where(AuditEntry.action == "more time given")).one()
        assert session.scalars(select(Message).where(Message.kind == "more_time")).first() is not None
    again = browser.post(path, form | day("until", until) | {"reason": "Too late"}, 409)
    assert "Nothing of yours was changed" in again.words
    end = browser.get(path)
    ended = browser.post(f"{path}/end", end.form(f"{path}/end"))
    assert "has the same deadline as everybody else again" in ended.words


def test_who_has_more_time_is_not_late(sqlite_app: Flask) -> None:
    browser = Browser(sqlite_app).sign_in("isolde.marchbanke@clatterbridge-cancer-centre.example")
    move(sqlite_app, closes_on=today() - timedelta(days=3))
    with Session(sqlite_app.extensions["database"].writer) as session, session.begin():
        found = find(session, OPEN, "clatterbridge-cancer-centre")
        more = {"until": today(), "reason": "Because", "given_by": "Team"}
        session.add(Extension(round_id=found.round.id, organisation_id=found.organisation.id, **more))
    path = f"/returns/{OPEN}/clatterbridge-cancer-centre/sign"
    signed = {"signoff:name": "Isolde Marchbanke", "signoff:role": "Chief executive", "confirm": "yes"}
    browser.post(path, browser.get(path).form() | signed)
    with Session(sqlite_app.extensions["database"].reader) as session:
        row = find(session, OPEN, "clatterbridge-cancer-centre").get_row()
        assert session.scalars(select(Submission.is_late).where(Submission.return_id == row.id)).one() is False


@pytest.mark.parametrize(
    ("until", "reason", "says"),
    [
        (date(2020, 1, 1), "Because", "The new deadline must be today or later"),
        (today(), "Because", "The new deadline must be after"),
        (date(2099, 1, 1), "Because", "days after everybody’s"),
        (today() + timedelta(days=60), "", "Write the reason"),
    ],
)
def test_more_time_that_cannot_be_given_is_refused_with_a_sentence(
    sqlite_browser: Browser, until: date, reason: str, says: str
) -> None:
    path = f"{HOME}/more-time/torus"
    form = sqlite_browser.sign_in(TEAM).get(path).form()
    page = sqlite_browser.post(path, form | day("until", until) | {"reason": reason}, 422)
    assert says in page.errors[0]


def test_who_has_answered_or_is_unknown_gets_no_more_time(sqlite_browser: Browser) -> None:
    sqlite_browser.sign_in(TEAM)
    assert "has answered, and needs no more time" in sqlite_browser.get(f"{HOME}/more-time/roche").words
    for slug in ("nobody", "x%00", "x%27"):
        sqlite_browser.get(f"{HOME}/more-time/{slug}", 404)


def test_the_chase_list_is_narrowed_by_sector_place_and_status_and_exported(browser: Browser) -> None:
    browser.sign_in(TEAM)
    page = browser.get(f"{HOME}?sector=council&status=unanswered")
    names = [link.get_text() for link in page.soup.select(".app-chase tbody th a")]
    assert names == ["Cheshire East Council", "Sefton Metropolitan Borough Council"]
    assert "2 of 21 organisations are listed" in page.words
    assert len(browser.get(f"{HOME}?sector=nonsense&place=%00&status=x").soup.select(".app-chase tbody tr")) == 21
    file = browser.client.get(f"{HOME}/chase.csv?sector=council&status=unanswered")
    lines = file.text.splitlines()
    assert file.text.startswith("\ufeffround,organisation,")
    assert len(lines) == 3
    assert lines[1].startswith("2027-01,Cheshire East Council,Councils,Cheshire East,Not started,no,")
    assert "duncan.harrowgill@cheshire-east-council.example" in lines[1]
    assert lines[1].endswith(",2026-07,Accepted")
    with Session(browser.app.extensions["database"].reader) as session:
        kept = session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "exported")).all()
    assert "anchor-round-2027-01-chase-list.csv" in kept


def test_the_list_of_the_round_before_is_one_link_away(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(TEAM).get(HOME)
    assert "The list of July 2026, the round before" in page.words
    assert "July 2026: did not start" in page.words


def test_what_waits_for_the_team_stands_in_its_work(sqlite_browser: Browser) -> None:
    move(sqlite_browser.app, stage=Stage.CLOSED)
    with Session(sqlite_browser.app.extensions["database"].writer) as session, session.begin():
        first = session.scalars(select(Message.id).order_by(Message.id)).first()
        session.execute(update(Message).where(Message.id == first).values(attempts=2, last_error="550 no"))
    words = sqlite_browser.sign_in(TEAM).get("/work").words
    assert "closed, and waits to be reviewed or published" in words
    assert "1 message could not be sent" in words


def test_who_was_given_more_time_is_named_with_its_reason_as_it_was_typed(sqlite_browser: Browser) -> None:
    until = stored(sqlite_browser.app).closes_on + timedelta(days=20)
    path, words = f"{HOME}/more-time/torus", "Flood & <b>fire</b>"
    sqlite_browser.sign_in(TEAM)
    sqlite_browser.post(path, sqlite_browser.get(path).form() | day("until", until) | {"reason": words})
    inset = sqlite_browser.get(path).soup.select_one(".nhsuk-inset-text")
    assert inset and f"It was given until {say_date(until)} by " in inset.get_text() and words in inset.get_text()
    assert inset.find("b") is None and "<p>" not in inset.get_text()


def test_who_closes_or_publishes_is_told_who_still_has_time(sqlite_browser: Browser) -> None:
    until = stored(sqlite_browser.app).closes_on + timedelta(days=20)
    path, says = f"{HOME}/more-time/torus", f"Torus has until {say_date(until)}"
    sqlite_browser.sign_in(TEAM)
    sqlite_browser.post(path, sqlite_browser.get(path).form() | day("until", until) | {"reason": "Ill"})
    assert says in sqlite_browser.get(f"{HOME}/close").words
    assert says in take(sqlite_browser, "close", "Everything is in").words
    sqlite_browser.post(f"{HOME}/review", {})
    assert f"{says}. Publishing ends that" in sqlite_browser.get(f"{HOME}/publish").words
    with Session(sqlite_browser.app.extensions["database"].writer) as session, session.begin():
        session.execute(update(Extension).values(until=today() - timedelta(days=1)))
    assert "Publishing ends that" not in sqlite_browser.get(f"{HOME}/publish").words, "that time is over"


def test_where_many_have_more_time_they_are_counted() -> None:
    given = [(f"Organisation {at}", date(2027, 1, at)) for at in range(1, 8)]
    assert say_still_given(given) == "7 organisations have more time, the last of them until 7 January 2027"
    assert say_still_given([]) == ""
