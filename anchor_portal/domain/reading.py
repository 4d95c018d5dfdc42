"""How each kind of question is read: what was typed becomes canonical text, or is kept with a sentence beside it."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from urllib.parse import urlsplit

from anchor_portal.domain.numbers import Unreadable, read_date, read_decimal
from anchor_portal.domain.parts import PLACES, Asking, Draft, Parts, Reading
from anchor_portal.domain.questionnaire import Option, Question, Unit
from anchor_portal.domain.text import clean_line, clean_text

YES_NO = (Option("yes", "Yes"), Option("no", "No"))
LEVEL_COLUMNS = ("ethnic_minority", "white", "not_stated")
CASE_STUDY_PARTS = ("title", "story", "pledge", "place", "publish")
FILE_PARTS = ("link", "caption", "about")
SIGNOFF_PARTS = ("name", "role", "date")
LONGEST_LINE = 200
"""Characters of a title, a name, a caption."""
LONGEST_LINK = 2000


def _one(question: Question, typed: Parts, read: Callable[[str], str]) -> Reading:
    """A kind with one value, in the part without a name."""
    draft = Draft(question)
    draft.refuse_unknown(typed, ("",))
    if "" in typed:
        _read_part(draft, "", typed[""], read)
    return draft.reading()


def _read_part(draft: Draft, part: str, typed: str, read: Callable[[str], str]) -> None:
    try:
        draft.parts[part] = read(typed)
    except Unreadable as refusal:
        draft.refuse(part, typed, str(refusal))


def read_number(question: Question, typed: Parts, asking: Asking) -> Reading:
    """One number in the question's unit, up to its maximum."""
    unit = question.unit or Unit.PEOPLE

    def read(text: str) -> str:
        number = read_decimal(text, places=PLACES[unit], what=question.short, sign="£" if unit is Unit.GBP else "")
        if question.maximum is not None and number > question.maximum:
            raise Unreadable(f"{question.short} must be {question.maximum:,} or less")
        return f"{number:f}"

    return _one(question, typed, read)


def _code_among(options: tuple[Option, ...], what: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        code = text.strip()
        if code not in {option.code for option in options}:
            raise Unreadable(f"{what}: choose one of {', '.join(option.code for option in options)}")
        return code

    return read


def read_choice(question: Question, typed: Parts, asking: Asking) -> Reading:
    """The code of one option."""
    return _one(question, typed, _code_among(asking.options(question), question.short))


def read_yes_no(question: Question, typed: Parts, asking: Asking) -> Reading:
    """`yes` or `no`."""
    return _one(question, typed, _code_among(YES_NO, question.short))


def read_choices(question: Question, typed: Parts, asking: Asking) -> Reading:
    """A part for each option chosen, its value `yes`."""
    draft = Draft(question)
    draft.refuse_unknown(typed, tuple(option.code for option in asking.options(question)))
    for option in asking.options(question):
        if option.code not in typed:
            continue
        if typed[option.code].strip() == "yes":
            draft.parts[option.code] = "yes"
        else:
            draft.refuse(
                option.code, typed[option.code], f"{question.short}: {option.label} can only be “yes”, or left out"
            )
    return draft.reading()


def _past_date(what: str, today: date) -> Callable[[str], str]:
    def read(text: str) -> str:
        day = read_date(text, what=what)
        if day > today:
            raise Unreadable(f"{what} cannot be in the future")
        if day.year < 1900:
            raise Unreadable(f"{what} must be after 1900")
        return day.isoformat()

    return read


def read_date_answer(question: Question, typed: Parts, asking: Asking) -> Reading:
    """A day up to today, as 2026-06-30."""
    return _one(question, typed, _past_date(question.short, asking.today))


def read_year(question: Question, typed: Parts, asking: Asking) -> Reading:
    """A year of four digits, 2000 to 2100."""

    def read(text: str) -> str:
        if not re.fullmatch(r"20[0-9]{2}|2100", text.strip()):
            raise Unreadable(f"{question.short} must be a year between 2000 and 2100, like 2040")
        return text.strip()

    return _one(question, typed, read)


def _read_address(text: str) -> str:
    address = clean_line(text)
    try:
        split = urlsplit(address)
    except ValueError:
        raise Unreadable("The link is not a web address that can be opened") from None
    if split.scheme not in {"http", "https"} or not split.netloc or " " in address:
        raise Unreadable("The link must be a whole web address that begins with https:// or http://")
    if len(address) > LONGEST_LINK:
        raise Unreadable(f"The link can be at most {LONGEST_LINK:,} characters long")
    return address


def read_link(question: Question, typed: Parts, asking: Asking) -> Reading:
    """A web address, http or https."""
    return _one(question, typed, _read_address)


def _text_up_to(length: int, what: str, clean: Callable[[str], str]) -> Callable[[str], str]:
    def read(typed: str) -> str:
        text = clean(typed)
        if len(text) > length:
            raise Unreadable(f"{what} must be {length:,} characters or fewer: it has {len(text):,}")
        return text

    return read


def read_narrative(question: Question, typed: Parts, asking: Asking) -> Reading:
    """Text up to the question's length in characters; a text that is all white space is blank."""
    reading = _one(question, typed, _text_up_to(question.max_length, question.short, clean_text))
    return Reading({part: text for part, text in reading.parts.items() if text}, reading.problems)


def read_levels(question: Question, typed: Parts, asking: Asking) -> Reading:
    """Counts of people by row and column; a row that is begun needs both known columns."""
    draft = Draft(question)
    known = tuple(f"{level.code}.{column}" for level in asking.levels for column in LEVEL_COLUMNS)
    draft.refuse_unknown(typed, known)
    for part in known:
        if part in typed:
            _read_part(draft, part, typed[part], _count_of_people(part, asking))
    for level in asking.levels:
        _check_row(draft, level.code, level.name)
    return draft.reading()


def _count_of_people(part: str, asking: Asking) -> Callable[[str], str]:
    row, column = part.split(".")
    name = next(level.name for level in asking.levels if level.code == row)
    what = f"{name}, {column.replace('_', ' ')},"
    return lambda text: f"{read_decimal(text, places=0, what=what):f}"


def _check_row(draft: Draft, row: str, name: str) -> None:
    filled = {column for column in LEVEL_COLUMNS if f"{row}.{column}" in draft.parts}
    for column in ("ethnic_minority", "white"):
        if filled and column not in filled:
            draft.blame(
                f"{row}.{column}", f"{name}: fill in “{column.replace('_', ' ')}” too, with 0 where there is nobody"
            )


def _items(typed: Parts, names: tuple[str, ...], draft: Draft) -> list[dict[str, str]]:
    """Repeated parts like 1.title gathered by item, renumbered from 1; blank items fall away."""
    found: dict[int, dict[str, str]] = {}
    for part, text in typed.items():
        number, _, name = part.partition(".")
        if re.fullmatch(r"[1-9][0-9]{0,2}", number) and name in names:
            found.setdefault(int(number), {})[name] = text
        else:
            draft.refuse(part, text, f"{draft.question.short} has no part “{part[:60]}”")
    items = [found[number] for number in sorted(found)]
    if len(items) > draft.question.max_items:
        draft.blame("", f"{draft.question.short}: give at most {draft.question.max_items}")
    return items


def _read_items(draft: Draft, items: list[dict[str, str]], readers: Mapping[str, Callable[[str], str]]) -> None:
    for number, item in enumerate(items, start=1):
        for name, read in readers.items():
            if name in item:
                _read_part(draft, f"{number}.{name}", item[name], read)


def _need(draft: Draft, count: int, name: str, message: str) -> None:
    for number in range(1, count + 1):
        if f"{number}.{name}" not in draft.parts:
            draft.blame(f"{number}.{name}", message.format(number=number))


def read_case_studies(question: Question, typed: Parts, asking: Asking) -> Reading:
    """Case studies with title and story; permission to publish counts only where it is `yes`."""
    draft = Draft(question)
    items = _items(typed, CASE_STUDY_PARTS, draft)
    pledges = tuple(Option(str(number), "") for number in range(1, 8))
    readers = {
        "title": _text_up_to(LONGEST_LINE, "The title", clean_line),
        "story": _text_up_to(question.max_length, "The story", clean_text),
        "pledge": _code_among(pledges, "Pledge"),
        "place": _code_among(asking.places, "Place"),
        "publish": _code_among(YES_NO, "Permission to publish"),
    }
    _read_items(draft, items, readers)
    _need(draft, len(items), "title", "Case study {number} needs a title")
    _need(draft, len(items), "story", "Case study {number} needs its story")
    return draft.reading()


def read_files(question: Question, typed: Parts, asking: Asking) -> Reading:
    """Evidence as links, each with a caption and the date that it is about."""
    draft = Draft(question)
    items = _items(typed, FILE_PARTS, draft)
    readers = {
        "link": _read_address,
        "caption": _text_up_to(LONGEST_LINE, "The caption", clean_line),
        "about": _past_date("The date that it is about", asking.today),
    }
    _read_items(draft, items, readers)
    _need(draft, len(items), "link", "Evidence {number} needs its link")
    return draft.reading()


def read_signoff(question: Question, typed: Parts, asking: Asking) -> Reading:
    """Name, role and date of the senior person who signs; all three or none."""
    draft = Draft(question)
    draft.refuse_unknown(typed, SIGNOFF_PARTS)
    readers = {
        "name": _text_up_to(LONGEST_LINE, "The name", clean_line),
        "role": _text_up_to(LONGEST_LINE, "The role", clean_line),
        "date": _past_date("The date of signing", asking.today),
    }
    for part in SIGNOFF_PARTS:
        if part in typed:
            _read_part(draft, part, typed[part], readers[part])
    for part in SIGNOFF_PARTS:
        if typed and part not in draft.parts:
            draft.blame(
                part,
                f"Sign-off: give the {part} of the person who signs" if part != "date" else "Sign-off: give the date",
            )
    return draft.reading()
