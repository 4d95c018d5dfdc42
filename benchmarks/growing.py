"""Databases with as many organisations as one likes over eight rounds, filled by the database itself.

Every organisation's return is accepted in every round. The first two thousand organisations have every measure, all
others a headcount and one share: enough for every index to be full.
"""

import json
from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from sqlalchemy import Engine, insert, select, text
from sqlalchemy.orm import Session

from anchor_portal.domain.disclosure.control import outside
from anchor_portal.domain.figures.definitions import DEFINED
from anchor_portal.domain.figures.indicator_json import view_as_json
from anchor_portal.domain.figures.indicators import inside
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import Stage
from anchor_portal.engine import open_database
from anchor_portal.models import Publication, Round, Total
from anchor_portal.models.base import now
from anchor_portal.queries.figures import load_figures
from anchor_portal.services.figures.solver import solve
from anchor_portal.services.figures.standing import recount_returns
from anchor_portal.services.figures.totals import totals_of
from anchor_portal.services.migration import migrate
from anchor_portal.services.people import add_role
from anchor_portal.services.rounds.life import add_round
from anchor_portal.services.seeds import load_seeds

CODES = ("2023-07", "2024-01", "2024-07", "2025-01", "2025-07", "2026-01", "2026-07", "2027-01")
MEMBER = "member@bench.example"
WITH_ALL_MEASURES = 2000
THRESHOLD = 70

ORGANISATIONS = """
WITH RECURSIVE numbers(n) AS (SELECT 22 UNION ALL SELECT n + 1 FROM numbers WHERE n < {wanted})
INSERT INTO organisations (slug, name, sort_name, printed_name, sector, scale, main_place_code, note)
SELECT 'organisation-' || n, 'Organisation ' || n, 'organisation ' || n, 'Organisation ' || n,
    CASE n % 4 WHEN 0 THEN 'nhs-trust' WHEN 1 THEN 'council' WHEN 2 THEN 'vcse' ELSE 'company' END, 'general',
    gss_code, ''
FROM numbers JOIN (SELECT gss_code, row_number() OVER (ORDER BY gss_code) AS place FROM places) AS numbered
ON place = 1 + n % 9 WHERE n <= {wanted}
"""
RETURNS = """
INSERT INTO returns (round_id, organisation_id, status, revision, accepted_revision, changed_at, version)
SELECT {round}, id, 'accepted', 1, 1, '2026-07-01 12:00:00+00', 1 FROM organisations
"""
NOT_YET = " WHERE id NOT IN (SELECT organisation_id FROM returns WHERE round_id = {round})"
# amounts in hundredths, made from the numbers of organisation and round: scattered, and the same on both engines
HEADCOUNTS = """
INSERT INTO measures (organisation_id, round_id, measure, row, numerator, unknown, revision)
SELECT id, {round}, 'about.headcount', '', 100 * ({whole}), 0, 1 FROM organisations
"""
SHARES = """
INSERT INTO measures (organisation_id, round_id, measure, row, numerator, denominator, unknown, moved, revision)
SELECT id, {round}, '{measure}', '{row}', 100 * ((id * 1123 + {round} * 613 + {salt}) % ({whole})), 100 * ({whole}),
    100 * (id % 7), {moved}, 1
FROM organisations WHERE id <= {last}
"""
WHOLE = "200 + (id * 1987 + {round} * 31) % 3800"
MOVED = "(id * 1451 + {round} * 97 + {salt}) % 4001 - 2000"
EVERYWHERE = ("p2.local_fte", "")
ELSEWHERE = (
    *((measure, "") for measure in ("p1.rlw_staff", "p2.local_staff", "p2.local_contracts", "p2.local_spend")),
    *(("workforce.levels", row) for row in ("", "operational", "supervisory", "senior", "board")),
)
PLEDGES = [(f"pledge.{number}", "") for number in range(1, 8)]


def grow_database(url: str, organisations: int) -> None:
    """Fill an empty database: 21 organisations or more."""
    database = open_database(url)
    migrate(database.writer)
    with Session(database.writer) as session, session.begin():
        load_seeds(session)
        add_role(session, MEMBER, Role.MEMBER, None, "Member")
        session.execute(text(ORGANISATIONS.format(wanted=organisations)))
        for code in CODES:
            round_ = add_round(session, code, "2024-07", date(2023, 1, 1), date(2027, 12, 31))
            round_.stage = Stage.UNDER_REVIEW
    _fill(database.writer, organisations)
    with Session(database.writer) as session, session.begin():
        for round_ in session.scalars(select(Round)).all():
            session.execute(Total.__table__.delete().where(Total.__table__.c.round_id == round_.id))
            session.execute(insert(Total), totals_of(session, round_))
            recount_returns(session, round_)
        publish(session, session.scalars(BUT_THE_LAST).all(), CODES, CODES[-2])
    database.dispose()


def add_returns(url: str, returns: int) -> None:
    """Put signed and accepted returns, each of an organisation of its own, into the newest rounds of a database."""
    database = open_database(url)
    with database.writer.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))  # no check of each reference
        codes = connection.execute(text("SELECT id FROM rounds ORDER BY code DESC LIMIT 2")).scalars().all()
        connection.execute(text(ORGANISATIONS.format(wanted=22 + returns // len(codes))))
        for round_id in codes:
            connection.execute(text(RETURNS.format(round=round_id) + NOT_YET.format(round=round_id)))
    with database.writer.begin() as connection:
        connection.execute(text("ANALYZE"))
    with Session(database.writer) as session, session.begin():
        for round_ in session.scalars(select(Round).where(Round.id.in_(codes))).all():
            recount_returns(session, round_)
    database.dispose()


BUT_THE_LAST = select(Round).where(Round.code < CODES[-1]).order_by(Round.code)


def publish(session: Session, rounds: Sequence[Round], codes: Sequence[str], newest: str) -> None:
    """Freeze the figures of rounds, as publishing does, with breakdowns for the newest of them; `codes` are all closed."""
    figures = load_figures(session, rounds, codes, THRESHOLD, DEFINED, [newest])
    for round_ in rounds:
        round_.stage, round_.published_at = Stage.PUBLISHED, now()
        views = {
            "inside": [inside(figure, THRESHOLD) for figure in figures[round_.code]],
            "outside": [outside(figure, THRESHOLD, solve=solve) for figure in figures[round_.code]],
        }
        frozen = {side: json.dumps([view_as_json(view) for view in each]) for side, each in views.items()}
        frozen["digest"] = sha256("".join(frozen.values()).encode()).hexdigest()
        session.add(Publication(round_id=round_.id, revision=1, inputs="[]", published_at=now(), **frozen))


def _fill(engine: Engine, organisations: int) -> None:
    """Returns and measures of every round; then the database learns how they are spread, as a running one would."""
    every = organisations + 1000
    for number in range(1, len(CODES) + 1):
        whole = WHOLE.format(round=number)
        statements = [RETURNS.format(round=number), HEADCOUNTS.format(round=number, whole=whole)]
        for salt, (measure, row) in enumerate((EVERYWHERE, *PLEDGES, *ELSEWHERE)):
            values = {"round": number, "salt": 271 * salt, "measure": measure, "row": row}
            is_share = not row and not measure.startswith("pledge.")
            moved = MOVED.format(**values) if is_share and number > 1 else "NULL"
            last = every if (measure, row) == EVERYWHERE else WITH_ALL_MEASURES
            size = "4" if measure.startswith("pledge.") else whole
            statements.append(SHARES.format(**values, whole=size, moved=moved, last=last))
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))  # no check of each reference
            for statement in statements:
                connection.execute(text(statement))
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
