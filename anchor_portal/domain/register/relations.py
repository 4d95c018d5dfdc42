"""How organisations are tied to each other: hosted, member of a group, merged. Nobody is tied to itself in a circle."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.answers.text import all_of


class RelationRefused(ValueError):
    """Organisations cannot be tied to each other as asked; the text is a sentence."""


def refuse_circle(ident: int, name: str, other: int, parents: Mapping[int, int | None], *, how: str) -> None:
    """Refuse to tie an organisation to one that is tied to it already, directly or by others. Raises RelationRefused.

    `parents` says of each organisation to whom it is tied; `how` is "hosted by" or "a member of".
    """
    if ident == other:
        raise RelationRefused(f"{name} cannot be {how} itself")
    seen: set[int] = set()
    step: int | None = other
    while step is not None and step not in seen:
        seen.add(step)
        step = parents.get(step)
        if step == ident:
            raise RelationRefused(f"That would go round in a circle: it is {how} {name} itself, directly or by another")


@dataclass(frozen=True, slots=True)
class Merging:
    """An organisation, as far as a merger is concerned; `absorbed` are those that became part of it."""

    id: int
    name: str
    merged_into: str = ""
    joined_on: date | None = None


def check_merger(organisation: Merging, successor: Merging, on: date) -> None:
    """Refuse a merger that cannot be. Raises RelationRefused."""
    if organisation.id == successor.id:
        raise RelationRefused("An organisation cannot become part of itself")
    if organisation.merged_into:
        raise RelationRefused(f"{organisation.name} is recorded as part of {organisation.merged_into} already")
    if successor.merged_into:
        raise RelationRefused(
            f"{successor.name} itself is recorded as part of {successor.merged_into}: choose that one instead"
        )
    if organisation.joined_on and on < organisation.joined_on:
        raise RelationRefused(
            f"It joined the framework on {say_date(organisation.joined_on)}: it cannot have merged before"
        )


_SINGLE = {
    "agenda items": "agenda item",
    "case studies": "case study",
    "charters or awards": "charter or award",
    "declared interests": "declared interest",
    "organisations that are tied to it": "organisation that is tied to it",
    "other records": "other record",
    "roles of people": "role of a person",
}


def say_rests(counts: Mapping[str, int]) -> str:
    """What rests on an organisation, in words: "4 returns and 1 certificate"; "" for nothing."""
    return all_of(
        [f"{number:,} {words if number != 1 else _single(words)}" for words, number in counts.items() if number]
    )


def _single(words: str) -> str:
    return _SINGLE.get(words) or words.removesuffix("s")
