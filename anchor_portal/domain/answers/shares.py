"""Shares: how many out of how many, of those known. Reading them, and the percentage that follows."""

from decimal import ROUND_HALF_UP, Decimal

from anchor_portal.domain.answers.numbers import Unreadable, find_number, plain, read_decimal
from anchor_portal.domain.answers.parts import Asking, Draft, Parts, Reader, Reading
from anchor_portal.domain.answers.reading import amount_reader
from anchor_portal.domain.answers.text import any_of, excerpt
from anchor_portal.domain.questionnaire.version import Question

COUNTS = ("numerator", "denominator", "unknown")
SHARE_PARTS = (*COUNTS, "basis", "percent")
BASES = {"actual": "Actual", "estimate": "Estimate", "notional": "Notional"}


def read_share(question: Question, typed: Parts, asking: Asking) -> Reading:
    """Both counts, or a bare percentage; the percentage of two counts is derived and not kept."""
    draft = Draft(question)
    readers = _readers(question)
    draft.refuse_unknown(typed, list(readers))
    if set(typed) <= {"basis"}:
        return draft.reading()
    for part, reader in readers.items():
        if part in typed:
            draft.read(part, typed[part], reader)
    if draft.problems:
        _check_whole(draft)
    else:
        _check_counts(draft)
    return draft.reading()


def _readers(question: Question) -> dict[str, Reader]:
    """The reader of each part, in the order of exports."""
    what = {part: f"{question.short}: “{label_of(question, part)}”" for part in COUNTS}
    counts = {} if question.percent_only else {part: amount_reader(question.unit, what[part]) for part in COUNTS}
    return counts | {"basis": _basis_reader(question.short), "percent": _percent_reader(question.short)}


def label_of(question: Question, part: str) -> str:
    """The words beside the box of a count."""
    labels = (question.numerator_label, question.denominator_label, question.unknown_label)
    return dict(zip(COUNTS, labels, strict=True))[part]


def _basis_reader(short: str) -> Reader:
    def read(text: str) -> str:
        if text.strip() not in BASES:
            offered = any_of([f"“{code}”" for code in BASES])
            raise Unreadable(f"{short}: say how you know the figures: {offered}, not “{excerpt(text)}”")
        return text.strip()

    return read


def _percent_reader(short: str) -> Reader:
    return lambda text: plain(read_decimal(text, places=2, what=f"{short}: the percentage", sign="%", most=100))


def _check_counts(draft: Draft) -> None:
    parts, question = draft.parts, draft.question
    missing = [part for part in ("numerator", "denominator") if part not in parts]
    if len(missing) == 1 or (missing and "unknown" in parts):
        wanted = f"“{label_of(question, missing[0])}”" if len(missing) == 1 else "both counts"
        draft.blame(missing[0], f"{question.short}: fill in {wanted} too, or give a percentage alone")
    elif not missing and not _check_whole(draft) and "percent" in parts:
        _check_percent(draft, parts.pop("percent"))


def _check_whole(draft: Draft) -> bool:
    """Blame a part that is more than its whole, where both can be read; whether it is."""
    part, whole = (find_number(draft.parts.get(name)) for name in ("numerator", "denominator"))
    if part is None or whole is None or part <= whole:
        return False
    named, other = (_with_label(draft, name) for name in ("numerator", "denominator"))
    draft.blame("numerator", f"{draft.question.short}: {named} cannot be more than {other}: correct one of them")
    return True


def _with_label(draft: Draft, part: str) -> str:
    return f"“{label_of(draft.question, part)}” ({Decimal(draft.parts[part]):,})"


def _check_percent(draft: Draft, stated: str) -> None:
    """A percentage that agrees with the counts, to its own decimals, is left out; another is refused."""
    derived = percent_of(draft.parts)
    places = len(stated.partition(".")[2])
    if derived is None or round_half_up(derived, places) != Decimal(stated):
        gives = "none" if derived is None else f"{plain(round_half_up(derived, 2))}%"
        words = f"{stated}% does not follow from the two counts, which give {gives}: leave the percentage out"
        draft.refuse("percent", stated, f"{draft.question.short}: {words}")


def percent_of(parts: Parts) -> Decimal | None:
    """The percentage of a share, from its counts or as stated; None without one or with a whole of zero."""
    part, whole, stated = (find_number(parts.get(name)) for name in ("numerator", "denominator", "percent"))
    if part is None or whole is None:
        return stated
    return part * 100 / whole if whole else None


def round_half_up(number: Decimal, places: int) -> Decimal:
    """Rounded as people round: halves upwards."""
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
