"""How each kind of answer is said in words, and the order of its parts in an export."""

from datetime import date
from decimal import Decimal

from anchor_portal.domain.answers.evidence import SHOWN_DIGITS
from anchor_portal.domain.answers.numbers import find_number, plain, say_date
from anchor_portal.domain.answers.parts import Asking, Level, Parts, item_numbers
from anchor_portal.domain.answers.reading import (
    CASE_STUDY_PARTS,
    FILE_PARTS,
    ITEM_PARTS,
    LEVEL_COLUMNS,
    SIGNOFF_PARTS,
    YES_NO,
)
from anchor_portal.domain.answers.shares import BASES, SHARE_PARTS, percent_of, round_half_up
from anchor_portal.domain.questionnaire.version import Question, Unit

Lines = tuple[str, ...]


def say_amount(text: str, unit: Unit | None) -> str:
    """A canonical number with thousands separators and its unit: "£1,234,567.50", "812.5 FTE", "1,290".

    What could not be read is said as it was typed.
    """
    number = find_number(text)
    if number is None:
        return text
    if unit is Unit.GBP:
        return f"£{number:,.2f}"
    return f"{say_number(number)} FTE" if unit is Unit.FTE else say_number(number)


def say_number(number: Decimal) -> str:
    """With thousands separators, without trailing zeros: "1,290", "812.5"."""
    whole, mark, decimals = plain(number).partition(".")
    return f"{int(whole):,}{mark}{decimals}"


def say_percent(number: Decimal) -> str:
    """A percentage with at most one decimal: "62.9%"."""
    return f"{plain(round_half_up(number, 1))}%"


def say_share(question: Question, parts: Parts, asking: Asking) -> Lines:
    """ "812 of 1,290 (62.9%)", what is not known, and the basis unless it is actual as usual."""
    lines = []
    if "numerator" in parts or "denominator" in parts:
        lines.append(_say_counts(question, parts))
    elif "percent" in parts:
        lines.append(f"{parts['percent']}%" + ("" if question.percent_only else " (percentage only)"))
    if find_number(parts.get("unknown", "0")) != 0:
        lines.append(f"Not known: {say_amount(parts['unknown'], question.unit)}")
    basis = parts.get("basis", question.default_basis)
    if lines and {basis, question.default_basis} != {"actual"}:
        lines.append(BASES.get(basis, basis))
    return tuple(lines)


def _say_counts(question: Question, parts: Parts) -> str:
    amounts = [say_amount(parts.get(part, "(blank)"), question.unit) for part in ("numerator", "denominator")]
    percent = percent_of({part: text for part, text in parts.items() if part != "percent"})
    return " of ".join(amounts) + (f" ({say_percent(percent)})" if percent is not None else "")


def say_plain(question: Question, parts: Parts, asking: Asking) -> Lines:
    """The value as it is."""
    return (parts[""],) if "" in parts else ()


def say_number_answer(question: Question, parts: Parts, asking: Asking) -> Lines:
    """The number with its unit."""
    return (say_amount(parts[""], question.unit),) if "" in parts else ()


def say_date_answer(question: Question, parts: Parts, asking: Asking) -> Lines:
    """The date in words."""
    return (say_day(parts[""]),) if "" in parts else ()


def say_day(text: str) -> str:
    """A canonical date in words; what is none as it was typed."""
    try:
        return say_date(date.fromisoformat(text))
    except ValueError:
        return text


def say_narrative(question: Question, parts: Parts, asking: Asking) -> Lines:
    """The text, a line for each of its lines."""
    return tuple(parts[""].split("\n")) if "" in parts else ()


def say_choice(question: Question, parts: Parts, asking: Asking) -> Lines:
    """The label of the option chosen, and the reason where one goes with it."""
    labels = {option.code: option.label for option in (*YES_NO, *asking.options(question))}
    chosen = (labels.get(parts[""], parts[""]),) if "" in parts else ()
    return (*chosen, *_reason(parts))


def _reason(parts: Parts) -> Lines:
    return (f"Reason: {parts['reason']}",) if "reason" in parts else ()


def say_choices(question: Question, parts: Parts, asking: Asking) -> Lines:
    """The labels of all options chosen."""
    return tuple(option.label for option in asking.options(question) if option.code in parts)


def say_levels(question: Question, parts: Parts, asking: Asking) -> Lines:
    """A line for each row that was filled in, and the reason for a sum that differs.

    An earlier answer may have been given by the levels of another kind of organisation.
    """
    levels = (*asking.levels, *asking.other_levels)
    lines = [line for level in levels if (line := _say_level(level, parts))]
    return (*lines, *_reason(parts)) if lines else ()


def _say_level(level: Level, parts: Parts) -> str:
    cells = {words: parts.get(f"{level.code}.{column}") for column, words in LEVEL_COLUMNS.items()}
    said = [f"{say_amount(cell, None)} {words}" for words, cell in cells.items() if cell is not None]
    return f"{level.name}: {', '.join(said)}" if said else ""


def items_of(parts: Parts, names: tuple[str, ...]) -> list[dict[str, str]]:
    """Repeated parts gathered by item: [{"title": …, "story": …}, …]."""
    return [
        {name: parts[cell] for name in names if (cell := f"{number}.{name}") in parts}
        for number in item_numbers(parts, names)
    ]


def say_case_studies(question: Question, parts: Parts, asking: Asking) -> Lines:
    """For each case study its title, its story, and what it is about."""
    lines: list[str] = []
    places = {option.code: option.label for option in asking.places}
    for item in items_of(parts, CASE_STUDY_PARTS):
        about = [f"Pledge {item['pledge']}"] if "pledge" in item else []
        about += [places.get(item["place"], item["place"])] if "place" in item else []
        about += ["may be published" if item.get("publish") == "yes" else "not for publication"]
        lines += [item.get("title", ""), *item.get("story", "").split("\n"), "; ".join(about)]
    return tuple(lines)


def say_files(question: Question, parts: Parts, asking: Asking) -> Lines:
    """For each piece of evidence its caption, its link or the file's name and first digits of its hash, and its date."""
    return tuple(say_file(item) for item in items_of(parts, FILE_PARTS))


def say_file(item: Parts) -> str:
    """One piece of evidence in words."""
    day = f" ({say_day(item['about'])})" if "about" in item else ""
    caption = f"{item['caption']}: " if "caption" in item else ""
    return f"{caption}{item.get('link') or _say_name(item)}{day}"


def _say_name(item: Parts) -> str:
    digits = f" [SHA-256 {item['digest'][:SHOWN_DIGITS]}]" if "digest" in item else ""
    return f"{item.get('name', item.get('file', ''))}{digits}"


def say_signoff(question: Question, parts: Parts, asking: Asking) -> Lines:
    """Who signed, in which role, when."""
    signed = ", ".join(parts[part] for part in ("name", "role") if part in parts)
    lines = (signed, say_day(parts.get("date", "")))
    return tuple(line for line in lines if line)


def order_one(question: Question, parts: Parts, asking: Asking) -> Lines:
    """The one part without a name."""
    return tuple(part for part in ("",) if part in parts)


def order_share(question: Question, parts: Parts, asking: Asking) -> Lines:
    """Counts, basis, and the percentage where it stands alone."""
    return tuple(part for part in SHARE_PARTS if part in parts)


def order_choices(question: Question, parts: Parts, asking: Asking) -> Lines:
    """In the order of the options."""
    return tuple(option.code for option in asking.options(question) if option.code in parts)


def order_levels(question: Question, parts: Parts, asking: Asking) -> Lines:
    """Row by row, column by column."""
    cells = (f"{level.code}.{column}" for level in asking.levels for column in LEVEL_COLUMNS)
    return tuple(cell for cell in cells if cell in parts)


def order_items(question: Question, parts: Parts, asking: Asking) -> Lines:
    """Item by item, each with its parts in the order of the format."""
    names = ITEM_PARTS[question.kind]
    cells = (f"{number}.{name}" for number in item_numbers(parts, names) for name in names)
    return tuple(cell for cell in cells if cell in parts)


def order_signoff(question: Question, parts: Parts, asking: Asking) -> Lines:
    """Name, role, date."""
    return tuple(part for part in SIGNOFF_PARTS if part in parts)
