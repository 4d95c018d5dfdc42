"""The audit as a chain: each entry carries the digest of the one before it, so that a change or a removal shows.

What a chain alone cannot show: entries cut off at its end, and a chain that somebody made anew from some entry on. For
the first the portal keeps number and digest of the last entry apart; against somebody who can change all of the
database, both help only together with a mark that lies elsewhere: in the portal's log, in an export, on paper.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is stored; `position` counts from 1."""

    position: int
    at: datetime
    who: str
    action: str
    subject: str
    detail: str
    address: str
    previous: str
    digest: str

    def __str__(self) -> str:
        return f"entry {self.position} (“{self.action}” by {self.who}, {self.at:%Y-%m-%d %H:%M} UTC)"


@dataclass(frozen=True, slots=True)
class Mark:
    """Number and digest of an entry, as somebody noted them: `1204:3f2a…`."""

    position: int
    digest: str

    def __str__(self) -> str:
        return f"{self.position}:{self.digest}"


NOTHING = Mark(0, "")
"""Where a chain begins."""


def digest_of(entry: Entry) -> str:
    """SHA-256 over everything that an entry says and the digest before it, as JSON in this order."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    said = [entry.previous, entry.position, at, entry.who, entry.action, entry.subject, entry.detail, entry.address]
    return sha256(
        json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    ).hexdigest()


def read_mark(text: str) -> Mark:
    """A mark as it was noted. Raises ValueError with a sentence."""
    found = re.fullmatch(r"\s*([0-9]{1,18}):([0-9a-f]{64})\s*", text)
    if not found:
        raise ValueError("A mark is the number of an entry, a colon and its digest of 64 signs, like 1204:3f2a…")
    return Mark(int(found[1]), found[2])


def find_faults(entries: Iterable[Entry], head: Mark | None, marks: Iterable[Mark] = (), most: int = 5) -> list[str]:
    """What is wrong with a chain, whose entries come in order; nothing where it is whole.

    `head` is the last entry as the portal keeps it apart, `marks` what somebody noted of entries, whenever it was.
    """
    return list(islice(_faults(entries, head, {mark.position: mark for mark in marks}), most))


def _faults(entries: Iterable[Entry], head: Mark | None, marks: Mapping[int, Mark]) -> Iterator[str]:
    last, left = NOTHING, dict(marks)
    for entry in entries:
        yield from _faults_of(entry, last)
        mark = left.pop(entry.position, None)
        if mark and mark.digest != entry.digest:
            yield f"{entry} is not the one that was noted with this number: the chain was made anew before or at it"
        last = Mark(entry.position, entry.digest)
    yield from (f"entry {position}, which was noted, is not there" for position in sorted(left))
    yield from _faults_at_the_end(last, head)


def _faults_of(entry: Entry, last: Mark) -> Iterator[str]:
    missing = entry.position - last.position - 1
    if missing:
        yield f"{_say(last.position + 1, entry.position - 1)} missing before {entry}"
    elif entry.previous != last.digest:
        yield f"{entry} does not follow from the one before it: entry {last.position or 1} was replaced"
    if digest_of(entry) != entry.digest:
        yield f"{entry} was changed after it was written"


def _faults_at_the_end(last: Mark, head: Mark | None) -> Iterator[str]:
    if head is None:
        yield "the note of the last entry is missing"
    elif head.position > last.position:
        yield f"{_say(last.position + 1, head.position)} missing at the end"
    elif head != last:
        yield f"the last entry is {last.position}, but the note says {head.position or 'none'}"


def _say(first: int, last: int) -> str:
    return f"entry {first} is" if first == last else f"entries {first} to {last} are"
