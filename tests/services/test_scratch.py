"""What is written on the way to a store is nobody's to find afterwards."""

import subprocess
import sys
from pathlib import Path

import pytest

from anchor_portal.services.evidence.store import open_store
from anchor_portal.services.scratch import open_scratch
from tests.scanners import s3_server

KILLED = """
import os, signal
from anchor_portal.services.scratch import open_scratch
with open_scratch() as (file, path):
    file.write(b"the raw answers of a return")
    file.flush()
    assert path.read_bytes() == b"the raw answers of a return"
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_who_is_killed_while_a_file_is_written_leaves_nothing_of_it(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED], env={"TMPDIR": str(tmp_path)}, cwd=Path.cwd(), check=False)  # noqa: S603
    assert done.returncode == -9
    assert sys.platform != "linux" or list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
@pytest.mark.parametrize("kind", ["folder", "s3"])
def test_a_store_takes_it_whole_while_it_is_still_open(kind: str, tmp_path: Path) -> None:
    is_folder = kind == "folder"
    store = open_store(
        str(tmp_path / "results") if is_folder else f"s3://evidence/{tmp_path.name}?endpoint={s3_server()}"
    )
    with open_scratch() as (file, path):
        file.write(b"x" * 9_000_000)
        file.flush()
        store.put_file("a" * 32, path)
    content = store.open("a" * 32)
    assert content.read() == b"x" * 9_000_000
    content.close()
    store.delete("a" * 32)
