"""The guide for administrators, followed line by line on empty machines of Debian 12 and 13 under systemd.

What stands indented on its pages is typed, in their order: one machine with nginx and https, watching, backups, an upgrade while
people read, several hosts that share a database and a store, and the end of an installation. Between them is looked at what the
pages promise, over the network. Without root, debootstrap or Debian's packages this is left out and says so.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from shutil import copy, copytree, which

from benchmarks import Result
from benchmarks.debian import HERE, LineFailed, Machine, bridge, missing, unpack
from benchmarks.serving import PROJECT
from benchmarks.visiting import Reader, ask, look, status
from tests.scanners import s3_server

SUITES = {"Debian 12": "bookworm", "Debian 13": "trixie"}
PAGES = PROJECT / "docs" / "running"
ONE, FRONT, WEB, DATABASE = "10.0.0.9", "10.0.0.10", ("10.0.0.11", "10.0.0.12"), "10.0.0.20"
PASSWORD = "a long kestrel umbrella 9274"
TEAM = "team@portal.example"
RELEASES = "srv/anchor-portal/releases"
SETTING = re.compile(r"([A-Z][A-Z_]+)=")
TYPED: Mapping[str, str] = {
    "apt-get install ": "apt-get install --yes ",
    "YOUR.NAME": "portal.example",
    "THE-PASSWORD": "quarry-9274",
    "s3://anchor/": "s3://evidence/",
    'REGION="…"': 'REGION="eu-west-2"',
    '"…"': '"tests"',
    "-o cat -f": "-o cat -n 5",  # which would go on for ever
}
"""What an administrator puts in place of what a page says."""


def measure() -> Iterator[Result]:
    """For each Debian, the lines of the guide that failed; the first ends it."""
    if lacking := missing():
        print(f"Without the guide: {lacking}", file=sys.stderr)
        return
    for name, suite in SUITES.items():
        with tempfile.TemporaryDirectory(dir=PROJECT / "var") as folder, bridge():
            visit = Visit(Path(folder), suite)
            failed = 0
            try:
                visit.follow()
            except (LineFailed, AssertionError) as fault:
                failed = 1
                print(f"{name}, after {visit.lines} lines: {fault}", file=sys.stderr)
            finally:
                visit.leave()
        yield Result(f"guide on {name}: lines that failed", failed, f"{visit.lines} lines that were typed", "exactly 0")


def lines_of(page: str, heading: str = "") -> list[str]:
    """The lines of a page that are typed, those that go on joined; with a heading, of what stands under it alone."""
    found: list[str] = []
    under = ""
    for line in (PAGES / page).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            under = line.removeprefix("## ")
        if line.startswith("    ") and under.startswith(heading):
            if found and found[-1].endswith("\\"):
                found[-1] = found[-1].removesuffix("\\") + line.strip()
            else:
                found.append(line.strip())
    if not found:
        raise LineFailed(f"{page} says nothing under “{heading}”")
    return found


class Visit:
    """An administrator with a guide, and machines of one Debian."""

    def __init__(self, folder: Path, suite: str) -> None:
        self.folder, self.suite, self.lines = folder, suite, 0
        self.machines: list[Machine] = []
        self.typed = dict(TYPED)
        self.stack = ExitStack()

    def leave(self) -> None:
        """Pull every plug."""
        for machine in self.machines:
            machine.stop()
        self.stack.close()

    def follow(self) -> None:
        """All of it. Raises LineFailed or AssertionError, with a sentence."""
        unpack(self.suite, self.folder / "one")
        one = self._boot(Machine(self.folder / "one", ONE))
        self._set_up(one)
        others = self._copies(one)
        self._serve(one)
        self._watch(one)
        self._upgrade(one)
        self._move(one, *others)
        self._end(one)

    def _boot(self, machine: Machine) -> Machine:
        self.machines.append(machine)
        machine.boot()
        return machine

    def type(self, machine: Machine, lines: Iterable[str], answers: Iterable[str] = ()) -> None:
        """Type lines; one that is a setting is written into the file of settings instead."""
        left = iter(answers)
        for line in lines:
            for said, typed in self.typed.items():
                line = line.replace(said, typed)
            print(f"  {machine.root.name}: {line}", file=sys.stderr)
            self.lines += 1
            if setting := SETTING.match(line):
                _write_setting(machine, setting[1], line.split("  #")[0])
            else:
                machine.run(line, left)

    def _set_up(self, one: Machine) -> None:
        """Packages, a release, secrets and settings."""
        self.type(one, lines_of("one-machine.md", "1."))
        if self.suite == "bookworm":
            _bring_node(one)
        self._bring_release(one, "1")
        self.type(one, lines_of("one-machine.md", "2."))
        self.type(one, lines_of("one-machine.md", "3."))

    def _bring_release(self, machine: Machine, name: str) -> None:
        folder = machine.root / RELEASES / name
        folder.mkdir()
        files = subprocess.run(
            ["git", "ls-files", "-z"], cwd=PROJECT, check=True, capture_output=True, text=True
        ).stdout
        for each in files.split("\0")[:-1]:
            (folder / each).parent.mkdir(parents=True, exist_ok=True)
            copy(PROJECT / each, folder / each)

    def _copies(self, one: Machine) -> list[Machine]:
        """Machines that are as far: in front, two for the web, and one for the database."""
        one.run("systemctl stop postgresql")
        places = {"front": FRONT, "web1": WEB[0], "web2": WEB[1], "database": DATABASE}
        made = [one.copy(self.folder / name, address) for name, address in places.items()]
        one.run("systemctl start postgresql")
        return made

    def _serve(self, one: Machine) -> None:
        """The database, systemd, nginx, a first round; then the power fails."""
        self.type(one, lines_of("one-machine.md", "4."), [PASSWORD, PASSWORD])
        self.type(one, lines_of("one-machine.md", "5."))
        self.type(one, lines_of("one-machine.md", "6."))
        self.type(one, lines_of("one-machine.md", "7.")[-1:])
        look(ONE)
        one.stop()
        one.boot()
        status(ONE, "/", wanted=200, seconds=60)
        look(ONE)

    def _watch(self, one: Machine) -> None:
        """Metrics, Prometheus, logs, and backups of which one is made as every night."""
        one.run("systemctl start anchor-portal-backup.service")
        lines = lines_of("watching.md")
        self.typed["85e142b6362a"] = ask(ONE, "/")[1]["x-request-id"]  # an identifier that an error page would show
        weekly = "systemctl is-failed"
        self.type(one, [line for line in lines if not line.startswith(weekly)])
        assert one.try_line(f"{weekly} anchor-portal-backup")[1].strip() == "inactive", "the backup of the night failed"
        scraped = 'curl -s http://127.0.0.1:9090/api/v1/targets | grep -q \'"health":"up"\''
        one.run(f"for each in $(seq 45); do {scraped} && exit 0; sleep 2; done; exit 1")
        made, checked, refused = lines_of("backups.md")
        self.type(one, [made, checked])
        code, printed = one.try_line(refused)
        assert code == 1 and "empty" in printed, f"a restore over what is there: {printed}"

    def _upgrade(self, one: Machine) -> None:
        """A second release while somebody reads all the time."""
        self._bring_release(one, "2")
        with Reader(ONE) as reader:
            self.type(one, lines_of("upgrades.md"))
        reader.has_seen_only(200)
        assert one.run("readlink /srv/anchor-portal/current").strip().endswith("/2")

    def _move(self, one: Machine, front: Machine, web1: Machine, web2: Machine, database: Machine) -> None:
        """From one machine to several hosts, one of which dies."""
        webs = [self._boot(web1), self._boot(web2)]
        self._boot(database)
        self._boot(front)
        self.typed["https://store.example"] = s3_server(HERE)
        self._open_database(database)
        for web in webs:
            web.run("systemctl disable --now postgresql")
            self._join(web)
        self._put_in_front(front)
        self.type(one, lines_of("several-hosts.md", "From one machine")[:2])
        moving = "var/backups/anchor-portal/moving.backup"
        copy(one.root / moving, web1.root / "root" / "moving.backup")
        self.type(web1, lines_of("several-hosts.md", "From one machine")[2:])
        self.type(web2, lines_of("several-hosts.md", "From one machine")[-1:])
        status(FRONT, "/", wanted=200, seconds=60)
        look(FRONT, TEAM, PASSWORD)
        with Reader(FRONT) as reader:
            web1.stop()
            reader.goes_on(seconds=8)
        reader.has_seen_only(200)
        web1.boot()
        database.run("systemctl stop postgresql")
        status(FRONT, "/", wanted=503, seconds=30)
        database.run("systemctl start postgresql")
        status(FRONT, "/", wanted=200, seconds=30)
        look(FRONT, TEAM, PASSWORD)

    def _open_database(self, database: Machine) -> None:
        self.type(database, lines_of("several-hosts.md", "The database")[:2], ["quarry-9274", "quarry-9274"])
        [place] = (database.root / "etc" / "postgresql").glob("*/main")
        with (place / "postgresql.conf").open("a") as settings:
            settings.write("listen_addresses = '10.0.0.20'\n")
        with (place / "pg_hba.conf").open("a") as people:
            people.write("hostssl anchor anchor 10.0.0.0/24 scram-sha-256\n")
        database.run("systemctl restart postgresql")

    def _join(self, web: Machine) -> None:
        """A host for the web: the units, where the database and the store are, and its door."""
        web.run("cd /srv/anchor-portal/current")
        self.type(web, lines_of("one-machine.md", "5.")[:2])
        self.type(web, lines_of("several-hosts.md", "The database")[2:])
        self.type(web, lines_of("several-hosts.md", "The store"))
        door, *settings = lines_of("several-hosts.md", "In front")
        asked, typed = door.split("  #")
        parts = typed.strip().replace("10.0.0.11", web.address).split(", ")
        (web.root / "root" / "typed").write_text("\n".join(parts) + "\n")
        editor = web.root / "root" / "editor"
        editor.write_text('#!/bin/sh\nfor last; do :; done\ncat /root/typed > "$last"\n')
        editor.chmod(0o755)
        self.type(web, [f"SYSTEMD_EDITOR=/root/editor {asked.strip()}".replace("SYSTEMD", "env SYSTEMD", 1)])
        self.type(web, settings)

    def _put_in_front(self, front: Machine) -> None:
        front.run("systemctl disable --now postgresql; cd /srv/anchor-portal/current")
        configuration = front.root / RELEASES / "1" / "deploy" / "nginx.conf"
        first, further = (f"server {address}:8000 max_fails=1 fail_timeout=5s;" for address in WEB)
        text = configuration.read_text(encoding="utf-8")
        text = text.replace("server 127.0.0.1:8000 max_fails=1 fail_timeout=5s;", first)
        configuration.write_text(text.replace(f"# further hosts: {further}", further), encoding="utf-8")
        self.type(front, lines_of("one-machine.md", "6.")[:-1])

    def _end(self, one: Machine) -> None:
        """Nothing of the portal is left but the backup that was moved away."""
        self.type(one, lines_of("keeping.md", "The end"))
        left = one.run("find / -xdev -name '*anchor-portal*' -not -path '/proc/*' -not -path '/root/*'").split()
        left = [each for each in left if "nginx" not in each and "prometheus" not in each and "systemd" not in each]
        assert left == [], f"left at the end: {left}"


def _bring_node(machine: Machine) -> None:
    """Node as this machine has it, for a Debian whose own is too old."""
    node, npm = (Path(which(name) or "").resolve() for name in ("node", "npm"))
    place = machine.root / "usr" / "local"
    copy(node, place / "bin" / "node")
    copytree(npm.parent.parent, place / "lib" / "npm", symlinks=True)
    (place / "bin" / "npm").symlink_to("../lib/npm/bin/npm-cli.js")


def _write_setting(machine: Machine, name: str, line: str) -> None:
    path = machine.root / "etc" / "anchor-portal" / "environment"
    others = [each for each in path.read_text(encoding="utf-8").splitlines() if not each.startswith(f"{name}=")]
    path.write_text("\n".join([*others, line, ""]), encoding="utf-8")
