"""Figures made up by a seeded random generator, to be published and attacked: ordinary rounds, and nasty ones."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from anchor_portal.domain.figures.definitions import Definition
from anchor_portal.domain.figures.indicators import Group, RoundFigure
from anchor_portal.domain.figures.proportions import NOTHING, Largest, Total

TIERS = ("lower", "middle", "upper", "board")
Counts = dict[str, tuple[int, int]]
"""By tier: the part and the rest."""


@dataclass(frozen=True)
class Member:
    """An organisation: where it stands in the tables, and its counts."""

    name: str
    sector: str
    place: str
    counts: Counts

    def total(self, unit: int = 1) -> Total:
        """Its sums, in so many hundredths."""
        part, rest = (sum(each[column] for each in self.counts.values()) for column in (0, 1))
        return _total(part * unit, rest * unit)


def figure_of(definition: Definition, members: Sequence[Member]) -> RoundFigure:
    """The figure of these organisations, with marks as a publication has them."""
    unit = {"fte": 13, "gbp": 100_000}.get(definition.kind_of_number, 100)
    if definition.kind_of_number == "organisations":
        members = [replace(each, counts={"lower": _yes_or_no(each)}) for each in members]
    totals = {each.name: each.total(unit) for each in members}
    by_tier = _tiers(members) if definition.by_ethnicity else ()
    return RoundFigure(
        definition=definition,
        round="2026-07",
        status="published",
        total=_sum(totals.values()),
        returns_expected=len(members),
        headcount_counted=Decimal(9000),
        headcount_expected=Decimal(10000),
        breakdowns={
            "sector": _groups(members, totals, "sector"),
            "place": _groups(members, totals, "place"),
            "tier": by_tier,
        },
        largest=Largest.among(totals.values()),
        behind=_mark(members),
    )


def _yes_or_no(member: Member) -> tuple[int, int]:
    part, rest = (sum(each[column] for each in member.counts.values()) for column in (0, 1))
    return (1, 0) if 3 * part > rest else (0, 1)


def _total(part: int, rest: int) -> Total:
    return Total(Decimal(part) / 100, Decimal(part + rest) / 100, Decimal(0), 1)


def _sum(totals: Iterable[Total]) -> Total | None:
    each = list(totals)
    return sum(each, NOTHING) if each else None


def _mark(members: Iterable[Member]) -> str:
    """Equal for the same organisations with the same numbers."""
    return "; ".join(f"{each.name} {sorted(each.counts.items())}" for each in members)


def _groups(members: Sequence[Member], totals: dict[str, Total], breakdown: str) -> tuple[Group, ...]:
    groups = []
    for code in sorted({getattr(each, breakdown) for each in members}):
        mine = [each for each in members if getattr(each, breakdown) == code]
        sums = [totals[each.name] for each in mine]
        groups.append(Group(code, code, _sum(sums), Largest.among(sums), _mark(mine)))
    return (*groups, Group("none", "none", None))


def _tiers(members: Sequence[Member]) -> tuple[Group, ...]:
    groups = []
    for tier in TIERS:
        mine = [replace(each, counts={tier: each.counts[tier]}) for each in members if tier in each.counts]
        groups.append(Group(tier, tier, _sum(each.total(100) for each in mine), None, _mark(mine)))
    return tuple(groups)


def ordinary(chance: random.Random, sectors: int = 5, places: int = 7, size: int = 18) -> list[Member]:
    """Organisations as there are: some large, many small, boards of a few people."""
    return [
        Member(f"o{number}", f"s{chance.randrange(sectors)}", f"p{chance.randrange(places)}", _staff(chance))
        for number in range(size)
    ]


def _staff(chance: random.Random) -> Counts:
    scale = chance.choice([3, 10, 40, 400])
    share = chance.choice([0.02, 0.1, 0.3])
    counts = {}
    for tier, part in zip(TIERS, (8, 5, 2, 0), strict=True):
        people = chance.randint(0, scale * part + 8)
        minority = sum(chance.random() < share for _ in range(min(people, 60))) * max(1, people // 60)
        counts[tier] = (minority, people - minority)
    return counts


def tiny(chance: random.Random) -> list[Member]:
    """Three to eight organisations of a handful of people in two or three groups."""
    return [
        Member(
            f"o{number}",
            f"s{chance.randrange(3)}",
            f"p{chance.randrange(3)}",
            {tier: (chance.randint(0, 6), chance.randint(0, 12)) for tier in TIERS[: chance.randint(1, 3)]},
        )
        for number in range(chance.randint(3, 8))
    ]


def many_zeros(chance: random.Random) -> list[Member]:
    """Nobody of one group nearly anywhere."""
    return [
        replace(each, counts={tier: (chance.choice([0, 0, 0, 9, 2]), rest) for tier, (_, rest) in each.counts.items()})
        for each in ordinary(chance, 3, 5, 12)
    ]


def all_alike(chance: random.Random) -> list[Member]:
    """Groups whose staff are all of one kind."""
    members = ordinary(chance, 3, 4, 12)
    return [
        replace(each, counts={tier: (0, a + b) for tier, (a, b) in each.counts.items()})
        if each.sector == "s0"
        else replace(each, counts={tier: (a + b, 0) for tier, (a, b) in each.counts.items()})
        if each.place == "p0"
        else each
        for each in members
    ]


def small_tier(chance: random.Random) -> list[Member]:
    """One tier with 1 to 7 in all."""
    members = ordinary(chance, 3, 5, 12)
    few = chance.randint(1, 7)
    boards = [few, *[0] * (len(members) - 1)]
    return [
        replace(each, counts={**each.counts, "board": (minority, 12)})
        for each, minority in zip(members, boards, strict=True)
    ]


def two_groups(chance: random.Random) -> list[Member]:
    """One small group beside a large one: nothing but the total stands between them."""
    members = ordinary(chance, 2, 2, chance.randint(4, 14))
    return [
        replace(each, counts={tier: (min(a, 2), b) for tier, (a, b) in each.counts.items()})
        if each.sector == "s0"
        else each
        for each in members
    ]


def one_alone(chance: random.Random) -> list[Member]:
    """One organisation is a sector and a place of its own: the same returns behind two groups."""
    members = ordinary(chance, 4, 6, 15)
    return [replace(members[0], sector="alone", place="alone"), *members[1:]]


def one_giant(chance: random.Random) -> list[Member]:
    """One organisation outweighs its group."""
    members = ordinary(chance, 4, 6, 15)
    counts = {tier: (a * 30 + 9, b * 30 + 90) for tier, (a, b) in members[0].counts.items()}
    return [replace(members[0], counts=counts), *members[1:]]


SHAPES: dict[str, Callable[[random.Random], list[Member]]] = {
    "ordinary": ordinary,
    "tiny": tiny,
    "many zeros": many_zeros,
    "all alike": all_alike,
    "small tier": small_tier,
    "two groups": two_groups,
    "one alone": one_alone,
    "one giant": one_giant,
}


def changed(chance: random.Random, members: Sequence[Member]) -> list[Member]:
    """The same organisations, one of them with other numbers: what a correction publishes again."""
    index = chance.randrange(len(members))
    counts = {
        tier: (a + chance.randint(0, 3), b + chance.randint(0, 9)) for tier, (a, b) in members[index].counts.items()
    }
    return [replace(each, counts=counts) if number == index else each for number, each in enumerate(members)]
