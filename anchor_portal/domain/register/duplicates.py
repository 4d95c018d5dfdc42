"""Whether a name may be that of an organisation that is in the register already."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from anchor_portal.domain.register.names import FoldedName, fold_name
from anchor_portal.domain.register.slips import count_slips

CLEAR = 7
"""Letters from which on a single word with a slip is still likely the same."""


class Likeness(IntEnum):
    """How sure it is that two names are of one organisation."""

    PERHAPS = 1
    LIKELY = 2
    SAME = 3


LIKENESS_WORDS = {
    Likeness.SAME: "the same name",
    Likeness.LIKELY: "nearly the same name",
    Likeness.PERHAPS: "perhaps the same",
}


@dataclass(frozen=True, slots=True)
class Alike:
    """An organisation that a name may be of, by which of its names, and how sure that is."""

    organisation_id: int
    name: str
    likeness: Likeness


def compare(one: FoldedName, other: FoldedName) -> Likeness | None:
    """How alike two names are, or None where they are of two organisations.

    Legal forms, articles, apostrophes and accents count for nothing; words such as "council" and "CVS" tell apart.
    """
    forms_agree = one.form == other.form or not (one.form and other.form)
    if one.fold == other.fold:
        return Likeness.SAME if forms_agree else Likeness.PERHAPS
    if _are_two_kinds(one, other):
        return None
    if one.core and (slips := _count_partners(one.core, other.core)) is not None:
        return _how_sure(one, other, slips) if forms_agree else None
    return Likeness.PERHAPS if _is_abbreviation(one, other) or _is_abbreviation(other, one) else None


def _are_two_kinds(one: FoldedName, other: FoldedName) -> bool:
    """Whether each has a word or a form that tells it apart from the other."""
    mine, theirs = one.kinds | ({one.form} - {""}), other.kinds | ({other.form} - {""})
    return not (mine <= theirs or theirs <= mine)


def _how_sure(one: FoldedName, other: FoldedName, slips: int) -> Likeness | None:
    is_plain = one.kinds == other.kinds and one.loose == other.loose
    is_clear = not slips or len(one.core) > 1 or len(one.core[0]) >= CLEAR
    if is_plain and is_clear:
        return Likeness.LIKELY
    in_order = all(count_slips(mine, theirs) is not None for mine, theirs in zip(one.core, other.core, strict=True))
    return Likeness.PERHAPS if in_order else None


def _count_partners(mine: tuple[str, ...], theirs: tuple[str, ...]) -> int | None:
    """How many words differ by a slip of the keyboard; None where some word has no partner."""
    if len(mine) != len(theirs):
        return None
    left, total = list(theirs), 0
    for word in mine:
        if word in left:
            left.remove(word)
            continue
        partner = next((each for each in left if count_slips(word, each)), None)
        if partner is None or partner in mine:
            return None
        left.remove(partner)
        total += 1
    return total


def _is_abbreviation(short: FoldedName, long: FoldedName) -> bool:
    return " " not in short.fold and 3 <= len(short.fold) <= 6 and short.fold == long.initials and " " in long.fold


class NameIndex:
    """The names of the register, so that thousands of names can be compared with thousands."""

    def __init__(self, names: Iterable[tuple[int, str]] = ()) -> None:
        self._by_block: dict[str, dict[tuple[int, str], FoldedName]] = defaultdict(dict)
        self._by_fold: dict[str, dict[tuple[int, str], FoldedName]] = defaultdict(dict)
        self._by_initials: dict[str, dict[tuple[int, str], FoldedName]] = defaultdict(dict)
        for organisation_id, name in names:
            self.add(organisation_id, name)

    def add(self, organisation_id: int, name: str) -> None:
        """Know a name of an organisation."""
        folded = fold_name(name)
        for shelf, key in (
            (self._by_block, folded.block),
            (self._by_fold, folded.fold),
            (self._by_initials, folded.initials),
        ):
            shelf[key][organisation_id, name] = folded

    def find(self, name: str) -> list[Alike]:
        """The organisations that it may be of, the surest first, each once."""
        folded = fold_name(name)
        near = {**self._by_fold.get(folded.fold, {}), **self._by_initials.get(folded.fold, {})}
        near |= self._by_fold.get(folded.initials, {})
        near |= self._by_block.get(folded.block, {}) if folded.core else {}
        found: dict[int, Alike] = {}
        for (organisation_id, known), other in near.items():
            likeness = compare(folded, other)
            if likeness and (organisation_id not in found or likeness > found[organisation_id].likeness):
                found[organisation_id] = Alike(organisation_id, known, likeness)
        return sorted(found.values(), key=lambda each: (-each.likeness, each.name.casefold()))


def begins_like(typed: str, name: str) -> bool:
    """Whether each typed word begins a word of the name, as while somebody is still typing."""
    words = fold_name(name).plain.split()
    begun = fold_name(typed).plain.split()
    return bool(begun) and all(any(word.startswith(each) for word in words) for each in begun)
