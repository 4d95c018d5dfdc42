"""The rules of a review: what comes first, who may decide, what was found, whether a decision still fits."""

from datetime import UTC, datetime, timedelta

import pytest

from anchor_portal.domain.answers.parts import Problem
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.pledges import Outcome
from anchor_portal.domain.review.attention import Signals, Waiting, count_signals, order_of, say_reasons
from anchor_portal.domain.review.deciding import Stand, changed_since, may_read_opinions, why_not_decide
from anchor_portal.domain.review.outcomes import Found, ask_for, missing_outcomes, read_outcomes, say_outcomes

AT = datetime(2026, 7, 10, 9, 0, tzinfo=UTC)


def waiting(
    unexplained: int = 0,
    explained: int = 0,
    *,
    first: bool = False,
    late: bool = False,
    mine: bool = False,
    days: int = 0,
    counted: bool = True,
) -> Waiting:
    signals = Signals(unexplained, explained, first) if counted else None
    return Waiting(signals, late, 1, AT + timedelta(days=days), mine)


def test_the_queue_goes_by_flags_explanations_lateness_and_first_returns_and_then_by_age() -> None:
    wanted = [
        waiting(mine=True, days=9),
        waiting(counted=False, days=8),
        waiting(3),
        waiting(1, 9, late=True),
        waiting(1, 2, late=True, first=True),
        waiting(0, 2),
        waiting(0, 1, late=True),
        waiting(late=True, first=True, days=3),
        waiting(late=True),
        waiting(first=True, days=5),
        waiting(days=1),
        waiting(days=2),
    ]
    assert sorted(reversed(wanted), key=order_of) == wanted


def test_the_reasons_are_said_in_the_order_of_the_queue() -> None:
    every = Waiting(Signals(1, 2, is_first=True), is_late=True, revision=2, submitted_at=AT)
    assert say_reasons(every) == (
        "1 flagged change without an explanation",
        "2 flagged changes with an explanation",
        "Late",
        "First return",
        "Signed again: revision 2",
    )
    assert say_reasons(waiting()) == ()
    assert say_reasons(waiting(counted=False)) == ("Signed before unusual answers were counted",)


def test_answers_are_counted_once_whatever_the_number_of_their_warnings() -> None:
    problems = [
        Problem("a", "", "odd", hard=False),
        Problem("a", "", "odder", hard=False),
        Problem("b", "", "odd", hard=False),
        Problem("c", "", "wrong"),
    ]
    answers = {"a": {"explanation": "Because."}, "b": {"explanation": "  "}}
    assert count_signals(problems, answers, is_first=True) == Signals(1, 1, is_first=True)


@pytest.mark.parametrize(
    ("needed", "given", "refusal"),
    [
        (1, (), ""),
        (2, (), "give yours first"),
        (2, (7,), "1 is missing"),
        (2, (8,), "give yours first"),
        (2, (8, 9), ""),
        (2, (7, 8), ""),
    ],
)
def test_two_opinions_are_needed_where_they_were_asked_for(needed: int, given: tuple[int, ...], refusal: str) -> None:
    said = why_not_decide(needed, given, 7)
    assert refusal in said and bool(refusal) == bool(said)


def test_an_opinion_is_given_before_the_other_one_is_read() -> None:
    assert not may_read_opinions(2, [8], 7)
    assert may_read_opinions(2, [7], 7)
    assert may_read_opinions(2, [8, 9], 7)


@pytest.mark.parametrize(
    ("status", "revision", "digest", "said"),
    [
        (Status.ACCEPTED, 1, "d", ""),
        (Status.CORRECTING, 1, "d", "Opened for correction since"),
        (Status.READY, 1, "d", "“Ready for sign-off”"),
        (Status.SUBMITTED, 2, "e", "revision 2 since, which waits for a decision"),
        (Status.RETURNED, 2, "e", "“Returned with queries”"),
        (Status.ACCEPTED, 1, "other", "is not what was decided on"),
    ],
)
def test_a_decision_is_flagged_where_its_return_changed(status: Status, revision: int, digest: str, said: str) -> None:
    changed = changed_since(1, "d", Stand(status, revision, digest))
    assert said in changed and bool(said) == bool(changed)


def test_outcomes_are_read_and_those_missing_are_named() -> None:
    typed = {f"outcome-{number}": "met" for number in (1, 2, 3, 4, 6)} | {"note-2": " Good. ", "outcome-5": "superb"}
    found = read_outcomes(typed | {"outcome-8": "met"})
    assert found[2] == Found(Outcome.MET, "Good.")
    assert missing_outcomes(found) == [5, 7]
    assert ask_for([5, 7]) == "Choose an outcome for pledges 5 and 7 before you accept the return"
    assert ask_for([5]).startswith("Choose an outcome for pledge 5 ")
    assert "each of the seven" in ask_for([1, 2, 3, 4, 5, 6, 7])
    assert ask_for([]) == ""
    assert say_outcomes({2: found[2], 1: Found(Outcome.NOT_YET_EVIDENCED)}).splitlines() == [
        "1. Real living wage and an equal local job sector: Not yet evidenced",
        "2. Employ and buy locally: Met. Good.",
    ]
