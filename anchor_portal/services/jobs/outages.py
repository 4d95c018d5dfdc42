"""What the log says while a worker does not reach the database: one sentence when that begins, one when it is over."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from anchor_portal.engine import DATABASE_AWAY, Database

LOGGERS = ("huey", "huey.consumer.Worker", "huey.consumer.Scheduler")
"""What tells, with all of its traceback, of a round that broke off and of each attempt to look into the queue."""
logger = logging.getLogger("anchor_portal")


ABOUT_LOCKS = frozenset({"40P01", "55P03", "57014"})
"""PostgreSQL's codes where it is there, and two wait for each other, or one for too long."""


def _is_about_a_lock(failure: BaseException) -> bool:
    driver = getattr(failure, "orig", None) or failure
    return getattr(driver, "sqlstate", None) in ABOUT_LOCKS


class Outage(logging.Filter):
    """Whether the database is away just now. As a filter it leaves out what is said of that again and again."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        driver = database.writer.dialect.loaded_dbapi
        self._failures = (*DATABASE_AWAY, driver.OperationalError, driver.InterfaceError)
        self._is_away, self._turns = False, threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Note a failure of the database, and say it in a sentence; everything else goes into the log as it is."""
        failure = record.exc_info[1] if record.exc_info else None
        if not isinstance(failure, self._failures) or _is_about_a_lock(failure):
            return True
        self.begin()
        return False

    def begin(self) -> None:
        """It does not answer."""
        if self._turn(is_away=True):
            logger.warning("a worker does not reach the database")

    def end(self) -> None:
        """It answers."""
        if self._turn(is_away=False):
            logger.info("a worker reaches the database again")

    def _turn(self, *, is_away: bool) -> bool:
        """Whether this is news; of several threads, to one of them."""
        with self._turns:
            was_away, self._is_away = self._is_away, is_away
        return was_away is not is_away

    @contextmanager
    def filtering(self) -> Iterator[None]:
        """Stand in the way of what the queue says meanwhile."""
        for name in LOGGERS:
            logging.getLogger(name).addFilter(self)
        try:
            yield
        finally:
            for name in LOGGERS:
                logging.getLogger(name).removeFilter(self)
