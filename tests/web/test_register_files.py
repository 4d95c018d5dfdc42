"""A file of the register that is applied after something else changed: the organisation of a line, or who asked for it."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from anchor_portal.clock import today
from anchor_portal.domain.people import Role
from anchor_portal.models import Alias, Job, JobState, Organisation
from anchor_portal.services.jobs.work import run
from anchor_portal.services.people import add_role
from anchor_portal.services.register.names import add_alias, remove_alias
from anchor_portal.services.register.organisations import Details, add_organisation
from tests.pages import Browser
from tests.web.identity import database_of
from tests.web.test_meanwhile import at_work, person
from tests.web.test_mergers import in_register, join, record_merger
from tests.web.test_register_pages import TEAM, address, upload


def test_a_line_of_a_file_is_written_to_the_organisation_that_the_page_showed(app: Flask) -> None:
    team = Browser(app).sign_in(TEAM)
    with at_work(app) as session:
        one = add_organisation(session, "Quay Homes", "", Details("vcse", "general"), TEAM)
        other = add_organisation(session, "Harbour Alliance", "", Details("vcse", "general"), TEAM)
        alias = add_alias(session, one, "QHX Partnership", TEAM)
        assert alias
        first, second, name = one.id, other.id, alias.id
    page = upload(team, "Name,Headcount\nQHX Partnership,77\n")
    assert "Quay Homes" in page.words
    with at_work(app) as session:
        remove_alias(session, session.get_one(Organisation, first), session.get_one(Alias, name), TEAM)
        add_alias(session, session.get_one(Organisation, second), "QHX Partnership", TEAM)
    path = address(page)
    done = team.post(f"{path}/apply", page.form(f"{path}/apply"))
    assert "something new noted for 0 lines" in done.words
    assert "that of Harbour Alliance by now" in team.client.get(f"{path}/not-taken.csv").text
    with at_work(app) as session:
        assert [session.get_one(Organisation, each).headcount for each in (first, second)] == [None, None]


def test_a_line_for_an_entry_that_was_joined_meanwhile_is_not_written_to_the_other_one(app: Flask) -> None:
    team = Browser(app).sign_in(TEAM)
    with at_work(app) as session:
        add_organisation(session, "Quay Homes", "", Details("vcse", "general"), TEAM)
        add_organisation(session, "Harbour Alliance", "", Details("vcse", "general"), TEAM)
    page = upload(team, "Name,Headcount\nQuay Homes,77\n")
    join(team, "quay-homes", "Harbour Alliance")
    path = address(page)
    team.post(f"{path}/apply", page.form(f"{path}/apply"))
    original = in_register(app, "harbour-alliance")
    assert original
    assert original.headcount is None


def test_a_line_for_an_organisation_that_becomes_part_of_another_later_is_written(app: Flask) -> None:
    team = Browser(app).sign_in(TEAM)
    with at_work(app) as session:
        add_organisation(session, "Quay Homes", "", Details("vcse", "general"), TEAM)
    record_merger(team, "quay-homes", "Roche", today() + timedelta(days=1))
    page = upload(team, "Name,Headcount\nQuay Homes,77\n")
    path = address(page)
    team.post(f"{path}/apply", page.form(f"{path}/apply"))
    written = in_register(app, "quay-homes")
    assert written
    assert written.headcount == 77


def test_nothing_is_written_into_the_register_for_an_account_that_was_closed(app: Flask) -> None:
    with at_work(app) as session:
        add_role(session, "thief@team.example", Role.TEAM, None, "Thief")
    thief = Browser(app).sign_in("thief@team.example")
    page = upload(thief, "Name\n" + "\n".join(f"Quay Lantern {at}" for at in range(201)))
    path = address(page)
    started = thief.client.post(f"{path}/apply", data=page.form(f"{path}/apply"))
    with at_work(app) as session:
        person(session, "thief@team.example").is_enabled = False
    job = int(started.location.rpartition("/")[2])
    assert run(database_of(app), app.extensions["settings"], job) is JobState.FAILED
    with at_work(app) as session:
        assert session.scalar(select(func.count()).where(Organisation.name.startswith("Quay Lantern"))) == 0
        assert "not of the team any more" in session.get_one(Job, job).outcome
    team = Browser(app).sign_in(TEAM)
    again = team.client.post(f"{path}/apply", data={"csrf_token": team.token()})
    assert run(database_of(app), app.extensions["settings"], int(again.location.rpartition("/")[2])) is JobState.DONE
