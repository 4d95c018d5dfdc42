"""The second factor: who is asked for it, setting it up, codes that work once, recovery codes, nothing before it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal import create_app
from anchor_portal.config import Settings
from anchor_portal.models import AuditEntry, Message, SignIn, User
from anchor_portal.models.base import now
from tests.conftest import SECRET
from tests.pages import Browser, Page
from tests.web.identity import (
    PASSWORD,
    code_of,
    database_of,
    forget_used_codes,
    give_everybody_the_password,
    make_real,
    secret_on,
    sign_in,
)
from tests.web.sections import SECTION, stored

TEAM, MEMBER, LEAD = "team@team.example", "member@assembly.example", "lead@trust.example"
SET_UP, CONFIRM = "/sign-in/set-up", "/sign-in/code"


@pytest.fixture
def real(sqlite_app: Flask) -> Flask:
    """A portal that is no demonstration."""
    make_real(sqlite_app)
    return sqlite_app


def set_up(browser: Browser, email: str) -> tuple[str, list[str]]:
    """Sign in for the first time and set an app up; its secret, and the recovery codes."""
    secret = secret_on(sign_in(browser, email))
    done = browser.post(SET_UP, {"code": code_of(secret)})
    codes = [" ".join(each.get_text().split()) for each in done.soup.select(".app-recovery-codes li")]
    forget_used_codes(browser.app)
    return secret, codes


def actions(app: Flask) -> list[str]:
    with Session(database_of(app).reader) as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.mark.parametrize("email", [TEAM, MEMBER])
def test_who_must_have_a_second_factor_sets_it_up_before_they_see_anything(real: Flask, email: str) -> None:
    person = Browser(real)
    page = sign_in(person, email)
    assert page.title == "Set up an authenticator app"
    assert "Sign in" in page.text("header") and "Run the programme" not in page.text("header")
    for path in ("/work", "/reviews", "/team", "/account", "/messages"):
        assert person.client.get(path).status_code == 302, path
    wrong = person.post(SET_UP, {"code": "000000"}, 422)
    assert secret_on(wrong) == secret_on(page), "the same secret, which may be in the app already"
    assert wrong.errors == [
        "The code does not fit. Look whether the phone’s clock is right, and enter the code that it shows now"
    ]
    assert person.post(SET_UP, {}, 422).errors == ["Enter the code"]
    done = person.post(SET_UP, {"code": code_of(secret_on(page))})
    assert (done.title, len(done.soup.select(".app-recovery-codes li"))) == ("Your recovery codes", 10)
    assert person.get("/work").title == "My work"
    assert {"authenticator added", "signed in"} <= set(actions(real))


def test_everybody_else_is_asked_where_the_setting_says_so(real: Flask) -> None:
    assert sign_in(Browser(real), LEAD).title == "My work"
    url = database_of(real).writer.url.render_as_string(hide_password=False)
    strict = create_app(Settings(database_url=url, secret_key=SECRET, secure_cookies=False, second_factor="everyone"))
    before = Browser(strict)
    assert sign_in(before, LEAD).title == "Set up an authenticator app"
    strict.extensions["database"].dispose()


def test_a_session_without_a_second_factor_counts_for_nothing_once_one_is_asked_for(real: Flask) -> None:
    team = Browser(real).sign_in(TEAM)
    assert team.get("/work").title == "My work"
    with Session(database_of(real).writer) as session, session.begin():
        session.execute(update(SignIn).values(second_factor=""))
    assert team.get("/work").title == "Sign in"
    assert "Run the programme" not in team.get("/").text("header")


def test_in_a_demonstration_it_is_offered_and_asked_of_whoever_set_it_up(sqlite_app: Flask) -> None:
    give_everybody_the_password(sqlite_app)
    team = Browser(sqlite_app)
    assert sign_in(team, TEAM).title == "My work"
    assert "In this demonstration nobody has to have one" in team.get("/account").words
    team.post(SET_UP, {"code": code_of(secret_on(team.get(SET_UP)))})
    assert "Set up on" in team.get("/account").words
    assert sign_in(Browser(sqlite_app), TEAM).title == "Enter a code"


def test_the_code_is_asked_for_after_the_password_and_works_once(real: Flask) -> None:
    secret, _ = set_up(Browser(real), TEAM)
    person = Browser(real)
    assert sign_in(person, TEAM, next="/messages").title == "Enter a code"
    assert person.get("/work").title == "Sign in", "nobody is signed in yet"
    assert sign_in(person, TEAM, next="/messages").title == "Enter a code"
    code = code_of(secret)
    assert person.post(CONFIRM, {"code": f"{code[:3]} {code[3:]}"}).title == "Messages"
    again = Browser(real)
    sign_in(again, TEAM)
    assert again.post(CONFIRM, {"code": code}, 422).errors == [
        "This code is not right, or was used already. Wait for the next one and try again"
    ]
    assert "second factor refused" in actions(real)


def test_where_the_key_of_the_installation_is_another_one_the_page_says_that_no_code_can_be_right(real: Flask) -> None:
    secret, codes = set_up(Browser(real), TEAM)
    url = database_of(real).writer.url.render_as_string(hide_password=False)
    restored = create_app(Settings(database_url=url, secret_key=SECRET[::-1], secure_cookies=False))
    person = Browser(restored)
    sign_in(person, TEAM)
    page = person.post(CONFIRM, {"code": code_of(secret)}, 422)
    assert "Your authenticator app cannot be read here" in page.errors[0]
    assert person.post(f"{CONFIRM}?recovery=yes", {"code": codes[0]}).title == "My work"
    restored.extensions["database"].dispose()


def test_wrong_codes_are_slowed_down_as_wrong_passwords_are(real: Flask) -> None:
    secret, _ = set_up(Browser(real), TEAM)
    person = Browser(real)
    sign_in(person, TEAM)
    for typed in ("000000", "not a code", "\0", "\u0661" * 6, "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF"):
        person.post(CONFIRM, {"code": typed}, 422)
    barred = person.post(CONFIRM, {"code": code_of(secret)}, 429)
    assert barred.errors == ["There were too many attempts that failed. Wait 1 minute, then try again"]


def test_a_recovery_code_lets_in_once_and_is_told_of(real: Flask) -> None:
    _, codes = set_up(Browser(real), TEAM)
    person = Browser(real)
    sign_in(person, TEAM)
    assert "Recovery code" in person.get(f"{CONFIRM}?recovery=yes").words
    assert person.post(f"{CONFIRM}?recovery=yes", {"code": codes[0].lower()}).title == "My work"
    assert "You have 9 left" in person.get("/account").words
    sign_in(other := Browser(real), TEAM)
    refused = other.post(f"{CONFIRM}?recovery=yes", {"code": codes[0]}, 422)
    assert refused.errors == ["This recovery code is not right, or was used already. Take another one of the ten"]
    with Session(database_of(real).reader) as session:
        subjects = session.scalars(select(Message.subject).where(Message.to_email == TEAM)).all()
    assert "A recovery code of yours was used" in subjects
    assert "recovery code used" in actions(real)


def test_new_recovery_codes_make_the_old_ones_void(real: Flask) -> None:
    person = Browser(real)
    _, codes = set_up(person, TEAM)
    made = person.post("/account/recovery-codes", {})
    new = [each.get_text().strip() for each in made.soup.select(".app-recovery-codes li")]
    assert len(new) == 10 and not set(new) & set(codes)
    sign_in(other := Browser(real), TEAM)
    other.post(CONFIRM, {"code": codes[1]}, 422)
    assert other.post(CONFIRM, {"code": new[1]}).title == "My work"


def test_who_needs_it_replaces_the_app_but_does_not_remove_it_and_others_may(real: Flask) -> None:
    team, lead = Browser(real), Browser(real)
    secret, _ = set_up(team, TEAM)
    assert "You need a second factor for your role" in team.get("/account/authenticator/remove").words
    assert secret_on(page := team.get(SET_UP)) != secret
    team.post(SET_UP, {"code": code_of(secret_on(page))})
    sign_in(lead, LEAD)
    lead.post(SET_UP, {"code": code_of(secret_on(lead.get(SET_UP)))})
    assert lead.get("/account/authenticator/remove").title == "Remove the authenticator app?"
    assert "is removed" in lead.post("/account/authenticator/remove", {}).words
    assert sign_in(Browser(real), LEAD).title == "My work"
    assert {"authenticator replaced", "authenticator removed"} <= set(actions(real))


def test_changing_how_one_signs_in_needs_a_proof_that_is_not_old(sqlite_app: Flask) -> None:
    give_everybody_the_password(sqlite_app)
    lead = Browser(sqlite_app).sign_in(LEAD)
    with Session(database_of(sqlite_app).writer) as session, session.begin():
        session.execute(update(SignIn).values(began_at=now() - timedelta(minutes=16)))
    for path in (SET_UP, "/account/authenticator/remove"):
        assert lead.get(path).title == "Sign in once more", path
    assert lead.post("/account/recovery-codes", {}).title == "Sign in once more"
    again = lead.get(SET_UP).form("/sign-in") | {"password": PASSWORD}
    assert again["email"] == LEAD
    assert lead.post("/sign-in", again).title == "Set up an authenticator app"


def test_proving_it_once_more_leaves_no_session_behind(real: Flask) -> None:
    person = Browser(real)
    secret, _ = set_up(person, TEAM)
    assert sign_in(person, TEAM, next="/account").title == "Enter a code"
    page = person.post(CONFIRM, {"code": code_of(secret)})
    assert len(page.soup.select(".app-sessions__item")) == 1


def test_a_first_factor_is_void_when_the_password_changed_meanwhile(real: Flask) -> None:
    secret, _ = set_up(Browser(real), TEAM)
    person = Browser(real)
    sign_in(person, TEAM)
    with Session(database_of(real).writer) as session, session.begin():
        session.scalars(select(User).where(User.email == TEAM)).one().password_hash = "another"  # noqa: S105
    assert person.post(CONFIRM, {"code": code_of(secret)}).title == "Sign in"


def test_nobody_reaches_the_pages_between_the_factors_without_the_first_one(real: Flask) -> None:
    for path in (SET_UP, CONFIRM):
        for page in (Browser(real).get(path), Browser(real).post(path, {"code": "123456"})):
            assert page.title == "Sign in"


def test_the_page_of_setting_up_does_not_replace_an_app_that_is_there(real: Flask) -> None:
    set_up(Browser(real), TEAM)
    person = Browser(real)
    sign_in(person, TEAM)
    assert person.get(SET_UP).title == "Enter a code", "the password alone may not change the second factor"


def test_what_was_typed_before_a_session_was_lost_travels_through_both_factors(real: Flask) -> None:
    lead = Browser(real)
    sign_in(lead, LEAD)
    lead.post(SET_UP, {"code": code_of(secret := secret_on(lead.get(SET_UP)))})
    forget_used_codes(real)
    form = lead.get(f"{SECTION}/pledge-1").form() | {"p1.narrative:": "Two words", "then": "later"}
    with lead.client.session_transaction() as kept:
        kept.clear()
    lost = lead.post(f"{SECTION}/pledge-1", form, 401)
    asked = lead.post("/sign-in", lost.form() | {"email": LEAD, "password": PASSWORD})
    assert asked.title == "Enter a code"
    back = lead.post(CONFIRM, asked.form() | {"code": code_of(secret)})
    assert back.title == "Send what you typed"
    lead.post(f"{SECTION}/pledge-1", fields_of(back))
    assert stored(real)["p1.narrative"] == {"": "Two words"}


def fields_of(page: Page) -> dict[str, str]:
    form = page.soup.select_one(f'form[action="{SECTION}/pledge-1"]')
    assert form is not None
    return {str(box["name"]): str(box.get("value", "")) for box in form.select("input[name]")}
