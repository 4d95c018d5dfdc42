"""What is printed on a certificate: said once, for the paper and for the page on which it is checked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.pledges import PLEDGES

CERTIFYING = "This is to certify that"
FIGURE = re.compile(r"\d\s*(%|per cent\b|percent\b)", re.IGNORECASE)


class CertificateKind(StrEnum):
    """What a certificate certifies: a return accepted, being a signatory, an award held. Never a number."""

    RETURN = "return"
    SIGNATORY = "signatory"
    AWARD = "award"


AWARD_NAMES = {"social_value_award": "Social Value Award"}
"""Awards for which certificates are issued, by the kind of holding in the register."""


class FigureOnCertificate(ValueError):
    """Somebody would put a figure on a certificate, which never carries one."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What the words of a certificate are made from, as it was issued.

    `round_title` and `revision` are those of an accepted return; `award`, `held_since` and `held_until` (the last day)
    those of an award; a signatory's has `held_since`, the day of joining, where that is known.
    Raises FigureOnCertificate, and ValueError for a return without its round or an award without its name.
    """

    kind: str
    round_title: str = ""
    pledges: tuple[str, ...] = ()
    award: str = ""
    held_since: date | None = None
    held_until: date | None = None
    revision: int | None = None

    def __post_init__(self) -> None:
        if self.kind == CertificateKind.RETURN and not self.round_title:
            raise ValueError("A certificate of a return names its round.")
        if self.kind == CertificateKind.AWARD and not self.award:
            raise ValueError("A certificate of an award names it.")
        for words in (*self.pledges, self.award, self.round_title):
            if FIGURE.search(words):
                raise FigureOnCertificate(f"A certificate never carries a figure, and “{words}” has one.")

    @property
    def statement(self) -> tuple[str, ...]:
        """What is certified of the organisation, whose name stands before it."""
        return _STATEMENTS[CertificateKind(self.kind)](self)

    @property
    def pledges_heading(self) -> str:
        """What stands above the pledges."""
        return "Pledges evidenced" if self.kind == CertificateKind.RETURN else "Pledges made"

    @property
    def own_fact(self) -> tuple[str, str] | None:
        """The one fact that only this kind has, with what it is called; None for a signatory since nobody knows when."""
        if self.kind == CertificateKind.RETURN:
            return ("Revision", str(self.revision or 0))
        if self.kind == CertificateKind.AWARD:
            return ("Held until", say_date(self.held_until)) if self.held_until else None
        return ("Signatory since", say_date(self.held_since)) if self.held_since else None


def _of_return(wording: Wording) -> tuple[str, ...]:
    return (
        f"took part in the {wording.round_title} round of the Anchor Framework.",
        "Its return was reviewed and accepted by the Anchor Assembly.",
    )


def _of_signatory(wording: Wording) -> tuple[str, ...]:
    return ("is a signatory of the Anchor Framework", "and has made its seven pledges.")


def _of_award(wording: Wording) -> tuple[str, ...]:
    if wording.held_since is None:
        return (f"holds the {wording.award}.",)
    return (f"holds the {wording.award},", f"achieved on {say_date(wording.held_since)}.")


_STATEMENTS = {
    CertificateKind.RETURN: _of_return,
    CertificateKind.SIGNATORY: _of_signatory,
    CertificateKind.AWARD: _of_award,
}


def pledge_titles(numbers: Sequence[str]) -> tuple[str, ...]:
    """The short titles of pledges that are stored by their numbers."""
    return tuple(PLEDGES[int(each)] for each in numbers if each.isascii() and each.isdigit() and int(each) in PLEDGES)
