"""The register: organisations, the places they work in, and the tables that figures are broken down by."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint, and_, or_, true
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from anchor_portal.domain.register.names import plain
from anchor_portal.models.base import Base, Exact


class Place(Base):
    """One of the nine places of Cheshire and Merseyside, by its GSS code."""

    __tablename__ = "places"
    gss_code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


def _sort_name(context: Any) -> str:
    """For rows that are added in bulk, past the model."""
    return str(context.get_current_parameters()["name"]).casefold()


def _search_name(context: Any) -> str:
    """For rows that are added in bulk, past the model."""
    given = context.get_current_parameters()
    return search_name(str(given["name"]), str(given.get("printed_name") or ""))


def search_name(name: str, printed_name: str) -> str:
    """Both names as they are searched: small letters, no accents, apostrophes or punctuation."""
    return " | ".join(dict.fromkeys(text for text in (plain(name), plain(printed_name)) if text))


class Organisation(Base):
    """An organisation of the register; `sort_name` is its name without capitals, by which lists are in order.

    `slug` is its address and never changes, whatever its names become. `version` counts the changes that people made.

    A signatory of the Anchor Framework from `joined_on` (always, where that is not known) to `left_on`, if
    `is_signatory`; others are in the register for a charter or an award that they hold. Where it became part of another, its
    last day is that of the merger at the latest, and `left_before_merger` the one that was noted before, for whoever takes it back.
    """

    __tablename__ = "organisations"
    __table_args__ = (
        CheckConstraint("left_on IS NULL OR joined_on IS NULL OR left_on >= joined_on", name="leaves_after_joining"),
        CheckConstraint("headcount >= 0", name="headcount_not_negative"),
        CheckConstraint("(merged_into_id IS NULL) = (merged_on IS NULL)", name="merged_on_a_day"),
        CheckConstraint("scale IN ('nhs', 'general')", name="scale_known"),
        Index(None, "sort_name", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    sort_name: Mapped[str] = mapped_column(default=_sort_name, server_default="")
    search_name: Mapped[str] = mapped_column(default=_search_name, server_default="")
    printed_name: Mapped[str]
    sector: Mapped[str] = mapped_column(index=True)
    scale: Mapped[str]
    main_place_code: Mapped[str | None] = mapped_column(ForeignKey(Place.gss_code), index=True)
    headcount: Mapped[int | None]
    joined_on: Mapped[date | None]
    left_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    is_signatory: Mapped[bool] = mapped_column(default=True, server_default=true())
    hosted_by_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    member_of_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    merged_on: Mapped[date | None]
    left_before_merger: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    main_place: Mapped[Place | None] = relationship(lazy="raise")
    places: Mapped[list["OrganisationPlace"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    identifiers: Mapped[list["Identifier"]] = relationship(lazy="raise", cascade="all, delete-orphan")

    @validates("name")
    def _sort_by(self, key: str, name: str) -> str:
        self.sort_name = name.casefold()
        self.search_name = search_name(name, self.printed_name or "")
        return name

    @validates("printed_name")
    def _search_by(self, key: str, printed_name: str) -> str:
        self.search_name = search_name(self.name or "", printed_name)
        return printed_name


def is_signatory_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether an organisation is a signatory of the framework on a day, which may be given later."""
    joined = or_(Organisation.joined_on.is_(None), Organisation.joined_on <= day)
    stays = or_(Organisation.left_on.is_(None), Organisation.left_on > day)
    return and_(Organisation.is_signatory, joined, stays)


class OrganisationPlace(Base):
    """A place that an organisation works in."""

    __tablename__ = "organisation_places"
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id, ondelete="CASCADE"), primary_key=True)
    gss_code: Mapped[str] = mapped_column(ForeignKey(Place.gss_code), primary_key=True)


class Identifier(Base):
    """A code by which others know an organisation, in one of the schemes of `domain/register/identifiers`."""

    __tablename__ = "identifiers"
    __table_args__ = (UniqueConstraint("scheme", "code"),)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id, ondelete="CASCADE"), primary_key=True)
    scheme: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str]


class Theme(Base):
    """One of the eight Marmot themes, or life expectancy, which stands before them."""

    __tablename__ = "themes"
    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    title: Mapped[str]


class BeaconIndicator(Base):
    """One of the region's 22 Beacon indicators."""

    __tablename__ = "beacon_indicators"
    number: Mapped[int] = mapped_column(primary_key=True)
    theme_code: Mapped[str] = mapped_column(ForeignKey(Theme.code))
    name: Mapped[str]
    unit: Mapped[str]
    source: Mapped[str]
    status_in_december_2023: Mapped[str]


class LivingWageRate(Base):
    """A year's real living wage for the UK, in pounds an hour, and the days between which it counts."""

    __tablename__ = "living_wage_rates"
    year: Mapped[str] = mapped_column(primary_key=True)
    announced_on: Mapped[date]
    uk_rate: Mapped[Decimal] = mapped_column(Exact)
    valid_from: Mapped[date]
    valid_to: Mapped[date]


class LevelRow(Base):
    """A row of the levels table and the tier that it counts towards, in one version of that table."""

    __tablename__ = "level_rows"
    version: Mapped[str] = mapped_column(primary_key=True)
    scale: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name: Mapped[str]
    tier: Mapped[str]


class PortalFact(Base):
    """A fact about this installation, such as that it holds demonstration data."""

    __tablename__ = "portal_facts"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
