"""The seeds: places, themes, indicators, signatories, rates, levels, and both questionnaires, loaded once or again."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, object_mapper

from anchor_portal.folders import folder
from anchor_portal.models import (
    BeaconIndicator,
    Identifier,
    LevelRow,
    LivingWageRate,
    Organisation,
    OrganisationPlace,
    Place,
    Theme,
)
from anchor_portal.services.questionnaires.publishing import publish_questionnaire

VERSIONS = ("2024-01", "2024-07")


def load_seeds(session: Session) -> None:
    """Load every table that the portal starts with; what is there already is kept as it is."""
    _load_tables(session)
    places = session.scalars(select(Place.gss_code)).all()
    known = set(session.scalars(select(Organisation.slug)))
    for row in _rows("signatories"):
        if row["slug"] not in known:
            session.add(_organisation(row, places))
    session.flush()
    for code in VERSIONS:
        path = folder("seeds") / "questionnaires" / f"{code}.toml"
        publish_questionnaire(session, path.read_text(encoding="utf-8"), path.name)


def _load_tables(session: Session) -> None:
    rows: list[Place | Theme | BeaconIndicator | LivingWageRate | LevelRow] = []
    rows += [Place(gss_code=row["gss_code"], name=row["name"]) for row in _rows("places")]
    rows += [
        Theme(code=row["code"], position=int(row["position"]), title=row["title"]) for row in _rows("marmot_themes")
    ]
    rows += [_indicator(row) for row in _rows("beacon_indicators")]
    rows += [_rate(row) for row in _rows("rlw_rates")]
    rows += [LevelRow(**row | {"position": int(row["position"])}) for row in _rows("levels")]
    for row in rows:
        if session.get(type(row), object_mapper(row).primary_key_from_instance(row)) is None:
            session.add(row)
    session.flush()


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (folder("seeds") / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _indicator(row: dict[str, str]) -> BeaconIndicator:
    return BeaconIndicator(
        number=int(row["number"]),
        theme_code=row["theme"],
        name=row["name"],
        unit=row["unit"],
        source=row["source"],
        status_in_december_2023=row["status_in_december_2023"],
    )


def _rate(row: dict[str, str]) -> LivingWageRate:
    return LivingWageRate(
        year=row["year"],
        announced_on=date.fromisoformat(row["announced"]),
        uk_rate=Decimal(row["uk_rate"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]),
    )


def _organisation(row: dict[str, str], places: Sequence[str]) -> Organisation:
    everywhere = row["works_in"] == "all"
    codes = list(places) if everywhere else [code for code in row["works_in"].split(";") if code]
    return Organisation(
        slug=row["slug"],
        name=row["full_name"],
        printed_name=row["printed_name"],
        sector=row["sector"],
        scale=row["scale"],
        main_place_code=row["main_place"] or None,
        note=row["note"],
        places=[OrganisationPlace(gss_code=code) for code in codes],
        identifiers=[Identifier(scheme=row["scheme"], code=row["code"])] if row["scheme"] else [],
    )
