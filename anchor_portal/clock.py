"""The time where the partnership is: deadlines end at midnight there, wherever the server stands."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Europe/London")


def today() -> date:
    """The day, where the partnership is."""
    return local(datetime.now(UTC)).date()


def local(moment: datetime) -> datetime:
    """A moment, on the clocks of the partnership."""
    return moment.astimezone(HERE)
