#!/usr/bin/env python3
"""Sets up, starts, checks, tests and measures Anchor Portal; needs only Python 3.11+ and Node 20+."""

import sys

if sys.version_info < (3, 11):
    sys.exit("Anchor Portal needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info[:2]))

import argparse
import fcntl
import glob
import gzip
import hashlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
UNFINISHED = VENV / ".unfinished"
HAS_DEV = VENV / ".has-dev"
NODE_MODULES = ROOT / "node_modules"
SOURCES = ROOT / "static" / "src"
BUILD = ROOT / "static" / "build"
VAR = ROOT / "var"
LOCK = ROOT / "requirements.txt"
DEV_LOCK = ROOT / "requirements-dev.txt"

PYTHON = f"Python {sys.version.split()[0]}"
OLDEST_NODE = 20
NHSUK = NODE_MODULES / "nhsuk-frontend" / "dist" / "nhsuk"
FONTS = NODE_MODULES / "@expo-google-fonts" / "source-sans-3"
WEIGHTS = ("400Regular", "600SemiBold", "700Bold")

# A Debian package, the program or file that shows it is there, and what is not tested without it.
SYSTEM_PARTS = (
    ("chromium", "/usr/bin/chromium", "every test in a browser"),
    ("libatomic1", "/usr/lib/*/libatomic.so.1", "every test in a browser"),
    ("fonts-liberation", "/usr/share/fonts/truetype/liberation*", "nothing, but pictures show another font"),
    ("postgresql", "/usr/lib/postgresql/*/bin/initdb", "every test on PostgreSQL"),
    ("clamav-daemon", "/usr/sbin/clamd", "every test of the virus scanner"),
)
CHECKS = (
    ("format", "ruff", "format", "--check", "--output-format=concise", "."),
    ("lint", "ruff", "check", "--output-format=concise", "."),
    ("types", "mypy"),
    ("import rule", "lint-imports", "--no-logo"),
    ("templates", "djlint", "templates", "--lint", "--quiet"),
)


def main() -> None:
    """Read the command line and do what it asks."""
    asked, rest = _parser().parse_known_args()
    if rest and asked.verb not in ("test", "bench", "scan"):
        sys.exit(f"portal.py {asked.verb} does not know {' '.join(rest)!r}. See: python3 portal.py --help")
    os.chdir(ROOT)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # without bytecode every start takes seconds longer
    try:
        sys.exit(asked.do(asked, rest))
    except KeyboardInterrupt:
        sys.exit("\nStopped. What was left half done is done again next time.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 portal.py", description=__doc__, allow_abbrev=False)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, do, says in (
        ("run", run, "start the portal with demo data on this machine"),
        ("test", test, "run the checks and the tests; further words go to pytest"),
        ("check", check, "check format, lint, types, import rule and templates"),
        ("bench", module("benchmarks"), "run the benchmarks (--json for programs)"),
        ("scan", module("scans.wapiti"), "let a public scanner attack a demonstration; needs PyPI the first time"),
        ("dependencies", module("scans.dependencies"), "ask for known weaknesses of everything that is installed"),
        ("setup", setup, "make the environment and build the styles, nothing else"),
    ):
        verb = verbs.add_parser(name, help=says, description=says, allow_abbrev=False)
        verb.set_defaults(do=do)
        if name == "run":
            verb.add_argument("--port", type=int, default=5000, help="port on 127.0.0.1 (default: 5000)")
        if name == "setup":
            verb.add_argument("--dev", action="store_true", help="also what checks, tests and benchmarks need")
    return parser


# The verbs


def run(asked: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Bring the database up to date, load the demo and serve until Ctrl-C."""
    _refuse_a_busy_port(asked.port)
    prepare(dev=False)
    settings = _settings(asked.port)
    for words in (["migrate"], ["seed", "--demo"], ["demo-accounts"]):
        call(BIN / "anchor-portal", *words, env=settings)
    say(f"Anchor Portal: http://127.0.0.1:{asked.port} (Ctrl-C stops it)")
    server = [str(BIN / "waitress-serve"), f"--listen=127.0.0.1:{asked.port}", "wsgi:app"]
    # long work is done beside the server, by a process that ends when this one does, which is the server from now on:
    # exec, so that Ctrl-C and other signals reach the server itself
    subprocess.Popen([BIN / "anchor-portal", "worker", "--with-parent"], env=settings)
    os.execve(server[0], server, settings)  # noqa: S606


def test(_asked: argparse.Namespace, rest: Sequence[str]) -> int:
    """Run the checks, then pytest; the exit code is 0 only when all of it passed."""
    prepare(dev=True)
    install_system_parts()
    failed = run_checks()
    if not any(word.startswith(("-n", "--numprocesses", "--dist", "--pdb")) for word in rest):
        rest = ["-n", "2", "--dist", "worksteal", *rest]
    # some hundred processes import the same files: where what was compiled is not kept, that is a third of their time
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    code = subprocess.run([BIN / "python", "-m", "pytest", *rest], env=environment, check=False).returncode
    if failed:
        say(f"Failed before the tests: {', '.join(failed)} (see above)")
    return code or len(failed)


def check(_asked: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Run the checks alone."""
    prepare(dev=True)
    failed = run_checks()
    say(f"Failed: {', '.join(failed)}" if failed else "All checks passed")
    return len(failed)


def module(name: str) -> Callable[[argparse.Namespace, Sequence[str]], int]:
    """What runs a module of the project, with the further words of the command line."""

    def run_it(_asked: argparse.Namespace, rest: Sequence[str]) -> int:
        prepare(dev=True)
        return subprocess.run([BIN / "python", "-m", name, *rest], check=False).returncode

    return run_it


def setup(asked: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Make the environment."""
    prepare(dev=asked.dev)
    say("Ready: .venv, node_modules and static/build are up to date")
    return 0


# The steps of set-up, each skipped when its inputs have not changed


def prepare(*, dev: bool) -> None:
    """Make or mend the Python environment, the Node packages and static/build; one process at a time."""
    node = _node_version()
    VAR.mkdir(exist_ok=True)
    with (VAR / "setup.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if UNFINISHED.exists():
            shutil.rmtree(VENV)  # a half-done installation can look like a whole one
        # the place is an input too: an environment that was moved or copied does not work
        step("Making .venv", VENV, [PYTHON, sys.base_prefix, str(ROOT)], make_venv)
        lock = DEV_LOCK if dev or HAS_DEV.exists() else LOCK
        parts = [LOCK, lock, ROOT / "pyproject.toml"]
        step(f"Installing {lock.name}", BIN, [PYTHON, *parts], lambda: install_python_packages(lock))
        parts = [ROOT / name for name in ("package.json", "package-lock.json", ".npmrc")]
        step("Installing package-lock.json", NODE_MODULES, [node, *parts], install_node_packages)
        parts = [*parts, Path(__file__), *sorted(SOURCES.rglob("*.*"))]
        step("Building static/build", BUILD, parts, build_static)


def step(title: str, product: Path, inputs: Sequence[str | Path], act: Callable[[], None]) -> None:
    """Act unless the stamp inside the product says that it was made from these very inputs."""
    stamp = product / ".made-from"
    wanted = _digest(inputs)
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    started = time.monotonic()
    say(title)
    stamp.unlink(missing_ok=True)  # first off, last on: an interrupted step is done again
    act()
    stamp.write_text(wanted)
    say(f"  done in {time.monotonic() - started:.1f} s")


def _digest(inputs: Sequence[str | Path]) -> str:
    whole = hashlib.sha256()
    for each in inputs:
        content = each.read_bytes() if isinstance(each, Path) else each.encode()
        whole.update(hashlib.sha256(content).digest())
    return whole.hexdigest()


def make_venv() -> None:
    """Make an empty environment with uv in it, at the version and hash of the lock."""
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=False)
    if made.returncode:
        sys.exit("Python could not make .venv. On Debian: apt-get install python3-venv, then try again.")
    pinned = re.search(r"^uv==.*(?:\n +--hash=.*)+", LOCK.read_text(), re.MULTILINE)
    if not pinned:
        sys.exit(f"{LOCK.name} does not pin uv; make it again as its first lines say.")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as only_uv:
        only_uv.write(pinned[0])
        only_uv.flush()
        call(BIN / "python", "-m", "pip", "install", "-qq", "--disable-pip-version-check",
             "--require-hashes", "--only-binary=:all:", "-r", only_uv.name)  # fmt: skip


def install_python_packages(lock: Path) -> None:
    """Install exactly what the lock says, then the project itself as an editable package."""
    uv = (BIN / "uv", "--quiet", "pip")
    python = ("--python", BIN / "python")
    UNFINISHED.touch()
    call(*uv, "sync", *python, "--require-hashes", lock)
    call(*uv, "install", *python, "--no-deps", "--no-build-isolation", "--offline", "--editable", ROOT)
    if lock == DEV_LOCK:
        HAS_DEV.touch()
    UNFINISHED.unlink()


def install_node_packages() -> None:
    """Install exactly what package-lock.json says."""
    call("npm", "ci", "--include=dev", "--loglevel=error")


def build_static() -> None:
    """Compile the styles, gather scripts, icons and fonts beside them, then put it in place at once."""
    fresh = BUILD.with_name("build.new")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "fonts").mkdir(parents=True)
    call(NODE_MODULES / ".bin" / "sass", "--style=compressed", "--no-source-map", "--quiet-deps",
         f"--load-path={NODE_MODULES}", SOURCES / "portal.scss", fresh / "portal.css")  # fmt: skip
    refuse_outside_hosts(fresh / "portal.css")
    shutil.copytree(NHSUK / "assets" / "images", fresh / "images")
    own = [part for part in SOURCES.iterdir() if part.is_file() and part.suffix != ".scss"]
    for part in (NHSUK / "nhsuk-frontend.min.js", *own):
        shutil.copy(part, fresh)
    name_imports_by_content(fresh)
    compress(fresh)
    for weight in WEIGHTS:
        shutil.copy(FONTS / weight / f"SourceSans3_{weight}.ttf", fresh / "fonts")
    shutil.rmtree(BUILD, ignore_errors=True)
    fresh.rename(BUILD)


def name_imports_by_content(folder: Path) -> None:
    """Let scripts import each other by addresses that change with the content, as pages do (web/static_files.py)."""
    texts = {script.name: script.read_text(encoding="utf-8") for script in folder.glob("*.js")}
    named: dict[str, str] = {}

    def finish(name: str) -> str:
        if name not in named:
            named[name] = ""  # scripts that import each other in a circle name one of them without its digest
            text = re.sub(r'"\./([\w.-]+\.js)"', lambda found: f'"./{found[1]}{finish(found[1])}"', texts[name])
            (folder / name).write_text(text, encoding="utf-8")
            named[name] = "?v=" + hashlib.sha256(text.encode()).hexdigest()[:12]
        return named[name]

    for name in texts:
        finish(name)


def compress(folder: Path) -> None:
    """Put beside each text what browsers get of it, compressed as far as it goes; the same bytes each time."""
    for part in folder.iterdir():
        if part.suffix in {".css", ".js", ".svg"}:
            part.with_name(part.name + ".gz").write_bytes(gzip.compress(part.read_bytes(), 9, mtime=0))


def refuse_outside_hosts(css: Path) -> None:
    """Stop when the style sheet would make a browser ask another host for something."""
    outside = re.findall(r"""(?:url\(|@import)\s*["']?(?:\w+:)?//[^)"';]*""", css.read_text())
    if outside:
        sys.exit(f"{css.name} asks another host: {', '.join(sorted(set(outside)))}")


# What the tests need of the system


def install_system_parts() -> None:
    """See that browser, database server and fonts are there: install them (root on Debian) or name them."""
    missing = _missing_parts()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        _install_debian_packages([package for package, _, _ in missing])
        missing = _missing_parts()
    for package, _, use in missing:
        say(f"Missing on this machine: {package}. Skipped without it: {use}.")
    if missing and _everything_is_required():
        sys.exit("CI=true or PORTAL_REQUIRE_ALL=1 is set, so what is missing is an error.")


def _missing_parts() -> list[tuple[str, str, str]]:
    return [part for part in SYSTEM_PARTS if not (shutil.which(part[1]) or glob.glob(part[1]))]


def _install_debian_packages(packages: Sequence[str]) -> None:
    say(f"Installing Debian packages: {' '.join(packages)}")
    if "postgresql" in packages:  # else Debian starts a cluster of its own, which nobody asked for
        settings = Path("/etc/postgresql-common/createcluster.conf")
        settings.parent.mkdir(exist_ok=True)
        if not settings.exists():
            settings.write_text("create_main_cluster = false\n")
    if "clamav-daemon" in packages:  # else Debian starts what fetches signatures, which the tests do without
        for service in ("clamav-freshclam", "clamav-daemon"):
            mask = Path(f"/etc/systemd/system/{service}.service")
            if mask.parent.is_dir() and not (mask.exists() or mask.is_symlink()):
                mask.symlink_to("/dev/null")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ("install", "--yes", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold")
    for words in (("update",), (*install, *packages)):
        done = subprocess.run(["apt-get", "-qq", *words], env=quiet, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            say(f"apt-get {words[0]} failed with exit code {done.returncode}.")


def _everything_is_required() -> bool:
    return os.environ.get("CI") == "true" or os.environ.get("PORTAL_REQUIRE_ALL") == "1"


def _node_version() -> str:
    if not (shutil.which("node") and shutil.which("npm")):
        sys.exit(f"Anchor Portal needs Node {OLDEST_NODE} or newer with npm, to build its styles; none was found.")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.lstrip("v").split(".")[0]) < OLDEST_NODE:
        sys.exit(f"Anchor Portal needs Node {OLDEST_NODE} or newer; this is {version}.")
    return version


# The demo server


def _refuse_a_busy_port(port: int) -> None:
    if not 0 < port < 65536:
        sys.exit(f"{port} is not a port: choose one between 1024 and 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            sys.exit(f"Port {port} is reserved for the system: choose one between 1024 and 65535.")
        except OSError:
            sys.exit(f"Port {port} is in use: stop what uses it, or choose another with --port {port + 1}.")


def _settings(port: int) -> dict[str, str]:
    own = {
        "ANCHOR_DATABASE_URL": f"sqlite:///{VAR / 'portal.sqlite3'}",
        "ANCHOR_SECRET_KEY": _secret_key(),
        "ANCHOR_BASE_URL": f"http://127.0.0.1:{port}",
        "ANCHOR_SECURE_COOKIES": "no",  # else some browsers keep nobody signed in without https
    }
    return {**own, **os.environ}


def _secret_key() -> str:
    kept = VAR / "secret_key"
    if not (kept.is_file() and kept.read_text().strip()):
        kept.unlink(missing_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48) + "\n")
    return kept.read_text().strip()


# Running other programs


def run_checks() -> list[str]:
    """Run every check, print what the failing ones found, and give the failing ones' names."""
    return [name for name, *command in CHECKS if not _passes(name, command)]


def _passes(name: str, command: Sequence[str]) -> bool:
    started = time.monotonic()
    done = subprocess.run([BIN / command[0], *command[1:]], capture_output=True, text=True, check=False)
    say(f"{name}: {'FAILED' if done.returncode else 'ok'} ({time.monotonic() - started:.1f} s)")
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return not done.returncode


def call(*command: str | Path, env: dict[str, str] | None = None) -> None:
    """Run a command and stop with its name when it fails."""
    words = " ".join(str(word) for word in command[:4])
    try:
        done = subprocess.run(command, env=env, stdout=sys.stdout, check=False)
    except OSError as fault:
        sys.exit(f"Could not start {words}: {fault.strerror}. Delete .venv and node_modules, then try again.")
    if done.returncode:
        sys.exit(f"Failed with exit code {done.returncode}: {words} … Mend what it says above, then try again.")


def say(words: str) -> None:
    """Print a line at once, also into a pipe."""
    print(words, flush=True)


if __name__ == "__main__":
    main()
