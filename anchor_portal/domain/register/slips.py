"""Slips of the keyboard: whether two words are one, mistyped."""

SHORT, LONG = 5, 9
"""Letters from which on a word may have one slip, or two."""


def count_slips(one: str, other: str) -> int | None:
    """0 for the same word, 1 or 2 for slips in a long one, None for two words; a first letter or a digit never slips."""
    if one == other:
        return 0
    shorter = min(len(one), len(other))
    if shorter < SHORT or one[0] != other[0] or any(sign.isdigit() for sign in one + other):
        return None
    most = 2 if shorter >= LONG else 1
    return most if _is_within(one, other, most) else None


def _is_within(one: str, other: str, most: int) -> bool:
    """Whether so many letters added, dropped, changed or swapped with their neighbour make one word of the other."""
    if abs(len(one) - len(other)) > most:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, sign in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, its in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (sign != its))
            if i > 1 and j > 1 and sign == other[j - 2] and one[i - 2] == its:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return False
    return row[-1] <= most
