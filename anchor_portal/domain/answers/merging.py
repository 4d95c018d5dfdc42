"""Two people in one section: whose answer stands, question by question, and where somebody has to choose."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from anchor_portal.domain.answers.parts import Answers, Parts
from anchor_portal.domain.questionnaire.version import Section

NOTHING = "-"
"""The mark of a question without an answer."""
Marks = Mapping[str, str]
_IN_ORDER = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


@dataclass(frozen=True, slots=True)
class Merged:
    """What stands after both: `fresh` in all, `taken` keys where the other's change was kept beside one's own,
    `conflicts` keys that both changed, each its own way; of these `fresh` holds what one typed oneself."""

    fresh: dict[str, Parts]
    taken: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


def mark_of(parts: Parts) -> str:
    """A short mark of an answer, the same for the same parts in whatever order."""
    if not parts:
        return NOTHING
    return sha256(_IN_ORDER(dict(parts)).encode()).hexdigest()[:10]


def marks_of(keys: Iterable[str], stored: Answers) -> dict[str, str]:
    """The marks of some questions as they are stored."""
    return {key: mark_of(stored.get(key, {})) for key in keys}


def write_marks(marks: Marks) -> str:
    """Marks as one line for a form: what was stored when its page was opened."""
    return " ".join(f"{key}={mark}" for key, mark in marks.items())


def stamp_of(section: Section, stored: Answers) -> str:
    """The marks of a section's questions as they are stored, as one line."""
    return write_marks(marks_of((question.key for question in section.questions), stored))


def read_marks(line: str) -> dict[str, str]:
    """The marks in such a line; what is no mark is passed over."""
    pairs = (word.partition("=") for word in line.split())
    return {key: mark for key, equals, mark in pairs if equals}


def merge(keys: Iterable[str], opened: Marks, mine: Answers, stored: Answers) -> Merged:
    """What one typed on a page that was opened with the marks `opened`, beside what is stored by now.

    Where only one of the two changed an answer, that change stands; where both did, and not to the same, it is a
    conflict. A question without a mark counts as blank when the page was opened.
    """
    fresh: dict[str, Parts] = {}
    taken, conflicts = [], []
    for key in keys:
        typed, theirs, before = mine.get(key, {}), stored.get(key, {}), opened.get(key, NOTHING)
        stands = typed
        if typed != theirs and mark_of(theirs) != before:
            if mark_of(typed) == before:
                stands = theirs
                taken.append(key)
            else:
                conflicts.append(key)
        if stands:
            fresh[key] = stands
    return Merged(fresh, tuple(taken), tuple(conflicts))
