"""What two requests of one person do in the same moment, on both engines; and what HEAD does, which is nothing."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask
from sqlalchemy import delete, event, func, select, text
from sqlalchemy.orm import Session

from anchor_portal.models import Authenticator, Passkey, SectionOwner, User
from anchor_portal.queries.reference import ReferenceShelf
from tests.pages import Browser, open_session_of
from tests.web.identity import database_of, make_real
from tests.web.sections import SECTION, stored

TEAM = "team@team.example"
Answer = TypeVar("Answer")


def factors(app: Flask, email: str) -> int:
    """How many second factors somebody has."""
    with Session(database_of(app).reader) as session:
        whose = select(User.id).where(User.email == email).scalar_subquery()
        kinds = (Authenticator, Passkey)
        return sum(session.scalar(select(func.count()).where(each.user_id == whose)) or 0 for each in kinds)


def send(browser: Browser, path: str) -> str | None:
    """Where a form without anything to fill in leads."""
    return browser.client.post(path, data={"csrf_token": browser.token()}).location


def while_at_commit(app: Flask, act: Callable[[], Answer], meanwhile: Callable[[], Answer]) -> tuple[Answer, Answer]:
    """What comes of one act, stopped at its commit, and of another one that begins meanwhile."""
    at_commit, go_on = threading.Event(), threading.Event()

    def wait(connection: object) -> None:
        if not at_commit.is_set():
            at_commit.set()
            go_on.wait(30)

    event.listen(database_of(app).writer, "commit", wait)
    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(act)
        assert at_commit.wait(30)
        other = threads.submit(meanwhile)
        threading.Event().wait(0.5)  # long enough for the other one to be through, if nothing held it
        go_on.set()
        ended = one.result(), other.result()
    event.remove(database_of(app).writer, "commit", wait)
    return ended


def test_of_two_who_each_take_one_of_two_second_factors_away_at_once_one_is_refused(app: Flask) -> None:
    make_real(app)
    with Session(database_of(app).writer) as session, session.begin():
        user_id = session.scalars(select(User.id).where(User.email == TEAM)).one()
        session.add(Authenticator(user_id=user_id, secret="unread"))
        session.add(key := Passkey(user_id=user_id, credential="x", public_key=b"x", transports=[], name="phone"))
        session.flush()
        passkey = f"/account/passkeys/{key.id}/remove"
    first, second = Browser(app), Browser(app)
    token = open_session_of(app, TEAM)
    for tab in (first, second):  # of one browser, since the first change ends every other session
        with tab.client.session_transaction() as kept:
            kept["_user_id"] = token
    ended = while_at_commit(app, lambda: send(first, "/account/authenticator/remove"), lambda: send(second, passkey))
    assert ended == ("/account", "/account")
    assert factors(app, TEAM) == 1, "who needs a second factor keeps one"


def test_of_two_who_save_the_same_answer_at_once_the_later_one_is_asked_which_of_both_stands(app: Flask) -> None:
    path, box = f"{SECTION}/about", "about.boundary:"
    people = [Browser(app).sign_in(f"{who}@trust.example") for who in ("lead", "contributor")]
    share_nothing(app)
    forms = [person.get(path).form() | {"then": "continue", box: f"As {at} says."} for at, person in enumerate(people)]
    ended = while_at_commit(
        app,
        lambda: people[0].client.post(path, data=forms[0]).status_code,
        lambda: people[1].client.post(path, data=forms[1]).status_code,
    )
    assert ended == (302, 409)
    assert stored(app)["about.boundary"] == {"": "As 0 says."}


def share_nothing(app: Flask) -> None:
    """Whoever writes may fill in each section."""
    with Session(database_of(app).writer) as session, session.begin():
        session.execute(delete(SectionOwner))


def test_asking_for_the_head_of_a_page_does_what_asking_for_the_page_does(sqlite_browser: Browser) -> None:
    team = sqlite_browser.sign_in(TEAM)
    with Session(database_of(team.app).reader) as session:
        lead = session.scalars(select(User.id).where(User.email == "lead@trust.example")).one()
    for path in (f"/team/people/{lead}/close", f"/team/people/{lead}/hand-over", "/team/people/invite", "/sign-in"):
        head, page = team.client.head(path), team.client.get(path)
        assert (head.status_code, head.data) == (page.status_code, b""), path
        assert head.content_length == page.content_length, path


def test_a_write_that_fails_half_way_is_a_page_that_says_so_even_where_the_page_asks_the_database(
    sqlite_app: Flask,
) -> None:
    refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'no'); END"
    with database_of(sqlite_app).writer.begin() as connection:
        lead = connection.scalar(select(User.id).where(User.email == "lead@trust.example"))
    team = Browser(sqlite_app).sign_in(TEAM)
    team.get("/team")
    with database_of(sqlite_app).writer.begin() as connection:
        connection.execute(text(refuse))
    sqlite_app.extensions["reference"] = ReferenceShelf()  # as half a minute later: the page looks into small tables
    page = team.post(f"/team/people/{lead}/close", {}, 503)
    with database_of(sqlite_app).writer.begin() as connection:
        connection.execute(text("DROP TRIGGER refuse"))
    assert page.title == "This could not be saved"
