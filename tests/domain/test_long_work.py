"""Long work in words."""

import pytest

from anchor_portal.domain.long_work import say_position, say_progress, say_size


@pytest.mark.parametrize(
    ("done", "total", "unit", "says"),
    [
        (0, None, "", ""),
        (0, 21, "certificates", "0 of 21 certificates"),
        (1200, 5000, "rows", "1,200 of 5,000 rows"),
        (7, None, "messages", "7 messages"),
        (3, 4, "", "3 of 4"),
    ],
)
def test_how_far_it_is(done: int, total: int | None, unit: str, says: str) -> None:
    assert say_progress(done, total, unit) == says


def test_who_waits_is_told_how_many_are_before() -> None:
    assert [say_position(before) for before in (0, 1, 1200)] == [
        "It is the next one",
        "One other is before it",
        "1,200 others are before it",
    ]


def test_sizes_are_said_as_people_say_them() -> None:
    assert [say_size(size) for size in (0, 1, 999, 35_400, 1_234_567)] == [
        "0 bytes", "1 byte", "999 bytes", "35 KB", "1.2 MB",
    ]  # fmt: skip
