"""One line of a file of a register, read: what it says, and what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from anchor_portal.domain.answers.numbers import Unreadable, read_date, read_decimal, say_date
from anchor_portal.domain.answers.text import excerpt
from anchor_portal.domain.register.columns import FIELD_WORDS, Field
from anchor_portal.domain.register.file import UNREADABLE
from anchor_portal.domain.register.holdings import (
    LONGEST_EVIDENCE,
    LONGEST_LEVEL,
    HoldingRefused,
    check_days,
    find_kind,
)
from anchor_portal.domain.register.identifiers import SCHEMES, IdentifierRefused, read_identifier, read_org_id
from anchor_portal.domain.register.names import LONGEST_NAME, calm_name, plain
from anchor_portal.domain.sectors import SECTOR_OF_ONE, SECTORS

EARLIEST = 1800
"""The first year that any date of a register can have."""
MOST_EMPLOYEES = 2_000_000
_SECTOR_WORDS = {
    "charity": "vcse",
    "registered charity": "vcse",
    "voluntary": "vcse",
    "voluntary sector": "vcse",
    "vcfse": "vcse",
    "vcse": "vcse",
    "local authority": "council",
    "nhs": "nhs-trust",
    "trust": "nhs-trust",
    "nhs foundation trust": "nhs-trust",
    "nhs provider": "nhs-trust",
    "icb": "nhs-icb",
    "housing": "housing",
    "housing provider": "housing",
    "registered provider": "housing",
    "business": "company",
    "private": "company",
    "private sector": "company",
    "gp": "primary-care",
}
_SECTORS = {
    **_SECTOR_WORDS,
    **{plain(code): code for code in SECTORS},
    **{plain(words): code for code, words in SECTORS.items()},
    **{plain(words): code for code, words in SECTOR_OF_ONE.items()},
}


@dataclass(frozen=True, slots=True)
class HeldLine:
    """What a line says that its organisation signed, earned or takes part in."""

    kind: str
    since: date
    until: date | None = None
    level: str = ""
    evidence: str = ""


@dataclass(slots=True)
class Line:
    """A line as read; `problems` are sentences, and nothing of a line that has one is taken."""

    name: str = ""
    printed_name: str = ""
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    codes: dict[str, str] = field(default_factory=dict)
    sector: str = ""
    main_place: str = ""
    works_in: tuple[str, ...] = ()
    headcount: int | None = None
    joined_on: date | None = None
    left_on: date | None = None
    closed_on: date | None = None
    is_part: bool = False
    note: str = ""
    held: HeldLine | None = None
    problems: list[str] = field(default_factory=list)


def read_line(cells: Mapping[str, str], places: Mapping[str, str], today: date, kind: str | None = None) -> Line:
    """Read a line. `places` are GSS codes by name and by code, as `plain`; with `kind` ("" for what the line says) it
    must say what is held, and since when."""
    return _Reader(cells, places, today).read(kind)


class _Reader:
    """Reads one line, and gathers what is wrong with it."""

    def __init__(self, cells: Mapping[str, str], places: Mapping[str, str], today: date) -> None:
        self.cells, self.places, self.today = cells, places, today
        self.line = Line()

    def read(self, kind: str | None) -> Line:
        line = self.line
        line.name = self._name(Field.NAME)
        if not line.name:
            self._refuse("It has no name")
        line.printed_name = self._name(Field.PRINTED_NAME)
        line.aliases, line.former_names = self._names(Field.ALSO_KNOWN_AS), self._names(Field.FORMER_NAME)
        line.codes = dict(self._codes())
        line.sector = self._sector()
        line.main_place = self._place(self.cells.get(Field.MAIN_PLACE, ""))
        line.works_in = self._works_in()
        line.headcount = self._headcount()
        line.joined_on, line.left_on = self._day(Field.JOINED_ON), self._day(Field.LEFT_ON)
        if line.joined_on and line.left_on and line.left_on < line.joined_on:
            self._refuse("It left the framework before it joined")
        line.closed_on = self._day(Field.CLOSED_ON)
        line.is_part = self.cells.get(Field.PART_OF, "0") not in {"", "0"}
        line.note = self.cells.get(Field.NOTE, "")
        if kind is not None:
            self._read_held(kind)
        return line

    def _refuse(self, sentence: str) -> None:
        self.line.problems.append(sentence)

    def _name(self, field_: str) -> str:
        return self._check_name(self.cells.get(field_, ""))

    def _check_name(self, name: str) -> str:
        if UNREADABLE in name:
            self._refuse(f"“{excerpt(name)}” has a character that was lost when the file was saved")
        elif len(name) > LONGEST_NAME:
            self._refuse(f"“{excerpt(name)}” is longer than {LONGEST_NAME} characters")
        elif name and not plain(name):
            self._refuse(f"“{excerpt(name)}” has neither letters nor digits")
        return calm_name(name)

    def _names(self, field_: str) -> tuple[str, ...]:
        names = (name.strip() for name in self.cells.get(field_, "").split(";"))
        return tuple(dict.fromkeys(self._check_name(name) for name in names if name))

    def _codes(self) -> Iterator[tuple[str, str]]:
        for scheme in SCHEMES:
            if typed := self.cells.get(scheme, ""):
                try:
                    yield scheme, read_identifier(scheme, typed)
                except IdentifierRefused as refusal:
                    self._refuse(str(refusal))
        if typed := self.cells.get(Field.ORG_ID, ""):
            try:
                yield read_org_id(typed)
            except IdentifierRefused as refusal:
                self._refuse(str(refusal))

    def _sector(self) -> str:
        typed = self.cells.get(Field.SECTOR, "")
        sector = _SECTORS.get(plain(typed), "")
        if typed and not sector:
            self._refuse(f"“{excerpt(typed)}” is not a sector of the register")
        return sector

    def _place(self, typed: str) -> str:
        if not typed:
            return ""
        code = self.places.get(plain(typed), "")
        if not code:
            self._refuse(f"“{excerpt(typed)}” is none of the places of the partnership")
        return code

    def _works_in(self) -> tuple[str, ...]:
        typed = self.cells.get(Field.WORKS_IN, "")
        if plain(typed) in {"all", "everywhere"}:
            return tuple(sorted(set(self.places.values())))
        parts = (part.strip() for part in typed.replace("|", ";").split(";"))
        return tuple(dict.fromkeys(code for part in parts if part and (code := self._place(part))))

    def _headcount(self) -> int | None:
        if not (typed := self.cells.get(Field.HEADCOUNT, "")):
            return None
        try:
            return int(read_decimal(typed, places=0, what="The headcount", most=MOST_EMPLOYEES))
        except Unreadable as refusal:
            self._refuse(f"{refusal}, not “{excerpt(typed)}”")
            return None

    def _day(self, field_: Field) -> date | None:
        if not (typed := self.cells.get(field_, "")):
            return None
        try:
            day = read_day(typed)
        except Unreadable:
            self._refuse(f"“{excerpt(typed)}” is not a date: {FIELD_WORDS[field_].lower()} needs one like 2026-06-30")
            return None
        if not EARLIEST <= day.year <= self.today.year + 50:
            self._refuse(f"{say_date(day)} cannot be: {FIELD_WORDS[field_].lower()}")
        return day

    def _read_held(self, chosen: str) -> None:
        """What is held: by the line's own words, else as was chosen for the whole file."""
        words = self.cells.get(Field.KIND, "")
        kind = chosen or find_kind(words)
        since, until = self._day(Field.SINCE), self._day(Field.UNTIL)
        if kind is None and words:
            self._refuse(f"“{excerpt(words)}” is no charter or award that the register knows")
        elif kind is None:
            self._refuse("It does not say which charter or award it is about")
        if since is None and not self.cells.get(Field.SINCE):
            self._refuse("It does not say since when")
        if kind is None or since is None:
            return
        try:
            check_days(kind, since, until, self.today)
        except HoldingRefused as refusal:
            self._refuse(str(refusal))
        level, evidence = self.cells.get(Field.LEVEL, ""), self.cells.get(Field.EVIDENCE, "")
        self.line.held = HeldLine(kind, since, until, level[:LONGEST_LEVEL], evidence[:LONGEST_EVIDENCE])


def read_day(typed: str) -> date:
    """A date as lists write it: 2026-06-30, with a time or without, 20260630, 30/06/2026, 30 June 2026. Raises Unreadable."""
    text = typed.split("T")[0] if typed[:4].isdecimal() else typed
    first, _, rest = text.partition(" ")
    if rest and ":" in rest and not any(sign.isalpha() for sign in rest):
        text = first
    if len(text) == 8 and text.isascii() and text.isdecimal():
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return read_date(text)
