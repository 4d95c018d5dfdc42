"""What every release left behind comes to today's schema with nothing lost, on both engines, and backups of it with it."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import func, select, table
from sqlalchemy.orm import Session

from anchor_portal.models import (
    AuditEntry,
    Authenticator,
    CaseStudy,
    DisconnectedIdentity,
    Identity,
    Interest,
    Organisation,
    Passkey,
    Publication,
    RecoveryCode,
    Return,
    RoundMember,
    SignIn,
    Submission,
    User,
)
from anchor_portal.queries.case_studies import FULL_TEXT
from anchor_portal.services.migration import check_schema, known_schemas
from tests.backups import SCHEMAS, leave_empty, released, restored, rows_in
from tests.conftest import address

STATES = [*(("sqlite", schema) for schema in SCHEMAS), ("postgres", "0001"), ("postgres", "0009")]
"""PostgreSQL goes through every migration with what the first release left, and with what the last one did."""
ADDED = {"audit_entries": 1, "audit_head": 0}
"""Rows that a restore adds: that it was done."""
ADDED_TO = {"0009": {"interests": 1}}
"""Rows that a migration adds: an interest, across a merger that was recorded before interests went with it."""


def test_every_released_schema_has_its_state() -> None:
    assert known_schemas()[:-1] == list(SCHEMAS)


@pytest.mark.parametrize(("engine", "schema"), STATES)
def test_a_released_state_comes_to_the_newest_schema_whole(engine: str, schema: str, tmp_path: Path) -> None:
    backup = released(schema)
    before = {name: len(rows) for name, rows in rows_in(backup).items()}
    with ExitStack() as stack:
        url = address(engine, tmp_path, leave_empty, stack)
        database, told = stack.enter_context(restored(backup, url, tmp_path / "evidence"))
        if schema == "0001":
            check_schema(database.writer)
        assert (told.about.schema, told.schema, told.findings) == (schema, known_schemas()[-1], []), "the doctor agrees"
        assert before["publications"] and before["submissions"] and before["answers"] and before["measures"]
        with Session(database.reader) as session:
            after = {name: session.scalar(select(func.count()).select_from(table(name))) for name in before}
            _look_at(session, schema)
    remade = {"totals", "return_counts"}  # worked out from the others, and by later releases somewhat differently
    added = ADDED | ADDED_TO.get(schema, {})
    assert {name: number - added.get(name, 0) for name, number in after.items() if name not in remade} == {
        name: number for name, number in before.items() if name not in remade
    }


def _look_at(session: Session, schema: str) -> None:
    """What a person would see first: people with their passwords, returns, published figures, the library."""
    assert session.scalars(select(User.password_hash).where(User.email == "team@team.example")).one()
    assert session.scalars(select(func.count()).select_from(Return).where(Return.status == "accepted")).one() > 0
    assert session.scalars(select(Publication.digest)).all()
    assert session.scalars(select(AuditEntry.action).order_by(AuditEntry.position.desc()).limit(1)).one() == "restored"
    if schema == "0006" and session.get_bind().dialect.name == "sqlite":
        studies = session.scalars(select(func.count()).select_from(CaseStudy)).one()
        assert session.scalars(select(func.count()).select_from(FULL_TEXT)).one() == studies > 0
    if schema == "0007":
        for ways in (SignIn, Authenticator, Passkey, Identity, RecoveryCode):
            assert session.scalars(select(func.count()).select_from(ways)).one() > 0
    if schema == "0008":
        assert session.scalars(select(func.count()).select_from(DisconnectedIdentity)).one() > 0
    if schema == "0009":
        where = select(RoundMember.place).join(Organisation).where(Organisation.slug == "mid-cheshire-hospitals")
        assert set(session.scalars(where)) == {"E06000049"}, "the main place in which its figures were published"
        theirs = select(Interest.user_id).join(Organisation).where(Organisation.slug == "weaver-valley-homes")
        assert session.scalars(theirs).all(), "what was declared in what became part of it"
    signed = session.execute(select(Submission.sector, Submission.scale).distinct()).all()
    assert signed and not any(None in each for each in signed), "as what it was signed is filled in from the register"
