"""Known weaknesses of what the portal is built from: pip-audit over both locks, npm audit over the third.

`python3 portal.py dependencies`. Exit code 0: every package was asked about, and nothing is known; 1: something is known;
2: the advisories could not be reached, which is said and is no clean bill.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")
NPM_LOCK = "package-lock.json"
SECONDS = 600
CLEAN, KNOWN, NOT_ASKED = 0, 1, 2


@dataclass(frozen=True)
class Finding:
    """What is known about a lock: how many packages were asked about, how many could not be, and what was found."""

    lock: str
    asked: int
    not_asked: int
    known: tuple[str, ...]
    why_not: str = ""

    @property
    def code(self) -> int:
        """The exit code that this finding alone would give."""
        return KNOWN if self.known else NOT_ASKED if self.not_asked or not self.asked else CLEAN

    def say(self) -> str:
        """The finding in a sentence."""
        parts = [f"{self.lock}: {self.asked} packages asked about, {len(self.known)} known weaknesses"]
        if self.not_asked:
            parts.append(f"{self.not_asked} could not be asked about ({self.why_not})")
        return "; ".join(parts)


def main() -> None:
    """Ask about every lock, and say what was found."""
    unpinned = [f"{lock}: {each}" for lock in LOCKS for each in without_hash((ROOT / lock).read_text())]
    findings = [*map(ask_python, LOCKS), ask_node()]
    for finding in findings:
        print(finding.say())
        print("".join(f"  {each}\n" for each in finding.known), end="")
    print("".join(f"not pinned by a hash: {each}\n" for each in unpinned), end="")
    codes = {finding.code for finding in findings} | ({KNOWN} if unpinned else set())
    sys.exit(KNOWN if KNOWN in codes else max(codes))


def ask_python(lock: str) -> Finding:
    """What pip-audit knows about a lock."""
    command = (
        "pip-audit",
        "--requirement",
        lock,
        "--require-hashes",
        "--disable-pip",
        "--progress-spinner=off",
        "--format=json",
    )
    done = _run(str(Path(sys.executable).parent / command[0]), *command[1:], "--timeout=10")
    return read_pip_audit(lock, done.stdout, done.stderr)


def ask_node() -> Finding:
    """What npm knows about the packages of package-lock.json."""
    done = _run("npm", "audit", "--json")
    packages = len(json.loads((ROOT / NPM_LOCK).read_text())["packages"]) - 1
    return read_npm_audit(done.stdout, packages)


def _run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS)


def read_pip_audit(lock: str, output: str, said: str) -> Finding:
    """The report of pip-audit. A package that its index does not know counts as not asked about, never as sound."""
    try:
        packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        return Finding(lock, 0, 1, (), (said.strip().splitlines() or ["pip-audit gave no report"])[-1][:200])
    asked = [each for each in packages if "skip_reason" not in each]
    skipped = [each for each in packages if "skip_reason" in each]
    why_not = "the index has no advisories: " + skipped[0]["skip_reason"][:120] if skipped else ""
    return Finding(lock, len(asked), len(skipped), tuple(_weaknesses(asked)), why_not)


def _weaknesses(packages: list[dict[str, Any]]) -> Iterator[str]:
    for package in packages:
        for each in package.get("vulns", ()):
            fixed = ", ".join(each.get("fix_versions", ())) or "no version yet"
            yield f"{package['name']} {package['version']}: {each['id']}, mended in {fixed}"


def read_npm_audit(output: str, packages: int) -> Finding:
    """The report of npm audit; one without a list of weaknesses says why it has none."""
    try:
        report: Mapping[str, Any] = json.loads(output)
    except ValueError:
        return Finding(NPM_LOCK, 0, packages, (), "npm gave no report")
    if "vulnerabilities" not in report:
        why = report.get("message") or report.get("error", {}).get("summary") or "the registry has no advisories"
        return Finding(NPM_LOCK, 0, packages, (), str(why)[:200])
    known = [f"{name}: {each['severity']}, in {each['range']}" for name, each in report["vulnerabilities"].items()]
    return Finding(NPM_LOCK, packages, 0, tuple(known))


def without_hash(lock: str) -> list[str]:
    """The packages of a Python lock that no hash pins."""
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock)
    return [each.split()[0] for each in blocks if "==" in each.split("\n")[0] and "--hash=" not in each]


if __name__ == "__main__":
    main()
