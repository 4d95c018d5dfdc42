"""Indicators worked out a second time, from the answers themselves, in plain fractions and straight from method.md.

Nothing here comes from the portal's own indicator code, so that the two can only agree by both being right.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.make import Parts
from tests.services.demo_checks import REGISTER, rows_of
from tests.services.generated_rounds import ROUNDS, World

QUESTIONS = {12: "p2.local_fte", 20: "workforce.levels", 21: "p2.local_spend"}
TIERS = {(row["scale"], row["code"]): row["tier"] for row in rows_of("levels.csv")}
SECTORS = {row["sector"] for row in REGISTER.values()}
PLACES = {row["gss_code"] for row in rows_of("places.csv")} | {"several"}
THRESHOLD = 70
Z = 1.95996398454005

Counts = tuple[Fraction, Fraction, Fraction]
"""Part, whole that is known, not known."""


@dataclass(frozen=True)
class Hand:
    """Somebody with the answers, a pencil and patience."""

    world: World

    def indicator(self, code: str, number: int) -> dict[str, Any]:
        """What `indicators --json` must say of an indicator, without what is only words."""
        counted = self._counted(code, number)
        expected = [slug for slug in self.world.members if self._is_expected(slug, code)]
        heads = {slug: count for slug in expected if (count := self._headcount(slug, code)) is not None}
        known = sum(heads.values())
        coverage = Fraction(100 * sum(heads.get(slug, 0) for slug in counted), known) if known else None
        return {
            "number": number,
            "definition": f"{number}.v1",
            "round": code,
            **_row(number, counted.values()),
            **_beside(number, counted.values()),
            "returns_expected": len(expected),
            "coverage_percent": None if coverage is None else float(coverage),
            "is_withheld": bool(counted) and (coverage is None or coverage < THRESHOLD),
            "without_headcount": sorted(self.world.members[slug].name for slug in expected if slug not in heads),
            "percentage_only": sum("percent" in parts for parts in self._accepted(code, QUESTIONS[number]).values()),
            "breakdowns": self._breakdowns(code, number, counted),
            "matched": self._matched(code, number),
            "carried_forward": number == 20 and self._is_carried(code, counted),
            "distribution": _distribution(counted.values()) if counted else None,
        }

    def _is_carried(self, code: str, counted: Mapping[str, Counts]) -> bool:
        """Whether more than half of those of known ethnicity stand in tables that say what the last one said."""
        same = [known for slug, (_, known, _) in counted.items() if self._table(slug, code) == self._last(slug, code)]
        return 2 * sum(same) > sum(known for _, known, _ in counted.values())

    def _table(self, slug: str, code: str) -> dict[str, tuple[int, ...]]:
        """The rows that were filled in, each with its three counts."""
        parts = self._accepted(code, QUESTIONS[20]).get(slug, {})
        rows = [part.removesuffix(".white") for part in parts if part.endswith(".white")]
        return {row: tuple(int(parts.get(f"{row}.{name}", "0")) for name in COLUMNS) for row in rows}

    def _last(self, slug: str, code: str) -> dict[str, tuple[int, ...]] | None:
        earlier = (each for each in sorted(ROUNDS, reverse=True) if each < code and self._table(slug, each))
        return next((self._table(slug, each) for each in earlier), None)

    def _accepted(self, code: str, key: str) -> dict[str, Parts]:
        given = self.world.returns.get(code, {})
        return {slug: one.answers.get(key, {}) for slug, one in given.items() if one.status == "accepted"}

    def _counted(self, code: str, number: int) -> dict[str, Counts]:
        found = {slug: _counts(parts) for slug, parts in self._accepted(code, QUESTIONS[number]).items()}
        return {slug: counts for slug, counts in found.items() if counts is not None}

    def _is_expected(self, slug: str, code: str) -> bool:
        member, day = self.world.members[slug], ROUNDS[code]
        return (member.joined_on is None or member.joined_on <= day) and (
            member.left_on is None or member.left_on > day
        )

    def _headcount(self, slug: str, code: str) -> int | None:
        for earlier in sorted(ROUNDS, reverse=True):
            if earlier <= code and "" in (parts := self._accepted(earlier, "about.headcount").get(slug, {})):
                return int(parts[""])
        return self.world.members[slug].headcount

    def _breakdowns(self, code: str, number: int, counted: Mapping[str, Counts]) -> dict[str, Any]:
        members = self.world.members
        sectors = {name: [counted[slug] for slug in counted if members[slug].sector == name] for name in SECTORS}
        places = {name: [counted[slug] for slug in counted if members[slug].place == name] for name in PLACES}
        tiers = self._tiers(code) if number == 20 else {}
        return {
            breakdown: {name: _row(number, entries) for name, entries in groups.items()}
            for breakdown, groups in (("sector", sectors), ("place", places), ("tier", tiers))
        }

    def _tiers(self, code: str) -> dict[str, list[Counts]]:
        tiers: dict[str, list[Counts]] = {tier: [] for tier in TIERS.values()}
        for slug, parts in self._accepted(code, QUESTIONS[20]).items():
            for tier in tiers:
                scale = self.world.members[slug].scale
                mine = {part: text for part, text in parts.items() if TIERS.get((scale, part.split(".")[0])) == tier}
                if (counts := _counts(mine)) is not None:
                    tiers[tier].append(counts)
        return tiers

    def _matched(self, code: str, number: int) -> dict[str, Any] | None:
        codes = sorted(ROUNDS)
        place = codes.index(code) - (2 if number == 21 else 1)
        if place < 0:
            return None
        before, after = self._counted(codes[place], number), self._counted(code, number)
        panel, joined, left = before.keys() & after.keys(), after.keys() - before.keys(), before.keys() - after.keys()
        earlier, later = _shares(before, panel, left), _shares(after, panel, joined)
        if earlier is None or later is None:
            return None
        real, by_joining = later.of_panel - earlier.of_panel, later.weight * (later.of_others - later.of_panel)
        by_leaving = -earlier.weight * (earlier.of_others - earlier.of_panel)
        total = later.of_all - earlier.of_all
        assert real + by_joining + by_leaving == total
        points = {
            "before": earlier.of_panel,
            "after": later.of_panel,
            "real_change": real,
            "joined_change": by_joining,
            "left_change": by_leaving,
            "composition_change": by_joining + by_leaving,
            "total_change": total,
        }
        return {"round": codes[place], "organisations": len(panel)} | {
            name: float(100 * value) for name, value in points.items()
        }


@dataclass(frozen=True)
class Shares:
    """One round's shares: of everyone, of the panel, of the others, and the others' part of the whole."""

    of_all: Fraction
    of_panel: Fraction
    of_others: Fraction
    weight: Fraction


def _shares(counted: Mapping[str, Counts], panel: Iterable[str], others: Iterable[str]) -> Shares | None:
    n, d, _ = _sums(counted.values())
    n_panel, d_panel, _ = _sums(counted[slug] for slug in panel)
    n_others, d_others, _ = _sums(counted[slug] for slug in others)
    if not d_panel:
        return None
    return Shares(n / d, n_panel / d_panel, n_others / d_others if d_others else Fraction(0), d_others / d)


def _distribution(entries: Iterable[Counts]) -> dict[str, Any]:
    """Each organisation's own percentage, from the lowest to the highest; quartiles lie between two in proportion."""
    values = sorted(Fraction(100) * n / d for n, d, _ in entries if d)
    if len(values) < 10:
        return {"organisations": None, "state": "not_applicable"} | dict.fromkeys(QUARTILES)
    found: dict[str, Any] = {"organisations": len(values), "state": "shown"}
    for quarter, name in enumerate(QUARTILES, start=1):
        place = Fraction(quarter * (len(values) - 1), 4)
        below = math.floor(place)
        above = min(below + 1, len(values) - 1)
        found[name] = float(values[below] + (place - below) * (values[above] - values[below]))
    return found


QUARTILES = ("lower_quartile", "median", "upper_quartile")


def _counts(parts: Parts) -> Counts | None:
    if "numerator" in parts:
        unknown = Fraction(parts.get("unknown", "0"))
        return Fraction(parts["numerator"]), Fraction(parts["denominator"]), unknown
    columns = {name: [int(text) for part, text in parts.items() if part.endswith(f".{name}")] for name in COLUMNS}
    if not columns["white"]:
        return None
    minority, white, unknown = (Fraction(sum(columns[name])) for name in COLUMNS)
    return minority, minority + white, unknown


COLUMNS = ("ethnic_minority", "white", "not_stated")


def _sums(entries: Iterable[Counts]) -> Counts:
    every = list(entries)
    n, d, u = (sum((entry[which] for entry in every), Fraction(0)) for which in range(3))
    return n, d, u


def _row(number: int, entries: Iterable[Counts]) -> dict[str, Any]:
    every = list(entries)
    n, d, _ = _sums(every)
    lower, upper = _wilson(float(n), float(d)) if number == 20 and d else (None, None)
    return {
        "value": float(100 * n / d) if d else None,
        "lower": lower,
        "upper": upper,
        "numerator": _amount(number, n) if every else None,
        "denominator": _amount(number, d) if every else None,
        "returns_counted": len(every),
        "state": "shown" if d else "not_applicable" if every else "not_provided",
    }


def _beside(number: int, entries: Iterable[Counts]) -> dict[str, Any]:
    every = list(entries)
    n, d, u = _sums(every)
    lowest, highest = (float(100 * part / (d + u)) if d + u else None for part in (n, n + u))
    return {
        "unknown": _amount(number, u) if every else None,
        "sensitivity": {"lowest": lowest, "highest": highest},
    }


def _wilson(n: float, d: float) -> tuple[float, float]:
    """The textbook's form: centre and half width around the shrunk proportion."""
    p = n / d
    centre, shrink = p + Z * Z / (2 * d), 1 + Z * Z / d
    half = Z * math.sqrt(p * (1 - p) / d + Z * Z / (4 * d * d))
    return 100 * (centre - half) / shrink, 100 * (centre + half) / shrink


def _amount(number: int, amount: Fraction) -> str:
    hundredths = int(amount * 100)
    return str(int(amount)) if number == 20 else f"{hundredths // 100}.{hundredths % 100:02}"
