"""Two versions beside each other: what is new, asked differently, reworded, gone; and what that does to the figures."""

from pathlib import Path

import pytest

from anchor_portal.domain.figures.trend_effects import Course, Effect, effects_of, misfits_of, pledge_effects
from anchor_portal.domain.questionnaire.comparing import Fate, QuestionChange, VersionChanges, compare
from anchor_portal.domain.questionnaire.continuity import faults_of_new_version
from anchor_portal.domain.questionnaire.version import Questionnaire, parse

FOLDER = Path(__file__).parents[2] / "seeds" / "questionnaires"
SOURCE = (FOLDER / "2024-07.toml").read_text(encoding="utf-8")
FIRST = parse((FOLDER / "2024-01.toml").read_text(encoding="utf-8"), "2024-01.toml")
SECOND = parse(SOURCE, "2024-07.toml")
NEXT = SOURCE.replace('code = "2024-07"', 'code = "2027-07"', 1).replace("comparable = false\n", "")
"""What the next version would be if nothing of it changed."""


def changed(*swaps: tuple[str, str]) -> str:
    source = NEXT
    for old, new in swaps:
        assert old in source, old
        source = source.replace(old, new, 1)
    return source


def after(*swaps: tuple[str, str]) -> Questionnaire:
    return parse(changed(*swaps), "next.toml")


def without(key: str) -> Questionnaire:
    """The next version without a question."""
    blocks = NEXT.split("[[sections.questions]]\n")
    return parse(
        "[[sections.questions]]\n".join(each for each in blocks if f'key = "{key}"\n' not in each), "next.toml"
    )


def change_of(changes: VersionChanges, key: str) -> QuestionChange:
    return next(each for each in changes.questions if each.question.key == key)


def effect_on(later: Questionnaire, measure: str, first_round: str = "9999-99") -> Effect | None:
    effects = effects_of(SECOND, later, compare(SECOND, later), "2027-01", first_round)
    return next((each for each in effects if each.definition.measure == measure), None)


def faults(source: str) -> list[str]:
    questionnaire = parse(source, "next.toml")
    found = faults_of_new_version(source, questionnaire, [FIRST, SECOND], misfits_of(questionnaire))
    return [f"{source.splitlines()[line - 1].strip()}: {text}" for line, text in found]


def test_every_question_of_both_versions_has_one_fate() -> None:
    changes = compare(FIRST, SECOND)
    keys = [each.question.key for each in changes.questions]
    assert sorted(keys) == sorted({question.key for each in (FIRST, SECOND) for question in each.questions})
    assert dict(changes.counts) == {Fate.NEW: 37, Fate.CHANGED: 12, Fate.REWORDED: 5, Fate.SAME: 0, Fate.GONE: 2}


def test_reworded_asked_differently_new_and_gone_are_told_apart_and_said_in_words() -> None:
    changes = compare(FIRST, SECOND)
    charter, buildings = change_of(changes, "p5.charter_signed"), change_of(changes, "p3.free_use")
    assert (charter.fate, charter.asked, [each.what for each in charter.texts]) == (Fate.REWORDED, (), ["Question"])
    assert buildings.asked == (
        "It is asked as one of several answers; before, as yes or no.",
        "“Not applicable” can be said for a reason: no public buildings; before, in no case.",
        "New answer: “In some buildings”.",
    )
    assert change_of(changes, "about.headcount").fate is Fate.NEW
    assert change_of(changes, "p6.aligned").fate is Fate.GONE


def test_a_question_that_is_gone_stands_at_the_end_of_the_section_that_asked_it() -> None:
    section = next(each for each in compare(FIRST, SECOND).sections if each.section.code == "pledge-6")
    assert (section.questions[-1].question.key, section.questions[-1].fate) == ("p6.aligned", Fate.GONE)


def test_a_break_between_two_versions_is_seen_across_a_third() -> None:
    later = after()
    assert change_of(compare(SECOND, later), "p3.free_use").is_comparable
    assert change_of(compare(FIRST, later, [SECOND]), "p3.free_use").is_comparable is False
    assert change_of(compare(FIRST, later, [SECOND]), "about.headcount").is_comparable is None


def test_nothing_changes_where_nothing_is_changed() -> None:
    changes = compare(SECOND, after())
    assert all(section.is_same for section in changes.sections)
    assert {each.course for each in effects_of(SECOND, after(), changes, "2027-01")} == {Course.CONTINUES}
    assert pledge_effects(SECOND, after()) == ()


def test_a_reworded_question_continues_with_a_warning_to_read_it() -> None:
    swap = ('short = "Employees living locally"', 'short = "Employees who live here"')
    effect = effect_on(after(swap), "p2.local_staff")
    assert effect is not None
    assert (effect.course, effect.reasons) == (
        Course.CONTINUES,
        ("The words changed: check that people will count the same as before.",),
    )


def test_a_question_that_is_left_out_ends_its_measure() -> None:
    effect = effect_on(without("p2.local_spend"), "p2.local_spend")
    assert effect is not None
    assert effect.course is Course.ENDS


def test_a_measure_that_was_a_percentage_before_begins_with_the_counts() -> None:
    effects = effects_of(FIRST, SECOND, compare(FIRST, SECOND), "2024-01", "2024-07")
    assert {each.definition.measure for each in effects if each.course is Course.BEGINS} == {
        "p2.local_fte",
        "workforce.levels",
        "p2.local_spend",
        "p1.rlw_staff",
        "p2.local_staff",
        "p2.local_contracts",
    }


def test_where_a_new_definition_holds_the_line_breaks_and_its_version_is_said() -> None:
    effects = effects_of(FIRST, SECOND, compare(FIRST, SECOND), "2024-01", "2024-07")
    broken = {each.definition.measure: each.reasons[0] for each in effects if each.course is Course.BREAKS}
    assert set(broken) == {"p3.free_use", "p4.green_plan", "p6.prevention_pledge"}
    assert broken["p3.free_use"].startswith("Version 2 of the definition holds from then on")


def test_what_is_not_comparable_and_has_no_new_definition_is_said_to_be_drawn_as_one_line() -> None:
    marked = after(('key = "p5.charter_signed"\n', 'key = "p5.charter_signed"\ncomparable = false\n'))
    effect = effect_on(marked, "p5.charter_signed")
    assert effect is not None
    assert effect.course is Course.BREAKS
    assert "no newer version" in effect.reasons[1]


def test_a_measure_that_would_count_something_else_would_be_wrong() -> None:
    pounds = (
        'key = "p2.local_fte"\nkind = "share"\nunit = "fte"',
        'key = "p2.local_fte"\nkind = "share"\nunit = "gbp"',
    )
    effect = effect_on(after(pounds), "p2.local_fte")
    assert effect is not None
    assert (effect.course, effect.reasons) == (
        Course.WRONG,
        ("The definition counts full-time equivalents; the question now gives pounds.",),
    )


def test_the_grid_says_out_of_how_many_answers_each_pledge_is() -> None:
    (found,) = pledge_effects(SECOND, without("p2.local_spend"))
    assert (found.pledge, found.before, found.after) == (2, 5, 4)


def test_the_version_that_ships_keeps_the_rules_beside_the_one_before() -> None:
    assert faults_of_new_version(SOURCE, SECOND, [FIRST], misfits_of(SECOND)) == ()
    assert faults(NEXT) == []


@pytest.mark.parametrize(
    ("swap", "words"),
    [
        (
            ('key = "about.fte"\nkind = "number"\nunit = "fte"', 'key = "about.fte"\nkind = "number"\nunit = "people"'),
            'unit = "people": about.fte counts people; in version 2024-07 it counted full-time equivalents. Say',
        ),
        (
            ('key = "p4.target_year"\nkind = "year"', 'key = "p4.target_year"\nkind = "narrative"'),
            'kind = "narrative": p4.target_year is asked as text; in version 2024-07 as a year. Say',
        ),
        (
            ('key = "p4.target_year"', 'key = "p6.aligned"'),
            'key = "p6.aligned": p6.aligned was asked in version 2024-01 and not in 2024-07: its key is not used again.',
        ),
        (
            ('short = "Net zero target year"', 'short = "Snapshot date"'),
            'short = "Snapshot date": the heading “Snapshot date” is that of about.snapshot_date too',
        ),
        (
            ('{ code = "yes", label = "Yes", hint = "We have a finished plan." }', '{ code = "done", label = "Done" }'),
            'kind = "choice": p4.green_plan: The definition counts the answer “yes”, which the question no longer offers.',
        ),
    ],
)
def test_a_file_that_breaks_with_the_versions_before_is_refused_at_its_line(swap: tuple[str, str], words: str) -> None:
    source = changed(swap)
    if "done" in source:
        source = source.replace('show_if = { question = "p4.green_plan", equals = ["yes"] }\n', "")
    assert any(fault.startswith(words) for fault in faults(source)), faults(source)
