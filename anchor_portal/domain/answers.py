"""One answer: read as typed, said in words, and put into the order of an export.

An answer is a mapping from part to canonical text, the parts of the interchange format; a blank answer is empty.
What cannot be read is kept as typed, with a problem beside it, and counts as unanswered.
"""

from anchor_portal.domain.kinds import KINDS
from anchor_portal.domain.parts import (
    REASONS,
    SIDE_PARTS,
    STATES,
    Asking,
    Draft,
    Parts,
    Reading,
    is_blank,
    is_state,
)
from anchor_portal.domain.questionnaire import Kind, Question
from anchor_portal.domain.text import clean_text

ALWAYS_LAST = ("state", "reason", "explanation")
LONGEST_SIDE = 1000
"""Characters of a reason or an explanation."""


def read_answer(question: Question, typed: Parts, asking: Asking) -> Reading:
    """The answer that was typed or imported, part by part, canonical where it is readable."""
    filled = {part: text for part, text in typed.items() if text.strip()}
    side = Draft(question)
    if question.kind is not Kind.SIGNOFF:
        _read_side(filled, side)
    core = {part: text for part, text in filled.items() if part not in ALWAYS_LAST or question.kind is Kind.SIGNOFF}
    if "state" in side.parts and _only_defaults(question, core):
        return side.reading()
    if "state" in side.parts:
        side.blame("state", _both(question))
    reading = KINDS[question.kind].read(question, core, asking)
    return Reading(reading.parts | side.parts, (*reading.problems, *side.problems))


def _read_side(filled: Parts, side: Draft) -> None:
    for part in ALWAYS_LAST:
        if part in filled:
            side.parts[part] = clean_text(filled[part])
    if "state" in filled:
        _check_state(side)
    for part in SIDE_PARTS & side.parts.keys():
        if len(side.parts[part]) > LONGEST_SIDE:
            side.blame(part, f"{side.question.short}: the {part} can be at most {LONGEST_SIDE:,} characters long")


def _check_state(side: Draft) -> None:
    short, state = side.question.short, side.parts["state"]
    if state not in STATES:
        side.blame("state", f"{short}: the state must be not_applicable or not_known")
    elif state == "not_applicable" and not side.question.not_applicable:
        side.blame("state", f"{short}: give an answer, or say that it is not known and why")
    elif side.parts.get("reason", "other") == "other":
        side.blame("reason", f"{short}: say why this is {STATES[state].lower()}")


def _both(question: Question) -> str:
    return f"{question.short}: either give an answer, or say that it is not known or not applicable, but not both"


def _only_defaults(question: Question, core: Parts) -> bool:
    """A form always posts the basis of a share: on its own it is no answer."""
    return not core or (question.kind is Kind.SHARE and set(core) <= {"basis"})


def say_answer(question: Question, parts: Parts, asking: Asking) -> tuple[str, ...]:
    """The answer in words, one line or more; a blank answer has none."""
    if is_blank(parts):
        return ()
    if is_state(parts):
        return (f"{STATES.get(parts['state'], parts['state'])}: {say_reason(parts.get('reason', ''))}",)
    return KINDS[question.kind].say(question, parts, asking)


def say_reason(reason: str) -> str:
    """A picked reason in words, or the words that were written."""
    return REASONS.get(reason, reason) or "no reason given"


def order_parts(question: Question, parts: Parts, asking: Asking) -> tuple[str, ...]:
    """The answer's parts in the order of exports: the kind's own, then state, reason and explanation."""
    own = KINDS[question.kind].order(question, parts, asking)
    return (*own, *(part for part in ALWAYS_LAST if part in parts))
