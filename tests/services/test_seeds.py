"""The seeds are what the partnership has: 21 signatories, nine places, both questionnaires; loaded once or again."""

import csv
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.folders import folder
from anchor_portal.models import (
    BeaconIndicator,
    Grant,
    Identifier,
    LevelRow,
    LivingWageRate,
    Organisation,
    OrganisationPlace,
    Place,
    QuestionnaireVersion,
    Return,
    Round,
    Theme,
    User,
)
from anchor_portal.queries.reference import load_reference
from anchor_portal.services.seeds import load_seeds

LOADED = {
    Place: 9,
    Theme: 9,
    BeaconIndicator: 22,
    LivingWageRate: 4,
    LevelRow: 21,
    Organisation: 21,
    QuestionnaireVersion: 2,
}


def _count(session: Session, model: type) -> int | None:
    return session.scalar(select(func.count()).select_from(model))


def test_everything_that_the_portal_starts_with_is_there_and_nothing_else(session: Session) -> None:
    assert {model: _count(session, model) for model in LOADED} == LOADED
    assert [_count(session, model) for model in (Round, Return, User, Grant)] == [0, 0, 0, 0]


def test_every_signatory_of_the_file_is_in_the_register_as_it_stands_there(session: Session) -> None:
    with (folder("seeds") / "signatories.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["slug"]: row for row in csv.DictReader(file)}
    organisations = {each.slug: each for each in session.scalars(select(Organisation))}
    assert organisations.keys() == rows.keys()
    for slug, row in rows.items():
        one = organisations[slug]
        kept = (one.name, one.printed_name, one.sector, one.scale, one.main_place_code or "", one.note)
        names = ("full_name", "printed_name", "sector", "scale", "main_place", "note")
        assert kept == tuple(row[name] for name in names)


def test_organisations_that_work_everywhere_work_in_all_nine_places(session: Session) -> None:
    query = (
        select(Organisation.slug, func.count())
        .join(OrganisationPlace, OrganisationPlace.organisation_id == Organisation.id)
        .group_by(Organisation.slug)
    )
    places = {slug: number for slug, number in session.execute(query)}
    assert (places["miaa"], places["torus"], places["walton-centre"]) == (9, 3, 1)
    assert "roche" not in places


def test_identifiers_are_those_by_which_others_know_an_organisation(session: Session) -> None:
    query = select(Organisation.slug).join(Identifier).where(Identifier.scheme == "ods", Identifier.code == "RET")
    assert session.scalars(query).all() == ["walton-centre"]


def test_loading_again_adds_nothing_and_keeps_what_the_team_changed(session: Session) -> None:
    torus = session.scalars(select(Organisation).where(Organisation.slug == "torus")).one()
    torus.headcount, torus.name = 1500, "Torus Group"
    vsm = session.get_one(LevelRow, ("1", "nhs", "vsm"))
    vsm.tier = "board"
    rate = session.get_one(LivingWageRate, "2025-26")
    rate.valid_to = date(2027, 6, 1)
    session.flush()
    load_seeds(session)
    session.flush()
    session.expire_all()
    assert (torus.headcount, torus.name) == (1500, "Torus Group")
    assert (vsm.tier, rate.valid_to) == ("board", date(2027, 6, 1))
    assert {model: _count(session, model) for model in LOADED} == LOADED


def test_the_tables_that_questions_draw_on_are_read_in_their_order(session: Session) -> None:
    reference = load_reference(session)
    assert [place.label for place in reference.places][:2] == ["Cheshire East", "Cheshire West and Chester"]
    assert [rate.code for rate in reference.rates] == ["2022-23", "2023-24", "2024-25", "2025-26"]
    assert reference.rates[-1].label == "2025-26 (£13.45 an hour)"
    assert [level.code for level in reference.levels["nhs"]][9:12] == ["band_8c", "band_8d", "band_9"]
    assert [level.tier for level in reference.levels["general"]] == ["lower", "middle", "upper", "board"]
    assert not reference.is_demo
