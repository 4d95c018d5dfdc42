"""The team's pages about people: finding them, inviting, roles, closing, handing over, last seen."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.models import (
    Action,
    ActionUpdate,
    AuditEntry,
    Grant,
    Interest,
    Message,
    Organisation,
    Return,
    ReviewAssignment,
    Round,
    SectionOwner,
    User,
)
from anchor_portal.models.base import now
from tests.pages import Browser, Page

PEOPLE = "/team/people"
TRUST = "mid-cheshire-hospitals"


@pytest.fixture
def team(sqlite_browser: Browser) -> Browser:
    return sqlite_browser.sign_in("team@team.example")


def number_of(app: Flask, email: str) -> int:
    with Session(app.extensions["database"].reader) as session:
        return session.scalars(select(User.id).where(User.email == email)).one()


def names(page: Page) -> list[str]:
    return [link.get_text().partition(",")[0] for link in page.soup.select("tbody th a")]


def roles_of(app: Flask, email: str) -> set[tuple[str, str | None]]:
    query = (
        select(Grant.role, Organisation.slug)
        .join(User, User.id == Grant.user_id)
        .outerjoin(Organisation, Organisation.id == Grant.organisation_id)
        .where(User.email == email)
    )
    with Session(app.extensions["database"].reader) as session:
        return {(role, slug) for role, slug in session.execute(query)}


def last_message(app: Flask, email: str) -> tuple[str, str]:
    query = select(Message.subject, Message.body).where(Message.to_email == email).order_by(Message.id.desc())
    with Session(app.extensions["database"].reader) as session:
        subject, body = session.execute(query).first() or ("", "")
        return subject, body


def test_people_are_found_by_name_address_role_organisation_and_state(app: Flask) -> None:
    team = Browser(app).sign_in("team@team.example")
    assert names(team.get(f"{PEOPLE}?q=OLLERENSHAW")) == ["Bethan Ollerenshaw"]
    assert names(team.get(f"{PEOPLE}?q=lead%40trust.ex")) == ["Bethan Ollerenshaw"]
    assert names(team.get(f"{PEOPLE}?role=lead&organisation=Mid+Cheshire+Hospitals+NHS+Foundation+Trust")) == [
        "Bethan Ollerenshaw"
    ]
    assert names(team.get(f"{PEOPLE}?state=closed")) == ["Cuthbert Wainscombe"]
    assert names(team.get(f"{PEOPLE}?state=invited")) == ["Imogen Thackerly"]
    assert "Nobody is found" in team.get(f"{PEOPLE}?q=100%25").words
    assert len(names(team.get(PEOPLE))) == 50


@pytest.mark.parametrize(
    "query", ["?q=%00%F0%9F%98%80", "?page=-1", "?page=99999999999999999999", "?role=king&state=x"]
)
def test_odd_searches_are_answered(team: Browser, query: str) -> None:
    team.get(PEOPLE + query)


def test_nobody_with_that_number_is_not_found(team: Browser) -> None:
    for path in ["/0", f"/{10**30}", "/999999/close", "/1/roles/king/remove", "/999999/hand-over"]:
        team.get(PEOPLE + path, 404)


def test_somebody_is_invited_to_the_team_and_to_an_organisation(team: Browser, sqlite_app: Flask) -> None:
    asked = {"name": "Olwen Starkie", "email": "olwen@team.example", "role": "team", "organisation": ""}
    page = team.post(f"{PEOPLE}/invite", asked)
    assert page.title == "olwen@team.example A link for Olwen Starkie"
    assert last_message(sqlite_app, "olwen@team.example")[0].endswith("invites you: the sustainability team")
    more = asked | {"role": "signatory", "organisation": "Sefton Metropolitan Borough Council"}
    wrong = team.post(f"{PEOPLE}/invite", more | {"organisation": "Sefton Nowhere"}, 422)
    assert wrong.errors == ["No organisation of the register has this name: choose one of the list"]
    assert wrong.form()["organisation"] == "Sefton Nowhere"
    team.post(f"{PEOPLE}/invite", more | {"organisation": TRUST})
    assert roles_of(sqlite_app, "olwen@team.example") == {("team", None), ("signatory", TRUST)}


def test_an_invitation_says_what_is_missing_or_too_much(team: Browser) -> None:
    assert team.post(f"{PEOPLE}/invite", {}, 422).errors == [
        "Enter the name of the person",
        "Enter their email address",
        "Choose what they will do",
    ]
    asked = {"name": "A", "email": "a@b.example"}
    assert team.post(f"{PEOPLE}/invite", asked | {"role": "lead"}, 422).errors == [
        "Enter the organisation whose lead they will be"
    ]
    assert team.post(f"{PEOPLE}/invite", asked | {"role": "team", "organisation": "Roche"}, 422).errors == [
        "Leave the organisation empty: this role is held for the whole partnership"
    ]
    wrong = {"name": "", "email": "olwen at team", "role": "lead", "organisation": "Sefton Nowhere"}
    name, email, organisation = team.post(f"{PEOPLE}/invite", wrong, 422).errors
    assert (name, organisation) == (
        "Enter the name of the person",
        "No organisation of the register has this name: choose one of the list",
    )
    assert email.startswith("“olwen at team” is not an email address")
    closed = {"name": "C", "email": "cuthbert.wainscombe@assembly.example", "role": "member"}
    assert team.post(f"{PEOPLE}/invite", closed, 422).errors[0].startswith("The account with this address is closed")


def test_a_new_link_is_sent_to_who_has_no_password(team: Browser, sqlite_app: Flask) -> None:
    imogen = number_of(sqlite_app, "imogen.thackerly@team.example")
    assert "Imogen Thackerly is invited" in team.post(f"{PEOPLE}/{imogen}/link", {}).words
    lead = number_of(sqlite_app, "lead@trust.example")
    assert "Nothing was changed" in team.post(f"{PEOPLE}/{lead}/link", {}).words


def test_a_closed_account_is_signed_out_at_once_and_can_be_opened_again(team: Browser, sqlite_app: Flask) -> None:
    lead = Browser(sqlite_app).sign_in("lead@trust.example")
    lead.get("/work")
    ident = number_of(sqlite_app, "lead@trust.example")
    assert "1 section of the return" in team.get(f"{PEOPLE}/{ident}/close").words
    assert "is closed" in team.post(f"{PEOPLE}/{ident}/close", {}).words
    assert lead.get("/work").title == "Sign in"
    assert "closed already" in team.post(f"{PEOPLE}/{ident}/close", {}).words
    assert "is open again" in team.post(f"{PEOPLE}/{ident}/open", {}).words
    assert ("lead", TRUST) in roles_of(sqlite_app, "lead@trust.example")


def test_the_last_of_the_team_can_neither_close_nor_leave_nor_be_closed(team: Browser, sqlite_app: Flask) -> None:
    mine = number_of(sqlite_app, "team@team.example")
    with Session(sqlite_app.extensions["database"].writer) as session, session.begin():
        others = select(Grant.user_id).where(Grant.role == "team", Grant.user_id != mine)
        session.execute(update(User).where(User.id.in_(others)).values(is_enabled=False))
    assert "You cannot close your own account" in team.post(f"{PEOPLE}/{mine}/close", {}).words
    assert (
        "Nobody else of the sustainability team can sign in"
        in team.post(f"{PEOPLE}/{mine}/roles/team/remove", {}).words
    )
    handed = team.post(
        f"{PEOPLE}/{mine}/hand-over", {"email": "imogen.thackerly@team.example", "confirmed": "yes"}, 422
    )
    assert "closed" in handed.errors[0]
    assert ("team", None) in roles_of(sqlite_app, "team@team.example")


def test_a_role_is_taken_away_and_who_lost_it_already_is_told(team: Browser, sqlite_app: Flask) -> None:
    ident = number_of(sqlite_app, "contributor@trust.example")
    path = f"{PEOPLE}/{ident}/roles/contributor/remove?organisation={TRUST}"
    assert "no longer to be contributor of Mid Cheshire" in team.get(path).title
    team.post(path, {})
    assert roles_of(sqlite_app, "contributor@trust.example") == set()
    assert "do not hold that role any longer" in team.post(path, {}).words


def prepare_member(app: Flask, leaving: int, heir: int) -> tuple[int, int]:
    """Give a member two reviews, one barred to the successor, and an action; gives the returns."""
    with Session(app.extensions["database"].writer) as session, session.begin():
        query = select(Return).join(Round).where(Round.code == "2027-01", Return.status == "submitted").limit(2)
        free, barred = session.scalars(query.order_by(Return.id)).all()
        session.query(ReviewAssignment).delete()
        session.query(Interest).filter(Interest.user_id == heir).delete()
        session.add(Interest(user_id=heir, organisation_id=barred.organisation_id))
        session.add_all(
            ReviewAssignment(return_id=each.id, user_id=leaving, assigned_by="T") for each in (free, barred)
        )
        action = session.scalars(select(Action).where(Action.state == "open").limit(1)).one()
        action.owner = session.get_one(User, leaving).name
        return free.id, barred.id


def test_all_that_a_member_has_passes_to_a_successor_who_is_told_once(app: Flask) -> None:
    team = Browser(app).sign_in("team@team.example")
    leaving = number_of(app, "member@assembly.example")
    heir = number_of(app, "leopold.quarrington@assembly.example")
    free, barred = prepare_member(app, leaving, heir)
    path = f"{PEOPLE}/{leaving}/hand-over"
    form = team.get(path).form() | {"email": "leopold.quarrington@assembly.example"}
    shown = team.post(path, form)
    assert "These go back to nobody" in shown.words
    assert roles_of(app, "member@assembly.example") == {("member", None)}
    team.post(path, shown.form())
    with Session(app.extensions["database"].reader) as session:
        assert [(each.return_id, each.user_id) for each in session.scalars(select(ReviewAssignment))] == [(free, heir)]
        assert session.get_one(User, leaving).is_enabled is False
        name = session.get_one(User, heir).name
        assert session.scalars(select(Action.id).where(Action.owner == name)).first()
        assert "Handed over from" in session.scalars(select(ActionUpdate.text).order_by(ActionUpdate.id.desc())).first()
        assert {"everything handed over", "account closed"} <= set(session.scalars(select(AuditEntry.action)))
    assert roles_of(app, "member@assembly.example") == set()
    subject, body = last_message(app, "leopold.quarrington@assembly.example")
    assert subject.startswith("You take over from")
    assert "the review of" in body


def test_sections_and_roles_of_an_organisation_pass_and_the_account_may_stay_open(
    team: Browser, sqlite_app: Flask
) -> None:
    leaving, heir = (number_of(sqlite_app, f"{who}@trust.example") for who in ("contributor", "lead"))
    path = f"{PEOPLE}/{leaving}/hand-over"
    team.post(path, {"email": "lead@trust.example", "confirmed": "yes"})
    with Session(sqlite_app.extensions["database"].reader) as session:
        holders = set(
            session.scalars(
                select(SectionOwner.user_id).join(Return).join(Organisation).where(Organisation.slug == TRUST)
            )
        )
        assert leaving not in holders
        assert heir in holders
        assert session.get_one(User, leaving).is_enabled
    assert roles_of(sqlite_app, "lead@trust.example") == {("lead", TRUST), ("contributor", TRUST)}


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("", "Enter the email address of who takes over"),
        ("nobody", "“nobody” is not an email address"),
        ("stranger@nowhere.example", "Nobody with the address stranger@nowhere.example has an account"),
        ("lead@trust.example", "That is the person themselves: name somebody else"),
        ("cuthbert.wainscombe@assembly.example", "The account of Cuthbert Wainscombe is closed"),
    ],
)
def test_a_successor_who_cannot_take_over_is_refused_and_nothing_changes(
    team: Browser, sqlite_app: Flask, email: str, said: str
) -> None:
    ident = number_of(sqlite_app, "lead@trust.example")
    page = team.post(f"{PEOPLE}/{ident}/hand-over", {"email": email, "confirmed": "yes"}, 422)
    assert page.errors[0].startswith(said)
    assert page.form()["email"] == email
    assert roles_of(sqlite_app, "lead@trust.example") == {("lead", TRUST)}


def test_who_opens_a_page_is_noted_as_seen_but_not_with_every_page(sqlite_app: Flask) -> None:
    ident = number_of(sqlite_app, "lead@trust.example")
    recently = now() - timedelta(minutes=2)

    def seen() -> object:
        with Session(sqlite_app.extensions["database"].reader) as session:
            return session.get_one(User, ident).last_seen_at

    with Session(sqlite_app.extensions["database"].writer) as session, session.begin():
        session.execute(update(User).where(User.id == ident).values(last_seen_at=recently))
    lead = Browser(sqlite_app).sign_in("lead@trust.example")
    lead.get("/work")
    assert seen() == recently
    with Session(sqlite_app.extensions["database"].writer) as session, session.begin():
        session.execute(update(User).where(User.id == ident).values(last_seen_at=recently - timedelta(hours=1)))
    lead.get("/work")
    assert seen() > recently  # type: ignore[operator]
