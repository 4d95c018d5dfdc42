"""Metrics for Prometheus, to whoever shows the token of the settings."""

from hmac import compare_digest
from typing import cast

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from anchor_portal.engine import DATABASE_FAILS
from anchor_portal.extensions import db, settings
from anchor_portal.metrics import Metrics
from anchor_portal.models.base import now
from anchor_portal.queries.monitoring import count_waiting
from anchor_portal.web.access import open_to_all

blueprint = Blueprint("metrics", __name__)
UP = ("anchor_database_up", "Whether the database answers.")
SAYS = {
    "workers": "Processes that do long work.",
    "jobs_waiting": "Long work that waits.",
    "jobs_running": "Long work that is being done.",
    "oldest_job_seconds": "How long the first of those that wait has waited.",
    "messages_waiting": "Messages to be sent.",
    "messages_given_up": "Messages that were given up.",
}


@blueprint.get("/metrics")
@open_to_all
def show() -> Response:
    """Everything that is counted; not found where the settings have no token."""
    counted = cast(Metrics | None, current_app.extensions["metrics"])
    if counted is None:
        abort(404)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    if not compare_digest(given, settings().metrics_token.encode()):
        return Response("Show the token.\n", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
    return Response(counted.write(_standing()), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _standing() -> dict[str, tuple[str, float]]:
    try:
        waiting = count_waiting(db(), now())
    except DATABASE_FAILS:
        db().invalidate()
        return {UP[0]: (UP[1], 0)}
    return {UP[0]: (UP[1], 1)} | {f"anchor_{name}": (says, getattr(waiting, name)) for name, says in SAYS.items()}
