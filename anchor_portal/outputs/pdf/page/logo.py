"""An organisation's own mark as a picture of a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image

from anchor_portal.outputs.pdf.page.letters import stream


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture from a file, in a box (left, bottom, right, top in points), with the words that stand for it."""

    file: Path
    box: tuple[float, float, float, float]
    told: str

    @property
    def operators(self) -> bytes:
        """What draws it: as large as fits into its box, in its middle."""
        wide, high = _read(self.file, _mark(self.file))[2]
        left, bottom, right, top = self.box
        scale = min((right - left) / wide, (top - bottom) / high)
        x, y = (left + right - wide * scale) / 2, (bottom + top - high * scale) / 2
        return b"q %.3f 0 0 %.3f %.3f %.3f cm /Logo Do Q" % (wide * scale, high * scale, x, y)

    def write(self, first: int) -> Iterator[bytes]:
        """Its two objects, numbered on from `first`: the picture, and where it lets the paper through.

        Raises ValueError where the file is no picture.
        """
        colours, mask, (wide, high) = _read(self.file, _mark(self.file))
        size = f"/Type/XObject/Subtype/Image/Width {wide}/Height {high}/BitsPerComponent 8"
        yield stream(colours, f"{size}/ColorSpace/DeviceRGB/SMask {first + 1} 0 R")
        yield stream(mask, f"{size}/ColorSpace/DeviceGray")


def _mark(file: Path) -> tuple[int, int]:
    """What changes when the file does."""
    try:
        found = file.stat()
    except OSError as error:
        raise ValueError(f"The logo {file.name} cannot be read as a PNG or JPEG picture.") from error
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=2)
def _read(file: Path, _: tuple[int, int]) -> tuple[bytes, bytes, tuple[int, int]]:
    """Its colours, its mask, and its size in dots."""
    try:
        with Image.open(file, formats=("PNG", "JPEG")) as opened:
            picture = opened.convert("RGBA")
    except OSError as error:
        raise ValueError(f"The logo {file.name} cannot be read as a PNG or JPEG picture.") from error
    return picture.convert("RGB").tobytes(), picture.getchannel("A").tobytes(), picture.size
