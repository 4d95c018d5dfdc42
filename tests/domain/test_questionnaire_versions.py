"""The two versions that ship ask what the specification says, in its words, kinds and order."""

import csv
from pathlib import Path

import pytest

from anchor_portal.domain.figures.definitions import DEFINED, in_force
from anchor_portal.domain.questionnaire.version import Kind, Need, Question, Questionnaire, ShowIf, Unit, parse
from anchor_portal.domain.sectors import SCALES, SECTORS, TIERS

SEEDS = Path(__file__).parents[2] / "seeds"
PLEDGES = (
    "We commit to the real living wage and creating equality within our local job sector.",
    "We pledge to employ and purchase locally*, (*Defined as within Cheshire and Merseyside.)",
    "We pledge to work in partnership and, where possible, ensure our buildings are utilised as community assets.",
    "We pledge to reduce our environmental impact and achieve net zero by 2040 or sooner.",
    "We pledge to leverage greater social value by achieving the Social Value Charter Award.",
    "We pledge to play our part in tackling health inequalities and improving population health outcomes.",
    "We are proud to showcase examples of the work we undertake to create social value.",
)
NARRATIVE = "Supporting narrative: Please document your progress to date and include case studies where relevant."


def version(code: str) -> Questionnaire:
    name = f"{code}.toml"
    return parse((SEEDS / "questionnaires" / name).read_text(encoding="utf-8"), name)


PRINTED = version("2024-01")
CURRENT = version("2024-07")
BOTH = pytest.mark.parametrize("questionnaire", [PRINTED, CURRENT], ids=["2024-01", "2024-07"])


def rows_of(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def keys_that(questionnaire: Questionnaire, **wanted: object) -> list[str]:
    return [
        question.key
        for question in questionnaire.questions
        if all(getattr(question, name) == value for name, value in wanted.items())
    ]


def codes_of(question: Question) -> list[str]:
    return [option.code for option in question.options]


@BOTH
def test_both_versions_carry_the_seven_pledges_as_printed(questionnaire: Questionnaire) -> None:
    assert questionnaire.pledges == PLEDGES


@BOTH
def test_no_two_questions_share_a_heading(questionnaire: Questionnaire) -> None:
    shorts = [question.short for question in questionnaire.questions]
    assert len(set(shorts)) == len(shorts)


@BOTH
def test_the_code_of_a_version_is_the_name_of_its_file(questionnaire: Questionnaire) -> None:
    assert (SEEDS / "questionnaires" / f"{questionnaire.code}.toml").exists()


@BOTH
def test_a_question_stands_in_the_section_of_the_pledge_in_its_key(questionnaire: Questionnaire) -> None:
    for question in questionnaire.questions:
        pledge = int(question.key[1]) if question.key[0] == "p" else None
        assert question.pledge == pledge, question.key


@BOTH
def test_only_trusts_are_asked_for_the_prevention_pledge_and_primary_care_may_answer(
    questionnaire: Questionnaire,
) -> None:
    question = questionnaire.question("p6.prevention_pledge")
    assert question.asked_of == ("nhs-trust",)
    assert question.may_answer == ("primary-care",)
    assert question.not_applicable == ("not_nhs_provider",)


@BOTH
def test_agency_staff_are_notional_and_never_pooled(questionnaire: Questionnaire) -> None:
    question = questionnaire.question("p1.rlw_agency")
    assert (question.default_basis, question.pooled) == ("notional", False)
    assert [each.key for each in questionnaire.questions if not each.pooled] == ["p1.rlw_agency"]


def test_the_printed_version_asks_what_was_printed_in_its_order() -> None:
    assert [(question.key, question.kind, question.label) for question in PRINTED.questions] == [
        (
            "p1.rlw_staff",
            Kind.SHARE,
            "What percentage of your workforce are currently paid the real living wage?",
        ),
        (
            "p1.rlw_agency",
            Kind.SHARE,
            "What percentage of your agency staff are paid at least the real living wage? (notional)",
        ),
        ("p1.narrative", Kind.NARRATIVE, NARRATIVE),
        (
            "p2.local_staff",
            Kind.SHARE,
            "What percentage of your workforce reside in Cheshire and Merseyside?",
        ),
        (
            "p2.local_contracts",
            Kind.SHARE,
            "In relation to the current financial year, what percentage of awarded contracts have been local?",
        ),
        ("p2.narrative", Kind.NARRATIVE, NARRATIVE),
        (
            "p3.free_use",
            Kind.YES_NO,
            "Do you currently allow voluntary, community, faith or social enterprise (VCFSE) organisations "
            "to use your buildings free of charge?",
        ),
        ("p3.narrative", Kind.NARRATIVE, NARRATIVE),
        ("p4.green_plan", Kind.YES_NO, "Has your organisation developed a Net Zero / Green Plan?"),
        ("p4.narrative", Kind.NARRATIVE, NARRATIVE),
        ("p5.charter_signed", Kind.YES_NO, "Have you signed the Social Value Charter?"),
        ("p5.award_achieved", Kind.YES_NO, "Have you achieved the Social Value Award?"),
        ("p5.narrative", Kind.NARRATIVE, NARRATIVE),
        (
            "p6.prevention_pledge",
            Kind.YES_NO,
            "Has your organisation been awarded the NHS Prevention Pledge? (NHS Providers only.)",
        ),
        (
            "p6.initiatives",
            Kind.YES_NO,
            "Is your organisation delivering initiatives that aim to address health inequalities?",
        ),
        (
            "p6.aligned",
            Kind.YES_NO,
            "If yes, is this work aligned with the 8 Marmot Principles or the Core20PLUS5?",
        ),
        ("p6.narrative", Kind.NARRATIVE, NARRATIVE),
        ("p7.case_study", Kind.NARRATIVE, "Please include a case study below."),
        ("signoff", Kind.SIGNOFF, "Name and Role, Signature, Date"),
    ]


def test_the_printed_version_takes_percentages_alone() -> None:
    shares = keys_that(PRINTED, kind=Kind.SHARE)
    assert shares == keys_that(PRINTED, percent_only=True)
    assert shares == ["p1.rlw_staff", "p1.rlw_agency", "p2.local_staff", "p2.local_contracts"]


def test_the_printed_version_requires_the_sign_off_alone_and_leaves_the_narratives_open() -> None:
    narratives = [f"p{number}.narrative" for number in range(1, 7)]
    assert keys_that(PRINTED, need=Need.REQUIRED) == ["signoff"]
    assert keys_that(PRINTED, need=Need.OPTIONAL) == [*narratives, "p7.case_study"]


def test_the_printed_version_asks_about_alignment_only_after_a_yes() -> None:
    assert PRINTED.question("p6.aligned").show_if == ShowIf("p6.initiatives", ("yes",))


def test_the_current_version_asks_every_key_of_the_specification_in_its_order() -> None:
    own = {
        1: ["rlw_staff", "rlw_rate_year", "rlw_agency"],
        2: ["local_staff", "local_fte", "local_contracts", "local_spend"],
        3: ["free_use"],
        4: ["green_plan", "approved_on", "target_year"],
        5: ["charter_signed", "charter_date", "award_achieved", "award_date"],
        6: ["prevention_pledge", "prevention_pledge_date", "initiatives", "marmot", "core20plus5"],
        7: ["case_studies"],
    }
    expected = ["about.boundary", "about.snapshot_date", "about.headcount", "about.fte"]
    for pledge, names in own.items():
        closing = ["narrative"] if pledge < 7 else []
        names = [*names, *closing, "evidence", "level_now", "level_aim"]
        expected += [f"p{pledge}.{name}" for name in names]
    assert [question.key for question in CURRENT.questions] == [*expected, "workforce.levels", "signoff"]


def test_the_current_version_has_its_sections_in_order() -> None:
    pledges = [f"pledge-{number}" for number in range(1, 8)]
    assert [section.code for section in CURRENT.sections] == ["about", *pledges, "workforce", "sign-off"]
    assert [section.pledge for section in CURRENT.sections] == [None, 1, 2, 3, 4, 5, 6, 7, None, None]


def test_the_current_version_requires_the_boundary_the_narratives_and_the_sign_off() -> None:
    narratives = [f"p{number}.narrative" for number in range(1, 7)]
    assert keys_that(CURRENT, need=Need.REQUIRED) == ["about.boundary", *narratives, "signoff"]


def test_the_current_version_never_asks_again_for_evidence_levels_dates_or_case_studies() -> None:
    optional = set(keys_that(CURRENT, need=Need.OPTIONAL))
    dates = {
        "p4.approved_on",
        "p4.target_year",
        "p5.charter_date",
        "p5.award_date",
        "p6.prevention_pledge_date",
    }
    of_each = {f"p{number}.{name}" for number in range(1, 8) for name in ("evidence", "level_now", "level_aim")}
    assert optional == dates | of_each | {"p7.case_studies"}


def test_the_current_version_counts_shares_in_their_units() -> None:
    assert {question.key: question.unit for question in CURRENT.questions if question.unit} == {
        "about.headcount": Unit.PEOPLE,
        "about.fte": Unit.FTE,
        "p1.rlw_staff": Unit.PEOPLE,
        "p1.rlw_agency": Unit.PEOPLE,
        "p2.local_staff": Unit.PEOPLE,
        "p2.local_fte": Unit.FTE,
        "p2.local_contracts": Unit.CONTRACTS,
        "p2.local_spend": Unit.GBP,
    }
    assert not keys_that(CURRENT, percent_only=True)
    assert keys_that(CURRENT, financial_year=True) == ["p2.local_contracts", "p2.local_spend"]


def test_the_current_version_bounds_what_the_specification_bounds() -> None:
    assert CURRENT.question("about.headcount").maximum == 200_000
    assert CURRENT.question("about.fte").at_most == "about.headcount"
    assert CURRENT.question("about.snapshot_date").check == "within_period"
    assert CURRENT.question("workforce.levels").check == "levels_sum"
    assert CURRENT.question("p7.case_studies").max_items == 10
    assert CURRENT.question("p1.narrative").max_length == 5000


def test_the_current_version_shows_its_follow_up_questions_after_a_yes() -> None:
    assert {question.key: question.show_if.question for question in CURRENT.questions if question.show_if} == {
        "p4.approved_on": "p4.green_plan",
        "p4.target_year": "p4.green_plan",
        "p5.charter_date": "p5.charter_signed",
        "p5.award_date": "p5.award_achieved",
        "p6.prevention_pledge_date": "p6.prevention_pledge",
        "p6.marmot": "p6.initiatives",
        "p6.core20plus5": "p6.initiatives",
    }
    assert all(question.show_if is None or question.show_if.equals == ("yes",) for question in CURRENT.questions)


def test_the_current_version_offers_the_choices_of_the_interchange_format() -> None:
    assert codes_of(CURRENT.question("p3.free_use")) == ["yes", "some", "no"]
    assert codes_of(CURRENT.question("p4.green_plan")) == ["yes", "in_progress", "no"]
    assert codes_of(CURRENT.question("p6.core20plus5")) == [
        "core20",
        "plus",
        "maternity",
        "severe_mental_illness",
        "chronic_respiratory",
        "early_cancer",
        "hypertension",
        "asthma",
        "diabetes",
        "epilepsy",
        "oral_health",
        "mental_health",
    ]
    for number in range(1, 8):
        assert codes_of(CURRENT.question(f"p{number}.level_now")) == ["1", "2", "3", "4"]
        assert codes_of(CURRENT.question(f"p{number}.level_aim")) == ["1", "2", "3", "4"]
    assert CURRENT.question("p1.rlw_rate_year").options_from == "rlw_rates"


def test_the_marmot_themes_are_those_of_the_register() -> None:
    themes = [(row["code"], row["title"]) for row in rows_of("marmot_themes.csv") if row["position"] != "0"]
    assert [(option.code, option.label) for option in CURRENT.question("p6.marmot").options] == themes


def test_reasons_for_not_applicable_are_offered_where_the_specification_has_them() -> None:
    assert {question.key: question.not_applicable for question in CURRENT.questions if question.not_applicable} == {
        "p3.free_use": ("no_public_buildings",),
        "p6.prevention_pledge": ("not_nhs_provider",),
    }


def test_what_changed_its_kind_or_its_meaning_is_marked_not_comparable() -> None:
    changed = keys_that(CURRENT, comparable=False)
    assert changed == ["p3.free_use", "p4.green_plan", "p6.prevention_pledge"]
    for question in PRINTED.questions:
        if question.key in [each.key for each in CURRENT.questions] and question.key not in changed:
            assert CURRENT.question(question.key).kind is question.kind, question.key


def test_a_measure_has_a_new_version_of_its_definition_exactly_where_its_question_is_not_comparable() -> None:
    before, after = ({each.measure: each for each in in_force(DEFINED, code)} for code in (PRINTED.code, CURRENT.code))
    changed = {measure for measure in after if before.get(measure) != after[measure]}
    assert changed == {key for key in keys_that(CURRENT, comparable=False) if key in after}
    assert {after[measure].since for measure in changed} == {CURRENT.code}
    assert in_force(DEFINED, PRINTED.code) == in_force(DEFINED, "2023-07")


def test_two_living_wage_rates_are_valid_from_october_to_may() -> None:
    rates = rows_of("rlw_rates.csv")
    assert [(row["year"], row["uk_rate"]) for row in rates] == [
        ("2022-23", "10.90"),
        ("2023-24", "12.00"),
        ("2024-25", "12.60"),
        ("2025-26", "13.45"),
    ]
    for rate, following in zip(rates, rates[1:], strict=False):
        assert following["valid_from"] == following["announced"]
        assert rate["valid_to"] == f"{int(following['announced'][:4]) + 1}-05-01"


def test_the_level_rows_of_both_scales_have_the_codes_of_the_interchange_format() -> None:
    levels = rows_of("levels.csv")
    bands = [f"band_{band}" for band in ("1", "2", "3", "4", "5", "6", "7", "8a", "8b", "8c", "8d", "9")]
    expected = {
        "nhs": [*bands, "vsm", "consultant", "sas", "trainee", "other"],
        "general": ["operational", "supervisory", "senior", "board"],
    }
    for scale in SCALES:
        rows = [row for row in levels if row["scale"] == scale]
        assert [row["code"] for row in rows] == expected[scale]
        assert [int(row["position"]) for row in rows] == list(range(1, len(rows) + 1))


def test_every_level_has_the_tier_that_the_specification_gives_it() -> None:
    tiers: dict[str, list[str]] = {}
    for row in rows_of("levels.csv"):
        tiers.setdefault(row["tier"], []).append(row["code"])
    assert tiers == {
        "lower": ["band_1", "band_2", "band_3", "band_4", "band_5", "operational"],
        "middle": ["band_6", "band_7", "supervisory"],
        "upper": ["band_8a", "band_8b", "band_8c", "band_8d", "band_9", "vsm", "senior"],
        "medical_and_dental": ["consultant", "sas", "trainee"],
        "other": ["other"],
        "board": ["board"],
    }
    assert set(tiers) == set(TIERS)


def test_nhs_bodies_answer_the_nhs_scale_and_everyone_else_the_other() -> None:
    signatories = rows_of("signatories.csv")
    assert len(signatories) == 21
    places = {row["gss_code"] for row in rows_of("places.csv")}
    for row in signatories:
        assert row["sector"] in SECTORS
        assert row["scale"] == ("nhs" if row["sector"].startswith("nhs-") else "general")
        assert row["main_place"] in places | {""}
