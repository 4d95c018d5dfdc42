"""Names of organisations: spellings of one name meet, names of two organisations do not; codes, holdings, mergers."""

from datetime import date

import pytest

from anchor_portal.domain.register.duplicates import Likeness, NameIndex, begins_like
from anchor_portal.domain.register.holdings import (
    HoldingRefused,
    Standing,
    check_days,
    find_kind,
    last_day,
    standing_on,
)
from anchor_portal.domain.register.identifiers import IdentifierRefused, read_identifier, read_org_id
from anchor_portal.domain.register.names import calm_name, fold_name, plain, slug_of
from anchor_portal.domain.register.relations import Merging, RelationRefused, check_merger, refuse_circle, say_rests

REGISTER = {
    1: "Alzheimer's Society",
    2: "Sefton Council",
    3: "Sefton Metropolitan Borough Council",
    4: "Sefton CVS",
    5: "Cheshire East Council",
    6: "CVS Cheshire East",
    7: "Mid Cheshire Hospitals NHS Foundation Trust",
    8: "Torus",
    9: "Mersey Internal Audit Agency",
    10: "Wirral Community Health and Care NHS Foundation Trust",
    11: "Liverpool Heart and Chest Hospital NHS Foundation Trust",
}


def found(name: str) -> dict[str, Likeness]:
    return {each.name: each.likeness for each in NameIndex(REGISTER.items()).find(name)}


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("Alzheimer’s Society", "Alzheimer's Society"),
        ("ALZHEIMERS  SOCIETY", "Alzheimer's Society"),
        ("The Alzheimer`s Society Ltd.", "Alzheimer's Society"),
        ("Mid Cheshire Hospitals", "Mid Cheshire Hospitals NHS Foundation Trust"),
        (
            "Mid-Cheshire Hospitals National Health Service Foundation Trust",
            "Mid Cheshire Hospitals NHS Foundation Trust",
        ),
        ("Liverpool Heart & Chest Hospital NHS FT", "Liverpool Heart and Chest Hospital NHS Foundation Trust"),
        ("Sefton Council for Voluntary Service", "Sefton CVS"),
        ("Sefton MBC", "Sefton Council"),
    ],
)
def test_another_spelling_is_the_same_name(typed: str, known: str) -> None:
    assert found(typed)[known] is Likeness.SAME


@pytest.mark.parametrize(
    ("typed", "known", "likeness"),
    [
        ("Alzheimers Socety", "Alzheimer's Society", Likeness.LIKELY),
        ("Alzhiemer's Society", "Alzheimer's Society", Likeness.LIKELY),
        ("Sefton Borough Council", "Sefton Council", Likeness.LIKELY),
        ("Cheshire East CVS", "CVS Cheshire East", Likeness.LIKELY),
        ("Mid Cheshire Hospital", "Mid Cheshire Hospitals NHS Foundation Trust", Likeness.LIKELY),
        ("Torus Group", "Torus", Likeness.LIKELY),
        ("Torus Housing", "Torus", Likeness.PERHAPS),
        ("MIAA", "Mersey Internal Audit Agency", Likeness.PERHAPS),
        ("Wirral Community", "Wirral Community Health and Care NHS Foundation Trust", Likeness.PERHAPS),
    ],
)
def test_a_name_that_is_nearly_there_is_shown(typed: str, known: str, likeness: Likeness) -> None:
    assert found(typed)[known] is likeness


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("Sefton CVS", "Sefton Council"),
        ("Sefton Council", "Sefton CVS"),
        ("Sefton Metropolitan Borough Council", "Sefton CVS"),
        ("CVS Cheshire East", "Cheshire East Council"),
        ("Cheshire East Council", "CVS Cheshire East"),
        ("East Cheshire NHS Trust", "Cheshire East Council"),
        ("Liverpool Women's Hospital NHS Foundation Trust", "Liverpool Heart and Chest Hospital NHS Foundation Trust"),
        ("Halton Council", "Sefton Council"),
        ("Torus 2", "Torus"),
        ("Tores", "Cheshire East Council"),
    ],
)
def test_two_organisations_are_not_taken_for_one(typed: str, other: str) -> None:
    assert other not in found(typed)


def test_every_name_of_the_seeds_finds_its_own_organisation_and_none_of_the_others() -> None:
    for ident, name in REGISTER.items():
        twins = {2, 3} if ident in {2, 3} else {ident}
        assert {each.organisation_id for each in NameIndex(REGISTER.items()).find(name)} <= twins


def test_while_one_types_the_names_that_begin_so_are_known() -> None:
    assert begins_like("alzh soc", "Alzheimer’s Society")
    assert not begins_like("sefton cvs", "Sefton Council")
    assert not begins_like("  ", "Torus")


@pytest.mark.parametrize("name", ["", " ", "!!!", "\u0000", "株式会社 東京", "ﬁrst Café", "Ǆ" * 400, "the", "Ltd"])
def test_any_text_can_be_folded_and_compared_with_itself(name: str) -> None:
    assert fold_name(name).plain == plain(name)
    assert NameIndex([(1, name)]).find(name)[0].likeness is Likeness.SAME


def test_a_slug_is_plain_and_nobody_else_s() -> None:
    assert slug_of("Alzheimer’s Society", set()) == "alzheimers-society"
    assert slug_of("Alzheimer's Society", {"alzheimers-society"}) == "alzheimers-society-2"
    assert slug_of("Café Ñandú", set()) == "cafe-nandu"
    assert slug_of("東京", set()) == "organisation-2", "a word of our own addresses is nobody's"
    assert slug_of("Imports", set()) == "imports-2"
    assert len(slug_of("x" * 300, set())) <= 60


def test_names_in_capitals_are_calmed_and_others_kept() -> None:
    assert calm_name("ALDER HEY CHILDREN'S NHS FOUNDATION TRUST") == "Alder Hey Children's NHS Foundation Trust"
    assert calm_name("THE QUEEN ELIZABETH HOSPITAL, KING'S LYNN, NHS TRUST") == (
        "The Queen Elizabeth Hospital, King's Lynn, NHS Trust"
    )
    assert calm_name("STOKE-ON-TRENT COUNCIL") == "Stoke-on-Trent Council"
    assert calm_name("MIAA") == "MIAA"
    assert calm_name("eBay iCIC") == "eBay iCIC"


@pytest.mark.parametrize(
    ("scheme", "typed", "code"),
    [
        ("ods", " rxa ", "RXA"),
        ("ods", "G6V2S", "G6V2S"),
        ("gss", "e06000049", "E06000049"),
        ("companies-house", "1234567", "01234567"),
        ("companies-house", "oc 123456", "OC123456"),
        ("companies-house", "IP12345R", "IP12345R"),
        ("charity-commission", "GB-CHC-296645", "296645"),
        ("charity-commission", "1 234 567", "1234567"),
        ("charity-commission", "1234567-1", "1234567-1"),
        ("oscr", "sc012345", "SC012345"),
        ("ccni", "NIC100123", "100123"),
        ("rsh", "lh1234", "LH1234"),
        ("lei", "5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R12"),
    ],
)
def test_a_code_is_kept_in_one_spelling(scheme: str, typed: str, code: str) -> None:
    assert read_identifier(scheme, typed) == code


@pytest.mark.parametrize(
    ("scheme", "typed"),
    [
        ("ods", "12"),
        ("ods", "R-A"),
        ("gss", "06000049"),
        ("gss", "E0600004٩"),
        ("companies-house", "ZZ123456"),
        ("companies-house", "123456789"),
        ("charity-commission", "12AB"),
        ("charity-commission", "0123456"),
        ("oscr", "012345"),
        ("ukprn", "20000000"),
        ("lei", "5493001KJTIIGC8Y1R13"),
        ("ods", "9" * 500),
        ("no-such-scheme", "1"),
    ],
)
def test_a_code_that_cannot_be_is_refused_with_a_sentence(scheme: str, typed: str) -> None:
    with pytest.raises(IdentifierRefused, match="is not a"):
        read_identifier(scheme, typed)


def test_codes_of_several_schemes_in_one_column_are_told_apart() -> None:
    assert read_org_id("GB-CHC-296645") == ("charity-commission", "296645")
    assert read_org_id("gb-coh-01234567") == ("companies-house", "01234567")
    with pytest.raises(IdentifierRefused):
        read_org_id("XX-1")


def test_an_award_lapses_after_five_years_and_a_charter_does_not() -> None:
    given = date(2021, 11, 22)
    assert last_day("social_value_award", given, None) == date(2026, 11, 22)
    assert standing_on(date(2026, 11, 22), "social_value_award", given, None) is Standing.HELD
    assert standing_on(date(2026, 11, 23), "social_value_award", given, None) is Standing.LAPSED
    assert standing_on(date(2026, 11, 23), "social_value_award", given, date(2028, 1, 1)) is Standing.HELD
    assert standing_on(date(2040, 1, 1), "social_value_charter", given, None) is Standing.HELD
    assert standing_on(date(2022, 1, 2), "toms", given, date(2022, 1, 1)) is Standing.ENDED
    assert standing_on(date(2021, 1, 1), "toms", given, None) is Standing.TO_COME


def test_an_award_given_on_a_leap_day_has_a_last_day() -> None:
    assert last_day("social_value_award", date(2024, 2, 29), None) in {date(2029, 2, 28), date(2029, 3, 1)}


def test_days_that_cannot_be_are_refused() -> None:
    today = date(2026, 11, 22)
    with pytest.raises(HoldingRefused, match="still to come"):
        check_days("toms", date(2026, 11, 23), None, today)
    with pytest.raises(HoldingRefused, match="before it begins"):
        check_days("toms", date(2026, 1, 2), date(2026, 1, 1), today)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Social Value Award", "social_value_award"),
        ("C&M SV award (Health)", "social_value_award"),
        ("social_value_charter", "social_value_charter"),
        ("LCR Fair Employment Charter", "fair_employment_charter"),
        ("NHS Prevention Pledge", "prevention_pledge"),
        ("TOMs", "toms"),
        ("Customs", None),
        ("", None),
    ],
)
def test_what_a_list_calls_a_holding_is_understood(words: str, kind: str | None) -> None:
    assert find_kind(words) == kind


def test_nobody_is_tied_to_itself_in_a_circle() -> None:
    refuse_circle(1, "One", 2, {2: 3, 3: None}, how="hosted by")
    for parents, other in (({}, 1), ({2: 1}, 2), ({2: 3, 3: 1}, 2)):
        with pytest.raises(RelationRefused):
            refuse_circle(1, "One", other, parents, how="hosted by")
    refuse_circle(1, "One", 2, {2: 3, 3: 2}, how="hosted by")  # others' circle is not ours to follow for ever


def test_a_merger_that_cannot_be_is_refused() -> None:
    one, two = Merging(1, "One", joined_on=date(2024, 1, 1)), Merging(2, "Two")
    check_merger(one, two, date(2024, 1, 1))
    for mine, other, on, words in (
        (one, one, date(2025, 1, 1), "itself"),
        (Merging(1, "One", "Three"), two, date(2025, 1, 1), "already"),
        (one, Merging(2, "Two", "Three"), date(2025, 1, 1), "choose that one"),
        (one, two, date(2023, 12, 31), "before"),
    ):
        with pytest.raises(RelationRefused, match=words):
            check_merger(mine, other, on)


def test_what_rests_on_an_organisation_is_said_in_words() -> None:
    assert say_rests({"returns": 1, "case studies": 1, "charters or awards": 2, "roles of people": 0}) == (
        "1 return, 1 case study and 2 charters or awards"
    )
    assert say_rests({"returns": 0}) == ""
