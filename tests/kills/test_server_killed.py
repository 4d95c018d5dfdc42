"""The server and its worker, killed while people save, sign, accept, publish, hand in files and ask for work."""

import os
import random
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import address, with_demo
from tests.kills.kill import kill_again_and_again

KILLS = 20


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("engine", "program"), [("sqlite", "waitress"), ("postgres", "gunicorn")])
def test_a_server_killed_at_any_moment_loses_nothing_acknowledged_and_leaves_nothing_half_there(
    engine: str, program: str, tmp_path: Path
) -> None:
    seed = os.environ.get("PORTAL_KILL_SEED") or str(random.SystemRandom().randrange(10**9))
    with ExitStack() as stack:
        url = address(engine, tmp_path, with_demo, stack)
        try:
            done = kill_again_and_again(url, tmp_path, program, KILLS, random.Random(seed))
        except AssertionError as error:
            error.add_note(f"again with PORTAL_KILL_SEED={seed}")
            raise
    assert done.kills["server"] == done.kills["worker"] == KILLS
    assert min(done.acknowledged.values()) > 0, done.acknowledged
