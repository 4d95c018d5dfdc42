"""What a page says of a figure: answers, certainty, spread, steps and names, in words that a lay reader understands."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchor_portal.domain.figures.change import Panel
from anchor_portal.domain.figures.definitions import DEFINED, get_definition
from anchor_portal.domain.figures.figure import Shown, Suppressed, Withheld, printed, shown_percent, shown_points
from anchor_portal.domain.figures.indicators import IndicatorView, RoundFigure, inside
from anchor_portal.domain.figures.proportions import Total
from anchor_portal.domain.findings.certainty import (
    certainty_in_words,
    range_in_words,
    spread_in_words,
    unknown_in_words,
)
from anchor_portal.domain.findings.distribution import TOO_FEW, hidden_spread, spread
from anchor_portal.domain.findings.page_words import EVERY, PAGE_WORDS, by_pledge, definition_of, words_of
from anchor_portal.domain.findings.sentences import change_over, figure_in_words, in_words, listed
from anchor_portal.domain.findings.steps import Steps, find_steps, why_no_steps
from anchor_portal.domain.pledges import PLEDGES

CHARTER = "p5.charter_signed.v1"


def total_of(part: object, whole: object, returns: int = 18, unknown: object = 0) -> Total:
    return Total(Decimal(str(part)), Decimal(str(whole)), Decimal(str(unknown)), returns)


def view_of(code: str, total: Total | None, round_: str = "2026-07", panel: Panel | None = None) -> IndicatorView:
    figure = RoundFigure(
        definition=get_definition(code),
        round=round_,
        status="published",
        total=total,
        returns_expected=21,
        headcount_counted=Decimal(9),
        headcount_expected=Decimal(10),
        breakdowns={"sector": (), "place": (), "tier": ()},
        panel=panel,
    )
    return inside(figure)


def panel_of(before: Total, after: Total, before_all: Total, after_all: Total) -> Panel:
    return Panel("2026-01", 16, 3, 3, before, after, before_all, after_all, earlier_shown=True)


# Answers


@pytest.mark.parametrize(
    ("yes", "asked", "figure", "sentence"),
    [
        (14, 18, "14 of 18", "14 of the 18 signatories asked and answering have signed the Social Value Charter."),
        (18, 18, "18 of 18", "All 18 signatories asked and answering have signed the Social Value Charter."),
        (0, 18, "0 of 18", "None of the 18 signatories asked and answering has signed the Social Value Charter."),
        (1, 1, "1 of 1", "The one signatory asked and answering has signed the Social Value Charter."),
        (1, 18, "1 of 18", "1 of the 18 signatories asked and answering has signed the Social Value Charter."),
        (0, 0, "0 of 0", "No signatory was asked and answered, in July 2026."),
    ],
)
def test_answers_are_counted_and_never_said_as_a_share(yes: int, asked: int, figure: str, sentence: str) -> None:
    view = view_of(CHARTER, total_of(yes, asked, max(asked, 1)))
    assert (figure_in_words(view), in_words(view)) == (figure, sentence)


def test_the_change_of_answers_is_told_in_answers() -> None:
    before, now = view_of(CHARTER, total_of(17, 19), "2026-01"), view_of(CHARTER, total_of(18, 19))
    assert change_over([before, now]) == "18 of 19, after 17 of 19 in January 2026."
    hidden = replace(before, headline=replace(before.headline, numerator=Suppressed("it would tell too much")))
    assert "17" not in change_over([hidden, now])


@pytest.mark.parametrize("absent", [Suppressed("it would tell"), Withheld("coverage is low")])
def test_a_figure_that_is_not_shown_has_no_number_in_any_sentence(absent: Suppressed | Withheld) -> None:
    view = view_of("20.v1", total_of(123, 4567, 18, 89))
    row = replace(view.headline, value=absent, lower=absent, upper=absent, numerator=absent, denominator=absent)
    view = replace(view, headline=row, unknown=absent, sensitivity=(absent, absent), matched=None)
    said = " ".join([in_words(view), figure_in_words(view), *certainty_in_words(view), why_no_steps(view)])
    assert not set("123456789") & set(said.replace("July 2026", ""))
    assert absent.reason in in_words(view)
    assert certainty_in_words(view) == ()


def test_names_are_listed_as_people_say_them() -> None:
    assert [listed(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == ["", "A", "A and B", "A, B and C"]


# How sure


def test_a_count_of_people_has_a_range_for_chance_and_other_amounts_say_why_not() -> None:
    people = view_of("20.v1", total_of(65, 100))
    assert range_in_words(people) == "Allowing for chance, between 55.3% and 73.6%."
    for code in ("12.v1", "21.v1", "p2.local_contracts.v1", CHARTER):
        assert "no range for chance" in range_in_words(view_of(code, total_of(65, 100)))


def test_a_range_that_rounds_to_one_number_is_not_said_as_between_a_number_and_itself() -> None:
    view = view_of("20.v1", total_of(5_000_000, 10_000_000))
    assert range_in_words(view) == (
        "Chance can hardly have moved it: both ends of the range for chance are 50.0% when rounded."
    )


@pytest.mark.parametrize(
    ("code", "unknown", "said"),
    [
        ("20.v1", 40, "If we knew about the other 40 employees, it could be anything from 30.0% to 70.0%."),
        ("12.v1", "40.5", "If we knew about the other 40.50 full-time equivalent employees"),
        ("21.v1", 40, "If we knew about the other £40.00, it could be anything from 30.0% to 70.0%."),
        ("20.v1", 0, ""),
    ],
)
def test_what_is_not_known_is_said_with_its_unit(code: str, unknown: object, said: str) -> None:
    sentence = unknown_in_words(view_of(code, total_of(30, 60, 18, unknown)))
    assert sentence.startswith(said) if said else sentence == ""


def test_the_spread_is_said_by_its_middle_or_by_why_it_is_not() -> None:
    shares = [total_of(part, 100, 1) for part in range(0, 101, 10)]
    made = spread(shares, get_definition("12.v1"))
    assert made is not None
    assert spread_in_words(made) == (
        "Put in a row by their own share, the organisation in the middle of the 11 has 50.0%. "
        "The middle half of them lie between 25.0% and 75.0%."
    )
    assert spread_in_words(hidden_spread(TOO_FEW)) == f"How the organisations differ is not shown: {TOO_FEW.reason}."


# The change in its steps


amounts = st.integers(1, 9000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@given(st.lists(amounts, min_size=4, max_size=4))
def test_the_steps_add_up_as_they_are_printed_whatever_the_counts(counts: list[tuple[int, int]]) -> None:
    panel = panel_of(*(total_of(*count) for count in counts))
    view = view_of("20.v1", panel.after_all, panel=panel)
    steps = find_steps(view)
    assert steps is not None and view.matched is not None
    assert steps.before + steps.real + steps.joined + steps.left == steps.after
    assert isinstance(view.matched.total_change, Shown) and isinstance(view.value, Shown)
    assert steps.total == printed(view.matched.total_change.value)
    assert f"{steps.after}%" == view.value.text
    texts = [text.rstrip("%").replace("\u2212", "-").lstrip("+") for _, text in steps.parts]
    assert sum(map(Decimal, texts[:4])) == Decimal(texts[4])


@given(
    st.lists(st.integers(0, 1000), min_size=4, max_size=4), st.lists(st.sampled_from([0, 1]), min_size=4, max_size=4)
)
def test_published_steps_are_the_published_parts_to_the_digit(tenths: list[int], places: list[int]) -> None:
    """Outside every percentage is rounded already, some to whole numbers and some to one decimal."""
    before, after, before_all, after_all = (
        Decimal(each // 10) if not place else Decimal(each) / 10 for each, place in zip(tenths, places, strict=True)
    )
    panel = panel_of(*[total_of(1, 2)] * 4)
    view = view_of("20.v1", total_of(1, 2), panel=panel)
    assert view.matched is not None
    parts = {
        "real_change": after - before,
        "joined_change": after_all - after,
        "left_change": before - before_all,
        "total_change": after_all - before_all,
    }
    matched = replace(view.matched, **{name: shown_points(part) for name, part in parts.items()})
    view = replace(view, headline=replace(view.headline, value=shown_percent(after_all)), matched=matched)
    steps = find_steps(view)
    assert steps is not None
    assert (steps.real, steps.joined, steps.left) == tuple(list(parts.values())[:3])
    assert (steps.before, steps.after) == (before_all, after_all)


@pytest.mark.parametrize("part", ["real_change", "joined_change", "left_change", "total_change"])
def test_where_one_part_is_not_shown_there_are_no_steps_but_a_reason(part: str) -> None:
    view = view_of("20.v1", total_of(1, 2), panel=panel_of(*[total_of(1, 2)] * 4))
    assert view.matched is not None
    assert find_steps(view) is not None and why_no_steps(view) == ""
    hidden = replace(view, matched=replace(view.matched, **{part: Withheld("it would tell too much")}))
    assert find_steps(hidden) is None
    assert why_no_steps(hidden) == "The change on January 2026 is not split into its parts: it would tell too much."


def test_without_anything_to_compare_with_the_reason_is_told() -> None:
    view = view_of("20.v1", total_of(1, 2))
    assert "no organisation is counted now and in an earlier round" in why_no_steps(view)
    other = replace(view, not_compared="the definition changed with this round")
    assert why_no_steps(other) == "There is nothing to compare with: the definition changed with this round."


def test_a_step_of_nothing_has_no_sign() -> None:
    steps = Steps(
        "2026-01", "2026-07", Decimal("50.0"), Decimal("0.0"), Decimal("1.2"), Decimal("-1.2"), Decimal("50.0")
    )
    assert [text for _, text in steps.parts] == ["50.0%", "0.0", "+1.2", "\u22121.2", "50.0%"]


def test_a_change_says_from_where_to_where_only_as_it_is_printed() -> None:
    counts = [total_of(part, 10_000) for part in (6196, 6324, 6196, 6324)]
    assert "from" not in change_over([view_of("20.v1", counts[3], panel=panel_of(*counts))]).split("among")[0]
    counts = [total_of(part, 10_000) for part in (6190, 6320, 6190, 6320)]
    assert "on January 2026, from 61.9% to 63.2%, among" in change_over(
        [view_of("20.v1", counts[3], panel=panel_of(*counts))]
    )


def test_a_published_change_for_everyone_says_from_where_to_where() -> None:
    view = view_of("20.v1", total_of(1, 2), panel=panel_of(*[total_of(1, 2)] * 4))
    assert view.matched is not None
    why = Withheld("one or two organisations joined or left, so only the total change is published")
    matched = replace(view.matched, real_change=why, composition_change=why, total_change=shown_points(Decimal("-0.7")))
    view = replace(view, headline=replace(view.headline, value=shown_percent(Decimal("73.9"))), matched=matched)
    assert "from" not in change_over([view])
    assert change_over([replace(view, protected=True)]) == (
        "Down 0.7 percentage points on January 2026, from 74.6% to 73.9%, among everyone counted in each round; "
        "one or two organisations joined or left, so only the total change is published."
    )


# Names


def test_every_definition_has_words_for_its_page_and_every_page_a_definition() -> None:
    assert {definition.measure for definition in DEFINED} == set(PAGE_WORDS)
    assert len(EVERY) == 12
    for definition in DEFINED:
        words = words_of(definition)
        assert words.title and words.note.endswith(".") and words.numerator and words.denominator
        asks_for_unknown = definition.kind_of_number != "organisations"
        assert bool(words.unknown) == asks_for_unknown
        assert not asks_for_unknown or words.unknown.format(unknown="1", highest="2", lowest="3")


def test_every_figure_stands_once_under_a_pledge_and_the_workforce_comes_last() -> None:
    groups = by_pledge()
    assert [pledge for pledge, _ in groups] == [1, 2, 3, 4, 5, 6, 0]
    assert sorted(each.code for _, some in groups for each in some) == sorted(each.code for each in EVERY)
    assert all(pledge in PLEDGES for pledge, _ in groups if pledge)


@pytest.mark.parametrize("key", ["", "p9.nothing", "12", "p5.charter_signed.v1", "\x00", "p5.charter_signed "])
def test_what_is_no_measure_has_no_definition(key: str) -> None:
    assert definition_of(key) is None
