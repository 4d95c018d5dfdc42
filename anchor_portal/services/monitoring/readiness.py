"""Whether this process can serve: database, schema, stores; and whether anybody does long work."""

import logging
import math
import threading
import time
from dataclasses import dataclass

from sqlalchemy.orm import Session

from anchor_portal.config import SettingRefused, Settings
from anchor_portal.engine import DATABASE_FAILS
from anchor_portal.models.base import now
from anchor_portal.queries.jobs import is_anybody_working
from anchor_portal.services.evidence.store import StoreUnreachable, open_store
from anchor_portal.services.migration import find_pending

KEPT_SECONDS = 2.0
"""So long one look counts: who asks a thousand times a second costs no more than who asks twice."""
GOOD_SECONDS = 10.0
"""So long what was seen is told while another look goes on, as where a store hangs; then it counts as no answer."""
OK = "ok"
logger = logging.getLogger("anchor_portal")


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was found of each part, `ok` or what is wrong, in words that anybody may read."""

    database: str
    schema: str
    store: str
    worker: str

    @property
    def is_ready(self) -> bool:
        """Whether requests may be sent here. Without a worker pages work and long work waits: that is no reason."""
        return self.database == self.schema == self.store == OK


NO_ANSWER = Readiness(*["no answer yet"] * 4)


class Lookout:
    """Looks, and keeps for a moment what it saw; one look at a time in a process, for which nobody waits."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turn = threading.Lock()
        self._seen: tuple[float, Readiness] = (-math.inf, NO_ANSWER)

    def look(self, session: Session) -> Readiness:
        """How everything stands: seen at most two seconds ago, or ten while somebody else looks."""
        if found := self._seen_within(KEPT_SECONDS):
            return found
        if not self._turn.acquire(blocking=False):  # a store that hangs must not hang all who ask
            return self._seen_within(GOOD_SECONDS) or NO_ANSWER
        try:
            found = look(session, self._settings)
            self._seen = (time.monotonic(), found)
            return found
        finally:
            self._turn.release()

    def _seen_within(self, seconds: float) -> Readiness | None:
        seen_at, found = self._seen
        return found if time.monotonic() - seen_at < seconds else None


def look(session: Session, settings: Settings) -> Readiness:
    """How everything stands now."""
    store = _look_at_stores(settings)
    try:
        pending = find_pending(session.connection())
        if pending:
            return Readiness(OK, pending, store, "unknown")
        worker = OK if is_anybody_working(session, now()) else "none is running"
        return Readiness(OK, OK, store, worker)
    except DATABASE_FAILS:
        logger.warning("the database does not answer a look")
        session.invalidate()
        return Readiness("it does not answer", "unknown", store, "unknown")


def _look_at_stores(settings: Settings) -> str:
    try:
        for setting in dict.fromkeys((settings.evidence, settings.results)):
            open_store(setting).reach()
    except (StoreUnreachable, SettingRefused):
        logger.warning("a store does not answer a look")
        return "it does not answer"
    return OK
