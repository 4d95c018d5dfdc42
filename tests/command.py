"""The command line run inside the test's own process: the same `main`, without the seconds that a start costs."""

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

from anchor_portal.cli import main


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it printed."""

    code: int
    output: bytes
    errors: str

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.output.decode()

    def json(self) -> Any:
        """Standard output read as JSON."""
        return json.loads(self.output)


def run_command(url: str, *words: object, **environment: str) -> Outcome:
    """Run `anchor-portal WORDS` on the database at an address; more settings by name."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with ExitStack() as stack:
        stack.enter_context(_environment({"ANCHOR_DATABASE_URL": url, **environment}))
        stack.enter_context(_arguments(["anchor-portal", *map(str, words)]))
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        code = _exit_code()
    return Outcome(code, out.buffer.getvalue(), err.buffer.getvalue().decode())  # type: ignore[attr-defined]


def run(url: str, *words: object, **environment: str) -> Outcome:
    """Run a command that must do what it was asked, without a warning."""
    outcome = run_command(url, *words, **environment)
    assert (outcome.code, outcome.errors) == (0, ""), outcome.errors
    return outcome


def refusal(url: str, *words: object, code: int = 1, **environment: str) -> str:
    """What a command says that must refuse; never a traceback, and nothing on standard output."""
    outcome = run_command(url, *words, **environment)
    assert (outcome.code, outcome.text) == (code, ""), outcome
    assert outcome.errors.endswith("\n") and "Traceback" not in outcome.errors
    return outcome.errors.removesuffix("\n")


def _exit_code() -> int:
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _arguments(words: list[str]) -> Iterator[None]:
    before, sys.argv = sys.argv, words
    try:
        yield
    finally:
        sys.argv = before
