"""Goes through every whole-number table that fits what was published: slow, simple, and for small numbers only.

It knows several publications at once, in which the same returns may stand behind several rows. Nothing of it comes
from disclosure control.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from anchor_portal.domain.figures.indicators import BREAKDOWNS, RoundFigure

Domain = tuple[int, ...]
Line = tuple[tuple[int, int], ...]
PART, REST, WHOLE = range(3)
PLACES = ("part", "rest", "whole")


class Puzzle:
    """Unknowns with what each may be by itself, and lines that add up to nothing."""

    def __init__(self, domains: list[Domain], lines: list[Line]) -> None:
        self.domains, self.lines = domains, lines

    def possible(self, index: int, enough: int = 10**9) -> set[int]:
        """The values that an unknown takes in any table, or the first so many."""
        found: set[int] = set()
        for value in self.domains[index]:
            if len(found) < enough and value not in found:
                table = self._table_with(index, value)
                if table is not None:
                    found.add(value)
        return found

    def _table_with(self, index: int, value: int) -> list[int] | None:
        domains = [(value,) if each == index else domain for each, domain in enumerate(self.domains)]
        return self._search(domains)

    def _search(self, domains: list[Domain]) -> list[int] | None:
        if not self._narrow(domains):
            return None
        open_ones = [each for each, domain in enumerate(domains) if len(domain) > 1]
        if not open_ones:
            return [domain[0] for domain in domains]
        index = min(open_ones, key=lambda each: len(domains[each]))
        for value in domains[index]:
            found = self._search([(value,) if each == index else domain for each, domain in enumerate(domains)])
            if found is not None:
                return found
        return None

    def _narrow(self, domains: list[Domain]) -> bool:
        """Leave out what cannot be, as far as the limits of each line tell; False where nothing is left."""
        has_changed = True
        while has_changed:
            has_changed = False
            for line in self.lines:
                for index, factor in line:
                    others = [(one, sign) for one, sign in line if one != index]
                    low = sum(min(sign * domains[one][0], sign * domains[one][-1]) for one, sign in others)
                    high = sum(max(sign * domains[one][0], sign * domains[one][-1]) for one, sign in others)
                    left = tuple(each for each in domains[index] if low <= -factor * each <= high)
                    if not left:
                        return False
                    if len(left) < len(domains[index]):
                        domains[index], has_changed = left, True
        return True


def puzzle_of(
    publications: Sequence[tuple[Mapping[str, Any], RoundFigure]],
) -> tuple[Puzzle, dict[tuple[int, str, str], int]]:
    """The puzzle of some publications of staff by ethnicity, and the number of the unknowns behind each row.

    Rows are found by publication, breakdown and code; marks say where the same returns stand behind two of them.
    """
    rows = [row for number, (view, figure) in enumerate(publications) for row in _rows(number, view, figure)]
    names: dict[str, int] = {}
    for row in rows:
        names.setdefault(row["name"], len(names))
    cap = max(int(view["denominator"]) + 2 for view, _ in publications)
    domains: list[Domain] = []
    for name in names:
        mine = [row for row in rows if row["name"] == name]
        for place in range(3):
            allowed = [set(_allowed(row, place, cap)) for row in mine]
            domains.append(tuple(sorted(set.intersection(*allowed))))
    lines: list[Line] = [
        ((3 * each + WHOLE, 1), (3 * each + PART, -1), (3 * each + REST, -1)) for each in names.values()
    ]
    for number, (view, _) in enumerate(publications):
        lines += _adding_up([row for row in rows if row["key"][0] == number], names, view)
    return Puzzle(domains, lines), {row["key"]: 3 * names[row["name"]] for row in rows}


def _adding_up(rows: list[dict[str, Any]], names: Mapping[str, int], view: Mapping[str, Any]) -> Iterator[Line]:
    everyone = names[next(row["name"] for row in rows if row["key"][1] == "all")]
    for breakdown in view["breakdowns"]:
        members = [names[row["name"]] for row in rows if row["key"][1] == breakdown]
        for place in range(3) if members else ():
            factors = dict.fromkeys(members, 1)
            factors[everyone] = factors.get(everyone, 0) - 1
            line = tuple((3 * each + place, factor) for each, factor in factors.items() if factor)
            if line:
                yield line


def _rows(number: int, view: Mapping[str, Any], figure: RoundFigure) -> Iterator[dict[str, Any]]:
    assert figure.total
    yield _row((number, "all", "all"), figure.behind, view, figure.total)
    for breakdown in BREAKDOWNS:
        for row, group in zip(view["breakdowns"][breakdown], figure.groups(breakdown), strict=True):
            if group.total and group.total.returns:
                tier = f" {group.code}" if breakdown == "tier" else ""
                mark = group.behind and f"{group.behind}{tier}"
                yield _row((number, breakdown, group.code), mark, row, group.total)


def _row(key: tuple[int, str, str], mark: str, row: Mapping[str, Any], total: Any) -> dict[str, Any]:
    numbers = (int(total.numerator), int(total.denominator - total.numerator), int(total.denominator))
    shown = (row["numerator"], None, row["denominator"])
    return {"key": key, "name": mark or str(key), "true": numbers, "shown": shown}


def _allowed(row: Mapping[str, Any], place: int, cap: int) -> Iterator[int]:
    shown, true = row["shown"][place], row["true"][place]
    if shown is not None:
        numbers = range(int(shown) - 2, int(shown) + 3) if int(shown) else range(1)
        yield from (each for each in numbers if each == 0 or each >= 8)
    elif 1 <= true <= 7:
        yield from range(1, 8)
    elif place == REST and row["shown"][PART] is not None:
        yield from range(8, cap + 1) if int(row["shown"][PART]) else range(1)
    else:
        yield 0
        yield from range(8, cap + 1)
