"""Empty machines of Debian on this one, booted by their own systemd: what the guide for administrators is followed on.

Each is a folder of debootstrap in namespaces of its own (processes, files, name, network), with an address on a bridge. Only
the processor and the kernel are this machine's. Needs root on Debian, and Debian's own packages from where this machine has them.
"""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.serving import PROJECT

KEPT = PROJECT / "var" / "debian"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
BRIDGE, HERE = "anchor0", "10.0.0.1"
PARTS = "systemd,systemd-sysv,dbus,ca-certificates,iproute2,procps"
MOST_SECONDS = 600
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
BOOT = """
set -e
mount --make-rprivate /
mount --bind {root} {root}
cd {root}
hostname {name}
mkdir -p outside
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs dev
for each in null zero full random urandom tty; do touch dev/$each; mount --bind /dev/$each dev/$each; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
ip link set lo up
pivot_root . outside
umount -l outside
exec env -i container=lxc PATH={path} /lib/systemd/systemd --unit=multi-user.target
"""
LINE = """
cd "$(cat /root/.where 2> /dev/null || echo /root)"
umask "$(cat /root/.umask 2> /dev/null || echo 022)"
trap 'pwd > /root/.where; umask > /root/.umask' EXIT
set -e
{line}
"""
"""As at one terminal: the folder and the mask that one line leaves are those of the next."""


class LineFailed(Exception):
    """A command that an administrator types ended with another code than 0; holds the end of what it printed."""


def missing() -> str:
    """What this machine lacks for it, in words; empty where it has all."""
    if os.geteuid() != 0:
        return "it needs root"
    lacking = [each for each in ("debootstrap", "nsenter", "unshare", "ip") if shutil.which(each) is None]
    return f"it needs {', '.join(lacking)} (apt-get install debootstrap iproute2)" if lacking else ""


@contextmanager
def bridge() -> Iterator[None]:
    """The network of the machines; this one has an address there, too."""
    subprocess.run(["ip", "link", "add", BRIDGE, "type", "bridge"], check=True)
    try:
        subprocess.run(["ip", "address", "add", f"{HERE}/24", "dev", BRIDGE], check=True)
        subprocess.run(["ip", "link", "set", BRIDGE, "up"], check=True)
        yield
    finally:
        subprocess.run(["ip", "link", "delete", BRIDGE], check=False)


def unpack(suite: str, root: Path) -> None:
    """An empty Debian of a suite (such as `bookworm`) into a folder; the first of each is fetched, and kept in var/debian."""
    kept = KEPT / suite
    if not (kept / "done").exists():
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        words = ["debootstrap", "--variant=minbase", f"--include={PARTS}", suite, str(kept / "root")]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        (kept / "done").touch()
    _copy(kept / "root", root)
    shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
    shutil.copy(BUNDLE, root / BUNDLE.removeprefix("/"))  # whatever further authority this machine trusts
    (root / "etc" / "systemd" / "system" / "systemd-modules-load.service").symlink_to(
        "/dev/null"
    )  # the kernel is not theirs


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "--archive", "--reflink=auto", str(source), str(target)], check=True)


class Machine:
    """One machine: a folder with a Debian, and an address of the bridge."""

    def __init__(self, root: Path, address: str) -> None:
        self.root, self.address = root, address
        self._shell: subprocess.Popen[bytes] | None = None

    def boot(self) -> None:
        """Start it, and wait until systemd says that it runs. Raises LineFailed where a unit did not start."""
        boot = BOOT.format(root=self.root, name=self.root.name, path=PATH)
        spaces = ["--pid", "--mount", "--uts", "--ipc", "--cgroup", "--net", "--fork", "--kill-child"]
        self._shell = subprocess.Popen(
            ["unshare", *spaces, "sh", "-c", boot], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._wait_for_systemd()
        for words in (
            f"link add {self._cable} type veth peer name inner0 netns {self._pid()}",
            f"link set {self._cable} master {BRIDGE} up",
        ):
            subprocess.run(["ip", *words.split()], check=True)
        self.run(f"ip address add {self.address}/24 dev inner0; ip link set inner0 up")
        self.run("until test -S /run/dbus/system_bus_socket; do sleep 0.1; done; systemctl is-system-running --wait")

    @property
    def _cable(self) -> str:
        return f"anchor{self.address.rpartition('.')[2]}"

    def _wait_for_systemd(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with suppress(OSError, ValueError):
                if Path(f"/proc/{self._pid()}/comm").read_text().strip() == "systemd":
                    return
            time.sleep(0.05)
        raise LineFailed(f"{self.root.name} did not start")

    def _pid(self) -> int:
        """Its first process, as this machine counts them. Raises ValueError while there is none."""
        assert self._shell is not None
        of_shell = self._shell.pid
        return int(Path(f"/proc/{of_shell}/task/{of_shell}/children").read_text())

    def stop(self) -> None:
        """Pull its plug."""
        if self._shell is not None:
            with suppress(OSError, ValueError):
                os.kill(self._pid(), signal.SIGKILL)
            self._shell.kill()
            self._shell.wait()
            self._shell = None
            subprocess.run(["ip", "link", "delete", self._cable], check=False, stderr=subprocess.DEVNULL)

    def copy(self, root: Path, address: str) -> "Machine":
        """Another machine with all that is on this one's disk."""
        _copy(self.root, root)
        (root / "etc" / "machine-id").write_text("")
        return Machine(root, address)

    def run(self, line: str, answers: Iterable[str] = ()) -> str:
        """What a line typed by root at a terminal prints, its questions answered in turn. Raises LineFailed."""
        code, printed = self.try_line(line, answers)
        if code:
            raise LineFailed(f"{self.root.name}: {line}\n  ended with {code}: {printed[-1500:]}")
        return printed

    def try_line(self, line: str, answers: Iterable[str] = ()) -> tuple[int, str]:
        """The same, with its exit code, whatever that is."""
        enter = ["nsenter", "--target", str(self._pid()), "--pid", "--mount", "--uts", "--ipc", "--cgroup"]
        if not _wants_the_world(line):
            enter.append("--net")
        trusted = {name: value for name, value in os.environ.items() if value == BUNDLE or name == "PIP_INDEX_URL"}
        told = {"HOME": "/root", "TERM": "dumb", "LANG": "C.UTF-8", "PATH": PATH, "DEBIAN_FRONTEND": "noninteractive"}
        settings = [f"{name}={value}" for name, value in (trusted | told | {"SYSTEMD_PAGER": "cat"}).items()]
        return _at_a_terminal([*enter, "env", "-i", *settings, "bash", "-c", LINE.format(line=line)], answers)


def _wants_the_world(line: str) -> bool:
    """Whether a line fetches something; the bridge leads nowhere, so it does so over this machine's network."""
    return bool(re.search(r"\bapt-get|portal\.py setup|\bpip install", line))


def _at_a_terminal(command: list[str], answers: Iterable[str]) -> tuple[int, str]:
    """The exit code of a command at a terminal of its own, and what it printed; an answer is typed where it asks."""
    left = iter(answers)
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    printed, until = b"", time.monotonic() + MOST_SECONDS
    with suppress(OSError):  # the terminal is gone with the last who has it
        while time.monotonic() < until:
            if not select.select([terminal], [], [], 1)[0]:
                continue
            read = os.read(terminal, 65536)
            printed += read
            if read.endswith(b": ") and (answer := next(left, None)) is not None:
                os.write(terminal, f"{answer}\n".encode())
    os.close(terminal)
    if time.monotonic() >= until:
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), printed.decode(errors="replace").replace("\r\n", "\n")
