"""A public scanner, wapiti, against a running demonstration: signed out, and as three people who may do more and more.

`python3 portal.py scan`. The demonstration has a database of its own in a temporary folder, since the scanner presses every
button that it finds. Each finding is compared with `explained.toml`; one that is not explained there is an exit code of 1.
"""

import argparse
import contextlib
import http.cookiejar
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
WAPITI = "wapiti3==3.2.3"
PASSWORD = "anchors-hold-fast"  # that of the demonstration
PEOPLE = ("", "lead@trust.example", "member@assembly.example", "team@team.example")
MODULES = (
    "cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,https_redirect,ldap,methods,permanentxss,redirect,sql,ssrf,"
    "upload,xss,xxe"
)
"""Every attack that needs nothing but the portal: not those against other products, nor those that ask another host."""
LEAVE_ALONE = ("/sign-out", "/account/sessions/*", "/team/people/*/roles/team/*", "/team/people/*/hand-over")
"""What would end the session of the scan itself: it is to be signed in to its end."""
KINDS = ("vulnerabilities", "anomalies", "additionals")
SECONDS_TO_START = 300


@dataclass(frozen=True)
class Explained:
    """A kind of finding that is no weakness, and why."""

    category: str
    says: str
    why: str


@dataclass(frozen=True)
class Finding:
    """What the scanner reports, in its own words."""

    category: str
    method: str
    path: str
    says: str


def main() -> None:
    """Scan as everybody who is asked for, and say what was found."""
    parser = argparse.ArgumentParser(prog="portal.py scan", description=__doc__)
    parser.add_argument("--as", dest="people", action="append", help="an address, or nobody; may be repeated")
    parser.add_argument(
        "--minutes", type=float, default=4, help="to crawl, for each person; an attack gets a quarter of it"
    )
    asked = parser.parse_args()
    people = ["" if each == "nobody" else each for each in asked.people or PEOPLE]
    left = 0
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    for person in people:
        with demonstration() as address:
            cookie = cookie_of(address, person) if person else ""
            findings, pages = scan(address, cookie, asked.minutes * 60)
            stayed = not cookie or is_signed_in(address, cookie)
        left += tell(person or "nobody", pages, findings, load_explained())
        if not stayed:
            print(f"  {person} WAS NOT SIGNED IN TO THE END: something ended the session")
            left += 1
    sys.exit(1 if left else 0)


def load_explained() -> list[Explained]:
    """What is explained."""
    text = (Path(__file__).with_name("explained.toml")).read_text(encoding="utf-8")
    return [Explained(**each) for each in tomllib.loads(text)["finding"]]


def unexplained(findings: Iterable[Finding], explained: Iterable[Explained]) -> list[Finding]:
    """The findings that nothing explains."""
    known = [(each.category, re.compile(each.says)) for each in explained]
    return [
        each
        for each in findings
        if not any(each.category == category and says.search(each.says) for category, says in known)
    ]


def read_report(report: dict[str, Any]) -> list[Finding]:
    """The findings of a report of wapiti."""
    return [
        Finding(category, each.get("method", ""), each.get("path", ""), each.get("info", ""))
        for kind in KINDS
        for category, found in report.get(kind, {}).items()
        for each in found
    ]


def tell(who: str, pages: int, findings: list[Finding], explained: list[Explained]) -> int:
    """Print what was found, and give the number of findings that are not explained."""
    left = unexplained(findings, explained)
    print(f"{who}: {pages} pages crawled, {len(findings)} findings, {len(left)} not explained")
    for category, number in sorted(Counter(each.category for each in findings).items()):
        print(f"  {category}: {number}")
    for each in left:
        print(f"  NOT EXPLAINED {each.category}: {each.method} {each.path}: {each.says}")
    return len(left)


@contextlib.contextmanager
def demonstration() -> Iterator[str]:
    """The address of a demonstration that runs until the end."""
    with tempfile.TemporaryDirectory(prefix="portal-scan-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        address = f"http://127.0.0.1:{port}"
        own = {
            "DATABASE_URL": f"sqlite:///{folder}/p.sqlite3",
            "SECRET_KEY": "only-for-a-scan-on-loopback",
            "BASE_URL": address,
        }
        own |= {"SECURE_COOKIES": "no", "EVIDENCE": f"{folder}/evidence", "RESULTS": f"{folder}/results"}
        settings = os.environ | {f"ANCHOR_{name}": value for name, value in own.items()}
        for words in (["migrate"], ["seed", "--demo"]):
            subprocess.run([BIN / "anchor-portal", *words], env=settings, check=True, stdout=subprocess.DEVNULL)
        command = [str(BIN / "waitress-serve"), f"--listen=127.0.0.1:{port}", "wsgi:app"]
        server = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_for(address)
            yield address
        finally:
            server.terminate()
            server.wait()


def _wait_for(address: str) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        with contextlib.suppress(urllib.error.URLError):
            urllib.request.urlopen(f"{address}/robots.txt", timeout=5).close()
            return
        time.sleep(0.3)
    sys.exit("The demonstration did not start")


def cookie_of(address: str, person: str) -> str:
    """The cookie of somebody who signs in, as the scanner is given it."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = opener.open(f"{address}/sign-in").read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    typed = urllib.parse.urlencode({"csrf_token": token[1], "email": person, "password": PASSWORD}).encode()
    if not opener.open(f"{address}/sign-in", typed).url.endswith("/work"):
        sys.exit(f"{person} cannot sign in to the demonstration")
    return "; ".join(f"{each.name}={each.value}" for each in jar)


def is_signed_in(address: str, cookie: str) -> bool:
    """Whether the session that the scanner had is still one."""
    asked = urllib.request.Request(f"{address}/account", headers={"Cookie": cookie})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return str(answer.url).endswith("/account")


def scan(address: str, cookie: str, seconds: float) -> tuple[list[Finding], int]:
    """What wapiti finds, and how many pages it read."""
    with tempfile.TemporaryDirectory(prefix="portal-wapiti-") as folder:
        report = Path(folder, "report.json")
        command: list[str | Path] = [
            BIN / "uv",
            "tool",
            "run",
            "--quiet",
            "--from",
            WAPITI,
            "wapiti",
            "--url",
            f"{address}/",
        ]
        command += ["--module", MODULES, "--flush-session", "--no-bugreport"]
        command += [word for path in LEAVE_ALONE for word in ("--exclude", address + path)]
        command += [
            "--depth",
            "6",
            "--max-links-per-page",
            "40",
            "--max-files-per-dir",
            "12",
            "--tasks",
            "2",
            "--timeout",
            "20",
        ]
        command += ["--max-scan-time", str(seconds), "--max-attack-time", str(seconds / 4), "--format", "json"]
        command += ["--external-endpoint", address, "--internal-endpoint", address, "--dns-endpoint", "127.0.0.1"]
        command += ["--store-session", f"{folder}/session", "--store-config", f"{folder}/config", "--output", report]
        command += ["--cookie-value", cookie] if cookie else []
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not report.is_file():
            sys.exit(f"wapiti gave no report:\n{(done.stdout + done.stderr)[-2000:]}")
        found = json.loads(report.read_text(encoding="utf-8"))
    return read_report(found), int(found["infos"].get("crawled_pages_nbr", 0))


if __name__ == "__main__":
    main()
