"""Who may open what: one table, every endpoint by every kind of person."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from anchor_portal.models import Organisation, User
from anchor_portal.services.people import declare_interest
from anchor_portal.web.access import EVERYONE, SilentPage, refuse_to_start_without_access
from tests.conftest import make_app, with_demo
from tests.engines import sqlite_url
from tests.pages import Browser

# The trust has a draft in round 2027-01 and an accepted return in 2026-07; the partnership a submitted one.
TRUST = "mid-cheshire-hospitals"
PLACES = {
    "draft": f"/returns/2027-01/{TRUST}",
    "people": f"/organisations/{TRUST}/people",
    "accepted": f"/returns/2026-07/{TRUST}",
    "reviewed": f"/reviews/2026-07/{TRUST}",
    "waiting": "/reviews/2027-01/st-helens-borough-council",
}
PEOPLE = {
    "public": "",
    "contributor": "contributor@trust.example",
    "lead": "lead@trust.example",
    "signatory": "signatory@trust.example",
    "member": "member@assembly.example",
    "interested": "leopold.quarrington@assembly.example",
    "team": "team@team.example",
    "stranger": "lead@council.example",
    "roleless": "nobody@nowhere.example",
}
"""`interested`: a member who declared an interest in the trust. `stranger`: the lead of another organisation."""

# in: asked to sign in. A posted form is empty, so whoever may send it gets a refusal that changes nothing: 422 where
# the form is incomplete, 409 where what is stored would be lost, 302 back to the page that says why.
MATRIX = Path(__file__).with_name("access_matrix.txt").read_text(encoding="utf-8")
HEADINGS, *ROWS = [line.split() for line in MATRIX.strip().splitlines()]
BEFORE_OPENING = frozenset({"HEAD", "OPTIONS"})


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for the whole table: no request in it changes anything."""
    made = make_app(sqlite_url(tmp_path_factory.mktemp("access"), with_demo))
    with Session(made.extensions["database"].writer) as session, session.begin():
        session.add(User(email=PEOPLE["roleless"], name="Nobody Example"))
        member = session.scalars(select(User).where(User.email == PEOPLE["interested"])).one()
        declare_interest(session, member, session.scalars(select(Organisation).filter_by(slug=TRUST)).one())
    yield made
    made.extensions["database"].dispose()


@pytest.fixture(scope="module")
def readers() -> dict[str, Browser]:
    """The people as they signed in to read, once for many pages: until something is sent, which may sign them out."""
    return {}


def as_person(app: Flask, person: str) -> Browser:
    browser = Browser(app)
    return browser.sign_in(PEOPLE[person]) if PEOPLE[person] else browser


def ask(browser: Browser, method: str, address: str) -> TestResponse:
    if method == "POST":
        return browser.client.post(address, data={"csrf_token": browser.token()})
    return browser.client.open(address, method=method, buffered=True)


def said(response: TestResponse) -> str:
    """The status as the table writes it."""
    asks_to_sign_in = response.status_code == 302 and response.location.startswith("/sign-in")
    return "in" if asks_to_sign_in else str(response.status_code)


@pytest.mark.parametrize("row", sorted(ROWS, key=lambda row: row[1]), ids=lambda row: f"{row[1]} {row[0]}")
def test_every_person_gets_what_the_table_says(app: Flask, readers: dict[str, Browser], row: list[str]) -> None:
    _, method, address, *expected = row
    if method == "GET":
        readers |= {person: as_person(app, person) for person in PEOPLE.keys() - readers.keys()}
        answered = [said(ask(readers[person], method, address.format(**PLACES))) for person in PEOPLE]
    else:
        readers.clear()
        answered = [said(ask(as_person(app, person), method, address.format(**PLACES))) for person in PEOPLE]
    assert dict(zip(PEOPLE, answered, strict=True)) == dict(zip(HEADINGS[3:], expected, strict=True))


def test_the_table_holds_every_endpoint_and_no_other(app: Flask) -> None:
    served = {(rule.endpoint, method) for rule in app.url_map.iter_rules() for method in (rule.methods or set())}
    assert {(row[0], row[1]) for row in ROWS} == {each for each in served if each[1] not in BEFORE_OPENING}


def test_every_address_of_the_table_belongs_to_its_endpoint(app: Flask) -> None:
    router = app.url_map.bind("localhost")
    for endpoint, method, address, *_ in ROWS:
        assert router.match(address.format(**PLACES).partition("?")[0], method=method)[0] == endpoint


@pytest.mark.parametrize("method", sorted(BEFORE_OPENING))
def test_asking_without_the_body_is_refused_like_asking_for_it(app: Flask, method: str) -> None:
    for endpoint, opening, address, public, *_ in ROWS:
        is_for_some = getattr(app.view_functions.get(endpoint), "open_to", EVERYONE) != EVERYONE
        if opening == "GET" and public == "in" and is_for_some:
            assert said(ask(Browser(app), method, address.format(**PLACES))) == "in", address


def test_a_page_asked_for_in_another_way_says_so(app: Flask) -> None:
    lead = as_person(app, "lead")
    addresses = dict.fromkeys(row[2] for row in ROWS)  # each once, though it may be both opened and posted to
    for method in ("PUT", "DELETE", "PATCH"):
        for address in addresses:
            answer = lead.client.open(address.format(**PLACES), method=method)
            assert answer.status_code == 405, f"{method} {address}"


def test_somebody_else_s_return_looks_like_one_that_does_not_exist(app: Flask) -> None:
    stranger = as_person(app, "stranger")
    theirs = stranger.get(PLACES["draft"], 404)
    missing = stranger.get("/returns/2027-01/no-such-organisation", 404)
    reference = "If you ask for help"
    assert theirs.words.partition(reference)[0] == missing.words.partition(reference)[0]


def test_someone_asked_to_sign_in_comes_back_to_the_page_they_wanted(app: Flask) -> None:
    answer = Browser(app).client.get(f"{PLACES['draft']}/sections/pledge-1?check=yes")
    assert answer.location == f"/sign-in?next={PLACES['draft']}/sections/pledge-1?check%3Dyes"


def test_an_account_that_was_closed_is_signed_out_at_once(tmp_path: Path) -> None:
    app = make_app(sqlite_url(tmp_path, with_demo))
    lead = as_person(app, "lead")
    lead.get(PLACES["draft"])
    with Session(app.extensions["database"].writer) as session, session.begin():
        session.scalars(select(User).where(User.email == PEOPLE["lead"])).one().is_enabled = False
    assert said(lead.client.get(PLACES["draft"])) == "in"
    app.extensions["database"].dispose()


def test_a_view_that_does_not_say_who_may_open_it_keeps_the_application_from_starting() -> None:
    silent = Flask("silent", static_folder=None)
    silent.add_url_rule("/figures", "figures", lambda: "42")
    with pytest.raises(SilentPage, match="figures"):
        refuse_to_start_without_access(silent)
