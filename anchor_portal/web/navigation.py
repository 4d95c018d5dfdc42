"""The menu: what this person can open, by role."""

from flask import url_for
from flask_login import current_user

from anchor_portal.domain.people import OF_AN_ORGANISATION, Role


def navigation() -> list[tuple[str, str]]:
    """Words and addresses of the menu, for the person who is signed in or for the public."""
    items = [("Home", url_for("public.home"))]
    if not current_user.is_authenticated:
        return [*items, *_public()]
    roles = current_user.roles
    if roles & OF_AN_ORGANISATION or not roles:
        items.append(("My work", url_for("returns.work")))
    if Role.MEMBER in roles:
        items.append(("Review", url_for("reviews.queue")))
    if roles & {Role.MEMBER, Role.TEAM}:
        items.append(("Dashboard", url_for("dashboards.assembly")))
    if Role.TEAM in roles:
        items.append(("Rounds", url_for("team.rounds")))
    return [*items, *_public()]


def _public() -> list[tuple[str, str]]:
    return [(f"Indicator {number}", url_for("public.indicator", number=number)) for number in (12, 20, 21)]
