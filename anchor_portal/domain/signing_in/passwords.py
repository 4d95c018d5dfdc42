"""What makes a password good enough: its length, how hard it is to guess, and that it is not one's own name.

There are no rules about capitals, digits and signs: they make passwords harder to remember, not to guess.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

SHORTEST = 12
LONGEST = 1000
"""Characters; nobody types as many, and checking more would cost the server time."""
GOOD_SCORE = 3
"""Of 0 to 4: about ten thousand million guesses and more."""
LEFT_OVER = 6
"""Letters and digits that must remain without everything that is known of a person."""
SHORTEST_KNOWN = 3
ADVICE = "Add a word or two that do not belong together. Capitals, digits and signs are not needed"


@dataclass(frozen=True, slots=True)
class Guess:
    """How a password would be guessed: a score of 0 to 4, and the pattern of its longest part.

    `pattern` is dictionary, spatial, repeat, sequence, regex, date or bruteforce; `words` the list of words that it
    came from, such as passwords or surnames, where it came from one.
    """

    score: int
    pattern: str = ""
    words: str = ""


_WHY = {
    "spatial": "it follows the rows of the keyboard",
    "repeat": "it repeats itself",
    "sequence": "it is a sequence, like abc or 123",
    "date": "most of it is a date",
    "regex": "most of it is a year",
}
_WHY_WORDS = {
    "passwords": "it is like the passwords that are tried first",
    "user_inputs": "it holds your name, your address or words of this portal",
    "surnames": "most of it is a name",
    "male_names": "most of it is a name",
    "female_names": "most of it is a name",
}


def refuse_length(password: str) -> str:
    """Why a password cannot be taken for its length, as a sentence; empty where it can."""
    if not password:
        return "Choose a password"
    if len(password) < SHORTEST:
        return f"A password needs at least {SHORTEST} characters"
    return f"A password has at most {LONGEST:,} characters" if len(password) > LONGEST else ""


def refuse_guess(guess: Guess) -> str:
    """Why a password is too easy to guess, with what would help, as a sentence; empty where it is good."""
    if guess.score >= GOOD_SCORE:
        return ""
    why = _WHY_WORDS.get(guess.words) or _WHY.get(guess.pattern) or "it is made of few common parts"
    return f"This password is easy to guess: {why}. {ADVICE}"


def refuse_familiar(password: str, known: Iterable[str]) -> str:
    """Why a password that is mostly made of what is known of its owner cannot be taken; empty where it is not.

    `known` are the person's name and address, and words of the portal.
    """
    left = password.casefold()
    for word in sorted(familiar_words(known), key=len, reverse=True):
        left = left.replace(word, " ")
    if len(re.sub(r"[\W_]|(?:19|20)\d\d", "", left)) >= LEFT_OVER:
        return ""
    return f"This password is easy to guess: {_WHY_WORDS['user_inputs']}. {ADVICE}"


def familiar_words(known: Iterable[str]) -> frozenset[str]:
    """The words in names and addresses, in small letters; very short ones tell nothing."""
    words = {word for each in known for word in re.split(r"[\W_]+", each.casefold())}
    return frozenset(word for word in words if len(word) >= SHORTEST_KNOWN)
