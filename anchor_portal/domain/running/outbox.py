"""The life of a message in the outbox: it waits, is tried, waits longer each time, is sent or given up."""

from datetime import timedelta
from enum import StrEnum

CLAIM = timedelta(minutes=10)
"""For so long a sender has a message to itself."""
CLAIMED = "Sending began, and how it ended was never written down"
"""The note of a message that somebody is sending, or was sending when they were killed."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 4 * 60, 12 * 60, 24 * 60, 24 * 60))
"""How long a message waits after its first, second, … attempt; after one more it is given up."""
MOST_ATTEMPTS = len(WAITS) + 1
LONGEST_WAIT = max(*WAITS, CLAIM)
AFTER_SILENCE = timedelta(minutes=10)
"""How long the whole outbox waits where the server cannot be reached at all; it counts as no attempt."""


class Fate(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    FAILED = "failed"
    GIVEN_UP = "given-up"
    SENT = "sent"


FATES = {
    Fate.WAITING: "Waiting to be sent",
    Fate.FAILED: "Failed, tried again",
    Fate.GIVEN_UP: "Given up",
    Fate.SENT: "Sent",
}


def wait_after(attempts: int) -> timedelta:
    """How long a message waits after so many attempts, at least one."""
    return WAITS[min(attempts, len(WAITS)) - 1]
