"""Making a round's totals again, against bare SQL that sums the same rows; both must agree to the last digit."""

import statistics
import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from anchor_portal.engine import Database
from anchor_portal.models import Round, Total
from anchor_portal.services.figures.totals import remake_totals
from benchmarks import Result

TURNS = 5
COUNTED = "m.numerator IS NOT NULL AND m.denominator IS NOT NULL"
SUMS = "sum(m.numerator), sum(m.denominator), sum(m.unknown)"
GROUPS = {"all": "'all'", "sector": "o.sector", "place": "coalesce(o.main_place_code, 'several')"}

BY_GROUP = f"""
SELECT m.measure, '{{name}}', {{code}}, {SUMS}, count(*) FROM measures m JOIN organisations o ON o.id = m.organisation_id
WHERE m.round_id = {{round}} AND m.row = '' AND {COUNTED} GROUP BY 1, 2, 3
"""
BY_TIER = f"""
SELECT m.measure, 'tier', l.tier, {SUMS}, count(DISTINCT m.organisation_id) FROM measures m
JOIN level_rows l ON l.version = '1' AND l.code = m.row
WHERE m.round_id = {{round}} AND m.row <> '' AND {COUNTED} GROUP BY m.measure, l.tier
"""
PANEL = f"""
SELECT m.measure, '{{name}}', '{{code}}', {SUMS}, count(*) FROM measures m
JOIN measures n ON n.organisation_id = m.organisation_id AND n.measure = m.measure AND n.row = ''
WHERE m.round_id = {{mine}} AND n.round_id = {{other}} AND m.row = '' AND {COUNTED}
AND n.numerator IS NOT NULL AND n.denominator IS NOT NULL AND m.measure IN ({{measures}}) GROUP BY m.measure
"""
COVERAGE = f"""
SELECT m.measure, 'coverage', 'all', sum(h.numerator), 0, 0, 0 FROM measures m JOIN organisations o ON o.id = m.organisation_id
JOIN measures h ON h.organisation_id = m.organisation_id AND h.round_id = m.round_id AND h.measure = 'about.headcount'
AND h.row = '' WHERE m.round_id = {{round}} AND m.row = '' AND {COUNTED} AND o.left_on IS NULL AND o.joined_on IS NULL
AND m.measure IN ({{measures}}) GROUP BY m.measure
"""
PREVIOUS = "'p2.local_fte', 'workforce.levels', 'p1.rlw_staff', 'p2.local_staff'"
YEAR_BEFORE = "'p2.local_spend', 'p2.local_contracts'"

Key = tuple[str, str, str]
Sums = dict[Key, tuple[int, ...]]


def measure_on(database: Database, engine: str, organisations: int) -> Result:
    """The median time of ours over that of the bare statements, in turns, on the newest round."""
    with Session(database.writer) as session:
        rounds = session.scalars(select(Round).order_by(Round.code.desc())).all()
        newest, before, year_before = rounds[0], rounds[1], rounds[2]
        statements = _statements(newest.id, {before: PREVIOUS, year_before: YEAR_BEFORE})
        pairs = []
        for _ in range(TURNS):
            began = time.perf_counter()
            bare = _add_up(session.connection(), statements)
            halfway = time.perf_counter()
            remake_totals(session, newest)
            session.flush()
            pairs.append((halfway - began, time.perf_counter() - halfway))
            _refuse_differences(bare, session, newest.id)
        session.rollback()
    ratio = statistics.median(ours for _, ours in pairs) / statistics.median(bare for bare, _ in pairs)
    return Result(f"totals of {organisations:,}, {engine}", ratio, "bare SQL that sums the same rows", "at most 1.5")


def _statements(newest: int, earlier: dict[Round, str]) -> list[str]:
    panels = [
        PANEL.format(name=name, code=round_.code, mine=mine, other=other, measures=measures)
        for round_, measures in earlier.items()
        for name, mine, other in (("panel_after", newest, round_.id), ("panel_before", round_.id, newest))
    ]
    groups = [BY_GROUP.format(name=name, code=code, round=newest) for name, code in GROUPS.items()]
    coverage = COVERAGE.format(round=newest, measures=f"{PREVIOUS}, {YEAR_BEFORE}")
    return [*groups, BY_TIER.format(round=newest), *panels, coverage]


def _add_up(connection: Connection, statements: Iterable[str]) -> Sums:
    found: Sums = {}
    for statement in statements:
        for measure, breakdown, code, *sums in connection.exec_driver_sql(statement):
            found[measure, breakdown, code] = tuple(map(int, sums))
    return found


def _refuse_differences(bare: Sums, session: Session, round_id: int) -> None:
    """Raise RuntimeError where a sum is not the same, or is missing on either side."""
    query = select(Total).where(Total.round_id == round_id).execution_options(populate_existing=True)
    stored = {(row.measure, row.breakdown, row.code): row for row in session.scalars(query)}
    wrong = [key for key, sums in bare.items() if key not in stored or not _same(stored[key], sums)]
    wrong += [key for key, row in stored.items() if key not in bare and row.numerator]
    if wrong:
        raise RuntimeError(f"totals differ from bare SQL: {sorted(wrong)[:5]}")


def _same(row: Any, sums: tuple[int, ...]) -> bool:
    if row.breakdown == "coverage":
        return int(row.numerator * 100) == sums[0]
    amounts = (int(100 * amount) for amount in (row.numerator, row.denominator, row.unknown))
    return (*amounts, row.returns) == sums
