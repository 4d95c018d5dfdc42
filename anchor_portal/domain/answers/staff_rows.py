"""Whether a table looks like rows about single people: evidence holds counts only.

A table of totals must pass, a list of staff must not, with or without names. What is looked at: headings that only
a list of people has, cells shaped like National Insurance numbers, columns of forenames, and rows of personal
characteristics (ethnicity, gender) that repeat without any column that counts.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Rows = Sequence[Sequence[str]]

MOST_ROWS, MOST_COLUMNS = 2000, 80
"""How much of a table is looked at; a list of staff shows itself long before."""
HEADING_WITHIN = 30
"""Rows from the top among which the headings are sought."""
FEWEST_NAMED, FEWEST_NAMELESS = 2, 8
"""Rows from which named people, or nameless ones with their characteristics, make a list."""
ADVICE = "Evidence may hold counts only, never rows about single people: make a table of totals and add that"

_NI_NUMBER = re.compile(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]", re.IGNORECASE)
_LIKE_NI_NUMBER = re.compile(r"[A-Z]{2}[0-9 ]{6,11}[A-D]?|[0-9 ]{10,12}", re.IGNORECASE)
"""What stands under the heading of such numbers, NHS numbers and mistyped ones among them."""
_SURELY_REFERENCES = re.compile(r"payroll|assignment|personnel|esr|\b(id|ref|reference|code)\b")
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}( .*)?|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}|[0-9]{1,2} [A-Za-z]{3,9} [0-9]{4}"
)
_NUMBER = re.compile(r"[£<]? ?-?[0-9][0-9,. ]*%?|\*|-|–")
_STAFF = "(staff|employee|worker|colleague|member of staff|staff member|person|individual|volunteer|apprentice)"
_PATTERNS = {
    "ni": r"ni|nino|ni (number|no|num)|national insurance( (number|no|num))?|nhs (number|no)",
    "birth": r"(date of birth|dob|d o b|birth ?date|birthday)( .*)?|.* (date of birth|dob)",
    "surname": rf"({_STAFF} )?(surname|last name|family name|second name)",
    "forename": rf"({_STAFF} )?(forenames?|first names?|given names?|christian name|known as|preferred name)",
    "person": rf"full name|{_STAFF}( s)?( full)? name|name of {_STAFF}|employee|staff member|member of staff|worker",
    "name": r"names?",
    "number": rf"(({_STAFF}|payroll|assignment|personnel|esr|pay) ?(number|no|num|id|ref|reference|code)|esr id|payroll)",
    "trait": r"ethnicity|ethnic (origin|group|background|category|code|description)( .*)?|race|gender|sex|disabled"
    r"|disability( status)?|religion( or belief| and belief)?|sexual orientation|nationality|marital status",
    "job": r"job( title| role)?|post( title)?|position|role|grade|band|pay band|afc band|pay scale|scale point|salary"
    r"|annual salary|basic pay|fte|wte|hours|contracted hours|start date|date started|leaving date|department|team"
    r"|line manager|manager|age|email|email address|work email|postcode|home postcode|address|home address|phone|mobile",
}
_HEADINGS = {kind: re.compile(pattern) for kind, pattern in _PATTERNS.items()}
_NO_COUNT = re.compile(
    r"fte|wte|hours|contracted hours|age|band|grade|.*salary|basic pay|scale point|.*(number|no|id|code)|year.*"
)
"""Headings of numbers that belong to one person and count nobody."""

_COMMON_FORENAMES = """
aaron abdul abigail adam adrian agnieszka ahmed aisha alan alice alison amanda amelia amir amy andrea andrew angela
anita ann anna anne anthony arthur asha ashley barbara ben benjamin bethany brenda brian callum cameron carl carol
caroline catherine charles charlotte chloe chris christine christopher claire colin connor craig daniel darren david
deborah debra denise diane dominic donna dorothy edward eleanor elizabeth ella emily emma eric ethan fatima fiona
frances gareth gary gemma geoffrey george georgia gillian grace graham hannah harriet harry hassan heather helen
henry holly ian ibrahim isabella jack jacob jacqueline james jane janet janice jasmine jason jean jennifer jessica
joan joanne joe john jonathan joseph joshua joyce judith julia julie karen kate katherine kathleen katie keith kelly
kenneth kevin kieran kim kirsty krzysztof laura lauren leah leanne lee lewis liam linda lisa louise lucy luke lynn
malcolm marcin margaret maria marie mark martin mary matthew maureen megan melanie michael michelle mohamed mohammad
mohammed molly muhammad natalie nathan neil niamh nicholas nicola nigel olivia omar pamela patricia patrick paul
paula peter philip piotr priya rachel raj rebecca richard robert robin roger ross ruth ryan sally sam samantha samuel
sandra sara sarah sean shannon sharon sheila shirley simon siobhan sophie stacey stephanie stephen steven stuart
susan suzanne tariq teresa thomas tim timothy tom tomasz tracey tracy usman valerie vanessa victoria vincent wayne
wendy william yasmin yusuf yvonne zainab zoe
"""
FORENAMES = frozenset(_COMMON_FORENAMES.split())
_COMPANY = re.compile(
    r"\b(ltd|limited|plc|llp|cic|inc|company|group|services|trust|council|college|school|university|charity|co|sons|nhs)\b"
)


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    kind: str
    cells: tuple[str, ...]

    @property
    def filled(self) -> tuple[str, ...]:
        return tuple(cell for cell in self.cells if cell)

    def share(self, wanted: re.Pattern[str]) -> float:
        """The part of its filled cells that look so."""
        return sum(1 for cell in self.filled if wanted.fullmatch(cell)) / (len(self.filled) or 1)

    @property
    def repeats(self) -> bool:
        """Whether some value stands in it more than once."""
        return len(set(map(str.lower, self.filled))) < len(self.filled)


def looks_like_people(rows: Rows) -> str | None:
    """Why a table of text looks like a list of people, as the sentence of a refusal; None where it does not."""
    tidy = [[" ".join(cell.split()) for cell in row[:MOST_COLUMNS]] for row in rows[:MOST_ROWS]]
    found = next(_signs(tidy), None)
    return f"it looks like a list of people: {found}. {ADVICE}" if found else None


def _signs(rows: list[list[str]]) -> Iterator[str]:
    """The signs of a list of people, the surest first."""
    numbers = {cell for row in rows for cell in row if _NI_NUMBER.fullmatch(cell)}
    if len(numbers) >= FEWEST_NAMED:
        yield "it has National Insurance numbers"
    place, columns = _find_table(rows)
    yield from _named(columns)
    yield from _birthdays(columns)
    yield from _numbered(columns)
    yield from _forenames(columns, place)
    yield from _nameless(columns)


def _find_table(rows: list[list[str]]) -> tuple[int, list[_Column]]:
    """The row (from 0) with the most headings that we know, and the columns under it."""
    top = rows[:HEADING_WITHIN]
    known = [sum(1 for cell in row if _kind_of(cell)) for row in top]
    place = known.index(max(known)) if any(known) else 0
    width = max((len(row) for row in rows), default=0)
    heads = [*top[place], *[""] * width] if top else []
    below = rows[place + 1 :] if any(known) else rows
    columns = [
        _Column(heads[index] if any(known) else "", _kind_of(heads[index]), tuple(_cell(row, index) for row in below))
        for index in range(width)
    ]
    return place, [column for column in columns if column.filled]


def _cell(row: list[str], index: int) -> str:
    return row[index] if index < len(row) else ""


def _kind_of(heading: str) -> str:
    words = " ".join(re.findall("[a-z]+", heading.lower()))
    return next((kind for kind, pattern in _HEADINGS.items() if pattern.fullmatch(words)), "")


def _of(columns: list[_Column], *kinds: str) -> list[_Column]:
    return [column for column in columns if column.kind in kinds]


def _named(columns: list[_Column]) -> Iterator[str]:
    """Columns of names that only people have, and a plain "Name" beside what only a person has."""
    for column in _of(columns, "ni"):
        if column.share(_LIKE_NI_NUMBER) > 0:
            yield f"the column “{column.heading}”"
    sure = [column for column in _of(columns, "surname", "forename", "person") if _holds_words(column)]
    if sure:
        yield f"the column “{sure[0].heading}” has names in it"
    beside = _of(columns, "birth", "trait", "number", "job")
    for column in _of(columns, "name"):
        if beside and _holds_words(column) and _is_personal(column, beside):
            yield f"“{column.heading}” stands beside “{beside[0].heading}”"


def _holds_words(column: _Column) -> bool:
    """At least two cells, most of which are words and not numbers."""
    return len(column.filled) >= FEWEST_NAMED and column.share(_NUMBER) < 0.5


def _is_personal(column: _Column, beside: list[_Column]) -> bool:
    """Whether names belong to people: by their forenames, or by two personal columns beside them."""
    companies = sum(1 for cell in column.filled if _COMPANY.search(cell.lower()))
    return companies * 3 < len(column.filled) and (_forename_share(column) >= 0.2 or len(beside) >= 2)


def _birthdays(columns: list[_Column]) -> Iterator[str]:
    for column in _of(columns, "birth"):
        if column.share(_DATE) >= 0.5:
            yield f"the column “{column.heading}” has dates of birth in it"


def _numbered(columns: list[_Column]) -> Iterator[str]:
    """Numbers that stand for employees and do not count them: long, and each there once."""
    for column in _of(columns, "number"):
        fewest = 4 if _SURELY_REFERENCES.search(column.heading.lower()) else 6
        reference = re.compile(f"(?=.{{{fewest}}})[A-Za-z]{{0,4}}-?[0-9]{{4,}}[A-Za-z0-9/-]*")
        if len(column.filled) >= FEWEST_NAMED and column.share(reference) >= 0.8 and not column.repeats:
            yield f"the column “{column.heading}” has a number for each person"


def _forename_share(column: _Column) -> float:
    """The part of its cells in which a common forename stands, as in "Smith, Joanne" or "Joanne Smith"."""
    hits = 0
    for cell in column.filled:
        words = re.findall("[a-z]+", cell.lower())
        hits += len(words) <= 4 and any(word in FORENAMES for word in words) and not _COMPANY.search(cell.lower())
    return hits / (len(column.filled) or 1)


def _forenames(columns: list[_Column], place: int) -> Iterator[str]:
    """A column that is mostly forenames, whatever its heading says, in a table and not in a list of words."""
    for column in columns:
        if len(columns) > 1 and len(column.filled) >= 5 and _forename_share(column) >= 0.5:
            yield f"a column has names of people in it ({_say_heading(column, place)})"


def _say_heading(column: _Column, place: int) -> str:
    return f"“{column.heading}”" if column.heading else "it has no heading that we know"


def _nameless(columns: list[_Column]) -> Iterator[str]:
    """Characteristics row by row: values that repeat, several columns about a person, and nothing that counts."""
    for column in _of(columns, "trait"):
        personal = _of(columns, "trait", "job", "number", "birth")
        is_per_row = len(column.filled) >= FEWEST_NAMELESS and column.repeats and column.share(_NUMBER) < 0.5
        if is_per_row and len(personal) >= 2 and not any(map(_counts, columns)):
            yield f"each row has a person’s “{column.heading}”, and no column counts people"


def _counts(column: _Column) -> bool:
    words = " ".join(re.findall("[a-z]+", column.heading.lower()))
    is_of_one_person = column.kind in {"number", "birth", "ni"} or _NO_COUNT.fullmatch(words)
    return not is_of_one_person and column.share(_NUMBER) >= 0.8
