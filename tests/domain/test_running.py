"""Running a round: which step is possible when, more time for one organisation, when a reminder is due."""

from datetime import date, datetime, timedelta

import pytest

from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import RoundStatus
from anchor_portal.domain.running import reminders
from anchor_portal.domain.running.more_time import own_deadline, own_status, refuse_more_time, refuse_until
from anchor_portal.domain.running.outbox import MOST_ATTEMPTS, wait_after
from anchor_portal.domain.running.reminders import Audience, Case, Occasion, Plan, choose
from anchor_portal.domain.running.steps import available_acts, stages_of
from anchor_portal.domain.running.usual_reminders import USUAL

DEADLINE = date(2026, 7, 31)


@pytest.mark.parametrize(
    ("status", "possible"),
    [
        ("draft", "open move close"),
        ("open", "move soft-close close"),
        ("soft-closed", "move close"),
        ("closed", "review publish"),
        ("under review", "publish"),
        ("published", "publish-again archive"),
        ("archived", "publish-again unarchive"),
    ],
)
def test_each_step_has_its_place_in_the_life_of_a_round(status: str, possible: str) -> None:
    assert set(available_acts(RoundStatus(status))) == set(possible.split())


def test_the_life_of_a_round_has_one_present_stage() -> None:
    stages = list(stages_of(RoundStatus.CLOSED, date(2026, 6, 15), DEADLINE))
    assert [stage.state for stage in stages] == ["done"] * 3 + ["now"] + ["to come"] * 3
    assert [stage.words for stage in stages if stage.words] == ["From 15 June 2026", "After the deadline, 31 July 2026"]


@pytest.mark.parametrize(
    ("closed_on", "names", "words"),
    [
        (DEADLINE - timedelta(days=1), "Planned, Open, Closed", ["From 15 June 2026", "On 30 July 2026"]),
        (DEADLINE, "Planned, Open, Closed", ["From 15 June 2026", "On 31 July 2026"]),
        (date(2026, 6, 1), "Planned, Closed", ["On 1 June 2026"]),
        (
            DEADLINE + timedelta(days=4),
            "Planned, Open, Open for late returns, Closed",
            ["From 15 June 2026", "After the deadline, 31 July 2026", "On 4 August 2026"],
        ),
    ],
)
def test_the_life_of_a_round_names_the_day_it_was_closed_and_no_stage_that_never_was(
    closed_on: date, names: str, words: list[str]
) -> None:
    stages = list(stages_of(RoundStatus.CLOSED, date(2026, 6, 15), DEADLINE, closed_on))
    assert ", ".join(stage.name for stage in stages if stage.state != "to come") == names
    assert [stage.words for stage in stages if stage.words] == words


@pytest.mark.parametrize(
    ("status", "days_after", "own"),
    [
        ("open", 0, "open"),
        ("soft-closed", 5, "open"),
        ("closed", 5, "open"),
        ("under review", 10, "open"),
        ("under review", 11, "under review"),
        ("soft-closed", 11, "soft-closed"),
        ("published", 5, "published"),
        ("archived", 5, "archived"),
        ("draft", 5, "draft"),
    ],
)
def test_a_round_is_open_to_who_has_more_time_until_it_is_published(status: str, days_after: int, own: str) -> None:
    until, today = DEADLINE + timedelta(days=10), DEADLINE + timedelta(days=days_after)
    assert own_status(RoundStatus(status), until, today) == own
    assert own_status(RoundStatus(status), None, today) == status


def test_an_extension_is_never_shorter_than_everybodys_deadline() -> None:
    assert own_deadline(DEADLINE, DEADLINE + timedelta(days=3)) == date(2026, 8, 3)
    assert own_deadline(DEADLINE, DEADLINE - timedelta(days=3)) == DEADLINE
    assert own_deadline(DEADLINE, None) == DEADLINE


@pytest.mark.parametrize(
    ("until", "says"),
    [
        (date(2026, 7, 31), "must be after 31 July 2026"),
        (date(2026, 7, 19), "must be today or later"),
        (date(2027, 2, 1), "must be on or before 27 January 2027"),
        (date(2026, 8, 1), ""),
    ],
)
def test_a_new_deadline_lies_after_everybodys_and_not_too_far(until: date, says: str) -> None:
    refusal = refuse_until(until, DEADLINE, date(2026, 7, 20))
    assert says in refusal
    assert bool(refusal) == bool(says)


def test_more_time_is_for_who_is_expected_and_has_not_answered() -> None:
    closed = RoundStatus.CLOSED
    assert refuse_more_time(closed, is_expected=True, has_answered=False) == ""
    assert "has answered" in refuse_more_time(closed, is_expected=True, has_answered=True)
    assert "not expected" in refuse_more_time(closed, is_expected=False, has_answered=False)
    assert "frozen" in refuse_more_time(RoundStatus.PUBLISHED, is_expected=True, has_answered=False)


def case(status: Status = Status.NOT_STARTED, **more: object) -> Case:
    values: dict[str, object] = {"accepted_revision": 0, "can_answer": True, "deadline": DEADLINE} | more
    return Case(status=status, **values)  # type: ignore[arg-type]


def due(days: int, after: int, audience: Audience = Audience.UNANSWERED, day: date = DEADLINE) -> bool:
    return reminders.is_due(Plan(1, audience, days), Occasion(day, "x"), day + timedelta(days=after))


@pytest.mark.parametrize(
    ("days", "sent_on"),
    [(-7, [-7, -6, -5]), (-1, [-1]), (0, [0]), (3, [3, 4, 5])],
)
def test_a_reminder_is_sent_on_its_day_or_shortly_after_while_its_words_are_true(days: int, sent_on: list[int]) -> None:
    assert [after for after in range(-12, 12) if due(days, after)] == sent_on


def chosen(plans: list[Plan], mine: Case, today: date) -> list[int]:
    return [plan.number for plan, _ in choose(plans, mine, today).values()]


def test_after_days_without_a_run_nobody_gets_two_reminders_at_once() -> None:
    plans = [Plan(1, Audience.UNANSWERED, -3), Plan(2, Audience.UNANSWERED, -2), Plan(3, Audience.UNANSWERED, 5)]
    assert chosen(plans, case(), DEADLINE - timedelta(days=3)) == [1]
    assert chosen(plans, case(), DEADLINE - timedelta(days=1)) == [2], "the later one takes the place of the earlier"
    assert chosen(plans, case(), DEADLINE + timedelta(days=3)) == []
    assert chosen(plans, case(), DEADLINE + timedelta(days=6)) == [3]
    assert chosen(plans, case(), DEADLINE + timedelta(days=60)) == [], "too late to be true"


def test_a_preview_names_the_day_on_which_a_reminder_is_really_sent() -> None:
    early, late = Plan(1, Audience.UNANSWERED, -3), Plan(2, Audience.UNANSWERED, -2)

    def day(today: date, *plans: Plan) -> date | None:
        return reminders.next_day(early, plans, case(), today)

    meant = DEADLINE - timedelta(days=3)
    assert day(meant - timedelta(days=9), late) == meant
    assert day(meant, late) == meant
    assert day(meant + timedelta(days=1)) == meant + timedelta(days=1), "shortly after, if nothing ran on the day"
    assert day(meant + timedelta(days=1), late) is None, "the later one has taken its place"
    assert day(DEADLINE) is None
    assert reminders.next_day(early, [], case(Status.SUBMITTED), meant) is None


def test_a_reminder_counts_from_the_organisations_own_deadline_and_each_deadline_is_an_occasion() -> None:
    plan, later = Plan(1, Audience.UNANSWERED, -3), date(2026, 8, 14)
    mine = case(deadline=later)
    assert chosen([plan], mine, DEADLINE - timedelta(days=3)) == []
    assert chosen([plan], mine, later - timedelta(days=3)) == [1]
    names = {reminders.find_occasion(plan.audience, each) for each in (mine, case())}
    assert len(names) == 2


def test_who_has_answered_or_cannot_answer_is_not_reminded() -> None:
    plan = [Plan(1, Audience.UNANSWERED, 0)]
    for status in (Status.SUBMITTED, Status.ACCEPTED, Status.NIL, Status.RETURNED):
        assert chosen(plan, case(status), DEADLINE) == []
    assert chosen(plan, case(Status.READY), DEADLINE) == [1]
    assert chosen(plan, case(Status.READY, accepted_revision=1), DEADLINE) == [], "what was accepted stands"
    assert chosen(plan, case(Status.READY, is_reply=True), DEADLINE) == [], "what was returned stands while it waits"
    assert chosen(plan, case(can_answer=False), DEADLINE) == []


def test_a_signatory_is_reminded_after_being_asked_and_only_while_it_waits() -> None:
    plan, asked = [Plan(1, Audience.WAITING_FOR_SIGNATURE, 3)], (date(2026, 7, 10), 17)
    waiting = case(Status.READY, asked=asked)
    assert chosen(plan, waiting, date(2026, 7, 12)) == []
    assert chosen(plan, waiting, date(2026, 7, 13)) == [1]
    assert chosen(plan, case(Status.IN_PROGRESS, asked=asked), date(2026, 7, 13)) == [], "it was sent back"
    again = case(Status.READY, asked=(date(2026, 7, 10), 19))
    assert reminders.find_occasion(plan[0].audience, again) != reminders.find_occasion(plan[0].audience, waiting)


def test_queries_are_reminded_of_by_their_own_day_until_the_replies_are_signed() -> None:
    plan = [Plan(1, Audience.QUERIED, -2)]
    assert chosen(plan, case(Status.RETURNED, reply_by=date(2026, 9, 10)), date(2026, 9, 8)) == [1]
    assert chosen(plan, case(Status.RETURNED), date(2026, 9, 8)) == [], "there is none"
    assert chosen(plan, case(Status.SUBMITTED, reply_by=date(2026, 9, 10)), date(2026, 9, 8)) == []


def test_a_return_waits_for_its_lead_or_its_signatory_or_for_nobody_there() -> None:
    assert reminders.whom_to_ask(Status.READY) is Role.SIGNATORY
    assert reminders.whom_to_ask(Status.CORRECTING) is Role.LEAD
    assert reminders.whom_to_ask(Status.SUBMITTED) is None


@pytest.mark.parametrize(("hour", "sends"), [(7, False), (8, True), (17, True), (18, False), (23, False)])
def test_nobody_is_written_to_at_night(hour: int, *, sends: bool) -> None:
    assert reminders.is_hour_to_send(datetime(2026, 7, 31, hour, 30)) is sends  # noqa: DTZ001 - a time of day


@pytest.mark.parametrize(
    ("audience", "days", "words"),
    [
        (Audience.UNANSWERED, -7, "7 days before the deadline"),
        (Audience.UNANSWERED, 0, "on the day of the deadline"),
        (Audience.WAITING_FOR_SIGNATURE, 1, "1 day after they were asked to sign"),
        (Audience.QUERIED, 0, "on the day to reply by"),
    ],
)
def test_the_day_of_a_reminder_is_said_in_words(audience: Audience, days: int, words: str) -> None:
    assert reminders.say_when(audience, days) == words
    assert reminders.refuse_days(audience, days) == ""


def test_a_day_that_makes_no_sense_is_refused() -> None:
    assert "1 to 60 days after" in reminders.refuse_days(Audience.WAITING_FOR_SIGNATURE, 0)
    assert "0 to 120" in reminders.refuse_days(Audience.UNANSWERED, -121)


def test_words_are_filled_in_once_and_unknown_ones_are_refused() -> None:
    text = "{organisation} is due on {deadline}; {nonsense} stays."
    assert reminders.fill_in(text, {"organisation": "{deadline} Ltd", "deadline": "today"}) == (
        "{deadline} Ltd is due on today; {nonsense} stays."
    )
    assert "“{nonsense}” cannot be filled in" in reminders.refuse_words(Audience.UNANSWERED, text)
    assert "{reply by}" in reminders.refuse_words(Audience.UNANSWERED, "until {reply by}")
    assert reminders.refuse_words(Audience.QUERIED, "until {reply by} or {") == ""


def test_the_usual_reminders_can_be_kept_as_they_are() -> None:
    for each in USUAL:
        assert reminders.refuse_days(each.audience, each.days) == ""
        assert reminders.refuse_words(each.audience, each.subject + each.body) == ""


def test_a_message_waits_longer_after_each_attempt_three_days_in_all() -> None:
    waits = [wait_after(attempts) for attempts in range(1, MOST_ATTEMPTS)]
    assert waits == sorted(waits)
    assert timedelta(days=2) < sum(waits, timedelta()) < timedelta(days=4)
