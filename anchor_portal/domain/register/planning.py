"""What each line of a file would do to the register: found by code or by name, new, not clear, or not taken."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.answers.text import all_of
from anchor_portal.domain.register.duplicates import LIKENESS_WORDS, Alike, Likeness, NameIndex, compare
from anchor_portal.domain.register.identifiers import SCHEMES
from anchor_portal.domain.register.lines import Line
from anchor_portal.domain.register.names import fold_name


class Verdict(StrEnum):
    """What would be done with a line."""

    NEW = "new"
    ADDS = "adds"
    ALIKE = "alike"
    RENAMED = "renamed"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    REPEATED = "repeated"
    CLOSED = "closed"
    SAME = "same"
    LEFT = "left"
    GONE = "gone"


VERDICT_WORDS = {
    Verdict.NEW: ("New", "organisations that are not in the register yet"),
    Verdict.ADDS: ("Adds something", "to an organisation that is in the register"),
    Verdict.ALIKE: ("May be there already", "under a name that is alike: you decide"),
    Verdict.RENAMED: ("Another name", "for a code that is in the register: you decide"),
    Verdict.WRONG: ("Wrong", "something in the line cannot be: not taken"),
    Verdict.UNKNOWN: ("Not in the register", "and the file is not to add organisations: not taken"),
    Verdict.REPEATED: ("Twice in the file", "the first of the lines counts"),
    Verdict.CLOSED: ("No longer there", "closed, merged, or part of another: not taken"),
    Verdict.SAME: ("Nothing new", "the register has all of it"),
    Verdict.LEFT: ("Left out", "as you decided"),
    Verdict.GONE: ("Removed meanwhile", "its organisation was taken out of the register: not taken"),
}
"""In the order of the page: what is done, what is to be decided, what is not done."""
TAKEN = frozenset({Verdict.NEW, Verdict.ADDS})
TO_DECIDE = frozenset({Verdict.ALIKE, Verdict.RENAMED})


class Decision(StrEnum):
    """What somebody decided about a line; `SAME` is followed by the organisation's identifier."""

    NONE = ""
    NEW = "new"
    LEAVE = "leave"
    RENAME = "rename"
    ALIAS = "alias"
    SAME = "same:"


@dataclass(slots=True)
class KnownOrganisation:
    """What a plan needs to know of an organisation in the register."""

    id: int
    slug: str
    name: str
    names: list[str]
    codes: dict[str, str] = field(default_factory=dict)
    filled: frozenset[str] = frozenset()
    merged_into: str = ""
    holdings: set[tuple[str, date]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done with a line: to which organisation, what it brings in words, and why not."""

    verdict: Verdict
    organisation_id: int | None = None
    why: str = ""


class Planner:
    """Plans one line after the other, and remembers those before.

    `own` are organisations that the same file brought: whether one is like another was asked before they were written.
    """

    def __init__(self, register: Iterable[KnownOrganisation], today: date, *, adds_organisations: bool = True) -> None:
        self.today, self.adds_organisations = today, adds_organisations
        self.known: dict[int, KnownOrganisation] = {}
        self.slugs: set[str] = set()
        self.own: set[int] = set()
        self.by_code: dict[tuple[str, str], int] = {}
        self.names = NameIndex()
        self._lines: dict[int, Line] = {}
        self._line_names = NameIndex()
        self._line_codes: dict[tuple[str, str], int] = {}
        self._planned: dict[tuple[int, str, str], int] = {}
        for organisation in register:
            self.know(organisation)

    def know(self, organisation: KnownOrganisation) -> None:
        """Know an organisation, or what is new of it."""
        self.known[organisation.id] = organisation
        self.slugs.add(organisation.slug)
        self.by_code.update({item: organisation.id for item in organisation.codes.items()})
        for name in organisation.names:
            self.names.add(organisation.id, name)

    def plan(self, number: int, line: Line, decision: str = "") -> Plan:
        """What line `number` of the file does."""
        if refused := self._refuse(line, decision):
            return refused
        if decision.startswith(Decision.SAME):
            text = decision.removeprefix(Decision.SAME)
            return self._to(int(text), line, number) if self._knows(text) else Plan(Verdict.GONE, None, GONE)
        return self._by_code(number, line, decision) or self._by_name(number, line, decision)

    def _knows(self, text: str) -> bool:
        return text.isascii() and text.isdigit() and int(text) in self.known

    def _refuse(self, line: Line, decision: str) -> Plan | None:
        if line.problems:
            return Plan(Verdict.WRONG, None, ". ".join(line.problems))
        if decision == Decision.LEAVE:
            return Plan(Verdict.LEFT)
        if line.is_part:
            return Plan(Verdict.CLOSED, None, "Part of another organisation, under that one's number")
        if line.closed_on and line.closed_on <= self.today:
            return Plan(Verdict.CLOSED, None, f"Closed on {say_date(line.closed_on)}")
        return None

    def _by_code(self, number: int, line: Line, decision: str) -> Plan | None:
        found = {self.by_code[item] for item in line.codes.items() if item in self.by_code}
        if len(found) > 1:
            whose = all_of(sorted(self.known[each].name for each in found))
            return Plan(Verdict.WRONG, None, f"Its codes are of several organisations: {whose}")
        if not found:
            return None
        organisation = self.known[found.pop()]
        if decision in {Decision.RENAME, Decision.ALIAS} or self._has_name(organisation, line.name):
            return self._to(organisation.id, line, number, decision)
        return Plan(
            Verdict.RENAMED, organisation.id, f"Its code is that of {organisation.name}. Has that another name now?"
        )

    def _has_name(self, organisation: KnownOrganisation, name: str) -> bool:
        """Whether it has this name, or one so near that the code settles it."""
        folded = fold_name(name)
        return any((compare(folded, fold_name(known)) or 0) >= Likeness.PERHAPS for known in organisation.names)

    def _by_name(self, number: int, line: Line, decision: str) -> Plan:
        names = filter(None, (line.name, line.printed_name))
        alike = [each for name in names for each in self.names.find(name) if self._counts(each, line)]
        possible = [each for each in alike if not self._has_other_codes(self.known[each.organisation_id].codes, line)]
        same = {each.organisation_id for each in possible if each.likeness is Likeness.SAME}
        if decision != Decision.NEW:
            if len(same) == 1:
                return self._to(same.pop(), line, number)
            twins = [each for each in alike if each.likeness is Likeness.SAME]
            if near := possible or twins:
                return Plan(Verdict.ALIKE, near[0].organisation_id, self._say_alike(near, line))
        return self._new(number, line, decision)

    def _counts(self, alike: Alike, line: Line) -> bool:
        if alike.organisation_id not in self.own:
            return True
        codes = self.known[alike.organisation_id].codes
        return alike.likeness is Likeness.SAME and not self._has_other_codes(codes, line)

    def _has_other_codes(self, codes: dict[str, str], line: Line) -> bool:
        return any(codes.get(scheme, code) != code for scheme, code in line.codes.items())

    def _say_alike(self, near: list[Alike], line: Line) -> str:
        first = self.known[near[0].organisation_id]
        if self._has_other_codes(first.codes, line):
            return f"{first.name} is in the register with another code"
        said = LIKENESS_WORDS[near[0].likeness].capitalize()
        by = f" (“{near[0].name}”)" if near[0].name != first.name else ""
        others = len({each.organisation_id for each in near}) - 1
        return f"{said} as {first.name}{by}" + (f", and {others} more" if others else "")

    def _new(self, number: int, line: Line, decision: str) -> Plan:
        earlier = self._find_earlier(number, line)
        if earlier is not None:
            if line.held and self._is_first_of(-earlier, line, number):
                return Plan(Verdict.ADDS, None, f"For the organisation of line {earlier:,}")
            return Plan(Verdict.REPEATED, None, f"The same as line {earlier:,}")
        if not self.adds_organisations:
            return Plan(Verdict.UNKNOWN, None, "Not in the register")
        if decision != Decision.NEW and (near := self._find_near_line(line)):
            return Plan(Verdict.ALIKE, None, f"Nearly the same name as line {near[0]:,}: {near[1]}")
        self._remember(number, line)
        return Plan(Verdict.NEW)

    def _find_earlier(self, number: int, line: Line) -> int | None:
        for item in line.codes.items():
            if (earlier := self._line_codes.get(item)) not in {None, number}:
                return earlier
        return next((each.organisation_id for each in self._near_lines(line) if each.likeness is Likeness.SAME), None)

    def _near_lines(self, line: Line) -> Iterable[Alike]:
        """Earlier lines with a name that is alike, those left out that another code of one scheme tells apart."""
        return (
            each
            for each in self._line_names.find(line.name)
            if not self._has_other_codes(self._lines[each.organisation_id].codes, line)
        )

    def _find_near_line(self, line: Line) -> tuple[int, str] | None:
        return next(
            ((each.organisation_id, each.name) for each in self._near_lines(line) if each.likeness is Likeness.LIKELY),
            None,
        )

    def _remember(self, number: int, line: Line) -> None:
        self._lines[number] = line
        self._line_names.add(number, line.name)
        self._line_codes.update(dict.fromkeys(line.codes.items(), number))
        self._is_first_of(-number, line, number)

    def _is_first_of(self, whose: int, line: Line, number: int) -> bool:
        """Whether no earlier line says the same of an organisation (by its identifier, or less than 0 by its line)."""
        return self._planned.setdefault(_key(whose, line), number) == number

    def _to(self, organisation_id: int, line: Line, number: int, decision: str = "") -> Plan:
        """What the line brings to an organisation that is known."""
        organisation = self.known[organisation_id]
        if organisation.merged_into:
            return Plan(
                Verdict.CLOSED, organisation_id, f"{organisation.name} became part of {organisation.merged_into}"
            )
        if self._has_other_codes(organisation.codes, line):
            return Plan(Verdict.WRONG, organisation_id, self._say_other_code(organisation, line))
        if not self._is_first_of(organisation_id, line, number):
            earlier = self._planned[_key(organisation_id, line)]
            return Plan(Verdict.REPEATED, organisation_id, f"The same as line {earlier:,}: {organisation.name}")
        brings = list(what_is_new(organisation, line, decision))
        return Plan(Verdict.ADDS, organisation_id, all_of(brings)) if brings else Plan(Verdict.SAME, organisation_id)

    def _say_other_code(self, organisation: KnownOrganisation, line: Line) -> str:
        scheme = next(scheme for scheme, code in line.codes.items() if organisation.codes.get(scheme, code) != code)
        return (
            f"{organisation.name} has the {SCHEMES[scheme].title} {organisation.codes[scheme]} in the register, "
            f"not {line.codes[scheme]}"
        )


def _key(whose: int, line: Line) -> tuple[int, str, str]:
    return (whose, line.held.kind, line.held.since.isoformat()) if line.held else (whose, "", "")


GONE = "Its organisation was removed from the register meanwhile"


def what_is_new(organisation: KnownOrganisation, line: Line, decision: str = "") -> Iterable[str]:
    """What a line says of an organisation that the register does not, in words; what is there is never overwritten."""
    if decision == Decision.RENAME and line.name != organisation.name:
        yield f"the name {line.name}"
    if new_aliases(organisation, line, decision):
        yield "other names"
    yield from (f"its {SCHEMES[scheme].title}" for scheme in line.codes if scheme not in organisation.codes)
    for name, words in (
        ("main_place", "its main place"),
        ("works_in", "the places it works in"),
        ("headcount", "its headcount"),
        ("joined_on", "signatory from"),
        ("left_on", "signatory to"),
    ):
        if getattr(line, name) not in {None, "", ()} and name not in organisation.filled:
            yield words
    if line.held and (line.held.kind, line.held.since) not in organisation.holdings:
        yield "what it holds"


def new_aliases(organisation: KnownOrganisation, line: Line, decision: str = "") -> list[str]:
    """The names in a line by which the register does not know the organisation yet."""
    given = [*line.aliases, *line.former_names]
    given += [line.name] if decision == Decision.ALIAS else []
    known = {fold_name(name).plain for name in organisation.names}
    return [name for name in dict.fromkeys(given) if fold_name(name).plain not in known]
