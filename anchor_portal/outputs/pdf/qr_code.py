"""A QR code as filled rectangles of a PDF page, so that it prints sharply at any size."""

from __future__ import annotations

import re
from typing import cast

import zxingcpp

DARK = 0
RUN = re.compile(rb"\x00+")


def qr_rows(address: str) -> list[bytes]:
    """The modules of the QR code of an address, row by row from the top, at error correction level M.

    A dark module is 0. Raises ValueError when the address is too long for a QR code (about 2,300 characters).
    """
    code = zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    pixels = memoryview(cast(bytes, code.to_image(scale=1, add_quiet_zones=False)))
    height, width = cast(tuple[int, int], pixels.shape)
    flat = pixels.tobytes()
    return [flat[row * width : (row + 1) * width] for row in range(height)]


def qr_path(rows: list[bytes], x: float, y: float, side: float) -> str:
    """PDF operators that fill the dark modules in a square of points, with its lower left corner at (x, y).

    Neighbours in a row become one rectangle: no hairlines between them, and a smaller page.
    """
    unit, last = side / len(rows), len(rows) - 1
    boxes = (
        f"{run.start()} {last - index} {run.end() - run.start()} 1 re"
        for index, row in enumerate(rows)
        for run in RUN.finditer(row)
    )
    return f"q {unit:.4f} 0 0 {unit:.4f} {x:.3f} {y:.3f} cm {' '.join(boxes)} f Q"
