"""Backups for tests: what is in one, those of released states, and portals to be backed up and restored."""

import gzip
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from anchor_portal.engine import Database, open_database
from anchor_portal.services.backups.restoring import Restored, restore
from anchor_portal.services.evidence.store import FolderStore

RELEASED = Path(__file__).parent / "data" / "released"
SCHEMAS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009")


def released(schema: str) -> Path:
    """The backup of the portal as the release with this schema left it."""
    return RELEASED / f"{schema}.tar.gz"


def leave_empty(url: str) -> None:
    """A database without a single table."""


def pieces_of(backup: Path) -> dict[str, bytes]:
    """Every piece of a backup, by its name."""
    with tarfile.open(backup) as packed:
        return {member.name: packed.extractfile(member).read() for member in packed}  # type: ignore[union-attr]


def rows_in(backup: Path) -> dict[str, list[bytes]]:
    """The rows of each table, as they stand in a backup."""
    rows = defaultdict(list)
    for name, content in pieces_of(backup).items():
        if name.startswith("tables/"):
            rows[name.split("/")[1]] += content.splitlines()
    return dict(rows)


def pack(pieces: dict[str, bytes], out: Path) -> Path:
    """A file of these pieces, made by hand."""
    with gzip.open(out, "wb", 1) as zipped, tarfile.open(fileobj=zipped, mode="w|") as packed:
        for name, content in pieces.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            packed.addfile(info, BytesIO(content))
    return out


@contextmanager
def restored(backup: Path, url: str, evidence: Path) -> Iterator[tuple[Database, Restored]]:
    """A portal out of a backup, and what was told of it."""
    database = open_database(url)
    try:
        yield database, restore(backup, database, FolderStore(evidence))
    finally:
        database.dispose()
