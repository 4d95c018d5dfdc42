"""Organisations that become part of others, and entries that are joined: what goes over, what stays, and from which day."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from anchor_portal.clock import today
from anchor_portal.domain.people import Role
from anchor_portal.models import (
    AgendaItem,
    CaseStudy,
    Certificate,
    Interest,
    JobState,
    Organisation,
    Return,
    ReviewAssignment,
    Round,
)
from anchor_portal.services.jobs.work import run
from anchor_portal.services.people import add_role
from anchor_portal.services.register.organisations import Details, add_organisation
from tests.pages import Browser, Page
from tests.web.identity import database_of
from tests.web.returning import MEMBER, SUBMITTED
from tests.web.sections import ROUND, TRUST
from tests.web.test_meanwhile import at_work, person
from tests.web.test_meetings import about_an_organisation
from tests.web.test_register_pages import REGISTER, TEAM, day

LAST = date(2026, 10, 14)


def record_merger(team: Browser, slug: str, into: str, on: date) -> Page:
    path = f"{REGISTER}/{slug}/merge"
    return team.post(path, team.get(path).form() | {"how": "merged", "other": into} | day("on", on))


def take_back(team: Browser, slug: str) -> Page:
    path = f"{REGISTER}/{slug}/merge/undo"
    return team.post(path, team.get(f"{REGISTER}/{slug}").form(path))


def join(team: Browser, slug: str, original: str) -> Page:
    path = f"{REGISTER}/{slug}/merge"
    return team.post(path, team.get(path).form() | {"how": "twice", "other": original})


def in_register(app: Flask, slug: str) -> Organisation | None:
    with at_work(app) as session:
        found = session.scalars(select(Organisation).where(Organisation.slug == slug)).one_or_none()
        if found is not None:
            session.expunge(found)
        return found


@pytest.mark.parametrize("before", [LAST, LAST + timedelta(days=30), LAST - timedelta(days=30), None])
def test_the_last_day_that_was_noted_before_a_merger_is_back_when_that_is_taken_back(
    app: Flask, before: date | None
) -> None:
    team = Browser(app).sign_in(TEAM)
    with at_work(app) as session:
        session.scalars(select(Organisation).where(Organisation.slug == "torus")).one().left_on = before
    record_merger(team, "torus", "Roche", LAST)
    merged = in_register(app, "torus")
    assert merged
    assert merged.left_on == min(before or LAST, LAST)
    take_back(team, "torus")
    alone = in_register(app, "torus")
    assert alone
    assert (alone.left_on, alone.left_before_merger, alone.merged_on) == (before, None, None)


def test_a_last_day_that_was_noted_after_a_merger_stays_when_that_is_taken_back(app: Flask) -> None:
    team, path = Browser(app).sign_in(TEAM), f"{REGISTER}/torus/change"
    record_merger(team, "torus", "Roche", LAST)
    team.post(path, team.get(path).form() | day("left_on", date(2026, 9, 1)))
    take_back(team, "torus")
    alone = in_register(app, "torus")
    assert alone
    assert alone.left_on == date(2026, 9, 1)


def test_a_merger_that_is_still_to_come_changes_nothing_for_the_public_today(app: Flask) -> None:
    team, public = Browser(app).sign_in(TEAM), Browser(app)
    page = record_merger(team, "torus", "Roche", today() + timedelta(days=200))
    assert "It becomes part of Roche on" in page.words
    assert "became" not in page.words.lower()
    assert "Becomes part of it Torus" in team.get(f"{REGISTER}/roche").words
    assert "Part of another" not in team.get(f"{REGISTER}?q=torus").words
    assert "Torus" in public.get("/organisations?name=Torus").words
    assert public.client.get("/organisations/torus").status_code == 200
    with at_work(app) as session:
        its = session.scalars(select(Organisation.id).where(Organisation.slug == "torus")).one()
        number = session.scalars(select(Certificate.number).where(Certificate.organisation_id == its).limit(1)).one()
    assert "is part of Roche" not in public.get(f"/certificates/{number}").words
    with at_work(app) as session:
        session.scalars(select(Organisation).where(Organisation.slug == "torus")).one().merged_on = today()
    assert public.client.get("/organisations/torus").status_code == 302


def test_a_merger_that_was_undone_and_recorded_anew_is_not_undone_by_an_old_page(app: Flask) -> None:
    one, other = Browser(app).sign_in(TEAM), Browser(app).sign_in(TEAM)
    record_merger(one, "torus", "Roche", LAST)
    path = f"{REGISTER}/torus/merge/undo"
    old = other.get(f"{REGISTER}/torus").form(path)
    take_back(one, "torus")
    record_merger(one, "torus", "St Helens Borough Council", LAST)
    assert "changed Torus meanwhile" in other.post(path, old).words
    merged = in_register(app, "torus")
    assert merged
    assert merged.merged_into_id is not None


def test_of_two_entries_that_become_one_a_signatory_stays_a_signatory(app: Flask) -> None:
    signed = Details("housing", "general", "E08000012", frozenset({"E08000012"}), 900, True, date(2024, 1, 1))
    with at_work(app) as session:
        add_organisation(session, "Quay Homes Limited", "", signed, TEAM)
        add_organisation(session, "Harbour Homes", "", Details("housing", "general"), TEAM)
    team = Browser(app).sign_in(TEAM)
    assert "that it is a signatory and since when" in team.get(f"{REGISTER}/quay-homes-limited/merge").words
    page = join(team, "quay-homes-limited", "Harbour Homes")
    for words in ("Signatory of the Anchor Framework since 1 January 2024", "900", "Certificates (1)"):
        assert words in page.words
    one = in_register(app, "harbour-homes")
    assert one
    assert (one.main_place_code, one.headcount, one.left_on) == ("E08000012", 900, None)
    assert in_register(app, "quay-homes-limited") is None


def test_what_the_original_says_of_itself_stays_when_a_second_entry_joins_it(app: Flask) -> None:
    left = Details("housing", "general", None, frozenset(), 900, True, date(2024, 1, 1), date(2025, 1, 1))
    with at_work(app) as session:
        host = add_organisation(session, "Harbour Homes", "", Details("housing", "general", headcount=5), TEAM)
        host.is_signatory = True
        add_organisation(session, "Quay Homes Limited", "", left, TEAM).hosted_by_id = host.id
    team = Browser(app).sign_in(TEAM)
    join(team, "quay-homes-limited", "Harbour Homes")
    one = in_register(app, "harbour-homes")
    assert one
    assert (one.headcount, one.joined_on, one.left_on, one.hosted_by_id) == (5, date(2024, 1, 1), None, None)


def test_an_entry_that_is_recorded_as_part_of_another_is_not_joined(app: Flask) -> None:
    with at_work(app) as session:
        add_organisation(session, "Quay Homes", "", Details("housing", "general"), TEAM)
    team = Browser(app).sign_in(TEAM)
    record_merger(team, "quay-homes", "Roche", LAST)
    path = f"{REGISTER}/quay-homes/merge"
    page = team.post(path, team.get(path).form() | {"how": "twice", "other": "Torus"}, 422)
    assert page.errors == ["Quay Homes is recorded as part of another organisation: take that back first"]


def pack_of(app: Flask) -> tuple[str, Organisation]:
    """The address of a pack that was made for the member, and an organisation that stands in it."""
    member = Browser(app).sign_in(MEMBER)
    meeting, item = re.findall("[0-9]+", about_an_organisation(member))
    asked = member.client.post(f"/meetings/{meeting}/pack", data={"csrf_token": member.token()})
    job = int(asked.location.rpartition("/")[2])
    assert run(database_of(app), app.extensions["settings"], job) is JobState.DONE
    with at_work(app) as session:
        its = session.get_one(Organisation, session.get_one(AgendaItem, int(item)).organisation_id)
        session.expunge(its)
    return f"/jobs/{job}/result", its


def status_of(browser: Browser, path: str) -> int:
    """The answer's status, read to its end."""
    answer = browser.client.get(path)
    answer.get_data()
    answer.close()
    return answer.status_code


@pytest.mark.parametrize("what", ["interest", "role"])
def test_a_pack_is_not_handed_out_once_two_entries_of_which_one_is_the_readers_become_one(
    app: Flask, what: str
) -> None:
    with at_work(app) as session:  # of an entry that stands in no pack
        twin = add_organisation(session, "Quay Homes", "", Details("vcse", "general"), TEAM)
        if what == "interest":
            session.add(Interest(user_id=person(session, MEMBER).id, organisation_id=twin.id))
        else:
            add_role(session, MEMBER, Role.LEAD, twin)
    result, its = pack_of(app)
    assert status_of(Browser(app).sign_in(MEMBER), result) == 200
    with at_work(app) as session:
        row = session.scalars(select(Return.id).where(Return.organisation_id == its.id)).first()
        session.merge(ReviewAssignment(return_id=row, user_id=person(session, MEMBER).id, assigned_by="The team"))
    join(Browser(app).sign_in(TEAM), "quay-homes", its.name)
    assert in_register(app, "quay-homes") is None
    assert status_of(Browser(app).sign_in(MEMBER), result) == 404
    assert not assigned(app, its.id)


def assigned(app: Flask, organisation_id: int) -> list[int]:
    """The returns of an organisation that the member is asked to review."""
    with at_work(app) as session:
        mine = select(ReviewAssignment.return_id).where(ReviewAssignment.user_id == person(session, MEMBER).id)
        its = select(Return.id).where(Return.organisation_id == organisation_id)
        return list(session.scalars(mine.where(ReviewAssignment.return_id.in_(its))))


@pytest.mark.parametrize("what", ["interest", "role"])
def test_who_has_an_interest_in_what_became_part_of_an_organisation_decides_nothing_about_it(
    app: Flask, what: str
) -> None:
    with at_work(app) as session:
        torus, its = (
            session.scalars(select(Organisation).where(Organisation.slug == slug)).one()
            for slug in ("torus", SUBMITTED)
        )
        if what == "interest":
            session.add(Interest(user_id=person(session, MEMBER).id, organisation_id=torus.id))
        else:
            add_role(session, MEMBER, Role.LEAD, torus)
        current = select(Return.id).join(Round, Round.id == Return.round_id).where(Round.code == ROUND)
        row = session.scalars(current.where(Return.organisation_id == its.id)).one()
        session.merge(ReviewAssignment(return_id=row, user_id=person(session, MEMBER).id, assigned_by="The team"))
        name, ident = its.name, its.id
    team, review = Browser(app).sign_in(TEAM), f"/reviews/{ROUND}/{SUBMITTED}"
    assert Browser(app).sign_in(MEMBER).client.get(review).status_code == 200
    assert "interest in the other one from now on" in team.get(f"{REGISTER}/torus/merge").words
    record_merger(team, "torus", name, LAST)
    assert Browser(app).sign_in(MEMBER).client.get(review).status_code == 404
    assert not assigned(app, ident)
    take_back(team, "torus")
    assert Browser(app).sign_in(MEMBER).client.get(review).status_code == 404, "until the team ends it"


def test_a_case_study_is_found_by_the_name_that_its_organisation_has_now(app: Flask) -> None:
    team, path = Browser(app).sign_in(TEAM), f"{REGISTER}/{TRUST}/rename"
    with at_work(app) as session:
        its = select(CaseStudy.title).join(Organisation, Organisation.id == CaseStudy.organisation_id)
        title = session.scalars(its.where(Organisation.slug == TRUST, CaseStudy.withdrawn_at.is_(None))).one()
    form = team.get(path).form() | {"name": "Zephyr Hospitals", "printed_name": "Zephyr Hospitals", "why": "slip"}
    team.post(path, form)
    assert title in Browser(app).get("/case-studies?words=Zephyr").words
    assert title not in Browser(app).get("/case-studies?words=Mid+Cheshire").words
