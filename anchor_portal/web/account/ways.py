"""In which ways somebody signs in, as the page of their account and the sign-in page show it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from anchor_portal.domain.signing_in.passkeys import RelyingParty, relying_party
from anchor_portal.domain.signing_in.providers import Provider
from anchor_portal.extensions import db, settings, viewer
from anchor_portal.models import Identity, Passkey
from anchor_portal.services.accounts.passkeys import House
from anchor_portal.services.accounts.sessions import FACTOR_CHANGED, end_sessions


def find_house() -> House | None:
    """For whom passkeys are made here; None where browsers make none for the portal's address."""
    party: RelyingParty | None = relying_party(settings().base_url, settings().portal_name)
    return House(party, settings().secret_key) if party else None


def find_provider(code: str) -> Provider | None:
    """The provider with a code."""
    return next((each for each in settings().providers if each.code == code), None)


def name_of(code: str) -> str:
    """What a provider is called; its code where the settings no longer name it."""
    provider = find_provider(code)
    return provider.name if provider else code.capitalize()


def end_others() -> None:
    """End every other session of the person: they took away a way to sign in."""
    me = viewer()
    end_sessions(db(), me.user_id, FACTOR_CHANGED, but=me.sign_in.id if me.sign_in else None)


def ways_in(user_id: int) -> dict[str, Any]:
    """What the page of somebody's account shows: their passkeys, their accounts elsewhere, what else there is."""
    passkeys = db().scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.added_at)).all()
    identities: Sequence[Identity] = (
        db().scalars(select(Identity).where(Identity.user_id == user_id).order_by(Identity.linked_at)).all()
        if settings().providers
        else []
    )
    connected = {each.provider for each in identities}
    return {
        "passkeys": passkeys,
        "identities": identities,
        "to_connect": [each for each in settings().providers if each.code not in connected],
        "has_passkeys_here": find_house() is not None,
        "name_of_provider": name_of,
    }
