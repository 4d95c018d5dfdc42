"""What is said between this portal and a provider of accounts elsewhere (OpenID Connect): sent there, and come back.

The code flow with PKCE, state and nonce; the answer's signature is checked with the keys that the provider publishes.
Authlib is imported when the first person goes to a provider: it takes a second.
"""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from anchor_portal.domain.signing_in.providers import TENANT_IN_ISSUER, ClaimsRefused, Provider, Vouched, read_claims

PATIENCE = (3.05, 5)
"""Seconds for a connection, and for an answer."""
LARGEST = 1024 * 1024
KEPT_FOR, FAILED_FOR = 3600, 10
"""Seconds for which what a provider publishes is kept, and for which one that failed is not asked again."""
LEEWAY = 60
"""Seconds that the clocks of a provider and of this server may differ."""
SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Those with a public key; nothing that somebody who knows no private key could make."""
Said = TypeVar("Said")


class ProviderUnavailable(Exception):
    """A provider does not answer; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody was sent to a provider: what their way back must carry."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(slots=True)
class _Published:
    """What a provider says of itself, and when it was read."""

    metadata: Mapping[str, Any]
    keys: Mapping[str, Any]
    read_at: float


class ProviderShelf:
    """What providers publish (addresses, keys), kept for an hour in each process."""

    def __init__(self) -> None:
        self._kept: dict[str, _Published] = {}
        self._failed: dict[str, float] = {}

    def take(self, provider: Provider, *, afresh: bool = False) -> _Published:
        """What a provider publishes. Raises ProviderUnavailable."""
        kept, at = self._kept.get(provider.code), time.monotonic()
        if kept and at - kept.read_at < (FAILED_FOR if afresh else KEPT_FOR):
            return kept
        if at - self._failed.get(provider.code, -FAILED_FOR) < FAILED_FOR:
            raise ProviderUnavailable(_unavailable(provider))
        try:
            self._kept[provider.code] = _read_published(provider, at)
        except ProviderUnavailable:
            self._failed[provider.code] = at
            raise
        return self._kept[provider.code]


def _unavailable(provider: Provider) -> str:
    return f"{provider.name} does not answer at the moment. Sign in in another way, or try again in a few minutes"


def _read_published(provider: Provider, at: float) -> _Published:
    found = _get(provider, provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    issuer = found.get("issuer")
    serves_many = bool(provider.tenants) and TENANT_IN_ISSUER in str(issuer)
    if issuer != provider.issuer and not serves_many:
        raise ProviderUnavailable(_unavailable(provider))
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        address = found.get(name)
        if not isinstance(address, str) or not address.startswith(_schemes(provider)):
            raise ProviderUnavailable(_unavailable(provider))
    return _Published(found, _get(provider, found["jwks_uri"]), at)


def _schemes(provider: Provider) -> tuple[str, ...]:
    """Everything by https; a provider on this very machine, as in tests, may do without."""
    return ("https://",) if provider.issuer.startswith("https://") else ("https://", "http://")


def _get(provider: Provider, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A JSON object of a provider; redirects are not followed, and nobody is waited for very long."""
    import requests

    try:
        with requests.get(address, timeout=PATIENCE, allow_redirects=False, stream=True, headers=headers) as answer:
            body = answer.raw.read(LARGEST + 1, decode_content=True)
            found = json.loads(body) if answer.status_code == 200 else None
    except (requests.RequestException, OSError, ValueError, RecursionError, _urllib3_error()) as error:
        raise ProviderUnavailable(_unavailable(provider)) from error
    if not isinstance(found, dict) or len(body) > LARGEST:
        raise ProviderUnavailable(_unavailable(provider))
    return found


def _urllib3_error() -> type[Exception]:
    from urllib3.exceptions import HTTPError

    return HTTPError


def depart(shelf: ProviderShelf, provider: Provider, way_back: str) -> Departure:
    """Where to send somebody, and what to remember of it. Raises ProviderUnavailable."""
    published = shelf.take(provider)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    with _client(provider, way_back, published) as client:
        address, _ = client.create_authorization_url(
            published.metadata["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
    return Departure(address, state, nonce, verifier)


def _client(provider: Provider, way_back: str, published: _Published) -> Any:
    from authlib.integrations.requests_client import OAuth2Session

    ways = published.metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    secret_way = "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"
    return OAuth2Session(
        provider.client_id,
        provider.client_secret or None,
        scope=provider.scopes,
        redirect_uri=way_back,
        code_challenge_method="S256",
        token_endpoint_auth_method=secret_way if provider.client_secret else "none",
    )


def must_say_issuer(shelf: ProviderShelf, provider: Provider) -> bool:
    """Whether a way back without `iss` cannot be the provider's (RFC 9207). Raises ProviderUnavailable."""
    return shelf.take(provider).metadata.get("authorization_response_iss_parameter_supported") is True


def arrive(shelf: ProviderShelf, provider: Provider, way_back: str, departure: Departure, code: str) -> Vouched:
    """Whom the provider vouches for, in exchange for the code that somebody came back with.

    Raises ProviderUnavailable, and ClaimsRefused where the answer is not what it should be.
    """
    published = shelf.take(provider)
    with _client(provider, way_back, published) as client:
        token = _heard(provider, lambda: _fetch_token(client, published, departure, code))
    claims = _heard(provider, lambda: _read_token(shelf, provider, token, departure.nonce))
    if "email" not in claims:
        claims = {**_more(provider, published, token, claims), **claims}
    return read_claims(provider, published.metadata["issuer"], claims)


def _fetch_token(client: Any, published: _Published, departure: Departure, code: str) -> dict[str, Any]:
    address = published.metadata["token_endpoint"]
    return dict(
        client.fetch_token(
            address, code=code, code_verifier=departure.verifier, timeout=PATIENCE, allow_redirects=False
        )
    )


def _read_token(shelf: ProviderShelf, provider: Provider, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
    """The claims of the token that says who it is: signature, issuer's form, audience, times and nonce are right."""
    from authlib.oidc.core import CodeIDToken
    from joserfc.errors import BadSignatureError, InvalidKeyIdError

    try:
        decoded = _decode(shelf.take(provider), token["id_token"])
    except (InvalidKeyIdError, BadSignatureError):  # the provider may have new keys
        decoded = _decode(shelf.take(provider, afresh=True), token["id_token"])
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        {"aud": {"essential": True, "value": provider.client_id}, "nonce": {"essential": True, "value": nonce}},
        {"nonce": nonce, "client_id": provider.client_id, "access_token": token.get("access_token")},
    )
    claims.validate(leeway=LEEWAY)
    return dict(claims)


def _decode(published: _Published, token: str) -> Any:
    from joserfc import jwt
    from joserfc.jwk import KeySet
    from joserfc.jws import JWSRegistry

    offered = published.metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    registry = JWSRegistry(algorithms=[each for each in SIGNATURES if each in offered], strict_check_header=False)
    return jwt.decode(token, KeySet.import_key_set(dict(published.keys)), registry=registry)  # type: ignore[arg-type]


def _more(
    provider: Provider, published: _Published, token: Mapping[str, Any], claims: Mapping[str, Any]
) -> dict[str, Any]:
    """What else the provider says of the same person, where the token itself has no address."""
    address = published.metadata.get("userinfo_endpoint")
    if not isinstance(address, str) or not address.startswith(_schemes(provider)):
        return {}
    found = _get(provider, address, {"Authorization": f"Bearer {token.get('access_token', '')}"})
    return found if found.get("sub") == claims.get("sub") else {}


def _heard(provider: Provider, listen: Callable[[], Said]) -> Said:
    """What a provider says; what cannot be understood or is not right is refused, in whatever way it is wrong."""
    import requests
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError

    try:
        return listen()
    except (ClaimsRefused, ProviderUnavailable):
        raise
    except (AuthlibBaseError, JoseError) as error:
        raise ClaimsRefused(f"{provider.name} did not confirm this sign-in. Nobody was signed in. Try again") from error
    except (requests.RequestException, OSError) as error:
        raise ProviderUnavailable(_unavailable(provider)) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ClaimsRefused(f"The answer of {provider.name} could not be read. Nobody was signed in") from error
