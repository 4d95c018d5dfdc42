"""How each kind of answer is said in words, and the order of its parts in an export."""

from datetime import date
from decimal import Decimal

from anchor_portal.domain.numbers import plain, say_date
from anchor_portal.domain.parts import Asking, Parts
from anchor_portal.domain.questionnaire import Question, Unit
from anchor_portal.domain.reading import CASE_STUDY_PARTS, FILE_PARTS, LEVEL_COLUMNS, SIGNOFF_PARTS, YES_NO
from anchor_portal.domain.shares import BASES, SHARE_PARTS, percent_of, round_half_up

Lines = tuple[str, ...]


def say_amount(text: str, unit: Unit | None) -> str:
    """A canonical number with thousands separators and its unit: "£1,234,567.50", "812.5 FTE", "1,290"."""
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    if unit is Unit.GBP:
        return f"£{number:,.2f}"
    grouped = f"{number:,}"
    if "." in grouped:
        grouped = grouped.rstrip("0").rstrip(".")
    return f"{grouped} FTE" if unit is Unit.FTE else grouped


def say_percent(number: Decimal) -> str:
    """A percentage with at most one decimal: "62.9%"."""
    return f"{plain(round_half_up(number, 1))}%"


def say_share(question: Question, parts: Parts, asking: Asking) -> Lines:
    """ "812 of 1,290 (62.9%)", what is not known, and the basis unless it is actual."""
    lines = []
    if "numerator" in parts and "denominator" in parts:
        amounts = [say_amount(parts[part], question.unit) for part in ("numerator", "denominator")]
        lines.append(" of ".join(amounts) + _percent_in_brackets(parts))
    elif "percent" in parts:
        lines.append(f"{parts['percent']}% (percentage only)" if not question.percent_only else f"{parts['percent']}%")
    if parts.get("unknown", "").strip("0."):
        lines.append(f"Not known: {say_amount(parts['unknown'], question.unit)}")
    if parts.get("basis", "actual") != "actual":
        lines.append(BASES.get(parts["basis"], parts["basis"]))
    return tuple(lines)


def _percent_in_brackets(parts: Parts) -> str:
    try:
        percent = percent_of(parts)
    except ArithmeticError:
        return ""
    return f" ({say_percent(percent)})" if percent is not None else ""


def say_plain(question: Question, parts: Parts, asking: Asking) -> Lines:
    """The value as it is."""
    return (parts[""],) if "" in parts else ()


def say_number(question: Question, parts: Parts, asking: Asking) -> Lines:
    """The number with its unit."""
    return (say_amount(parts[""], question.unit),) if "" in parts else ()


def say_date_answer(question: Question, parts: Parts, asking: Asking) -> Lines:
    """The date in words."""
    return (_say_day(parts[""]),) if "" in parts else ()


def _say_day(text: str) -> str:
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
    reason = (f"Reason: {parts['reason']}",) if "reason" in parts else ()
    return (labels.get(parts.get("", ""), parts.get("", "")), *reason)


def say_choices(question: Question, parts: Parts, asking: Asking) -> Lines:
    """The labels of all options chosen."""
    return tuple(option.label for option in asking.options(question) if option.code in parts)


def say_levels(question: Question, parts: Parts, asking: Asking) -> Lines:
    """A line for each row that was filled in, and the reason for a sum that differs."""
    lines = [line for level in asking.levels if (line := _say_row(level.code, level.name, parts))]
    return (*lines, *((f"Reason: {parts['reason']}",) if "reason" in parts else ()))


def _say_row(code: str, name: str, parts: Parts) -> str:
    cells = [parts.get(f"{code}.{column}") for column in LEVEL_COLUMNS]
    if all(cell is None for cell in cells):
        return ""
    words = ("ethnic minority", "white", "not stated")
    said = [f"{say_amount(cell, None)} {word}" for cell, word in zip(cells, words, strict=True) if cell is not None]
    return f"{name}: {', '.join(said)}"


def items_of(parts: Parts, names: tuple[str, ...]) -> list[dict[str, str]]:
    """Repeated parts gathered by item: [{"title": …, "story": …}, …]."""
    found: dict[int, dict[str, str]] = {}
    for part, text in parts.items():
        number, _, name = part.partition(".")
        if number.isdigit() and name in names:
            found.setdefault(int(number), {})[name] = text
    return [found[number] for number in sorted(found)]


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
    """For each piece of evidence its caption, link and date."""
    lines = []
    for item in items_of(parts, FILE_PARTS):
        day = f" ({_say_day(item['about'])})" if "about" in item else ""
        caption = f"{item['caption']}: " if "caption" in item else ""
        lines.append(f"{caption}{item.get('link', '')}{day}")
    return tuple(lines)


def say_signoff(question: Question, parts: Parts, asking: Asking) -> Lines:
    """Who signed, in which role, when."""
    signed = [parts[part] for part in ("name", "role") if part in parts]
    return (", ".join(signed), *((_say_day(parts["date"]),) if "date" in parts else ()))


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
    names = FILE_PARTS if question.kind.value == "files" else CASE_STUDY_PARTS
    numbers = sorted({int(part.partition(".")[0]) for part in parts if part.partition(".")[0].isdigit()})
    cells = (f"{number}.{name}" for number in numbers for name in names)
    return tuple(cell for cell in cells if cell in parts)


def order_signoff(question: Question, parts: Parts, asking: Asking) -> Lines:
    """Name, role, date."""
    return tuple(part for part in SIGNOFF_PARTS if part in parts)
