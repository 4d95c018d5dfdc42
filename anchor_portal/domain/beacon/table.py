"""One line of the table of Beacon indicators: figures side by side, the gap between places, how each stands to England."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from anchor_portal.domain.answers.text import all_of
from anchor_portal.domain.beacon.fingertips import CHESHIRE_AND_MERSEYSIDE, ENGLAND
from anchor_portal.domain.beacon.words import Facts, Polarity
from anchor_portal.domain.figures.figure import Figure, NotApplicable, NotProvided, Shown, Suppressed
from anchor_portal.domain.figures.indicators import IndicatorView
from anchor_portal.domain.figures.proportions import rounded
from anchor_portal.domain.figures.remembering import remembered
from anchor_portal.domain.findings.comparison import Outcome, compare_interval
from anchor_portal.domain.rounds import title_of

NO_VALUE = NotProvided("there is no value for this period")
NOT_IN_FILE = NotProvided("the file has no value for this area and period")
NO_ENGLAND = NotApplicable(
    "there is no England figure: this is made from the returns of the signatories here, each counted in its main place"
)
NO_LIMITS = NotProvided("the file has no confidence interval")
POOLED = "worked out from the counts of its places, because the file has no figure for it"
POOLED_DECIMALS = 6
FEWEST_PLACES = 3
"""How many places must have a figure before the best and the worst of them are named."""
SAME_SHARE = Fraction(1, 10)
"""How far, in percentage points, a published percentage may be from its own two counts: it is rounded."""
_SUPPRESSED = re.compile(r"suppress|disclos|small (count|number|sample)", re.IGNORECASE)
_NOT_APPLICABLE = re.compile(r"not applicable|does not apply", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """One value as a file gives it: of an area, sex and period, with its 95 per cent limits where there are any.

    `area` is a GSS code, `sortable` a number by which periods sort. A value of None is missing, and `note` says why
    where the file does; it is never 0.
    """

    area: str
    sex: str
    period: str
    sortable: int
    value: Decimal | None
    lower: Decimal | None = None
    upper: Decimal | None = None
    count: Decimal | None = None
    denominator: Decimal | None = None
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is a value of: area, sex, period."""
        return self.area, self.sex, self.period


@dataclass(frozen=True, slots=True)
class Cell:
    """The figure of one area, its limits where there are any, and what the file notes beside it."""

    name: str
    value: Figure
    lower: Figure | None = None
    upper: Figure | None = None
    note: str = ""
    stands: Outcome = "not_compared"

    @property
    def interval(self) -> str:
        """The limits in words; empty without."""
        shown = (self.lower, self.upper)
        return " to ".join(each.text for each in shown if isinstance(each, Shown)) if all(shown) else ""


@dataclass(frozen=True, slots=True)
class Gap:
    """The places at both ends, and how far they are apart in the indicator's unit; `places` is how many have a figure."""

    highest: tuple[str, ...]
    lowest: tuple[str, ...]
    high: Shown
    low: Shown
    apart: Decimal
    places: int
    polarity: Polarity
    unit: str

    @property
    def ends(self) -> tuple[tuple[str, str], ...]:
        """The two ends in words, the best or the highest first: ("Best", "Halton (82.1)")."""
        high, low = _end(self.highest, self.high), _end(self.lowest, self.low)
        if self.polarity == "high":
            return ("Best", high), ("Worst", low)
        return (("Best", low), ("Worst", high)) if self.polarity == "low" else (("Highest", high), ("Lowest", low))

    @property
    def distance(self) -> tuple[str, str]:
        """How far they are apart: ("Gap", "5.1 years"); a difference where nothing is judged."""
        return "Difference" if self.polarity == "none" else "Gap", f"{self.apart:f} {self.unit}"


def _end(names: Sequence[str], figure: Shown) -> str:
    return f"{all_of(names)} ({figure.text})"


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator, or one sex of it, in one period: England, Cheshire and Merseyside, the places, and their gap.

    `period` is in words, empty where nothing is known yet.
    """

    facts: Facts
    sex: str
    period: str
    england: Cell
    region: Cell
    places: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every area, in the order of the table."""
        return (self.england, self.region, *self.places)

    @property
    def gap(self) -> Gap | None:
        """Between the places; None where fewer than three have a figure, or all the same one."""
        return find_gap(self.places, self.facts)

    @property
    def why_no_gap(self) -> str:
        """Why no gap is told, as a sentence; empty where one is."""
        if self.gap:
            return ""
        number = sum(isinstance(cell.value, Shown) for cell in self.places)
        if number >= FEWEST_PLACES:
            return f"There is no gap to tell: the {number} places that have a figure have the same."
        have = {0: "none of them has a figure", 1: "only one of them has a figure"}
        return f"Too few places to tell a gap: {have.get(number, f'only {number} of them have a figure')}."

    @property
    def notes(self) -> tuple[str, ...]:
        """What the file notes, each once, with the areas that it is about."""
        noted: dict[str, list[str]] = {}
        for cell in self.cells:
            if cell.note:
                noted.setdefault(cell.note, []).append(cell.name)
        return tuple(f"{all_of(names)}: {note}" for note, names in noted.items())


def make_lines(facts: Facts, readings: Iterable[Reading], places: Mapping[str, str]) -> tuple[Line, ...]:
    """The lines of an indicator, each sex in its latest period; `places` are names by code. Empty without readings."""
    return _make_lines((facts, tuple(readings), tuple(places.items())))


Given = tuple[Facts, tuple[Reading, ...], tuple[tuple[str, str], ...]]
"""All that lines are made of: facts, readings, and names of places by code."""


def _name(given: Given) -> int:
    return given[0].number


@remembered(_name)
def _make_lines(given: Given) -> tuple[Line, ...]:
    facts, readings, places = given
    lines = []
    for sex in facts.sexes:
        mine = [reading for reading in readings if reading.sex == sex]
        if mine:
            latest = max((reading.sortable, reading.period) for reading in mine)[1]
            lines.append(make_line(facts, [each for each in mine if each.period == latest], dict(places)))
    return tuple(lines)


def make_line(facts: Facts, readings: Sequence[Reading], places: Mapping[str, str]) -> Line:
    """The line of the readings of one sex and period. Raises ValueError without any."""
    if not readings:
        raise ValueError("a line needs a reading")
    by_area = {reading.area: reading for reading in readings}
    england = _cell(facts, ENGLAND[1], by_area.get(ENGLAND[0]))
    benchmark = by_area.get(ENGLAND[0])
    region = by_area.get(CHESHIRE_AND_MERSEYSIDE[0]) or pool_places([by_area.get(code) for code in places], facts)
    others = [_cell(facts, name, by_area.get(code), benchmark) for code, name in places.items()]
    sex = readings[0].sex if len(facts.sexes) > 1 else ""
    whole = _cell(facts, "Cheshire and Merseyside", region, benchmark)
    return Line(facts, sex, say_period(readings[0].period), england, whole, tuple(others))


def pool_places(readings: Sequence[Reading | None], facts: Facts) -> Reading | None:
    """Cheshire and Merseyside as all its places together: the sum of their counts over that of their denominators.

    None unless the indicator is a percentage and every place has a value that its own two counts give. There is no
    interval: the counts of a survey are not those of the people asked.
    """
    whole = [each for each in readings if each and _is_share(each)]
    if not facts.is_percent or not whole or len(whole) < len(readings):
        return None
    counts, denominators = (
        sum((Fraction(getattr(each, name)) for each in whole), Fraction(0)) for name in ("count", "denominator")
    )
    value = rounded(100 * counts / denominators, POOLED_DECIMALS)
    return replace(whole[0], area=CHESHIRE_AND_MERSEYSIDE[0], value=value, lower=None, upper=None, note=POOLED)


def _is_share(reading: Reading) -> bool:
    """Whether the value is its count of its denominator, in per cent."""
    if reading.value is None or reading.count is None or reading.denominator is None or reading.denominator <= 0:
        return False
    share = 100 * Fraction(reading.count) / Fraction(reading.denominator)
    return abs(share - Fraction(reading.value)) <= SAME_SHARE


def _cell(facts: Facts, name: str, reading: Reading | None, benchmark: Reading | None = None) -> Cell:
    if reading is None:
        return Cell(name, NOT_IN_FILE)
    lower, upper = (None if limit is None else show(limit, facts) for limit in (reading.lower, reading.upper))
    note = reading.note if reading.value is not None else ""
    value = figure_of(reading, facts)
    other = figure_of(benchmark, facts) if benchmark else NO_VALUE
    stands = compare_interval(value, lower or NO_LIMITS, upper or NO_LIMITS, other, ENGLAND[1]).outcome
    return Cell(name, value, lower, upper, note, stands)


def figure_of(reading: Reading, facts: Facts) -> Figure:
    """The value as it is printed, or why there is none: by the file's own note."""
    if reading.value is not None:
        return show(reading.value, facts)
    if _SUPPRESSED.search(reading.note):
        return Suppressed(reading.note)
    if _NOT_APPLICABLE.search(reading.note):
        return NotApplicable(reading.note)
    return NotProvided(reading.note) if reading.note else NO_VALUE


def show(value: Decimal, facts: Facts) -> Shown:
    """A value with the decimals of its indicator: "79.1", "63.2%", "−0.12"."""
    number = rounded(Fraction(value), facts.decimals)
    sign = "−" if number < 0 else ""
    return Shown(Fraction(value), f"{sign}{abs(number):,f}{'%' if facts.is_percent else ''}")


def say_stands(stands: Outcome, polarity: Polarity) -> str:
    """How a figure stands to England in a word: better or worse where high or low is good, else higher or lower."""
    if polarity == "none" or stands not in {"higher", "lower"}:
        return stands.replace("_", " ")
    return "better" if (stands == "higher") == (polarity == "high") else "worse"


def find_gap(places: Sequence[Cell], facts: Facts) -> Gap | None:
    """The gap between the places that have a figure, as they are printed; None where there is none to tell.

    A reader can check it: places that are printed alike are named together, and the gap is the difference of the two
    printed figures.
    """
    shown = [(cell.name, cell.value) for cell in places if isinstance(cell.value, Shown)]
    if len(shown) < FEWEST_PLACES:
        return None
    high, low = (end((value for _, value in shown), key=as_printed) for end in (max, min))
    if as_printed(high) == as_printed(low):
        return None
    return Gap(
        highest=tuple(name for name, value in shown if as_printed(value) == as_printed(high)),
        lowest=tuple(name for name, value in shown if as_printed(value) == as_printed(low)),
        high=high,
        low=low,
        apart=as_printed(high) - as_printed(low),
        places=len(shown),
        polarity=facts.polarity,
        unit=facts.unit,
    )


def as_printed(figure: Shown) -> Decimal:
    """The number that a reader sees: of "1,234.6", "63.2%" or "−0.12"."""
    return Decimal(figure.text.rstrip("%").replace(",", "").replace("−", "-"))


def line_of_returns(facts: Facts, view: IndicatorView, places: Mapping[str, str]) -> Line:
    """The line of one of our own indicators, from a round's published figures, which are protected."""
    rows = {row.code: row for row in view.breakdowns["place"]}
    cells = [
        Cell(name, rows[code].value, rows[code].lower, rows[code].upper) if code in rows else Cell(name, NO_VALUE)
        for code, name in places.items()
    ]
    everyone = Cell("Cheshire and Merseyside", view.value, view.lower, view.upper)
    period = f"round of {title_of(view.round)}"
    return Line(facts, "", period, Cell(ENGLAND[1], NO_ENGLAND), everyone, tuple(cells))


_RANGE = re.compile(r"([0-9]{2})([0-9]{2}) - ([0-9]{2})")


def say_period(period: str) -> str:
    """A period as people say it: "2018 - 20" as "2018 to 2020", "2017/18 - 19/20" as "2017/18 to 2019/20"."""
    if found := _RANGE.fullmatch(period):
        century = int(found[1]) + (found[3] < found[2])
        return f"{found[1]}{found[2]} to {century}{found[3]}"
    if found := re.fullmatch(r"([0-9]{2})([0-9]{2}/[0-9]{2}) - ([0-9]{2}/[0-9]{2})", period):
        century = int(found[1]) + (found[3] < found[2])
        return f"{found[1]}{found[2]} to {century}{found[3]}"
    return period.replace(" - ", " to ")
