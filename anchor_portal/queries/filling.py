"""A section that is to be filled in, found with one statement under the lock of its organisation."""

from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, false, or_, select
from sqlalchemy.orm import Session

from anchor_portal.domain.questionnaire.version import Section
from anchor_portal.models import Answer, Organisation, Return
from anchor_portal.queries.columns import RETURN, ItsReturn
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.reference import Reference
from anchor_portal.queries.returns import BEFORE_ROW, WITH_COLUMNS, Found, may_see, read_place
from anchor_portal.queries.storable import is_storable
from anchor_portal.queries.viewer import HELD, Viewer

_HOLD = select(Organisation.id).where(Organisation.slug == bindparam("slug")).with_for_update(key_share=True)
_ASKED: dict[tuple[str, str], tuple[str, ...]] = {}
"""The questions of a section by round and section, as they were last: what to ask for before the round was read."""


class ToFill(NamedTuple):
    """A section that is to be filled in: its return, held until the commit, and what is stored of the section."""

    found: Found
    section: Section
    stored: dict[str, dict[str, str]]


def find_to_fill(
    session: Session,
    viewer: Viewer,
    round_code: str,
    slug: str,
    section_code: str,
    reference: Reference,
    today: date,
) -> ToFill | None:
    """A section of a return with its answers, under the same lock; None where there is none that this person may see."""
    if not is_storable(round_code + slug):
        return None
    _hold(session, slug)
    at, where = (round_code, section_code), {"code": round_code, "slug": slug}
    keys = _ASKED.get(at, ())
    while True:
        rows = session.connection().execute(_to_fill(keys), where).all()
        if not rows:
            return None
        place, columns = read_place(rows[0]), rows[0][BEFORE_ROW : BEFORE_ROW + len(RETURN)]
        questionnaire = get_questionnaire(session, place.round.questionnaire_id, place.digest)
        section = next((each for each in questionnaire.form_sections if each.code == section_code), None)
        if section is None:
            return None
        asked = tuple(question.key for question in section.questions)
        if asked == keys:
            break
        keys = _ASKED[at] = asked
    row = ItsReturn._make(columns) if columns[0] is not None else None
    if not may_see(viewer, place.organisation.id, row):
        return None
    stored = {question: parts for *_, question, parts in rows if question is not None}
    return ToFill(place.found(row, questionnaire, reference, today), section, stored)


def _hold(session: Session, slug: str) -> None:
    """Hold the organisation until the commit: before the statement that reads, for one that waits sees all as before.

    On SQLite whoever writes has the whole database for themselves.
    """
    connection = session.connection()
    if session.info.get(HELD) != slug and connection.dialect.name != "sqlite":
        connection.execute(_HOLD, {"slug": slug})


@lru_cache(maxsize=200)
def _to_fill(keys: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    """The statement for a return with its answers to some questions, one row at least where there may be one."""
    asked = or_(false(), *(Answer.question == key for key in keys))
    return WITH_COLUMNS.add_columns(Answer.question, Answer.parts).outerjoin(
        Answer, and_(Answer.return_id == Return.id, asked)
    )
