"""Where elements stood in pages that the strict parser found nothing wrong with, as all processes of a run found it."""

import json
import os
from pathlib import Path

from tests.engines import shared_folder
from tests.shapes import Place


class Sound:
    """Places that are known to be sound; each process writes down what it finds, and reads what the others found."""

    def __init__(self) -> None:
        self._places: set[Place] = set()
        self._read: dict[Path, int] = {}

    def holds(self, places: set[Place]) -> bool:
        """Whether all of these are known."""
        if not places <= self._places:
            self._listen()
        return places <= self._places

    def add(self, places: set[Place]) -> None:
        """Take these in, and tell the others."""
        new = places - self._places
        self._places |= new
        if (folder := shared_folder()) and new:
            with (folder / f"sound-{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(sorted(new)) + "\n")

    def _listen(self) -> None:
        folder = shared_folder()
        for path in folder.glob("sound-*.jsonl") if folder else ():
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                whole, end, _ = file.read().rpartition(b"\n")  # a line that is being written is read the next time
            self._read[path] = self._read.get(path, 0) + len(whole + end)
            self._places.update(
                (within, after, name) for line in whole.splitlines() for within, after, name in json.loads(line)
            )
