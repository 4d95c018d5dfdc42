"""The register's pages: adding with duplicates shown, changing, renaming, merging, holdings, files."""

import csv
import io
from datetime import date
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from anchor_portal.models import AuditEntry, Certificate, Holding, Organisation, RegisterImportRow
from tests.pages import Browser, Page, check

TEAM = "team@team.example"
REGISTER = "/team/register"
TORUS = f"{REGISTER}/torus"
IMPORTS = f"{REGISTER}/imports"
NEW = {"name": "Quay Homes", "sector": "housing", "scale": "general", "is_signatory": "no", "main_place": "E08000012"}

HOSTILE = (
    "\0",
    "٣٤",
    "1" * 40,
    "%00",
    "'; DROP TABLE organisations --",
    "<b>",
    "\u202e",
    "x" * 5000,
    "{{7*7}}",
)


@pytest.fixture
def team(sqlite_browser: Browser) -> Browser:
    return sqlite_browser.sign_in(TEAM)


def day(name: str, when: date) -> dict[str, str]:
    return {f"{name}-day": str(when.day), f"{name}-month": str(when.month), f"{name}-year": str(when.year)}


def count(app: Flask, model: type) -> int:
    with Session(app.extensions["database"].reader) as session:
        return session.scalars(select(func.count()).select_from(model)).one()


def listed(page: Page) -> list[str]:
    return [" ".join(each.get_text(" ").split()) for each in page.soup.select(".app-register tbody th a")]


def upload(team: Browser, content: str | bytes, status: int = 200, **form: str) -> Page:
    data = content.encode() if isinstance(content, str) else content
    given = {"what": "organisations", "sector": "vcse"} | form
    return team.post(IMPORTS, given | {"file": (BytesIO(data), "list.csv")}, status)


def address(page: Page) -> str:
    """Of the file whose page it is."""
    form = page.soup.select_one('form[action$="/discard"]')
    assert form
    return str(form["action"]).removesuffix("/discard")


def test_an_organisation_is_found_by_any_name_or_code(team: Browser) -> None:
    assert listed(team.get(f"{REGISTER}?q=ALZHEIMER’S")) == ["Alzheimer's Society"]
    assert listed(team.get(f"{REGISTER}?q=cwp")) == ["Cheshire & Wirral Partnership"]
    assert listed(team.get(f"{REGISTER}?q=rbt")) == ["Mid Cheshire Hospitals"]
    assert listed(team.get(f"{REGISTER}?q=quayside+and+district")) == ["Quayside Homes"]
    assert listed(team.get(f"{REGISTER}?of=merged")) == ["Lantern Yard Studios"]
    assert listed(team.get(f"{REGISTER}?holds=fair_employment_charter")) == ["Mersey Lantern Works Ltd"]
    assert listed(team.get(f"{REGISTER}?sector=company&place=several&of=signatory")) == ["Roche"]
    assert "No organisation of the register is like that" in team.get(f"{REGISTER}?q=%25").words
    assert len(listed(team.get(f"{REGISTER}?sector=pirates&place=x&of=y&holds=z&page=99"))) == 25


def test_a_new_organisation_is_added_once_and_shown(team: Browser) -> None:
    page = team.post(f"{REGISTER}/add", NEW | {"works_in": "E08000012", "code-companies-house": "1234567"})
    assert page.title == "Register Quay Homes"
    assert "01234567" in page.words
    again = team.post(f"{REGISTER}/add", NEW, 422)
    assert again.errors == ["An organisation with a name like this is in the register already"]
    assert team.post(f"{REGISTER}/add", NEW | {"is_another": "yes"}).title == "Register Quay Homes"
    assert team.get(f"{REGISTER}/quay-homes-2").title == "Register Quay Homes"


def test_while_a_name_is_typed_those_it_may_be_are_shown(team: Browser) -> None:
    def shown(name: str) -> str:
        response = team.client.get(f"{REGISTER}/alike", query_string={"name": name})
        assert response.status_code == 200
        return response.text

    assert "the same name" in shown("alzheimers society")
    assert "sefton-cvs" in shown("Sefton CVS")
    assert "sefton-council" not in shown("Sefton CVS")
    assert "begins like it" in shown("clatter")
    assert "No organisation" in shown("Entirely New")
    assert shown("").strip() == ""


def test_a_name_that_is_alike_is_asked_about_before_it_is_added(team: Browser, sqlite_app: Flask) -> None:
    before = count(sqlite_app, Organisation)
    page = team.post(f"{REGISTER}/add", NEW | {"name": "Alzheimer’s Society Ltd", "sector": "vcse"}, 422)
    assert "Alzheimer's Society" in page.text(".app-alike")
    assert page.form()["name"] == "Alzheimer’s Society Ltd", "what was typed stays"
    assert count(sqlite_app, Organisation) == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, "Enter the full name"),
        ({"name": "\u200b"}, "Enter the full name"),
        ({"name": "x" * 301}, "A name has at most 300 characters"),
        ({"sector": ""}, "Choose the sector"),
        ({"scale": "x"}, "Choose the levels"),
        ({"headcount": "lots"}, "The headcount must be a number in figures, like 1,200"),
        ({"headcount": "10" * 20}, "The headcount must be 2,000,000 or less"),
        (
            {"hosted_by": "Nobody at all"},
            "“Nobody at all” is no organisation in the register: give its full name or code",
        ),
        ({"code-ods": "!"}, "“!” is not an ODS code: three to eight letters and digits, like RXX"),
        ({"code-ods": "RBT"}, "The ODS code RBT is that of Mid Cheshire Hospitals NHS Foundation Trust"),
        (
            day("joined_on", date(2024, 1, 1)),
            "It has a day of signing or leaving, so it is or was a signatory: choose “Yes”",
        ),
        ({"joined_on-day": "31"}, "The day on which it signed must include a month and a year"),
    ],
)
def test_what_is_wrong_is_said_at_its_box_and_the_rest_is_kept(
    team: Browser, change: dict[str, str], message: str
) -> None:
    page = team.post(f"{REGISTER}/add", NEW | {"note": "Kept"} | change, 422)
    assert page.errors == [message]
    assert page.form()["note"] == "Kept"


def test_whoever_joins_gets_the_certificate_of_a_signatory(team: Browser, sqlite_app: Flask) -> None:
    before = count(sqlite_app, Certificate)
    team.post(f"{REGISTER}/add", NEW | {"is_signatory": "yes"} | day("joined_on", date(2026, 1, 2)))
    assert count(sqlite_app, Certificate) == before + 1
    assert "Signatory of the Anchor Framework since 2 January 2026" in team.get(f"{REGISTER}/quay-homes").words


def test_details_are_changed_and_a_stale_page_is_told_what_is_there_now(team: Browser) -> None:
    form = team.get(f"{TORUS}/change").form() | {"works_in": "E08000013"}
    assert "Torus is saved." in team.post(f"{TORUS}/change", form | {"note": "First"}).words
    stale = team.post(f"{TORUS}/change", form | {"note": "Second"}, 409)
    assert "Note now First" in stale.words
    assert stale.form()["note"] == "Second"
    assert "Second" not in team.get(TORUS).words
    again = stale.form() | {"works_in": "E08000013"}
    team.post(f"{TORUS}/change", again)
    assert "Second" in team.get(TORUS).words


def test_saving_what_is_there_says_that_nothing_changed(team: Browser) -> None:
    form = team.get(f"{REGISTER}/roche/change").form()
    assert "Nothing was changed." in team.post(f"{REGISTER}/roche/change", form).words


def test_a_rename_keeps_the_address_and_shows_both_names(team: Browser) -> None:
    form = team.get(f"{TORUS}/rename").form() | {"name": "Torus Futures", "printed_name": "Torus"}
    assert team.post(f"{TORUS}/rename", form, 422).errors == ["Choose what happened"]
    assert team.post(f"{TORUS}/rename", form | {"why": "new"}, 422).errors == [
        "Enter the day from which it has the new name"
    ]
    page = team.post(f"{TORUS}/rename", form | {"why": "new"} | day("since", date(2026, 4, 1)))
    assert "It is called Torus Futures now." in page.words
    assert "Until 1 April 2026" in page.text("table")
    assert team.post(f"{TORUS}/rename", form | {"why": "slip", "name": "Other"}, 409).status == 409


def test_other_names_come_and_go(team: Browser) -> None:
    assert team.post(f"{TORUS}/names", {"name": " "}, 422).errors == ["Enter the other name"]
    assert "That is the name of Roche" in team.post(f"{TORUS}/names", {"name": "ROCHE"}, 422).errors[0]
    page = team.post(f"{TORUS}/names", {"name": "Grŵp Torus"})
    remove = page.soup.select('form[action*="/names/alias/"]')[0]
    assert "is removed" in team.post(str(remove["action"]), {}).words
    assert "removed already" in team.post(str(remove["action"]), {}).words
    assert team.post(f"{TORUS}/names/alias/{10**30}/remove", {}).status == 200


def test_an_organisation_becomes_part_of_another_and_that_is_taken_back(team: Browser) -> None:
    form = team.get(f"{TORUS}/merge").form() | {"how": "merged", "other": "Roche"} | day("on", date(2026, 4, 1))
    assert (
        team.post(f"{TORUS}/merge", form | {"other": "Nobody"}, 422).errors[0].startswith("“Nobody” is no organisation")
    )
    assert team.post(f"{TORUS}/merge", form | {"other": "torus"}, 422).errors == [
        "An organisation cannot become part of itself"
    ]
    page = team.post(f"{TORUS}/merge", form)
    assert "It became part of Roche on 1 April 2026" in page.words
    assert "Became part of it Torus" in team.get(f"{REGISTER}/roche").words
    form = page.form(f"{TORUS}/merge/undo")
    assert "stands by itself again" in team.post(f"{TORUS}/merge/undo", form).words
    assert "Nothing was changed" in team.post(f"{TORUS}/merge/undo", form).words


def test_two_entries_become_one_on_the_page(team: Browser) -> None:
    team.post(f"{REGISTER}/add", NEW | {"name": "Alzheimers Soc", "is_another": "yes"})
    path = f"{REGISTER}/alzheimers-soc/merge"
    form = team.get(path).form() | {"how": "twice", "other": "Alzheimer's Society"}
    page = team.post(path, form)
    assert page.title == "Register Alzheimer's Society"
    assert "Alzheimers Soc" in page.words
    team.get(f"{REGISTER}/alzheimers-soc", 404)


def test_what_rests_on_an_organisation_keeps_it_in_the_register(team: Browser) -> None:
    assert "returns" in team.get(f"{TORUS}/remove").words
    assert "cannot be removed" in team.post(f"{TORUS}/remove", {}).words
    team.post(f"{REGISTER}/add", NEW)
    assert "out of the register" in team.post(f"{REGISTER}/quay-homes/remove", {}).words
    team.get(f"{REGISTER}/quay-homes", 404)


def test_holdings_are_noted_changed_and_removed(team: Browser, sqlite_app: Flask) -> None:
    path = f"{REGISTER}/roche/holdings"
    given = {"kind": "social_value_award", "level": "Health"} | day("since", date(2020, 1, 2))
    assert team.post(f"{path}/add", {}, 422).errors == [
        "Choose what it holds",
        "Enter the day on which it was signed, awarded, adopted or joined",
    ]
    late = team.post(f"{path}/add", given | day("until", date(2019, 1, 2)), 422)
    assert late.errors == ["It cannot end before it begins"]
    page = team.post(f"{path}/add", given)
    assert "Social Value Award Health Lapsed 2 January 2020 to 2 January 2025" in page.words
    assert "in the register already" in team.post(f"{path}/add", given, 422).errors[0]
    with Session(sqlite_app.extensions["database"].reader) as session:
        ident = session.scalars(select(Holding.id).where(Holding.level == "Health")).one()
    form = team.get(f"{path}/{ident}").form()
    assert "Held" in team.post(f"{path}/{ident}", form | day("until", date(2030, 1, 2))).words
    assert team.post(f"{path}/{ident}", form | {"level": "Other"}, 409).status == 409
    assert "is removed" in team.post(f"{path}/{ident}/remove", {}).words
    team.get(f"{path}/{ident}", 404)
    team.get(f"{TORUS}/holdings/{10**30}", 404)


def test_what_is_known_by_its_letters_is_written_out_too(team: Browser) -> None:
    page = team.get(f"{REGISTER}/holdings?kind=toms")
    assert page.text("main h2") == "Taking part in Themes, Outcomes and Measures (TOMs)"


def test_who_holds_what_is_counted_and_downloaded(team: Browser, sqlite_app: Flask) -> None:
    page = team.get(f"{REGISTER}/holdings?kind=social_value_award")
    rows = {
        row.th.get_text(strip=True): row.get_text(" ", strip=True)
        for row in page.soup.select("table tbody tr")
        if row.th
    }
    assert "Quayside Homes" in rows
    assert "Lapsed" in rows["Quayside Homes"]
    response = team.client.get(f"{REGISTER}/holdings.csv")
    lines = list(csv.reader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert len(lines) == count(sqlite_app, Holding) + 1
    with Session(sqlite_app.extensions["database"].reader) as session:
        assert "charters and awards" in session.scalars(
            select(AuditEntry.subject).where(AuditEntry.action == "exported")
        )


def test_what_is_exported_reads_in_again_and_changes_nothing(team: Browser) -> None:
    for path, what in (("export.csv", "organisations"), ("holdings.csv", "holdings")):
        content = team.client.get(f"{REGISTER}/{path}").data
        page = upload(team, content, what=what, sector="vcse")
        assert "No line would change anything as it is" in page.words, page.words


def test_a_small_file_is_shown_decided_and_applied_at_once(team: Browser) -> None:
    page = upload(team, "Name,Contact,ODS code\nQuay Homes,Somebody,\nTorus Housing,Somebody,\nBroken,Somebody,!\n")
    assert "Left alone and not kept: Contact" in page.words
    assert "Somebody" not in page.words
    assert "May be there already: under a name that is alike: you decide" in page.words
    path = address(page)
    assert (
        "Decided about 1 line." in team.post(f"{path}/decide", {"line-3": "new", "line-x": "new", "line-4": "zz"}).words
    )
    seen = team.get(path).form(f"{path}/apply")
    assert "meanwhile" in team.post(f"{path}/apply", seen | {"seen": "old"}, 409).errors[0]
    done = team.post(f"{path}/apply", seen)
    assert "2 organisations added" in done.words
    assert "In the register" in done.title
    assert "already" in team.post(f"{path}/apply", seen, 409).errors[0]
    rest = team.client.get(f"{path}/not-taken.csv").text
    assert "Wrong: “!” is not an ODS code" in rest


def test_a_large_file_is_applied_as_a_job(team: Browser, sqlite_app: Flask) -> None:
    page = upload(team, "Name\n" + "\n".join(f"Lantern {n}" for n in range(201)))
    assert "it goes on by itself when you close the page" in page.words
    path = address(page)
    before = count(sqlite_app, Organisation)
    started = team.post(f"{path}/apply", team.get(path).form(f"{path}/apply"))
    assert "/jobs/" in started.response.request.path
    assert count(sqlite_app, Organisation) == before, "it waits for a worker"
    assert "It is being written into the register" in team.get(path).words


@pytest.mark.parametrize(
    ("form", "content", "message"),
    [
        ({"what": ""}, "Name\nA\n", "Choose what the lines of the file are"),
        ({"sector": "x"}, "Name\nA\n", "Choose the sector of organisations whose line does not say it"),
        ({"kind": "x"}, "Name\nA\n", "Choose one of the charters and awards"),
        ({}, "", "The file is empty"),
        (
            {},
            "a,b\n1,2\n",
            "No column with names of organisations was found: give it the heading “Name”. Its first line is: a; b",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_why(team: Browser, form: dict[str, str], content: str, message: str) -> None:
    assert upload(team, content, 422, **form).errors == [message]


def test_a_file_that_is_too_large_is_refused(team: Browser) -> None:
    # the body is made here: what the test client makes of so large a file it leaves open
    file = FileStorage(BytesIO(b"Name\n" + b"x" * (10 * 1024 * 1024)), "list.csv")
    form = {"csrf_token": team.token(), "what": "organisations", "sector": "vcse", "file": file}
    boundary, body = encode_multipart(MultiDict(form))
    kind = f"multipart/form-data; boundary={boundary}"
    page = check(team.client.post(IMPORTS, data=body, content_type=kind), 422)
    assert "larger than 10 MB" in page.errors[0]


def test_a_file_is_put_aside(team: Browser, sqlite_app: Flask) -> None:
    before = count(sqlite_app, RegisterImportRow)
    path = address(upload(team, "Name\nQuay Homes\n"))
    assert "The file is put aside" in team.post(f"{path}/discard", {}).words
    assert count(sqlite_app, RegisterImportRow) == before
    assert "Put aside" in team.get(path).title


def test_hostile_text_in_names_and_files_is_only_text(team: Browser) -> None:
    for text in HOSTILE:
        team.client.get(REGISTER, query_string={"q": text, "page": text})
        team.client.get(f"{REGISTER}/alike", query_string={"name": text})
        response = team.client.post(
            f"{REGISTER}/add", data=NEW | {"csrf_token": team.token(), "name": text, "hosted_by": text}
        )
        assert response.status_code in {302, 422}
    evil = '<script>alert(1)</script> =1+1 \u202e"'
    page = upload(team, f'Name\n"{evil.replace(chr(34), chr(34) * 2)}"\n')
    assert "<script>alert" not in str(page.soup.select_one("main"))
    team.get(f"{IMPORTS}/{10**30}", 404)
    team.get(f"{IMPORTS}/1?lines=%00&page={10**30}")
