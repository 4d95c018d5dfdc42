"""Security headers, on every answer; the one inline script, that of the NHS page template, is allowed by its digest."""

from base64 import b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response
from flask.globals import request_ctx
from markupsafe import Markup
from werkzeug.routing import RequestRedirect

PAGE_SCRIPT = (
    "document.body.className += ' js-enabled' + "
    "('noModule' in HTMLScriptElement.prototype ? ' nhsuk-frontend-supported' : '');"
)
"""Runs before anything is drawn. Its digest never changes, so that an unchanged public page is the same to the byte."""
PAGE_SCRIPT_DIGEST = b64encode(sha256(PAGE_SCRIPT.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; script-src 'self' 'sha256-{PAGE_SCRIPT_DIGEST}'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; manifest-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types anchor"
)
"""Nothing but our own files, no text made into script: `anchor` is the one policy of static/src/trusted.js."""
PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
ALWAYS = (("Content-Security-Policy", POLICY), *PLAIN.items(), ("Cache-Control", "no-store"))
"""What stands on an answer that does not say otherwise itself."""
_BY_NAME = tuple((name.lower(), (name, value)) for name, value in ALWAYS)
Answerer = Callable[..., Iterable[bytes]]
STAY_ON_HTTPS = "max-age=63072000; includeSubDomains"
"""Two years, as those who keep lists of such hosts ask for."""
SIGNED_OUT = '"storage"'
"""After signing out a browser keeps no copy of what was typed. Not "cache": no private page is kept there anyway."""


def set_up(app: Flask) -> None:
    """Add the headers to every answer."""
    is_on_https = app.extensions["settings"].base_url.startswith("https://")
    # outside of everything, so that the page for a commit that failed has them too; and there it costs least
    app.wsgi_app = _with_headers(app.wsgi_app, is_on_https=is_on_https)  # type: ignore[method-assign]
    app.after_request_funcs.setdefault(None, []).insert(0, _mend)
    app.jinja_env.globals["page_script"] = Markup(PAGE_SCRIPT)  # noqa: S704 - our own constant


def policy(frames: str = "") -> str:
    """What this answer may load and run; `frames` are sources of frames, none where it is empty."""
    return POLICY + (f"; frame-src {frames}" if frames else "")


def _with_headers(answer: Answerer, *, is_on_https: bool) -> Answerer:
    """The application, with these headers on each answer; `is_on_https` where a server in front is asked over https."""

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            has = {name.lower() for name, _ in headers}
            headers.extend([header for name, header in _BY_NAME if name not in has])
            if is_on_https or environ["wsgi.url_scheme"] == "https":  # over http browsers do not heed it
                headers.append(("Strict-Transport-Security", STAY_ON_HTTPS))
            return start_response(status, headers, *error)

        return answer(environ, start)

    return wrapped


def _mend(response: Response) -> Response:
    asked = request_ctx.request
    if isinstance(asked.routing_exception, RequestRedirect):  # which names the host that was asked for
        response.headers["Location"] = "/" + urlsplit(asked.routing_exception.new_url).path.lstrip("/")
    if asked.endpoint == "account.sign_out" and response.status_code < 400:
        response.headers["Clear-Site-Data"] = SIGNED_OUT
    return response
