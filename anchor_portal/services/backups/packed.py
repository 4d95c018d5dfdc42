"""The file that a backup is: pieces one after the other, packed (tar, gzip), in as much memory for many as for few.

It is written from its beginning to its end and read the same way, never unpacked to a disk. The last piece says what
was before it, so that a file that was cut off, changed or put together by somebody else is noticed.
"""

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO

from anchor_portal.domain.backups.contents import (
    ABOUT,
    END,
    READ_ME,
    About,
    End,
    NotABackup,
    Seal,
    read_about,
    read_end,
)

PIECE = 256 * 1024
QUICKLY = 1
"""How hard gzip tries: most of the gain for a tenth of the time."""
LONGEST_NOTE = 64 * 1024 * 1024
"""Bytes of what a backup says of itself; a hostile file shall not fill the memory."""

CUT_OFF = "it is damaged or cut off: its end is missing"
"""Where it is damaged in the middle, what follows can look as though nothing came any more."""


class Packed:
    """Writes a backup: each piece as it comes."""

    def __init__(self, out: BinaryIO) -> None:
        self._zip = gzip.GzipFile("", "wb", QUICKLY, out, mtime=0)
        self._tar = tarfile.open(fileobj=self._zip, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self.seal = Seal()

    def add(self, name: str, content: bytes) -> None:
        """Add a piece that is in memory."""
        self.add_file(name, BytesIO(content), len(content), sha256(content).hexdigest())

    def add_file(self, name: str, content: IO[bytes], size: int, digest: str) -> None:
        """Add a piece of which size and SHA-256 are known already."""
        self._write(name, content, size)
        self.seal.add(name, size, digest)

    def finish(self, end: End) -> None:
        """Write the last piece, and all that is still held back."""
        content = end.as_json().encode()
        self._write(END, BytesIO(content), len(content))
        self._tar.close()
        self._zip.close()

    def abandon(self) -> None:
        """Let go of a file that will not be finished; what of it is on the disk is no backup."""
        for layer in (self._tar.fileobj, self._zip):
            with suppress(OSError, ValueError):
                layer.close()

    def _write(self, name: str, content: IO[bytes], size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._tar.addfile(info, content)
        self._tar.members.clear()  # type: ignore[attr-defined]  # the library would keep one for each piece


@dataclass
class Piece:
    """A piece on its way by: its content is there until the next one is asked for."""

    name: str
    size: int
    content: IO[bytes]

    def __post_init__(self) -> None:
        self._digest = sha256()

    def read(self, most: int = PIECE) -> bytes:
        """The next bytes; none at the end."""
        got = self.content.read(most)
        self._digest.update(got)
        return got

    def lines(self) -> Iterator[bytes]:
        """Its lines."""
        for line in self.content:
            self._digest.update(line)
            yield line

    def whole(self, most: int = LONGEST_NOTE) -> bytes:
        """All of it. Raises NotABackup where that is more than such a piece can be."""
        if self.size > most:
            raise NotABackup("it is damaged: a piece of it is larger than it can be")
        return self.read(self.size + 1)

    def finish(self) -> str:
        """Pass over what was not read; the SHA-256 of all of it, in hex."""
        while self.read():
            pass
        return self._digest.hexdigest()


class Reader:
    """A backup that is being read: `about` is known at once, `end` once all pieces went by."""

    def __init__(self, unzipped: gzip.GzipFile) -> None:
        self._zip = unzipped
        self._tar = tarfile.open(fileobj=unzipped, mode="r|")  # noqa: SIM115
        self._seal = Seal()
        self._all = self._pieces()
        self.about = self._read_about()
        self.end: End | None = None

    def _read_about(self) -> About:
        first = next(self._all, None)
        if first is None or first.name != ABOUT:
            raise NotABackup("it is not a backup of this portal")
        about = read_about(first.whole())
        self._add(first)
        return about

    def pieces(self) -> Iterator[Piece]:
        """Every piece but the notes, in its order; at the end it is known that nothing is missing or changed."""
        for piece in self._all:
            if piece.name == END:
                self.end = self._checked(read_end(piece.whole()))
                self._refuse_more()
                return
            if piece.name != READ_ME:
                yield piece
            self._add(piece)
        raise NotABackup(CUT_OFF)

    def whole_end(self) -> End:
        """What is in it, once all of it was read."""
        if self.end is None:
            raise LookupError("the backup was not read to its end")
        return self.end

    def _pieces(self) -> Iterator[Piece]:
        for member in self._tar:
            content = self._tar.extractfile(member)
            if content is None:
                raise NotABackup("it is not a backup of this portal: something else than files is in it")
            yield Piece(member.name, member.size, content)
            self._tar.members.clear()  # type: ignore[attr-defined]

    def _add(self, piece: Piece) -> None:
        self._seal.add(piece.name, piece.size, piece.finish())

    def _checked(self, end: End) -> End:
        if (end.pieces, end.digest) != (self._seal.pieces, self._seal.digest):
            raise NotABackup("it is damaged: what is in it is not what was put into it")
        return end

    def _refuse_more(self) -> None:
        if next(self._all, None) is not None or any(iter(lambda: self._zip.read(PIECE).strip(b"\0"), b"")):
            raise NotABackup("it is damaged: something was put behind its end")


@contextmanager
def open_backup(path: Path) -> Iterator[Reader]:
    """Open a backup, to be read once. Every fault of the file, found whenever, is a NotABackup with a sentence."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise NotABackup(f"it cannot be read: {error.strerror}") from None
    try:
        with raw, gzip.GzipFile(fileobj=raw) as unzipped:
            yield Reader(unzipped)
    except (gzip.BadGzipFile, tarfile.TarError, zlib.error, EOFError) as error:
        raise NotABackup(_say(error, path)) from None


def _say(error: Exception, path: Path) -> str:
    if path.stat().st_size == 0:
        return "it is empty"
    if "Not a gzipped file" in str(error) or "invalid header" in str(error):
        return "it is not a backup of this portal"
    if isinstance(error, EOFError) or "unexpected end" in str(error):
        return CUT_OFF
    return "it is damaged: parts of it cannot be read"


def verify(path: Path) -> tuple[About, End]:
    """Read a backup from beginning to end: every digest agrees. Raises NotABackup."""
    with open_backup(path) as reader:
        for _ in reader.pieces():
            pass
        return reader.about, reader.whole_end()
