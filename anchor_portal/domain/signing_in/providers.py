"""Accounts elsewhere: what a setting says of a provider, and what is believed of what it says of somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, field

BY_CLAIM, BY_DOMAIN, ALWAYS, NEVER = "email_verified", "xms_edov", "always", "no"
WAYS_TO_VERIFY = (BY_CLAIM, BY_DOMAIN, ALWAYS)
"""What makes an address verified: one of two claims (the second is Entra's), or that the provider only has such."""
BY_METHOD = "amr"
WAYS_TO_CONFIRM = (NEVER, BY_METHOD, ALWAYS)
"""When a provider's sign-in counts as with a second factor: never, where `amr` holds "mfa", or always."""
TENANT_IN_ISSUER = "{tenantid}"
"""Stands in the issuer that Entra publishes where one address serves many tenants."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of accounts with which people sign in here (OpenID Connect), as settings describe it."""

    code: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: str = "openid email profile"
    tenants: frozenset[str] = frozenset()
    """Entra's tenants whose people are let in, in small letters; empty: whoever the issuer vouches for."""
    verified_by: str = BY_CLAIM
    confirmed_by: str = NEVER


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a provider vouches for: an account of its own, its address where that is verified, a second factor."""

    issuer: str
    subject: str
    email: str
    has_second_factor: bool


class ClaimsRefused(Exception):
    """What a provider says of somebody is not enough to let them in; the text is a sentence."""


def read_claims(provider: Provider, published_issuer: str, claims: Mapping[str, object]) -> Vouched:
    """What is believed of claims whose signature, times, audience and nonce were checked. Raises ClaimsRefused."""
    tenant = _read_tenant(provider, claims)
    expected = published_issuer.replace(TENANT_IN_ISSUER, tenant) if tenant else published_issuer
    issuer, subject = claims.get("iss"), claims.get("sub")
    if issuer != expected or not isinstance(issuer, str):
        raise ClaimsRefused(f"The answer was not signed by {provider.name}. Nobody was signed in")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
        raise ClaimsRefused(f"{provider.name} did not say whose account it is. Nobody was signed in")
    return Vouched(issuer, subject, _read_address(provider, claims), _is_confirmed(provider, claims))


def _read_tenant(provider: Provider, claims: Mapping[str, object]) -> str:
    if not provider.tenants:
        return ""
    tenant = claims.get("tid")
    if not isinstance(tenant, str) or tenant.lower() not in provider.tenants:
        raise ClaimsRefused(
            f"This account of {provider.name} is of an organisation that does not use it to sign in here. "
            "Sign in in another way, or ask the sustainability team"
        )
    return tenant


def _read_address(provider: Provider, claims: Mapping[str, object]) -> str:
    """The verified address, as typed at the provider; empty where there is none, or where nobody verified it."""
    email = claims.get("email")
    if not isinstance(email, str) or "@" not in email or len(email) > 320:
        return ""
    is_verified = provider.verified_by == ALWAYS or _is_true(claims.get(provider.verified_by))
    return email.strip() if is_verified else ""


def _is_true(claim: object) -> bool:
    """Whether a claim says yes: as JSON's true, or as Entra also writes it."""
    return claim is True or (not isinstance(claim, float) and str(claim).lower() in {"true", "1"})


def _is_confirmed(provider: Provider, claims: Mapping[str, object]) -> bool:
    if provider.confirmed_by != BY_METHOD:
        return provider.confirmed_by == ALWAYS
    methods = claims.get("amr")
    return isinstance(methods, list) and "mfa" in methods
