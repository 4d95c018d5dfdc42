"""The clock of this process, put forward or back for a while."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from typing import Any

import pytest

from anchor_portal import clock
from anchor_portal.models import base


@contextmanager
def travel(by: timedelta) -> Iterator[None]:
    """All that asks what time it is, the portal and the libraries that sign its cookies, is told a time so far away."""
    right = time.time

    class Wrong(datetime):
        """A day and time on a clock that is wrong."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            """The present moment on it."""
            return datetime.now(tz) + by

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: right() + by.total_seconds())
        patch.setattr(base, "datetime", Wrong)
        patch.setattr(clock, "datetime", Wrong)
        yield
