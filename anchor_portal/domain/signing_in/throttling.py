"""How failed attempts slow down further ones: a few are free, then one waits, longer each time, never for ever.

Failures run off like water from a leaking bucket. So a stranger who fails on purpose can make somebody wait some
minutes, and nobody can be locked out for good; and whoever guesses gets a hundred guesses or so a day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures are free; each further one bars for longer, twice as long each time, up to a most."""

    free: int
    first: timedelta
    most: timedelta
    forgets_one_every: timedelta


ACCOUNT = Limit(free=5, first=timedelta(minutes=1), most=timedelta(minutes=15), forgets_one_every=timedelta(minutes=20))
"""For one account, from one network address or one known browser."""
ACCOUNT_ANYWHERE = Limit(
    free=50, first=timedelta(minutes=1), most=timedelta(minutes=15), forgets_one_every=timedelta(minutes=10)
)
"""For one account, from wherever: more runs off in a day than a single network address can add in spite of its own
limit, so that nobody at one address can keep somebody at another out."""
ADDRESS = Limit(free=50, first=timedelta(seconds=30), most=timedelta(minutes=5), forgets_one_every=timedelta(minutes=1))
"""For one network address: generous, since all of an organisation may come from one."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Failures counted, when the last one was, and until when nothing is tried."""

    number: int
    last_at: datetime
    barred_until: datetime | None


def find_bar(tally: Tally | None, now: datetime, limit: Limit) -> datetime | None:
    """Until when nothing may be tried; None where it may be.

    A moment further away than the limit allows was written by a clock that has been put back, and does not count.
    """
    if tally is None or tally.barred_until is None or not now < tally.barred_until <= now + limit.most:
        return None
    return tally.barred_until


def count_one(tally: Tally | None, now: datetime, limit: Limit) -> Tally:
    """One attempt more, counted before it is known whether it fails: two at once are two."""
    number = still_counted(tally, now, limit) + 1
    over = number - limit.free
    if over < 0:
        return Tally(number, now, None)
    wait = min(limit.most, limit.first * 2 ** min(over, 20))
    return Tally(min(number, limit.free + 20), now, now + wait)


def still_counted(tally: Tally | None, now: datetime, limit: Limit) -> int:
    """How many failures have not run off yet."""
    if tally is None:
        return 0
    return max(0, tally.number - max(0, (now - tally.last_at) // limit.forgets_one_every))


def say_wait(until: datetime, now: datetime) -> str:
    """How long that is, rounded up: "1 minute", "4 minutes"."""
    minutes = max(1, -((now - until) // timedelta(minutes=1)))
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
