"""Whether this process can serve: database, schema, stores; and whether anybody does long work."""

import logging
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


class Lookout:
    """Looks, and keeps for a moment what it saw; one look at a time in a process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turn = threading.Lock()
        self._seen: tuple[float, Readiness] | None = None

    def look(self, session: Session) -> Readiness:
        """How everything stands, seen at most two seconds ago."""
        with self._turn:
            if self._seen is None or time.monotonic() > self._seen[0]:
                found = look(session, self._settings)
                self._seen = (time.monotonic() + KEPT_SECONDS, found)
            return self._seen[1]


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
