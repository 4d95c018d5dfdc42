"""A portal whose files lie on a small disk of their own, which can be filled, emptied, and made read-only."""

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines import skip_or_fail
from tests.kills.serving import Portal, portal

SIZE = "24m"
IS_ROOT = os.geteuid() == 0
OWN_MOUNTS = ("unshare", "--mount", *(() if IS_ROOT else ("--map-root-user",)))
MOUNT = 'mount -t tmpfs -o size="$0" disk "$1" && cp "$2" "$1/portal.sqlite3" && mkdir "$1/tmp" && shift 2 && exec "$@"'
"""The disk is mounted for the portal's own processes alone, and gone when they are."""


class Disk:
    """The disk of a portal, as its processes see it."""

    def __init__(self, running: Portal) -> None:
        self._portal = running
        self.folder = Path(f"/proc/{running.pid}/root{running.folder}")

    def fill(self, leave: int = 0) -> None:
        """Take all the room there is, but for so many bytes."""
        free = os.statvfs(self.folder)
        if leave:
            with (self.folder / "filler").open("wb") as filler:
                filler.truncate(0)
                filler.write(b"x" * max(free.f_bavail * free.f_frsize - leave, 0))
            return
        try:
            with (self.folder / "filler").open("wb", buffering=0) as filler:
                while filler.write(b"x" * 4096):
                    pass
        except OSError as error:
            assert error.errno == errno.ENOSPC

    def empty(self) -> None:
        """Give the room back."""
        (self.folder / "filler").unlink()

    def copy_database(self, to: Path) -> str:
        """The address of a copy of the database as it is now, while nobody writes: SQLite itself finds no way in here."""
        for part in self.folder.glob("portal.sqlite3*"):
            shutil.copy(part, to)
        return f"sqlite:///{to / 'portal.sqlite3'}"

    def make(self, how: str) -> None:
        """Make it read-only (`ro`) or writable (`rw`); nothing may be open for writing on it."""
        user = () if IS_ROOT else ("--user", "--preserve-credentials")
        where = ("nsenter", f"--target={self._portal.pid}", "--mount", *user)
        subprocess.run([*where, "mount", "-o", f"remount,{how}", str(self._portal.folder)], check=True)


@contextmanager
def portal_on_a_small_disk(folder: Path, database: Path) -> Iterator[tuple[Portal, Disk]]:
    """A portal with a copy of an SQLite database; skips the test where no disk can be mounted."""
    disk = folder / "disk"
    disk.mkdir()
    if not shutil.which("unshare") or subprocess.run([*OWN_MOUNTS, "true"], check=False).returncode:
        skip_or_fail("This machine lets nobody mount a disk")
    wrapper = (*OWN_MOUNTS, "sh", "-c", MOUNT, SIZE, str(disk), str(database))
    with portal(f"sqlite:///{disk}/portal.sqlite3", disk, wrapper, TMPDIR=str(disk / "tmp")) as running:
        yield running, Disk(running)
