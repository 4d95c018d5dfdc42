"""Long work in words: how far it is, whether anybody does it, how long its result is kept."""

from datetime import datetime, timedelta

BEAT = timedelta(seconds=5)
"""How often who does a job says that it is still there."""
SILENT = timedelta(seconds=30)
"""Who has said nothing for so long is taken for dead, and another goes on."""
MOST_FOR_ONE_STEP = timedelta(minutes=15)
"""For so long a job may go without a step forward before who does it is taken for stuck."""
KEPT_FOR = timedelta(days=7)
"""How long a result can be fetched after it was made."""
REMEMBERED_FOR = timedelta(days=90)
"""How long a job is listed after it ended; one that nobody asked for, only as long as a result is kept."""
MOST_ATTEMPTS = 5
"""So many workers may die of a job before it is given up."""


def is_silent(beat_at: datetime, at: datetime) -> bool:
    """Whether who last said something then is taken for dead.

    So is who said it in the future: the clock was put back meanwhile, and who still lives says something again at once.
    """
    return abs(at - beat_at) > SILENT


def say_progress(done: int, total: int | None, unit: str) -> str:
    """How far it is: `12 of 21 certificates`, `340 messages`, or nothing yet."""
    counted = f"{done:,} of {total:,}" if total is not None else f"{done:,}"
    if not done and total is None:
        return ""
    return f"{counted} {unit}".rstrip()


def say_position(before: int) -> str:
    """Where a job stands that nobody has begun yet."""
    if not before:
        return "It is the next one"
    return "One other is before it" if before == 1 else f"{before:,} others are before it"


def say_size(size: int) -> str:
    """The size of a file in bytes, in words: `812 bytes`, `35 KB`, `1.2 MB`."""
    if size < 1000:
        return f"{size} byte" if size == 1 else f"{size} bytes"
    return f"{round(size / 1000):,} KB" if size < 1_000_000 else f"{size / 1_000_000:,.1f} MB"


def kept_until(ended_at: datetime) -> datetime:
    """When the result of a job that ended then is removed."""
    return ended_at + KEPT_FOR
