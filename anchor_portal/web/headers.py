"""Security headers, on every answer; one nonce a request for the inline script of the NHS page template."""

import secrets

from flask import Flask, Response, g, request

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def set_up(app: Flask) -> None:
    """Add the headers to every answer."""
    # last of all, so that the page for a commit that failed has them too
    app.after_request_funcs.setdefault(None, []).insert(0, _add)
    app.context_processor(lambda: {"csp_nonce": nonce()})


def policy(frames: str = "") -> str:
    """What this answer may load and run; `frames` are sources of frames, none where it is empty."""
    return POLICY.format(nonce=nonce()) + (f"; frame-src {frames}" if frames else "")


def nonce() -> str:
    """The request's nonce."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def _add(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", policy())
    for name, value in PLAIN.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint != "static" or response.status_code >= 400:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
