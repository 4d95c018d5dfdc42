"""An archive that is written file by file, with a manifest of their digests at its end."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Self
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from anchor_portal.outputs.tables import write_lines

PIECE = 256 * 1024
HEADER = ("file", "bytes", "sha256", "remark")


class Packer:
    """Writes a ZIP: names are plain and each comes once; what could not be put into it stands in the manifest."""

    def __init__(self, out: Path, day: date) -> None:
        self._zip = ZipFile(out, "w", ZIP_DEFLATED, allowZip64=True)
        self._moment = (max(day.year, 1980), day.month, day.day, 0, 0, 0)
        self._lines: list[tuple[str, str, str, str]] = []
        self._names: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: Any, *_: Any) -> None:
        if failed is None:
            self._add_manifest()
        self._zip.close()

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add a file that is in memory."""
        self.add_pieces(name, (content,))

    def add_text(self, name: str, text: str) -> None:
        """Add a text."""
        self.add_bytes(name, text.encode())

    def add_file(self, name: str, path: Path) -> None:
        """Add a file of the disk."""
        with path.open("rb") as content:
            self.add_pieces(name, iter(lambda: content.read(PIECE), b""))

    def add_pieces(self, name: str, pieces: Iterable[bytes], remark: str = "") -> str:
        """Add a file as it comes; its SHA-256 in hex."""
        info = ZipInfo(self._free(name), self._moment)
        info.compress_type, info.external_attr = ZIP_DEFLATED, 0o644 << 16
        digest, size = sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as entry:
            for piece in pieces:
                entry.write(piece)
                digest.update(piece)
                size += len(piece)
        self._lines.append((info.filename, str(size), digest.hexdigest(), remark))
        return digest.hexdigest()

    def note_missing(self, name: str, why: str) -> None:
        """Say in the manifest what is not in the archive, and why."""
        self._lines.append((name, "", "", f"not in the archive: {why}"))

    def remark(self, words: str) -> None:
        """Say something in the manifest about the file that was added last."""
        name, size, digest, before = self._lines[-1]
        self._lines[-1] = (name, size, digest, "; ".join(filter(None, (before, words))))

    def _free(self, name: str) -> str:
        """The name, with a number where there is one already."""
        path, number = name, 1
        while path.casefold() in self._names:
            number += 1
            stem, dot, ending = name.rpartition(".")
            path = f"{stem}-{number}{dot}{ending}" if dot and "/" not in ending else f"{name}-{number}"
        self._names.add(path.casefold())
        return path

    def _add_manifest(self) -> None:
        lines, self._lines = self._lines, []
        self.add_pieces("manifest.csv", (line.encode() for line in write_lines(HEADER, lines)))
        self.add_pieces("sha256sums.txt", _sums(lines))


def _sums(lines: Iterable[tuple[str, str, str, str]]) -> Iterator[bytes]:
    for name, _, digest, _ in lines:
        if digest:
            yield f"{digest}  {name}\n".encode()


def plain(name: str) -> str:
    """A folder's name of plain letters."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", name).strip("-") or "organisation"
