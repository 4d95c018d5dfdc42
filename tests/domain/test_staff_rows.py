"""Which tables look like rows about people: a list of staff is always found, a table of totals never."""

import pytest

from anchor_portal.domain.answers.staff_rows import looks_like_people

Table = list[list[str]]


def table(text: str) -> Table:
    """A table written with bars between its cells, a line for each row."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


LISTS = {
    "surname and forename": "Surname|Forename|Band\nSmith|Jo|3\nJones|Al|2",
    "titles above the headings": "Mid Trust\n\nStaff in post at 31 March\nLast name|First name\nSmith|Jo\nJones|Al",
    "a full name": "Full name|Department\nJo Smith|Theatres\nAl Jones|Estates",
    "name and job": "Name|Job title|Band\nSmith, J|Porter|2\nJones, A|Nurse|5\nKhan, B|Nurse|5",
    "name and ethnicity": "Name|Ethnicity\nJohn Smith|White British\nAisha Khan|Pakistani",
    "NI numbers without headings": "x|AB123456C\ny|JK 65 43 21 D",
    "an NI column with one row": "NI Number|Band\nAB123456C|2",
    "national insurance written out": "National Insurance No.|x\nQQ 12 34 56 C|1",
    "dates of birth": "Ref|Date of Birth\n1|1975-03-02\n2|03/04/1981",
    "DOB as a heading": "DOB|Grade\n1/2/1975|6\n2/3/1985|7",
    "payroll numbers": "Payroll No|FTE\n10023456|1\n10023457|0.8\n10023499|1",
    "ESR assignment numbers": "Assignment Number|Band\n20011234-2|5\n20011235|5\n20011299-3|6",
    "forenames under no heading": "Joanne|x\nPeter|y\nMohammed|z\nSarah|x\nDavid|z",
    "surname before forename": "Staff|Team\nSmith, Joanne|A\nJones, Peter|B\nKhan, Mohammed|A\nLee, Sarah|B\nAli, Fatima|C",
    "nameless rows": "Ethnicity|Gender|Band|FTE\n" + "White British|F|5|1\nAsian|M|6|0.8\n" * 5,
    "nameless rows with a salary": "Ethnic origin|Job role|Salary\n" + "White|Porter|23000\nBlack|Nurse|31000\n" * 5,
    "volunteers": "Volunteer name|Hours\nJo Smith|12\nAl Jones|3",
}
TOTALS = {
    "ethnicity by band": "Ethnicity|Band 2|Band 3|Band 4\nWhite|120|88|61\nAsian|12|9|4\nBlack|3|4|1\nNot stated|2|0|1",
    "band by ethnicity": "Band|White|Ethnic minority|Not stated|Total\nBand 2|120|12|3|135\nBand 3|88|9|0|97",
    "ethnicity and gender, counted": "Ethnicity|Gender|Headcount\n"
    + "White|F|120\nWhite|M|80\nAsian|F|12\nAsian|M|9\n" * 3,
    "counts that are hidden": "Ethnic group|Gender|Band|Number of staff\n"
    + "White|F|5|12\nAsian|M|5|*\nAsian|F|6|<5\n" * 4,
    "percentages": "Ethnicity|Gender|Share\n" + "White|F|61.2%\nAsian|F|4.1%\nWhite|M|30%\n" * 4,
    "spend by supplier": "Supplier name|Postcode|Spend\nThomas & Sons Ltd|CH1 1AA|£1,200\nHalton Catering|WA7 1AA|£880",
    "suppliers named as people": "Name|Spend\nJohn Smith Builders|120\nMartin Lee Ltd|90\nHalton Foods|3\nA B Plumbing|1\nWirral Lift Services|7",
    "case studies": "Name of case study|Pledge|What happened\nA garden for all|4|Built\nWork for carers|2|Hired 12",
    "buildings": "Name|Address|Hours of use\nTown hall|High Street|120\nLibrary|Mill Lane|88",
    "sites with a team": "Site|Department|Headcount\nNorth|Theatres|120\nSouth|Estates|31",
    "employee numbers that are counts": "Organisation|Employee number\nA|120\nB|4300\nC|88",
    "staff numbers by year": "Year|Staff number|FTE\n2024|4310|4010.5\n2025|4388|4101\n2026|4402|4120",
    "living wage": "Staff group|Paid the real living wage|Headcount\nPorters|120|120\nNurses|880|901",
    "contracts": "Contract reference|Supplier|Start date|Value\nC-2024-01|Halton Foods|2024-04-01|12000\nC-2024-02|Lifts Ltd|2025-01-01|900",
    "the year that buildings were built": "Building|Built on|Area\nTown hall|1965-01-01|120\nLibrary|1978-01-01|200",
    "one row": "Headcount|120",
    "nothing": "",
    "a levels table": "Level|Ethnic minority|White|Not stated\nBand 1|1|2|0\nBand 2|3|4|0\nVSM|0|5|1",
    "days of the week": "Day|Visits\nMonday|12\nTuesday|9\nWednesday|8\nThursday|11\nFriday|30",
    "months, April and June among them": "Month|Spend\nApril|1\nMay|2\nJune|3\nJuly|4\nAugust|5\nSeptember|6",
    "places of the region": "Place|Jobs\nHalton|1\nSt Helens|2\nKnowsley|3\nWirral|4\nSefton|5",
    "words of a survey": "Question|Answer\nDo you feel valued?|71%\nWould you recommend us?|64%",
    "a training plan": "Role|Band|Places offered\nPorter|2|12\nNurse|5|30\nPorter|3|4",
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_people_is_found_out(name: str) -> None:
    why = looks_like_people(table(LISTS[name]))
    assert why is not None
    assert "counts only" in why


@pytest.mark.parametrize("name", TOTALS)
def test_a_table_of_totals_passes(name: str) -> None:
    assert looks_like_people(table(TOTALS[name])) is None


def test_an_enormous_table_is_not_read_to_its_end() -> None:
    rows = [["Supplier", "Spend"], *([f"Supplier {number}", str(number)] for number in range(100_000))]
    assert looks_like_people(rows) is None
