"""How many returns of a round stand where, kept beside every change of a return by the database itself."""

from typing import Any

from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.orm import Mapper

from anchor_portal.models.returns import Return

# One statement that both engines understand; who is expected is said as in `round_members.is_expected_in`. Two
# transactions at once take turns at the row of a count, so none is lost; a step touches its two counts in alphabetical
# order, so that two steps never wait for each other.
_COUNT = text(
    """
    INSERT INTO return_counts (round_id, status, number, unexpected)
    SELECT rounds.id, :status, CAST(:by AS INTEGER),
        CASE WHEN EXISTS (SELECT 1 FROM round_members AS member WHERE member.round_id = rounds.id
                AND member.organisation_id = organisations.id AND member.is_expected)
            OR (NOT EXISTS (SELECT 1 FROM round_members AS member WHERE member.round_id = rounds.id)
                AND organisations.is_signatory AND COALESCE(organisations.joined_on <= rounds.closes_on, TRUE)
                AND COALESCE(organisations.left_on > rounds.closes_on, TRUE))
            THEN 0 ELSE CAST(:by AS INTEGER) END
    FROM rounds, organisations WHERE rounds.id = :round_id AND organisations.id = :organisation_id
    ON CONFLICT (round_id, status) DO UPDATE
    SET number = return_counts.number + excluded.number, unexpected = return_counts.unexpected + excluded.unexpected
    """
)


def _count(connection: Connection, row: Return, by: dict[str, int]) -> None:
    for status in sorted(by):
        values = {"round_id": row.round_id, "organisation_id": row.organisation_id, "status": status, "by": by[status]}
        connection.execute(_COUNT, values)


def _added(mapper: Mapper[Any], connection: Connection, row: Return) -> None:
    _count(connection, row, {str(row.status): 1})


def _changed(mapper: Mapper[Any], connection: Connection, row: Return) -> None:
    history = inspect(row).attrs.status.history
    if history.added and history.deleted and history.added[0] != history.deleted[0]:
        _count(connection, row, {str(history.deleted[0]): -1, str(history.added[0]): 1})


def _removed(mapper: Mapper[Any], connection: Connection, row: Return) -> None:
    _count(connection, row, {str(row.status): -1})


event.listen(Return, "after_insert", _added)
event.listen(Return, "after_update", _changed)
event.listen(Return, "after_delete", _removed)
