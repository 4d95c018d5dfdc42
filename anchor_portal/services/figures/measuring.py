"""The numbers of accepted returns, as small rows; and how far each organisation's own share moved since its last."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.figures.definitions import DEFINED, earlier_round, in_force
from anchor_portal.domain.figures.measures import measures_of
from anchor_portal.domain.figures.proportions import rounded, share_of
from anchor_portal.models import MeasureRow, Round
from anchor_portal.queries.returns import Found

SHARES = tuple(definition for definition in DEFINED if definition.kind_of_number != "organisations")
"""The definitions whose share an organisation has on its own, so that it can move."""
MOVING = [definition.measure for definition in SHARES]

Own = Mapping[tuple[str, str], Any]
"""An organisation's rows by round code and measure."""


def write_measures(session: Session, found: Found, answers: Answers) -> None:
    """Write the numbers of a return that was accepted, in place of those of an earlier revision."""
    mine = and_(MeasureRow.round_id == found.round.id, MeasureRow.organisation_id == found.organisation.id)
    session.execute(delete(MeasureRow).where(mine))
    rows = [
        {
            "organisation_id": found.organisation.id,
            "round_id": found.round.id,
            "measure": measure.key,
            "row": measure.row,
            "numerator": measure.numerator,
            "denominator": measure.denominator,
            "unknown": measure.unknown,
            "percent": measure.percent,
            "revision": found.get_row().revision,
        }
        for measure in measures_of(found.questionnaire, answers, found.asking)
    ]
    if rows:
        session.execute(insert(MeasureRow), rows)
    note_moves(session, found.organisation.id)


def note_moves(session: Session, organisation_id: int | None = None) -> None:
    """Work out `moved` again in every round: of one organisation, or of all where rounds themselves changed."""
    for row, moved in moves_of(session, organisation_id):
        if row.moved != moved:
            key = (row.organisation_id, row.round_id, row.measure, row.row)
            columns = (MeasureRow.organisation_id, MeasureRow.round_id, MeasureRow.measure, MeasureRow.row)
            mine = and_(*(column == value for column, value in zip(columns, key, strict=True)))
            session.execute(update(MeasureRow).where(mine).values(moved=moved))


def moves_of(session: Session, organisation_id: int | None = None) -> Iterator[tuple[Any, Decimal | None]]:
    """Each row that has or may have a change, of one organisation or of all, with the one that it ought to say."""
    rounds = {row.id: row.code for row in session.execute(select(Round.id, Round.code))}
    table = MeasureRow.__table__
    query = (
        select(table)
        .where(or_(table.c.moved.is_not(None), and_(table.c.row == "", table.c.measure.in_(MOVING))))
        .order_by(table.c.organisation_id)
    )
    if organisation_id is not None:
        query = query.where(table.c.organisation_id == organisation_id)
    for _, rows in groupby(session.execute(query), key=lambda row: row.organisation_id):
        every = list(rows)
        own = {(rounds[row.round_id], row.measure): row for row in every if row.row == ""}
        for row in every:
            yield row, None if row.row else _moved(own, rounds[row.round_id], row.measure, rounds.values())


def _moved(own: Own, code: str, measure: str, codes: Iterable[str]) -> Decimal | None:
    """Percentage points, two decimals; None where there is no share now, or none to compare with."""
    definition = next((each for each in in_force(SHARES, code) if each.measure == measure), None)
    earlier = earlier_round(code, definition, codes) if definition else None
    if definition is None or earlier is None or definition not in in_force(SHARES, earlier):
        return None
    before, after = _share(own.get((earlier, measure))), _share(own.get((code, measure)))
    return None if before is None or after is None else rounded(100 * (after - before), 2)


def _share(row: Any) -> Fraction | None:
    if row is None or row.numerator is None or row.denominator is None:
        return None
    return share_of(row.numerator, row.denominator)
