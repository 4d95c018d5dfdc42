"""What makes a password good enough, by its length and by what is known of its owner; and which ways in may go."""

import pytest

from anchor_portal.domain.signing_in.passwords import (
    LONGEST,
    Guess,
    familiar_words,
    refuse_familiar,
    refuse_guess,
    refuse_length,
)
from anchor_portal.domain.signing_in.recovery import Recovery, refuse_to_recover, say_taken
from anchor_portal.domain.signing_in.ways import Ways, refuse_to_take_away
from anchor_portal.services.accounts.passwords import refuse_password

ADA = ("Ada Okonkwo-Byrne", "ada.byrne@mid-cheshire.example")


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("", "Choose a password"),
        ("eleven signs", ""),
        ("eleven sign", "A password needs at least 12 characters"),
        ("x" * LONGEST, ""),
        ("x" * (LONGEST + 1), "A password has at most 1,000 characters"),
    ],
)
def test_a_password_has_a_length(password: str, said: str) -> None:
    assert refuse_length(password) == said


def test_only_what_is_hard_to_guess_is_taken_and_the_sentence_says_why_else() -> None:
    assert refuse_guess(Guess(3)) == refuse_guess(Guess(4, "dictionary", "passwords")) == ""
    assert "rows of the keyboard" in refuse_guess(Guess(2, "spatial"))
    assert "tried first" in refuse_guess(Guess(0, "dictionary", "passwords"))
    assert "few common parts" in refuse_guess(Guess(1, "something new"))
    assert "not needed" in refuse_guess(Guess(2, "repeat"))


@pytest.mark.parametrize("password", ["Ada-Byrne-1984", "okonkwo byrne!!", "ada.byrne@mid-cheshire", "adaadaadaada"])
def test_a_password_made_of_its_owners_name_is_refused(password: str) -> None:
    assert "your name" in refuse_familiar(password, ADA)


def test_a_name_inside_a_longer_password_does_no_harm() -> None:
    assert refuse_familiar("ada swims to heron island", ADA) == ""
    assert familiar_words(["Jo Li", "x"]) == frozenset()


@pytest.mark.parametrize(
    "password",
    ["password1234", "aaaaaaaaaaaaaaaa", "qwertyuiopasdf", "abcdefghijklmnop", "Liverpool2026", "anchor portal 2026"],
)
def test_passwords_that_are_tried_first_are_refused(password: str) -> None:
    assert "easy to guess" in refuse_password(password, ADA)


@pytest.mark.parametrize(
    "password",
    [
        "marmalade heron tuesday",
        "kayak-orbit-pebble",
        "Ξένος ψαράς στο λιμάνι",
        "ünter den längsten Brücken",
        "correct horse battery staple " * 6,
        "W7#qpL-0vRt" * 30,
        "🐟 and 🍟 by the river, always",
    ],
)
def test_long_passwords_are_taken_with_spaces_letters_of_any_script_and_no_rules_of_composition(password: str) -> None:
    assert refuse_password(password, ADA) == ""


def test_nobody_takes_their_only_way_in_away() -> None:
    assert refuse_to_take_away(Ways(has_password=False, passkeys=1, elsewhere=0))
    assert refuse_to_take_away(Ways(has_password=False, passkeys=0, elsewhere=1))
    assert refuse_to_take_away(Ways(has_password=True, passkeys=1, elsewhere=0)) == ""
    assert refuse_to_take_away(Ways(has_password=False, passkeys=2, elsewhere=0)) == ""


def test_nobody_helps_themselves_back_in_and_closed_accounts_are_opened_first() -> None:
    assert "colleague" in refuse_to_recover(3, 3, is_enabled=True)
    assert "closed" in refuse_to_recover(3, 4, is_enabled=False)
    assert refuse_to_recover(3, 4, is_enabled=True) == refuse_to_recover(3, None, is_enabled=True) == ""


def test_what_was_taken_away_is_said_in_words() -> None:
    assert Recovery().is_nothing
    assert say_taken(Recovery(passkeys=True, new_password=True)) == "the passkeys and the password"
