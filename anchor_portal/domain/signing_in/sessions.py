"""How long a session lasts, when a proof of who somebody is counts as fresh, and what a browser is called."""

import re
from datetime import datetime, timedelta

NOTED_EVERY = timedelta(minutes=5)
"""That a session was used is written down this often, not with every page."""
PROOF_LASTS = timedelta(minutes=15)
"""For so long after signing in may somebody change how they sign in, without proving again who they are."""
NO_LONGER_ASKED = timedelta(minutes=10)
"""For so long the second factor is waited for after the first one."""

METHODS = {"password": "password", "invitation": "invitation", "passkey": "passkey", "recovery": "link of the team"}
SECOND_FACTORS = {
    "totp": "authenticator app",
    "recovery_code": "recovery code",
    "passkey": "passkey",
    "provider": "checked there",
}


def is_over(began_at: datetime, used_at: datetime, now: datetime, lasts: timedelta, idle: timedelta) -> bool:
    """Whether a session has ended by itself: `lasts` after it began, or not used for `idle`.

    Use is noted every few minutes only, so the idle limit is met late by that much, never early. A clock that was put
    back ends nothing.
    """
    return now - began_at >= lasts or now - used_at >= idle + NOTED_EVERY


def is_use_to_be_noted(used_at: datetime, now: datetime) -> bool:
    """Whether it is long enough ago that the use of a session was written down."""
    return now - used_at >= NOTED_EVERY


def is_proof_fresh(proved_at: datetime, now: datetime) -> bool:
    """Whether somebody proved who they are so lately that they may change how they sign in."""
    return timedelta(0) <= now - proved_at < PROOF_LASTS


def say_method(method: str, second_factor: str) -> str:
    """How a session began: "password and authenticator app"; a provider is called by its code."""
    first = METHODS.get(method, method)
    second = SECOND_FACTORS.get(second_factor, second_factor)
    return f"{first} and {second}" if second and second != first else first


# the first that is found names the browser, since many call themselves by the names of others too
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def say_device(user_agent: str) -> str:
    """A browser in words, "Firefox on Windows"; its own first word where it is none that we know."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    if browser and system:
        return f"{browser} on {system}"
    if not (browser or system):
        word = re.match(r"[A-Za-z][A-Za-z0-9_-]{0,29}", user_agent)
        return word[0] if word else "A browser that does not say its name"
    return browser or f"A browser on {system}"
