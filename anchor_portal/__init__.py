"""Anchor Portal: the measurement portal of an anchor framework."""

from collections import ChainMap
from collections.abc import Callable, KeysView, MutableMapping
from datetime import timedelta
from functools import cached_property, lru_cache
from typing import Any

from flask import Flask, has_request_context, request
from flask.templating import Environment
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from anchor_portal.config import Settings, read_settings
from anchor_portal.engine import OF_A_WEB_PROCESS, open_database
from anchor_portal.extensions import csrf, login_manager
from anchor_portal.folders import folder
from anchor_portal.logs import log_as_json
from anchor_portal.metrics import count_requests
from anchor_portal.production import hosts_answered, refuse_unsafe
from anchor_portal.queries.reference import ReferenceShelf

MEGABYTE = 1024 * 1024


PLAIN = frozenset({str, int, type(None)})
"""Kinds of values of which two are equal only where the same address is made of them."""


class _Names(ChainMap[str, Any]):
    """The names that a template finds without being given them."""

    def keys(self) -> KeysView[str]:
        """All of them, put together at once: each import of macros asks one by one else, through every map."""
        return {**self.maps[1], **self.maps[0]}.keys()


class _Templates(Environment):
    """Flask's templates."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> _Names:
        """What a template knows beside what it is given: its own, and what all know."""
        return _Names({} if d is None else d, self.globals)


class _Portal(Flask):
    """The application, none of whose views is a coroutine."""

    jinja_environment = _Templates

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is: Flask would look for coroutines among a dozen functions of every request."""
        return func

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """The address of a page; one of which nothing but plain values decides is made once, and then remembered.

        A page names some dozens, most of them the same on every page.
        """
        if endpoint == "static":
            self.inject_url_defaults(endpoint, values)  # the file's digest decides, too
        is_plain = endpoint[:1] != "." and not values.get("_scheme") and PLAIN.issuperset(map(type, values.values()))
        if not is_plain or not has_request_context():
            return super().url_for(endpoint, **values)
        asked = request._get_current_object()  # type: ignore[attr-defined] # once: each way through the proxy costs
        return self._remembered(endpoint, asked.method, asked.root_path, *values.items())

    @cached_property
    def _remembered(self) -> Callable[..., str]:
        """The address for an endpoint, the request's method, what every address begins with, and values."""

        def make(endpoint: str, _method: str, _root: str, *values: tuple[str, Any]) -> str:
            return super(_Portal, self).url_for(endpoint, **dict(values))

        return lru_cache(maxsize=4000)(make)


def create_app(settings: Settings | None = None) -> Flask:
    """The application, ready to serve. Raises SettingRefused where a setting is missing."""
    from anchor_portal import web

    settings = settings or read_settings()
    refuse_unsafe(settings)
    app = _Portal(__name__, template_folder=str(folder("templates")), static_folder=str(folder("static")))
    app.url_map.merge_slashes = False  # else // is sent on to a whole address, made from the host that was asked for
    app.config.update(
        SECRET_KEY=settings.secret_key,
        # with this prefix browsers take the cookie only over https, and from this host alone
        SESSION_COOKIE_NAME="__Host-anchor_session" if settings.secure_cookies else "anchor_session",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        MAX_CONTENT_LENGTH=4 * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=2 * MEGABYTE,
        MAX_FORM_PARTS=3000,
        TRUSTED_HOSTS=hosts_answered(settings),
        WTF_CSRF_TIME_LIMIT=None,
    )
    if settings.proxies:  # else whoever asks could say to come from anywhere
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)  # type: ignore[method-assign]
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["settings"] = settings
    app.extensions["database"] = open_database(settings.database_url, OF_A_WEB_PROCESS)
    app.extensions["reference"] = ReferenceShelf()
    log_as_json(app, is_behind_proxy=settings.proxies > 0)
    app.extensions["metrics"] = count_requests(app) if settings.metrics_token else None
    csrf.init_app(app)
    login_manager.init_app(app)
    web.set_up(app)
    return app
