"""Temporary files without a name: whoever is killed while one is written leaves nothing of it behind."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO

PREFIX = "anchor-portal-"


@contextmanager
def open_scratch() -> Iterator[tuple[IO[bytes], Path]]:
    """A file, open for writing, and a path under which it can be read until it is closed.

    Where the system has no such files it has a name, and is removed when it is closed.
    """
    if sys.platform == "linux":
        with TemporaryFile(prefix=PREFIX) as file:
            yield file, Path(f"/proc/self/fd/{file.fileno()}")
    else:
        with NamedTemporaryFile(prefix=PREFIX) as named:
            yield named.file, Path(named.name)
