"""The Beacon indicators of the demonstration: synthetic values in Fingertips' format, programmes and milestones."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from anchor_portal.folders import folder
from anchor_portal.models import BeaconAction
from anchor_portal.services.beacon.uploads import choose, enter, preview, stage
from anchor_portal.services.demo.seeds import read_toml

FILE = "beacon-synthetic-figures.csv"
WHO = "team@team.example"
UPLOADED_BEFORE = timedelta(days=20)


def load_beacon_demo(session: Session, today: date) -> None:
    """Values of most of the indicators that others publish, and what stands beside them."""
    at = datetime.combine(today - UPLOADED_BEFORE, time(9, 40), UTC)
    known = read_toml("beacon_actions.toml")
    upload = stage(session, (folder("seeds") / "demo" / FILE).read_bytes(), FILE, WHO)
    upload.uploaded_at = at
    choose(session, upload, {each.position: known["mapping"].get(each.ident) for each in upload.series})
    enter(session, upload, preview(session, upload), WHO, at)
    for theme, actions in known.items():
        for position, action in enumerate(actions if theme != "mapping" else (), start=1):
            session.add(
                BeaconAction(theme_code=theme, position=position, changed_by=WHO, changed_at=at, **action),
            )
    session.flush()
