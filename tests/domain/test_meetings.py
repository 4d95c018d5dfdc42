"""The rules of a meeting: numbers, times, actions carried along, outcomes of several people at once, Marmot themes."""

from datetime import UTC, date, datetime

import pytest

from anchor_portal.domain.meetings.actions import (
    LoggedAction,
    TaskState,
    Update,
    carried_to,
    order_log,
    refuse_ending,
    say_log,
)
from anchor_portal.domain.meetings.agenda import (
    STANDING_ITEMS,
    make_reference,
    number_of,
    read_time,
    refuse_reference,
    say_times,
)
from anchor_portal.domain.meetings.outcomes import Stored, compare_outcomes, count_outcomes
from anchor_portal.domain.meetings.themes import Counted, say_themes, themes_served
from anchor_portal.domain.pledges import Outcome

JANUARY = date(2027, 1, 20)
THEMES = {
    "life": (0, "Life expectancy"),
    "one": (1, "Best start"),
    "two": (2, "Fair work"),
    "eight": (8, "Environment"),
}


@pytest.mark.parametrize(
    ("title", "reference"),
    [
        ("Anchor Assembly, January 2027", "AA/01/27"),
        ("Health and Care Partnership", "HCP/01/27"),
        ("assembly", "A/01/27"),
        ("Łódź 2027", "M/01/27"),
        ("", "M/01/27"),
        ("A B C D E F G H", "ABCDEF/01/27"),
    ],
)
def test_a_meeting_is_numbered_by_the_initials_of_who_meets(title: str, reference: str) -> None:
    assert make_reference(title, JANUARY) == reference
    assert number_of(reference, 2) == f"{reference}/02"
    assert not refuse_reference(reference)


def test_a_second_meeting_of_the_same_month_has_a_number_of_its_own() -> None:
    taken: set[str] = set()
    for _ in range(30):
        taken.add(make_reference("Anchor Assembly", JANUARY, taken))
    assert len(taken) == 30
    assert {"AA/01/27", "AA/01/27B"} <= taken


@pytest.mark.parametrize("reference", ["", "AA/01/27 ", "é/1", "//", "A" * 31, "AA/\n01", "<b>"])
def test_what_no_item_can_be_numbered_by_is_refused_with_a_sentence(reference: str) -> None:
    assert refuse_reference(reference).startswith("The number of the meeting can")


def test_items_are_timed_one_after_the_other() -> None:
    assert say_times("15:00", [None, 25, 10, None]) == ["", "15:00 to 15:25", "15:25 to 15:35", ""]
    assert say_times("", [25]) == [""]
    assert say_times("23:50", [20]) == ["23:50 to 00:10"]


def test_what_is_on_every_agenda_takes_time_so_the_first_organisation_is_not_due_when_people_sit_down():
    assert say_times("15:00", [*(item.minutes for item in STANDING_ITEMS), 10])[-1] == "15:35 to 15:45"
    assert [read_time(typed) for typed in ("9:05", "15.30", " ", "")] == ["09:05", "15:30", "", ""]
    for typed in ("25:00", "3 pm", "１５:00", "15:60"):
        with pytest.raises(ValueError, match="like 15:00"):
            read_time(typed)


def action(
    number: int, met: date = date(2026, 7, 1), due: date | None = None, ended: date | None = None
) -> LoggedAction:
    state = TaskState.DONE if ended else TaskState.OPEN
    return LoggedAction(number, met, "", f"Action {number}", "Somebody", due, state, ended)


def test_an_action_is_carried_from_meeting_to_meeting_until_one_heard_that_it_is_done() -> None:
    july, october, january = date(2026, 7, 1), date(2026, 10, 1), JANUARY
    log = [action(1), action(2, ended=date(2026, 9, 1)), action(3, ended=date(2026, 11, 1)), action(4, met=october)]
    assert [each.number for each in carried_to(log, october, july)] == [1, 2, 3]
    assert [each.number for each in carried_to(log, january, october)] == [1, 3, 4]
    assert [each.number for each in carried_to(log, july, None)] == []


def test_the_log_has_what_is_longest_late_first_and_what_has_ended_last() -> None:
    late, due, without = action(3, due=date(2026, 12, 1)), action(2, due=date(2027, 3, 1)), action(1)
    ended = action(4, ended=date(2027, 1, 1))
    assert order_log([ended, without, due, late], JANUARY) == [late, due, without, ended]
    assert say_log([ended, without, due, late], JANUARY) == "3 actions are open, 1 of them past its due date."
    assert (say_log([ended], JANUARY), say_log([due], JANUARY)) == (
        "No action is open.",
        "1 action is open, none of them late.",
    )
    assert (late.status(JANUARY), due.status(JANUARY)) == ("Open, 50 days late", "Open")
    assert (ended.status(JANUARY), without.due) == ("Done on 1 January 2027", "To be agreed")
    said = Update("In development.", "A. Person", datetime(2026, 6, 13, tzinfo=UTC))
    assert said.words == "13 June 2026, A. Person: In development."


def test_dropping_an_action_and_opening_it_again_need_a_reason() -> None:
    assert refuse_ending("open", "dropped", "") and refuse_ending("done", "open", "")
    assert not refuse_ending("open", "done", "")
    assert not refuse_ending("open", "dropped", "Not needed any more")


MET, PROGRESS, NOT_YET = Outcome.MET, Outcome.MAKING_PROGRESS, Outcome.NOT_YET_EVIDENCED


def test_an_outcome_that_somebody_recorded_meanwhile_is_never_overwritten() -> None:
    stored = {1: [Stored(4, MET, "Ann"), Stored(9, NOT_YET, "Bob")], 2: [Stored(5, MET, "Ann")]}
    changes = compare_outcomes({1: PROGRESS, 2: PROGRESS, 3: MET}, {1: 4, 2: 5}, stored)
    assert changes.new == {2: PROGRESS, 3: MET}
    assert changes.conflicts == {1: Stored(9, NOT_YET, "Bob")}


def test_a_pledge_that_nobody_touched_stays_as_others_left_it() -> None:
    stored = {1: [Stored(4, MET, "Ann"), Stored(9, NOT_YET, "Bob")]}
    assert compare_outcomes({1: MET}, {1: 4}, stored).new == {}
    assert compare_outcomes({1: MET}, {1: 4}, stored).conflicts == {}
    assert compare_outcomes({1: NOT_YET}, {1: 4}, stored).conflicts == {}, "two who choose the same agree"
    assert compare_outcomes({}, {}, stored).new == {}


def test_somebody_who_saw_no_outcome_is_told_of_the_one_that_there_is() -> None:
    stored = {1: [Stored(4, MET, "Ann")]}
    assert compare_outcomes({1: PROGRESS}, {}, stored).conflicts == {1: Stored(4, MET, "Ann")}
    assert compare_outcomes({1: PROGRESS}, {1: 10**18}, stored).conflicts == {1: Stored(4, MET, "Ann")}


def test_outcomes_are_counted_by_pledge() -> None:
    counts = count_outcomes({7: {1: "met", 2: "met"}, 8: {1: "not_applicable"}})
    assert counts[1] == {MET: 1, PROGRESS: 0, NOT_YET: 0, Outcome.NOT_APPLICABLE: 1}
    assert counts[2][MET] == 1 and not any(counts[7].values())


def test_a_theme_is_served_by_named_work_and_by_indicators_that_a_return_is_counted_in() -> None:
    answers = {"p6.marmot": {"one": "yes"}, "p2.local_spend": {"numerator": "1", "denominator": "2"}}
    counted = [
        Counted(21, "eight", "local spending", "p2.local_spend"),
        Counted(12, "two", "local jobs", "p2.local_fte"),
    ]
    served = themes_served(THEMES, answers, counted)
    assert [(theme.position, theme.is_served) for theme in served] == [(1, True), (2, False), (8, True)]
    assert served[2].ways == ("Beacon indicator 21, local spending: our figures are counted in it",)
    assert say_themes(served) == "Our work serves 2 of the 3 Marmot themes: themes 1 and 8."
    nothing = themes_served(THEMES, {"p6.marmot": {"state": "not_known", "reason": "x"}}, counted)
    assert say_themes(nothing) == "Our return names no work that serves one of the 3 Marmot themes."


def test_what_the_review_found_and_the_meeting_leaves_so_is_confirmed_but_not_what_changed_meanwhile() -> None:
    stored = {1: [Stored(4, MET, "Ann")], 2: [Stored(5, MET, "Ann"), Stored(9, NOT_YET, "Bob")]}
    changes = compare_outcomes({1: MET, 2: MET}, {1: 4, 2: 5}, stored)
    assert (changes.confirmed, changes.new) == ({1: 4}, {})
