"""What people do at several hosts while one is killed and the database goes away; each counts what was acknowledged."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from threading import Event, Thread

from tests.hostile import picture
from tests.hosts.balancing import Visitor
from tests.kills.people import Answer, Cut, value_of
from tests.kills.traffic import OPEN

PAUSE = 0.05
"""Seconds after something went wrong until it is tried again; a person would take more."""
BOX = "p1.narrative:"


class Away(Exception):
    """The portal said, in its own clothes, that it cannot reach what it needs."""


class Worker:
    """Somebody who does one thing after another in a thread, and again where something went wrong."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.acknowledged = self.refused = self.unknown = 0
        self.fault = ""
        """What must not happen at all."""
        self._over = Event()
        self._thread = Thread(target=self._work, daemon=True)

    def turn(self) -> None:
        """Do the next thing. Raises Away, or Cut where it is not known whether it was done."""
        raise NotImplementedError

    def expect(self, answer: Answer, status: int) -> None:
        """Raise Away for a 503, and AssertionError for any other answer than the one that is due."""
        if answer.status == 503:
            assert "<h1" in answer.text and "database" in answer.text, "a bare 503"
            raise Away
        assert answer.status == status, f"{type(self).__name__}: {answer.status} {answer.title}"

    def begin(self) -> None:
        """Start."""
        self._thread.start()

    def end(self) -> None:
        """Finish what was begun."""
        self._over.set()
        self._thread.join(60)
        self.visitor.hang_up()

    def _work(self) -> None:
        while not self._over.is_set() and not self.fault:
            try:
                self.turn()
            except Away:
                self.refused += 1
                time.sleep(PAUSE)
            except Cut:
                self.unknown += 1
                time.sleep(PAUSE)
            except Exception as wrong:
                self.fault = repr(wrong)


class Saver(Worker):
    """Opens a section at one host and saves it at another, again and again; each save has the next number."""

    def __init__(self, visitor: Visitor, slug: str) -> None:
        super().__init__(visitor)
        self.path = f"/returns/{OPEN}/{slug}/sections/pledge-1"
        self.kept = self.sent = self.said_lost = self.found_all_the_same = 0

    def turn(self) -> None:
        """Read what is stored, which must be what was acknowledged last or sent since; then save."""
        form = self.look()
        self.sent += 1
        answer = self.visitor.post(self.path, {**form, BOX: f"Save {self.sent}", "then": "later"})
        if answer.status == 503:
            self.said_lost = self.sent
        self.expect(answer, 302)
        self.kept, self.acknowledged = self.sent, self.acknowledged + 1

    def look(self) -> dict[str, str]:
        """The section as one of the hosts shows it; notes where less is there than was acknowledged."""
        page = self.visitor.get(self.path)
        self.expect(page, 200)
        form = page.form("seen")
        words = form[BOX]
        found = int(words.removeprefix("Save ")) if words.startswith("Save ") else 0
        assert self.kept <= found <= self.sent, f"save {self.kept} was acknowledged, {found} is there"
        if found and found == self.said_lost:
            self.found_all_the_same, self.said_lost = self.found_all_the_same + 1, 0
        return form


class Uploader(Worker):
    """Hands in one file after another; contents go to the store that all hosts share."""

    def __init__(self, visitor: Visitor, slug: str) -> None:
        super().__init__(visitor)
        self.slug = slug
        self.digests: dict[str, str] = {}
        """The SHA-256 of each file that was acknowledged, by its identifier."""
        self._number = 0

    def turn(self) -> None:
        """Hand in a small picture, no two of which are the same."""
        page = self.visitor.get(f"/returns/{OPEN}/{self.slug}/sections/pledge-3")
        self.expect(page, 200)
        fields = {"csrf_token": page.form("seen")["csrf_token"], "number": "1"}
        self._number += 1
        content = picture(size=(4 + self._number % 50, 4 + self._number // 50))
        path = f"/returns/{OPEN}/{self.slug}/evidence/p3.evidence"
        answer = self.visitor.upload(path, fields, f"picture {self._number}.png", content)
        self.expect(answer, 200)
        self.digests[value_of(answer, r'value=\\"([0-9a-f]{32})\\"')] = sha256(content).hexdigest()
        self.acknowledged += 1


@contextmanager
def at_work(everybody: Sequence[Worker]) -> Iterator[None]:
    """All of them at once."""
    for each in everybody:
        each.begin()
    try:
        yield
    finally:
        for each in everybody:
            each.end()
