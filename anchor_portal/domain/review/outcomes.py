"""Outcomes of the seven pledges as a reviewer gives them: read, and asked for where one is missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from anchor_portal.domain.answers.text import all_of, clean_text
from anchor_portal.domain.pledges import NUMBERS, OUTCOME_NAMES, PLEDGES, Outcome

MOST_NOTE = 1000
"""Characters of the sentence beside an outcome."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a reviewer found about one pledge, with a sentence to the organisation that may be empty."""

    outcome: Outcome
    note: str = ""


def read_outcomes(typed: Mapping[str, str]) -> dict[int, Found]:
    """The outcomes of a form with boxes `outcome-1` to `outcome-7` and `note-1` to `note-7`; unknown ones are none."""
    chosen = {number: typed.get(f"outcome-{number}", "") for number in NUMBERS}
    return {
        number: Found(Outcome(code), clean_text(typed.get(f"note-{number}", "")).strip())
        for number, code in chosen.items()
        if code in set(Outcome)
    }


def not_evidenced(found: Mapping[int, Found]) -> frozenset[int]:
    """The pledges on which the Assembly found nothing evidenced yet."""
    return frozenset(number for number, each in found.items() if each.outcome is Outcome.NOT_YET_EVIDENCED)


def missing_outcomes(found: Mapping[int, Found]) -> list[int]:
    """The pledges that have no outcome yet, in their order."""
    return [number for number in NUMBERS if number not in found]


def ask_for(missing: list[int]) -> str:
    """A sentence that names the pledges without an outcome; empty where every pledge has one."""
    if not missing:
        return ""
    if len(missing) == len(NUMBERS):
        return "Choose an outcome for each of the seven pledges before you accept the return"
    words = "pledge" if len(missing) == 1 else "pledges"
    return f"Choose an outcome for {words} {all_of([str(number) for number in missing])} before you accept the return"


def say_outcomes(found: Mapping[int, Found]) -> str:
    """A line for each pledge, for a message: "1. Real living wage…: Met. The note."."""
    lines = []
    for number, each in sorted(found.items()):
        note = f". {each.note}" if each.note else ""
        lines.append(f"{number}. {PLEDGES[number]}: {OUTCOME_NAMES[each.outcome]}{note}")
    return "\n".join(lines)
