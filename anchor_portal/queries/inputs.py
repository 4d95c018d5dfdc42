"""What a round's figures are made from, as it stands now: organisations, numbers of returns, what was published."""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ScalarSelect, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.checks import HEADCOUNT
from anchor_portal.domain.figures.definitions import DEFINED, Definition, earlier_round
from anchor_portal.domain.figures.figure import Shown
from anchor_portal.domain.figures.house import NO_THRESHOLD
from anchor_portal.domain.figures.indicators import RoundFigure
from anchor_portal.domain.figures.inputs import FORMAT, READABLE, Entry, Frame, Member, Source
from anchor_portal.domain.figures.marks import Kept
from anchor_portal.domain.sectors import SECTORS, SEVERAL_PLACES, TIERS
from anchor_portal.models import LevelRow, MeasureRow, Organisation, Publication, Round, RoundMember
from anchor_portal.models.round_members import PLACE, SECTOR, as_published, is_expected_in
from anchor_portal.queries.figures import load_figures
from anchor_portal.queries.reference import LEVELS_VERSION, Reference
from anchor_portal.queries.shares import carried_in, carried_tables

BATCH = 2_000
"""Rows fetched at a time, so that not all are in memory."""


def load_frame(
    session: Session,
    round_: Round,
    rounds: Sequence[Round],
    threshold: int,
    reference: Reference,
    definitions: Sequence[Definition] = DEFINED,
    *,
    for_members: bool = True,
) -> Frame:
    """All inputs of a round but the numbers of returns; `rounds` are all that there are. Four statements.

    One less where it is not asked what members know of the earlier round.
    """
    kept, its_format = load_kept(session, round_)
    return Frame(
        round=round_.code,
        threshold=threshold,
        sources=_sources(
            session, round_, rounds, (threshold, NO_THRESHOLD if for_members else threshold), definitions, kept
        ),
        members=_members(session, round_, rounds),
        groups={
            "sector": SECTORS,
            "place": {place.code: place.label for place in reference.places} | {SEVERAL_PLACES: "Several places"},
            "tier": TIERS,
        },
        tiers={scale: {level.code: level.tier for level in levels} for scale, levels in reference.levels.items()},
        before=tuple(kept),
        format=its_format,
    )


def load_kept(session: Session, round_: Round) -> tuple[list[Kept], int]:
    """Every figure that was ever published, without its inputs, the earliest first; and in which format a round is kept.

    That is the one of its newest revision, or today's where there is none, or none that can be read. One statement.
    """
    begins = case((Publication.round_id == round_.id, func.substr(Publication.inputs, 1, 20)), else_="")
    query = select(Publication.inside, Publication.outside, begins)
    kept: list[Kept] = []
    formats = [FORMAT]
    for inside, outside, begin in session.execute(query.order_by(Publication.published_at, Publication.id)):
        sides = zip(json.loads(inside), json.loads(outside), strict=True)
        kept += [{"inside": one, "outside": other} for one, other in sides]
        formats += [int(each) for each in re.findall(r'^{"format":(\d+),', begin) if int(each) in READABLE]
    return kept, formats[-1]


def _sources(
    session: Session,
    round_: Round,
    rounds: Sequence[Round],
    thresholds: tuple[int, int],
    definitions: Sequence[Definition],
    kept: Sequence[Kept],
) -> tuple[Source, ...]:
    """The definitions with the earlier round of each, and who is shown its headline: as published, where it was.

    The thresholds are those for everyone and for members.
    """
    codes = [each.code for each in rounds]
    found = {
        each: load_figures(session, [round_], codes, each, definitions, detailed=())[round_.code]
        for each in {*thresholds}
    }
    out, inner = (found[each] for each in thresholds)
    return tuple(_source(figure, other, codes, kept) for figure, other in zip(out, inner, strict=True))


def _source(figure: RoundFigure, inner: RoundFigure, codes: Sequence[str], kept: Sequence[Kept]) -> Source:
    definition = figure.definition
    earlier = "" if figure.not_compared else earlier_round(figure.round, definition, codes) or ""
    frozen = [each for each in kept if _is_of(each, earlier, definition)]
    outside = frozen[-1]["outside"]["state"] if frozen else _state(figure)
    within = frozen[-1]["inside"].get("within", {}).get("state", _state(inner)) if frozen else _state(inner)
    return Source(
        definition=definition.code,
        measure=definition.measure,
        earlier=earlier,
        shown_outside=outside == Shown.state,
        shown_within=within == Shown.state,
        not_compared=figure.not_compared,
    )


def _is_of(kept: Kept, earlier: str, definition: Definition) -> bool:
    return bool(kept["outside"]["round"] == earlier and kept["outside"]["definition"] == definition.code)


def _state(figure: RoundFigure) -> str:
    return Shown.state if figure.panel and figure.panel.earlier_shown else ""


def _members(session: Session, round_: Round, rounds: Sequence[Round]) -> dict[str, Member]:
    """Every organisation that is expected or that has numbers, with the headcount used for coverage.

    It is this round's accepted one, else the one that it was published with, else the last accepted, else the register's.
    """
    returned = (
        select(MeasureRow.numerator)
        .join(Round, Round.id == MeasureRow.round_id)
        .where(MeasureRow.organisation_id == Organisation.id, MeasureRow.measure == HEADCOUNT, MeasureRow.row == "")
        .order_by(Round.code.desc())
        .limit(1)
    )
    own = returned.where(Round.code == round_.code).scalar_subquery()
    last = returned.where(Round.code < round_.code).scalar_subquery()
    expected = is_expected_in(round_.id, round_.closes_on)
    numbers = select(MeasureRow.organisation_id).where(
        MeasureRow.organisation_id == Organisation.id, MeasureRow.round_id == round_.id
    )
    carried = carried_tables().subquery()
    query = (
        select(
            Organisation.slug,
            Organisation.name,
            SECTOR,
            PLACE,
            func.coalesce(_signed_scale(round_), Organisation.scale),
            case((expected, 1), else_=0),
            case((Organisation.id.in_(select(carried.c.organisation_id)), 1), else_=0),
            func.coalesce(own, RoundMember.headcount, last, Organisation.headcount * 100),
        )
        .outerjoin(RoundMember, as_published(round_.id))
        .where(or_(expected, numbers.exists()))
        .order_by(Organisation.id)
    )
    return {found.slug: _member(*found) for found in session.execute(query, carried_in(session, round_, rounds))}


def _signed_scale(round_: Round) -> ScalarSelect[str]:
    """The scale of the levels that stand in an organisation's return, whatever the register says since."""
    return (
        select(LevelRow.scale)
        .join(MeasureRow, MeasureRow.row == LevelRow.code)
        .where(MeasureRow.organisation_id == Organisation.id, MeasureRow.round_id == round_.id)
        .where(LevelRow.version == LEVELS_VERSION, MeasureRow.row != "")
        .limit(1)
        .scalar_subquery()
    )


def _member(
    slug: str,
    name: str,
    sector: str,
    place: str,
    scale: str,
    is_expected: int,
    is_carried: int,
    headcount: Decimal | None,
) -> Member:
    return Member(slug, name, sector, place, scale, bool(is_expected), bool(is_carried), headcount)


def load_entries(session: Session, round_: Round, rounds: Sequence[Round], frame: Frame) -> Iterator[Entry]:
    """The numbers of the round's accepted returns, and of the earlier rounds that it is compared with, by measure.

    One statement, read as it is used.
    """
    ids = {each.code: each.id for each in rounds}
    codes = {each.id: each.code for each in rounds}
    measures = [source.measure for source in frame.sources]
    compared = [
        and_(MeasureRow.round_id == ids[source.earlier], MeasureRow.measure == source.measure, MeasureRow.row == "")
        for source in frame.sources
        if source.earlier
    ]
    mine = and_(MeasureRow.round_id == round_.id, MeasureRow.measure.in_(measures))
    in_order = case({measure: place for place, measure in enumerate(measures)}, value=MeasureRow.measure)
    query = (
        _entries()
        .where(or_(mine, *compared))
        .order_by(in_order, case((MeasureRow.round_id == round_.id, 0), else_=1), MeasureRow.organisation_id)
        .order_by(MeasureRow.row)
    )
    for measure, round_id, *rest in session.execute(query.execution_options(yield_per=BATCH)):
        yield Entry(measure, codes[round_id], *rest)


def _entries() -> Select[Any]:
    columns: tuple[Any, ...] = (
        MeasureRow.measure,
        MeasureRow.round_id,
        Organisation.slug,
        MeasureRow.row,
        MeasureRow.numerator,
        MeasureRow.denominator,
        MeasureRow.unknown,
        MeasureRow.percent,
        MeasureRow.revision,
    )
    return select(*columns).join(Organisation, Organisation.id == MeasureRow.organisation_id)
