"""A section that is to be filled in, found with one statement under the lock of its organisation."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, false, or_
from sqlalchemy.orm import Session

from anchor_portal.domain.questionnaire.version import Section
from anchor_portal.models import Answer, Return
from anchor_portal.queries.columns import RETURN, ItsReturn
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.reference import Reference
from anchor_portal.queries.returns import BEFORE_ROW, WITH_COLUMNS, Found, hold, may_see, read_place
from anchor_portal.queries.storable import is_storable
from anchor_portal.queries.viewer import KNOWN, STILL_OPEN, Viewer

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
    if slug in {held.slug for held in viewer.held}:  # nobody holds what is not theirs
        hold(session, slug)
    at, where = (round_code, section_code), {"code": round_code, "slug": slug}
    keys = _ASKED.get(at, ())
    while True:
        rows = _ask(session, viewer, keys, where)
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


def _ask(session: Session, viewer: Viewer, keys: tuple[str, ...], where: dict[str, Any]) -> Sequence[Any]:
    """The rows; where the lock may have been waited for, also whether the session of whoever asks is still open."""
    connection = session.connection()
    if viewer.sign_in is None or session.info.get(KNOWN):
        return connection.execute(_to_fill(keys, asks=False), where).all()
    rows = connection.execute(_to_fill(keys, asks=True), where | {"sign_in_id": viewer.sign_in.id}).all()
    session.info[KNOWN] = bool(rows) and rows[0].is_open
    return rows


@lru_cache(maxsize=200)
def _to_fill(keys: tuple[str, ...], *, asks: bool) -> Select[*tuple[Any, ...]]:
    """The statement for a return with its answers to some questions, one row at least where there may be one."""
    asked = or_(false(), *(Answer.question == key for key in keys))
    place = WITH_COLUMNS.add_columns(STILL_OPEN.exists().label("is_open")) if asks else WITH_COLUMNS
    return place.add_columns(Answer.question, Answer.parts).outerjoin(
        Answer, and_(Answer.return_id == Return.id, asked)
    )
