"""A PostgreSQL server of a test's own, that can be stopped, crashed and started again, and whose disk can be full."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines import Prepare, dump_of, programs, skip_or_fail

# As in tests/engines.py: told to end by the end of its input, reachable by a socket in a folder of its own and by nothing
# else. Commits are waited for, as they are in an installation; only what a loss of power needs is left out.
CONTROL = """
run() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
settings="-k '$FOLDER' -c listen_addresses='' -c fsync=off -c full_page_writes=off -c shared_buffers=8MB -c max_connections=60"
settings="$settings -c min_wal_size=8MB -c max_wal_size=16MB"
mkdir "$FOLDER/data"
[ -z "$ROOM" ] || mount -t tmpfs -o "size=$ROOM" disk "$FOLDER/data"
[ "$(id -u)" != 0 ] || chown postgres: "$FOLDER" "$FOLDER/data"
run "$BIN/initdb" -D "$FOLDER/data" -U portal --auth=trust -E UTF8 --no-locale -N --wal-segsize=4 >"$FOLDER/log" 2>&1
while read -r verb; do
  case "$verb" in
    start) run "$BIN/pg_ctl" -D "$FOLDER/data" -l "$FOLDER/server.log" -o "$settings" -w -s start ;;
    *) run "$BIN/pg_ctl" -D "$FOLDER/data" -m "$verb" -w -s stop ;;
  esac >>"$FOLDER/log" 2>&1 && echo done || echo failed
done
run "$BIN/pg_ctl" -D "$FOLDER/data" -m immediate -s stop >>"$FOLDER/log" 2>&1
[ -z "$ROOM" ] || umount -l "$FOLDER/data"
rm -rf "$FOLDER"
"""


class OwnPostgres:
    """A cluster of one's own, running."""

    def __init__(self, installed: Path, room: str) -> None:
        self._programs = installed
        self.folder = Path(tempfile.mkdtemp(prefix="portal-own-", dir="/tmp"))
        environment = {**os.environ, "BIN": str(installed), "FOLDER": str(self.folder), "ROOM": room}
        self._process = subprocess.Popen(
            [*(("unshare", "--mount") if room else ()), "sh", "-c", CONTROL],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.start()

    @property
    def url(self) -> str:
        """SQLAlchemy's address of its database."""
        return f"postgresql+psycopg://portal@/portal?host={self.folder}"

    def fill(self, prepare: Prepare) -> None:
        """Make its database, with what `prepare` made elsewhere."""
        where = (f"--host={self.folder}", "--username=portal")
        subprocess.run([self._programs / "createdb", *where, "portal"], check=True)
        words = [*where, "--no-owner", "--exit-on-error", "--dbname=portal", str(dump_of(prepare))]
        subprocess.run([self._programs / "pg_restore", *words], check=True)

    @property
    def data(self) -> Path:
        """Its folder of data, as it sees it: the disk may be mounted for it alone."""
        return Path(f"/proc/{self._process.pid}/root{self.folder}/data")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._do("start")

    def stop(self, how: str = "fast") -> None:
        """Stop it: `fast` breaks off what is running, `immediate` is a crash."""
        self._do(how)

    def _do(self, verb: str) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{verb}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer == "done\n", f"{answer}: {(self.folder / 'log').read_text()}"

    def close(self) -> None:
        """Stop it for good, and remove all of it."""
        with self._process as process:  # closes its input, then waits for its end
            assert process.stdin
            process.stdin.close()


@contextmanager
def own_postgres(prepare: Prepare, room: str = "") -> Iterator[OwnPostgres]:
    """A server of one's own with a prepared database; `room` is the size of its disk, such as 100m, which only root can give it.

    Skips the test where that is not possible; fails it there if all is required.
    """
    if room and (os.geteuid() != 0 or not shutil.which("unshare")):
        skip_or_fail("Only root can give PostgreSQL a small disk")
    server = OwnPostgres(programs(), room)
    try:
        server.fill(prepare)
        yield server
    finally:
        server.close()
