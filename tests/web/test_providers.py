"""Signing in with an account elsewhere, with a real provider over HTTP; and everything that must not let anybody in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.signing_in.providers import Provider
from anchor_portal.models import Identity, Message, SignIn, User
from tests.pages import Browser, open_session_of
from tests.provider import Elsewhere, come_back, leave, serving_provider, straight, with_providers

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the provider is built on parts that are going
LEAD, TEAM = "lead@trust.example", "team@team.example"
VERIFIED = {"email": LEAD, "email_verified": True}


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    with serving_provider() as served:
        yield served


@pytest.fixture
def nhsmail(elsewhere: Elsewhere) -> Provider:
    return Provider("nhsmail", "NHSmail", elsewhere.issuer, "portal", "s3cret")


@pytest.fixture
def browser_of(sqlite_app: Flask, nhsmail: Provider) -> Iterator[Browser]:
    with with_providers(sqlite_app, nhsmail) as app:
        yield Browser(app)


def rows(browser: Browser, query: Any) -> Any:
    with Session(browser.app.extensions["database"].reader) as session:
        return session.execute(query).all()


def sign_in(browser: Browser, elsewhere: Elsewhere, subject: str, status: int = 200, **more: str) -> Any:
    return come_back(browser, elsewhere.sign_in(leave(browser, "nhsmail", **more), subject), status)


def test_an_account_is_connected_by_its_verified_address_and_stays_so(
    browser_of: Browser, elsewhere: Elsewhere
) -> None:
    elsewhere.person("4711", email="Lead@Trust.example", email_verified=True)
    page = sign_in(browser_of, elsewhere, "4711", next="/account")
    assert page.title == "Your sign-in" and "NHSmail" in page.words
    assert [method for (method,) in rows(browser_of, select(SignIn.method))] == ["nhsmail"]
    assert [subject for (subject,) in rows(browser_of, select(Message.subject).where(Message.kind == "ways_changed"))]
    browser_of.post("/sign-out", {})
    elsewhere.person("4711", email="new-name@trust.example")  # the account is known by its number from now on
    assert sign_in(browser_of, elsewhere, "4711").title == "My work"
    assert rows(browser_of, select(func.count(Identity.id))) == [(1,)]


def test_the_provider_is_asked_with_pkce_a_nonce_a_state_and_an_address_of_the_settings(browser_of: Browser) -> None:
    asked = parse_qs(urlsplit(leave(browser_of, "nhsmail")).query)
    assert asked["code_challenge_method"] == ["S256"] and len(asked["code_challenge"][0]) == 43
    assert min(len(asked[name][0]) for name in ("nonce", "state")) >= 43
    assert asked["redirect_uri"] == ["http://127.0.0.1:5000/sign-in/with/nhsmail/back"]
    assert asked["scope"] == ["openid email profile"] and asked["response_type"] == ["code"]


UNPROVED: list[tuple[dict[str, Any], str]] = [
    ({"email": LEAD}, "did not say that your address was verified"),
    ({"email": LEAD, "email_verified": False}, "did not say that your address was verified"),
    ({"email": LEAD, "email_verified": "perhaps"}, "did not say that your address was verified"),
    ({}, "did not say that your address was verified"),
    ({"email": "nobody@trust.example", "email_verified": True}, "Nobody with the address nobody@trust.example"),
    ({"email": "a\0b@trust.example", "email_verified": True}, "did not say that your address was verified"),
    ({**VERIFIED, "nonce": "of somebody else"}, "did not confirm"),
    ({**VERIFIED, "nonce": None}, "did not confirm"),
    ({**VERIFIED, "aud": "another portal"}, "did not confirm"),
    ({**VERIFIED, "exp": 1_700_000_000}, "did not confirm"),
    ({**VERIFIED, "iat": int(datetime.now(UTC).timestamp()) + 86_400}, "did not confirm"),
    ({**VERIFIED, "exp": "tomorrow"}, "did not confirm"),
    ({**VERIFIED, "iss": "https://evil.example"}, "was not signed by NHSmail"),
    ({**VERIFIED, "amr": "mfa"}, "did not confirm"),
    ({**VERIFIED, "at_hash": "wrong"}, "did not confirm"),
]


def test_what_is_not_proved_lets_nobody_in_and_connects_nothing(browser_of: Browser, elsewhere: Elsewhere) -> None:
    for claims, said in UNPROVED:
        elsewhere.person("wrong", **claims)
        page = straight(browser_of, elsewhere, "wrong")
        assert page.title == "Sign in" and said in page.words, claims
    assert rows(browser_of, select(func.count(Identity.id))) == [(0,)]
    assert rows(browser_of, select(func.count(SignIn.id))) == [(0,)]


def test_a_way_back_works_once_in_the_browser_that_began_and_with_the_provider_that_was_asked(
    browser_of: Browser, elsewhere: Elsewhere, nhsmail: Provider
) -> None:
    elsewhere.person("4711", **VERIFIED)
    way_back = elsewhere.sign_in(leave(browser_of, "nhsmail"), "4711")
    stranger = Browser(browser_of.app)
    assert "does not belong" in come_back(stranger, way_back, 422).words, "not in another browser"
    split = urlsplit(way_back)
    given = {name: values[0] for name, values in parse_qs(split.query).items()}
    other = replace(nhsmail, code="entra", name="Entra")
    with with_providers(browser_of.app, nhsmail, other):
        mixed = way_back.replace("/nhsmail/", "/entra/")
        with browser_of.client.session_transaction() as kept:
            away = dict(kept["away"])
        assert "does not belong" in come_back(browser_of, mixed, 422).words, "not with another provider"
        with browser_of.client.session_transaction() as kept:
            kept["away"] = away
    assert come_back(browser_of, way_back).title == "My work"
    with browser_of.client.session_transaction() as kept:
        kept["away"] = away  # a copied cookie
    assert "Nobody was signed in" in come_back(browser_of, way_back, 422).words
    browser_of.post("/sign-out", {})
    assert browser_of.post(split.path, given, 422).title == "Sign in"


def test_a_way_back_names_its_issuer_rightly_where_it_names_one_and_is_not_too_old(
    browser_of: Browser, elsewhere: Elsewhere
) -> None:
    elsewhere.person("4711", **VERIFIED)
    way_back = elsewhere.sign_in(leave(browser_of, "nhsmail"), "4711")
    page = come_back(browser_of, f"{way_back}&{urlencode({'iss': 'https://evil.example'})}", 422)
    assert "was not NHSmail’s" in page.words
    way_back = elsewhere.sign_in(leave(browser_of, "nhsmail"), "4711")
    with browser_of.client.session_transaction() as kept:
        kept["away"] = {**kept["away"], "at": kept["away"]["at"] - 3600}
    assert "Begin again" in come_back(browser_of, way_back, 422).words


def test_who_refuses_there_or_brings_nonsense_is_told_so(browser_of: Browser, elsewhere: Elsewhere) -> None:
    page = come_back(browser_of, elsewhere.deny(leave(browser_of, "nhsmail")), 422)
    assert page.title == "Sign in"
    for nonsense in ({"code": "x"}, {"code": "", "error": "access_denied"}, {"code": "\0" * 5000, "iss": "ß"}):
        state = parse_qs(urlsplit(leave(browser_of, "nhsmail")).query)["state"][0]
        page = browser_of.post("/sign-in/with/nhsmail/back", {"state": state, **nonsense}, 422)
        assert page.title == "Sign in"
    assert browser_of.post("/sign-in/with/nhsmail/back", {"state": "ß"}, 422).title == "Sign in"
    assert browser_of.get("/sign-in/with/nobody/back", 404).status == 404
    assert browser_of.post("/sign-in/with/nobody", {}, 404).status == 404


def test_a_second_factor_is_asked_for_unless_the_setting_believes_the_providers(
    browser_of: Browser, elsewhere: Elsewhere, nhsmail: Provider
) -> None:
    elsewhere.person("team", email=TEAM, email_verified=True, amr=["pwd", "mfa"])
    with_authenticator(browser_of)
    assert sign_in(browser_of, elsewhere, "team").title == "Enter a code"
    assert browser_of.get("/team").title == "Sign in"
    with with_providers(browser_of.app, replace(nhsmail, confirmed_by="amr")):
        assert sign_in(browser_of, elsewhere, "team").title == "My work"
    factors = rows(browser_of, select(SignIn.second_factor).order_by(SignIn.id))
    assert factors == [("provider",)]


def with_authenticator(browser: Browser) -> None:
    """The team's person has an authenticator app."""
    from anchor_portal.models import Authenticator

    with Session(browser.app.extensions["database"].writer) as session, session.begin():
        user = session.scalars(select(User).where(User.email == TEAM)).one()
        session.add(Authenticator(user_id=user.id, secret="unread"))


def test_only_people_of_the_tenants_that_are_named_come_in(
    browser_of: Browser, elsewhere: Elsewhere, nhsmail: Provider
) -> None:
    elsewhere.person("4711", **VERIFIED, tid="bbbb")
    with with_providers(browser_of.app, replace(nhsmail, tenants=frozenset({"aaaa"}))):
        assert "organisation that does not use it" in sign_in(browser_of, elsewhere, "4711", 422).words
        elsewhere.person("4711", **VERIFIED, tid="AAAA")
        assert sign_in(browser_of, elsewhere, "4711").title == "My work"


def test_closed_accounts_and_addresses_that_were_given_to_somebody_else_stay_shut(
    browser_of: Browser, elsewhere: Elsewhere
) -> None:
    elsewhere.person("4711", **VERIFIED)
    assert sign_in(browser_of, elsewhere, "4711").title == "My work"
    browser_of.post("/sign-out", {})
    elsewhere.person("4712", **VERIFIED)
    assert "Another account of NHSmail is connected" in sign_in(browser_of, elsewhere, "4712", 422).words
    with Session(browser_of.app.extensions["database"].writer) as session, session.begin():
        session.scalars(select(User).where(User.email == LEAD)).one().is_enabled = False
    assert "Nobody can sign in with this account" in sign_in(browser_of, elsewhere, "4711", 422).words


def test_a_provider_that_is_down_is_said_and_the_other_ways_remain(browser_of: Browser, nhsmail: Provider) -> None:
    down = replace(nhsmail, issuer="http://localhost:9")
    with with_providers(browser_of.app, down, replace(nhsmail, code="wrong", issuer=f"{nhsmail.issuer}/jwks")):
        for code in ("nhsmail", "wrong"):
            page = browser_of.post(f"/sign-in/with/{code}", {}, 503)
            assert "does not answer at the moment" in page.words
            assert page.soup.select_one("input[name=password]"), "the other ways remain"


def test_an_account_is_connected_and_disconnected_by_its_owner_alone(browser_of: Browser, elsewhere: Elsewhere) -> None:
    browser_of.sign_in(LEAD)
    elsewhere.person("4711", email="somebody-else@trust.example", email_verified=True)
    away = leave(browser_of, "nhsmail", "/account/elsewhere/{}")
    assert "Nothing was connected" in come_back(browser_of, elsewhere.sign_in(away, "4711")).words
    elsewhere.person("4711", **VERIFIED)
    away = leave(browser_of, "nhsmail", "/account/elsewhere/{}")
    assert "NHSmail is connected" in come_back(browser_of, elsewhere.sign_in(away, "4711")).words
    ((number,),) = rows(browser_of, select(Identity.id))
    Browser(browser_of.app).sign_in(TEAM).get(f"/account/elsewhere/{number}/remove", 404)
    browser_of.get(f"/account/elsewhere/{number}/remove")
    page = browser_of.post(f"/account/elsewhere/{number}/remove", {})
    assert "NHSmail is disconnected" in page.words
    assert rows(browser_of, select(func.count(Identity.id))) == [(0,)]


def test_who_is_signed_out_meanwhile_connects_nothing_and_the_last_way_in_stays(
    browser_of: Browser, elsewhere: Elsewhere
) -> None:
    browser_of.sign_in(LEAD)
    elsewhere.person("4711", **VERIFIED)
    way_back = elsewhere.sign_in(leave(browser_of, "nhsmail", "/account/elsewhere/{}"), "4711")
    with browser_of.client.session_transaction() as kept:
        kept.pop("_user_id")
    assert come_back(browser_of, way_back, 422).title == "Sign in"
    assert sign_in(browser_of, elsewhere, "4711").title == "My work"
    with Session(browser_of.app.extensions["database"].writer) as session, session.begin():
        session.scalars(select(User).where(User.email == LEAD)).one().password_hash = None
    with browser_of.client.session_transaction() as kept:
        kept["_user_id"] = open_session_of(browser_of.app, LEAD)
    ((number,),) = rows(browser_of, select(Identity.id))
    page = browser_of.post(f"/account/elsewhere/{number}/remove", {})
    assert "the only way" in page.words and rows(browser_of, select(func.count(Identity.id))) == [(1,)]
