"""The two database engines that every test of the database runs on: an SQLite file, and PostgreSQL for real.

A test asks for a database that was already prepared (migrated, say). The preparing is done once for each
engine, by whichever process of the run needs it first; a test gets a copy of its own, which costs some hundredths of
a second.
"""

import atexit
import fcntl
import glob
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Never

import psycopg
import pytest

from tests.keeping import kept

Prepare = Callable[[str], None]
ROOM = 2 * 1024**3
"""Bytes that must be free in memory for databases to lie there; a run of the tests uses a third of it."""
KEPT = frozenset({"seeded", "with_demo"})
"""What many tests need, takes long to prepare, and follows from the project and the day alone: kept for the next run."""

# Told to stop by the end of its input, which also comes when the tests are killed: no server outlives them.
# It has no port, only a socket in a folder of our own, so that a test can never meet another server.
SERVER = """
settings="-k '$FOLDER' -c listen_addresses='' $SETTINGS"
"$BIN/initdb" -D "$FOLDER/data" -U portal --auth=trust -E UTF8 --no-locale -N >"$FOLDER/log" 2>&1 &&
"$BIN/pg_ctl" -D "$FOLDER/data" -l "$FOLDER/log" -o "$settings" -w -s start >>"$FOLDER/log" 2>&1 &&
echo ready || echo failed
read -r end_of_input
"$BIN/pg_ctl" -D "$FOLDER/data" -m immediate -s stop >>"$FOLDER/log" 2>&1
rm -rf "$FOLDER"
"""


def skip_or_fail(missing: str) -> Never:
    """Skip the test because something is missing on this machine; on CI, or if all is required, fail it."""
    if os.environ.get("CI") == "true" or os.environ.get("PORTAL_REQUIRE_ALL") == "1":
        pytest.fail(f"{missing} (required here: CI=true or PORTAL_REQUIRE_ALL=1)", pytrace=False)
    pytest.skip(missing)


_SHARED: list[Path] = []
_KEEPING: list[bool] = []
UNKEPT = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
"""Settings of PostgreSQL with which no commit waits for a disk."""


def keep_every_commit() -> None:
    """Have PostgreSQL lie on the disk and wait for it at each commit, as in an installation: for what is timed."""
    _KEEPING[:] = [True]


def share_in(folder: Path) -> None:
    """Say where the processes of this run find what one of them prepared for all."""
    _SHARED[:] = [folder]


def shared_folder() -> Path | None:
    """That place, where it was said."""
    return _SHARED[0] if _SHARED else None


def prepared_once(name: str, make: Callable[[Path], None]) -> Path:
    """A file that `make` writes: once for all processes of the run; the others wait for it."""
    place = (_SHARED[0] if _SHARED else quick_folder("portal-prepared-")) / name
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            part = place.with_suffix(".part")
            make(part)
            part.rename(place)
    return place


# SQLite


@cache
def memory() -> Path | None:
    """Where files lie in memory, on a machine that has room there: every commit waits for its disk."""
    place = Path("/dev/shm")
    return place if os.access(place, os.W_OK) and shutil.disk_usage(place).free > ROOM else None


def quick_folder(prefix: str) -> Path:
    """A folder for the rest of the process, in memory where the machine can."""
    folder = tempfile.mkdtemp(prefix=prefix, dir=memory())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def sqlite_url(folder: Path, prepare: Prepare) -> str:
    """Give the address of a new SQLite database in `folder`, prepared by `prepare(url)`, in place of an older one."""
    copy = folder / "portal.sqlite3"
    for left in folder.glob("portal.sqlite3*"):
        left.unlink()
    shutil.copyfile(_sqlite_template(prepare), copy)
    return f"sqlite:///{copy}"


@cache
def _sqlite_template(prepare: Prepare) -> Path:
    template = quick_folder("portal-sqlite-") / "template.sqlite3"
    make = _kept(prepare, lambda place: _prepare_sqlite(place, prepare), "sqlite3")
    shutil.copyfile(prepared_once(f"{prepare.__name__}.sqlite3", make), template)
    return template


def _kept(prepare: Prepare, make: Callable[[Path], None], kind: str, *programs: str) -> Callable[[Path], None]:
    return kept(f"{prepare.__name__}.{kind}", make, *programs) if prepare.__name__ in KEPT else make


def _prepare_sqlite(place: Path, prepare: Prepare) -> None:
    prepare(f"sqlite:///{place}")
    with closing(sqlite3.connect(place)) as prepared:
        prepared.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # all of it is in the one file that is copied


# PostgreSQL


@contextmanager
def postgres_url(prepare: Prepare) -> Iterator[str]:
    """Give the address of a new PostgreSQL database, prepared by `prepare(url)`; it is dropped afterwards.

    Skips the test where PostgreSQL is not installed; fails it there if all is required.
    """
    server = _server()
    name = server.new_database(server.template(prepare))
    try:
        yield server.url(name)
    finally:
        server.drop(name)


def renewed_postgres_url(prepare: Prepare, name: str) -> str:
    """Give the address of the database of that name, prepared by `prepare(url)`, in place of an older one."""
    server = _server()
    server.renew(name, server.template(prepare))
    return server.url(name)


class Server:
    """A PostgreSQL cluster in a folder of its own, reachable by a socket in it and by nothing else."""

    def __init__(self, programs: Path) -> None:
        # a short path, since the path of a socket has at most 107 characters; in memory a database is copied in a
        # third of the time
        self.folder = Path(tempfile.mkdtemp(prefix="portal-pg-", dir=(None if _KEEPING else memory()) or "/tmp"))
        self._programs = programs
        self._templates: dict[Prepare, str] = {}
        self._prepared: set[str] = set()
        self._numbers = count(1)
        owner = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        if owner:
            shutil.chown(self.folder, owner, owner)
        self._process = subprocess.Popen(
            ["sh", "-c", SERVER],
            user=owner,
            group=owner,
            extra_groups=[] if owner else None,
            env={
                **os.environ,
                "BIN": str(programs),
                "FOLDER": str(self.folder),
                "SETTINGS": "" if _KEEPING else UNKEPT,
            },
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the tests, which then end this
        )
        atexit.register(self.stop)
        self._refuse_a_failed_start()

    def url(self, database: str) -> str:
        """Give SQLAlchemy's address of a database on this server."""
        return f"postgresql+psycopg://portal@/{database}?host={self.folder}"

    def template(self, prepare: Prepare) -> str:
        """Give the name of the database that `prepare` made ready, and have it made the first time."""
        if prepare not in self._templates:
            name = self.new_database("template0")
            dump = self.dump(prepare, name)
            if name not in self._prepared:
                self._run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={name}", str(dump))
            self._templates[prepare] = name
        return self._templates[prepare]

    def dump(self, prepare: Prepare, name: str = "") -> Path:
        """Give the file with the database that `prepare` makes ready; where it must be made, in the one of this name."""
        empty = name or self.new_database("template0")
        make = _kept(prepare, lambda place: self._prepare(place, empty, prepare), "dump", str(self._programs))
        return prepared_once(f"{prepare.__name__}.dump", make)

    def _prepare(self, dump: Path, name: str, prepare: Prepare) -> None:
        prepare(self.url(name))
        self._prepared.add(name)
        self._run("pg_dump", "--format=custom", "--compress=0", f"--file={dump}", name)

    def _run(self, program: str, *words: str) -> None:
        where = (f"--host={self.folder}", "--username=portal")
        subprocess.run([self._programs / program, *where, *words], check=True, stdout=subprocess.DEVNULL)

    def new_database(self, template: str) -> str:
        """Make a database as a copy of another and give its name."""
        name = f"portal_{next(self._numbers)}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def renew(self, name: str, template: str) -> None:
        """Make a database of this name as a copy of another, in place of an older one."""
        self._do(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}")

    def drop(self, name: str) -> None:
        """Drop a database, with whatever is still connected to it."""
        self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        with self._process as process:  # closes its input, then waits for its end
            assert process.stdin
            process.stdin.close()

    def _do(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user="portal", dbname="postgres", autocommit=True) as database:
            database.execute(statement)

    def _refuse_a_failed_start(self) -> None:
        assert self._process.stdout
        if self._process.stdout.readline() != b"ready\n":
            log = self.folder / "log"
            raise RuntimeError(f"PostgreSQL did not start: {log.read_text() if log.exists() else 'no log'}")
        with psycopg.connect(host=str(self.folder), user="portal", dbname="postgres") as database:
            answer = database.execute("SHOW data_directory").fetchone()
        if answer != (str(self.folder / "data"),):
            raise RuntimeError(f"Another PostgreSQL answers in {self.folder}: {answer}")


def dump_of(prepare: Prepare) -> Path:
    """Give the file from which pg_restore makes the database that `prepare` makes ready."""
    return _server().dump(prepare)


@cache
def _server() -> Server:
    return Server(programs())


def programs() -> Path:
    """The folder of PostgreSQL's programs; skips the test where there are none, or fails it if all is required."""
    found = _find_programs()
    if found is None:
        skip_or_fail("PostgreSQL is not installed on this machine")
    return found


def _find_programs() -> Path | None:
    installed = [Path(found).parent for found in glob.glob("/usr/lib/postgresql/*/bin/initdb")]
    if installed:
        return max(installed, key=lambda folder: float(folder.parent.name))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None
