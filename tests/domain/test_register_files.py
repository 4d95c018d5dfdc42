"""Files of a register: any encoding, any separator, the headings of public lists; and what each line would do."""

import re
from datetime import date

import pytest

from anchor_portal.domain.register.columns import find_columns
from anchor_portal.domain.register.file import FileUnreadable, mend, read_csv
from anchor_portal.domain.register.lines import Line, read_day, read_line
from anchor_portal.domain.register.planning import Decision, KnownOrganisation, Planner, Verdict

TODAY = date(2026, 11, 22)
PLACES = {"e08000012": "E08000012", "liverpool": "E08000012", "wirral": "E08000015"}
CURLY = "Alzheimer’s Society"


def names(content: bytes) -> list[str]:
    return [cells["name"] for _, cells in read_csv(content).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_any_encoding_and_separator_is_read(encoding: str, sign: str) -> None:
    content = f"Name{sign}Charity number\r\n{CURLY}{sign}1234567\r\n".encode(encoding)
    assert names(content) == [CURLY]


def test_lines_of_several_encodings_in_one_file_are_each_read_in_their_own() -> None:
    content = f"Name\n{CURLY}\n".encode() + f"{CURLY}\nCafé\n".encode("cp1252")
    table = read_csv(content)
    assert [cells["name"] for _, cells in table.rows] == [CURLY, CURLY, "Café"]
    assert table.notes == ["2 lines of the file were saved in Windows-1252, 1 in UTF-8: each was read in its own"]


def test_text_that_was_saved_twice_over_is_mended() -> None:
    twice = CURLY.encode().decode("cp1252")
    assert twice != CURLY
    assert mend(twice) == CURLY
    assert mend("Ã‰cole") == "École"
    assert mend("Ânes de Âge") == "Ânes de Âge", "what is no such text is left alone"
    table = read_csv(f"Name\n{twice}\n".encode())
    assert "1 cell was mended" in table.notes[0]


def test_headings_below_a_title_are_found_and_what_is_not_known_is_not_kept() -> None:
    content = b"Charter signatories, as at June\n\nOrganisation,Contact email,Date signed\nTorus,a@b.example,1/2/2024\n"
    table = read_csv(content)
    assert table.rows == [(4, {"name": "Torus", "since": "1/2/2024"})]
    assert table.unused == ["Contact email"]


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (
            "organisation_number registered_charity_number linked_charity_number charity_name date_of_removal "
            "charity_contact_email charity_company_registration_number",
            {1: "charity-commission", 2: "part_of", 3: "name", 4: "closed_on", 6: "companies-house"},
        ),
        (
            "CompanyName  CompanyNumber DissolutionDate PreviousName_1.CONDATE PreviousName_1.CompanyName",
            {0: "name", 2: "companies-house", 3: "closed_on", 5: "former_name"},
        ),
        ("gss-code official-name nice-name end-date", {0: "gss", 1: "name", 2: "printed_name", 3: "closed_on"}),
    ],
)
def test_the_headings_of_public_lists_are_known(headings: str, fields: dict[int, str]) -> None:
    assert find_columns(headings.split(" ")) == fields


def test_a_file_of_the_organisation_data_service_has_no_headings_and_is_read() -> None:
    cells = ["RZZ", "EXAMPLE NHS TRUST", "Y62", "QYG", "", "", "", "", "", "", "19910401", "", *[""] * 15]
    gone = ["RZY", "GONE NHS TRUST", *cells[2:11], "20190930", *[""] * 15]
    content = "\n".join(",".join(f'"{cell}"' for cell in row) for row in (cells, gone)).encode()
    table = read_csv(content)
    assert [cells for _, cells in table.rows] == [
        {"ods": "RZZ", "name": "EXAMPLE NHS TRUST"},
        {"ods": "RZY", "name": "GONE NHS TRUST", "closed_on": "20190930"},
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n , \n", "empty"),
        (b"a,b\n1,2\n", "No column with names"),
        (b"Name\n", "no rows"),
        (b"\xff\xfeN", "damaged"),
        (b"Name\nA\0B\n", "not text"),
        (b"Name\n" + b"x\n" * 20_001, "more than 20,000 rows"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(FileUnreadable, match=words):
        read_csv(content)


def test_our_own_harmless_cells_are_read_as_they_were() -> None:
    assert names(b"Name\n'=Ltd\n'Twas\n") == ["=Ltd", "'Twas"]


@pytest.mark.parametrize(
    "typed",
    ["2026-06-30", "20260630", "30/06/2026", "30 June 2026", "2026-06-30 00:00:00", "2026-06-30T00:00:00.0000000"],
)
def test_dates_are_read_as_lists_write_them(typed: str) -> None:
    assert read_day(typed) == date(2026, 6, 30)


def line(**cells: str) -> Line:
    return read_line({name.replace("__", "-"): text for name, text in cells.items()}, PLACES, TODAY)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({}, "no name"),
        ({"name": "Caf\ufffd"}, "lost when the file was saved"),
        ({"name": "?!"}, "neither letters nor digits"),
        ({"name": "x" * 301}, "longer than"),
        ({"name": "A", "ods": "R"}, "is not an? ODS code"),
        ({"name": "A", "sector": "pirates"}, "not a sector"),
        ({"name": "A", "main_place": "Leeds"}, "none of the places"),
        ({"name": "A", "headcount": "many"}, "headcount must be a number"),
        ({"name": "A", "joined_on": "31/02/2024"}, "is not a date"),
        ({"name": "A", "joined_on": "0001-01-01"}, "cannot be"),
        ({"name": "A", "joined_on": "2024-01-02", "left_on": "2024-01-01"}, "before it joined"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(cells: dict[str, str], words: str) -> None:
    problems = read_line(cells, PLACES, TODAY).problems
    assert len(problems) == 1
    assert re.search(words, problems[0])


def test_a_line_says_what_is_held_since_when() -> None:
    cells = {"name": "A", "kind": "Award", "since": "1/2/2024", "level": "Health"}
    held = read_line(cells, PLACES, TODAY, "").held
    assert held is not None
    assert (held.kind, held.since, held.level) == ("social_value_award", date(2024, 2, 1), "Health")
    assert read_line({"name": "A"}, PLACES, TODAY, "toms").problems == ["It does not say since when"]
    wrong = {"name": "A", "since": "2024-02-01", "kind": "medal"}
    assert read_line(wrong, PLACES, TODAY, "").problems == ["“medal” is no charter or award that the register knows"]
    later = {"name": "A", "since": "2030-01-01"}
    assert "still to come" in read_line(later, PLACES, TODAY, "toms").problems[0]


def planner(**options: bool) -> Planner:
    known = [
        KnownOrganisation(1, "torus", "Torus", ["Torus", "Torus Group"], {"companies-house": "01234567"}),
        KnownOrganisation(2, "sefton-cvs", "Sefton CVS", ["Sefton CVS"], {"charity-commission": "1111111"}),
        KnownOrganisation(3, "old-trust", "Old Trust", ["Old Trust"], {"ods": "RZZ"}),
        KnownOrganisation(4, "gone", "Gone Homes", ["Gone Homes"], {}, frozenset(), "Torus"),
    ]
    return Planner(known, TODAY, **options)


def verdict(number: int = 1, decision: str = "", **cells: str) -> Verdict:
    return planner().plan(number, line(**cells), decision).verdict


def test_a_line_finds_its_organisation_by_code_or_by_name() -> None:
    assert verdict(name="Torus Ltd") is Verdict.SAME
    assert verdict(name="Torus", charity__commission="1234567") is Verdict.ADDS
    assert verdict(name="TORUS GROUP", companies__house="1234567") is Verdict.SAME
    assert verdict(name="Sefton Council") is Verdict.NEW
    assert verdict(name="Torus Housing") is Verdict.ALIKE
    assert verdict(name="Quay Homes") is Verdict.NEW


def test_a_known_code_under_another_name_is_a_question() -> None:
    cells = {"name": "Mersey Example Trust", "ods": "rzz"}
    assert planner().plan(1, line(**cells)).verdict is Verdict.RENAMED
    renamed = planner().plan(1, line(**cells), Decision.RENAME)
    assert (renamed.verdict, renamed.organisation_id) == (Verdict.ADDS, 3)
    assert planner().plan(1, line(**cells), Decision.ALIAS).verdict is Verdict.ADDS
    assert planner().plan(1, line(**cells), Decision.LEAVE).verdict is Verdict.LEFT


def test_codes_that_contradict_the_register_are_wrong() -> None:
    two = planner().plan(1, line(name="Torus", companies__house="01234567", ods="RZZ"))
    assert two.verdict is Verdict.WRONG
    assert "Old Trust and Torus" in two.why
    other = planner().plan(1, line(name="Torus", companies__house="07654321"))
    assert other.verdict is Verdict.ALIKE, "the same name with another number may be another organisation"
    said = planner().plan(1, line(name="Torus", companies__house="07654321"), "same:1")
    assert said.verdict is Verdict.WRONG
    assert said.why == "Torus has the Companies House number 01234567 in the register, not 07654321"


def test_a_line_twice_in_a_file_counts_once() -> None:
    plans = planner()
    first = plans.plan(2, line(name="Quay Homes", charity__commission="1234567"))
    again = plans.plan(3, line(name="Other words", charity__commission="1234567"))
    by_name = plans.plan(4, line(name="The Quay Homes"))
    near = plans.plan(5, line(name="Quay Homes Group"))
    another = plans.plan(6, line(name="Quay Homes", charity__commission="1234568"))
    assert [first.verdict, again.verdict, by_name.verdict] == [Verdict.NEW, Verdict.REPEATED, Verdict.REPEATED]
    assert again.why == "The same as line 2"
    assert near.verdict is Verdict.ALIKE
    assert another.verdict is Verdict.NEW, "another number of the same kind is another organisation"


def test_what_has_closed_or_merged_or_is_part_of_another_is_not_taken() -> None:
    assert verdict(name="Shut", closed_on="20190930") is Verdict.CLOSED
    assert verdict(name="Open", closed_on="20300930") is Verdict.NEW
    assert verdict(name="Linked", part_of="3") is Verdict.CLOSED
    assert planner().plan(1, line(name="Gone Homes")).why == "Gone Homes became part of Torus"


def test_a_decision_about_an_organisation_that_is_gone_is_not_carried_out() -> None:
    assert verdict(name="Torus Housing", decision="same:99") is Verdict.GONE
    assert verdict(name="Torus Housing", decision="same:" + "9" * 30) is Verdict.GONE
    assert verdict(name="Torus Housing", decision=Decision.NEW) is Verdict.NEW


def test_a_list_of_holdings_adds_organisations_only_where_it_may() -> None:
    held = read_line({"name": "Quay Homes", "since": "2024-02-01"}, PLACES, TODAY, "toms")
    assert planner(adds_organisations=False).plan(1, held).verdict is Verdict.UNKNOWN
    plans = planner()
    award = read_line({"name": "Quay Homes", "since": "2024-02-01"}, PLACES, TODAY, "social_value_award")
    assert [plans.plan(n, each).verdict for n, each in enumerate((held, award, held))] == [
        Verdict.NEW,
        Verdict.ADDS,
        Verdict.REPEATED,
    ]
