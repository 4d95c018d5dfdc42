"""How each kind of question is read: what was typed becomes canonical text, or is kept with a sentence beside it."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from urllib.parse import urlsplit

from anchor_portal.domain.answers.evidence import is_digest, is_file_id, safe_name
from anchor_portal.domain.answers.numbers import LARGEST, Unreadable, read_date, read_decimal
from anchor_portal.domain.answers.parts import (
    PLACES,
    Asking,
    Draft,
    Level,
    Parts,
    Reader,
    Reading,
    is_item,
    item_numbers,
)
from anchor_portal.domain.answers.text import any_of, clean_line, clean_text, excerpt
from anchor_portal.domain.questionnaire.version import Kind, Option, Question, Unit

YES_NO = (Option("yes", "Yes"), Option("no", "No"))
LEVEL_COLUMNS = {"ethnic_minority": "ethnic minority", "white": "White", "not_stated": "not stated"}
"""The columns of the levels table by code, with their words."""
CASE_STUDY_PARTS = ("title", "story", "pledge", "place", "publish")
FILE_PARTS = ("link", "file", "name", "digest", "caption", "about")
"""An item of evidence is a link, or a file with its name and the SHA-256 of its content, which the portal fills in."""
ITEM_PARTS = {Kind.CASE_STUDIES: CASE_STUDY_PARTS, Kind.FILES: FILE_PARTS}
SIGNOFF_PARTS = ("name", "role", "date")
LONGEST_LINE = 200
"""Characters of a title, a name, a caption."""
LONGEST_LINK = 2000
_PLEDGES = tuple(Option(str(number), str(number)) for number in range(1, 8))


def _one(question: Question, typed: Parts, reader: Reader) -> Reading:
    """A kind with one value, in the part without a name."""
    draft = Draft(question)
    draft.refuse_unknown(typed, ("",))
    if "" in typed:
        draft.read("", typed[""], reader)
    return draft.reading()


def amount_reader(unit: Unit | None, what: str, most: int | None = None) -> Reader:
    """Read a number in a unit, whole where there is none, from 0 to `most`."""
    places = PLACES[unit or Unit.PEOPLE]
    sign = "£" if unit is Unit.GBP else ""
    limit = LARGEST if most is None else most
    return lambda text: f"{read_decimal(text, places=places, what=what, sign=sign, most=limit):f}"


def read_number(question: Question, typed: Parts, asking: Asking) -> Reading:
    """One number in the question's unit, up to its maximum."""
    return _one(question, typed, amount_reader(question.unit, question.short, question.maximum))


def _option_reader(options: tuple[Option, ...], what: str, wrong: str = "is not one of the answers") -> Reader:
    """Read the code of an option; the refusal names the options by label for people, by code for files."""

    def read(text: str) -> str:
        code = text.strip()
        if code not in {option.code for option in options}:
            raise Unreadable(f"{what}: “{excerpt(text)}” {wrong}. {_offered(options)}")
        return code

    return read


def _offered(options: tuple[Option, ...]) -> str:
    words = [each.code if each.label == each.code else f"“{each.label}” ({each.code})" for each in options]
    return f"Choose {any_of(words)}" if words else "There is nothing to choose from yet"


def read_choice(question: Question, typed: Parts, asking: Asking) -> Reading:
    """The code of one option."""
    return _one(question, typed, _option_reader(asking.options(question), question.short))


def read_yes_no(question: Question, typed: Parts, asking: Asking) -> Reading:
    """`yes` or `no`."""
    return _one(question, typed, _option_reader(YES_NO, question.short))


def read_choices(question: Question, typed: Parts, asking: Asking) -> Reading:
    """A part for each option chosen, its value `yes`."""
    draft = Draft(question)
    options = asking.options(question)
    draft.refuse_unknown(typed, [option.code for option in options])
    for option in options:
        if option.code in typed:
            draft.read(option.code, typed[option.code], _chosen_reader(f"{question.short}: “{option.label}”"))
    return draft.reading()


def _chosen_reader(what: str) -> Reader:
    def read(text: str) -> str:
        if text.strip() != "yes":
            raise Unreadable(f"{what} can only be “yes”, or left out where it was not chosen")
        return "yes"

    return read


def _past_date_reader(what: str, today: date) -> Reader:
    def read(text: str) -> str:
        day = read_date(text, what=what)
        if day > today:
            raise Unreadable(f"{what} cannot be in the future. Give today or a day before")
        if day.year < 1900:
            raise Unreadable(f"{what} must be in 1900 or later")
        return day.isoformat()

    return read


def read_date_answer(question: Question, typed: Parts, asking: Asking) -> Reading:
    """A day up to today, as 2026-06-30."""
    what = question.short if question.short.endswith("date") else f"{question.short}: the date"
    return _one(question, typed, _past_date_reader(what, asking.today))


def read_year(question: Question, typed: Parts, asking: Asking) -> Reading:
    """A year of four digits, 2000 to 2100."""

    def read(text: str) -> str:
        if not re.fullmatch(r"20[0-9]{2}|2100", text.strip()):
            raise Unreadable(f"{question.short} must be a year between 2000 and 2100, like 2040")
        return text.strip()

    return _one(question, typed, read)


def _link_reader(what: str) -> Reader:
    within_length = _text_reader(what, LONGEST_LINK, clean_line)

    def read(text: str) -> str:
        address = within_length(text)
        if not _is_web_address(address):
            raise Unreadable(f"{what} must be a whole web address that begins with https:// or http://")
        return address

    return read


def _is_web_address(address: str) -> bool:
    try:
        split = urlsplit(address)
        has_host = bool(split.hostname) and split.port != 0
    except ValueError:
        return False
    return has_host and split.scheme in {"http", "https"} and " " not in address


def read_link(question: Question, typed: Parts, asking: Asking) -> Reading:
    """A web address, http or https."""
    return _one(question, typed, _link_reader(question.short))


def _text_reader(what: str, longest: int, clean: Callable[[str], str]) -> Reader:
    def read(typed: str) -> str:
        text = clean(typed)
        if len(text) > longest:
            raise Unreadable(f"{what} must be {longest:,} characters or fewer, and it has {len(text):,}")
        return text

    return read


def read_narrative(question: Question, typed: Parts, asking: Asking) -> Reading:
    """Text up to the question's length in characters."""
    return _one(question, typed, _text_reader(question.short, question.max_length, clean_text))


def read_levels(question: Question, typed: Parts, asking: Asking) -> Reading:
    """Counts of people by row and column; a row that is begun needs both known columns."""
    draft = Draft(question)
    draft.refuse_unknown(typed, [f"{level.code}.{column}" for level in asking.levels for column in LEVEL_COLUMNS])
    for level in asking.levels:
        if any(f"{level.code}.{column}" in typed for column in LEVEL_COLUMNS):
            _read_level(draft, level, typed)
    return draft.reading()


def _read_level(draft: Draft, level: Level, typed: Parts) -> None:
    for column, words in LEVEL_COLUMNS.items():
        part = f"{level.code}.{column}"
        if part in typed:
            draft.read(part, typed[part], amount_reader(Unit.PEOPLE, f"{level.name}, {words},"))
        elif column != "not_stated":
            draft.blame(part, f"{level.name}: fill in “{words}” too, with 0 where there is nobody")


Readers = Mapping[str, Reader]


def _read_items(question: Question, typed: Parts, what: str, readers_of: Callable[[str], Readers]) -> Draft:
    """Repeated parts like 2.title, numbered from 1 without gaps; `what` and its number name an item in messages."""
    draft, names = Draft(question), ITEM_PARTS[question.kind]
    for part, text in typed.items():
        if not is_item(part, names):
            draft.refuse_part(part, text, f"use {any_of(names)} after a number, as in 1.{names[0]}")
    numbers = item_numbers(typed, names)
    for number, given in enumerate(numbers, start=1):
        readers = readers_of(f"{what} {number}")
        for name in names:
            if f"{given}.{name}" in typed:
                draft.read(f"{number}.{name}", typed[f"{given}.{name}"], readers[name])
    _refuse_too_many(draft, len(numbers))
    return draft


def _refuse_too_many(draft: Draft, count: int) -> None:
    most = draft.question.max_items
    if count > most:
        words = f"there are {count}, and there can be at most {most}. Take {count - most} away"
        draft.blame("", f"{draft.question.short}: {words}")


def _need(draft: Draft, what: str, name: str, demand: str) -> None:
    """Blame every item that lacks the part `name`."""
    for number in item_numbers(draft.parts, ITEM_PARTS[draft.question.kind]):
        if f"{number}.{name}" not in draft.parts:
            draft.blame(f"{number}.{name}", f"{what} {number}: {demand}")


def read_case_studies(question: Question, typed: Parts, asking: Asking) -> Reading:
    """Case studies with title and story; permission to publish counts only where it is `yes`."""

    def readers_of(what: str) -> Readers:
        return {
            "title": _text_reader(f"{what}: the title", LONGEST_LINE, clean_line),
            "story": _text_reader(f"{what}: the story", question.max_length, clean_text),
            "pledge": _option_reader(_PLEDGES, what, "is not one of the pledges"),
            "place": _option_reader(asking.places, what, "is not one of the places"),
            "publish": _option_reader(YES_NO, what, "does not say whether it may be published"),
        }

    draft = _read_items(question, typed, "Case study", readers_of)
    _need(draft, "Case study", "title", "give it a title")
    _need(draft, "Case study", "story", "tell its story")
    return draft.reading()


def read_files(question: Question, typed: Parts, asking: Asking) -> Reading:
    """Evidence as links and files, each with a caption and the date that it is about.

    Of files only the shape is read here; that a file is there, and this return's, is seen to before
    (services/evidence.with_files).
    """

    def readers_of(what: str) -> Readers:
        return {
            "link": _link_reader(f"{what}: the link"),
            "file": _shape_reader(is_file_id, f"{what}: this is not the identifier of a file"),
            "name": _shape_reader(lambda text: text == safe_name(text), f"{what}: the file’s name is not safe"),
            "digest": _shape_reader(is_digest, f"{what}: this is not the SHA-256 of a file"),
            "caption": _text_reader(f"{what}: the caption", LONGEST_LINE, clean_line),
            "about": _past_date_reader(f"{what}: the date", asking.today),
        }

    item = f"{question.short}, item"
    draft = _read_items(question, typed, item, readers_of)
    for number in item_numbers(draft.parts, FILE_PARTS):
        _check_file_item(draft, number, f"{item} {number}")
    return draft.reading()


def _check_file_item(draft: Draft, number: int, what: str) -> None:
    """Either a link, or a file that is known by name and digest."""
    given = {name for name in FILE_PARTS if f"{number}.{name}" in draft.parts}
    if not given & {"link", "file"}:
        draft.blame(f"{number}.link", f"{what}: give its link, or add a file instead")
    elif {"link", "file"} <= given:
        draft.blame(f"{number}.link", f"{what}: this is a file, so it has no link. Add the link as an item of its own")
    elif "file" in given and not {"name", "digest"} <= given:
        draft.blame(f"{number}.file", f"{what}: this file is not one of this return’s. Remove it, and add it again")
    elif "link" in given and given & {"name", "digest"}:
        draft.blame(f"{number}.link", f"{what}: a link has neither a file’s name nor its digest")


def _shape_reader(is_sound: Callable[[str], bool], wrong: str) -> Reader:
    def read(text: str) -> str:
        if not is_sound(text.strip()):
            raise Unreadable(wrong)
        return text.strip()

    return read


def read_signoff(question: Question, typed: Parts, asking: Asking) -> Reading:
    """Name, role and date of the senior person who signs; all three or none."""
    draft = Draft(question)
    draft.refuse_unknown(typed, SIGNOFF_PARTS)
    readers = {
        "name": _text_reader("Sign-off: the name", LONGEST_LINE, clean_line),
        "role": _text_reader("Sign-off: the role", LONGEST_LINE, clean_line),
        "date": _past_date_reader("Sign-off: the date", asking.today),
    }
    missing = {
        "name": "Sign-off: give the name of the person who signs",
        "role": "Sign-off: give the role of the person who signs",
        "date": "Sign-off: give the date of signing",
    }
    for part in SIGNOFF_PARTS:
        if part in typed:
            draft.read(part, typed[part], readers[part])
        elif typed:
            draft.blame(part, missing[part])
    return draft.reading()
