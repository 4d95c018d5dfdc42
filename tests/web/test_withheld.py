"""What a member with an interest must not see of a review, by any address: the grid, the log of actions, a kept pack."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.models import Action, AgendaItem, Interest, Job, JobState, Meeting, Organisation, User
from anchor_portal.models.base import now
from anchor_portal.queries.meetings import find_meeting
from anchor_portal.queries.viewer import find_viewer
from anchor_portal.services.meetings.pack import gather_pack
from anchor_portal.services.review.interests import declare
from tests.pages import Browser
from tests.web.sections import TRUST

MEMBER = "member@assembly.example"
TRUST_NAME = "Mid Cheshire Hospitals"
SAYS = "Ask the trust for evidence on pledge 3"


@contextmanager
def changing(app: Flask) -> Iterator[Session]:
    with Session(app.extensions["database"].writer) as session, session.begin():
        yield session


def member_and_trust(session: Session) -> tuple[int, int]:
    member = session.scalars(select(User.id).where(User.email == MEMBER)).one()
    return member, session.scalars(select(Organisation.id).where(Organisation.slug == TRUST)).one()


@pytest.fixture
def member(sqlite_app: Flask) -> Browser:
    """A member who declared an interest in the trust."""
    with changing(sqlite_app) as session:
        user_id, organisation_id = member_and_trust(session)
        session.add(Interest(user_id=user_id, organisation_id=organisation_id))
    return Browser(sqlite_app).sign_in(MEMBER)


def test_the_grid_says_nothing_of_outcomes_where_the_reader_has_an_interest(member: Browser) -> None:
    rows = {row.th.get_text(): row for row in member.get("/assembly/2026-07").soup.select(".app-grid tbody tr")}
    theirs = next(row for name, row in rows.items() if TRUST_NAME in name)
    assert [cell.get_text() for cell in theirs.select("td")] == ["Accepted"]
    assert len(next(row for name, row in rows.items() if TRUST_NAME not in name).select("td")) == 7
    for outcome in ("met", "making-progress", "not-yet-evidenced", "evidenced", "partly", "not-yet"):
        page = member.get(f"/assembly/2026-07?outcome={outcome}")
        found = [row.get_text() for row in page.soup.select(".app-grid tbody tr th")]
        assert not any(TRUST_NAME in name for name in found), f"listed as {outcome}"


def test_actions_about_an_organisation_are_withheld_from_whoever_has_an_interest_in_it(member: Browser) -> None:
    app = member.app
    with changing(app) as session:
        _, trust = member_and_trust(session)
        item = session.scalars(select(AgendaItem).where(AgendaItem.organisation_id == trust)).first()
        assert item is not None
        about = Action(
            meeting_id=item.meeting_id, item_id=item.id, organisation_id=trust, text=SAYS, owner="Somebody else"
        )
        session.add(about)
        session.flush()
        number = about.id
        later = session.scalars(select(Meeting.id).order_by(Meeting.held_on.desc())).first()
    assert SAYS in Browser(app).sign_in("leopold.quarrington@assembly.example").get("/actions").words
    for path in ("/actions", "/actions?show=all", f"/meetings/{later}"):
        assert SAYS not in member.get(path).words, path
    assert SAYS not in member.client.get("/actions.csv").text
    member.get(f"/actions/{number}", 404)
    member.post(f"/actions/{number}", {"state": "dropped", "text": "No longer.", "seen": "1"}, 404)
    member.post(f"/actions/{number}/change", {"action": "Thank the trust", "owner": "Nobody", "seen": "1"}, 404)
    with Session(app.extensions["database"].reader) as session:
        meeting = session.get_one(Meeting, later)
        reader = find_viewer(session, member_and_trust(session)[0])
        whole = find_meeting(session, meeting.id)
        assert whole is not None and reader is not None
        content = gather_pack(
            session, whole, app.extensions["settings"], meeting.held_on, reader, lambda done, total: None
        )
        assert SAYS not in {each.text for each in content.log}


def test_a_pack_that_was_made_before_an_interest_was_declared_is_not_handed_out_after_it(sqlite_app: Flask) -> None:
    with changing(sqlite_app) as session:
        user_id, organisation_id = member_and_trust(session)
        job = session.scalars(select(Job).where(Job.kind == "pack", Job.asked_by == MEMBER)).one()
        job.result_key, job.state, job.ended_at = "ab" * 16, JobState.DONE, now()
        job_id = job.id
    member = Browser(sqlite_app).sign_in(MEMBER)
    assert f"/jobs/{job_id}/result" in member.get(f"/jobs/{job_id}").response.text
    with changing(sqlite_app) as session:
        declare(session, user_id, organisation_id, MEMBER)
    member.get(f"/jobs/{job_id}/result", 404)
    assert f"/jobs/{job_id}/result" not in member.get(f"/jobs/{job_id}").response.text
