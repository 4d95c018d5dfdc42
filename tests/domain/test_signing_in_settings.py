"""The settings of signing in: what they are when nobody set them, and what is refused."""

import pytest

from anchor_portal.config import SettingRefused, read_settings


def test_without_settings_sessions_last_a_working_day_and_team_and_assembly_confirm() -> None:
    read = read_settings({})
    assert (read.session_hours, read.idle_minutes, read.second_factor) == (12, 60, "team and Assembly")


@pytest.mark.parametrize(("typed", "read"), [("everyone", "everyone"), (" Team and assembly ", "team and Assembly")])
def test_who_confirms_is_read_whatever_the_capitals(typed: str, read: str) -> None:
    assert read_settings({"ANCHOR_SECOND_FACTOR": typed}).second_factor == read


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ANCHOR_SECOND_FACTOR", "nobody"),
        ("ANCHOR_SECOND_FACTOR", "off"),
        ("ANCHOR_IDLE_MINUTES", "4"),
        ("ANCHOR_IDLE_MINUTES", "never"),
        ("ANCHOR_SESSION_HOURS", "169"),
    ],
)
def test_what_would_leave_a_door_open_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingRefused, match=name):
        read_settings({name: value})
