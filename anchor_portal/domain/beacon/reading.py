"""The rows of a series, read as figures of one Beacon indicator: numbers, missing values, limits, and what is wrong."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from anchor_portal.domain.answers.text import all_of, excerpt
from anchor_portal.domain.beacon.file import RawRow, Series
from anchor_portal.domain.beacon.table import Reading
from anchor_portal.domain.beacon.words import NO_LONGER_LOCAL, OURS, Facts

SEX_OF = {
    "": "Persons",
    "all": "Persons",
    "both": "Persons",
    "person": "Persons",
    "persons": "Persons",
    "not applicable": "Persons",
    "f": "Female",
    "female": "Female",
    "females": "Female",
    "m": "Male",
    "male": "Male",
    "males": "Male",
}
MARKS = {
    "*": "Value suppressed: the file has * in its place",
    "c": "Value suppressed: the file has [c], confidential, in its place",
    "z": "Not applicable: the file has [z] in its place",
    "x": "The file has [x], not available, in its place",
    "u": "The file has [u], low reliability, in its place",
    "low": "The file has [low] in its place",
    ":": "The file has : in its place",
    "..": "The file has .. in its place",
    "na": "The file has na in its place",
    "n/a": "The file has n/a in its place",
}
"""What stands in place of a value that is missing, and what that is noted as where the file notes nothing."""
NO_NUMBERS = {
    "nan",
    "null",
    "none",
    "inf",
    "infinity",
    "#n/a",
    "#null!",
    "#num!",
    "#div/0!",
    "#value!",
    "#ref!",
    "#name?",
}
"""What software writes where it has no number: it says nothing about why, and may stand for a mistake."""
LARGEST = Decimal(10) ** 12
LONGEST_NOTE = 500

_PLAIN = re.compile(r"[+-]?([0-9]{1,15}(\.[0-9]{0,20})?|\.[0-9]{1,20})([eE]-[0-9]{1,2})?")
_SHORTENED = re.compile(r"[+-]?[0-9.,]+[eE][+]?[0-9]+")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{0,20})?")


class NotANumber(ValueError):
    """A cell that is neither a number nor a sign for a missing one; the text is the end of a sentence."""


@dataclass(slots=True)
class SeriesRead:
    """The readings of a series, what is wrong with it line by line, and how many rows are of a sex that is not shown."""

    readings: list[Reading] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    other_sexes: int = 0


@dataclass(frozen=True, slots=True)
class Differences:
    """Readings of a file beside those that are shown now: not there yet, changed (now, then), the same."""

    new: tuple[Reading, ...]
    changed: tuple[tuple[Reading, Reading], ...]
    same: int


def refusal_of(number: int) -> str:
    """Why a file cannot bring this indicator; empty where it can."""
    if number in OURS:
        return f"Indicator {number} is made from the returns of the signatories: a file cannot bring it"
    return ""


def remark_on(number: int) -> str:
    """What to know about a file that brings this indicator; empty for most."""
    if number in NO_LONGER_LOCAL:
        return (
            f"Indicator {number} is no longer available at the local level. Its values are kept and shown on its own page "
            "as those of earlier years; the table goes on saying that it is no longer available"
        )
    return ""


def read_number(text: str, *, is_percent: bool = False) -> tuple[Decimal | None, str]:
    """The number of a cell, None where it is missing, and the note that a sign for a missing one stands for.

    Takes "1,234.5", "1.2E-05" and, of a percentage, "12.5%". Raises NotANumber, for "1e5" too: that is how
    spreadsheets shorten a number, and its last digits may be lost.
    """
    bare = text.strip().replace("\u2212", "-")
    if not bare:
        return None, ""
    if (mark := bare.casefold().strip("[]")) in MARKS:
        return None, MARKS[mark]
    if bare.casefold().lstrip("+-") in NO_NUMBERS:
        raise NotANumber("is what software writes where it has no number. Leave the cell blank if there is none")
    if bare in {"-", "–", "—"}:
        raise NotANumber("can mean nothing or no value. Write 0, or leave it blank")
    if bare.endswith("%") and not is_percent:
        raise NotANumber("has a percent sign, and this indicator is no percentage")
    return _as_decimal(bare.removesuffix("%").strip()), ""


def _as_decimal(bare: str) -> Decimal:
    if _GROUPED.fullmatch(bare):
        bare = bare.replace(",", "")
    if _SHORTENED.fullmatch(bare):
        raise NotANumber("is a number shortened by a spreadsheet. Write it in full, in figures")
    if not _PLAIN.fullmatch(bare):
        raise NotANumber("is not a number")
    number = Decimal(bare)
    if abs(number) > LARGEST or (number and number.adjusted() < -30):
        raise NotANumber("is not a number that can be right")
    return number


def read_series(series: Series, facts: Facts, names: Mapping[str, str]) -> SeriesRead:
    """Read every row of a series as this indicator; `names` are the areas' by code, for messages."""
    read = SeriesRead()
    seen: dict[tuple[str, str, str], tuple[int, Reading]] = {}
    for row in series.rows:
        sex = SEX_OF.get(row.text("Sex").casefold(), "")
        if sex not in facts.sexes:
            read.other_sexes += 1
            continue
        where = f"Line {row.line}, {names.get(row.area, row.area)}"
        try:
            reading = _read_row(row, sex, facts)
        except ValueError as fault:
            read.faults.append(f"{where}: {fault}")
            continue
        line, before = seen.setdefault(reading.key, (row.line, reading))
        if before != reading:
            read.faults.append(f"{where}, {reading.period}: line {line} says something else of the same")
    read.readings = [reading for _, reading in seen.values()]
    if not read.readings and not read.faults:
        wanted = "women and for men" if len(facts.sexes) > 1 else "all persons"
        read.faults.append(f"“{excerpt(series.name)}” has no line for {wanted}")
    return read


def _read_row(row: RawRow, sex: str, facts: Facts) -> Reading:
    """Raises ValueError with the end of a sentence."""
    if row.fault:
        raise ValueError(row.fault)
    period, sortable = _read_period(row)
    value, mark = _read(row, "Value", facts)
    if value is not None:
        _refuse_impossible(value, facts)
    lower, upper = _limits(row, value, facts)
    count, denominator = (_read_other(row, column) for column in ("Count", "Denominator"))
    note = (row.text("Value note") or mark)[:LONGEST_NOTE]
    return Reading(row.area, sex, period, sortable, value, lower, upper, count, denominator, note)


def _read_period(row: RawRow) -> tuple[str, int]:
    """The period with single hyphens between spaces, and a number by which periods sort: the year, then the rest."""
    period = re.sub(r"\s*[-\u2013]\s*", " - ", row.text("Time period"))
    if not period:
        raise ValueError("“Time period” is blank")
    if len(period) > 40:
        raise ValueError(f"the period “{excerpt(period)}” is too long")
    sortable = row.text("Time period Sortable").removesuffix(".0")
    if re.fullmatch("(19|20)[0-9]{6}", sortable):
        return period, int(sortable)
    if sortable:
        raise ValueError(
            f"“{excerpt(sortable)}” in “Time period Sortable” is not a year and four more figures, like 20240000. "
            "Mend it, or leave it blank"
        )
    if year := re.search(r"(?<![0-9])(19|20)[0-9]{2}(?![0-9])", period, re.ASCII):
        return period, int(year[0]) * 10_000
    raise ValueError(f"the period “{excerpt(period)}” names no year")


def _read(row: RawRow, column: str, facts: Facts) -> tuple[Decimal | None, str]:
    try:
        return read_number(row.text(column), is_percent=facts.is_percent)
    except NotANumber as fault:
        raise ValueError(f"“{excerpt(row.text(column))}” in “{column}” {fault}") from None


def _read_other(row: RawRow, column: str) -> Decimal | None:
    """A count, which is only kept beside the value: what cannot be read is left out."""
    try:
        return read_number(row.text(column))[0]
    except NotANumber:
        return None


def _refuse_impossible(value: Decimal, facts: Facts) -> None:
    if (facts.low is not None and value < facts.low) or (facts.high is not None and value > facts.high):
        ends = f"from {facts.low} to {facts.high}" if facts.high is not None else f"{facts.low} or more"
        raise ValueError(f"{value:f} cannot be: indicator {facts.number} ({facts.measured}) is {ends}")


def _limits(row: RawRow, value: Decimal | None, facts: Facts) -> tuple[Decimal | None, Decimal | None]:
    """Both limits around a value, or none."""
    lower, upper = (_read(row, f"{end} CI 95.0 limit", facts)[0] for end in ("Lower", "Upper"))
    if value is None or (lower is None and upper is None):
        return None, None
    if lower is None or upper is None:
        raise ValueError("one limit of the 95% interval is there and the other is not")
    if not lower <= value <= upper:
        raise ValueError(f"{value:f} does not lie between its limits, {lower:f} and {upper:f}")
    return lower, upper


def sort_alike(file: Sequence[Reading], shown: Iterable[Reading]) -> list[Reading]:
    """The readings of a file with one sort number for each sex and period: that of those shown, where there are any.

    Files may say how a period sorts or leave it out, and a period is one line of the table all the same.
    """
    by_number = [sorted(each, key=lambda reading: reading.sortable) for each in (file, shown)]
    numbers = {(each.sex, each.period): each.sortable for readings in by_number for each in readings}
    return [replace(each, sortable=numbers[each.sex, each.period]) for each in file]


def differences(file: Iterable[Reading], shown: Mapping[tuple[str, str, str], Reading]) -> Differences:
    """What the readings of a file would change, beside those shown now by area, sex and period."""
    new, changed, same = [], [], 0
    for reading in file:
        now = shown.get(reading.key)
        if now is None:
            new.append(reading)
        elif now != reading:
            changed.append((now, reading))
        else:
            same += 1
    return Differences(tuple(new), tuple(changed), same)


def say_ignored(other_areas: int, categories: int, other_sexes: int) -> str:
    """What of a file is left alone, in a sentence; empty where nothing is."""
    counts = (
        (other_areas, "about other areas"),
        (categories, "about a category, such as a deprivation tenth"),
        (other_sexes, "about a sex that this indicator does not show"),
    )
    parts = [f"{count:,} {'line' if count == 1 else 'lines'} {what}" for count, what in counts if count]
    return f"Left alone: {all_of(parts)}" if parts else ""
