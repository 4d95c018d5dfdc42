"""What stands around every page, drawn once for all who see the same: the header with its menu, and the footer."""

from functools import lru_cache

from flask import Flask, request
from flask_login import AnonymousUserMixin
from markupsafe import Markup

from anchor_portal.extensions import csrf, settings
from anchor_portal.queries.viewer import Viewer
from anchor_portal.web.navigation import navigation

MOST = 1000
"""Headers that are remembered: one for each person, and for each page of the menu."""
Links = tuple[tuple[str, str], ...]


class Frame:
    """Header and footer of one application."""

    def __init__(self, app: Flask) -> None:
        @lru_cache(maxsize=MOST)
        def draw(name: str, _root: str, who: str | None, token: str, links: Links, current: str) -> Markup:
            template = app.jinja_env.get_template(name)
            html = template.render(settings=settings(), who=who, token=token, links=links, current=current)
            return Markup(html)  # noqa: S704 - a template of our own

        self._draw = draw

    def header(self, who: Viewer | AnonymousUserMixin) -> Markup:
        """The header for this person on the page that is asked for."""
        links = tuple(navigation(who))
        current = next((href for _, href in links if href == request.path), "")
        name, token = (who.name, csrf.token()) if isinstance(who, Viewer) else (None, "")
        return self._draw("header.html", request.script_root, name, token, links, current)

    def footer(self) -> Markup:
        """The footer, the same for everybody."""
        return self._draw("footer.html", request.script_root, None, "", (), "")
