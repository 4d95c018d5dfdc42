"""The providers of accounts elsewhere, as settings name them."""

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from anchor_portal.domain.signing_in.providers import WAYS_TO_CONFIRM, WAYS_TO_VERIFY, Provider

PREFIX = "ANCHOR_OIDC"
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
TAKEN = frozenset({"password", "invitation", "passkey", "totp"})
"""What else a session begins with: no provider can have such a code."""
Secret = Callable[[Mapping[str, str], str], str]


def read_providers(env: Mapping[str, str], read_secret: Secret) -> tuple[Provider, ...]:
    """The providers that ANCHOR_OIDC names, in its order. Raises ValueError with a sentence.

    `read_secret` gives a setting that may also stand in a file.
    """
    codes = env.get(PREFIX, "").replace(",", " ").lower().split()
    if len(set(codes)) != len(codes):
        raise ValueError(f"{PREFIX} names a provider twice")
    return tuple(_read_provider(env, code, read_secret) for code in codes)


def _read_provider(env: Mapping[str, str], code: str, read_secret: Secret) -> Provider:
    if not re.fullmatch("[a-z][a-z0-9]{0,29}", code) or code in TAKEN:
        raise ValueError(f"{PREFIX} must name providers by short words like entra: not “{code}”")
    begin = f"{PREFIX}_{code.upper()}"
    return Provider(
        code=code,
        name=env.get(f"{begin}_NAME", "").strip() or code.capitalize(),
        issuer=_issuer(f"{begin}_ISSUER", env),
        client_id=_needed(f"{begin}_CLIENT_ID", env),
        client_secret=read_secret(env, f"{begin}_CLIENT_SECRET"),
        scopes=" ".join(["openid", *_more_scopes(env.get(f"{begin}_SCOPES", "") or "email profile")]),
        tenants=frozenset(env.get(f"{begin}_TENANTS", "").replace(",", " ").lower().split()),
        verified_by=_one_of(f"{begin}_VERIFIED", env, WAYS_TO_VERIFY),
        confirmed_by=_one_of(f"{begin}_SECOND_FACTOR", env, WAYS_TO_CONFIRM),
    )


def _needed(name: str, env: Mapping[str, str]) -> str:
    if not (text := env.get(name, "").strip()):
        raise ValueError(f"{name} must be set, as {PREFIX} names this provider")
    return text


def _issuer(name: str, env: Mapping[str, str]) -> str:
    """The issuer as its metadata say it: with or without a stroke at its end, which belongs to it."""
    address = _needed(name, env)
    try:
        split = urlsplit(address)
        is_safe = split.scheme == "https" or (split.scheme == "http" and split.hostname in LOCAL)
    except ValueError:
        is_safe = False
    if not is_safe or not split.hostname or split.query or split.fragment or not re.fullmatch("[!-~]+", address):
        raise ValueError(f"{name} must be an address like https://login.example/tenant/v2.0")
    return address


def _more_scopes(text: str) -> Iterator[str]:
    return (scope for scope in text.split() if scope != "openid")


def _one_of(name: str, env: Mapping[str, str], choices: tuple[str, ...]) -> str:
    text = env.get(name, "").strip().lower() or choices[0]
    if text not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}")
    return text
