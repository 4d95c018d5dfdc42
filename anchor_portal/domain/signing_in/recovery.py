"""Getting somebody back in who lost what they sign in with: who may do it, what is taken away, what they are told."""

from dataclasses import dataclass

from anchor_portal.domain.answers.text import all_of

LINK_LASTS_DAYS = 2
"""An invitation lasts longer; a link that lets somebody into an account that is in use does not."""
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Recovery:
    """What is done for somebody: what is taken away, and whether they get a link to choose a new password."""

    authenticator: bool = False
    passkeys: bool = False
    elsewhere: bool = False
    new_password: bool = False

    @property
    def is_nothing(self) -> bool:
        """Nothing was chosen."""
        return not (self.authenticator or self.passkeys or self.elsewhere or self.new_password)


def refuse_to_recover(user_id: int, by: int | None, *, is_enabled: bool) -> str:
    """Why somebody cannot be helped back in by somebody, as a sentence; empty where they can. None is the operator.

    Who is in cannot take their own second factor away by this page: whoever sits down at their desk could.
    """
    if user_id == by:
        return "You cannot do this for yourself: ask a colleague of the team, or whoever runs the server"
    return "" if is_enabled else "This account is closed. Open it again first"


def say_taken(recovery: Recovery) -> str:
    """What was taken away, as part of a sentence: "the authenticator app with its recovery codes and the passkeys"."""
    parts = (
        (recovery.authenticator, "the authenticator app with its recovery codes"),
        (recovery.passkeys, "the passkeys"),
        (recovery.elsewhere, "the accounts elsewhere that were connected"),
        (recovery.new_password, "the password"),
    )
    return all_of([words for is_taken, words in parts if is_taken])
