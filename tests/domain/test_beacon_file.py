"""Reading a Fingertips download: what is tolerated, what is left alone, and what is refused with its line."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from anchor_portal.domain.beacon.file import Area, Download, NotADownload, read_download
from anchor_portal.domain.beacon.fingertips import CHESHIRE_AND_MERSEYSIDE, COLUMNS, ENGLAND
from anchor_portal.domain.beacon.reading import (
    NotANumber,
    SeriesRead,
    differences,
    read_number,
    read_series,
    refusal_of,
)
from anchor_portal.domain.beacon.table import Reading
from anchor_portal.domain.beacon.words import FACTS

AREAS = {
    "E92000001": Area("E92000001", "England"),
    "E54000008": Area("E54000008", "Cheshire and Merseyside"),
    "E39000026": Area("E54000008", "Cheshire and Merseyside"),
    "E06000006": Area("E06000006", "Halton"),
    "E08000015": Area("E08000015", "Wirral"),
}
NAMES = {area.code: area.name for area in AREAS.values()}


def row(**values: str) -> dict[str, str]:
    """A line about Halton; columns by name with _ for spaces."""
    base = {
        "Indicator ID": "90631",
        "Indicator Name": "School readiness",
        "Area Code": "E06000006",
        "Area Name": "Halton",
        "Sex": "Persons",
        "Age": "5 yrs",
        "Time period": "2022/23",
        "Time period Sortable": "20220000",
        "Value": "64.5",
    }
    return base | {key.replace("_", " "): value for key, value in values.items()}


def write(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS, encoding: str = "utf-8", **how: Any) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(
        out, columns, extrasaction="ignore", lineterminator=how.pop("lineterminator", "\r\n"), **how
    )
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def read(*rows: dict[str, str], number: int = 4, **how: Any) -> SeriesRead:
    download = read_download(write(*rows, **how), AREAS)
    assert len(download.series) == 1
    return read_series(download.series[0], FACTS[number], NAMES)


def only(*rows: dict[str, str], **how: Any) -> Reading:
    found = read(*rows, **how)
    assert not found.faults and len(found.readings) == 1, found
    return found.readings[0]


def fault(*rows: dict[str, str], **how: Any) -> str:
    found = read(*rows, **how)
    assert len(found.faults) == 1, found.faults
    return found.faults[0]


def refused(content: bytes) -> str:
    with pytest.raises(NotADownload) as refusal:
        read_download(content, AREAS)
    return str(refusal.value)


def test_a_whole_line_is_read() -> None:
    more = {"Lower CI 95.0 limit": "62.1", "Upper CI 95.0 limit": "66.8", "Count": "1,234", "Denominator": "1913"}
    found = only(row() | more | {"Value note": "Aggregated"})
    assert found == Reading(
        "E06000006",
        "Persons",
        "2022/23",
        20220000,
        Decimal("64.5"),
        Decimal("62.1"),
        Decimal("66.8"),
        Decimal(1234),
        Decimal(1913),
        "Aggregated",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("lineterminator", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_make_no_difference(encoding: str, lineterminator: str) -> None:
    found = only(row(Value_note="Bézier’s – “note”"), encoding=encoding, lineterminator=lineterminator)
    assert (found.value, found.note) == (Decimal("64.5"), "Bézier’s – “note”")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_may_come_in_any_order_and_only_those_that_are_needed(delimiter: str) -> None:
    columns = ("Value", "Time period", "Area Code", "Indicator Name")
    assert only(row(), columns=columns, delimiter=delimiter).sortable == 20220000


def test_headings_are_known_without_spaces_and_by_older_names() -> None:
    content = b"IndicatorName,AREACODE,Timeperiod,Gender,value,LowerCI95.0limit,UpperCI95.0limit\nX,E06000006,2022,Female,80,79,81\n"
    series = read_download(content, AREAS).series[0]
    found = read_series(series, FACTS[1], NAMES).readings[0]
    assert (found.sex, found.lower, found.upper) == ("Female", Decimal(79), Decimal(81))


def test_a_quoted_text_over_several_lines_does_not_shift_the_line_numbers() -> None:
    found = fault(row(Value_note="one\ntwo\nthree"), row(Area_Code="E08000015", Area_Name="Wirral", Value="many"))
    assert found == "Line 5, Wirral: “many” in “Value” is not a number"


def test_other_areas_and_categories_are_counted_and_left_alone() -> None:
    rows = [
        row(),
        row(Area_Code="E08000003"),
        row(Area_Code=""),
        row(Category_Type="Deprivation", Category="Most deprived"),
    ]
    download = read_download(write(*rows), AREAS)
    assert (download.lines, download.other_areas, download.categories, len(download.series[0].rows)) == (4, 2, 1, 1)


@pytest.mark.parametrize("code", ["E54000008", "nE54000008", "E39000026", " e54000008 "])
def test_cheshire_and_merseyside_is_known_by_its_codes(code: str) -> None:
    assert only(row(Area_Code=code, Area_Name="NHS Cheshire and Merseyside ICB")).area == CHESHIRE_AND_MERSEYSIDE[0]


def test_the_region_of_the_north_west_is_not_cheshire_and_merseyside() -> None:
    download = read_download(write(row(), row(Area_Code="E40000010", Area_Name="North West")), AREAS)
    assert download.other_areas == 1


def test_a_code_beside_the_name_of_another_of_our_areas_is_refused() -> None:
    assert fault(row(Area_Name="Wirral")) == "Line 2, Halton: the code is that of Halton, and the name says Wirral"


def test_series_differ_by_number_and_age() -> None:
    rows = [row(), row(Age="6 yrs"), row(Indicator_ID="1"), row(Indicator_Name="School readiness, renamed")]
    assert [(each.ident, each.age, len(each.rows)) for each in read_download(write(*rows), AREAS).series] == [
        ("90631", "5 yrs", 2),
        ("90631", "6 yrs", 1),
        ("1", "5 yrs", 1),
    ]


def test_life_expectancy_takes_women_and_men_and_everything_else_takes_all() -> None:
    rows = [row(Sex=sex, Value="80") for sex in ("Female", "Male", "Persons", "Not stated")]
    both = read(*rows, number=1)
    assert ([each.sex for each in both.readings], both.other_sexes) == (["Female", "Male"], 2)
    everyone = read(*rows)
    assert ([each.sex for each in everyone.readings], everyone.other_sexes) == (["Persons"], 3)
    assert only(row(Sex="Not applicable"), number=16).sex == "Persons"
    assert "no line for women and for men" in fault(row(), number=1)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1,234.5", "1234.5"),
        ("12.5%", "12.5"),
        (" 7 ", "7"),
        ("-0.5", "-0.5"),
        ("−0.5", "-0.5"),
        ("1.2E-05", "0.000012"),
        (".5", ".5"),
        ("+3", "3"),
    ],
)
def test_numbers_are_read_as_they_are_written(typed: str, value: str) -> None:
    assert read_number(typed, is_percent=True) == (Decimal(value), "")


@pytest.mark.parametrize(
    "typed",
    [
        "abc",
        "1.2.3",
        "12,34",
        "1 234",
        "1e999",
        "9" * 40,
        "１２",
        "=1+1",
        "<script>",
        "-",
        "–",
        "1e-99",
        "Infinity",
        "12.5.%",
        "0x10",
        "1e5",
        "6.45E+01",
    ],
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(NotANumber):
        read_number(typed, is_percent=True)


@pytest.mark.parametrize(
    ("mark", "word"),
    [
        ("*", "suppressed"),
        ("[c]", "suppressed"),
        ("[z]", "Not applicable"),
        ("[x]", "not available"),
        ("", ""),
        ("NA", "has na in its place"),
        ("[n/a]", "has n/a in its place"),
    ],
)
def test_a_missing_value_is_kept_as_such_and_never_zero(mark: str, word: str) -> None:
    found = only(row(Value=mark, Lower_CI="", Count="12"))
    assert found.value is None and word in found.note


def test_the_file_s_own_note_stands_before_what_a_sign_means() -> None:
    assert only(row(Value="*", Value_note="Fewer than five")).note == "Fewer than five"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Value": "101"}, "101 cannot be: indicator 4 (per cent) is from 0 to 100"),
        ({"Value": "-1"}, "-1 cannot be"),
        ({"Lower CI 95.0 limit": "60"}, "one limit of the 95% interval is there and the other is not"),
        ({"Lower CI 95.0 limit": "65", "Upper CI 95.0 limit": "70"}, "64.5 does not lie between its limits, 65 and 70"),
        ({"Time period": ""}, "“Time period” is blank"),
        ({"Time period": "latest", "Time period Sortable": ""}, "the period “latest” names no year"),
        ({"Time period": "x" * 50}, "is too long"),
        ({"Value": "NaN"}, "“NaN” in “Value” is what software writes where it has no number. Leave the cell blank"),
        ({"Value": "-inf"}, "“-inf” in “Value” is what software writes where it has no number"),
        ({"Value": "#DIV/0!"}, "“#DIV/0!” in “Value” is what software writes where it has no number"),
        ({"Value": "6e1"}, "“6e1” in “Value” is a number shortened by a spreadsheet. Write it in full"),
        ({"Lower CI 95.0 limit": "null"}, "“null” in “Lower CI 95.0 limit” is what software writes"),
        ({"Time period Sortable": "2022"}, "“2022” in “Time period Sortable” is not a year and four more figures"),
        ({"Time period Sortable": "99990000"}, "“99990000” in “Time period Sortable” is not a year"),
        ({"Time period Sortable": "２０２２００００"}, "in “Time period Sortable” is not a year"),
    ],
)
def test_a_line_that_cannot_be_right_is_refused_with_its_number(changes: dict[str, str], expected: str) -> None:
    found = fault(row() | changes)
    assert found.startswith("Line 2, Halton: ") and expected in found


def test_progress_8_may_be_below_zero_and_a_rate_has_no_upper_end() -> None:
    assert only(row(Value="-0.71"), number=5).value == Decimal("-0.71")
    assert only(row(Value="12345"), number=7).value == Decimal(12345)
    assert "is 0 or more" in fault(row(Value="-3"), number=7)
    assert "this indicator is no percentage" in fault(row(Value="12%"), number=7)


def test_the_same_twice_is_one_and_two_different_values_are_refused_with_both_lines() -> None:
    assert only(row(), row(Value="64.50", Area_Name="HALTON"))
    assert fault(row(), row(Value="64.6")) == "Line 3, Halton, 2022/23: line 2 says something else of the same"
    spaced = [row(Time_period="2018 - 20"), row(Time_period="2018-20", Value="1")]
    assert "line 2 says something else" in fault(*spaced)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "The file is empty"),
        (b"\r\n\r\n", "The file is empty"),
        (b"PK\x03\x04....", "Save it as CSV first"),
        (b"\x00\x01\x02", "not text"),
        (b"a,b\n1,2\n", "has no heading “Area Code”, “Time period”, “Value” and “Indicator Name”"),
        (b"Indicator Name,Area Code,Time period\n", "has no heading “Value”"),
        (b"Indicator Name,Area Code,Time period,Value,value\n", "“value” is there twice"),
        (b"Indicator Name,Area Code,Time period,Value\n", "no line under them"),
        (b"Indicator Name,Area Code,Time period,Value\nX,E08000003,2022,1\n", "No line of this file is about England"),
        (b'Indicator Name,Area Code,Time period,Value\n"X,E06000006,2022,1\n', "not a CSV file that can be read"),
    ],
)
def test_what_is_no_download_is_refused_as_a_whole(content: bytes, expected: str) -> None:
    assert expected in refused(content)


def test_a_line_with_too_many_or_too_few_cells_is_refused() -> None:
    head = b"Indicator Name,Area Code,Time period,Value\n"
    for line, expected in (
        (b"X,Y,E06000006,2022,1", ""),
        (b"X,E06000006,2022,1,5", "has 5 cells"),
        (b"X,E06000006,2022", "has only 3"),
    ):
        try:
            download = read_download(head + line + b"\nX,E08000015,2022,1\n", AREAS)
        except NotADownload:
            continue
        faults = read_series(download.series[0], FACTS[4], NAMES).faults
        assert (expected in faults[0]) if expected else not faults


def test_fifty_thousand_lines_are_read() -> None:
    lines = [f"X,E0{n % 7}000006,{1900 + n % 100},{n / 1000}" for n in range(50_000)]
    content = "\n".join(["Indicator Name,Area Code,Time period,Value", *lines]).encode()
    download: Download = read_download(content, AREAS)
    assert download.lines == 50_000 and len(download.series[0].rows) == 50_000 - download.other_areas


def test_what_a_file_changes_is_told_apart() -> None:
    shown = {
        each.key: each for each in read(row(), row(Time_period="2021/22", Time_period_Sortable="20210000")).readings
    }
    file = read(
        row(Value="65"),
        row(Time_period="2021/22", Time_period_Sortable="20210000"),
        row(Time_period="2023/24", Time_period_Sortable="20230000"),
    )
    found = differences(file.readings, shown)
    assert [each.period for each in found.new] == ["2023/24"]
    assert [(now.value, then.value) for now, then in found.changed] == [(Decimal("64.5"), Decimal(65))]
    assert found.same == 1


def test_a_file_cannot_bring_what_is_made_from_the_returns() -> None:
    assert all("made from the returns" in refusal_of(number) for number in (12, 20, 21))
    assert not any(refusal_of(number) for number in (1, 15, 22))


def test_england_is_england() -> None:
    assert only(row(Area_Code=ENGLAND[0], Area_Name="England")).area == ENGLAND[0]
