"""A ZIP of files that are compressed already, written as they come, in as much memory for many as for few.

(`zipfile` keeps a record of every file until the end. Format: APPNOTE.TXT 6.3.10, with ZIP64 where it is needed.)
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from shutil import copyfileobj
from struct import pack
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self
from zlib import crc32

UTF8_NAMES = 0x800
PLAIN, LARGE = 20, 45
"""The version of the format that is needed to read a file: as it ever was, or ZIP64."""
NO_MORE, NO_MORE_FILES = 0xFFFFFFFF, 0xFFFF
"""What does not fit into 32 (16) bits stands elsewhere."""
MADE_ON_UNIX, MAY_READ = 3 << 8, 0o100644 << 16


class StoredZip:
    """A ZIP on its way into `out`, which is only written to; leaving the `with` without an error ends it."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._directory: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed with the ZIP
        self._at = self._files = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if failed is None:
            self._end()
        self._directory.close()

    def add(self, name: str, content: bytes, day: date) -> None:
        """Add a file with the day on which it was made; the same files give the same bytes."""
        self.add_pieces(name, (content,), len(content), crc32(content), day)

    def add_pieces(self, name: str, pieces: Iterable[bytes], size: int, checksum: int, day: date) -> None:
        """Add a file that comes in pieces, whose size in bytes and CRC-32 are known; it is smaller than 4 GB."""
        coded = name.encode()
        about = pack("<HHHHIIIH", UTF8_NAMES, 0, 0, _say_day(day), checksum, size, size, len(coded))
        self._write_record(coded, about)
        self._write(pack("<IH", 0x04034B50, PLAIN) + about + pack("<H", 0) + coded)
        for piece in pieces:
            self._write(piece)
        self._files += 1

    def _write(self, content: bytes) -> None:
        self._out.write(content)
        self._at += len(content)

    def _write_record(self, coded: bytes, about: bytes) -> None:
        is_far = self._at >= NO_MORE
        more = pack("<HHQ", 1, 8, self._at) if is_far else b""
        versions = pack("<IHH", 0x02014B50, MADE_ON_UNIX | LARGE, LARGE if is_far else PLAIN)
        rest = pack("<HHHHII", len(more), 0, 0, 0, MAY_READ, NO_MORE if is_far else self._at)
        self._directory.write(versions + about + rest + coded + more)

    def _end(self) -> None:
        begun, size = self._at, self._directory.tell()
        self._directory.seek(0)
        copyfileobj(self._directory, self._out)
        self._at += size
        if begun + size >= NO_MORE or self._files >= NO_MORE_FILES:
            far = self._at
            counts = (self._files, self._files, size, begun)
            self._write(pack("<IQHHIIQQQQ", 0x06064B50, 44, MADE_ON_UNIX | LARGE, LARGE, 0, 0, *counts))
            self._write(pack("<IIQI", 0x07064B50, 0, far, 1))
        files, size, begun = min(self._files, NO_MORE_FILES), min(size, NO_MORE), min(begun, NO_MORE)
        self._write(pack("<IHHHHIIH", 0x06054B50, 0, 0, files, files, size, begun, 0))


def _say_day(day: date) -> int:
    """The day as ZIP has it, which begins in 1980."""
    return (max(day.year, 1980) - 1980) << 9 | day.month << 5 | day.day
