"""What happens to one person in one moment: invited, closed, connected, helped back in, asked to review, handed over."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from anchor_portal.domain.people import Role
from anchor_portal.domain.running.outbox import CLAIMED
from anchor_portal.domain.signing_in.providers import Provider
from anchor_portal.domain.signing_in.recovery import Recovery
from anchor_portal.mail import read_mail_server
from anchor_portal.models import (
    Action,
    ActionUpdate,
    Grant,
    Identity,
    Interest,
    Invitation,
    Message,
    Organisation,
    Reminder,
    Return,
    ReviewAssignment,
    SectionOwner,
    User,
)
from anchor_portal.models.base import now
from anchor_portal.queries.viewer import find_viewer
from anchor_portal.services.accounts.recovery import recover
from anchor_portal.services.messages.invitations import ADDRESS, invite
from anchor_portal.services.messages.sending import Post, _claim
from anchor_portal.services.review.interests import declare
from tests.conftest import fresh_app
from tests.pages import Browser
from tests.provider import Elsewhere, leave, serving_provider, with_providers
from tests.web.identity import database_of, give_everybody_the_password
from tests.web.returning import MEMBER, SUBMITTED
from tests.web.sections import ROUND, TRUST
from tests.web.test_at_once import while_at_commit
from tests.web.test_at_the_same_time import plan_of_nobody_yet
from tests.web.test_meanwhile import CONTRIBUTOR, LEAD, at_work, count_of, person
from tests.web.test_sharing import PEOPLE, boxes, option, shares
from tests.web.test_too_late import NEW_PASSWORD, stopped_after

TEAM, NEW = "team@team.example", "new.person@example.org"
REVIEWERS = f"/reviews/{ROUND}/{SUBMITTED}/reviewers"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the provider is built on parts that are going
Send = Callable[[], TestResponse]


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    with serving_provider() as served:
        yield served


@pytest.fixture
def portal() -> Iterator[Flask]:
    """On PostgreSQL, where several write at once."""
    with fresh_app("postgres") as app:
        yield app


@pytest.fixture
def house(portal: Flask, elsewhere: Elsewhere) -> Iterator[Flask]:
    provider = Provider("nhsmail", "NHSmail", elsewhere.issuer, "portal", "s3cret")
    with with_providers(portal, provider) as app:
        yield app


def back_from(elsewhere: Elsewhere, browser: Browser, subject: str, email: str = LEAD, path: str = "") -> Send:
    """Somebody who comes back from the provider; what it gives sends the last form."""
    elsewhere.person(subject, email=email, email_verified=True)
    way = elsewhere.sign_in(leave(browser, "nhsmail", path or "/sign-in/with/{}"), subject)
    form = browser.get("/" + way.split("/", 3)[3]).form()
    return lambda: browser.client.post("/sign-in/with/nhsmail/back", data=form)


CONNECT = "/account/elsewhere/{}"


def is_signed_in(browser: Browser) -> bool:
    return browser.client.get("/work").status_code == 200


def invited(app: Flask) -> tuple[int, str]:
    """Somebody new who was invited, by their number, and the secret of their link."""
    with at_work(app) as session:
        by = find_viewer(session, person(session, TEAM).id)
        assert by
        given = invite(session, None, NEW, "New Person", Role.MEMBER, by)
        return given.user.id, given.token


def accepting(app: Flask, token: str) -> Send:
    browser = Browser(app)
    form = browser.get(ADDRESS + token).form() | {"password": NEW_PASSWORD}
    return lambda: browser.client.post(ADDRESS + token, data=form)


def pressing(browser: Browser, path: str, **typed: str) -> Send:
    return pressed(browser, path, {"csrf_token": browser.token(), **typed})


def pressed(browser: Browser, path: str, form: dict[str, str]) -> Send:
    return lambda: browser.client.post(path, data=form)


def links_of(app: Flask, user_id: int) -> int:
    with at_work(app) as session:
        mine = select(func.count(Invitation.digest)).where(Invitation.user_id == user_id, Invitation.used_at.is_(None))
        return session.scalar(mine) or 0


def message_of(app: Flask) -> int:
    with at_work(app) as session:
        return session.scalars(select(Message.id).where(Message.to_email == NEW, Message.kind == "invitation")).one()


def claim(app: Flask, message_id: int) -> object:
    server = read_mail_server("smtp://127.0.0.1:9", "", "portal@portal.example")
    return _claim(database_of(app), Post(server, "Portal", "https://portal.example"), message_id, given_up=False)


# accounts elsewhere


def test_what_was_disconnected_signs_nobody_in_until_its_owner_connects_it_again(
    house: Flask, elsewhere: Elsewhere
) -> None:
    give_everybody_the_password(house)
    browser = Browser(house)
    assert back_from(elsewhere, browser, "1")().status_code == 302 and is_signed_in(browser)
    with at_work(house) as session:
        ident = session.scalars(select(Identity.id)).one()
    owner = Browser(house).sign_in(LEAD)
    owner.post(f"/account/elsewhere/{ident}/remove", {})
    stranger = Browser(house)
    answer = back_from(elsewhere, stranger, "1")()
    assert "was disconnected" in answer.text and not is_signed_in(stranger)
    assert back_from(elsewhere, owner, "1", path=CONNECT)().status_code == 302
    assert back_from(elsewhere, stranger, "1")().status_code == 302 and is_signed_in(stranger)


def test_what_the_team_took_away_signs_nobody_in(house: Flask, elsewhere: Elsewhere) -> None:
    back_from(elsewhere, Browser(house), "1")()
    with at_work(house) as session:
        recover(session, person(session, LEAD).id, None, Recovery(elsewhere=True), "stolen")
    thief = Browser(house)
    assert "was disconnected" in back_from(elsewhere, thief, "1")().text and not is_signed_in(thief)


def test_who_signs_in_from_elsewhere_while_it_is_taken_away_waits_for_nobody(
    house: Flask, elsewhere: Elsewhere
) -> None:
    give_everybody_the_password(house)
    assert back_from(elsewhere, Browser(house), "1")().status_code == 302
    with at_work(house) as session:
        ident = session.scalars(select(Identity.id)).one()
    owner, browser = Browser(house).sign_in(LEAD), Browser(house)
    remove = pressing(owner, f"/account/elsewhere/{ident}/remove")
    ended = stopped_after(house, "FROM identities WHERE", back_from(elsewhere, browser, "1"), remove)
    assert [each.status_code for each in ended] == [302, 302]
    assert count_of(house, Identity) == 0 and not is_signed_in(browser)


def test_who_comes_for_the_first_time_in_two_windows_is_signed_in_in_both(house: Flask, elsewhere: Elsewhere) -> None:
    pair = [back_from(elsewhere, Browser(house), "1") for _ in range(2)]
    ended = stopped_after(house, "FROM users WHERE users.email", *pair)
    assert [each.status_code for each in ended] == [302, 302]


@pytest.mark.parametrize("subjects", [("1", "1"), ("1", "2")])
def test_of_one_provider_one_account_is_connected_however_many_windows_do_it(
    house: Flask, elsewhere: Elsewhere, subjects: tuple[str, str]
) -> None:
    pair = [back_from(elsewhere, Browser(house).sign_in(LEAD), each, path=CONNECT) for each in subjects]
    ended = stopped_after(house, "INSERT INTO identities", *pair)
    assert [each.status_code for each in ended] == [302, 302]
    assert count_of(house, Identity) == 1


def test_who_comes_from_elsewhere_at_first_needs_no_link_any_more(house: Flask, elsewhere: Elsewhere) -> None:
    _, token = invited(house)
    assert back_from(elsewhere, Browser(house), "7", email=NEW)().status_code == 302
    assert Browser(house).client.get(ADDRESS + token).status_code == 410


# invitations


@pytest.mark.parametrize("path", ["close", "link"])
def test_a_link_is_used_beside_what_the_team_does_with_the_account(portal: Flask, path: str) -> None:
    user_id, token = invited(portal)
    team = pressing(Browser(portal).sign_in(TEAM), f"/team/people/{user_id}/{path}")
    ended = stopped_after(portal, "UPDATE invitations SET", accepting(portal, token), team)
    assert all(each.status_code < 500 for each in ended)


def test_a_link_is_used_while_its_message_is_about_to_be_sent(portal: Flask) -> None:
    _, token = invited(portal)
    message_id = message_of(portal)
    answer, claimed = stopped_after(
        portal, "UPDATE invitations SET", accepting(portal, token), lambda: claim(portal, message_id)
    )
    assert (answer.status_code, claimed) == (302, None)


def test_no_link_is_made_for_an_account_that_is_closed_meanwhile(portal: Flask) -> None:
    user_id, _ = invited(portal)
    message_id = message_of(portal)
    close = pressing(Browser(portal).sign_in(TEAM), f"/team/people/{user_id}/close")
    _, answer = stopped_after(portal, "JOIN invitations ON", lambda: claim(portal, message_id), close)
    assert (answer.status_code, links_of(portal, user_id)) == (302, 0)


def test_two_who_invite_one_person_leave_one_link(portal: Flask) -> None:
    user_id, _ = invited(portal)
    team, lead = Browser(portal).sign_in(TEAM), Browser(portal).sign_in(LEAD)
    path, typed = f"/organisations/{TRUST}/people", {"email": NEW, "name": "New Person"}
    ended = stopped_after(
        portal,
        "INSERT INTO invitations",
        pressing(team, "/team/people/invite", **typed, role="team"),
        pressing(lead, path, **typed, role="contributor"),
    )
    assert all(each.status_code < 400 for each in ended)
    assert links_of(portal, user_id) == 1


def test_who_is_invited_while_their_account_is_closed_gets_no_link(portal: Flask) -> None:
    user_id, _ = invited(portal)
    team, lead = Browser(portal).sign_in(TEAM), Browser(portal).sign_in(LEAD)
    ask = pressing(lead, f"/organisations/{TRUST}/people", email=NEW, name="New Person", role="contributor")
    answer, other = while_at_commit(portal, pressing(team, f"/team/people/{user_id}/close"), ask)
    assert (answer.status_code, other.status_code, links_of(portal, user_id)) == (302, 422, 0)


def test_of_two_who_give_one_role_the_second_is_told_that_it_is_given(portal: Flask) -> None:
    typed = {"email": LEAD, "name": "x", "role": "member"}
    pair = [pressing(Browser(portal).sign_in(TEAM), "/team/people/invite", **typed) for _ in range(2)]
    ended = stopped_after(portal, "INSERT INTO grants", *pair)
    assert [each.status_code for each in ended] == [302, 422]


@pytest.mark.parametrize("was_claimed", [False, True])
def test_a_reminder_that_was_never_sent_because_its_reader_opted_out_is_not_counted_as_sent(
    app: Flask, was_claimed: bool
) -> None:
    plan, form = plan_of_nobody_yet(app)
    Browser(app).sign_in(TEAM).post(f"/rounds/{ROUND}/reminders/{plan}/send", form)
    with at_work(app) as session:
        query = select(Reminder).where(Reminder.plan_id == plan, Reminder.message_id.is_not(None))
        reminder = session.scalars(query).all()[0]
        ident, message = reminder.id, session.get_one(Message, reminder.message_id)
        session.get_one(User, reminder.user_id).reminders_off_at = now()
        if was_claimed:  # the mail server may have it
            message.last_error, message.next_try_at = CLAIMED, now()
        message_id = message.id
    assert claim(app, message_id) is None
    with at_work(app) as session:
        assert session.get(Message, message_id) is None, "nothing is sent any more"
        assert (session.get(Reminder, ident) is not None) == was_claimed


# what somebody is asked, or given


def declare_for_member(session: Session, organisation_id: int | None) -> None:
    assert organisation_id
    declare(session, person(session, MEMBER).id, organisation_id, TEAM)


def reviews_of_member(app: Flask, organisation_id: int) -> int:
    with at_work(app) as session:
        theirs = select(Return.id).where(Return.organisation_id == organisation_id)
        mine = select(func.count()).where(
            ReviewAssignment.user_id == person(session, MEMBER).id, ReviewAssignment.return_id.in_(theirs)
        )
        return session.scalar(mine) or 0


@pytest.mark.parametrize("what", ["interest", "role"])
def test_nobody_is_asked_to_review_who_was_barred_in_that_moment(portal: Flask, what: str) -> None:
    with at_work(portal) as session:
        member = person(session, MEMBER).id
        its = session.scalars(select(Organisation.id).where(Organisation.slug == SUBMITTED)).one()
        session.execute(delete(ReviewAssignment))
    asking, other = Browser(portal).sign_in(TEAM), Browser(portal).sign_in(TEAM)
    form = asking.get(REVIEWERS).form() | {"reviewer": str(member)}
    if what == "interest":
        path, typed = "/interests", {"member": str(member), "organisation": str(its)}
    else:
        path, typed = f"/team/people/{member}/roles/member/remove", {}
    bar = pressing(other, path, **typed)
    barred, asked = while_at_commit(portal, bar, lambda: asking.client.post(REVIEWERS, data=form))
    assert (barred.status_code, asked.status_code, reviews_of_member(portal, its)) == (302, 422, 0)


@pytest.mark.parametrize(
    ("to", "typed"), [("", {"text": "Said too late."}), ("/change", {"action": "Entirely other words"})]
)
def test_an_action_is_not_changed_past_an_interest_declared_meanwhile(
    portal: Flask, to: str, typed: dict[str, str]
) -> None:
    with at_work(portal) as session:
        action = session.scalars(
            select(Action).where(Action.organisation_id.is_not(None), Action.state == "open")
        ).first()
        assert action
        number, its, before = action.id, action.organisation_id, action.text
        session.execute(delete(Interest).where(Interest.organisation_id == its))
    member = Browser(portal).sign_in(MEMBER)
    form = member.get(f"/actions/{number}").form(f"/actions/{number}{to}") | typed
    updates = count_of(portal, ActionUpdate)
    with ThreadPoolExecutor(1) as threads, at_work(portal) as session:
        session.execute(select(Action.id).where(Action.id == number).with_for_update())
        one = threads.submit(lambda: member.client.post(f"/actions/{number}{to}", data=form))
        Event().wait(0.5)  # until it waits
        with at_work(portal) as other:
            declare_for_member(other, its)
        session.commit()
        answer = one.result()
    with at_work(portal) as session:
        assert session.get_one(Action, number).text == before
    assert (answer.status_code, count_of(portal, ActionUpdate)) == (404, updates)


def test_a_section_is_given_to_nobody_who_loses_their_role_meanwhile(portal: Flask) -> None:
    with at_work(portal) as session:
        nasreen = person(session, CONTRIBUTOR).id
        session.execute(delete(SectionOwner).where(SectionOwner.user_id == nasreen))
    lead, team = Browser(portal).sign_in(LEAD), Browser(portal).sign_in(TEAM)
    page = lead.get(PEOPLE)
    form = page.form() | boxes("pledge-7", option(page, "Nasreen Halloway"))
    away = pressing(team, f"/organisations/{TRUST}/people/{nasreen}/contributor/remove")
    removed, given = while_at_commit(portal, away, lambda: lead.client.post(PEOPLE, data=form))
    assert (removed.status_code, given.status_code) == (302, 409)
    assert "Nasreen Halloway" not in {name for name, _ in shares(portal).values()}


@pytest.mark.parametrize("part", ["DELETE FROM section_owners", "users.id FOR UPDATE"])
def test_who_hands_over_and_who_gives_out_sections_do_not_wait_for_each_other(portal: Flask, part: str) -> None:
    lead, team = Browser(portal).sign_in(LEAD), Browser(portal).sign_in(TEAM)
    page = lead.get(PEOPLE)
    theirs = next(section for section, (name, _) in shares(portal).items() if name == "Nasreen Halloway")
    with at_work(portal) as session:
        path, heir = f"/team/people/{person(session, CONTRIBUTOR).id}/hand-over", person(session, LEAD).name
    form = page.form() | boxes(theirs, option(page, heir))
    over = team.get(path).form() | {"email": LEAD, "confirmed": "yes"}
    acts = [pressed(lead, PEOPLE, form), pressed(team, path, over)]
    ended = stopped_after(portal, part, *(acts if "section_owners" in part else reversed(acts)))
    assert [each.status_code for each in ended] == [302, 302], "both wanted the same"
    assert {name for name, _ in shares(portal).values()} == {heir}


def test_who_hands_over_and_who_sets_reviewers_do_not_wait_for_each_other(portal: Flask) -> None:
    with at_work(portal) as session:
        member, others = person(session, MEMBER).id, select(Interest.user_id)
        row = select(Return.id).join(Return.organisation).join(Return.round).where(Organisation.slug == SUBMITTED)
        return_id = session.scalars(row.order_by(Return.id.desc())).first()
        session.execute(delete(ReviewAssignment))
        session.add(ReviewAssignment(return_id=return_id, user_id=member, assigned_by="x"))
        free = select(User).join(Grant, Grant.user_id == User.id).where(Grant.role == Role.MEMBER, User.id != member)
        heir = session.scalars(free.where(User.id.not_in(others))).first()
        assert heir
        email, number = heir.email, heir.id
    one, two = Browser(portal).sign_in(TEAM), Browser(portal).sign_in(TEAM)
    form = one.get(REVIEWERS).form() | {"reviewer": str(number)}
    path = f"/team/people/{member}/hand-over"
    over = two.get(path).form() | {"email": email, "confirmed": "yes"}
    ended = stopped_after(
        portal, "DELETE FROM review_assignments", pressed(one, REVIEWERS, form), pressed(two, path, over)
    )
    assert [each.status_code for each in ended] == [302, 302]
