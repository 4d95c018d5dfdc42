"""Indicators as they are seen inside: raw, exact, with coverage; in JSON and in words."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from anchor_portal.domain.disclosure.control import outside
from anchor_portal.domain.figures.change import Panel
from anchor_portal.domain.figures.definitions import DEFINITIONS, MEASURES, get_definition
from anchor_portal.domain.figures.figure import (
    Figure,
    NotApplicable,
    NotProvided,
    Shown,
    Suppressed,
    Withheld,
    absent,
    as_float,
    exact_count,
    reason_of,
    shown_count,
    shown_percent,
    shown_points,
    state_of,
)
from anchor_portal.domain.figures.indicator_json import view_as_json, view_from_json
from anchor_portal.domain.figures.indicators import Group, RoundFigure, inside
from anchor_portal.domain.figures.proportions import Total, wilson
from anchor_portal.domain.findings.sentences import (
    change_in_words,
    coverage_in_words,
    in_words,
    interval_in_words,
    round_name,
)
from anchor_portal.services.figures.solver import solve


def total_of(numerator: str, denominator: str, returns: int, unknown: str = "0") -> Total:
    return Total(Decimal(numerator), Decimal(denominator), Decimal(unknown), returns)


PANEL = Panel(
    earlier="2025-07",
    organisations=16,
    joined=2,
    left=0,
    before=total_of("6000", "10000", 16),
    after=total_of("6130", "10000", 16),
    before_all=total_of("6000", "10000", 16),
    after_all=total_of("7600", "12000", 18),
    earlier_shown=True,
)

LOCAL_FTE = RoundFigure(
    definition=get_definition("12.v1"),
    round="2026-07",
    status="provisional",
    total=total_of("7600.50", "12000", 18, "300.25"),
    returns_expected=21,
    headcount_counted=Decimal(14100),
    headcount_expected=Decimal(15000),
    without_headcount=("Roche",),
    breakdowns={
        "sector": (
            Group("council", "Councils", total_of("7000.50", "11000", 17)),
            Group("housing", "Housing associations", total_of("600", "1000", 1)),
            Group("company", "Companies", None),
        ),
        "place": (),
        "tier": (),
    },
    percentage_only=2,
    panel=PANEL,
)


def value_of(figure: Figure) -> Fraction | Decimal:
    assert isinstance(figure, Shown)
    return figure.value


def test_the_value_inside_is_exact_and_its_counts_are_as_stored() -> None:
    view = inside(LOCAL_FTE)
    assert value_of(view.value) == Fraction(100 * 760050, 1200000)
    assert view.numerator == Shown(Decimal("7600.50"), "7,600.50")
    assert view.denominator == Shown(Decimal("12000.00"), "12,000.00")
    assert view.unknown == Shown(Decimal("300.25"), "300.25")
    assert (view.returns_counted, view.returns_expected) == (Shown(Decimal(18), "18"), 21)
    assert value_of(view.coverage) == 94
    assert (view.withheld, view.state, view.protected) == (None, "shown", False)


def test_fte_and_pounds_have_no_interval_and_people_have_wilsons() -> None:
    assert state_of(inside(LOCAL_FTE).lower) == "not_applicable"
    people = replace(LOCAL_FTE, definition=get_definition("20.v1"), total=total_of("65", "100", 3))
    lower, upper = wilson(65, 100)
    assert as_float(inside(people).lower) == pytest.approx(100 * lower, rel=1e-14)
    assert as_float(inside(people).upper) == pytest.approx(100 * upper, rel=1e-14)


def test_sensitivity_runs_from_none_to_all_of_the_unknown() -> None:
    lowest, highest = inside(replace(LOCAL_FTE, total=total_of("30", "60", 3, "40"))).sensitivity
    assert [value_of(lowest), value_of(highest)] == [30, 70]


def test_a_group_without_data_is_listed_as_not_provided() -> None:
    row = inside(LOCAL_FTE).breakdowns["sector"][2]
    assert (row.code, row.name, row.state) == ("company", "Companies", "not_provided")
    assert row.returns_counted == Shown(Decimal(0), "0")
    assert isinstance(row.numerator, NotProvided)


def test_a_group_that_nobody_asks_has_no_figure_by_its_nature_and_one_that_did_not_answer_lacks_it() -> None:
    pledge = get_definition("p6.prevention_pledge.v2")
    groups = tuple(Group(code, code.title(), None) for code in ("council", "nhs-trust"))
    figure = replace(LOCAL_FTE, definition=pledge, breakdowns={"sector": groups, "place": (), "tier": ()})
    for view in (inside(figure), outside(figure, solve=solve)):
        assert [row.state for row in view.breakdowns["sector"]] == ["not_applicable", "not_provided"]


def test_a_group_of_one_is_shown_inside() -> None:
    row = inside(LOCAL_FTE).breakdowns["sector"][1]
    assert value_of(row.value) == 60
    assert row.reason is None


def test_a_round_with_no_return_says_so() -> None:
    view = inside(replace(LOCAL_FTE, total=None, headcount_counted=Decimal(0), panel=None))
    assert (view.state, view.withheld) == ("not_provided", None)
    assert (state_of(view.unknown), state_of(view.sensitivity[0])) == ("not_provided", "not_provided")
    assert in_words(view) == "There is no figure for July 2026: no accepted return has these figures."


def test_a_whole_of_zero_is_neither_zero_nor_missing() -> None:
    view = inside(replace(LOCAL_FTE, total=total_of("0", "0", 4)))
    assert (view.state, view.numerator) == ("not_applicable", Shown(Decimal("0.00"), "0.00"))
    assert [state_of(each) for each in view.sensitivity] == ["not_applicable", "not_applicable"]


@pytest.mark.parametrize(("counted", "is_withheld"), [(6999, True), (7000, False), (7001, False), (0, True)])
def test_below_the_threshold_the_value_is_shown_inside_and_the_sentence_says_why(
    counted: int, is_withheld: bool
) -> None:
    view = inside(replace(LOCAL_FTE, headcount_counted=Decimal(counted), headcount_expected=Decimal(10000)))
    sentence = "Not published: the signatories counted employ less than 70 per cent of the known workforce."
    assert view.withheld == (sentence if is_withheld else None)
    assert view.state == "shown"


def test_the_threshold_is_a_setting() -> None:
    assert inside(LOCAL_FTE, 95).withheld is not None
    assert inside(LOCAL_FTE, Decimal("93.5")).withheld is None


def test_coverage_without_any_known_headcount_is_not_provided() -> None:
    view = inside(replace(LOCAL_FTE, headcount_counted=Decimal(0), headcount_expected=Decimal(0)))
    assert state_of(view.coverage) == "not_provided"
    assert view.withheld == "Not published: coverage cannot be worked out, because no headcount is known."


def test_the_printed_change_of_composition_is_rounded_total_less_rounded_real() -> None:
    panel = replace(PANEL, after=total_of("6104", "10000", 16), after_all=total_of("7329.60", "12000", 18))
    matched = inside(replace(LOCAL_FTE, panel=panel)).matched
    assert matched is not None
    assert value_of(matched.real_change) == Fraction("1.04")
    assert value_of(matched.total_change) == Fraction("1.08")
    assert value_of(matched.composition_change) == Fraction("0.04")
    printed = [matched.real_change, matched.composition_change, matched.total_change]
    assert [each.text for each in printed if isinstance(each, Shown)] == ["+1.0", "+0.1", "+1.1"]


def test_without_a_panel_nothing_is_matched() -> None:
    assert inside(replace(LOCAL_FTE, panel=replace(PANEL, organisations=0))).matched is None
    assert inside(replace(LOCAL_FTE, panel=None)).matched is None


def test_the_json_has_the_shape_of_the_interchange() -> None:
    values = view_as_json(inside(LOCAL_FTE))
    assert (values["number"], values["definition"]) == (12, "12.v1")
    assert values["value"] == pytest.approx(63.3375)
    assert (values["numerator"], values["denominator"], values["unknown"]) == (
        "7600.50",
        "12000.00",
        "300.25",
    )
    assert (values["lower"], values["upper"]) == (None, None)
    assert (values["returns_counted"], values["returns_expected"]) == (18, 21)
    assert (values["coverage_percent"], values["withheld"], values["state"]) == (94.0, None, "shown")
    assert isinstance(values["coverage_percent"], float)
    assert values["breakdowns"]["tier"] == []
    row = values["breakdowns"]["sector"][2]
    assert (row["code"], row["value"], row["numerator"], row["returns_counted"]) == ("company", None, None, 0)
    assert (row["state"], row["reason"]) == ("not_provided", "no accepted return has these figures")
    matched = values["matched"]
    assert (matched["round"], matched["organisations"]) == ("2025-07", 16)
    assert matched["real_change"] + matched["composition_change"] == pytest.approx(matched["total_change"])


@pytest.mark.parametrize(
    ("code", "expected"),
    [("12.v1", "5921.00"), ("20.v1", "5921"), ("21.v1", "5921.00"), ("p5.charter_signed.v1", "5921")],
)
def test_counts_in_json_have_the_places_of_their_unit(code: str, expected: str) -> None:
    figure = replace(LOCAL_FTE, definition=get_definition(code), total=total_of("5921.00", "9000", 18))
    assert view_as_json(inside(figure))["numerator"] == expected


def test_an_amount_is_never_rounded_inside() -> None:
    assert str(exact_count(Decimal("12.345"), "gbp")) == "12.345"
    assert str(exact_count(Decimal("12.5"), "people")) == "12.5"
    assert str(exact_count(Decimal("1E+3"), "fte")) == "1000.00"


def test_what_was_written_reads_back_the_same() -> None:
    values = view_as_json(inside(LOCAL_FTE, 95))
    assert view_as_json(view_from_json(values)) == values
    assert in_words(view_from_json(values)) == in_words(inside(LOCAL_FTE))
    assert change_in_words(view_from_json(values)) == change_in_words(inside(LOCAL_FTE))


def test_an_indicator_is_said_in_one_sentence() -> None:
    assert (
        in_words(inside(LOCAL_FTE))
        == "Of every 100 full-time equivalent employees of the 18 signatories counted, 63 live here."
    )
    ethnicity = replace(LOCAL_FTE, definition=get_definition("20.v1"), total=total_of("1", "100", 3))
    assert in_words(inside(ethnicity)) == (
        "Of every 100 employees whose ethnicity is known, at the 3 signatories counted, "
        "1 is from an ethnic minority background."
    )
    spend = replace(LOCAL_FTE, definition=get_definition("21.v1"), total=total_of("41", "100", 1))
    assert in_words(inside(spend)) == (
        "Of every £100 spent under contract by the one signatory counted, £41 went to local suppliers."
    )
    charter = replace(LOCAL_FTE, definition=get_definition("p5.charter_signed.v1"), total=total_of("14", "18", 18))
    assert in_words(inside(charter)) == (
        "14 of the 18 signatories asked and answering have signed the Social Value Charter."
    )


@pytest.mark.parametrize(
    ("numerator", "code", "expected"),
    [
        ("0", "12.v1", "none live here"),
        ("1", "12.v1", "fewer than 1 lives here"),
        ("9999", "12.v1", "more than 99 live here"),
        ("10000", "12.v1", "100 live here"),
        ("0", "21.v1", "£0 went to local suppliers"),
        ("1", "21.v1", "less than £1 went to local suppliers"),
        ("9999", "21.v1", "more than £99 went to local suppliers"),
    ],
)
def test_none_and_all_are_said_only_where_they_are_exact(numerator: str, code: str, expected: str) -> None:
    figure = replace(LOCAL_FTE, definition=get_definition(code), total=total_of(numerator, "10000", 9))
    assert in_words(inside(figure)).endswith(f"counted, {expected}.")


def test_coverage_is_said_with_whom_it_leaves_out() -> None:
    assert coverage_in_words(inside(LOCAL_FTE)) == (
        "18 of 21 signatories; they employ 94.0% of the known workforce; "
        "2 gave only a percentage, which cannot be added up; headcount not known: Roche."
    )


def test_an_interval_is_said_where_there_is_one() -> None:
    people = replace(LOCAL_FTE, definition=get_definition("20.v1"), total=total_of("65", "100", 3))
    assert interval_in_words(inside(LOCAL_FTE)) is None
    assert interval_in_words(inside(people)) == (
        "Allowing for chance, between 55.3% and 73.6% (95% confidence interval)."
    )


@pytest.mark.parametrize(
    ("after", "after_all", "expected"),
    [
        (
            "6130",
            "7600",
            "Up 1.3 percentage points on July 2025, from 60.0% to 61.3%, among the 16 organisations counted in both; "
            "those that joined or left add 2.0, so that for everyone counted it is up 3.3 percentage points.",
        ),
        (
            "6130",
            "7000",
            "Up 1.3 percentage points on July 2025, from 60.0% to 61.3%, among the 16 organisations counted in both; "
            "those that joined or left take off 3.0, so that for everyone counted it is down 1.7 percentage points.",
        ),
        (
            "6000",
            "7200",
            "Unchanged on July 2025, at 60.0%, among the 16 organisations counted in both; "
            "organisations joining or leaving made no difference.",
        ),
    ],
)
def test_the_change_is_said_with_real_change_first(after: str, after_all: str, expected: str) -> None:
    panel = replace(PANEL, after=total_of(after, "10000", 16), after_all=total_of(after_all, "12000", 18))
    assert change_in_words(inside(replace(LOCAL_FTE, panel=panel))) == expected


def test_no_change_is_claimed_without_a_panel() -> None:
    assert change_in_words(inside(replace(LOCAL_FTE, panel=None))).startswith("There is nothing to compare with")


def test_a_round_has_a_name() -> None:
    assert round_name("2026-07") == "July 2026"


def test_every_definition_is_complete_and_found_by_its_code() -> None:
    measures = [definition.measure for definition in (*DEFINITIONS, *MEASURES)]
    assert len(set(measures)) == len(measures) == 12
    assert "p1.rlw_agency" not in measures
    for definition in (*DEFINITIONS, *MEASURES):
        assert get_definition(definition.code) is definition
        assert all(text for _, text in definition.fingertips)
        assert definition.has_interval == (definition.kind_of_number == "people")
    assert [label for label, _ in DEFINITIONS[0].fingertips][:3] == [
        "Indicator name",
        "Definition",
        "Rationale",
    ]


def test_the_five_states_are_told_apart() -> None:
    states = ["suppressed", "not_provided", "not_applicable", "withheld"]
    assert [type(absent(state, "because")) for state in states] == [
        Suppressed,
        NotProvided,
        NotApplicable,
        Withheld,
    ]
    assert [state_of(absent(state, "because")) for state in states] == states
    assert (state_of(shown_percent(Decimal(3))), reason_of(shown_percent(Decimal(3)))) == ("shown", None)
    assert as_float(absent("withheld", "because")) is None


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (shown_percent(Fraction(190, 3)), "63.3%"),
        (shown_percent(Decimal("63")), "63%"),
        (shown_points(Fraction(-1, 30)), "0.0"),
        (shown_points(Fraction(-4, 3)), "\u22121.3"),
        (shown_points(Decimal("2")), "+2"),
        (shown_count(Decimal("1234567.89"), "gbp"), "£1,234,567.89"),
        (shown_count(Decimal("5920"), "people"), "5,920"),
    ],
)
def test_a_shown_figure_is_printed_in_its_unit(figure: Shown, text: str) -> None:
    assert figure.text == text
