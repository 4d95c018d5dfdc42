"""Lighthouse on the public pages: 100 in accessibility, best practices and SEO, 95 or more in performance.

Lighthouse is put into var/lighthouse the first time (npm, some 180 MB); without npm, Chromium or a registry this measure is
left out and says so. Everything is measured as for a phone on a slow network, which is its default.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import Result
from benchmarks.databases import demo_database
from benchmarks.serving import PROJECT, serving

VERSION = "13.5.0"
PLACE = PROJECT / "var" / "lighthouse"
CHROMIUM = "/usr/bin/chromium"
PAGES = (
    "/",
    "/indicators",
    "/indicators/12",
    "/beacon",
    "/organisations",
    "/case-studies",
    "/publications",
    "/privacy",
)
ATTEMPTS = 3
WANTED = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}


def measure() -> Iterator[Result]:
    """The score of each page in each category, over 100."""
    if missing := _missing():
        print(f"Without Lighthouse: {missing}", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as name, serving(demo_database(Path(name))) as server:
        for path in PAGES:
            for category, score in scores(f"http://127.0.0.1:{server.port}{path}").items():
                yield Result(
                    f"Lighthouse {category}, {path}", score, "a full score", f"at least {WANTED[category] / 100}"
                )


def scores(address: str, place: Path = PLACE) -> dict[str, float]:
    """What Lighthouse gives a page, from 0 to 1, by category; what is not full is said on standard error."""
    command = [
        str(place / "node_modules" / ".bin" / "lighthouse"),
        address,
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(WANTED)}",
        "--chrome-flags=--headless=new --no-sandbox",
    ]
    found = json.loads(_run(command))
    for category, each in found["categories"].items():
        less = [ref["id"] for ref in each["auditRefs"] if ref["weight"] and _is_short(found["audits"][ref["id"]])]
        if category != "performance" and less:
            print(f"{address}: {category} lacks {', '.join(less)}", file=sys.stderr)
    return {category: each["score"] for category, each in found["categories"].items()}


def _run(command: list[str]) -> str:
    """What a command prints; Lighthouse does not always get hold of the Chromium that it starts, so it is asked again."""
    for attempt in range(ATTEMPTS):
        done = subprocess.run(
            command, env=os.environ | {"CHROME_PATH": CHROMIUM}, capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return done.stdout
        print(f"Lighthouse ended with {done.returncode} (attempt {attempt + 1}): {done.stderr[-500:]}", file=sys.stderr)
    raise RuntimeError("Lighthouse did not get a page")


def _is_short(audit: dict[str, object]) -> bool:
    return isinstance(audit["score"], int | float) and audit["score"] < 1


def _missing() -> str:
    if not Path(CHROMIUM).exists():
        return f"{CHROMIUM} is not there"
    if (PLACE / "node_modules" / ".bin" / "lighthouse").exists():
        return ""
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not there"
    PLACE.mkdir(parents=True, exist_ok=True)
    (PLACE / "package.json").write_text('{"private": true}')
    words = ["install", f"lighthouse@{VERSION}", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run([npm, *words], cwd=PLACE, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else "npm could not install it"
