"""What was published of each round, revision by revision: read from what was frozen, never from returns."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, Subquery, func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Step
from anchor_portal.models import Publication, Return, ReturnStep, Round
from anchor_portal.queries.storable import is_storable


@dataclass(frozen=True, slots=True)
class Release:
    """One revision of a round's published figures; `revisions` is how many there are of the round.

    `period_from` and `period_to` are the days, both included, that the round's figures are about.
    `outside` is the frozen JSON that everyone may see; empty where only the list was asked for.
    """

    round_code: str
    round_title: str
    revision: int
    revisions: int
    published_at: datetime
    reason: str
    digest: str
    period_from: date
    period_to: date
    outside: str = ""

    @property
    def is_latest(self) -> bool:
        """Whether no later revision of the round was published."""
        return self.revision == self.revisions


def load_releases(session: Session) -> list[Release]:
    """Every revision of every published round without its figures, the latest publication first: one statement."""
    query = _releases().order_by(Publication.published_at.desc(), Round.code.desc(), Publication.revision.desc())
    return [Release(*found) for found in session.execute(query)]


def load_latest(session: Session) -> list[Release]:
    """The latest revision of every published round, the newest round first, with its figures: one statement."""
    return [Release(*found) for found in session.execute(_latest())]


@cache
def _latest() -> Select[Any]:
    newest = newest_revisions()
    return (
        _releases(Publication.outside)
        .join(newest, (newest.c.round_id == Publication.round_id) & (newest.c.revision == Publication.revision))
        .order_by(Round.code.desc())
    )


def newest_revisions() -> Subquery:
    """The number of the newest revision of each published round: `round_id`, `revision`."""
    newest = func.max(Publication.revision).label("revision")
    return select(Publication.round_id, newest).group_by(Publication.round_id).subquery()


def find_release(session: Session, round_code: str, revision: int | None = None) -> Release | None:
    """A revision of a round with its figures, the latest where none is named; None where nothing was published."""
    every = load_revisions_of(session, round_code)
    return next((each for each in every if revision in {None, each.revision}), None)


def load_revisions_of(session: Session, round_code: str) -> list[Release]:
    """Every revision of a round with its figures, the newest first; none where nothing was published of it."""
    if not is_storable(round_code):
        return []
    query = _releases(Publication.outside).where(Round.code == round_code).order_by(Publication.revision.desc())
    return [Release(*found) for found in session.execute(query)]


def load_editions(session: Session) -> list[Release]:
    """Every revision of every published round with its figures, the earliest publication first: one statement."""
    query = _releases(Publication.outside).order_by(Publication.published_at, Round.code, Publication.revision)
    return [Release(*found) for found in session.execute(query)]


def count_corrected(session: Session, round_: Round) -> int:
    """How many returns of a round were accepted after its newest revision was published."""
    return load_corrected(session, [round_.id]).get(round_.id, 0)


def load_corrected(session: Session, round_ids: Collection[int]) -> dict[int, int]:
    """The same of several rounds, by their numbers; those without any are left out: one statement."""
    newest = select(func.max(Publication.published_at)).where(Publication.round_id == Return.round_id).scalar_subquery()
    query = (
        select(Return.round_id, func.count(Return.id.distinct()))
        .join(ReturnStep, ReturnStep.return_id == Return.id)
        .where(Return.round_id.in_(round_ids), ReturnStep.step == Step.ACCEPT, ReturnStep.at > newest)
        .group_by(Return.round_id)
    )
    return {round_id: number for round_id, number in session.execute(query)}


def _releases(*more: Any) -> Select[Any]:
    counted = select(Publication.round_id, func.count().label("revisions")).group_by(Publication.round_id).subquery()
    columns: tuple[Any, ...] = (
        Round.code,
        Round.title,
        Publication.revision,
        counted.c.revisions,
        Publication.published_at,
        Publication.reason,
        Publication.digest,
        Round.period_from,
        Round.period_to,
        *more,
    )
    return (
        select(*columns)
        .join(Round, Round.id == Publication.round_id)
        .join(counted, counted.c.round_id == Publication.round_id)
    )
