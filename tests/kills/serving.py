"""The portal as it is run: waitress or gunicorn and a worker as processes on a database, to be killed and started again."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

PROJECT = Path(__file__).parent.parent.parent
SECRET = "nQ3-a-secret-for-tests-only-w8ZxT1vK"
MOST_SECONDS = 60
MARK = re.compile(r'"mark": "(\d+:[0-9a-f]{64})"')


def free_port() -> int:
    """A port on the loopback that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Portal:
    """An installation in a folder; `wrapper` are words put before the command, such as those of `unshare`."""

    def __init__(
        self, url: str, folder: Path, wrapper: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> None:
        self.url, self.folder, self.port = url, folder, free_port()
        self.log = folder.with_name(f"{folder.name}.log")
        self.groups: dict[str, int] = {}
        with self.log.open("ab") as log:
            self._parent = subprocess.Popen(
                [*wrapper, sys.executable, "-m", "tests.kills.warm", *_compiled_templates()],
                cwd=PROJECT,
                env={**os.environ, **self.settings, **(environment or {})},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._hear("ready")

    @property
    def settings(self) -> dict[str, str]:
        """The settings of every process, as environment."""
        return {
            "ANCHOR_DATABASE_URL": self.url,
            "ANCHOR_SECRET_KEY": SECRET,
            "ANCHOR_SECURE_COOKIES": "no",
            "ANCHOR_BASE_URL": f"http://127.0.0.1:{self.port}",
            "ANCHOR_EVIDENCE": str(self.folder / "evidence"),
            "ANCHOR_RESULTS": str(self.folder / "results"),
        }

    @property
    def pid(self) -> int:
        """The process that everything is started out of."""
        return self._parent.pid

    def _hear(self, expected: str = "") -> str:
        assert self._parent.stdout
        heard = self._parent.stdout.readline().strip()
        assert heard and heard.startswith(expected), self.log.read_text()[-4000:]
        return heard

    def _tell(self, **what: object) -> str:
        assert self._parent.stdin
        self._parent.stdin.write(json.dumps(what) + "\n")
        self._parent.stdin.flush()
        return self._hear()

    def open_once(self, addresses: Sequence[str], cookies: Mapping[str, str]) -> None:
        """Have pages opened as somebody, so that every server started from now on has compiled what they need."""
        self._tell(open=list(addresses), cookies=dict(cookies))

    def serve(self, program: str = "waitress", *more: str) -> None:
        """Start the server, and wait until it answers."""
        address = f"127.0.0.1:{self.port}"
        words = {
            "waitress": ["waitress-serve", f"--listen={address}", *more, "wsgi:app"],
            "gunicorn": ["gunicorn", f"--bind={address}", "--workers=2", *more, "wsgi:app"],
        }[program]
        self.groups["server"] = int(self._tell(start=words))
        self.wait()

    def work(self) -> None:
        """Start a worker."""
        self.groups["worker"] = int(self._tell(start=["anchor-portal", "worker"]))

    def wait(self) -> None:
        """Until the server takes connections."""
        end = time.monotonic() + MOST_SECONDS
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert time.monotonic() < end, self.log.read_text()[-4000:]
            time.sleep(0.01)

    def kill(self, what: str, by: signal.Signals = signal.SIGKILL) -> None:
        """End a server or worker with all of its processes at once, and wait until nothing of it is left."""
        group = self.groups.pop(what)
        end = time.monotonic() + MOST_SECONDS
        os.killpg(group, by)
        while _is_there(group):
            assert time.monotonic() < end, f"the {what} does not end"
            time.sleep(0.002)

    def marks(self) -> list[str]:
        """The marks of the audit that commits wrote into the log, which is durable once the commit is."""
        return MARK.findall(self.log.read_text())

    def close(self) -> None:
        """End everything."""
        with self._parent as parent:  # closes its input, upon which it ends whatever it started
            assert parent.stdin
            parent.stdin.close()


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _compiled_templates() -> list[str]:
    """Where this run of the tests keeps compiled templates, if it does."""
    cache = Flask.jinja_options.get("bytecode_cache")
    return [cache.directory] if cache is not None else []


@contextmanager
def portal(url: str, folder: Path, wrapper: Sequence[str] = (), **environment: str) -> Iterator[Portal]:
    """An installation on a database; whatever it runs is ended afterwards."""
    made = Portal(url, folder, wrapper, environment)
    try:
        yield made
    finally:
        made.close()
