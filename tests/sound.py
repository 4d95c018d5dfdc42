"""What was looked at and found sound, as all processes of a run found it: places of elements, and how text looks."""

import json
import os
from collections.abc import Hashable
from pathlib import Path
from typing import Any

from tests.engines import shared_folder


class Sound:
    """Places that are known to be sound; each process writes down what it finds, and reads what the others found.

    A place is a number, a text or a tuple of these, the same in every process.
    """

    def __init__(self, name: str = "sound") -> None:
        self._name = name
        self._places: set[Hashable] = set()
        self._read: dict[Path, int] = {}

    @property
    def all(self) -> set[Hashable]:
        """All that is known by now."""
        self._listen()
        return self._places

    def holds(self, places: set[Any]) -> bool:
        """Whether all of these are known."""
        if not places <= self._places:
            self._listen()
        return places <= self._places

    def add(self, places: set[Any]) -> None:
        """Take these in, and tell the others."""
        new = places - self._places
        self._places |= new
        if (folder := shared_folder()) and new:
            with (folder / f"{self._name}-{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(sorted(new)) + "\n")

    def _listen(self) -> None:
        folder = shared_folder()
        for path in folder.glob(f"{self._name}-*.jsonl") if folder else ():
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                whole, end, _ = file.read().rpartition(b"\n")  # a line that is being written is read the next time
            self._read[path] = self._read.get(path, 0) + len(whole + end)
            self._places.update(
                tuple(each) if isinstance(each, list) else each
                for line in whole.splitlines()
                for each in json.loads(line)
            )
