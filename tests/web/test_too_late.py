"""Who comes too late: the account was closed, an interest declared, a certificate withdrawn while somebody waited."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from anchor_portal.domain.people import Role
from anchor_portal.domain.signing_in.recovery import Recovery
from anchor_portal.models import (
    Action,
    AgendaItem,
    Authenticator,
    Certificate,
    Decision,
    ItemOutcome,
    JobState,
    Organisation,
    Passkey,
    Round,
)
from anchor_portal.services.accounts.recovery import recover
from anchor_portal.services.jobs.work import run
from anchor_portal.services.people import add_role
from anchor_portal.services.review.interests import declare
from tests.authenticator import Device
from tests.conftest import fresh_app
from tests.pages import Browser
from tests.web.identity import CHEAP, PASSWORD, code_of, database_of, give_everybody_the_password, secret_on
from tests.web.returning import MEMBER, READY, READY_SIGNATORY, SUBMITTED, standing
from tests.web.sections import ROUND
from tests.web.test_at_once import while_at_commit
from tests.web.test_meanwhile import (
    LEAD,
    SIGNED,
    Answer,
    at_work,
    close_account,
    count_of,
    person,
    when_let_go,
    while_held,
)
from tests.web.test_meetings import BEFORE_ITS_DAY, about_an_organisation
from tests.web.test_passkeys import add as add_passkey
from tests.web.test_passkeys import asked
from tests.web.test_review import OUTCOMES

NEW_PASSWORD = "Kestrel-umbrella-9274-quarry"


def stopped_after(
    app: Flask, part: str, act: Callable[[], Answer], other: Callable[[], Answer]
) -> tuple[Answer, Answer]:
    """What comes of an act that is stopped once it ran a statement with these words, and of another one that begins then."""
    reached, go_on = threading.Event(), threading.Event()

    def after(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if part in " ".join(statement.split()) and not reached.is_set():
            reached.set()
            go_on.wait(20)

    engines = database_of(app).writer, database_of(app).reader
    for engine in engines:
        event.listen(engine, "after_cursor_execute", after)
    try:
        with ThreadPoolExecutor(2) as threads:
            one = threads.submit(act)
            assert reached.wait(20)
            two = threads.submit(other)
            threading.Event().wait(0.7)  # until it waits
            go_on.set()
            return one.result(), two.result()
    finally:
        for engine in engines:
            event.remove(engine, "after_cursor_execute", after)


def change_own_password(browser: Browser) -> Callable[[], TestResponse]:
    form = browser.get("/account/password").form()
    new = form | {"present": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    return lambda: browser.client.post("/account/password", data=new)


def test_a_closed_account_gets_no_new_session_by_a_change_of_password_that_was_under_way(app: Flask) -> None:
    give_everybody_the_password(app)
    lead = Browser(app).sign_in(LEAD)

    def meanwhile() -> None:
        with at_work(app) as session:
            close_account(session, LEAD)

    assert when_let_go(app, change_own_password(lead), meanwhile).status_code == 401
    with at_work(app) as session:
        person(session, LEAD).is_enabled = True
        assert person(session, LEAD).password_hash == CHEAP
    assert lead.client.get("/work").status_code == 302


def test_no_authenticator_of_a_thief_is_kept_who_sets_it_up_while_the_owner_is_helped_back(app: Flask) -> None:
    thief = Browser(app).sign_in(LEAD)
    page = thief.get("/sign-in/set-up")
    form = page.form() | {"code": code_of(secret_on(page))}
    answer = while_held(
        app,
        lambda: thief.client.post("/sign-in/set-up", data=form),
        lambda session: recover(session, person(session, LEAD).id, None, Recovery(True, True), "stolen"),
    )
    assert answer.status_code in {302, 401}
    assert count_of(app, Authenticator) == 0


def declare_interest(session: Session) -> None:
    its = session.scalars(select(Organisation.id).where(Organisation.slug == SUBMITTED)).one()
    declare(session, person(session, MEMBER).id, its, "team@team.example")


def test_a_member_whose_interest_is_declared_meanwhile_accepts_nothing(app: Flask) -> None:
    member, path, before = Browser(app).sign_in(MEMBER), f"/reviews/{ROUND}/{SUBMITTED}", standing(app, SUBMITTED)
    form = member.get(path).form(f"{path}/return") | OUTCOMES
    answer = while_held(app, lambda: member.client.post(f"{path}/accept", data=form), declare_interest, SUBMITTED)
    assert answer.status_code == 404
    assert standing(app, SUBMITTED) == before


def test_a_comment_that_came_too_late_is_shown_to_be_copied(app: Flask) -> None:
    member, path = Browser(app).sign_in(MEMBER), f"/reviews/{ROUND}/{SUBMITTED}"
    form = member.get(path).form(f"{path}/return") | OUTCOMES | {"comment": "Two sites are missing."}
    answer = while_held(app, lambda: member.client.post(f"{path}/return", data=form), declare_interest, SUBMITTED)
    assert answer.status_code == 404
    assert "Two sites are missing." in answer.text
    wrong = {key: text for key, text in form.items() if key != "csrf_token"}
    assert "Two sites" not in member.client.post("/no/such/page", data=wrong).text


@pytest.mark.parametrize("what", ["outcomes", "decisions", "actions"])
def test_a_member_whose_interest_is_declared_meanwhile_records_nothing_of_the_meeting(app: Flask, what: str) -> None:
    member = Browser(app).sign_in(MEMBER)
    member.post("/meetings/2/begin", BEFORE_ITS_DAY)
    path = about_an_organisation(member)
    item = int(path.rpartition("/")[2])
    typed = {"outcomes": {"outcome-1": "met"}, "decisions": {"decision": "Agreed."},
             "actions": {"action": "Ask again.", "owner": "The chair"}}[what]  # fmt: skip
    form = member.get(path).form(f"{path}/{what}") | typed
    with at_work(app) as session:
        ident = session.get_one(AgendaItem, item).organisation_id
        slug = session.get_one(Organisation, ident).slug
    before = [count_of(app, each) for each in (ItemOutcome, Decision, Action)]
    answer = while_held(
        app,
        lambda: member.client.post(f"{path}/{what}", data=form),
        lambda session: declare(session, person(session, MEMBER).id, ident, "team@team.example"),
        slug,
    )
    assert answer.status_code == 404
    assert [count_of(app, each) for each in (ItemOutcome, Decision, Action)] == before


def test_of_two_meetings_that_are_planned_at_once_each_has_a_number_of_its_own(app: Flask) -> None:
    pair = [Browser(app).sign_in("team@team.example") for _ in range(2)]
    facts = {"title": "Anchor Assembly, June 2027", "held_on-day": "3", "held_on-month": "6", "held_on-year": "2027"}
    forms = [each.get("/meetings/add").form() | facts | {"round_id": ""} for each in pair]
    for number, (first, second) in {"": (302, 302), "AA/9": (302, 422)}.items():
        ended = stopped_after(
            app,
            "INSERT INTO meetings",
            lambda: pair[0].client.post("/meetings/add", data=forms[0] | {"reference": number}).status_code,  # noqa: B023
            lambda: pair[1].client.post("/meetings/add", data=forms[1] | {"reference": number}).status_code,  # noqa: B023
        )
        assert ended == (first, second)


def test_a_certificate_is_withdrawn_once_however_many_press(app: Flask) -> None:
    pair = [Browser(app).sign_in("team@team.example") for _ in range(2)]
    with Session(database_of(app).reader) as session:
        standing_ones = Certificate.superseded_by.is_(None), Certificate.withdrawn_on.is_(None)
        number = session.scalars(select(Certificate.number).where(*standing_ones)).first()
    path = f"/team/certificates/{number}/withdraw"
    forms = [each.get(path).form() | {"reason": f"Reason {at}."} for at, each in enumerate(pair)]
    first, second = while_at_commit(
        app,
        lambda: pair[0].client.post(path, data=forms[0]).status_code,
        lambda: pair[1].client.post(path, data=forms[1]).status_code,
    )
    with Session(database_of(app).reader) as session:
        assert (first, second) == (302, 409)
        assert session.get_one(Certificate, number).withdrawn_reason == "Reason 0."


def test_who_gives_more_time_and_who_signs_do_not_wait_for_each_other() -> None:
    with fresh_app("postgres") as app:
        signatory, team = Browser(app).sign_in(READY_SIGNATORY), Browser(app).sign_in("team@team.example")
        form = signatory.get(f"/returns/{ROUND}/{READY}/sign").form() | SIGNED
        with Session(database_of(app).reader) as session:
            until = session.scalars(select(Round.closes_on).where(Round.code == ROUND)).one() + timedelta(days=14)
        time = {"day": str(until.day), "month": str(until.month), "year": str(until.year)}
        page = team.get(f"/rounds/{ROUND}/more-time/{READY}").form()
        more = {key: next((text for box, text in time.items() if key.endswith(box)), old) for key, old in page.items()}
        ended = stopped_after(
            app,
            "FROM rounds ORDER BY rounds.id FOR NO KEY UPDATE",
            lambda: team.client.post(f"/rounds/{ROUND}/more-time/{READY}", data=more | {"reason": "asked"}).status_code,
            lambda: signatory.client.post(f"/returns/{ROUND}/{READY}/sign", data=form).status_code,
        )
        assert (ended, standing(app, READY).status) == ((302, 302), "submitted")


def test_who_was_too_late_in_one_window_stays_signed_in_in_the_other() -> None:
    with fresh_app("postgres") as app:
        give_everybody_the_password(app)
        one, other = Browser(app).sign_in(READY_SIGNATORY), Browser(app)
        with one.client.session_transaction() as kept, other.client.session_transaction() as same:
            same.update(kept)
        form = one.get(f"/returns/{ROUND}/{READY}/sign").form() | SIGNED
        change = change_own_password(other)
        with ThreadPoolExecutor(1) as threads, at_work(app) as session:
            session.execute(select(Organisation.id).where(Organisation.slug == READY).with_for_update(key_share=True))
            signing = threads.submit(lambda: one.client.post(f"/returns/{ROUND}/{READY}/sign", data=form))
            threading.Event().wait(0.5)  # until it waits
            assert change().status_code == 302
            session.commit()
            answer = signing.result()
        assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (401, [])
        assert other.client.get("/work").status_code == 200


def test_a_pack_that_is_made_while_an_interest_is_declared_is_made_anew_without_it(app: Flask) -> None:
    member, database, settings = Browser(app).sign_in(MEMBER), database_of(app), app.extensions["settings"]
    meeting, item = re.findall("[0-9]+", about_an_organisation(member))
    asked = member.client.post(f"/meetings/{meeting}/pack", data={"csrf_token": member.token()})
    job = int(asked.location.rpartition("/")[2])

    def declare_it() -> None:
        with at_work(app) as session:
            its = session.get_one(AgendaItem, int(item)).organisation_id
            declare(session, person(session, MEMBER).id, its, "team@team.example")

    stopped_after(app, "FROM agenda_items", lambda: run(database, settings, job), declare_it)
    assert member.client.get(f"/jobs/{job}/result").status_code == 404
    assert run(database, settings, job) is JobState.DONE
    assert member.client.get(f"/jobs/{job}/result").status_code == 200
    with at_work(app) as session:
        add_role(session, MEMBER, Role.LEAD, session.scalars(select(Organisation)).first())
    assert Browser(app).sign_in(MEMBER).client.get(f"/jobs/{job}/result").status_code == 404


def test_of_two_who_invite_one_person_at_once_neither_is_told_that_the_database_is_away(app: Flask) -> None:
    pair = [Browser(app).sign_in("team@team.example") for _ in range(2)]
    path, person_new = (
        "/team/people/invite",
        {"email": "new.person@example.org", "name": "New Person", "role": "member"},
    )
    forms = [each.get(path).form() | person_new for each in pair]
    first, second = stopped_after(
        app,
        "INSERT INTO users",
        lambda: pair[0].client.post(path, data=forms[0]).status_code,
        lambda: pair[1].client.post(path, data=forms[1]).status_code,
    )
    assert first in {200, 302}
    assert second in {200, 302, 422}


def test_who_is_helped_back_in_while_they_sign_in_with_the_passkey_waits_for_nobody(app: Flask) -> None:
    lead, device = Browser(app).sign_in(LEAD), Device()
    add_passkey(lead, device)
    lead.post("/sign-out", {})
    form = lead.get("/sign-in").form() | {"credential": device.sign(asked(lead, "/sign-in"))}

    def help_back() -> None:
        with at_work(app) as session:
            recover(session, person(session, LEAD).id, None, Recovery(False, True), "lost")

    answer, _ = stopped_after(
        app, "passkeys.credential = ", lambda: lead.client.post("/sign-in/passkey", data=form), help_back
    )
    assert answer.status_code == 302
    assert count_of(app, Passkey) == 0
    assert lead.client.get("/work").status_code == 302, "the session is ended"
