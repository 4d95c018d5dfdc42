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
from anchor_portal.web.access import SilentPage, refuse_to_start_without_access
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
MATRIX = """
endpoint                  method address                           public contributor lead signatory member interested team stranger roleless
account.sign_in           GET    /sign-in                          200    302         302  302       302    302        302  302      302
account.sign_in           POST   /sign-in                          422    422         422  422       422    422        422  422      422
account.sign_out          POST   /sign-out                         302    302         302  302       302    302        302  302      302
public.home               GET    /                                 200    200         200  200       200    200        200  200      200
public.indicators         GET    /indicators                       200    200         200  200       200    200        200  200      200
public.indicator          GET    /indicators/12                    200    200         200  200       200    200        200  200      200
public.measure            GET    /measures/p5.charter_signed       200    200         200  200       200    200        200  200      200
public.check              GET    /certificates                     200    200         200  200       200    200        200  200      200
public.certificate        GET    /certificates/2026-07-ABCDEF      404    404         404  404       404    404        404  404      404
public.method             GET    /how-figures-are-made             200    200         200  200       200    200        200  200      200
public.accessibility      GET    /accessibility                    200    200         200  200       200    200        200  200      200
public.privacy            GET    /privacy                          200    200         200  200       200    200        200  200      200
public.logo               GET    /logo                             404    404         404  404       404    404        404  404      404
open_data.index           GET    /data                            200    200         200  200       200    200        200  200      200
open_data.dictionary      GET    /data/dictionary                 200    200         200  200       200    200        200  200      200
open_data.dictionary_csv  GET    /data/dictionary.csv             200    200         200  200       200    200        200  200      200
open_data.package         GET    /data/datapackage.json           200    200         200  200       200    200        200  200      200
open_data.feed            GET    /data/releases.atom              200    200         200  200       200    200        200  200      200
open_data.description     GET    /data/openapi.json               200    200         200  200       200    200        200  200      200
open_data.round_csv       GET    /data/2026-07.csv                200    200         200  200       200    200        200  200      200
open_data.round_json      GET    /data/2026-07.json               200    200         200  200       200    200        200  200      200
open_data.revision_csv    GET    /data/2026-07/revision-1.csv     200    200         200  200       200    200        200  200      200
open_data.revision_json   GET    /data/2026-07/revision-1.json    200    200         200  200       200    200        200  200      200
static                    GET    /static/build/portal.css          200    200         200  200       200    200        200  200      200
returns.work              GET    /work                             in     200         200  200       200    200        200  200      200
invitations.show          GET    /invitation/no-such-token         410    410         410  410       410    410        410  410      410
invitations.show          POST   /invitation/no-such-token         410    410         410  410       410    410        410  410      410
messages.inbox            GET    /messages                         in     200         200  200       200    200        200  200      200
people.show               GET    {people}                          in     403         200  403       403    403        200  404      403
people.invite             POST   {people}                          401    403         422  403       403    403        422  404      403
people.remove             GET    {people}/0/contributor/remove     in     403         302  403       403    403        302  404      403
people.remove             POST   {people}/0/contributor/remove     401    403         302  403       403    403        302  404      403
sharing.show              GET    {draft}/people                    in     403         200  403       403    403        403  404      403
sharing.save              POST   {draft}/people                    401    403         409  403       403    403        403  404      403
returns.tasks             GET    {draft}                           in     200         200  200       404    404        200  404      403
sections.show             GET    {draft}/sections/pledge-1         in     200         200  403       403    403        403  404      403
sections.save             POST   {draft}/sections/pledge-1         401    302         302  403       403    403        403  404      403
evidence.upload           POST   {draft}/evidence/p3.evidence      401    422         422  403       403    403        403  404      403
evidence.download         GET    {draft}/evidence/none/none.pdf    in     404         404  404       404    404        404  404      403
offline.show              GET    {draft}/offline                   in     200         200  403       403    403        403  404      403
offline.upload            POST   {draft}/offline                   401    422         422  403       403    403        403  404      403
offline.form              GET    {draft}/offline/form.xlsx         in     200         200  403       403    403        403  404      403
offline.apply             POST   {draft}/offline/apply             401    302         302  403       403    403        403  404      403
offline.blank             GET    /forms/2024-07/council/general.pdf in    200         200  200       200    200        200  200      200
signoff.check             GET    {draft}/check                     in     200         200  200       403    403        403  404      403
signoff.sign              GET    {draft}/sign                      in     403         403  200       403    403        403  403      403
signoff.sign              POST   {draft}/sign                      401    403         403  409       403    403        403  403      403
signoff.step              POST   {draft}/steps/ask_to_sign         401    403         302  302       403    403        403  404      403
endings.confirm           GET    {draft}/nil                        in     403         302  200       403    403        403  404      403
endings.confirm           POST   {draft}/nil                        401    403         302  422       403    403        403  404      403
feedback.show             GET    {accepted}/feedback                in     200         200  200       200    404        200  404      403
feedback.save             POST   {accepted}/feedback                401    403         409  403       403    403        403  404      403
revisions.index           GET    {accepted}/revisions               in     200         200  200       200    404        200  404      403
revisions.show            GET    {accepted}/revisions/1             in     200         200  200       200    404        200  404      403
revisions.pdf             GET    {accepted}/revisions/1/return.pdf  in     200         200  200       200    404        200  404      403
revisions.csv             GET    {accepted}/revisions/1/answers.csv in     200         200  200       200    404        200  404      403
revisions.signed          GET    {accepted}/revisions/1/signed.json in     200         200  200       200    404        200  404      403
revisions.changes         GET    {accepted}/revisions/1/changes     in     404         404  404       404    404        404  404      403
downloads.return_pdf      GET    {draft}/return.pdf                in     200         200  200       404    404        200  404      403
downloads.return_csv      GET    {draft}/return.csv                in     200         200  200       404    404        200  404      403
downloads.certificate_pdf GET    {accepted}/certificate.pdf        in     200         200  200       200    404        200  404      403
self_assessment.show      GET    {draft}/self-assessment           in     200         200  200       404    404        200  404      403
self_assessment.picture   GET    {draft}/self-assessment.svg       in     200         200  200       404    404        200  404      403
self_assessment.page      GET    {draft}/self-assessment.pdf       in     200         200  200       404    404        200  404      403
progress.show             GET    /organisations/mid-cheshire-hospitals/progress in 200 200 200    404    404        200  404      403
reviews.queue             GET    /reviews                          in     403         403  403       200    200        403  403      403
reviews.review            GET    {reviewed}                        in     403         403  403       200    404        200  403      403
reviews.accept            POST   {waiting}/accept                  401    403         403  403       302    302        403  403      403
reviews.send_back         POST   {waiting}/return                  401    403         403  403       409    409        403  403      403
dashboards.assembly       GET    /assembly                         in     403         403  403       200    200        200  403      403
dashboards.assembly       GET    /assembly/2026-07                 in     403         403  403       200    200        200  403      403
dashboards.indicator      GET    /assembly/2026-07/indicators/20   in     403         403  403       200    200        200  403      403
dashboards.measure        GET    /assembly/2026-07/measures/p1.rlw_staff in 403       403  403       200    200        200  403      403
downloads.round_csv       GET    /exports/2026-07.csv              in     403         403  403       403    403        200  403      403
downloads.round_xlsx      GET    /exports/2026-07.xlsx             in     403         403  403       403    403        200  403      403
team.rounds               GET    /rounds                           in     403         403  403       403    403        200  403      403
team.round                GET    /rounds/2027-01                   in     403         403  403       403    403        200  403      403
team.add_round            GET    /rounds/add                       in     403         403  403       403    403        200  403      403
team.add_round            POST   /rounds/add                       401    403         403  403       403    403        422  403      403
team.close                GET    /rounds/2027-01/close             in     403         403  403       403    403        200  403      403
team.close                POST   /rounds/2026-07/close             401    403         403  403       403    403        302  403      403
publishing.publish        GET    /rounds/2026-07/publish           in     403         403  403       403    403        302  403      403
publishing.publish        POST   /rounds/2026-07/publish           401    403         403  403       403    403        302  403      403
publishing.revise         GET    /rounds/2026-07/revise            in     403         403  403       403    403        200  403      403
publishing.revise         POST   /rounds/2026-07/revise            401    403         403  403       403    403        422  403      403
publications.index        GET    /publications                     200    200         200  200       200    200        200  200      200
publications.show         GET    /publications/2026-07/1           200    200         200  200       200    200        200  200      200
lineage.indicator_returns GET    /assembly/2026-07/indicators/20/returns in 403       403  403       200    200        200  403      403
lineage.measure_returns   GET    /assembly/2026-07/measures/p1.rlw_staff/returns in 403 403 403      200    200        200  403      403
beacon.table              GET    /beacon                           200    200         200  200       200    200        200  200      200
beacon.indicator          GET    /beacon/1                         200    200         200  200       200    200        200  200      200
beacon_uploads.show       GET    /team/beacon                      in     403         403  403       403    403        200  403      403
beacon_uploads.upload     POST   /team/beacon                      401    403         403  403       403    403        422  403      403
beacon_uploads.look       GET    /team/beacon/uploads/1            in     403         403  403       403    403        200  403      403
beacon_uploads.choose     POST   /team/beacon/uploads/1            401    403         403  403       403    403        302  403      403
beacon_uploads.apply      POST   /team/beacon/uploads/1/apply      401    403         403  403       403    403        302  403      403
beacon_uploads.discard    POST   /team/beacon/uploads/1/discard    401    403         403  403       403    403        302  403      403
beacon_uploads.undo       GET    /team/beacon/uploads/1/undo       in     403         403  403       403    403        200  403      403
beacon_uploads.undo       POST   /team/beacon/uploads/1/undo       401    403         403  403       403    403        422  403      403
beacon_actions.show       GET    /team/beacon/programmes           in     403         403  403       403    403        200  403      403
beacon_actions.add        GET    /team/beacon/programmes/add/theme-1/programme in     403         403  403       403    403        200  403      403
beacon_actions.add        POST   /team/beacon/programmes/add/theme-1/programme 401    403         403  403       403    403        422  403      403
beacon_actions.change     GET    /team/beacon/programmes/1         in     403         403  403       403    403        200  403      403
beacon_actions.change     POST   /team/beacon/programmes/1         401    403         403  403       403    403        422  403      403
beacon_actions.remove     GET    /team/beacon/programmes/1/remove  in     403         403  403       403    403        200  403      403
beacon_actions.remove     POST   /team/beacon/programmes/1/remove  401    403         403  403       403    403        409  403      403
beacon_actions.move       POST   /team/beacon/programmes/1/move    401    403         403  403       403    403        302  403      403
"""
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


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[1]} {row[0]}")
def test_every_person_gets_what_the_table_says(app: Flask, row: list[str]) -> None:
    _, method, address, *expected = row
    answered = [said(ask(as_person(app, person), method, address.format(**PLACES))) for person in PEOPLE]
    assert dict(zip(PEOPLE, answered, strict=True)) == dict(zip(HEADINGS[3:], expected, strict=True))


def test_the_table_holds_every_endpoint_and_no_other(app: Flask) -> None:
    served = {(rule.endpoint, method) for rule in app.url_map.iter_rules() for method in (rule.methods or set())}
    assert {(row[0], row[1]) for row in ROWS} == {each for each in served if each[1] not in BEFORE_OPENING}


def test_every_address_of_the_table_belongs_to_its_endpoint(app: Flask) -> None:
    router = app.url_map.bind("localhost")
    for endpoint, method, address, *_ in ROWS:
        assert router.match(address.format(**PLACES), method=method)[0] == endpoint


@pytest.mark.parametrize("method", sorted(BEFORE_OPENING))
def test_asking_without_the_body_is_refused_like_asking_for_it(app: Flask, method: str) -> None:
    for _, opening, address, public, *_ in ROWS:
        if opening == "GET" and public == "in":
            assert said(ask(Browser(app), method, address.format(**PLACES))) == "in", address


def test_a_page_asked_for_in_another_way_says_so(app: Flask) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        for _, _, address, *_ in ROWS:
            answer = as_person(app, "lead").client.open(address.format(**PLACES), method=method)
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
