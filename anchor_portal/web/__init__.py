"""The pages."""

from flask import Flask

from anchor_portal.web import (
    access,
    account,
    beacon,
    beacon_actions,
    beacon_uploads,
    caching,
    dashboards,
    downloads,
    endings,
    errors,
    evidence,
    feedback,
    filters,
    headers,
    invitations,
    lineage,
    messages,
    offline,
    open_data,
    people,
    progress,
    public,
    publications,
    publishing,
    returns,
    reviews,
    revisions,
    sections,
    self_assessment,
    sharing,
    signoff,
    team,
    transactions,
    uploads,
)


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
