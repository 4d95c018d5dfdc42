"""An interest in one of two organisations of which one became part of the other: whenever and however it comes about."""

import pytest
from flask import Flask
from sqlalchemy import select

from anchor_portal.domain.people import Role
from anchor_portal.models import Interest, Organisation
from anchor_portal.queries.viewer import find_viewer
from anchor_portal.services.accounts.handing_over import hand_over
from anchor_portal.services.people import add_role
from anchor_portal.services.register.organisations import Details, add_organisation
from anchor_portal.services.review.interests import declare, end
from tests.command import refusal, run
from tests.conftest import fresh_app
from tests.pages import Browser
from tests.web.returning import MEMBER, SUBMITTED
from tests.web.sections import ROUND
from tests.web.test_meanwhile import at_work, person
from tests.web.test_mergers import LAST, join, record_merger
from tests.web.test_register_pages import REGISTER, TEAM, day
from tests.web.test_too_late import stopped_after

REVIEW = f"/reviews/{ROUND}/{SUBMITTED}"
NEWCOMER = "new.member@assembly.example"


def name_of(app: Flask, slug: str) -> str:
    with at_work(app) as session:
        return session.scalars(select(Organisation.name).where(Organisation.slug == slug)).one()


def give_role(app: Flask, email: str, role: Role, slug: str = "") -> None:
    with at_work(app) as session:
        its = session.scalars(select(Organisation).where(Organisation.slug == slug)).one_or_none()
        add_role(session, email, role, its, "Somebody")


def review_status(app: Flask, email: str = MEMBER) -> int:
    return Browser(app).sign_in(email).client.get(REVIEW).status_code


def test_who_is_given_a_role_after_a_merger_decides_nothing_about_the_other_one(app: Flask) -> None:
    record_merger(Browser(app).sign_in(TEAM), "torus", name_of(app, SUBMITTED), LAST)
    assert review_status(app) == 200
    give_role(app, MEMBER, Role.LEAD, "torus")
    assert review_status(app) == 404


def test_who_has_a_role_in_what_was_merged_and_becomes_a_member_decides_nothing_about_the_other_one(app: Flask) -> None:
    give_role(app, NEWCOMER, Role.LEAD, "torus")
    record_merger(Browser(app).sign_in(TEAM), "torus", name_of(app, SUBMITTED), LAST)
    give_role(app, NEWCOMER, Role.MEMBER)
    assert review_status(app, NEWCOMER) == 404


@pytest.mark.parametrize("role", [Role.LEAD, Role.MEMBER])
def test_who_takes_over_a_role_after_a_merger_decides_nothing_about_the_other_one(app: Flask, role: Role) -> None:
    """Either the role in the organisation that was merged, or the one of a member, beside such a role."""
    heir = MEMBER if role is Role.LEAD else NEWCOMER
    give_role(app, "leaving@torus.example", role, "torus" if role is Role.LEAD else "")
    if role is Role.MEMBER:
        give_role(app, heir, Role.LEAD, "torus")
    record_merger(Browser(app).sign_in(TEAM), "torus", name_of(app, SUBMITTED), LAST)
    with at_work(app) as session:
        leaving, team = person(session, "leaving@torus.example").id, find_viewer(session, person(session, TEAM).id)
        assert team
        hand_over(session, leaving, heir, team, then_close=False)
    assert review_status(app, heir) == 404


@pytest.mark.parametrize("what", ["interest", "role"])
def test_who_has_an_interest_in_the_one_that_goes_on_decides_nothing_about_what_became_part_of_it(
    app: Flask, what: str
) -> None:
    if what == "role":
        give_role(app, MEMBER, Role.LEAD, "roche")
    else:
        with at_work(app) as session:
            its = session.scalars(select(Organisation.id).where(Organisation.slug == "roche")).one()
            session.add(Interest(user_id=person(session, MEMBER).id, organisation_id=its))
    assert review_status(app) == 200
    record_merger(Browser(app).sign_in(TEAM), SUBMITTED, "Roche", LAST)
    assert review_status(app) == 404


def test_who_has_an_interest_in_one_of_two_that_became_part_of_a_third_has_it_in_all(app: Flask) -> None:
    team = Browser(app).sign_in(TEAM)
    record_merger(team, SUBMITTED, "Roche", LAST)
    record_merger(team, "torus", "Roche", LAST)
    give_role(app, MEMBER, Role.LEAD, "torus")
    assert review_status(app) == 404


def test_whose_role_goes_over_from_a_second_entry_decides_nothing_about_what_became_part_of_the_first(
    app: Flask,
) -> None:
    with at_work(app) as session:
        add_role(
            session, MEMBER, Role.LEAD, add_organisation(session, "Quay Homes", "", Details("vcse", "general"), TEAM)
        )
    team = Browser(app).sign_in(TEAM)
    record_merger(team, SUBMITTED, "Roche", LAST)
    assert review_status(app) == 200
    assert "are one entry now" in join(team, "quay-homes", "Roche").words
    assert review_status(app) == 404


def test_an_interest_that_the_operator_notes_counts_for_what_the_organisation_became_part_of() -> None:
    with fresh_app("postgres") as app:
        record_merger(Browser(app).sign_in(TEAM), "torus", name_of(app, SUBMITTED), LAST)
        url, words = app.extensions["settings"].database_url, ("users", "interest")
        said = run(url, *words, MEMBER, "--organisation", "torus").text
        assert said == f"{MEMBER} has an interest in torus.\n"
        assert review_status(app) == 404
        refused = refusal(url, *words, TEAM, "--organisation", "torus")
        assert refused == f"{TEAM} is not a member of the Assembly, or their account is closed"


def test_a_role_that_is_given_while_a_merger_is_recorded_counts_for_the_other_one() -> None:
    with fresh_app("postgres") as app:
        team, name = Browser(app).sign_in(TEAM), name_of(app, SUBMITTED)
        path = f"{REGISTER}/torus/merge"
        form = team.get(path).form() | {"how": "merged", "other": name} | day("on", LAST)
        ended = stopped_after(
            app,
            "UPDATE organisations SET",
            lambda: team.client.post(path, data=form).status_code,
            lambda: give_role(app, MEMBER, Role.LEAD, "torus"),
        )
        assert ended[0] == 302
        assert review_status(app) == 404


def has_interest(app: Flask) -> bool:
    """Whether an interest of the member in the other organisation of the merger is declared."""
    with at_work(app) as session:
        its = session.scalars(select(Organisation.id).where(Organisation.slug == SUBMITTED)).one()
        return session.get(Interest, (person(session, MEMBER).id, its)) is not None


def end_interest(app: Flask) -> None:
    with at_work(app) as session:
        its = session.scalars(select(Organisation.id).where(Organisation.slug == SUBMITTED)).one()
        end(session, person(session, MEMBER).id, its, "The merger concerns a part that they never worked for.", TEAM)


@pytest.mark.parametrize("how", ["given", "taken over"])
def test_an_interest_that_was_ended_is_not_declared_again_by_an_unrelated_role(app: Flask, how: str) -> None:
    give_role(app, MEMBER, Role.LEAD, "torus")
    record_merger(Browser(app).sign_in(TEAM), "torus", name_of(app, SUBMITTED), LAST)
    assert has_interest(app)
    end_interest(app)
    if how == "given":
        give_role(app, MEMBER, Role.CONTRIBUTOR, "roche")
    else:
        give_role(app, "leaving@roche.example", Role.CONTRIBUTOR, "roche")
        with at_work(app) as session:
            leaving, team = person(session, "leaving@roche.example").id, find_viewer(session, person(session, TEAM).id)
            assert team
            hand_over(session, leaving, MEMBER, team, then_close=False)
    assert not has_interest(app)


def test_an_interest_that_was_ended_is_declared_again_by_a_role_in_one_of_the_two(app: Flask) -> None:
    give_role(app, MEMBER, Role.LEAD, "torus")
    record_merger(Browser(app).sign_in(TEAM), "torus", name_of(app, SUBMITTED), LAST)
    end_interest(app)
    give_role(app, MEMBER, Role.CONTRIBUTOR, "torus")
    assert has_interest(app)


def test_an_interest_that_was_ended_is_not_declared_again_with_one_that_is_there_already(app: Flask) -> None:
    with at_work(app) as session:
        torus = session.scalars(select(Organisation.id).where(Organisation.slug == "torus")).one()
        assert declare(session, person(session, MEMBER).id, torus, TEAM)[-1]
    record_merger(Browser(app).sign_in(TEAM), "torus", name_of(app, SUBMITTED), LAST)
    assert has_interest(app)
    end_interest(app)
    with at_work(app) as session:
        assert not declare(session, person(session, MEMBER).id, torus, TEAM)[-1]
    assert not has_interest(app)
