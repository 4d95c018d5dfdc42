"""Saving a section over HTTP, against a bare view on the same server that only reads the same fields."""

import re
import statistics
import tempfile
from pathlib import Path

from anchor_portal.domain.answers.merging import stamp_of
from anchor_portal.domain.questionnaire.version import parse
from anchor_portal.folders import folder
from anchor_portal.services.demo.load import DEMO_PASSWORD
from benchmarks import Result
from benchmarks.databases import demo_database
from benchmarks.serving import Client, serving

SECTION = "/returns/2027-01/mid-cheshire-hospitals/sections/about"
ROUNDS = 150


def measure() -> Result:
    """The rate of saves over that of bare reads: each save is signed in, validated, stored durably and redirected."""
    with tempfile.TemporaryDirectory() as name, serving(demo_database(Path(name))) as port:
        client = Client(port)
        token = _sign_in(client)
        saves, reads = [], []
        posts = _two_posts(token)
        client.send("POST", SECTION, posts[0] | {"seen": _stored_stamp(client)})
        for number in range(ROUNDS):
            fields = posts[(number + 1) % 2]
            saves.append(client.timed("POST", SECTION, fields))
            reads.append(client.timed("POST", "/bare/read", fields))
    ratio = statistics.median(reads) / statistics.median(saves)
    return Result("section save", ratio, "a bare Flask view that reads the same fields", "at least 0.20")


def _sign_in(client: Client) -> str:
    fields = {"email": "lead@trust.example", "password": DEMO_PASSWORD}
    _, page = client.send("GET", "/sign-in")
    client.send("POST", "/sign-in", fields | {"csrf_token": _token(page)})
    return _token(client.send("GET", "/work")[1])


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("no token on the page")
    return found[1]


def _stored_stamp(client: Client) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', client.send("GET", SECTION)[1])
    if found is None:
        raise RuntimeError("no stamp on the page")
    return found[1]


def _two_posts(token: str) -> list[dict[str, str]]:
    """Two ways to fill in the section, each posted when the other one is stored."""
    section = parse((folder("seeds") / "questionnaires" / "2024-07.toml").read_text(encoding="utf-8"), "x").section(
        "about"
    )
    ways = [{"about.boundary": {"": f"All sites, {way}."}, "about.headcount": {"": way}} for way in ("1000", "2000")]
    posts = [
        {f"{key}:": parts[""] for key, parts in way.items()} | {"then": "continue", "csrf_token": token} for way in ways
    ]
    return [post | {"seen": stamp_of(section, other)} for post, other in zip(posts, reversed(ways), strict=True)]
