"""Two people in one section: nobody's change is lost or overwritten without a choice."""

from hypothesis import given
from hypothesis import strategies as st

from anchor_portal.domain.answers.merging import marks_of, merge, read_marks, write_marks
from anchor_portal.domain.answers.parts import Parts

KEYS = ("a", "b", "c")
some_parts = st.dictionaries(st.sampled_from(["", "numerator"]), st.sampled_from(["1", "2"]), min_size=1, max_size=2)
some_answers = st.dictionaries(st.sampled_from(KEYS), some_parts)


def merged(before: dict[str, Parts], mine: dict[str, Parts], theirs: dict[str, Parts]) -> dict[str, Parts]:
    """What stands, where there is no conflict."""
    result = merge(KEYS, marks_of(KEYS, before), mine, theirs)
    assert not result.conflicts
    return result.fresh


def test_changes_of_different_answers_are_both_kept() -> None:
    before: dict[str, Parts] = {"a": {"": "1"}, "b": {"": "1"}}
    assert merged(before, {"a": {"": "2"}, "b": {"": "1"}}, {"a": {"": "1"}, "b": {"": "3"}}) == {
        "a": {"": "2"},
        "b": {"": "3"},
    }


def test_the_same_change_twice_is_no_conflict() -> None:
    assert merged({}, {"a": {"": "2"}}, {"a": {"": "2"}}) == {"a": {"": "2"}}


def test_one_answer_changed_in_two_ways_is_a_conflict_and_keeps_ones_own_for_the_choice() -> None:
    result = merge(KEYS, marks_of(KEYS, {"a": {"": "1"}}), {"a": {"": "2"}}, {"a": {"": "3"}})
    assert (result.conflicts, result.fresh) == (("a",), {"a": {"": "2"}})


def test_what_one_emptied_and_the_other_changed_is_a_conflict() -> None:
    assert merge(KEYS, marks_of(KEYS, {"a": {"": "1"}}), {}, {"a": {"": "3"}}).conflicts == ("a",)


def test_a_page_without_marks_counts_as_opened_blank() -> None:
    assert merge(KEYS, {}, {"a": {"": "2"}}, {"a": {"": "3"}}).conflicts == ("a",)


@given(before=some_answers, mine=some_answers, theirs=some_answers)
def test_each_change_stands_or_is_asked_about(
    before: dict[str, Parts], mine: dict[str, Parts], theirs: dict[str, Parts]
) -> None:
    result = merge(KEYS, marks_of(KEYS, before), mine, theirs)
    for key in KEYS:
        was, typed, stored = (answers.get(key, {}) for answers in (before, mine, theirs))
        stands = result.fresh.get(key, {})
        if key in result.conflicts:
            assert typed not in (was, stored)
            assert stored != was
        elif typed != was:
            assert stands == typed
        else:
            assert stands == stored
        assert (key in result.taken) == (typed == was and stored != was and typed != stored)


@given(answers=some_answers)
def test_marks_survive_a_form(answers: dict[str, Parts]) -> None:
    marks = marks_of(KEYS, answers)
    assert read_marks(write_marks(marks)) == marks


def test_what_is_no_mark_is_passed_over() -> None:
    assert read_marks("a=1 nonsense b=2") == {"a": "1", "b": "2"}
