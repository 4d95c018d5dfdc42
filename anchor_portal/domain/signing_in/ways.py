"""The ways into an account, and which of them may be taken away: somebody who is in keeps one way back in."""

from dataclasses import dataclass

LAST_WAY = "This is the only way in which you can sign in. Choose a password first, or add another way"


@dataclass(frozen=True, slots=True)
class Ways:
    """In which ways somebody can sign in: by password, with how many passkeys, with how many accounts elsewhere."""

    has_password: bool
    passkeys: int
    elsewhere: int

    @property
    def number(self) -> int:
        """How many ways in all."""
        return int(self.has_password) + self.passkeys + self.elsewhere


def refuse_to_take_away(ways: Ways) -> str:
    """Why a passkey or an account elsewhere cannot be taken away by its owner, as a sentence; empty where it can."""
    return LAST_WAY if ways.number <= 1 else ""
