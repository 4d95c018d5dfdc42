"""What an installation must have before others can reach it, and what it answers to; known by its settings alone."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from anchor_portal.config import SettingRefused, Settings

LEAST = 16
"""Characters of the secret of a try-out on one's own machine."""
LEAST_IN_PRODUCTION = 32
"""Characters of any other secret: 128 bits even where it is written in hexadecimal."""
LEAST_DIFFERENT = 10
"""Different characters in it: random ones have more, patterns fewer."""
EXAMPLES = (
    "0123456789abcdef",
    "changeme",
    "change-me",
    "change_me",
    "secret",
    "example",
    "password",
    "for tests only",
    "anchor",
)
"""Words of manuals and examples, which no secret made at random holds."""
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def refuse_unsafe(settings: Settings) -> None:
    """Raise SettingRefused, with a sentence, where these settings must not be served."""
    tried = is_try_out(settings)
    if len(settings.secret_key) < LEAST:
        least = LEAST if tried else LEAST_IN_PRODUCTION
        raise SettingRefused(
            f"set ANCHOR_SECRET_KEY, or ANCHOR_SECRET_KEY_FILE, to at least {least} random characters: "
            "make them with “openssl rand -base64 48”"
        )
    if not tried and (faults := list(_faults(settings))):
        raise SettingRefused("; ".join(faults))


def is_try_out(settings: Settings) -> bool:
    """Whether this is one's own machine only: an address of it, and cookies that travel without encryption."""
    return not settings.secure_cookies and is_loopback(settings.base_url)


def is_loopback(base_url: str) -> bool:
    """Whether an address can be reached from the machine itself alone."""
    host = host_of(base_url)
    return host in LOOPBACK or host.startswith("127.")


def host_of(base_url: str) -> str:
    """The host name in an address, IPv6 in brackets; nothing where there is none."""
    try:
        host = urlsplit(base_url).hostname or ""
    except ValueError:
        return ""
    return f"[{host}]" if ":" in host else host


def hosts_answered(settings: Settings) -> list[str] | None:
    """The names that are answered, None for all: those of the settings, else that of the base URL and the machine's own."""
    if settings.trusted_hosts:
        return list(settings.trusted_hosts)
    if is_loopback(settings.base_url):
        return None
    return [host_of(settings.base_url), *LOOPBACK]


def _faults(settings: Settings) -> Iterator[str]:
    """What is wrong with settings that others can reach, in sentences."""
    secret = settings.secret_key.lower()
    if len(secret) < LEAST_IN_PRODUCTION or len(set(secret)) < LEAST_DIFFERENT:
        yield f"ANCHOR_SECRET_KEY must be at least {LEAST_IN_PRODUCTION} random characters: make one with “openssl rand -base64 48”"
    elif any(word in secret for word in EXAMPLES):
        yield "ANCHOR_SECRET_KEY is one that stands in examples: make one with “openssl rand -base64 48”"
    if is_loopback(settings.base_url):
        return
    if not settings.base_url.startswith("https://") or not host_of(settings.base_url):
        yield "ANCHOR_BASE_URL must begin with https:// and a host, as people reach the portal"
    if not settings.secure_cookies:
        yield "ANCHOR_SECURE_COOKIES must be yes where ANCHOR_BASE_URL is not this machine itself"
