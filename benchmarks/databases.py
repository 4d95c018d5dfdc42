"""Databases for benchmarks: the demonstration, and rounds with as many organisations as one likes."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import Stage
from anchor_portal.domain.sectors import SECTORS
from anchor_portal.engine import open_database
from anchor_portal.models import MeasureRow, Organisation, Place, Return
from anchor_portal.models.base import now
from anchor_portal.services.demo import load_demo
from anchor_portal.services.migration import migrate
from anchor_portal.services.people import add_role
from anchor_portal.services.rounds import add_round
from anchor_portal.services.seeds import load_seeds
from anchor_portal.services.totals import remake_totals

CODES = ("2023-07", "2024-01", "2024-07", "2025-01", "2025-07", "2026-01", "2026-07", "2027-01")
MEMBER = "member@bench.example"
SHARES = ("p2.local_fte", "p2.local_spend", "p2.local_staff", "p1.rlw_staff", "workforce.levels")


def demo_database(folder: Path) -> str:
    """The address of a new database with the demonstration."""
    url = f"sqlite:///{folder / 'demo.sqlite3'}"
    database = open_database(url)
    migrate(database.writer)
    with Session(database.writer) as session, session.begin():
        load_seeds(session)
        load_demo(session, datetime.now(UTC).date())
    database.dispose()
    return url


def grown_database(folder: Path, organisations: int) -> str:
    """The address of a new database with eight rounds, in each of which every organisation's return is accepted."""
    url = f"sqlite:///{folder / f'grown-{organisations}.sqlite3'}"
    database = open_database(url)
    migrate(database.writer)
    with Session(database.writer) as session, session.begin():
        load_seeds(session)
        add_role(session, MEMBER, Role.MEMBER, None, "Member")
        _add_organisations(session, organisations)
        everyone = session.scalars(select(Organisation.id).order_by(Organisation.id)).all()
        for code in CODES:
            _add_returns(session, code, list(everyone)[:organisations])
    database.dispose()
    return url


def _add_organisations(session: Session, wanted: int) -> None:
    places = session.scalars(select(Place.gss_code)).all()
    sectors = list(SECTORS)
    have = len(session.scalars(select(Organisation.id)).all())
    rows = [
        {
            "slug": f"organisation-{number}",
            "name": f"Organisation {number:06}",
            "printed_name": f"Organisation {number:06}",
            "sector": sectors[number % len(sectors)],
            "scale": "general",
            "main_place_code": places[number % len(places)],
            "note": "",
        }
        for number in range(have, wanted)
    ]
    if rows:
        session.execute(insert(Organisation), rows)


def _add_returns(session: Session, code: str, organisations: list[int]) -> None:
    round_ = add_round(session, code, "2024-07", date(2023, 1, 1), date(2027, 12, 31))
    chance = Random(code)
    session.execute(
        insert(Return),
        [
            {
                "round_id": round_.id,
                "organisation_id": each,
                "status": Status.ACCEPTED,
                "revision": 1,
                "changed_at": now(),
                "version": 1,
            }
            for each in organisations
        ],
    )
    rows = [row for each in organisations for row in _measures(round_.id, each, chance)]
    session.execute(insert(MeasureRow), rows)
    round_.stage = Stage.UNDER_REVIEW
    session.flush()
    remake_totals(session, round_)


def _measures(round_id: int, organisation: int, chance: Random) -> list[dict[str, object]]:
    whole = chance.randrange(200, 4000)
    found = [_row(round_id, organisation, "about.headcount", "", whole, None)]
    found += [_row(round_id, organisation, key, "", chance.randrange(whole), whole) for key in SHARES]
    found += [
        _row(round_id, organisation, "workforce.levels", level, chance.randrange(20), 50)
        for level in ("operational", "supervisory", "senior", "board")
    ]
    return found + [
        _row(round_id, organisation, f"pledge.{number}", "", chance.randrange(4), 4) for number in range(1, 8)
    ]


def _row(round_id: int, organisation: int, measure: str, row: str, part: int, whole: int | None) -> dict[str, object]:
    return {
        "organisation_id": organisation,
        "round_id": round_id,
        "measure": measure,
        "row": row,
        "numerator": Decimal(part),
        "denominator": None if whole is None else Decimal(whole),
        "unknown": Decimal(0),
        "percent": None,
        "revision": 1,
    }
