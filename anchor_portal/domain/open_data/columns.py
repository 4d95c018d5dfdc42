"""Every column of the open data: what it means, of which type it is, in which unit, and what may stand there.

The data dictionary, the Table Schema and the writer of the CSV all read this one list.
"""

from dataclasses import dataclass
from typing import Literal

from anchor_portal.domain.beacon.fingertips import COLUMNS
from anchor_portal.domain.figures.figure import NotApplicable, NotProvided, Shown, Suppressed, Withheld

ColumnType = Literal["string", "number", "integer", "date"]

STATES = tuple(kind.state for kind in (Shown, Suppressed, NotProvided, NotApplicable, Withheld))
BREAKDOWN_NAMES = ("all", "sector", "place", "tier")
COUNT_UNITS = ("people", "fte", "gbp", "contracts", "organisations")
ROUNDED_TO = ("5", "1000", "1")
PERSONS, ALL_AGES, NOT_PEOPLE = "Persons", "All ages", "Not applicable"
NOT_COMPARED = "Not compared"
COMPARED = ("Similar", "Higher", "Lower", NOT_COMPARED)
NO_TREND = "Cannot be calculated"
TRENDS = (
    NO_TREND,
    "No significant change",
    "Increasing",
    "Decreasing",
    "Increasing and getting better",
    "Decreasing and getting worse",
)
WHOLE_AREA, PLACE_AREA, NO_AREA = (
    "Integrated care board area",
    "Counties & UAs (from Apr 2023)",
    "No single place",
)
SECTOR, TIER = "Sector", "Tier"
PUBLISHED, DEMONSTRATION = "published", "demonstration"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `allowed` is empty where there is no fixed list, `is_required` says that no cell is empty."""

    name: str
    meaning: str
    type: ColumnType = "string"
    unit: str = ""
    allowed: tuple[str, ...] = ()
    pattern: str = ""
    is_required: bool = False

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers."""
        return self.type in {"number", "integer"}


_AREA_CODE = "[A-Z][0-9]{8}|several"
_PER_CENT, _COUNTED = "per cent, 0 to 100", "what “Count unit” says"

_OF_FINGERTIPS = (
    Column(
        "Indicator ID",
        "Number of the Beacon indicator (12, 20 or 21), or the key of a pledge measure, such as p1.rlw_staff. Read it as "
        "text: these are not the numbers of Fingertips.",
        pattern="[0-9]{1,3}|p[1-7]\\.[a-z_]+",
        is_required=True,
    ),
    Column("Indicator Name", "Name of the indicator or measure.", is_required=True),
    Column("Parent Code", "Code of the area that the row’s area lies in.", pattern=_AREA_CODE, is_required=True),
    Column("Parent Name", "Its name.", is_required=True),
    Column(
        "Area Code",
        "ONS code of the place in which organisations have their main site; of the integrated care board’s area for all "
        "of them; “several” for organisations without one main place, a row of its own so that the places add up once.",
        pattern=_AREA_CODE,
        is_required=True,
    ),
    Column(
        "Area Name", "Its name. The figures are those of signatory organisations, not of residents.", is_required=True
    ),
    Column("Area Type", "What kind of area it is.", allowed=(WHOLE_AREA, PLACE_AREA, NO_AREA), is_required=True),
    Column("Sex", "“Persons” for people and full-time equivalents.", allowed=(PERSONS, NOT_PEOPLE), is_required=True),
    Column("Age", "“All ages” for people and full-time equivalents.", allowed=(ALL_AGES, NOT_PEOPLE), is_required=True),
    Column("Category Type", "Empty for all organisations and for a place.", allowed=(SECTOR, TIER)),
    Column("Category", "Name of the sector, or of the tier of pay."),
    Column(
        "Time period",
        "Half a year, such as January to June 2026; for figures of a financial year, the part of it that has passed, such "
        "as “2026/27 to June 2026”. Those are cumulative: never add or compare July and January.",
        is_required=True,
    ),
    Column(
        "Value",
        "The share, made from the rounded counts. Empty where “State” is not “shown”; zero is 0.",
        "number",
        _PER_CENT,
    ),
    Column("Lower CI 95.0 limit", "Lower Wilson limit; empty where counts are not of people.", "number", _PER_CENT),
    Column("Upper CI 95.0 limit", "Upper Wilson limit; empty where counts are not of people.", "number", _PER_CENT),
    Column("Lower CI 99.8 limit", "Always empty: these limits are not published.", "number", _PER_CENT),
    Column("Upper CI 99.8 limit", "Always empty: these limits are not published.", "number", _PER_CENT),
    Column("Count", "The numerator, rounded.", "number", _COUNTED),
    Column("Denominator", "The whole that is known, rounded.", "number", _COUNTED),
    Column(
        "Value note",
        "Empty where the value is shown. Else “Value suppressed”, “Value not provided”, “Value not applicable” or “Value "
        "withheld”, with the reason.",
    ),
    Column(
        "Recent Trend",
        "For all organisations of counts of people: the chi-squared test for trend at 99.8 per cent, from the fifth "
        "comparable round on. Else “Cannot be calculated”.",
        allowed=TRENDS,
        is_required=True,
    ),
    Column(
        "Compared to England value or percentiles",
        "Always “Not compared”: there is no figure for England.",
        allowed=(NOT_COMPARED,),
        is_required=True,
    ),
    Column("Compared to percentiles", "Always “Not compared”.", allowed=(NOT_COMPARED,), is_required=True),
    Column(
        "Time period Sortable",
        "Year and month in which the period ends, and 00.",
        "integer",
        is_required=True,
    ),
    Column("New data", "Always empty."),
    Column("Compared to goal", "Always empty: no goal is set."),
    Column(
        "Time period range", "Length of the period in months, such as 6m.", pattern="[1-9][0-9]?m", is_required=True
    ),
)

_OURS = (
    Column(
        "State",
        "What became of the value: shown; suppressed, so that nobody can be told apart; not_provided, nobody gave it; "
        "not_applicable, there can be none; withheld, known and not published for now. Count, denominator and the number "
        "of signatories share it where they are empty.",
        allowed=STATES,
        is_required=True,
    ),
    Column("Reason", "Why the value is not shown, in words."),
    Column("Breakdown", "Which table the row belongs to.", allowed=BREAKDOWN_NAMES, is_required=True),
    Column("Breakdown code", "The row’s code, as in the JSON.", is_required=True),
    Column(
        "Compared to all signatories",
        "Whether the interval of a row lies above, below or around the value of all; without an interval not compared.",
        allowed=COMPARED,
        is_required=True,
    ),
    Column("Count unit", "What count and denominator are.", allowed=COUNT_UNITS, is_required=True),
    Column("Rounded to", "The number whose multiples they are.", "integer", allowed=ROUNDED_TO, is_required=True),
    Column("Signatories counted", "Organisations in this row.", "integer", "organisations"),
    Column(
        "Signatories expected in all",
        "Organisations from which a return was due, all together; the same in every row of an indicator.",
        "integer",
        "organisations",
        is_required=True,
    ),
    Column(
        "Coverage %",
        "Headcount of the organisations counted, of all expected; the same in every row of an indicator.",
        "number",
        _PER_CENT,
    ),
    Column("Coverage note", "Why there is no coverage, where it is empty."),
    Column("Definition version", "The version of the definition, such as 12.v1.", is_required=True),
    Column("Round", "Year and month of the round.", pattern="[12][0-9]{3}-(0[1-9]|1[0-2])", is_required=True),
    Column("Revision", "1 when first published; a correction adds one.", "integer", is_required=True),
    Column("Published on", "Day of that revision.", "date", is_required=True),
    Column(
        "Status",
        "“published”; “demonstration” marks synthetic figures, which say nothing about any real organisation.",
        allowed=(PUBLISHED, DEMONSTRATION),
        is_required=True,
    ),
)

FIGURES = (*_OF_FINGERTIPS, *_OURS)
"""The columns of a round's CSV, in order: first those of a Fingertips download, then ours."""

KEY = ("Indicator ID", "Breakdown", "Breakdown code", "Time period Sortable")
"""What no two rows of a file share."""

DICTIONARY = (
    Column("File", "Which file the column stands in.", is_required=True),
    Column("Position", "Which column of that file it is, from 1.", "integer", is_required=True),
    Column("Column", "Its name.", is_required=True),
    Column("From", "Whether it is a column of Fingertips or ours.", allowed=("Fingertips", "portal"), is_required=True),
    Column("Meaning", "What stands there.", is_required=True),
    Column(
        "Type", "Text, whole number, number or date.", allowed=("string", "integer", "number", "date"), is_required=True
    ),
    Column("Unit", "Unit of a number."),
    Column(
        "Allowed values", "Every value that may stand there, with semicolons between; empty where there is no list."
    ),
    Column("Can be empty", "Whether a cell may be empty.", allowed=("yes", "no"), is_required=True),
)
"""The columns of the data dictionary's own CSV."""


def dictionary_rows() -> list[tuple[str, ...]]:
    """The data dictionary: one row for each column of the figures, then of the dictionary itself."""
    return [*_described("figures", FIGURES), *_described("dictionary", DICTIONARY)]


def _described(file: str, columns: tuple[Column, ...]) -> list[tuple[str, ...]]:
    return [
        (
            file,
            str(position),
            each.name,
            "Fingertips" if file == "figures" and each.name in COLUMNS else "portal",
            each.meaning,
            each.type,
            each.unit,
            "; ".join(each.allowed),
            "no" if each.is_required else "yes",
        )
        for position, each in enumerate(columns, start=1)
    ]
