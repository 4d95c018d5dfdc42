"""Browsers in which somebody has signed in before, so that a stranger's wrong passwords do not keep them out there.

A cookie says, signed, for which accounts a browser is known. Its attempts count by themselves; everybody else's count
together. Whoever steals the cookie has a few attempts of their own, and is nobody by it.
"""

import hmac
import secrets
from dataclasses import dataclass

from flask import after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from anchor_portal.extensions import settings

NAME = "anchor_device"
LASTS = 180 * 24 * 60 * 60
"""Seconds."""
MOST_ACCOUNTS = 5


@dataclass(frozen=True, slots=True)
class Known:
    """What the cookie says: a random name of the browser, and digests of the accounts, the latest last."""

    name: str
    accounts: tuple[str, ...]


def cookie_name() -> str:
    """Its name; where cookies are secure, browsers hold it to this host."""
    return f"__Host-{NAME}" if settings().secure_cookies else NAME


def name_for(email: str) -> str:
    """The name of this browser if it is known for an account, else nothing."""
    known = _read()
    return known.name if known and _digest(email) in known.accounts else ""


def remember(email: str) -> None:
    """Have the answer to this request make the browser known for an account."""
    known = _read() or Known(secrets.token_urlsafe(12), ())
    others = [each for each in known.accounts if each != _digest(email)]
    value = _signer().dumps([known.name, [*others, _digest(email)][-MOST_ACCOUNTS:]])

    @after_this_request
    def set_cookie(response: Response) -> Response:
        is_secure = settings().secure_cookies
        response.set_cookie(cookie_name(), value, max_age=LASTS, secure=is_secure, httponly=True, samesite="Lax")
        return response


def _read() -> Known | None:
    try:
        name, accounts = _signer().loads(request.cookies.get(cookie_name(), ""))
    except (BadSignature, ValueError):
        return None
    return Known(str(name), tuple(map(str, accounts)))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="a known browser")


def _digest(email: str) -> str:
    """No address stands in the cookie."""
    named = f"known for {email.strip().lower()}"
    return hmac.digest(str(current_app.secret_key).encode(), named.encode("utf-8", "surrogatepass"), "sha256").hex()[
        :24
    ]
