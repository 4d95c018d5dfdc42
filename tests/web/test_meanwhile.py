"""What others do while a request waits for its turn, or looks into a file: nothing of theirs is lost, no right outlives its end."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from anchor_portal.clock import today
from anchor_portal.domain.signing_in.recovery import Recovery
from anchor_portal.folders import folder
from anchor_portal.models import (
    Base,
    BeaconUpload,
    EvidenceFile,
    Organisation,
    RegisterImport,
    Return,
    Round,
    SectionOwner,
    SignIn,
    User,
)
from anchor_portal.models.base import now
from anchor_portal.queries.rounds import find_round
from anchor_portal.queries.sign_ins import load_factors
from anchor_portal.queries.viewer import find_viewer
from anchor_portal.services.accounts.authenticators import new_secret
from anchor_portal.services.accounts.recovery import recover
from anchor_portal.services.accounts.second_factors import set_up
from anchor_portal.services.demo.beacon import FILE
from anchor_portal.services.rounds.life import close_round
from tests import hostile
from tests.conftest import SECRET, fresh_app
from tests.pages import Browser, Page
from tests.web.identity import CHEAP, PASSWORD, database_of, give_everybody_the_password
from tests.web.returning import READY, READY_SIGNATORY, standing
from tests.web.sections import RETURN, ROUND, SECTION, TRUST, stored
from tests.web.test_at_once import share_nothing
from tests.web.test_evidence import post

LEAD, CONTRIBUTOR = "lead@trust.example", "contributor@trust.example"
PATH, BOX = f"{SECTION}/pledge-3", "p3.narrative:"
UPLOAD = f"{RETURN}/evidence/p3.evidence"
SIGNED = {"signoff:name": "Isolde Marchbanke", "signoff:role": "Director of finance", "confirm": "yes"}
FILES = {
    "/team/beacon": (folder("seeds") / "demo" / FILE).read_bytes(),
    "/team/register/imports": b"name\nA charity that nobody knows\n",
}
Answer = TypeVar("Answer")


def when_let_go(app: Flask, act: Callable[[], Answer], meanwhile: Callable[[], object]) -> Answer:
    """What comes of an act, where something else is done as soon as it lets go of the database for the first time."""
    begun = threading.Lock()

    def let_go(*_: object) -> None:
        if begun.acquire(blocking=False):
            with ThreadPoolExecutor(1) as other:
                other.submit(meanwhile).result()

    event.listen(database_of(app).writer.pool, "checkin", let_go)
    try:
        return act()
    finally:
        event.remove(database_of(app).writer.pool, "checkin", let_go)


@contextmanager
def at_work(app: Flask) -> Iterator[Session]:
    """Somebody else's change."""
    with Session(database_of(app).writer) as session, session.begin():
        yield session


def while_held(app: Flask, act: Callable[[], Answer], change: Callable[[Session], object], slug: str = TRUST) -> Answer:
    """What comes of an act that waits for its turn until somebody else's change is committed."""
    with ThreadPoolExecutor(1) as threads, at_work(app) as session:
        session.execute(select(Organisation.id).where(Organisation.slug == slug).with_for_update(key_share=True))
        change(session)
        session.flush()
        one = threads.submit(act)
        threading.Event().wait(0.5)  # until it waits
        session.commit()
        return one.result()


def person(session: Session, email: str) -> User:
    return session.scalars(select(User).where(User.email == email)).one()


def close_account(session: Session, email: str = CONTRIBUTOR) -> None:
    person(session, email).is_enabled = False


def close_the_round(session: Session) -> None:
    round_ = find_round(session, ROUND)
    assert round_
    close_round(session, round_, today())


def give_section_to_lead(session: Session) -> None:
    its = select(Return.id).join(Return.round).join(Return.organisation)
    return_id = session.scalars(its.where(Organisation.slug == TRUST, Round.code == ROUND)).one()
    lead = person(session, LEAD).id
    session.add(SectionOwner(return_id=return_id, section="pledge-3", user_id=lead, given_by="x", given_at=now()))


def save_with_file(browser: Browser, words: str) -> Callable[[], TestResponse]:
    """Opens the section; what it gives saves it."""
    form = browser.get(PATH).form() | {BOX: words, "then": "continue"}
    return lambda: post(browser, PATH, form | {"p3.evidence:upload": (BytesIO(hostile.pdf()), "report.pdf")})


def upload(browser: Browser) -> Callable[[], TestResponse]:
    """What it gives sends a file as the page's script does."""
    data = {"csrf_token": browser.token(), "number": "1"}
    return lambda: post(browser, UPLOAD, data | {"upload": (BytesIO(hostile.pdf()), "report.pdf")})


def count_of(app: Flask, kind: type[Base]) -> int:
    with Session(database_of(app).reader) as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def files(app: Flask) -> int:
    return count_of(app, EvidenceFile)


def test_a_save_with_a_file_meets_what_a_colleague_saved_while_the_file_was_looked_into(app: Flask) -> None:
    share_nothing(app)
    lead, colleague = Browser(app).sign_in(LEAD), Browser(app).sign_in(CONTRIBUTOR)
    theirs = colleague.get(PATH).form() | {BOX: "Saved meanwhile.", "then": "continue"}
    answer = when_let_go(app, save_with_file(lead, "With a file."), lambda: colleague.client.post(PATH, data=theirs))
    assert answer.status_code == 409
    assert "With a file." in answer.text
    assert stored(app)["p3.narrative"] == {"": "Saved meanwhile."}


@pytest.mark.parametrize(
    ("change", "status"), [(give_section_to_lead, 403), (close_account, 401), (close_the_round, 409)]
)
def test_a_save_with_a_file_asks_again_for_the_right_that_was_taken_while_the_file_was_looked_into(
    app: Flask, change: Callable[[Session], None], status: int
) -> None:
    share_nothing(app)
    before, kept = stored(app), files(app)
    contributor = Browser(app).sign_in(CONTRIBUTOR)

    def meanwhile() -> None:
        with at_work(app) as session:
            change(session)

    answer = when_let_go(app, save_with_file(contributor, "Too late."), meanwhile)
    assert answer.status_code == status
    assert (stored(app), files(app)) == (before, kept)
    assert status == 403 or "Too late." in answer.text, "what was typed is not lost"


@pytest.mark.parametrize(("change", "status"), [(close_account, 401), (close_the_round, 422)])
def test_a_file_is_not_taken_where_the_right_went_while_it_was_looked_into(
    app: Flask, change: Callable[[Session], None], status: int
) -> None:
    share_nothing(app)
    kept, contributor = files(app), Browser(app).sign_in(CONTRIBUTOR)

    def meanwhile() -> None:
        with at_work(app) as session:
            change(session)

    assert when_let_go(app, upload(contributor), meanwhile).status_code == status
    assert files(app) == kept


@pytest.mark.parametrize("empty", [b"", hostile.pdf()], ids=["an empty box for files", "a file"])
def test_what_was_typed_beside_files_is_shown_again_where_the_round_is_closed(sqlite_app: Flask, empty: bytes) -> None:
    lead = Browser(sqlite_app).sign_in(LEAD)
    form = lead.get(PATH).form() | {BOX: "Long words typed.", "then": "continue"}
    with at_work(sqlite_app) as session:
        close_the_round(session)
    answer = post(lead, PATH, form | {"p3.evidence:upload": (BytesIO(empty), "report.pdf" if empty else "")})
    assert answer.status_code == 409
    assert "Long words typed." in answer.text


def test_who_loses_the_account_while_a_save_waits_for_its_turn_signs_in_again_and_nothing_is_stored(app: Flask) -> None:
    share_nothing(app)
    before, contributor = stored(app), Browser(app).sign_in(CONTRIBUTOR)
    form = contributor.get(PATH).form() | {BOX: "Waited in vain.", "then": "continue"}
    answer = while_held(app, lambda: contributor.client.post(PATH, data=form), close_account)
    assert answer.status_code == 401
    assert "Waited in vain." in answer.text
    assert stored(app) == before


@pytest.mark.parametrize("change", [lambda session: close_account(session, READY_SIGNATORY), close_the_round])
def test_a_return_is_not_signed_by_who_waited_until_they_or_the_round_were_closed(
    app: Flask, change: Callable[[Session], None]
) -> None:
    before, signatory = standing(app, READY), Browser(app).sign_in(READY_SIGNATORY)
    form = signatory.get(f"/returns/{ROUND}/{READY}/sign").form() | SIGNED
    while_held(app, lambda: signatory.client.post(f"/returns/{ROUND}/{READY}/sign", data=form), change, READY)
    assert standing(app, READY) == before


def test_somebody_of_another_organisation_waits_for_nobody_and_holds_nobody_up() -> None:
    with fresh_app("postgres") as app:
        stranger = Browser(app).sign_in("lead@council.example")
        form = {"csrf_token": stranger.token(), "about.boundary:": "Theirs?"}
        with at_work(app) as session:
            session.execute(select(Organisation.id).where(Organisation.slug == TRUST).with_for_update(key_share=True))
            with ThreadPoolExecutor(1) as threads:
                posted = threads.submit(lambda: stranger.client.post(f"{SECTION}/about", data=form))
                assert posted.result(timeout=8).status_code == 404


def change_password(session: Session) -> None:
    person(session, LEAD).password_hash = CHEAP.replace("$argon2id", "$argon2id", 1)[:-4] + "AAAA"


def help_back(session: Session) -> None:
    recover(session, person(session, LEAD).id, None, Recovery(new_password=True), "stolen")


def set_up_a_factor(session: Session) -> None:
    user_id = person(session, LEAD).id
    load_factors(session, user_id, to_change=True)
    who = find_viewer(session, user_id)
    assert who
    set_up(session, SECRET, who, new_secret(), 1, now())


@pytest.mark.parametrize("change", [change_password, help_back, set_up_a_factor])
def test_a_stolen_password_opens_no_session_that_outlives_the_change_it_came_beside(
    app: Flask, change: Callable[[Session], None]
) -> None:
    give_everybody_the_password(app)
    thief = Browser(app)
    form = {"csrf_token": thief.token(), "email": LEAD, "password": PASSWORD}
    with ThreadPoolExecutor(1) as threads, at_work(app) as session:
        change(session)
        session.flush()
        signing_in = threads.submit(lambda: thief.client.post("/sign-in", data=form))
        threading.Event().wait(0.7)  # until it waits
        session.commit()
        signing_in.result()
    assert thief.client.get("/work").status_code == 302
    with Session(database_of(app).reader) as session:
        theirs = select(SignIn.id).join(User, User.id == SignIn.user_id).where(User.email == LEAD)
        assert session.scalars(theirs.where(SignIn.ended_at.is_(None))).all() == []


def test_who_ends_a_session_of_their_own_is_not_taken_for_somebody_who_lost_it(app: Flask) -> None:
    lead = Browser(app).sign_in(LEAD)
    page = Page(lead.client.post("/sign-out", data={"csrf_token": lead.token()}, follow_redirects=True))
    assert (page.status, lead.client.get("/work").status_code) == (200, 302)


@pytest.mark.parametrize(
    ("path", "kept", "fields"),
    [
        ("/team/beacon", BeaconUpload, {}),
        ("/team/register/imports", RegisterImport, {"what": "organisations", "sector": "vcse"}),
    ],
)
def test_nobody_waits_while_a_file_of_the_team_is_read(
    app: Flask, path: str, kept: type[Base], fields: dict[str, str]
) -> None:
    team, seen = Browser(app).sign_in("team@team.example"), []
    data = fields | {"csrf_token": team.token()}

    def meanwhile() -> None:
        with at_work(app) as session:
            person(session, LEAD).name = "Changed while the file was read"
            seen.append(session.scalar(select(func.count()).select_from(kept)))

    before = count_of(app, kept)
    answer = when_let_go(app, lambda: post(team, path, data | {"file": (BytesIO(FILES[path]), "list.csv")}), meanwhile)
    assert (answer.status_code, seen, count_of(app, kept)) == (302, [before], before + 1)
