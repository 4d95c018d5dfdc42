"""The pages."""

from flask import Flask

from anchor_portal.web import access, caching, errors, filters, headers, public, transactions, uploads
from anchor_portal.web.account import invitations, messages, people
from anchor_portal.web.account import sign_in as account
from anchor_portal.web.assembly import dashboards, lineage, reviews
from anchor_portal.web.figures import beacon, open_data, publications
from anchor_portal.web.returns import (
    endings,
    evidence,
    feedback,
    offline,
    progress,
    revisions,
    sections,
    self_assessment,
    sharing,
    signoff,
)
from anchor_portal.web.returns import pages as returns
from anchor_portal.web.team import beacon_actions, beacon_uploads, downloads, publishing
from anchor_portal.web.team import rounds as team


def set_up(app: Flask) -> None:
    """Add pages, access, transactions, headers and error pages; refuse to start with a page open by omission."""
    uploads.set_up(app)
    transactions.set_up(app)
    access.set_up(app)
    headers.set_up(app)
    caching.set_up(app)
    errors.set_up(app)
    filters.set_up(app)
    for module in (
        public,
        publications,
        open_data,
        account,
        invitations,
        people,
        messages,
        returns,
        sections,
        offline,
        self_assessment,
        progress,
        evidence,
        sharing,
        signoff,
        endings,
        feedback,
        revisions,
        reviews,
        dashboards,
        lineage,
        downloads,
        team,
        publishing,
        beacon,
        beacon_uploads,
        beacon_actions,
    ):
        app.register_blueprint(module.blueprint)
    access.refuse_to_start_without_access(app)
