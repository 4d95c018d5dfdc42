"""The pages."""

from flask import Flask

from anchor_portal.web import (
    access,
    account,
    dashboards,
    downloads,
    errors,
    filters,
    headers,
    public,
    returns,
    reviews,
    sections,
    signoff,
    team,
    transactions,
)


def set_up(app: Flask) -> None:
    """Add pages, access, transactions, headers and error pages; refuse to start with a page open by omission."""
    transactions.set_up(app)
    access.set_up(app)
    headers.set_up(app)
    errors.set_up(app)
    filters.set_up(app)
    for module in (public, account, returns, sections, signoff, reviews, dashboards, downloads, team):
        app.register_blueprint(module.blueprint)
    access.refuse_to_start_without_access(app)
