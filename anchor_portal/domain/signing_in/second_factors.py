"""Who needs a second factor, and what its codes look like."""

import re
from collections.abc import Collection

from anchor_portal.domain.people import Role

EVERYONE, TEAM_AND_ASSEMBLY = "everyone", "team and Assembly"
POLICIES = (EVERYONE, TEAM_AND_ASSEMBLY)
"""What an installation asks for; the team and the Assembly always need one, but for a demonstration."""
ALWAYS = frozenset({Role.TEAM, Role.MEMBER})

STEP = 30
"""Seconds for which a code of an authenticator app is shown."""
DRIFT = 1
"""How many steps a phone's clock may be early or late."""
DIGITS = 6
CODES = 10
"""Recovery codes that are made at once."""
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Of recovery codes: 32 signs that nobody takes for one another (no 0, 1, I and O)."""
GROUP, GROUPS = 4, 6
"""Twenty-four signs of five bits: 120 bits, so that a plain digest keeps them (ASVS 6.5.2 wants 112)."""


def needs_second_factor(roles: Collection[Role], policy: str, *, is_demo: bool) -> bool:
    """Whether somebody with these roles may not sign in without a second factor."""
    if is_demo:
        return False
    return policy == EVERYONE or bool(ALWAYS & set(roles))


def read_code(typed: str) -> str:
    """A code as it was meant: six digits, a recovery code in capitals without dashes, or nothing."""
    plain = re.sub(r"[\s\-\u2010-\u2015]", "", typed).upper()
    if re.fullmatch(rf"[0-9]{{{DIGITS}}}", plain) or is_recovery_code(plain):
        return plain
    return ""


def is_recovery_code(code: str) -> bool:
    """Whether a code that was read has the form of a recovery code."""
    return len(code) == GROUP * GROUPS and all(sign in ALPHABET for sign in code)


def say_recovery_code(code: str) -> str:
    """A recovery code in groups, as it is printed: "ABCD-EFGH-JKLM-NPQR-STUV-WXYZ"."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def steps_around(step: int, last_step: int) -> tuple[int, ...]:
    """The steps whose codes are taken at a step: a little early, a little late, and none that was used or is older."""
    return tuple(each for each in range(step - DRIFT, step + DRIFT + 1) if each > last_step)
