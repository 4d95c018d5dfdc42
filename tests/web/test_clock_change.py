"""When the clocks change: moments, days and deadlines on both sides, and a server whose own clock is put back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from anchor_portal.clock import local
from anchor_portal.domain.answers.merging import stamp_of
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import RoundStatus, Stage, say_deadline, status_on
from anchor_portal.models import Answer, ReturnStep
from anchor_portal.queries.returns import load_answers, load_kept
from anchor_portal.services.returns import saving
from anchor_portal.services.returns.steps import Actor
from anchor_portal.web.filters import say_moment
from tests.make import actor, find
from tests.pages import Browser
from tests.web.sections import ROUND, SECTION, TRUST, stored

LEAD = "lead@trust.example"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MOMENTS = [
    ("2026-10-25 00:59", "25 October 2026 at 01:59 (summer time)"),
    ("2026-10-25 00:00", "25 October 2026 at 01:00 (summer time)"),
    ("2026-10-25 01:00", "25 October 2026 at 01:00 (winter time)"),
    ("2026-10-25 01:30", "25 October 2026 at 01:30 (winter time)"),
    ("2026-10-24 23:59", "25 October 2026 at 00:59"),
    ("2026-10-25 02:00", "25 October 2026 at 02:00"),
    ("2027-03-28 00:59", "28 March 2027 at 00:59"),
    ("2027-03-28 01:00", "28 March 2027 at 02:00"),
    ("2026-10-24 22:59", "24 October 2026 at 23:59"),
    ("2026-10-24 23:00", "25 October 2026 at 00:00"),
    ("2026-10-25 23:59", "25 October 2026 at 23:59"),
    ("2026-10-26 00:00", "26 October 2026 at 00:00"),
]


@pytest.mark.parametrize(("moment", "said"), MOMENTS)
def test_a_moment_is_said_on_the_clocks_of_london_and_the_hour_that_comes_twice_is_told_apart(
    moment: str, said: str
) -> None:
    assert say_moment(utc(moment)) == said


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("2026-10-24 22:59", RoundStatus.DRAFT),
        ("2026-10-24 23:00", RoundStatus.OPEN),
        ("2027-03-28 22:59", RoundStatus.OPEN),
        ("2027-03-28 23:00", RoundStatus.SOFT_CLOSED),
    ],
)
def test_a_round_opens_and_closes_at_midnight_in_london_on_the_days_that_are_longer_and_shorter(
    moment: str, status: RoundStatus
) -> None:
    day = local(utc(moment)).date()
    assert status_on(Stage.BY_DATE, date(2026, 10, 25), date(2027, 3, 28), day) is status


@pytest.mark.parametrize("closes_on", [date(2026, 10, 25), date(2026, 10, 26), date(2027, 3, 28), date(2027, 3, 29)])
def test_days_that_are_left_are_counted_in_days_whatever_their_hours(closes_on: date) -> None:
    assert "Due today" in say_deadline(closes_on, closes_on)
    for days in (1, 2):
        noun = "1 day left" if days == 1 else "2 days left"
        assert say_deadline(closes_on, closes_on - timedelta(days=days)).endswith(noun)


def test_a_save_whose_clock_is_behind_the_one_before_loses_nothing(browser: Browser) -> None:
    """The second save happens an hour before the first one, as a server sees it whose clock was put right."""
    lead, path = browser.sign_in(LEAD), f"{SECTION}/pledge-1"
    texts = ["Saved at half past one.", "Saved after that, at one."]
    with Session(browser.app.extensions["database"].writer) as session, session.begin():
        for text, at in zip(texts, (utc("2026-10-25 01:30"), utc("2026-10-25 01:00")), strict=True):
            found = find(session, ROUND, TRUST)
            section, before = found.questionnaire.section("pledge-1"), load_answers(session, found.get_row().id)
            given = {key: parts for key, parts in before.items() if key.startswith("p1.")}
            known = actor(Role.LEAD)
            who = Actor("Somebody", None, known.person, at)
            typed = given | {"p1.narrative": {"": text}}
            saving.save_section(session, found, section, typed, stamp_of(section, before), who)
    assert stored(browser.app)["p1.narrative"] == {"": texts[1]}
    assert texts[1] in lead.get(path).words
    with Session(browser.app.extensions["database"].reader) as session:
        row = find(session, ROUND, TRUST).get_row()
        assert load_kept(session, row.id)["p1.narrative"].at == utc("2026-10-25 01:00")


def test_a_page_opened_before_the_clock_went_back_is_saved_and_meets_no_false_conflict(sqlite_browser: Browser) -> None:
    lead, path = sqlite_browser.sign_in(LEAD), f"{SECTION}/pledge-1"
    form = lead.get(path).form()
    ahead = datetime.now(UTC) + timedelta(hours=1)
    with Session(lead.app.extensions["database"].writer) as session, session.begin():
        session.execute(update(Answer).values(saved_at=ahead))
        session.execute(update(ReturnStep).values(at=ahead))
    saved = lead.client.post(path, data=form | {"p1.narrative:": "Mine."}, headers={"Accept": "application/json"})
    assert saved.status_code == 200
    assert stored(lead.app)["p1.narrative"] == {"": "Mine."}
    for page in (path, f"/returns/{ROUND}/{TRUST}", "/work"):
        lead.get(page)
