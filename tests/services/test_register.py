"""The register: names over time, mergers, duplicates joined, removal, and figures that follow it."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.people import Role
from anchor_portal.domain.register.relations import RelationRefused
from anchor_portal.engine import Database
from anchor_portal.models import Alias, AuditEntry, Grant, Holding, Organisation, ReturnCount, Round, Total
from anchor_portal.queries.register import RegisterFilter, find_by_slug_or_name, find_profile, load_page
from anchor_portal.services.figures.totals import remake_totals
from anchor_portal.services.people import add_role
from anchor_portal.services.register.holdings import HeldWords, add_holding, change_holding, note_from_return
from anchor_portal.services.register.merging import join_duplicates, merge, undo_merge
from anchor_portal.services.register.names import add_alias
from anchor_portal.services.register.organisations import (
    ChangedMeanwhile,
    Details,
    RegisterRefused,
    add_organisation,
    change_details,
    get_to_change,
    remove_organisation,
    rename,
)
from tests.make import import_answers, make_round, signed

WHO = "team@team.example"
PLAIN = Details("vcse", "general")
TODAY = date(2026, 11, 22)


def held(session: Session, slug: str) -> Organisation:
    ident = session.scalars(select(Organisation.id).where(Organisation.slug == slug)).one()
    return get_to_change(session, ident)


def new(session: Session, name: str, **details: object) -> Organisation:
    return add_organisation(session, name, "", Details(**{"sector": "vcse", "scale": "general"} | details), WHO)  # type: ignore[arg-type]


def slugs(session: Session, words: str) -> list[str]:
    return [row.slug for row in load_page(session, RegisterFilter(words), 1, TODAY).rows]


def expected(session: Session, round_: Round) -> int:
    return session.scalars(
        select(Total.returns).where(Total.round_id == round_.id, Total.breakdown == "coverage").limit(1)
    ).one()


def test_a_name_changes_and_the_address_and_the_old_name_stay(session: Session) -> None:
    torus = held(session, "torus")
    assert rename(session, torus, "Torus Homes", "", date(2025, 4, 1), WHO)
    assert rename(session, torus, "Torus Futures", "Torus", date(2026, 4, 1), WHO)
    assert not rename(session, torus, "Torus Futures", "Torus", date(2026, 5, 1), WHO)
    profile = find_profile(session, "torus")
    assert profile is not None
    assert profile.organisation.name == "Torus Futures"
    assert [(each.name, each.since, each.until) for each in profile.former] == [
        ("Torus Homes", date(2025, 4, 1), date(2026, 4, 1)),
        ("Torus", None, date(2025, 4, 1)),
    ]
    assert slugs(session, "homes TORUS") == ["torus"]
    with pytest.raises(RegisterRefused, match="cannot be older"):
        rename(session, torus, "Torus Once", "", date(2025, 1, 1), WHO)


def test_a_slip_in_a_name_leaves_no_trace_but_in_the_record(session: Session) -> None:
    rename(session, held(session, "roche"), "Roche UK", "Roche", None, WHO)
    profile = find_profile(session, "roche")
    assert profile is not None
    assert not profile.former
    assert (
        "Roche to Roche UK"
        in session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "organisation renamed")).one()
    )


def test_any_name_and_any_code_finds_an_organisation(session: Session) -> None:
    add_alias(session, held(session, "alzheimers-society"), "Cymdeithas Alzheimer’s", WHO)
    for words in ("ALZHEIMER’S", "alzheimers soc", "cymdeithas"):
        assert slugs(session, words) == ["alzheimers-society"]
    assert slugs(session, "rxa") == ["cheshire-wirral-partnership"]
    assert slugs(session, "%") == []
    assert slugs(session, "no such") == []
    for typed in ("Torus", "torus", "rbt", "Mid Cheshire Hospitals", "mid cheshire hospitals nhs foundation trust"):
        assert find_by_slug_or_name(session, typed) is not None, typed
    for typed in ("", "Cheshire", "\0", "%"):
        assert find_by_slug_or_name(session, typed) is None


def test_an_alias_is_kept_once_and_is_never_another_s_name(session: Session) -> None:
    torus = held(session, "torus")
    assert add_alias(session, torus, "Torus Group", WHO)
    assert add_alias(session, torus, "TORUS-GROUP", WHO) is None
    assert add_alias(session, torus, "torus", WHO) is None
    with pytest.raises(RegisterRefused, match="name of Roche"):
        add_alias(session, torus, "roche", WHO)


def test_a_code_belongs_to_one_organisation(session: Session) -> None:
    with pytest.raises(RegisterRefused, match="is that of Mid Cheshire Hospitals"):
        new(session, "Another", codes={"ods": "RBT"})
    made = new(session, "Another", codes={"ods": "RZZ"})
    details = Details.of(get_to_change(session, made.id))
    with pytest.raises(RegisterRefused, match="is that of"):
        change_details(session, made, Details(details.sector, details.scale, codes={"ods": "RBT"}), WHO)
    assert change_details(session, made, Details("vcse", "general", codes={"gss": "E06000999"}), WHO)
    assert {each.scheme for each in made.identifiers} == {"gss"}


def test_two_of_one_name_get_two_addresses(session: Session) -> None:
    assert [new(session, "Lantern").slug for _ in range(3)] == ["lantern", "lantern-2", "lantern-3"]


def test_a_page_that_is_out_of_date_changes_nothing(session: Session) -> None:
    torus = held(session, "torus")
    seen = torus.version
    change_details(session, torus, Details("housing", "general", note="Changed"), WHO)
    assert not change_details(session, torus, Details("housing", "general", note="Changed"), WHO)
    with pytest.raises(ChangedMeanwhile):
        get_to_change(session, torus.id, seen)


def test_hosts_and_groups_make_no_circle(session: Session) -> None:
    one, two = new(session, "One"), new(session, "Two")
    assert change_details(session, two, Details("vcse", "general", hosted_by_id=one.id, member_of_id=one.id), WHO)
    profile = find_profile(session, one.slug)
    assert profile is not None
    assert [each.slug for each in profile.related["hosts"]] == ["two"]
    for circle in (one.id, two.id):
        with pytest.raises(RelationRefused):
            change_details(session, one, Details("vcse", "general", hosted_by_id=circle), WHO)


def test_coverage_follows_who_is_a_signatory_and_counts_of_returns_too(session: Session) -> None:
    round_ = make_round(session)
    remake_totals(session, round_)
    assert expected(session, round_) == 21
    made = new(session, "Newcomer", is_signatory=True, joined_on=date(2026, 1, 1))
    assert expected(session, round_) == 22
    new(session, "For a charter only")
    assert expected(session, round_) == 22
    change_details(session, made, Details("vcse", "general", is_signatory=True, left_on=date(2026, 7, 31)), WHO)
    assert expected(session, round_) == 21, "who left on the closing date is not expected"
    merge(session, held(session, "torus"), held(session, "roche"), date(2026, 3, 1), WHO)
    assert expected(session, round_) == 20
    undo_merge(session, held(session, "torus"), WHO)
    assert expected(session, round_) == 21
    import_answers(session, round_, {"torus": signed()})
    merge(session, held(session, "torus"), held(session, "roche"), date(2026, 3, 1), WHO)
    unexpected = select(func.sum(ReturnCount.unexpected)).where(ReturnCount.round_id == round_.id)
    assert session.scalar(unexpected) == 1


def test_a_merger_keeps_the_history_and_can_be_taken_back(session: Session) -> None:
    torus, roche, miaa = held(session, "torus"), held(session, "roche"), held(session, "miaa")
    torus.joined_on = date(2022, 1, 1)
    merge(session, torus, roche, date(2026, 4, 1), WHO)
    assert (torus.merged_into_id, torus.left_on) == (roche.id, date(2026, 4, 1))
    for one, other in ((torus, miaa), (miaa, torus), (roche, torus), (roche, roche)):
        with pytest.raises(RelationRefused):
            merge(session, one, other, date(2026, 5, 1), WHO)
    assert undo_merge(session, torus, WHO)
    assert not undo_merge(session, torus, WHO)
    assert (torus.merged_into_id, torus.merged_on, torus.left_on) == (None, None, None)


def test_two_entries_of_one_organisation_become_one(session: Session) -> None:
    twin = new(session, "Alzheimers Society UK", codes={"charity-commission": "296645"})
    original = held(session, "alzheimers-society")
    add_alias(session, twin, "AS", WHO)
    for day in (date(2024, 1, 1), date(2025, 1, 1)):
        add_holding(session, twin, "toms", HeldWords(day), WHO)
    add_holding(session, original, "toms", HeldWords(date(2024, 1, 1)), WHO)
    add_role(session, "lead@alz.example", Role.LEAD, twin)
    add_role(session, "lead@alz.example", Role.LEAD, original)
    add_role(session, "other@alz.example", Role.LEAD, twin)
    join_duplicates(session, get_to_change(session, twin.id), held(session, "alzheimers-society"), WHO)
    assert find_profile(session, "alzheimers-society-uk") is None
    profile = find_profile(session, "alzheimers-society")
    assert profile is not None
    assert {each.name for each in profile.aliases} == {"Alzheimers Society UK", "AS"}
    assert {each.code for each in profile.organisation.identifiers} == {"296645"}
    assert len(profile.holdings) == 2
    assert session.scalar(select(func.count()).select_from(Grant).where(Grant.organisation_id == original.id)) == 2


def test_two_organisations_with_other_codes_are_not_joined(session: Session) -> None:
    with pytest.raises(RelationRefused, match="They are two"):
        join_duplicates(session, held(session, "walton-centre"), held(session, "mid-cheshire-hospitals"), WHO)
    with pytest.raises(RelationRefused, match="itself"):
        join_duplicates(session, held(session, "torus"), held(session, "torus"), WHO)
    import_answers(session, make_round(session), {"torus": signed()})
    with pytest.raises(RegisterRefused, match="1 return would lose"):
        join_duplicates(session, held(session, "torus"), held(session, "roche"), WHO)


def test_only_what_nothing_rests_on_can_be_removed(session: Session) -> None:
    made = new(session, "By mistake", works_in=frozenset({"E08000012"}), codes={"ods": "RZZ"})
    add_alias(session, made, "Wrong", WHO)
    holding = add_holding(session, made, "toms", HeldWords(date(2024, 1, 1)), WHO)
    with pytest.raises(RegisterRefused, match="1 charter or award would be lost"):
        remove_organisation(session, made, WHO)
    session.delete(holding)
    session.flush()
    remove_organisation(session, get_to_change(session, made.id), WHO)
    assert session.scalar(select(func.count()).select_from(Alias).where(Alias.name == "Wrong")) == 0
    host = new(session, "Host")
    new(session, "Guest", hosted_by_id=host.id)
    with pytest.raises(RegisterRefused, match="1 organisation that is tied to it"):
        remove_organisation(session, get_to_change(session, host.id), WHO)


def test_a_holding_is_noted_once_for_a_day_and_changed_by_one_at_a_time(session: Session) -> None:
    torus = held(session, "torus")
    first = add_holding(session, torus, "toms", HeldWords(date(2024, 1, 1)), WHO)
    with pytest.raises(RegisterRefused, match="in the register already"):
        add_holding(session, torus, "toms", HeldWords(date(2024, 1, 1)), WHO)
    second = add_holding(session, torus, "toms", HeldWords(date(2025, 1, 1)), WHO)
    with pytest.raises(RegisterRefused, match="in the register already"):
        change_holding(session, torus, second, HeldWords(date(2024, 1, 1)), 0, WHO)
    assert change_holding(session, torus, first, HeldWords(date(2024, 1, 1), level="One"), 0, WHO)
    with pytest.raises(ChangedMeanwhile):
        change_holding(session, torus, first, HeldWords(date(2024, 1, 1), level="Two"), 0, WHO)


def test_what_an_accepted_return_says_with_a_date_is_noted_once(session: Session) -> None:
    torus = held(session, "torus")
    answers = {
        "p5.charter_signed": {"": "yes"},
        "p5.charter_date": {"": "2021-05-12"},
        "p5.award_achieved": {"": "yes"},
        "p6.prevention_pledge": {"": "no"},
        "p6.prevention_pledge_date": {"": "2021-05-12"},
    }
    assert note_from_return(session, torus.id, "2026-01", answers, WHO) == 1, "an award without a date is not noted"
    assert note_from_return(session, torus.id, "2026-07", answers, WHO) == 0
    answers["p5.charter_date"] = {"": "2021-04-30"}
    assert note_from_return(session, torus.id, "2026-07", answers, WHO) == 0, "another date for the same charter"
    rows = session.scalars(select(Holding).where(Holding.organisation_id == torus.id)).all()
    assert [(row.kind, row.from_round) for row in rows] == [("social_value_charter", "2026-01")]
    award = {"p5.award_achieved": {"": "yes"}, "p5.award_date": {"": "2015-01-01"}}
    again = {"p5.award_achieved": {"": "yes"}, "p5.award_date": {"": "2024-01-01"}}
    assert [note_from_return(session, torus.id, "2026-07", each, WHO) for each in (award, again, again)] == [1, 1, 0]


def test_of_two_people_who_change_an_organisation_at_once_the_second_is_told(demo_database: Database) -> None:
    with Session(demo_database.writer) as first, first.begin():
        torus = held(first, "torus")
        seen, ident = torus.version, torus.id
        change_details(first, torus, Details("housing", "general", is_signatory=True, note="First"), WHO)
    with Session(demo_database.writer) as second, second.begin(), pytest.raises(ChangedMeanwhile):
        get_to_change(second, ident, seen)
