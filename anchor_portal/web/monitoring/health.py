"""Whether this process lives, and whether it can serve: for balancers, upgrades and alarms."""

from dataclasses import asdict
from typing import cast

from flask import Blueprint, Flask, Response, current_app, jsonify

from anchor_portal.extensions import db
from anchor_portal.services.monitoring.readiness import Lookout
from anchor_portal.web.access import open_to_all

blueprint = Blueprint("health", __name__)


@blueprint.record_once
def _set_up(state: object) -> None:
    app: Flask = state.app  # type: ignore[attr-defined]
    app.extensions["lookout"] = Lookout(app.extensions["settings"])


@blueprint.get("/healthz")
@open_to_all
def alive() -> Response:
    """The process answers, whatever becomes of all that it needs."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@open_to_all
def ready() -> tuple[Response, int]:
    """200 where requests may be sent here, else 503; each part says what is wrong, and nothing that is secret."""
    found = cast(Lookout, current_app.extensions["lookout"]).look(db())
    return jsonify(ready=found.is_ready, **asdict(found)), 200 if found.is_ready else 503
