"""What one run of the tests prepared, kept for the next one as long as nothing changed that makes it.

Loading the demonstration takes longer than most files of tests. A checkout that was just made, as on CI, has nothing kept,
so there it is always loaded.
"""

import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path

from anchor_portal.clock import today

ROOT = Path(__file__).parents[1]
PLACE = ROOT / "var" / "prepared"
MADE_BY = ("anchor_portal", "migrations", "seeds", "tests/conftest.py", "tests/engines.py", "requirements-dev.txt")
"""All that has a say in what a prepared database holds, besides the day and the programs that write it."""
MOST = 8
"""So many are kept, an engine of each state of the project: of a branch beside another, and of the ones before."""
SETTLED = time.time() - 60
"""What was changed after this may have been loaded by this process as it was before: then nothing is kept, or taken."""


def kept(name: str, make: Callable[[Path], None], *programs: str) -> Callable[[Path], None]:
    """What puts a file in its place: as an earlier run made it with the same programs, or by `make`, and then keeps it."""

    def fetch(place: Path) -> None:
        state = _state(today(), programs)
        source = PLACE / state / name
        if not state:
            make(place)
        elif source.exists():
            shutil.copyfile(source, place)
            os.utime(source.parent)
        else:
            make(place)
            if _state(today(), programs) == state:
                _keep(place, source)

    return fetch


def _keep(place: Path, source: Path) -> None:
    source.parent.mkdir(parents=True, exist_ok=True)
    part = source.with_name(f"{source.name}.{os.getpid()}")
    shutil.copyfile(place, part)
    part.rename(source)  # whole or not at all, also where two runs make it at once
    states = sorted(PLACE.iterdir(), key=lambda state: state.stat().st_mtime, reverse=True)
    for old in states[MOST:]:
        shutil.rmtree(old, ignore_errors=True)


def _state(day: date, programs: tuple[str, ...]) -> str:
    """What a prepared database follows from, in short; empty while it is being changed."""
    whole = sha256(repr((day, sys.version, sqlite3.sqlite_version, programs)).encode())
    for path in sorted(each for name in MADE_BY for each in _files(ROOT / name)):
        if path.stat().st_mtime > SETTLED:
            return ""
        whole.update(f"\0{path.relative_to(ROOT)}\0".encode())
        whole.update(sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:24]


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    else:
        yield from (path for path in place.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
