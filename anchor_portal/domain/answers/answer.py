"""One answer: read as typed, said in words, and put into the order of an export.

An answer is a mapping from part to canonical text, the parts of the interchange format; a blank answer is empty.
What cannot be read is kept as typed, with a problem beside it, and counts as unanswered.
"""

from anchor_portal.domain.answers.kinds import KINDS
from anchor_portal.domain.answers.parts import (
    REASONS,
    STATES,
    Asking,
    Draft,
    Parts,
    Reading,
    is_blank,
    is_state,
)
from anchor_portal.domain.answers.text import any_of, clean_text, excerpt
from anchor_portal.domain.questionnaire.version import Kind, Question

ALWAYS_LAST = ("state", "reason", "explanation")
LONGEST_SIDE = 1000
"""Characters of a reason or an explanation."""


def read_answer(question: Question, typed: Parts, asking: Asking) -> Reading:
    """The answer that was typed or imported, part by part, canonical where it is readable."""
    filled = {part: text for part, text in asking.asked(question, typed).items() if clean_text(text)}
    beside = () if question.kind is Kind.SIGNOFF else ALWAYS_LAST
    side = _read_side(question, {part: filled[part] for part in beside if part in filled})
    core = {part: text for part, text in filled.items() if part not in beside}
    if "state" in side.parts and _only_defaults(question, core):
        return side.reading()
    if "state" in side.parts:
        side.blame("state", _both(question))
    reading = KINDS[question.kind].read(question, core, asking)
    return Reading(reading.parts | side.parts, (*reading.problems, *side.problems))


def _read_side(question: Question, typed: Parts) -> Draft:
    side = Draft(question, {part: clean_text(text).strip() for part, text in typed.items()})
    if "state" in typed:
        _check_state(side)
    for part in ("reason", "explanation"):
        length = len(side.parts.get(part, ""))
        if length > LONGEST_SIDE:
            words = f"the {part} must be {LONGEST_SIDE:,} characters or fewer, and it has {length:,}"
            side.blame(part, f"{question.short}: {words}")
    return side


def _check_state(side: Draft) -> None:
    short, state = side.question.short, side.parts["state"]
    if state not in STATES:
        offered = any_of([f"“{words}” ({code})" for code, words in STATES.items()])
        side.blame("state", f"{short}: say {offered}, not “{excerpt(state)}”")
    elif state == "not_applicable" and not side.question.not_applicable:
        words = "cannot be “not applicable”: give an answer, or say that it is not known and why"
        side.blame("state", f"{short} {words}")
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
    return KINDS[question.kind].say(question, parts, asking) or _as_typed(parts)


def _as_typed(parts: Parts) -> tuple[str, ...]:
    """What its kind has no words for: parts that the question has not, or has no more."""
    return tuple(f"{part}: {text}" if part else text for part, text in parts.items() if part not in ALWAYS_LAST)


def say_reason(reason: str) -> str:
    """A picked reason in words, or the words that were written."""
    return REASONS.get(reason, reason) or "no reason given"


def order_parts(question: Question, parts: Parts, asking: Asking) -> tuple[str, ...]:
    """The answer's parts in the order of exports: the kind's own, then state, reason and explanation."""
    own = KINDS[question.kind].order(question, parts, asking)
    return (*own, *(part for part in ALWAYS_LAST if part in parts))
