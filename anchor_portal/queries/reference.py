"""The small tables that every page may need, in one statement: places, levels, living wage rates, facts."""

import time
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, String, cast, literal, select, union_all
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.parts import Asking, Level, Rate
from anchor_portal.domain.questionnaire.version import Option
from anchor_portal.models import LevelRow, LivingWageRate, Organisation, Place, PortalFact, Round
from anchor_portal.queries.columns import ItsOrganisation, ItsRound, Signed

LEVELS_VERSION = "1"
"""The version of the table of levels and tiers that is in force."""
_OTHER = {"nhs": "general", "general": "nhs"}


class Asked(NamedTuple):
    """What of an organisation says what it is asked, where no more of it is read."""

    slug: str
    sector: str
    scale: str
    headcount: int | None


@dataclass(frozen=True, slots=True)
class Reference:
    """Places, levels by scale, rates, and whether this installation holds demonstration data."""

    places: tuple[Option, ...]
    levels: dict[str, tuple[Level, ...]]
    rates: tuple[Rate, ...]
    facts: dict[str, str]

    @property
    def is_demo(self) -> bool:
        """Whether the figures here are synthetic."""
        return self.facts.get("demo") == "yes"

    def asking(
        self, organisation: Organisation | ItsOrganisation | Asked, round_: Round | ItsRound, today: date
    ) -> Asking:
        """Who is asked, for which round, on which day: a draft follows the register."""
        return Asking(
            sector=organisation.sector,
            scale=organisation.scale,
            today=today,
            period_from=round_.period_from,
            period_to=round_.period_to,
            levels=self.levels[organisation.scale],
            rates=self.rates,
            places=self.places,
            headcount=None if organisation.headcount is None else Decimal(organisation.headcount),
            other_levels=self.levels[_OTHER[organisation.scale]],
        )

    def as_signed(self, asking: Asking, signed: Signed | None) -> Asking:
        """The same as what kind of organisation a revision was signed, whatever the register says since."""
        if signed is None or not was_other_kind(asking, signed):
            return asking
        scale = signed.scale or asking.scale
        levels, others = self.levels[scale], self.levels[_OTHER[scale]]
        return replace(asking, sector=signed.sector or asking.sector, scale=scale, levels=levels, other_levels=others)


def was_other_kind(asking: Asking, signed: Signed) -> bool:
    """Whether a revision was signed as another kind of organisation than the one that is asked."""
    return (signed.sector or asking.sector, signed.scale or asking.scale) != (asking.sector, asking.scale)


class ReferenceShelf:
    """Keeps the tables for a short while, for they are read with every page and change a few times a year."""

    def __init__(self, seconds: float = 30) -> None:
        self.seconds = seconds
        self._kept: tuple[float, Reference] | None = None

    def take(self, session: Session) -> Reference:
        """The tables as they were at most `seconds` ago."""
        if self._kept is None or time.monotonic() > self._kept[0]:
            self._kept = (time.monotonic() + self.seconds, load_reference(session))
        return self._kept[1]


def load_reference(session: Session) -> Reference:
    """Read all of it."""
    rows = session.execute(_statement()).all()
    return Reference(
        places=tuple(Option(row.code, row.name) for row in rows if row.what == "place"),
        levels={
            scale: tuple(Level(row.code, row.name, row.extra) for row in rows if row.what == scale) for scale in _OTHER
        },
        rates=tuple(_rate(row.code, row.name, row.extra) for row in rows if row.what == "rate"),
        facts={row.code: row.name for row in rows if row.what == "fact"},
    )


@cache
def _statement() -> CompoundSelect[*tuple[Any, ...]]:
    """Made once, because that takes longer than asking."""
    empty = literal("", String)
    return union_all(
        select(
            literal("place", String).label("what"),
            Place.gss_code.label("code"),
            Place.name.label("name"),
            empty.label("extra"),
            Place.name.label("position"),
        ),
        select(literal("fact", String), PortalFact.key, PortalFact.value, empty, PortalFact.key),
        select(
            literal("rate", String),
            LivingWageRate.year,
            cast(LivingWageRate.uk_rate, String),
            cast(LivingWageRate.valid_from, String) + " " + cast(LivingWageRate.valid_to, String),
            LivingWageRate.year,
        ),
        select(
            LevelRow.scale, LevelRow.code, LevelRow.name, LevelRow.tier, cast(LevelRow.position + 1000, String)
        ).where(LevelRow.version == LEVELS_VERSION),
    ).order_by("what", "position")


def _rate(year: str, pence: str, days: str) -> Rate:
    """A rate from its columns as text; `days` are the first and the last on which it counts."""
    valid_from, valid_to = map(date.fromisoformat, days.split())
    return Rate(year, f"{year} (£{int(pence) / 100:.2f} an hour)", valid_from=valid_from, valid_to=valid_to)
