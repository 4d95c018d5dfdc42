"""Who may fill in which section, and by which day one can be due."""

from datetime import date

import pytest

from anchor_portal.domain.people import Role, may_give
from anchor_portal.domain.sharing import may_fill, refuse_due, say_due, say_with

ADA, BEN = 1, 2
CONTRIBUTOR, LEAD = frozenset({Role.CONTRIBUTOR}), frozenset({Role.LEAD, Role.CONTRIBUTOR})
TODAY, CLOSES = date(2026, 11, 22), date(2026, 12, 25)


def test_a_contributor_fills_in_what_was_given_to_them_and_nothing_else() -> None:
    owners = {"pledge-1": ADA, "pledge-2": BEN}
    assert [may_fill(section, CONTRIBUTOR, ADA, owners) for section in ("pledge-1", "pledge-2", "pledge-3")] == [
        True,
        False,
        False,
    ]


def test_as_long_as_nothing_was_given_out_every_contributor_fills_in_everything() -> None:
    assert may_fill("pledge-1", CONTRIBUTOR, ADA, {})


def test_a_lead_fills_in_everything_also_what_was_given_to_others() -> None:
    assert may_fill("pledge-2", LEAD, ADA, {"pledge-2": BEN})


@pytest.mark.parametrize("roles", [frozenset(), {Role.SIGNATORY}, {Role.MEMBER, Role.TEAM}])
def test_nobody_else_fills_in_anything(roles: frozenset[Role]) -> None:
    assert not may_fill("pledge-1", roles, ADA, {})
    assert not may_fill("pledge-1", roles, ADA, {"pledge-1": ADA}), "a role that was taken away leaves nothing open"


@pytest.mark.parametrize(
    ("due_on", "says"),
    [
        (date(2026, 11, 21), "must be today or later"),
        (TODAY, ""),
        (CLOSES, ""),
        (date(2026, 12, 26), "must be on or before 25 December 2026, when the round closes"),
    ],
)
def test_a_section_is_due_between_today_and_the_closing_day(due_on: date, says: str) -> None:
    assert refuse_due(due_on, TODAY, CLOSES) == says


def test_after_the_closing_day_any_day_from_today_will_do() -> None:
    assert refuse_due(date(2027, 2, 1), date(2026, 12, 26), CLOSES) == ""
    assert refuse_due(CLOSES, date(2026, 12, 26), CLOSES) == "must be today or later"


@pytest.mark.parametrize(
    ("due_on", "says"),
    [
        (date(2026, 11, 20), "Overdue: was due Friday 20 November 2026, 2 days ago"),
        (date(2026, 11, 21), "Overdue: was due Saturday 21 November 2026, 1 day ago"),
        (TODAY, "Due today, Sunday 22 November 2026"),
        (date(2026, 11, 23), "Due Monday 23 November 2026, 1 day left"),
        (date(2026, 12, 1), "Due Tuesday 1 December 2026, 9 days left"),
    ],
)
def test_a_day_is_said_in_words(due_on: date, says: str) -> None:
    assert say_due(due_on, TODAY) == says


def test_who_has_a_section_is_said_with_the_day_where_there_is_one() -> None:
    assert say_with("Priya Nair", date(2027, 1, 12)) == "with Priya Nair, due 12 January 2027"
    assert say_with("Priya Nair", None) == "with Priya Nair"


def test_a_lead_gives_two_roles_the_team_three_and_nobody_else_any() -> None:
    assert may_give(frozenset({Role.LEAD})) == (Role.CONTRIBUTOR, Role.LEAD)
    assert may_give(frozenset({Role.TEAM})) == (Role.CONTRIBUTOR, Role.LEAD, Role.SIGNATORY)
    assert may_give(frozenset({Role.CONTRIBUTOR, Role.SIGNATORY, Role.MEMBER})) == ()
