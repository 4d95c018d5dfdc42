"""How gunicorn serves the portal; read by itself where it is started in this folder: `gunicorn wsgi:app`.

Everything can be said otherwise on the command line or in GUNICORN_CMD_ARGS.
"""

import os
import re
import shutil
import sys
import tempfile
from typing import Any

MOST = 1000


def _number(name: str, default: int) -> int:
    """A number of the settings; one that cannot be used ends the server before it begins, with a sentence."""
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= MOST:
        sys.exit(f"{name} must be a whole number from 1 to {MOST}")
    return int(text)


# each process writes what it counts into a file here, which must be known before what reads it is imported
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="anchor-portal-metrics-")

bind = os.environ.get("ANCHOR_BIND", "127.0.0.1:8000")
workers = _number("ANCHOR_PROCESSES", (os.cpu_count() or 1) + 1)
preload_app = True  # what cannot start does not start at all; a process that is lost is there again at once
worker_class = "gthread"  # a slow reader keeps a thread, not a process
threads = _number("ANCHOR_THREADS", 4)
timeout = 120
graceful_timeout = 60  # what was begun is finished when a host is upgraded
keepalive = 5
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # the sign of life waits for no disk  # noqa: S108

# gunicorn's own words as the portal's: one JSON line each
logconfig_dict: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "anchor_portal.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False}},
}


def child_exit(_server: Any, worker: Any) -> None:
    """What a process that ended counted stays; what it was doing does not."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    """Nothing is left behind."""
    shutil.rmtree(os.environ.get("PROMETHEUS_MULTIPROC_DIR", ""), ignore_errors=True)
