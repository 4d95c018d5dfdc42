"""Challenges, for which address passkeys are made, and what they are called."""

from datetime import UTC, datetime, timedelta

import pytest

from anchor_portal.domain.signing_in.challenges import LASTS, find_end, make_challenge
from anchor_portal.domain.signing_in.passkeys import choose_name, relying_party

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "a secret for tests only"


def test_a_challenge_is_good_for_its_purpose_and_its_hour() -> None:
    challenge = make_challenge(SECRET, "sign in", NOW)
    assert find_end(SECRET, "sign in", challenge, NOW) == NOW + LASTS
    assert find_end(SECRET, "sign in", challenge, NOW + LASTS) is not None
    assert find_end(SECRET, "sign in", challenge, NOW + LASTS + timedelta(seconds=1)) is None
    assert find_end(SECRET, "sign in", challenge, NOW - timedelta(seconds=1)) is None, "not from the future"
    assert find_end(SECRET, "register 4", challenge, NOW) is None
    assert find_end("another secret", "sign in", challenge, NOW) is None


def test_a_challenge_that_was_touched_is_none_and_no_two_are_alike() -> None:
    challenge = make_challenge(SECRET, "confirm 4", NOW)
    for place in range(len(challenge)):
        touched = challenge[:place] + bytes([challenge[place] ^ 1]) + challenge[place + 1 :]
        assert find_end(SECRET, "confirm 4", touched, NOW) is None
    for other in (b"", challenge[:-1], challenge + b"\0", b"\xff" * 56):
        assert find_end(SECRET, "confirm 4", other, NOW) is None
    assert make_challenge(SECRET, "confirm 4", NOW) != challenge


@pytest.mark.parametrize(
    ("address", "host", "origin"),
    [
        ("https://portal.example", "portal.example", "https://portal.example"),
        ("https://portal.example:443/", "portal.example", "https://portal.example"),
        ("https://portal.example:8443", "portal.example", "https://portal.example:8443"),
        ("http://127.0.0.1:5000", "localhost", "http://localhost:5000"),
        ("http://localhost", "localhost", "http://localhost"),
        ("http://[::1]:5000", "localhost", "http://localhost:5000"),
    ],
)
def test_passkeys_belong_to_the_portals_own_name(address: str, host: str, origin: str) -> None:
    party = relying_party(address, "Anchor Portal")
    assert party is not None and (party.id, party.origin) == (host, origin)


@pytest.mark.parametrize("address", ["http://portal.example", "https://192.0.2.7", "https://", "portal"])
def test_for_an_address_without_name_or_encryption_there_are_none(address: str) -> None:
    assert relying_party(address, "Anchor Portal") is None


def test_a_passkey_is_called_as_its_owner_wants_and_no_two_alike() -> None:
    assert choose_name("work laptop", "Firefox on Windows", []) == "work laptop"
    assert choose_name("", "Firefox on Windows", ["Firefox on Windows"]) == "Firefox on Windows (2)"
    assert choose_name("", "", []) == "Passkey"
    assert len(choose_name("x" * 500, "", [])) == 60
