"""Security headers, on every answer; the one inline script, that of the NHS page template, is allowed by its digest."""

from base64 import b64encode
from hashlib import sha256
from urllib.parse import urlsplit

from flask import Flask, Response, request
from markupsafe import Markup
from werkzeug.routing import RequestRedirect

from anchor_portal.extensions import settings

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
ALWAYS = (("Content-Security-Policy", POLICY), *PLAIN.items())
STAY_ON_HTTPS = "max-age=63072000; includeSubDomains"
"""Two years, as those who keep lists of such hosts ask for."""
SIGNED_OUT = '"storage"'
"""After signing out a browser keeps no copy of what was typed. Not "cache": no private page is kept there anyway."""


def set_up(app: Flask) -> None:
    """Add the headers to every answer."""
    # last of all, so that the page for a commit that failed has them too
    app.after_request_funcs.setdefault(None, []).insert(0, _add)
    app.jinja_env.globals["page_script"] = Markup(PAGE_SCRIPT)  # noqa: S704 - our own constant


def policy(frames: str = "") -> str:
    """What this answer may load and run; `frames` are sources of frames, none where it is empty."""
    return POLICY + (f"; frame-src {frames}" if frames else "")


def _add(response: Response) -> Response:
    has = {name.lower() for name, _ in response.headers}  # one pass: looking each up costs more than a bare answer
    response.headers.extend([(name, value) for name, value in ALWAYS if name.lower() not in has])
    # also where a server in front does not say that it was asked over https: over http browsers do not heed it
    if request.is_secure or settings().base_url.startswith("https://"):
        response.headers["Strict-Transport-Security"] = STAY_ON_HTTPS
    if isinstance(request.routing_exception, RequestRedirect):  # which names the host that was asked for
        response.headers["Location"] = "/" + urlsplit(request.routing_exception.new_url).path.lstrip("/")
    if request.endpoint == "account.sign_out" and response.status_code < 400:
        response.headers["Clear-Site-Data"] = SIGNED_OUT
    response.headers.setdefault("Cache-Control", "no-store")
    return response
