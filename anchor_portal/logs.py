"""One JSON line for each request: what was asked, how it went, how long it took; never what was typed."""

import json
import logging
import re
import sys
import time
import traceback
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from flask import Flask, Response, request
from flask.globals import app_ctx, request_ctx

logger = logging.getLogger("anchor_portal")
GIVEN = re.compile("[A-Za-z0-9_-]{8,64}")
"""Identifiers that a server in front may have given to a request."""
UNLOGGED = frozenset({"static", "health.alive", "health.ready", "metrics.show"})
"""What is asked for all the time and says nothing, as long as it goes well."""

MOST_CAUSES = 10
_AS_JSON = json.JSONEncoder(ensure_ascii=False).encode


class JsonLines(logging.Formatter):
    """Log records as JSON, one a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON; the traceback of an error goes with it."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"at": at, "level": record.levelname, "message": record.getMessage()}
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return _AS_JSON(line)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name that logging gives it
        """Where it happened and what kind of error it was; not its message, which may hold what somebody typed."""
        parts: list[str] = []
        error = ei[1]
        while error is not None and len(parts) < MOST_CAUSES:
            places = "".join(traceback.extract_tb(error.__traceback__).format())
            parts.append(f"{places}{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nafter\n".join(parts)


def write_json_lines(*names: str) -> None:
    """Write what these loggers say to standard error: all that is ours, of others what went wrong."""
    for each in map(logging.getLogger, names):
        if not each.handlers:
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(JsonLines())
            each.addHandler(handler)
            each.setLevel(logging.INFO if each is logger else logging.WARNING)
            each.propagate = False


def log_as_json(app: Flask, *, is_behind_proxy: bool) -> None:
    """Give each request an identifier, and log it when it ends.

    The identifier is the one of `X-Request-ID` where a server in front, which the settings name, gave one; whoever
    asks without such a server between cannot choose what stands in the log.
    """
    write_json_lines(logger.name)
    # what a line does not say need not be found out for each: which thread, process and task it was
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-ID", "") if is_behind_proxy else ""
        kept = app_ctx.g
        kept.request_id = given if given and GIVEN.fullmatch(given) else token_hex(6)
        kept.began_at = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        asked, kept = request_ctx.request, app_ctx.g  # once each: this is done for every request
        endpoint, at = asked.endpoint, time.perf_counter()
        facts = {
            "request": kept.get("request_id", ""),
            "method": asked.environ["REQUEST_METHOD"],
            "endpoint": endpoint or "",
            "status": response.status_code,
            "milliseconds": round((at - kept.get("began_at", at)) * 1000, 1),
        }
        response.headers["X-Request-ID"] = facts["request"]
        if endpoint not in UNLOGGED or response.status_code >= 400:
            _note_request(facts)
        return response


def _note_request(facts: dict[str, Any]) -> None:
    """Log it without asking which line of the code says so: that took as long as all the rest of it."""
    if logger.isEnabledFor(logging.INFO):
        record = logging.LogRecord(logger.name, logging.INFO, "", 0, "request", None, None)
        record.facts = facts
        logger.handle(record)
