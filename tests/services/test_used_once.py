"""What works once only, on each engine; and somebody helped back in there, with everything taken away."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.signing_in.recovery import Recovery
from anchor_portal.engine import Database
from anchor_portal.models import Passkey, UsedOnce, User
from anchor_portal.models.base import now
from anchor_portal.queries.accounts import AccountFilter, load_page
from anchor_portal.services.accounts.recovery import load_lost, recover
from anchor_portal.services.accounts.used_once import use


def test_a_thing_works_once_until_it_is_too_old_and_is_then_forgotten(database: Database) -> None:
    later = now() + timedelta(hours=1)
    with Session(database.writer) as first, first.begin():
        assert use(first, b"challenge", later)
        assert use(first, b"another", now() - timedelta(seconds=1))
    with Session(database.writer) as second, second.begin():
        assert not use(second, b"challenge", later)
        assert len(second.scalars(select(UsedOnce)).all()) == 1, "the old one is forgotten"


def test_a_passkey_counts_as_a_way_in_until_the_team_takes_it_away(session: Session) -> None:
    user = User(email="ada@trust.example", name="Ada")
    session.add(user)
    session.flush()
    session.add(Passkey(user_id=user.id, credential="x", public_key=b"x", transports=["usb"], name="key"))
    session.flush()
    able = load_page(session, AccountFilter(state="active"), 1, now()).accounts
    assert [each.user.email for each in able] == ["ada@trust.example"]
    assert load_lost(session, user).passkeys == 1
    assert recover(session, user.id, None, Recovery(passkeys=True, new_password=True), "lost")
    assert [each.state for each in load_page(session, AccountFilter(), 1, now()).accounts] == ["invited"]
