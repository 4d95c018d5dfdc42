"""The Beacon indicators: the 22 by theme, the values shown now, where they came from, programmes and milestones."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from anchor_portal.domain.beacon.table import Reading
from anchor_portal.domain.beacon.words import OURS
from anchor_portal.domain.figures.indicators import IndicatorView
from anchor_portal.models import (
    BeaconAction,
    BeaconIndicator,
    BeaconSeries,
    BeaconUpload,
    BeaconValue,
    Theme,
    UploadState,
)
from anchor_portal.queries.published import thaw
from anchor_portal.queries.releases import load_latest

Key = tuple[str, str, str]
LARGEST_ID = 2**31 - 1


READING = (BeaconValue.number, *(getattr(BeaconValue, each.name) for each in fields(Reading)))
"""The columns of a reading, after the number of its indicator."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that values of an indicator came from, and what the indicator is called in it."""

    number: int
    file_name: str
    applied_at: datetime
    ident: str
    name: str
    age: str


def load_themes(session: Session) -> list[tuple[Theme, list[BeaconIndicator]]]:
    """Every theme with its indicators, in their order: one statement."""
    query = (
        select(Theme, BeaconIndicator)
        .join(BeaconIndicator, BeaconIndicator.theme_code == Theme.code)
        .order_by(Theme.position, BeaconIndicator.number)
    )
    themes: dict[str, tuple[Theme, list[BeaconIndicator]]] = {}
    for theme, indicator in session.execute(query):
        themes.setdefault(theme.code, (theme, []))[1].append(indicator)
    return list(themes.values())


def _latest_readings() -> Select[Any]:
    latest = (
        select(BeaconValue.number, BeaconValue.sex, func.max(BeaconValue.sortable).label("sortable"))
        .where(BeaconValue.is_shown)
        .group_by(BeaconValue.number, BeaconValue.sex)
        .subquery()
    )
    columns = (BeaconValue.number, BeaconValue.sex, BeaconValue.sortable)
    mine = and_(*(latest.c[column.name] == column for column in columns))
    return select(*READING).where(BeaconValue.is_shown).join(latest, mine)


LATEST_READINGS = _latest_readings()


def load_latest_readings(session: Session) -> dict[int, list[Reading]]:
    """By number, the values shown of the latest period of each sex: one statement, however many periods there are."""
    readings: dict[int, list[Reading]] = {}
    for number, *rest in session.execute(LATEST_READINGS):
        readings.setdefault(number, []).append(Reading(*rest))
    return readings


def load_readings(session: Session, numbers: Collection[int]) -> dict[int, dict[Key, Reading]]:
    """By number, every value that is shown now, by area, sex and period."""
    readings: dict[int, dict[Key, Reading]] = {number: {} for number in numbers}
    query = select(*READING).where(BeaconValue.is_shown, BeaconValue.number.in_(numbers))
    for number, *rest in session.execute(query.order_by(BeaconValue.sortable, BeaconValue.period)):
        reading = Reading(*rest)
        readings[number][reading.key] = reading
    return readings


def load_sources(session: Session, number: int | None = None) -> list[Source]:
    """The applied files that brought values of an indicator, or of every one, the last first."""
    columns: tuple[Any, ...] = (
        BeaconSeries.number,
        BeaconUpload.file_name,
        BeaconUpload.applied_at,
        BeaconSeries.ident,
        BeaconSeries.name,
        BeaconSeries.age,
    )
    query = (
        select(*columns)
        .join(BeaconUpload, BeaconUpload.id == BeaconSeries.upload_id)
        .where(BeaconUpload.state == UploadState.APPLIED, BeaconSeries.number.is_not(None))
        .order_by(BeaconUpload.applied_at.desc(), BeaconUpload.id.desc())
    )
    if number is not None:
        query = query.where(BeaconSeries.number == number)
    return [Source(*row) for row in session.execute(query)]


def load_uploads(session: Session, most: int = 50) -> list[BeaconUpload]:
    """The last uploads with their series, the newest first."""
    newest = select(BeaconUpload.id).order_by(BeaconUpload.id.desc()).limit(most).scalar_subquery()
    query = select(BeaconUpload).where(BeaconUpload.id.in_(newest)).options(joinedload(BeaconUpload.series))
    return list(session.scalars(query.order_by(BeaconUpload.id.desc())).unique())


def find_upload(session: Session, ident: int, *, to_change: bool = False) -> BeaconUpload | None:
    """An upload with its series, held until the commit where it is to be changed."""
    if not 0 < ident <= LARGEST_ID:
        return None
    query = select(BeaconUpload).where(BeaconUpload.id == ident).options(joinedload(BeaconUpload.series))
    if to_change:  # held by a statement of its own: one that waited would show the series as they were before
        session.execute(select(BeaconUpload.id).where(BeaconUpload.id == ident).with_for_update()).all()
        query = query.execution_options(populate_existing=True)
    return session.scalars(query).unique().one_or_none()


def remembered(session: Session, names: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], int | None]:
    """What was chosen last for indicators of a file, by their number, name and age there; None for "do not use"."""
    wanted = set(names)
    same = or_(
        BeaconSeries.ident.in_({ident for ident, _, _ in wanted if ident}),
        BeaconSeries.name.in_({name for ident, name, _ in wanted if not ident}),
    )
    query = (
        select(BeaconSeries.ident, BeaconSeries.name, BeaconSeries.age, BeaconSeries.number)
        .join(BeaconUpload, BeaconUpload.id == BeaconSeries.upload_id)
        .where(BeaconUpload.state != UploadState.PREVIEW, same)
        .order_by(BeaconUpload.id)
    )
    found: dict[tuple[str, str, str], int | None] = {}
    by_key = {_key(*each): each for each in wanted}
    for ident, name, age, number in session.execute(query):
        if (each := by_key.get(_key(ident, name, age))) is not None:
            found[each] = number
    return found


def _key(ident: str, name: str, age: str) -> tuple[str, str, str]:
    return ident, "" if ident else name, age


def load_actions(session: Session) -> list[BeaconAction]:
    """Every programme and milestone in its order."""
    query = select(BeaconAction).order_by(BeaconAction.theme_code, BeaconAction.kind.desc(), BeaconAction.position)
    return list(session.scalars(query))


def find_action(session: Session, ident: int, *, to_change: bool = False) -> BeaconAction | None:
    """A programme or milestone, held until the commit where it is to be changed."""
    if not 0 < ident <= LARGEST_ID:
        return None
    query = select(BeaconAction).where(BeaconAction.id == ident)
    return session.scalars(query.with_for_update() if to_change else query).one_or_none()


def load_siblings(session: Session, theme_code: str, kind: str) -> list[BeaconAction]:
    """The programmes, or the milestones, of a theme in their order, held until the commit.

    They are held in the order of their identifiers, which stays when two people move them at once.
    """
    mine = BeaconAction.theme_code == theme_code, BeaconAction.kind == kind
    session.execute(select(BeaconAction.id).where(*mine).order_by(BeaconAction.id).with_for_update()).all()
    query = select(BeaconAction).where(*mine).order_by(BeaconAction.position, BeaconAction.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def load_own_views(session: Session) -> dict[int, list[IndicatorView]]:
    """Our own indicators by number as published in every round, the earliest first, protected as they were frozen.

    {} before anything is published; without an indicator that the newest round does not have. One statement.
    """
    rounds = load_latest(session)
    every = [view for each in reversed(rounds) for view in thaw(each.outside)]
    views = {number: [view for view in every if view.definition.number == number] for number in OURS}
    return {number: found for number, found in views.items() if found and found[-1].round == rounds[0].round_code}
