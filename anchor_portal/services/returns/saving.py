"""Saving answers of a draft: a section as it was typed, beside what others saved, and what was carried forward."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Insert,
    TableValuedAlias,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.carrying import Carried, carriable
from anchor_portal.domain.answers.completeness import is_for, read_beside
from anchor_portal.domain.answers.merging import Marks, Merged, mark_of, marks_of, merge, read_marks, write_marks
from anchor_portal.domain.answers.parts import Answers, Last, Parts, Problem, Reading
from anchor_portal.domain.lifecycle import EDITABLE, StepRefused
from anchor_portal.domain.questionnaire.version import Section
from anchor_portal.models import Answer, Base, CarriedAnswer, Return
from anchor_portal.models.base import now
from anchor_portal.queries.columns import ItsReturn
from anchor_portal.queries.returns import Found, load_answers, load_some_answers
from anchor_portal.services.returns.steps import Actor, start

ANSWERS = Base.metadata.tables[Answer.__tablename__]
CARRIED = Base.metadata.tables[CarriedAnswer.__tablename__]
_DELETE = delete(ANSWERS).where(
    ANSWERS.c.return_id == bindparam("of"), ANSWERS.c.question.in_(bindparam("outdated", expanding=True))
)
_OF_ANSWER = ("return_id", "question")


def _put(statement: sqlite.Insert | postgresql.Insert, each: TableValuedAlias, parts: ColumnElement[Any]) -> Insert:
    """Insert answers, or put them in the place of those that there are to the same questions: all in one statement.

    They come as an object of texts, by question: each is JSON as it is to be kept, whatever signs are in it.
    """
    fresh = {
        ANSWERS.c.return_id: bindparam("of", type_=ANSWERS.c.return_id.type),
        ANSWERS.c.question: each.c.key,
        ANSWERS.c.parts: parts,
        ANSWERS.c.saved_at: bindparam("at", type_=ANSWERS.c.saved_at.type),
        ANSWERS.c.saved_by: bindparam("by", type_=ANSWERS.c.saved_by.type),
    }
    # without its WHERE, SQLite takes what follows for the condition of a join
    chosen = statement.from_select([*fresh], select(*fresh.values()).where(true()))
    names = [column.name for column in fresh if column.name not in _OF_ANSWER]
    return chosen.on_conflict_do_update(index_elements=_OF_ANSWER, set_={name: chosen.excluded[name] for name in names})


_TEXTS = bindparam("answers", type_=JSON)
_IN_SQLITE, _IN_POSTGRES = (read(_TEXTS).table_valued("key", "value") for read in (func.json_each, func.json_each_text))
_PUT = {
    "sqlite": _put(sqlite.insert(ANSWERS), _IN_SQLITE, _IN_SQLITE.c.value),
    "postgresql": _put(postgresql.insert(ANSWERS), _IN_POSTGRES, cast(_IN_POSTGRES.c.value, JSON)),
}
_SETTLE = delete(CARRIED).where(
    CARRIED.c.return_id == bindparam("of"), CARRIED.c.question.in_(bindparam("settled", expanding=True))
)


class Conflict(Exception):
    """Somebody else changed the same answers since the page was opened; nothing was saved.

    `merged` holds what stands of both, and the keys between which the person has to choose.
    """

    def __init__(self, merged: Merged, stored: Answers) -> None:
        super().__init__("somebody else changed the same answers")
        self.merged, self.stored = merged, stored


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving a section did: what is wrong with it now, which answers of others were kept beside one's own,
    and the stamp with which the same page may be saved again."""

    problems: tuple[Problem, ...]
    taken: tuple[str, ...]
    stamp: str


def save_section(
    session: Session,
    found: Found,
    section: Section,
    typed: Mapping[str, Parts],
    seen: str,
    actor: Actor,
    *,
    carried: Mapping[str, Carried] | None = None,
    shown: Marks | None = None,
    confirmed: Collection[str] = (),
    stored: Answers | None = None,
) -> Saved:
    """Keep what was typed in a section, as a draft; `seen` is the stamp of what was stored when its page was opened.

    `stored` is what is stored of the section, where it was read already.

    Of the answers `carried` forward, one that is still as it was carried is kept only where it is `confirmed`; so is one
    that the page showed as carried, by the marks `shown`, and a colleague dropped since. What this kind of organisation is
    not asked stays as it is stored, and what was carried forward to it waits on.
    Raises StepRefused where the return is not open for changes, and Conflict where somebody else changed an answer
    meanwhile that was changed here too.
    """
    _refuse_closed(found)
    keys = [question.key for question in section.questions]
    if stored is None:
        stored = load_some_answers(session, found.row.id, keys) if found.row else {}
    readings = {
        question.key: read_beside(question, typed.get(question.key, {}), stored.get(question.key, {}), found.asking)
        for question in section.questions
    }
    carried, shown, opened = carried or {}, shown or {}, read_marks(seen)
    as_carried = {key for key, one in carried.items() if readings[key].parts == one.parts}
    as_carried |= set(_left_as_shown(readings, shown, stored))
    waiting = {key for key in as_carried if key not in confirmed and key not in opened}  # else answered on its page
    mine = {key: reading.parts for key, reading in readings.items() if reading.parts and key not in waiting}
    others = shown.keys() & stored.keys() - waiting - set(confirmed)
    merged = merge(keys, {key: shown[key] for key in others} | opened, mine, stored)
    if merged.conflicts:
        raise Conflict(merged, stored)
    before = {key: stored[key] for key in keys if key in stored}
    if merged.fresh != before:
        row = found.row or start(session, found, actor)
        write_answers(session, row, before, merged.fresh, actor)
    answered = carried.keys() & typed.keys() & shown.keys() - waiting  # cleared, too
    if found.row and (settled := answered | (merged.fresh.keys() ^ before.keys())):
        session.connection().execute(_SETTLE, {"of": found.row.id, "settled": sorted(settled)})
    boxes = [each.key for each in section.questions if each.key in opened or is_for(each, found.asking)]
    marks = marks_of([key for key in boxes if key not in waiting], merged.fresh)
    marks |= {key: opened[key] for key in merged.taken if key in opened}
    problems = tuple(problem for reading in readings.values() for problem in reading.problems)
    return Saved(problems, merged.taken, write_marks(marks))


def _left_as_shown(readings: Mapping[str, Reading], shown: Marks, stored: Answers) -> Iterator[str]:
    """The questions whose boxes still hold what the page showed as carried forward, where nobody stored the same."""
    for key, mark in shown.items():
        if key in readings and mark_of(readings[key].parts) == mark and stored.get(key) != readings[key].parts:
            yield key


def _refuse_closed(found: Found) -> None:
    if not found.takes_answers:
        raise StepRefused(f"This round is {found.round_status}, so answers can no longer be changed. Nothing was saved")
    if found.status not in EDITABLE:
        raise StepRefused("This return is no longer open for changes. Nothing was saved")


def write_answers(session: Session, row: Return | ItsReturn, before: Answers, fresh: Answers, actor: Actor) -> None:
    """Put answers in the place of those `before`; what did not change keeps its author and its time."""
    changed = {key: parts for key, parts in fresh.items() if parts != before.get(key)}
    outdated = [key for key in before if key not in fresh]
    at = actor.at or now()
    connection = session.connection()
    if outdated:
        connection.execute(_DELETE, {"of": row.id, "outdated": outdated})
    if changed:
        answers = {key: json.dumps(dict(parts)) for key, parts in changed.items()}
        put = {"of": row.id, "answers": answers, "at": at, "by": actor.name}
        connection.execute(_PUT[connection.dialect.name], put)


def replace_answers(session: Session, row: Return | ItsReturn, fresh: Answers, actor: Actor) -> None:
    """Put these answers in the place of the whole draft; what was carried forward to what changes waits no more."""
    stored = load_answers(session, row.id)
    write_answers(session, row, stored, fresh, actor)
    if settled := [key for key in {**stored, **fresh} if stored.get(key) != fresh.get(key)]:
        session.connection().execute(_SETTLE, {"of": row.id, "settled": settled})


def carry_forward(
    session: Session, found: Found, section: Section, last: tuple[str, Last], already: Iterable[str], actor: Actor
) -> int:
    """Carry last time's answers of a section forward, unconfirmed, where this time has none; gives their number.

    `already` are the questions that were carried before. Raises StepRefused where the return is not open.
    """
    _refuse_closed(found)
    stored = load_answers(session, found.row.id) if found.row else {}
    code, before = last
    offered = carriable(section, {**stored, **dict.fromkeys(already, {"": "carried"})}, before, found.asking)
    if offered:
        row = found.row or start(session, found, actor)
        rows = [
            {
                "return_id": row.id,
                "question": key,
                "parts": dict(parts),
                "from_round": code,
                "about_to": before.period_to,
                "carried_by": actor.name,
                "carried_at": actor.at or now(),
            }
            for key, parts in offered.items()
        ]
        session.connection().execute(insert(CARRIED), rows)
    return len(offered)
