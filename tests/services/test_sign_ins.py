"""Sessions, attempts, authenticators and recovery codes in the database, also when several ask at once."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pyotp
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.people import Role
from anchor_portal.domain.signing_in.throttling import ACCOUNT, ADDRESS
from anchor_portal.engine import Database, open_database
from anchor_portal.models import Attempts, Authenticator, Organisation, RecoveryCode, SignIn, User
from anchor_portal.models.base import now
from anchor_portal.queries.sign_ins import load_factors
from anchor_portal.queries.viewer import Viewer, find_signed_in, find_viewer
from anchor_portal.services.accounts import second_factors
from anchor_portal.services.accounts.authenticators import (
    Unreadable,
    find_step,
    hide,
    is_unreadable,
    new_secret,
    reveal,
)
from anchor_portal.services.accounts.closing import close_account
from anchor_portal.services.accounts.recovery_codes import make_codes
from anchor_portal.services.accounts.sessions import end_sessions, open_session
from anchor_portal.services.accounts.throttling import Barred, attempt, forgive, say_network
from anchor_portal.services.accounts.tidying import forget_signing_in
from anchor_portal.services.messages.invitations import take_role_away
from anchor_portal.services.people import add_role

KEY = "a secret key of the tests"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
LIMITS = {"account ada@x.example": ACCOUNT, "address 192.0.2.1": ADDRESS}


@pytest.fixture
def ada(database: Database) -> Viewer:
    with Session(database.writer) as session, session.begin():
        user, _ = add_role(session, "ada@x.example", Role.MEMBER, None, "Ada")
        viewer = find_viewer(session, user.id)
    assert viewer is not None
    return viewer


def opened(database: Database, who: Viewer) -> str:
    with Session(database.writer) as session, session.begin():
        return open_session(session, who.user_id, "password", "totp", "Firefox on Linux", "192.0.2.1", now())


def is_open(database: Database, token: str) -> bool:
    with Session(database.reader) as session:
        return find_signed_in(session, token) is not None


def at_once(number: int, do: Callable[[], bool]) -> int:
    """How many of several who do it at the same moment succeed."""
    together, done = Barrier(number), []

    def one() -> None:
        together.wait()
        done.append(do())

    threads = [Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(done) == number
    return sum(done)


def test_a_session_is_found_by_its_token_which_is_kept_nowhere(database: Database, ada: Viewer) -> None:
    token = opened(database, ada)
    with Session(database.reader) as session:
        found = find_signed_in(session, token)
        assert found is not None and found.sign_in is not None
        assert (found.email, found.roles, found.sign_in.second_factor) == ("ada@x.example", {Role.MEMBER}, "totp")
        row = session.scalars(select(SignIn)).one()
        assert token not in (row.digest, row.device, row.address)
        for guess in (row.digest, str(row.id), str(ada.user_id), "", "\0", "\ud800"):
            assert find_signed_in(session, guess) is None


CHANGES: dict[str, tuple[str, Callable[[Session, User, Viewer], object]]] = {
    "a role given": ("role changed", lambda session, user, by: add_role(session, user.email, Role.TEAM, None)),
    "a role taken away": (
        "role changed",
        lambda session, user, by: take_role_away(
            session, session.scalars(select(Organisation).limit(1)).one(), user.id, Role.LEAD, by
        ),
    ),
    "a new password": ("password changed", lambda session, user, by: setattr(user, "password_hash", "x")),
    "an account closed": ("account closed", lambda session, user, by: close_account(session, user, by)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_of_what_somebody_may_do_ends_their_sessions_and_nobody_else_s(
    database: Database, ada: Viewer, what: str
) -> None:
    with Session(database.writer) as session, session.begin():
        organisation = session.scalars(select(Organisation).limit(1)).one()
        add_role(session, ada.email, Role.LEAD, organisation)
        bea, _ = add_role(session, "bea@x.example", Role.TEAM, None, "Bea")
        by = find_viewer(session, bea.id)
        assert by is not None
    mine, hers = opened(database, ada), opened(database, by)
    because, change = CHANGES[what]
    with Session(database.writer) as session:
        change(session, session.get_one(User, ada.user_id), by)
        session.flush()
        session.rollback()
    assert is_open(database, mine), "a change that was not kept ends nothing"
    with Session(database.writer) as session, session.begin():
        change(session, session.get_one(User, ada.user_id), by)
    assert (is_open(database, mine), is_open(database, hers)) == (False, True)
    with Session(database.reader) as session:
        ended = session.scalars(select(SignIn).where(SignIn.user_id == ada.user_id)).one()
        assert (ended.ended_because, ended.ended_at is not None) == (because, True)


def test_all_sessions_but_one_are_ended_and_old_ones_are_forgotten(database: Database, ada: Viewer) -> None:
    mine, others = opened(database, ada), [opened(database, ada) for _ in range(2)]
    with Session(database.writer) as session, session.begin():
        found = find_signed_in(session, mine)
        assert found is not None and found.sign_in is not None
        assert end_sessions(session, ada.user_id, "ended by the person", but=found.sign_in.id) == 2
    assert [is_open(database, token) for token in (mine, *others)] == [True, False, False]
    with Session(database.writer) as session, session.begin():
        session.execute(update(SignIn).values(used_at=AT, began_at=AT, ended_at=None))
    for days, left in ((29, 3), (31, 0)):
        forget_signing_in(database, AT + timedelta(days=days))
        with Session(database.reader) as session:
            assert len(session.scalars(select(SignIn)).all()) == left


def test_attempts_are_counted_in_the_database_for_every_process(database: Database, url: str) -> None:
    other = open_database(url)  # as another process, or this one after a restart
    for turn in range(ACCOUNT.free):
        attempt((database, other)[turn % 2], KEY, LIMITS, AT)
    with pytest.raises(Barred, match="Wait 1 minute, then try again") as refusal:
        attempt(other, KEY, LIMITS, AT)
    assert refusal.value.seconds == 60
    attempt(database, KEY, {"account bea@x.example": ACCOUNT, "address 192.0.2.1": ADDRESS}, AT)
    attempt(database, KEY, LIMITS, AT + timedelta(minutes=1))
    with Session(database.reader) as session:
        kept = "".join(session.scalars(select(Attempts.digest)))
        assert "ada" not in kept and "192" not in kept
    other.dispose()


def test_a_hundred_at_once_are_not_one(database: Database) -> None:
    def try_it() -> bool:
        try:
            attempt(database, KEY, LIMITS, AT)
        except Barred:
            return False
        return True

    assert at_once(12, try_it) == ACCOUNT.free


def test_who_succeeds_begins_anew_and_the_address_is_given_back_the_one(database: Database) -> None:
    for _ in range(4):
        attempt(database, KEY, LIMITS, AT)
    forgive(database, KEY, LIMITS)
    with Session(database.reader) as session:
        assert [row.number for row in session.scalars(select(Attempts))] == [3]
    forget_signing_in(database, AT + timedelta(days=2, seconds=1))
    with Session(database.reader) as session:
        assert not session.scalars(select(Attempts)).all()


def test_an_address_of_version_six_counts_with_its_network() -> None:
    networks = [say_network(each) for each in ("2001:db8::1", "2001:db8::ffff:2", "::ffff:192.0.2.1", "192.0.2.1", "")]
    assert networks == ["2001:db8::/64", "2001:db8::/64", "192.0.2.1", "192.0.2.1", ""]


def test_a_secret_is_encrypted_for_one_person_with_the_key_of_the_installation() -> None:
    secret = new_secret()
    hidden = hide(KEY, 1, secret)
    assert secret not in hidden and hide(KEY, 1, secret) != hidden
    assert reveal(KEY, 1, hidden) == secret
    for key, user_id, text in ((KEY, 2, hidden), ("another key", 1, hidden), (KEY, 1, hidden[:-4]), (KEY, 1, "é")):
        with pytest.raises(Unreadable):
            reveal(key, user_id, text)


def test_a_code_works_once_a_step_early_or_late_and_not_further_off() -> None:
    secret = new_secret()
    app = pyotp.TOTP(secret)
    offsets = (-60, -30, 0, 30, 60)
    fits = [find_step(secret, app.at(AT + timedelta(seconds=offset)), AT) is not None for offset in offsets]
    assert fits == [False, True, True, True, False]


def set_up(database: Database, who: Viewer) -> tuple[str, list[str]]:
    """An authenticator's secret and the recovery codes."""
    secret = new_secret()
    with Session(database.writer) as session, session.begin():
        codes = second_factors.set_up(session, KEY, who, secret, int(AT.timestamp()) // 30 - 2, AT)
    return secret, codes


def prove(database: Database, who: Viewer, code: str, at: datetime = AT) -> str:
    with Session(database.writer) as session, session.begin():
        return second_factors.prove(session, KEY, who, code, at)


def test_no_code_works_twice_not_even_at_the_same_moment(database: Database, ada: Viewer) -> None:
    secret, codes = set_up(database, ada)
    code = pyotp.TOTP(secret).at(AT)
    assert at_once(4, lambda: prove(database, ada, code) == "totp") == 1
    assert prove(database, ada, pyotp.TOTP(secret).at(AT - timedelta(seconds=30))) == "", "nor does an older one"
    assert at_once(4, lambda: prove(database, ada, codes[0]) == "recovery_code") == 1
    with Session(database.reader) as session:
        assert load_factors(session, ada.user_id).recovery_codes == 9
        assert secret not in session.scalars(select(Authenticator.secret)).one()
        assert not {codes[1]} & set(session.scalars(select(RecoveryCode.digest)))


def test_an_authenticator_of_another_key_is_told_apart_from_a_wrong_code_and_stands_in_the_log(
    database: Database, ada: Viewer
) -> None:
    secret, codes = set_up(database, ada)
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logger = logging.getLogger("anchor_portal")
    logger.addHandler(handler)
    with Session(database.writer) as session, session.begin():
        assert not is_unreadable(session, KEY, ada.user_id)
        assert is_unreadable(session, "another key", ada.user_id)
        assert second_factors.prove(session, "another key", ada, pyotp.TOTP(secret).at(AT), AT) == ""
        assert second_factors.prove(session, KEY, ada, "000000", AT) == "", "this one is only wrong"
        assert second_factors.prove(session, "another key", ada, codes[0], AT) == "recovery_code"
    logger.removeHandler(handler)
    [said] = [record.getMessage() for record in records if record.levelno >= logging.ERROR]
    assert "ANCHOR_SECRET_KEY" in said
    assert ada.email not in said and secret not in said


def test_who_has_no_authenticator_has_none_that_cannot_be_read(database: Database, ada: Viewer) -> None:
    with Session(database.reader) as session:
        assert not is_unreadable(session, KEY, ada.user_id)


def test_recovery_codes_are_their_owner_s_and_new_ones_make_the_old_ones_void(database: Database, ada: Viewer) -> None:
    _, codes = set_up(database, ada)
    with Session(database.writer) as session, session.begin():
        user, _ = add_role(session, "bea@x.example", Role.MEMBER, None, "Bea")
        bea = find_viewer(session, user.id)
    assert bea is not None and prove(database, bea, codes[0]) == ""
    with Session(database.writer) as session, session.begin():
        new = make_codes(session, ada.user_id, AT)
    assert (prove(database, ada, codes[0]), prove(database, ada, new[0])) == ("", "recovery_code")
    assert len({*codes, *new}) == 20


def test_setting_a_second_factor_up_ends_the_sessions_that_had_none(database: Database, ada: Viewer) -> None:
    token = opened(database, ada)
    set_up(database, ada)
    assert not is_open(database, token)
