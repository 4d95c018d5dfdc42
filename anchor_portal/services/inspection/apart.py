"""Readers run in a process apart, with limits of time and memory: a file made to keep them busy hurts nobody else."""

import json
import subprocess
import sys
from pathlib import Path

from anchor_portal.domain.answers.evidence import FileRefused

SECONDS = 60
"""By the clock; the process itself allows less of the processor (reader_process)."""
PROCESS = Path(__file__).with_name("reader_process.py")
TOO_MUCH = "looking through it takes too long, or too much memory. Make it smaller, or save it again, and try once more"


def run_apart(reader: str, content: bytes) -> None:
    """Let a reader, named "module:function", look through a file. Raises FileRefused as the reader does."""
    command = [sys.executable, "-I", str(PROCESS), reader]
    try:  # with no environment, where the settings and their secrets are
        done = subprocess.run(command, input=content, capture_output=True, env={}, timeout=SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise FileRefused(TOO_MUCH) from None
    if done.returncode:
        raise FileRefused(TOO_MUCH)
    if refused := json.loads(done.stdout)["refused"]:
        raise FileRefused(refused)
