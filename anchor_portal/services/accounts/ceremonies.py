"""What is said between this portal and a browser about passkeys (WebAuthn): options out, answers in, all checked.

Importing this takes half a second, so it is imported when the first passkey is asked for.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from anchor_portal.domain.signing_in.passkeys import NOT_UNDERSTOOD, PasskeyRefused, RelyingParty

LONGEST = 20_000
"""Characters of what a browser sends."""
TWO_MINUTES = 120_000
"""Milliseconds that a browser waits for somebody's finger."""
Checked = TypeVar("Checked")
Known = Sequence[tuple[str, Sequence[str]]]
"""Passkeys that are kept: identifier in base64url, and how a browser reaches it."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new passkey: its identifier in base64url, its public key, its counter, and how a browser reaches it."""

    credential: str
    public_key: bytes
    sign_count: int
    transports: list[str]


def ask_to_register(party: RelyingParty, challenge: bytes, handle: bytes, email: str, name: str, known: Known) -> str:
    """What a browser is asked for to make a passkey, as JSON: one that works without a name and asks for finger or PIN.

    So each passkey can stand in for the password, and is two factors by itself.
    """
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=handle,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        timeout=TWO_MINUTES,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(known),
    )
    return options_to_json(options)


def ask_to_sign(party: RelyingParty, challenge: bytes, known: Known = ()) -> str:
    """What a browser is asked for to sign in, as JSON.

    With `known`, one of these passkeys is wanted as a second factor; without, any for this portal, with finger or PIN.
    """
    verification = UserVerificationRequirement.PREFERRED if known else UserVerificationRequirement.REQUIRED
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=TWO_MINUTES,
        allow_credentials=_descriptors(known),
        user_verification=verification,
    )
    return options_to_json(options)


def _descriptors(known: Known) -> list[PublicKeyCredentialDescriptor]:
    ways = {each.value for each in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(credential),
            transports=[AuthenticatorTransport(each) for each in transports if each in ways],
        )
        for credential, transports in known
    ]


def read_challenge(sent: str) -> bytes:
    """The challenge that an answer is about, as it says itself. Raises PasskeyRefused."""
    return _checked(
        sent,
        lambda: parse_client_data_json(base64url_to_bytes(json.loads(sent)["response"]["clientDataJSON"])).challenge,
    )


def read_credential(sent: str) -> str:
    """With which passkey an answer was made, as it says itself. Raises PasskeyRefused."""
    return _checked(sent, lambda: bytes_to_base64url(parse_authentication_credential_json(sent).raw_id))


def check_made(party: RelyingParty, challenge: bytes, sent: str) -> Made:
    """The passkey that a browser made when it was asked to. Raises PasskeyRefused."""
    return _checked(sent, lambda: _made(party, challenge, sent))


def _made(party: RelyingParty, challenge: bytes, sent: str) -> Made:
    made = verify_registration_response(
        credential=sent,
        expected_challenge=challenge,
        expected_rp_id=party.id,
        expected_origin=party.origin,
        require_user_verification=True,
    )
    transports = parse_registration_credential_json(sent).response.transports or []
    return Made(
        bytes_to_base64url(made.credential_id),
        made.credential_public_key,
        made.sign_count,
        [each.value for each in transports],
    )


def check_signed(
    party: RelyingParty, challenge: bytes, sent: str, public_key: bytes, sign_count: int, *, is_verified: bool
) -> int:
    """The new counter of the passkey that signed the challenge; with finger or PIN where `is_verified`.

    Raises PasskeyRefused.
    """
    answer = _checked(
        sent,
        lambda: verify_authentication_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=is_verified,
        ),
    )
    return answer.new_sign_count


def _checked(sent: str, check: Callable[[], Checked]) -> Checked:
    """What the library finds. It stumbles in many ways over bytes of a stranger; each is an answer that is refused."""
    if len(sent) > LONGEST:
        raise PasskeyRefused(NOT_UNDERSTOOD)
    try:
        return check()
    except Exception as error:
        raise PasskeyRefused(NOT_UNDERSTOOD) from error
