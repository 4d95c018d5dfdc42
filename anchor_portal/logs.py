"""One JSON line for each request: what was asked, how it went, how long it took; never what was typed."""

import json
import logging
import sys
import time
import uuid
from typing import Any

from flask import Flask, Response, g, request

logger = logging.getLogger("anchor_portal")


class JsonLines(logging.Formatter):
    """Log records as JSON, one a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON; the traceback of an error goes with it."""
        line: dict[str, Any] = {"level": record.levelname, "message": record.getMessage()}
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def write_json_lines(*names: str) -> None:
    """Write what these loggers say to standard error: all that is ours, of others what went wrong."""
    for each in map(logging.getLogger, names):
        if not each.handlers:
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(JsonLines())
            each.addHandler(handler)
            each.setLevel(logging.INFO if each is logger else logging.WARNING)
            each.propagate = False


def log_as_json(app: Flask) -> None:
    """Give each request an identifier, and log it when it ends."""
    write_json_lines(logger.name)

    @app.before_request
    def begin() -> None:
        g.request_id = uuid.uuid4().hex[:12]
        g.began_at = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        facts = {
            "request": g.get("request_id", ""),
            "method": request.method,
            "endpoint": request.endpoint or "",
            "status": response.status_code,
            "milliseconds": round((time.perf_counter() - g.get("began_at", time.perf_counter())) * 1000, 1),
        }
        if request.endpoint != "static":
            logger.info("request", extra={"facts": facts})
        return response
