"""What the Assembly's dashboard shows of a round: measures over the rounds, and whose own shares moved most."""

import json
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, not_, select, true, union_all
from sqlalchemy.orm import Session

from anchor_portal.domain.disclosure.rules import SMALLEST_BASE
from anchor_portal.domain.figures.definitions import DEFINED, Definition
from anchor_portal.domain.figures.indicator_json import view_from_json
from anchor_portal.domain.figures.indicators import BREAKDOWNS, IndicatorView, RoundFigure
from anchor_portal.domain.lifecycle import Step
from anchor_portal.models import (
    MeasureRow,
    Organisation,
    Publication,
    QuestionnaireVersion,
    Return,
    ReturnStep,
    Round,
)
from anchor_portal.queries.columns import ROUND, ItsRound, among
from anchor_portal.queries.figures import load_figures
from anchor_portal.queries.releases import newest_revisions

SHARES = sorted({definition.measure for definition in DEFINED if definition.kind_of_number != "organisations"})
"""Measures of which an organisation has a share of its own; a yes or a no does not move by points."""
MOST_MOVED = 5
WITHIN = "within"
"""Where the frozen raw view of a figure keeps the one for Assembly members."""

Show = Callable[[RoundFigure], IndicatorView]
"""From a figure to the view of whoever looks."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A round with the digest of its questionnaire, and what was frozen of it when it was published.

    `frozen` is the digest of its publication, else None: what is published never changes, so that the digest stands
    for the text, which is long, and is read once (`load_trends`).
    `release` is the revision that they stand in, when it was published, and why where it is not the first.
    """

    round: ItsRound
    digest: str
    frozen: str | None
    release: tuple[int, datetime, str] | None = None


@dataclass(frozen=True, slots=True)
class Mover:
    """An organisation whose own share moved much: per cent now, and points since the return it is compared with."""

    slug: str
    name: str
    measure: str
    share: Decimal
    moved: Decimal


def load_listed(session: Session) -> list[Listed]:
    """Every round, the newest first, with the newest revision of its frozen figures: one statement."""
    rows = session.connection().execute(_listed()).all()
    number = len(ROUND)
    return [_listed_of(ItsRound._make(row[:number]), *row[number:]) for row in rows]


def _listed_of(round_: ItsRound, digest: str, frozen: str | None, revision: int, at: datetime, reason: str) -> Listed:
    return Listed(round_, digest, frozen, None if frozen is None else (revision, at, reason))


@cache
def _listed() -> Select[*tuple[Any, ...]]:
    newest = newest_revisions()
    stands = and_(Publication.round_id == newest.c.round_id, Publication.revision == newest.c.revision)
    release = (Publication.digest, Publication.revision, Publication.published_at, Publication.reason)
    return (
        select(*ROUND, QuestionnaireVersion.digest, *release)
        .select_from(Round)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == Round.questionnaire_id)
        .outerjoin(newest, newest.c.round_id == Round.id)
        .outerjoin(Publication, stands)
        .order_by(Round.code.desc())
    )


def load_trends(
    session: Session,
    rounds: Iterable[Listed],
    show: Show,
    *,
    is_raw: bool,
    definitions: Sequence[Definition] = DEFINED,
    detailed: str = "",
) -> dict[str, list[IndicatorView]]:
    """The figures of rounds by round, the earliest first, as somebody sees them: frozen, else computed now.

    `is_raw` chooses among the frozen views, `show` makes those that are not frozen. Only the `detailed` round comes
    with its breakdowns. At most three statements; one less where the frozen ones were read before.
    """
    every = sorted(rounds, key=lambda listed: listed.round.code)
    open_ones = [listed.round for listed in every if listed.frozen is None]
    codes = [listed.round.code for listed in every]
    sections = [detailed] if detailed else []
    figures = load_figures(session, open_ones, codes, 0, definitions, sections) if open_ones else {}
    measures = tuple(dict.fromkeys(definition.measure for definition in definitions))
    names = [
        Thawed(each.frozen, is_raw, measures, each.round.code == detailed) for each in every if each.frozen is not None
    ]
    thawed = _thaw(session, names)
    views: dict[str, list[IndicatorView]] = {}
    for listed in every:
        code = listed.round.code
        if listed.frozen is None:
            views[code] = [show(figure) for figure in figures[code]]
        else:
            views[code] = [*thawed[listed.frozen]]
    return views


class Thawed(NamedTuple):
    """What was read of a publication with a digest: for whom, which measures, with breakdowns or without."""

    digest: str
    is_raw: bool
    measures: tuple[str, ...]
    is_detailed: bool


MOST_THAWED = 128
_thawed: OrderedDict[Thawed, tuple[IndicatorView, ...]] = OrderedDict()
_turn = Lock()
_TEXTS = select(Publication.digest, Publication.inside, Publication.outside).where(
    Publication.digest.in_(bindparam("digests", expanding=True))
)


def _thaw(session: Session, wanted: Sequence[Thawed]) -> dict[str, tuple[IndicatorView, ...]]:
    """Frozen views by the digest of their publication; a process keeps what it read, for it never changes."""
    with _turn:
        found = {each.digest: _thawed[each] for each in wanted if each in _thawed}
    missing = {each.digest: each for each in wanted if each.digest not in found}
    if not missing:
        return found
    for digest, inside, outside in session.connection().execute(_TEXTS, {"digests": list(missing)}).all():
        found[digest] = thaw(inside, outside, missing[digest])
        with _turn:
            _thawed[missing[digest]] = found[digest]
            if len(_thawed) > MOST_THAWED:
                _thawed.popitem(last=False)
    return found


def thaw(raw: str, public: str, wanted: Thawed) -> tuple[IndicatorView, ...]:
    """The frozen views of measures in their order: raw ones, or the members' (the public ones where there are none)."""
    frozen = json.loads(raw)
    if not wanted.is_raw:
        outside = json.loads(public)
        frozen = [each.get(WITHIN) or other for each, other in zip(frozen, outside, strict=True)]
    views = [view_from_json(each if wanted.is_detailed else _headline(each)) for each in frozen]
    by_measure = {view.definition.measure: view for view in views}
    return tuple(by_measure[measure] for measure in wanted.measures if measure in by_measure)


def _headline(frozen: dict[str, Any]) -> dict[str, Any]:
    return {**frozen, "breakdowns": dict.fromkeys(BREAKDOWNS, ())}


def load_movers(
    session: Session, round_: Round | ItsRound, but_not: Collection[int], published_at: datetime | None = None
) -> list[Mover]:
    """The organisations whose own shares moved most in a round, the furthest first: one statement, off an index.

    `but_not` are organisations whose answers the person asking may not see; small bases are left out. Where the round is
    published, so are those of which a return of it, or of an earlier round, was accepted since: its figures are not in
    those that are frozen.
    """
    found = {
        (row.slug, row.measure): row
        for row in session.connection().execute(_movers(round_.id, frozenset(but_not), published_at)).all()
    }
    movers = [
        Mover(row.slug, row.name, row.measure, 100 * row.numerator / row.denominator, row.moved)
        for row in found.values()
    ]
    return sorted(movers, key=lambda mover: (-abs(mover.moved), mover.name, mover.measure))[:MOST_MOVED]


@lru_cache(maxsize=64)
def _movers(round_id: int, but_not: frozenset[int], published_at: datetime | None) -> Select[*tuple[Any, ...]]:
    ends = (_moved(round_id, but_not, published_at, is_up=is_up).subquery() for is_up in (True, False))
    both = union_all(*(select(end) for end in ends)).subquery()
    return select(Organisation.slug, Organisation.name, both).join(both, both.c.organisation_id == Organisation.id)


def _moved(
    round_id: int, but_not: Collection[int], published_at: datetime | None, *, is_up: bool
) -> Select[*tuple[Any, ...]]:
    order = MeasureRow.moved.desc() if is_up else MeasureRow.moved
    columns = (
        MeasureRow.organisation_id,
        MeasureRow.measure,
        MeasureRow.numerator,
        MeasureRow.denominator,
        MeasureRow.moved,
    )
    return (
        select(*columns)
        .where(
            MeasureRow.round_id == round_id,
            MeasureRow.moved > 0 if is_up else MeasureRow.moved < 0,
            MeasureRow.row == "",
            among(MeasureRow.measure, SHARES),
            MeasureRow.denominator >= SMALLEST_BASE,
            MeasureRow.organisation_id.not_in(but_not),
            true() if published_at is None else not_(_corrected_since(round_id, published_at)),
        )
        .order_by(order)  # by nothing else: many that moved alike must not be sorted to take five of them
        .limit(MOST_MOVED)
    )


def _corrected_since(round_id: int, published_at: datetime) -> ColumnElement[bool]:
    """Whether a return of a measure's organisation was accepted after a moment, in this round or in an earlier one."""
    this = select(Round.code).where(Round.id == round_id).scalar_subquery()
    return (
        select(ReturnStep.id)
        .join(Return, Return.id == ReturnStep.return_id)
        .join(Round, Round.id == Return.round_id)
        .where(Round.code <= this, Return.organisation_id == MeasureRow.organisation_id)
        .where(ReturnStep.step == Step.ACCEPT, ReturnStep.at > published_at)
        .exists()
    )
