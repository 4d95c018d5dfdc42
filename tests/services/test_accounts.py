"""Accounts in the database: two who close each other, and being seen without anybody waiting for it."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.people import Role
from anchor_portal.engine import Database
from anchor_portal.models import User
from anchor_portal.queries.accounts import load_able_team
from anchor_portal.queries.viewer import Viewer, find_viewer
from anchor_portal.services.accounts.closing import AccountRefused, close_account
from anchor_portal.services.accounts.seen import note_seen
from anchor_portal.services.people import add_role


@pytest.fixture
def team(database: Database) -> list[Viewer]:
    """Two of the team, with passwords, as they are when they sign in."""
    with Session(database.writer) as session, session.begin():
        users = [add_role(session, f"{name}@team.example", Role.TEAM, None, name)[0] for name in ("ada", "bea")]
        for user in users:
            user.password_hash = "x"  # noqa: S105 - no password has this hash
        session.flush()
        return [viewer for user in users if (viewer := find_viewer(session, user.id))]


def test_of_two_of_the_team_who_close_each_other_at_once_one_remains(database: Database, team: list[Viewer]) -> None:
    together, refused = Barrier(2), []

    def close(by: Viewer, whom: Viewer) -> None:
        together.wait()
        with Session(database.writer) as session, session.begin():
            try:
                close_account(session, session.get_one(User, whom.user_id), by)
            except AccountRefused as refusal:
                refused.append(str(refusal))

    threads = [Thread(target=close, args=pair) for pair in (team, team[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    with Session(database.reader) as session:
        assert len(load_able_team(session)) == 1
    assert len(refused) == 1


def last_seen(database: Database, user_id: int) -> object:
    with Session(database.reader) as session:
        return session.scalars(select(User.last_seen_at).where(User.id == user_id)).one()


def test_who_was_seen_is_noted_and_nobody_waits_for_another_change_of_the_account(
    database: Database, team: list[Viewer]
) -> None:
    ada = team[0].user_id
    with Session(database.writer) as busy, busy.begin():
        busy.scalars(select(User).where(User.id == ada).with_for_update()).one()
        note_seen(database, ada)
        assert last_seen(database, ada) is None
    note_seen(database, ada)
    assert last_seen(database, ada) is not None
