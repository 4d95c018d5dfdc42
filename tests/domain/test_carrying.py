"""Answers carried forward: what can be, what cannot, and how old it is."""

from datetime import date

import pytest

from anchor_portal.domain.answers.carrying import carriable, say_age
from anchor_portal.domain.answers.parts import Last
from tests.domain.circumstances import CURRENT, Parts, asking

BEFORE: dict[str, Parts] = {
    "about.boundary": {"": "All sites", "explanation": "because of a merger"},
    "about.headcount": {"": "1290"},
    "about.snapshot_date": {"": "2026-06-30"},
}


def carried(
    section: str, before: dict[str, Parts], stored: dict[str, Parts] | None = None
) -> dict[str, dict[str, str]]:
    """What would be carried into a section in which `stored` stands already."""
    return carriable(CURRENT.section(section), stored or {}, Last(before, date(2026, 6, 30)), asking())


def test_what_is_answered_already_is_left_alone() -> None:
    found = carried("about", BEFORE, {"about.headcount": {"": "1300"}})
    assert "about.headcount" not in found
    assert found["about.boundary"] == {"": "All sites"}, "an explanation is of its own time"


def test_a_snapshot_date_of_another_period_is_not_carried() -> None:
    assert "about.snapshot_date" not in carried("about", {"about.snapshot_date": {"": "2019-03-31"}})


def test_an_answer_that_would_not_be_sound_today_is_not_carried() -> None:
    assert carried("pledge-3", {"p3.free_use": {"": "an option of old"}}) == {}


def test_a_reason_stays_with_its_state() -> None:
    state = {"state": "not_known", "reason": "not_held"}
    assert carried("pledge-2", {"p2.local_spend": state})["p2.local_spend"] == state


def test_permission_to_publish_is_never_carried_and_evidence_neither() -> None:
    study = {"1.title": "A garden", "1.story": "It grows.", "1.publish": "yes"}
    assert carried("pledge-7", {"p7.case_studies": study})["p7.case_studies"] == {
        "1.title": "A garden",
        "1.story": "It grows.",
    }
    assert carried("pledge-1", {"p1.evidence": {"1.link": "https://www.example.org"}}) == {}


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2026, 7, 29), "less than a month old"),
        (date(2026, 7, 30), "1 month old"),
        (date(2026, 12, 31), "6 months old"),
        (date(2027, 6, 30), "1 year old"),
        (date(2027, 8, 1), "1 year and 1 month old"),
        (date(2028, 9, 1), "2 years and 2 months old"),
    ],
)
def test_the_age_of_a_figure_is_said_in_months_and_years(today: date, words: str) -> None:
    assert say_age(date(2026, 6, 30), today) == words
