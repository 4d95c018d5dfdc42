"""The menu: what this person can open, by role."""

from functools import lru_cache

from flask import request, url_for
from flask_login import AnonymousUserMixin

from anchor_portal.domain.people import Role
from anchor_portal.queries.viewer import Viewer


def navigation(who: Viewer | AnonymousUserMixin) -> list[tuple[str, str]]:
    """Words and addresses of the menu, for the person who is signed in or for the public."""
    return list(_items(who.roles if isinstance(who, Viewer) else None, request.script_root))


@lru_cache(maxsize=100)
def _items(roles: frozenset[Role] | None, _root: str) -> tuple[tuple[str, str], ...]:
    """The menu for these roles, the same on every page; nobody's for None. `_root` is what all addresses begin with."""
    items = [("Home", url_for("public.home"))]
    if roles is None:
        return (*items, *_public())
    items.append(("My work", url_for("returns.work")))
    if Role.MEMBER in roles:
        items.append(("Review", url_for("reviews.queue")))
    if roles & {Role.MEMBER, Role.TEAM}:
        items.append(("Dashboard", url_for("dashboards.assembly")))
        items.append(("Meetings", url_for("meetings.index")))
    if Role.TEAM in roles:
        items.append(("Run the programme", url_for("programme.show")))
    return (*items, *_public())


def _public() -> list[tuple[str, str]]:
    return [
        ("Figures", url_for("public.indicators")),
        ("Signatories", url_for("organisations.index")),
        ("Case studies", url_for("case_studies.index")),
        ("Open data", url_for("open_data.index")),
        ("Beacon indicators", url_for("beacon.table")),
    ]
