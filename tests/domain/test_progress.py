"""An organisation's own measures over the rounds, with gaps where there is nothing or the question changed."""

from decimal import Decimal

from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.figures.figure import NotProvided, Shown, shown_percent
from anchor_portal.domain.findings.progress import (
    NO_RETURN,
    NOT_ASKED,
    Accepted,
    Series,
    own_answers,
    own_series,
    say_change,
)
from tests.domain.circumstances import CURRENT, PRINTED, share

STAFF, SPEND, LEVELS = "p2.local_staff", "p2.local_spend", "workforce.levels"


def accepted(code: str, answers: Answers | None) -> Accepted:
    return Accepted(code, PRINTED if code <= "2024-01" else CURRENT, answers)


def series_of(key: str, *rounds: Accepted) -> list[Series]:
    return [series for series in own_series(rounds) if series.question.key == key]


def texts(series: Series) -> list[str]:
    return [each.value.text if isinstance(each.value, Shown) else each.value.reason for each in series.figures]


def test_a_share_is_shown_for_every_round_with_the_reason_where_there_is_none() -> None:
    rounds = (
        accepted("2024-01", {STAFF: {"percent": "60.5"}}),
        accepted("2024-07", {STAFF: share("2", "3")}),
        accepted("2025-01", None),
        accepted("2025-07", {STAFF: {"state": "not_known", "reason": "not_held"}}),
        accepted("2026-01", {STAFF: share("0", "0")}),
        accepted("2026-07", {}),
    )
    found = series_of(STAFF, *rounds)
    assert [texts(series) for series in found] == [
        [
            "60.5%",
            "66.7%",
            NO_RETURN.reason,
            "we do not hold this information",
            "there is nothing to take a share of",
            "no answer was given",
        ]
    ]


def test_the_levels_table_becomes_the_share_of_an_ethnic_minority_of_those_known() -> None:
    table = {"senior.ethnic_minority": "1", "senior.white": "3", "senior.not_stated": "4", "reason": "Of March."}
    assert texts(series_of(LEVELS, accepted("2026-07", {LEVELS: table}))[0]) == ["25.0%"]


def test_a_year_to_date_is_compared_with_the_same_month_only() -> None:
    codes = ("2025-01", "2025-07", "2026-01", "2026-07")
    rounds = [accepted(code, {SPEND: share(str(index), "10")}) for index, code in enumerate(codes, start=1)]
    july, january = series_of(SPEND, *rounds)
    assert (july.month, texts(july)) == (7, ["20.0%", "40.0%"])
    assert (january.month, texts(january)) == (1, ["10.0%", "30.0%"])


def test_a_measure_without_any_figure_is_left_out() -> None:
    assert own_series([accepted("2026-07", {})]) == []
    assert own_series([]) == []
    assert own_answers([]) == []


def test_a_round_that_did_not_ask_has_no_figure_and_makes_no_change_of_definition() -> None:
    found = series_of("p2.local_fte", accepted("2024-01", {}), accepted("2024-07", {"p2.local_fte": share("1", "2")}))
    assert [each.value for each in found[0].figures] == [NOT_ASKED, shown_percent(Decimal("50.0"))]
    assert not any(each.is_new for each in found[0].figures)


def sentence(*values: Answers | None, sector: str = "") -> str:
    codes = ("2025-01", "2025-07", "2026-01", "2026-07")[-len(values) :]
    rounds = [accepted(code, given) for code, given in zip(codes, values, strict=True)]
    beside = {"2026-07": NotProvided("nobody") if not sector else Shown(Decimal(0), sector)}
    return say_change(series_of(STAFF, *rounds)[0], beside, "Councils")


def of(part: str, whole: str = "1000") -> Answers:
    return {STAFF: share(part, whole)}


def test_what_changed_is_said_in_a_sentence() -> None:
    assert sentence(of("600")) == "60.0% in July 2026, the first figure that we have."
    more = "61.5% in July 2026, 1.5 percentage points more than in January 2026 (60.0%)."
    assert sentence(of("600"), of("615")) == more
    assert sentence(of("600"), of("590")).startswith("59.0% in July 2026, 1 percentage point less than in January")
    assert sentence(of("600"), None, of("600")) == "60.0% in July 2026, the same as in July 2025."
    assert sentence(of("600"), of("615"), sector="63%") == f"{more} Councils together: 63%."


def test_a_question_that_changed_is_told_and_not_compared() -> None:
    answers = [{"p3.free_use": {"": "yes"}}, {"p3.free_use": {"": "some"}}]
    rounds = [accepted("2024-01", answers[0]), accepted("2024-07", answers[1])]
    (said,) = own_answers(rounds)
    assert (said.now, said.before, said.is_new) == ("In some buildings", "Yes in January 2024", True)
    (same,) = own_answers([rounds[1], accepted("2025-01", answers[1])])
    assert (same.now, same.code, same.before, same.is_new) == ("In some buildings", "2025-01", "", False)


def test_an_answer_that_does_not_apply_is_said_and_own_views_are_not_among_the_facts() -> None:
    free = {"p3.free_use": {"state": "not_applicable", "reason": "no_public_buildings"}}
    found = own_answers([accepted("2026-07", free | {"p3.level_now": {"": "3"}, "p1.rlw_rate_year": {"": "2025-26"}})])
    assert [(each.question.key, each.now) for each in found] == [("p3.free_use", "Not applicable")]
