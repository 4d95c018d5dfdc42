"""Case studies out of the answers of a return, and when one may stand in the library."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.answers.reading import CASE_STUDY_PARTS
from anchor_portal.domain.answers.saying import items_of
from anchor_portal.domain.register.names import plain

QUESTION = "p7.case_studies"
NO_PLEDGE = 7
"""A case study that names no pledge is an answer to the seventh, which asks for it."""
LONGEST_SLUG = 60
LONGEST_LEAD = 200


@dataclass(frozen=True, slots=True)
class Study:
    """One case study of a return; `place` is the code of a place, or empty. `number` counts them from 1."""

    number: int
    title: str
    story: str
    pledge: int
    place: str
    is_permitted: bool

    @property
    def key(self) -> str:
        """What names the same case study in other revisions and rounds of the same organisation."""
        return key_of(self.title)


def key_of(title: str) -> str:
    """A title as titles are compared: without capitals, accents and punctuation."""
    return plain(title) or title


def studies_in(answers: Answers) -> tuple[Study, ...]:
    """Those with a title and a story. Permission counts only where it says yes."""
    items = items_of(answers.get(QUESTION, {}), CASE_STUDY_PARTS)
    return tuple(
        _study(number, item) for number, item in enumerate(items, 1) if item.get("title") and item.get("story")
    )


def _study(number: int, item: Mapping[str, str]) -> Study:
    pledge = item.get("pledge", "")
    return Study(
        number,
        item["title"],
        item["story"],
        int(pledge) if pledge.isascii() and pledge.isdigit() else NO_PLEDGE,
        item.get("place", ""),
        item.get("publish") == "yes",
    )


@dataclass(frozen=True, slots=True)
class InLibrary:
    """A case study that is, or was, in the library, as far as it decides about others."""

    key: str
    withdrawn_on: date | None = None


def may_be_published(study: Study, permitted_on: date, known: Iterable[InLibrary]) -> bool:
    """Whether it is new to the library: permitted, not in it, and not withdrawn since that permission was given."""
    same = [each for each in known if each.key == study.key]
    return study.is_permitted and all(each.withdrawn_on and each.withdrawn_on < permitted_on for each in same)


def permitted_since(key: str, revisions: Iterable[tuple[date, Iterable[Study]]]) -> date | None:
    """Since when a return permits a case study without a break; None where it does not.

    `revisions` are those of the return that were signed, the newest first, each with its day. Who signs a correction that
    only repeats a yes permits nothing anew.
    """
    since = None
    for signed_on, told in revisions:
        if not any(study.key == key and study.is_permitted for study in told):
            break
        since = signed_on
    return since


def loses_permission(key: str, told: Iterable[Study], *, is_same_return: bool) -> bool:
    """Whether a case study in the library loses its permission when a return that tells these is accepted.

    A return that says no, or a correction of its own return that no longer tells it; another round that is silent
    about it takes nothing back.
    """
    same = [study for study in told if study.key == key]
    return not any(study.is_permitted for study in same) if same else is_same_return


def slug_of(title: str, taken: Iterable[str]) -> str:
    """An address for a case study: its title in plain letters, with a number where that is taken."""
    bare = re.sub(r"[^a-z0-9]+", "-", plain(title))[:LONGEST_SLUG].strip("-") or "case-study"
    used = set(taken)
    number, slug = 1, bare
    while slug in used:
        number += 1
        slug = f"{bare}-{number}"
    return slug


def lead_of(story: str) -> str:
    """The beginning of a story, up to the end of a sentence or a word: at most 200 characters."""
    text = " ".join(story.split())
    if len(text) <= LONGEST_LEAD:
        return text
    cut = text[:LONGEST_LEAD]
    sentence = re.match(r".*[.!?](?= )", cut)
    return sentence[0] if sentence and len(sentence[0]) > 60 else cut.rpartition(" ")[0].rstrip(",;: ") + "…"
