"""What published figures are made from, and the text in which it is kept: enough to work out everything again.

The text has one JSON value a line: first the frame, then a line for each organisation, then for each measure a line
that names it and a line for each entry. Amounts are exact decimals as text. It can be written and read in one pass,
so that a hundred thousand organisations need no more memory than their text.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any, NamedTuple

FORMAT = 3
"""Since 3 a change has the coarser places of its percentages; in 2 each percentage had its own. Before 2 only the
round's own numbers were kept, as one list: not enough to work out what was published."""
READABLE = (2, FORMAT)
FIRST_IN_LIKE_PLACES = 3


class InputsError(Exception):
    """The inputs cannot be read; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation as it stood on publication: by what it is grouped, and the headcount used for coverage.

    `place` is the main place, or "several". Only an expected organisation counts for coverage. `is_carried` where its
    level table equals its last accepted one.
    """

    slug: str
    name: str
    sector: str
    place: str
    scale: str
    is_expected: bool
    is_carried: bool
    headcount: Decimal | None


class Entry(NamedTuple):
    """A number of one return, in one measure of one round; `row` is a level of the levels table, or empty."""

    measure: str
    round: str
    organisation: str
    row: str
    numerator: Decimal | None
    denominator: Decimal | None
    unknown: Decimal
    percent: Decimal | None
    revision: int


@dataclass(frozen=True, slots=True)
class Source:
    """One definition that is published, and the earlier round that it is compared with, empty where there is none.

    Whether that round's headline is shown outside and to Assembly members, and why nothing is compared, were settled
    by what was published then.
    """

    definition: str
    measure: str
    earlier: str = ""
    shown_outside: bool = False
    shown_within: bool = False
    not_compared: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """All inputs but the numbers of returns.

    `groups` has the names of the rows of each breakdown, in their order; `tiers` the tier of each level by scale;
    `before` what was published already from the same returns, as `marks.py` keeps it. `threshold` is coverage in per
    cent, `published_at` a moment in ISO 8601. `format` says by which rules the figures are made: a round keeps those
    by which it was published first.
    """

    round: str
    threshold: int
    sources: tuple[Source, ...]
    members: Mapping[str, Member]
    groups: Mapping[str, Mapping[str, str]]
    tiers: Mapping[str, Mapping[str, str]]
    revision: int = 1
    reason: str = ""
    published_by: str = ""
    published_at: str = ""
    before: tuple[Mapping[str, Any], ...] = field(default=())
    format: int = FORMAT

    @property
    def in_like_places(self) -> bool:
        """Whether all percentages of a change have the same places."""
        return self.format >= FIRST_IN_LIKE_PLACES


def write_frame(frame: Frame) -> Iterator[str]:
    """The first lines: the frame, then each organisation."""
    values = {name: value for name, value in _fields(frame).items() if name != "members"}
    yield _line({"format": frame.format} | values | {"sources": [asdict(source) for source in frame.sources]})
    for member in frame.members.values():
        yield _line([*_fields(member).values()])


def _fields(of: Frame | Member) -> dict[str, Any]:
    """By name, not copied as asdict would."""
    return {name: getattr(of, name) for name in of.__dataclass_fields__}


def write_entries(entries: Iterable[Entry]) -> Iterator[tuple[str, Entry]]:
    """Each entry with its lines; entries of one measure and round stand together and are headed by one line."""
    heading = ("", "")
    for entry in entries:
        head = ""
        if entry[:2] != heading:
            heading = entry[:2]
            head = _line({"measure": entry.measure, "round": entry.round})
        yield head + _line(entry[2:]), entry


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain) + "\n"


def _plain(value: object) -> object:
    return f"{value:f}" if isinstance(value, Decimal) else dict(value) if isinstance(value, Mapping) else str(value)


def read_inputs(text: str) -> tuple[Frame, Iterator[Entry]]:
    """The frame, and the entries as they are asked for. Raises InputsError where the text is not of this format."""
    lines = _lines(text)
    values = next(lines, None)
    if not isinstance(values, dict) or values.get("format") not in READABLE:
        raise InputsError(
            "these figures were published before everything that they are made from was kept with them, "
            "so they cannot be worked out again"
        )
    members: dict[str, Member] = {}
    heading: dict[str, str] = {}
    for line in lines:
        if isinstance(line, dict):
            heading = line
            break
        members[line[0]] = replace(Member(*line), headcount=None if line[-1] is None else Decimal(line[-1]))
    return _frame(values, members), _entries(heading, lines)


def _frame(values: Mapping[str, Any], members: Mapping[str, Member]) -> Frame:
    rest = {name: value for name, value in values.items() if name not in {"sources", "before"}}
    sources = tuple(Source(**source) for source in values["sources"])
    return Frame(**rest, sources=sources, members=members, before=tuple(values["before"]))


def _lines(text: str) -> Iterator[Any]:
    """The value of each line, without a second copy of the whole text."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        try:
            yield json.loads(text[start:end])
        except ValueError:
            raise InputsError("the inputs that were kept cannot be read any more") from None
        start = end + 1


def _entries(heading: Mapping[str, str], lines: Iterator[Any]) -> Iterator[Entry]:
    for line in lines:
        if isinstance(line, dict):
            heading = line
            continue
        organisation, row, *amounts, revision = line
        numerator, denominator, unknown, percent = (None if each is None else Decimal(each) for each in amounts)
        yield Entry(
            heading["measure"],
            heading["round"],
            organisation,
            row,
            numerator,
            denominator,
            Decimal(0) if unknown is None else unknown,
            percent,
            revision,
        )
