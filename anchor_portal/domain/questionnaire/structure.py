"""How a question is asked, beyond its words: what changed of it from one version to another, in sentences."""

from collections.abc import Callable, Iterator

from anchor_portal.domain.answers.text import all_of
from anchor_portal.domain.questionnaire.questions import Question
from anchor_portal.domain.questionnaire.words import (
    KINDS,
    NEEDS,
    UNITS,
    codes_and_labels,
    say_asked_of,
    say_show_if,
)

Say = Callable[[Question], str]
_REASONS = {"no_public_buildings": "no public buildings", "not_nhs_provider": "not an NHS provider"}
_BASES = {"actual": "actual figures", "estimate": "estimates", "notional": "notional figures"}


def _counts(question: Question) -> str:
    return "the percentage alone" if question.percent_only else "the counts"


def _year(question: Question) -> str:
    if question.financial_year:
        return "the financial year to date, compared with the same month a year before"
    return "the day or period of the round"


def _unanswerable(question: Question) -> str:
    reasons = [_REASONS[code] for code in question.not_applicable]
    return f"for a reason: {all_of(reasons)}" if reasons else "in no case"


_ASPECTS: tuple[tuple[str, Say], ...] = (
    ("It is asked as {}; before, as {}.", lambda q: KINDS[q.kind]),
    ("It counts {}; before, {}.", lambda q: UNITS[q.unit] if q.kind in {"share", "number"} else ""),
    ("It asks for {}; before, for {}.", lambda q: _counts(q) if q.kind == "share" else ""),
    ("It is about {}; before, about {}.", lambda q: _year(q) if q.kind == "share" else ""),
    (
        "Answers are {}; before, they were {}.",
        lambda q: ("added up" if q.pooled else "never added up") if q.kind == "share" else "",
    ),
    ("Figures are taken to be {}; before, {}.", lambda q: _BASES[q.default_basis] if q.kind == "share" else ""),
    ("It is asked of {}; before, of {}.", say_asked_of),
    ("It is shown {}; before, {}.", lambda q: say_show_if(q.show_if)),
    ("It {}; before, it {}.", lambda q: NEEDS[q.need]),
    ("“Not applicable” can be said {}; before, {}.", _unanswerable),
    (
        "It can be at most {}; before, {}.",
        lambda q: f"{q.maximum:,}" if q.maximum is not None else "as large as one likes",
    ),
    ("It cannot exceed {}; before, {}.", lambda q: q.at_most or "nothing else"),
    (
        "It takes {} characters; before, {}.",
        lambda q: f"{q.max_length:,}" if q.kind in {"narrative", "case_studies"} else "",
    ),
    ("It takes up to {}; before, {}.", lambda q: f"{q.max_items}" if q.kind in {"case_studies", "files"} else ""),
    ("Its answers come from {}; before, from {}.", lambda q: q.options_from and "a table" or "the questionnaire"),
    ("It is checked with {}; before, with {}.", lambda q: q.check or "nothing more than its kind"),
)
"""Each aspect of how a question is asked: the sentence of a change, and its words; "" where it has no meaning."""


def changes_of_structure(before: Question, after: Question) -> Iterator[str]:
    """A sentence for each way in which a question is asked differently; none where only words changed."""
    if before.section != after.section:
        yield f"It stands in the section “{after.section}”; before, in “{before.section}”."
    for sentence, say in _ASPECTS:
        now, then = say(after), say(before)
        if now != then and now and then:
            yield sentence.format(now, then)
    yield from _changes_of_options(before, after)


def _changes_of_options(before: Question, after: Question) -> Iterator[str]:
    old, new = codes_and_labels(before), codes_and_labels(after)
    if not old or not new:
        return
    came = [f"“{label}”" for code, label in new.items() if code not in old]
    went = [f"“{label}”" for code, label in old.items() if code not in new]
    if came:
        yield f"New {_answers(came)}: {all_of(came)}."
    if went:
        yield f"No longer {'an answer' if len(went) == 1 else 'answers'}: {all_of(went)}."


def _answers(listed: list[str]) -> str:
    return "answer" if len(listed) == 1 else "answers"
