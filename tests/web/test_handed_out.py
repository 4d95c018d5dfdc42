"""Results of long work: to whom they are handed out, and no longer once they say what does not hold any more."""

import re
from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from anchor_portal.clock import today
from anchor_portal.domain.certificates.words import CertificateKind
from anchor_portal.domain.people import Role
from anchor_portal.models import AgendaItem, AuditEntry, Certificate, Interest, Job, JobState, Organisation
from anchor_portal.models.base import now
from anchor_portal.queries.certificates import Selection, load_standing_numbers
from anchor_portal.services.certificates.issuing import issue_signatory_certificate
from anchor_portal.services.jobs.work import run
from anchor_portal.services.people import add_role
from anchor_portal.services.register.organisations import Details, add_organisation
from anchor_portal.services.review.interests import declare
from tests.conftest import fresh_app
from tests.pages import Browser
from tests.web.identity import database_of
from tests.web.returning import MEMBER
from tests.web.sections import ROUND
from tests.web.test_at_once import TEAM
from tests.web.test_meanwhile import at_work, person
from tests.web.test_meetings import about_an_organisation
from tests.web.test_mergers import LAST, record_merger
from tests.web.test_register_pages import REGISTER, day
from tests.web.test_too_late import stopped_after


def status_of(browser: Browser, path: str) -> int:
    """How an address answers, read to its end."""
    with browser.client.get(path) as answer:
        answer.get_data()
        return answer.status_code


def do(app: Flask, job: int) -> JobState | None:
    return run(database_of(app), app.extensions["settings"], job)


def ask_for_pack(browser: Browser, meeting: str) -> int:
    asked = browser.client.post(f"/meetings/{meeting}/pack", data={"csrf_token": browser.token()})
    return int(asked.location.rpartition("/")[2])


def a_pack(app: Flask) -> tuple[int, int]:
    """A pack that was made for the member, and an organisation that stands in it."""
    member = Browser(app).sign_in(MEMBER)
    meeting, item = re.findall("[0-9]+", about_an_organisation(member))
    job = ask_for_pack(member, meeting)
    assert do(app, job) is JobState.DONE
    assert status_of(member, f"/jobs/{job}/result") == 200
    with at_work(app) as session:
        its = session.get_one(AgendaItem, int(item)).organisation_id
    assert its
    return job, its


def test_a_pack_is_not_handed_out_to_who_took_over_a_role_of_an_organisation_in_it(app: Flask) -> None:
    job, its = a_pack(app)
    with at_work(app) as session:
        leaving, _ = add_role(session, "gone.lead@example.org", Role.LEAD, session.get_one(Organisation, its), "Gone")
        path = f"/team/people/{leaving.id}/hand-over"
    team = Browser(app).sign_in(TEAM)
    team.post(path, team.get(path).form() | {"email": MEMBER, "confirmed": "yes"})
    assert status_of(Browser(app).sign_in(MEMBER), f"/jobs/{job}/result") == 404


def test_a_pack_in_the_making_is_not_given_up_because_interests_are_declared(app: Flask) -> None:
    member = Browser(app).sign_in(MEMBER)
    meeting, _ = re.findall("[0-9]+", about_an_organisation(member))
    job = ask_for_pack(member, meeting)
    for slug in ("torus", "roche", "miaa", "walton-centre", "sefton-council"):
        with at_work(app) as session:
            begun = {"state": JobState.RUNNING, "holder": "a worker", "attempts": Job.attempts + 1}
            session.execute(update(Job).where(Job.id == job).values(**begun))
        with at_work(app) as session:
            its = session.scalars(select(Organisation.id).where(Organisation.slug == slug)).one()
            declare(session, person(session, MEMBER).id, its, TEAM)
    assert do(app, job) is JobState.DONE


def test_a_pack_of_somebody_else_is_not_handed_out_to_who_may_not_see_all_of_it(app: Flask) -> None:
    job, its = a_pack(app)
    assert status_of(Browser(app).sign_in(TEAM), f"/jobs/{job}/result") == 200
    with at_work(app) as session:
        session.add(Interest(user_id=person(session, TEAM).id, organisation_id=its))
    team = Browser(app).sign_in(TEAM)
    assert status_of(team, f"/jobs/{job}/result") == 404
    assert "ask for a copy of your own" in team.get(f"/jobs/{job}").words
    assert f"/jobs/{job}/result" not in team.get("/jobs").response.text
    assert status_of(Browser(app).sign_in(MEMBER), f"/jobs/{job}/result") == 200


def test_who_asks_for_their_pack_while_the_team_asked_for_it_again_sees_it(app: Flask) -> None:
    member, team = Browser(app).sign_in(MEMBER), Browser(app).sign_in(TEAM)
    meeting, _ = re.findall("[0-9]+", about_an_organisation(member))
    job = ask_for_pack(member, meeting)
    member.post(f"/jobs/{job}/stop", {})
    assert f"by {MEMBER}" in team.post(f"/jobs/{job}/again", {}).words
    again = ask_for_pack(member, meeting)
    assert again != job
    assert member.client.get(f"/jobs/{again}").status_code == 200


def ask_for_export(browser: Browser) -> int:
    form = {"csrf_token": browser.token(), "format": "zip"}
    return int(browser.client.post(f"/exports/{ROUND}", data=form).location.rpartition("/")[2])


def test_who_asks_for_work_that_a_colleague_just_stopped_gets_it(app: Flask) -> None:
    first, second = Browser(app).sign_in(TEAM), Browser(app).sign_in(TEAM)
    job = ask_for_export(first)
    with at_work(app) as session:  # a worker is in the middle of it
        running = {"state": JobState.RUNNING, "holder": "x", "beat_at": now()}
        session.execute(update(Job).where(Job.id == job).values(**running))
    assert "It is being stopped." in first.post(f"/jobs/{job}/stop", {}).words
    assert ask_for_export(second) == job
    with at_work(app) as session:
        assert not session.get_one(Job, job).is_stopping
        said = select(AuditEntry.action).where(AuditEntry.action.startswith("long work")).order_by(AuditEntry.id)
        assert session.scalars(said).all() == ["long work stopped", "long work goes on"]


def a_file_of_certificates(app: Flask, team: Browser, **which: str) -> int:
    asked = team.client.post("/team/certificates/archive", data={"csrf_token": team.token(), **which})
    job = int(asked.location.rpartition("/")[2])
    assert do(app, job) is JobState.DONE
    assert status_of(team, f"/jobs/{job}/result") == 200
    return job


def test_a_file_of_certificates_is_not_handed_out_once_one_of_them_is_withdrawn_or_replaced(app: Flask) -> None:
    team = Browser(app).sign_in(TEAM)
    first = a_file_of_certificates(app, team, kind="signatory")
    other = a_file_of_certificates(app, team, kind="return", round="2026-07")
    with at_work(app) as session:
        standing = (
            Certificate.superseded_by.is_(None),
            Certificate.withdrawn_on.is_(None),
            Certificate.issued_on <= today(),
        )
        one, two = session.scalars(select(Certificate.number).where(*standing, Certificate.kind == "signatory")).all()[
            :2
        ]
    team.post(f"/team/certificates/{one}/withdraw", {"reason": "A slip."})
    assert status_of(team, f"/jobs/{first}/result") == 404
    assert "no longer holds" in team.get(f"/jobs/{first}").words
    assert status_of(team, f"/jobs/{other}/result") == 200, "nothing of it changed"
    second = a_file_of_certificates(app, team, kind="signatory")
    path = f"/team/certificates/{two}/again"
    team.post(path, team.get(path).form())
    assert status_of(team, f"/jobs/{second}/result") == 404
    with at_work(app) as session:
        its = select(Certificate.number).where(*standing, Certificate.kind == "return")
        of_round = session.scalars(its.where(Certificate.round_title == "July 2026")).all()
    team.post(f"/team/certificates/{of_round[0]}/withdraw", {"reason": "A slip."})
    assert status_of(team, f"/jobs/{other}/result") == 404


@pytest.mark.parametrize("how", ["left", "merged"])
def test_a_file_of_certificates_is_not_handed_out_once_a_signatory_in_it_is_one_no_longer(app: Flask, how: str) -> None:
    team, slug, yesterday = Browser(app).sign_in(TEAM), "mid-cheshire-hospitals", today() - timedelta(days=1)
    job = a_file_of_certificates(app, team, kind="signatory")
    if how == "merged":
        record_merger(team, slug, "Roche", yesterday)
    else:
        path = f"{REGISTER}/{slug}/change"
        assert "is saved" in team.post(path, team.get(path).form() | day("left_on", yesterday)).words
    assert team.client.get(f"/jobs/{job}/result").location == f"/jobs/{job}"
    assert "no longer holds" in team.get(f"/jobs/{job}").words
    anew = a_file_of_certificates(app, team, kind="signatory")
    add_signatory(app)
    assert status_of(team, f"/jobs/{anew}/result") == 200, "nothing in it changed"


def add_signatory(app: Flask) -> None:
    with at_work(app) as session:
        details = Details("housing", "general", None, frozenset(), None, True, date(2024, 1, 1))
        added = add_organisation(session, "Quay Homes", "", details, TEAM)
        assert issue_signatory_certificate(session, added, TEAM)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_file_of_certificates_is_begun_anew_where_one_is_withdrawn_while_it_is_put_together(engine: str) -> None:
    with fresh_app(engine) as app:
        team, reader, reads = Browser(app).sign_in(TEAM), database_of(app).reader, []
        with at_work(app) as session:
            number = load_standing_numbers(session, Selection(CertificateKind.SIGNATORY), today())[0]

        def withdraw(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            """Once it was read the second time what stands: to put the pieces together."""
            reads.append(" ".join(statement.split()).startswith("SELECT certificates.number FROM"))
            if reads[-1] and sum(reads) == 2:
                team.post(f"/team/certificates/{number}/withdraw", {"reason": "A slip."})

        event.listen(reader, "after_cursor_execute", withdraw)
        form = {"csrf_token": team.token(), "kind": "signatory"}
        job = int(team.client.post("/team/certificates/archive", data=form).location.rpartition("/")[2])
        assert do(app, job) is None, "whoever is free goes on with it"
        event.remove(reader, "after_cursor_execute", withdraw)
        assert do(app, job) is JobState.DONE
        with team.client.get(f"/jobs/{job}/result") as answer:
            names = ZipFile(BytesIO(answer.get_data())).namelist()
        assert len(names) > 1
        assert not [each for each in names if number in each]
        with at_work(app) as session:
            assert session.get_one(Job, job).attempts == 1


@pytest.mark.parametrize("how", ["merged", "twice"])
def test_a_pack_that_is_made_while_a_merger_is_recorded_is_not_handed_out(how: str) -> None:
    with fresh_app("postgres") as app:
        member, team = Browser(app).sign_in(MEMBER), Browser(app).sign_in(TEAM)
        meeting, item = re.findall("[0-9]+", about_an_organisation(member))
        with at_work(app) as session:
            name = session.get_one(Organisation, session.get_one(AgendaItem, int(item)).organisation_id).name
            twin = add_organisation(session, "Quay Homes", "", Details("vcse", "general"), TEAM)
            session.add(Interest(user_id=person(session, MEMBER).id, organisation_id=twin.id))
        path = f"{REGISTER}/quay-homes/merge"
        form = team.get(path).form() | {"how": how, "other": name} | (day("on", LAST) if how == "merged" else {})

        def make() -> int:
            job = ask_for_pack(member, meeting)
            assert do(app, job) is JobState.DONE
            return job

        # once the packs of whoever is concerned were let go of: this one comes after them, and was made before the commit
        ended, job = stopped_after(
            app, "UPDATE jobs SET state", lambda: team.client.post(path, data=form).status_code, make
        )
        assert ended == 302
        assert status_of(member, f"/jobs/{job}/result") == 404
        assert "no longer holds" in member.get(f"/jobs/{job}").words
        again = ask_for_pack(member, meeting)
        assert do(app, again) is JobState.DONE
        assert status_of(member, f"/jobs/{again}/result") == 200
