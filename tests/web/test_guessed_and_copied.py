"""Whoever guesses identifiers, copies cookies or sends on a form of somebody else gets nothing: tried at every address."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.models import Answer, Message, Organisation, Return, ReviewComment, Round, User
from tests.conftest import make_app, with_demo
from tests.engines import sqlite_url
from tests.pages import Browser
from tests.web.hostile_requests import routes
from tests.web.sections import RETURN, TRUST

LEAD, SIGNATORY, MEMBER, TEAM = (
    "lead@trust.example",
    "signatory@trust.example",
    "member@assembly.example",
    "team@team.example",
)
STRANGER, NOBODY, ROLELESS = "lead@council.example", "", "nobody@nowhere.example"
SECRETS = {
    "a draft of the trust": ("SECRET-OF-THE-DRAFT", {LEAD, TEAM}),
    "a remark between reviewers": ("SECRET-OF-THE-REVIEW", {MEMBER, TEAM}),
    "a message to the lead": ("SECRET-OF-THE-MESSAGE", {LEAD}),
}
"""What is put where, and who of those who try may read it; its recipient alone has the words of a message."""
READERS = (NOBODY, ROLELESS, STRANGER, LEAD, MEMBER)
WITHOUT_TOKEN = {"opting_out.by_link"}
"""Posted by mail programs on behalf of their reader (RFC 8058): the address itself is the secret, and all it does is stop mail."""
NUMBERS = range(1, 7)
"""Identifiers that are guessed where an address holds one."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demonstration with three secrets in it."""
    made = make_app(sqlite_url(tmp_path_factory.mktemp("guessed"), with_demo))
    with Session(made.extensions["database"].writer) as opened, opened.begin():
        _hide_secrets(opened)
    yield made
    made.extensions["database"].dispose()


def _hide_secrets(opened: Session) -> None:
    opened.add(User(email=ROLELESS, name="Nobody Example"))
    draft, accepted = (_return(opened, code) for code in ("2027-01", "2026-07"))
    answer = opened.scalars(select(Answer).where(Answer.return_id == draft, Answer.question == "p1.narrative")).first()
    words = SECRETS["a draft of the trust"][0]
    if answer is None:
        answer = opened.scalars(select(Answer).where(Answer.return_id == draft)).first()
        assert answer is not None
        answer = Answer(
            return_id=draft, question="p1.narrative", parts={"": words}, saved_at=answer.saved_at, saved_by=LEAD
        )
        opened.add(answer)
    answer.parts = {"": words}
    opened.add(
        ReviewComment(return_id=accepted, revision=1, text=SECRETS["a remark between reviewers"][0], who="A member")
    )
    subject, body = "About your return", SECRETS["a message to the lead"][0]
    opened.add(Message(to_email=LEAD, to_name="Lead", kind="returned", subject=f"{subject} {body}", body=body))


def _return(opened: Session, code: str) -> int:
    found = select(Return.id).join(Round).join(Organisation, Organisation.id == Return.organisation_id)
    return opened.scalars(found.where(Round.code == code, Organisation.slug == TRUST)).one()


def guesses() -> list[str]:
    """Every address of the portal that can be asked for, and the same with other numbers in it."""
    addresses = [address for endpoint, method, address in routes() if method == "GET" and endpoint != "static"]
    more = [re.sub(r"(?<=/)\d{1,2}(?=/|$)", str(number), each, count=1) for each in addresses for number in NUMBERS]
    return list(dict.fromkeys([*addresses, *more, *(f"{RETURN}/sections/pledge-1", f"{RETURN}/check")]))


@pytest.mark.parametrize("reader", READERS)
def test_no_address_however_guessed_shows_somebody_else_s_secret(app: Flask, reader: str) -> None:
    browser = Browser(app).sign_in(reader) if reader else Browser(app)
    shown: dict[str, list[str]] = {what: [] for what in SECRETS}
    for address in guesses():
        answer = browser.client.get(address, buffered=True)
        assert answer.status_code < 500, address
        for what, (words, _) in SECRETS.items():
            if words.encode() in answer.get_data():
                shown[what].append(address)
    for what, (_, may_read) in SECRETS.items():
        assert bool(shown[what]) == (reader in may_read), f"{reader or 'nobody'} reads {what} at {shown[what]}"


# Cookies


def cookie_of(app: Flask, browser: Browser) -> str:
    """The cookie as somebody would copy it."""
    cookie = browser.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return cookie.value


def with_cookie(app: Flask, value: str) -> Browser:
    """Another browser, in another place, with that cookie."""
    thief = Browser(app)
    thief.client.set_cookie(app.config["SESSION_COOKIE_NAME"], value)
    return thief


def is_signed_in(browser: Browser) -> bool:
    return browser.client.get("/work").status_code == 200


def test_a_copied_cookie_is_worth_nothing_once_its_owner_has_signed_out(app: Flask) -> None:
    owner = Browser(app).sign_in(LEAD)
    copied = cookie_of(app, owner)
    assert is_signed_in(with_cookie(app, copied)), "else this shows nothing"
    owner.post("/sign-out", {})
    assert not is_signed_in(with_cookie(app, copied))


def test_a_copied_cookie_is_worth_nothing_once_the_account_is_closed(app: Flask) -> None:
    copied = cookie_of(app, Browser(app).sign_in(SIGNATORY))
    with Session(app.extensions["database"].writer) as opened, opened.begin():
        opened.scalars(select(User).where(User.email == SIGNATORY)).one().is_enabled = False
    assert not is_signed_in(with_cookie(app, copied))
    with Session(app.extensions["database"].writer) as opened, opened.begin():
        opened.execute(update(User).where(User.email == SIGNATORY).values(is_enabled=True))


def test_no_number_and_no_word_in_a_well_signed_cookie_signs_anybody_in(app: Flask) -> None:
    for guess in ("1", "2", 1, "0", "", "team@team.example", "a" * 43, "1 OR 1=1", None, ["1"], {"a": 1}, "\0"):
        guesser = Browser(app)
        with guesser.client.session_transaction() as kept:
            kept["_user_id"] = guess
            kept["_fresh"] = True
        assert guesser.client.get("/work").status_code == 302, repr(guess)


def test_a_cookie_with_one_letter_changed_signs_nobody_in(app: Flask) -> None:
    whole = cookie_of(app, Browser(app).sign_in(TEAM))
    for place in (0, len(whole) // 2, len(whole) - 3):
        other = "a" if whole[place] != "a" else "b"
        assert not is_signed_in(with_cookie(app, whole[:place] + other + whole[place + 1 :]))
    for spoilt in (whole[:-1], whole.replace(".", "..", 1), whole * 2, ""):
        assert not is_signed_in(with_cookie(app, spoilt))


def test_a_cookie_of_another_installation_signs_nobody_in(app: Flask) -> None:
    owner = Browser(app).sign_in(TEAM)
    with owner.client.session_transaction() as kept:
        inside = dict(kept)
    other = Flask("other")
    other.secret_key = "the key of another installation"
    serializer = SecureCookieSessionInterface().get_signing_serializer(other)
    assert serializer is not None
    assert not is_signed_in(with_cookie(app, serializer.dumps(inside)))


def test_a_form_of_somebody_else_s_session_is_refused(app: Flask) -> None:
    mine, theirs = Browser(app).sign_in(STRANGER), Browser(app).sign_in(TEAM)
    for address in ("/sign-out", "/team/people/invite", f"{RETURN}/sections/pledge-1"):
        answer = theirs.client.post(address, data={"csrf_token": mine.token()})
        assert answer.status_code == 400, address
    assert is_signed_in(theirs)


def test_a_form_from_another_site_is_refused_at_every_address(app: Flask) -> None:
    victim = Browser(app).sign_in(TEAM)
    for endpoint, method, address in routes():
        if method == "POST" and endpoint not in WITHOUT_TOKEN:
            answer = victim.client.post(address, data={"confirm": "yes"}, headers={"Origin": "https://evil.example"})
            assert answer.status_code == 400, f"{endpoint} {address}"
    assert is_signed_in(victim)
