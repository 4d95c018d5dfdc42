"""The server and its worker killed many times while people work with it: what was acknowledged and is not there.

The tests kill twenty times on each engine; this does the rest of a thousand, or as many as `--kills N` says. Every batch
has a new database with the demonstration, and the seed that a failing one names repeats it.
"""

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import Result
from benchmarks.engines import available
from tests.conftest import address, with_demo
from tests.kills.kill import kill_again_and_again

KILLS = 960
"""On both engines together."""
BATCH = 40
PROGRAMS = {"SQLite": ("sqlite", "waitress"), "PostgreSQL": ("postgres", "gunicorn")}


def wanted(words: list[str]) -> int:
    """How many kills the command line asks for. Raises SystemExit where that is no number."""
    if "--kills" not in words:
        return KILLS
    given = words[words.index("--kills") + 1 :][:1]
    if not given or not given[0].isdecimal():
        raise SystemExit("--kills needs a number, such as --kills 100")
    return int(given[0])


def measure() -> Iterator[Result]:
    """For each engine, the batches in which something acknowledged was lost or something was half there."""
    engines = available()
    kills = wanted(sys.argv[1:]) // len(engines)
    for engine in engines if kills else []:
        yield _measure(engine, kills)


def _measure(engine: str, kills: int) -> Result:
    acknowledged = bad = done = 0
    began = time.monotonic()
    while done < kills:
        times = min(BATCH, kills - done)
        seed = str(random.SystemRandom().randrange(10**9))
        try:
            acknowledged += _batch(engine, times, seed)
        except AssertionError as error:
            bad += 1
            print(f"Kills on {engine}, seed {seed}: {error}", file=sys.stderr)
        done += times
        print(f"{engine}: {done} of {kills} kills, {time.monotonic() - began:.0f} s", file=sys.stderr)
    against = f"{done} kills, {acknowledged:,} acknowledged changes"
    return Result(f"kills on {engine}: batches with a loss", bad, against, "exactly 0")


def _batch(engine: str, times: int, seed: str) -> int:
    """How many changes were acknowledged."""
    kind, program = PROGRAMS[engine]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = address(kind, folder, with_demo, stack)
        killing = kill_again_and_again(url, folder, program, times, random.Random(seed))
        return sum(killing.acknowledged.values())
