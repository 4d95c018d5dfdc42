"""A country: 42 systems in place of the nine places, and ten years of rounds before the one that is open."""

from datetime import timedelta

from sqlalchemy import Engine, insert, select, text
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import Stage
from anchor_portal.engine import open_database
from anchor_portal.models import Organisation, Round, Total
from anchor_portal.services.figures.standing import recount_returns
from anchor_portal.services.figures.totals import totals_of
from anchor_portal.services.migration import migrate
from anchor_portal.services.people import add_role
from anchor_portal.services.rounds.life import add_round
from anchor_portal.services.seeds import load_seeds
from benchmarks import growing
from benchmarks.growing import EVERYWHERE, MEMBER

SYSTEMS = 42
CLOSED = tuple(f"{year}-{month}" for year in range(2017, 2027) for month in ("01", "07"))
"""Ten years of rounds, each with an accepted return of every organisation."""
OPEN = "2027-01"
NEWEST = CLOSED[-1]
PLACES = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {systems})
INSERT INTO places (gss_code, name) SELECT 'E54' || (900000 + n), 'System ' || n FROM numbers
"""
ORGANISATIONS = """
WITH RECURSIVE numbers(n) AS (SELECT 22 UNION ALL SELECT n + 1 FROM numbers WHERE n < {wanted})
INSERT INTO organisations (slug, name, sort_name, printed_name, sector, scale, main_place_code, note)
SELECT 'organisation-' || n, 'Organisation ' || n, 'organisation ' || n, 'Organisation ' || n,
    CASE n % 4 WHEN 0 THEN 'nhs-trust' WHEN 1 THEN 'council' WHEN 2 THEN 'vcse' ELSE 'company' END, 'general',
    'E54' || (900001 + n % {systems}), '' FROM numbers
"""


def make_nation(url: str, organisations: int, people: int) -> None:
    """Fill an empty database; `people` are leads, each of an organisation of their own, and one member."""
    database = open_database(url)
    migrate(database.writer)
    with Session(database.writer) as session, session.begin():
        load_seeds(session)
        add_role(session, MEMBER, Role.MEMBER, None, "Member")
        session.execute(text(PLACES.format(systems=SYSTEMS)))
        session.execute(text(ORGANISATIONS.format(wanted=organisations, systems=SYSTEMS)))
        for code in CLOSED:
            closed_on = today() - timedelta(days=30)
            add_round(session, code, "2024-07", closed_on, closed_on).stage = Stage.UNDER_REVIEW
    _fill(database.writer)
    with Session(database.writer) as session, session.begin():
        for round_ in session.scalars(select(Round)).all():
            session.execute(Total.__table__.delete().where(Total.__table__.c.round_id == round_.id))
            session.execute(insert(Total), totals_of(session, round_))
            recount_returns(session, round_)
        growing.publish(session, session.scalars(select(Round).order_by(Round.code)).all(), CLOSED, NEWEST)
    with Session(database.writer) as session, session.begin():
        add_round(session, OPEN, "2024-07", today() - timedelta(days=10), today() + timedelta(days=30))
        _add_leads(session, people)
    database.dispose()


def lead_of(number: int) -> tuple[str, str]:
    """The address of a lead, and the slug of their organisation; `number` from 0."""
    return f"lead-{number}@bench.example", f"organisation-{22 + number}"


def _add_leads(session: Session, people: int) -> None:
    for number in range(people):
        email, slug = lead_of(number)
        organisation = session.scalars(select(Organisation).where(Organisation.slug == slug)).one()
        add_role(session, email, Role.LEAD, organisation, f"Lead {number}")


def _fill(engine: Engine) -> None:
    """Returns and measures of every closed round, made by the database itself from the numbers of both."""
    for number in range(1, len(CLOSED) + 1):
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))  # no check of each reference
            for statement in _statements(number):
                connection.execute(text(statement))
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))


def _statements(number: int) -> list[str]:
    whole = growing.WHOLE.format(round=number)
    made = [growing.RETURNS.format(round=number), growing.HEADCOUNTS.format(round=number, whole=whole)]
    for salt, (measure, row) in enumerate((EVERYWHERE, *growing.PLEDGES, *growing.ELSEWHERE)):
        is_share = not row and not measure.startswith("pledge.")
        values = {"round": number, "salt": 271 * salt, "measure": measure, "row": row}
        moved = growing.MOVED.format(**values) if is_share and number > 1 else "NULL"
        last = 10**9 if (measure, row) == EVERYWHERE else growing.WITH_ALL_MEASURES
        size = "4" if measure.startswith("pledge.") else whole
        made.append(growing.SHARES.format(**values, whole=size, moved=moved, last=last))
    return made
