"""Rules about accounts: the team never locks itself out; what passes to a successor, and what cannot."""

from datetime import UTC, datetime, timedelta

import pytest

from anchor_portal.domain.accounts import (
    LAST_OF_THE_TEAM,
    SEEN_EVERY,
    AccountState,
    Assigned,
    HeldRole,
    is_to_be_noted,
    plan_handover,
    refuse_to_close,
    refuse_to_leave_team,
    state_of,
)
from anchor_portal.domain.people import Role

NOW = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)
LATER, BEFORE = NOW + timedelta(days=1), NOW - timedelta(days=1)


@pytest.mark.parametrize(
    ("until", "is_enabled", "has_way_in", "state"),
    [
        (None, True, True, AccountState.ACTIVE),
        (LATER, True, False, AccountState.INVITED),
        (BEFORE, True, False, AccountState.NO_LINK),
        (None, True, False, AccountState.NO_LINK),
        (LATER, False, False, AccountState.CLOSED),
        (None, False, True, AccountState.CLOSED),
    ],
)
def test_an_account_is_in_one_state(
    until: datetime | None, is_enabled: bool, has_way_in: bool, state: AccountState
) -> None:
    assert state_of(NOW, until, is_enabled=is_enabled, has_way_in=has_way_in) is state


def test_somebody_is_noted_as_seen_at_most_once_in_some_minutes() -> None:
    assert is_to_be_noted(None, NOW)
    assert is_to_be_noted(NOW - SEEN_EVERY, NOW)
    assert not is_to_be_noted(NOW - SEEN_EVERY + timedelta(seconds=1), NOW)


def test_the_last_of_the_team_who_can_sign_in_stays_in_it() -> None:
    assert refuse_to_leave_team(1, {1}) == LAST_OF_THE_TEAM
    assert refuse_to_leave_team(1, {1, 2}) == ""


def test_nobody_closes_their_own_account_and_the_last_of_the_team_is_closed_by_nobody() -> None:
    assert refuse_to_close(1, 1, {1, 2}) == "You cannot close your own account: ask a colleague of the team"
    assert refuse_to_close(1, 3, {1}) == LAST_OF_THE_TEAM
    assert refuse_to_close(2, 1, {1}) == ""


LEAD_OF_7, MEMBER = HeldRole(Role.LEAD, 7), HeldRole(Role.MEMBER, None)


def test_roles_that_the_successor_holds_are_told_from_those_that_they_get() -> None:
    planned = plan_handover([LEAD_OF_7, MEMBER], [], {MEMBER}, set())
    assert (planned.roles, planned.already_held) == ((LEAD_OF_7,), (MEMBER,))


@pytest.mark.parametrize(
    ("theirs", "interests", "passes"),
    [
        (set(), set(), True),
        ({HeldRole(Role.CONTRIBUTOR, 7)}, set(), False),
        ({HeldRole(Role.CONTRIBUTOR, 8)}, set(), True),
        (set(), {7}, False),
    ],
)
def test_a_review_passes_to_nobody_who_has_to_do_with_the_organisation(
    theirs: set[HeldRole], interests: set[int], passes: bool
) -> None:
    review = Assigned(1, 7)
    planned = plan_handover([MEMBER], [review], theirs, interests)
    assert (planned.reviews, planned.barred) == (((review,), ()) if passes else ((), (review,)))


def test_a_role_that_passes_too_bars_a_review_of_the_same_organisation() -> None:
    assert plan_handover([LEAD_OF_7, MEMBER], [Assigned(1, 7)], set(), set()).barred == (Assigned(1, 7),)
