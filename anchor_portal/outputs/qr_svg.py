"""A QR code as one path of a drawing, for a page that may run and load nothing."""

from dataclasses import dataclass
from itertools import groupby

from anchor_portal.outputs.pdf.qr_code import DARK, qr_rows

QUIET = 4
"""Modules of light around the code, as readers need them."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A path in a square of `side` units, light around it included."""

    side: int
    path: str


def draw_qr(address: str) -> Drawing:
    """The QR code of an address. Raises ValueError where it is longer than about 2,300 characters."""
    rows = qr_rows(address)
    path = "".join(
        f"M{QUIET + start},{QUIET + index}h{length}v1h-{length}z"
        for index, row in enumerate(rows)
        for start, length in _runs(row)
    )
    return Drawing(len(rows) + 2 * QUIET, path)


def _runs(row: bytes) -> list[tuple[int, int]]:
    runs, start = [], 0
    for module, group in groupby(row):
        length = len(list(group))
        if module == DARK:
            runs.append((start, length))
        start += length
    return runs
