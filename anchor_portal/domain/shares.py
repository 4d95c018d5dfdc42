"""Shares: how many out of how many, of those known. Reading them, and the percentage that follows."""

from decimal import ROUND_HALF_UP, Decimal

from anchor_portal.domain.numbers import Unreadable, plain, read_decimal
from anchor_portal.domain.parts import PLACES, Asking, Draft, Parts, Reading
from anchor_portal.domain.questionnaire import Question, Unit

COUNTS = ("numerator", "denominator", "unknown")
SHARE_PARTS = (*COUNTS, "basis", "percent")
BASES = {"actual": "Actual", "estimate": "Estimate", "notional": "Notional"}


def read_share(question: Question, typed: Parts, asking: Asking) -> Reading:
    """Both counts, or a bare percentage; the percentage of two counts is derived and not kept."""
    draft = Draft(question)
    draft.refuse_unknown(typed, ("percent", "basis") if question.percent_only else SHARE_PARTS)
    if not set(typed) - {"basis"}:
        return draft.reading()
    for part in COUNTS:
        if part in typed and not question.percent_only:
            _read_count(draft, part, typed[part])
    if "basis" in typed:
        _read_basis(draft, typed["basis"])
    if "percent" in typed:
        _read_percent(draft, typed["percent"])
    _check_counts(draft)
    return draft.reading()


def _read_count(draft: Draft, part: str, typed: str) -> None:
    unit = draft.question.unit or Unit.PEOPLE
    label = getattr(draft.question, f"{part}_label") or part.capitalize()
    try:
        number = read_decimal(typed, places=PLACES[unit], what=label, sign="£" if unit is Unit.GBP else "")
        draft.parts[part] = f"{number:f}"
    except Unreadable as refusal:
        draft.refuse(part, typed, str(refusal))


def _read_basis(draft: Draft, typed: str) -> None:
    if typed.strip() in BASES:
        draft.parts["basis"] = typed.strip()
    else:
        draft.refuse("basis", typed, f"{draft.question.short}: the basis must be actual, estimate or notional")


def _read_percent(draft: Draft, typed: str) -> None:
    try:
        number = read_decimal(typed, places=2, what="The percentage", sign="%")
        if number > 100:
            raise Unreadable("The percentage cannot be above 100")
        draft.parts["percent"] = plain(number)
    except Unreadable as refusal:
        draft.refuse("percent", typed, str(refusal))


def _check_counts(draft: Draft) -> None:
    if draft.problems:
        return
    parts, short = draft.parts, draft.question.short
    given = {part for part in ("numerator", "denominator") if part in parts}
    if len(given) == 1 or ("unknown" in parts and not given):
        missing = "denominator" if "numerator" in given else "numerator"
        draft.blame(missing, f"{short}: give both counts, or neither and a percentage alone")
    elif given and Decimal(parts["numerator"]) > Decimal(parts["denominator"]):
        draft.blame(
            "numerator",
            f"{short}: the part ({parts['numerator']}) cannot be more than the whole ({parts['denominator']})",
        )
    elif given and "percent" in parts:
        _check_percent(draft, parts.pop("percent"))


def _check_percent(draft: Draft, stated: str) -> None:
    derived = percent_of(draft.parts)
    places = -Decimal(stated).as_tuple().exponent if "." in stated else 0  # type: ignore[operator]
    if derived is None or round_half_up(derived, places) != Decimal(stated):
        draft.refuse(
            "percent", stated, f"{draft.question.short}: the percentage follows from the two counts, so leave it out"
        )


def percent_of(parts: Parts) -> Decimal | None:
    """The percentage of a sound share, from its counts or as stated; None without one or with a whole of zero."""
    if "numerator" in parts and "denominator" in parts:
        whole = Decimal(parts["denominator"])
        return Decimal(parts["numerator"]) * 100 / whole if whole else None
    return Decimal(parts["percent"]) if "percent" in parts else None


def round_half_up(number: Decimal, places: int) -> Decimal:
    """Rounded as people round: halves upwards."""
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
