"""What was published of each round, revision by revision: read from what was frozen, never from returns."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from anchor_portal.models import Publication, Round
from anchor_portal.queries.storable import is_storable


@dataclass(frozen=True, slots=True)
class Release:
    """One revision of a round's published figures; `revisions` is how many there are of the round.

    `outside` is the frozen JSON that everyone may see; empty where only the list was asked for.
    """

    round_code: str
    round_title: str
    revision: int
    revisions: int
    published_at: datetime
    reason: str
    digest: str
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
    query = _releases(Publication.outside).order_by(Round.code.desc(), Publication.revision.desc())
    newest: dict[str, Release] = {}
    for found in session.execute(query):
        newest.setdefault(found[0], Release(*found))
    return list(newest.values())


def find_release(session: Session, round_code: str, revision: int | None = None) -> Release | None:
    """A revision of a round with its figures, the latest where none is named; None where nothing was published."""
    if not is_storable(round_code) or (revision is not None and not 0 < revision < 2**31):
        return None
    query = _releases(Publication.outside).where(Round.code == round_code).order_by(Publication.revision.desc())
    every = [Release(*found) for found in session.execute(query)]
    return next((each for each in every if revision in {None, each.revision}), None)


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
        *more,
    )
    return (
        select(*columns)
        .join(Round, Round.id == Publication.round_id)
        .join(counted, counted.c.round_id == Publication.round_id)
    )
