"""The Beacon pages: all 22 in one table, a page for each; and the team's uploads, programmes and milestones."""

import re
from html import unescape
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from anchor_portal.models import BeaconAction, BeaconUpload
from tests.command import refusal, run
from tests.pages import Browser, Page, check
from tests.web.frozen_figures import WITHHELD, withhold

TEAM = "team@team.example"
HEAD = "Indicator ID,Indicator Name,Area Code,Area Name,Sex,Time period,Value,Value note\n"
RECEPTION = "9990004,Reception,E06000006,Halton,Persons,2025/26,{},\n"
PROGRAMMES = "/team/beacon/programmes"
HOSTILE = "<script>alert(1)</script> =1+1 \u202eמשהו & “"


def upload(browser: Browser, content: str | bytes, name: str = "values.csv", status: int = 200) -> Page:
    data = content.encode() if isinstance(content, str) else content
    return browser.post("/team/beacon", {"file": (BytesIO(data), name)}, status)


def team(app: Flask) -> Browser:
    return Browser(app).sign_in(TEAM)


def address(page: Page) -> str:
    """Of the upload whose page it is."""
    form = page.soup.select_one('form[action$="/discard"]')
    assert form
    return str(form["action"]).removesuffix("/discard")


def choose(browser: Browser, page: Page, status: int = 200, **numbers: str) -> Page:
    return browser.post(
        address(page), {f"number-{position[1:]}": number for position, number in numbers.items()}, status
    )


def apply(browser: Browser, page: Page, status: int = 200) -> Page:
    path = f"{address(page)}/apply"
    return browser.post(path, page.form(path), status)


def plain(markup: str) -> str:
    """The words of some HTML, quickly: the table is large, and one test alone checks that it is sound."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def words_of(browser: Browser, path: str) -> str:
    response = browser.client.get(path)
    assert response.status_code == 200
    return plain(response.text.partition("<main")[2])


def line_of(browser: Browser, number: int) -> str:
    """The words of an indicator's lines in the table, with those under each."""
    parts = browser.client.get("/beacon").text.split('<tr class="app-beacon__line"')[1:]
    return " ".join(line for line in map(plain, parts) if line.startswith(f'role="row"> {number}. '))


def test_all_22_stand_in_one_table_by_theme(sqlite_browser: Browser) -> None:
    page = sqlite_browser.get("/beacon")
    tables = page.soup.select("main table")
    assert len(tables) == 1
    numbers = [
        int(found[0])
        for row in tables[0].select("tr.app-beacon__line")
        if (found := re.match(r"\d+", row.get_text(strip=True)))
    ]
    assert numbers == [1, 1, 2, 2, *range(3, 23)]
    heads = [head.get_text(strip=True) for head in tables[0].select("thead th")]
    assert heads[1:3] == ["England", "Cheshire and Merseyside"] and len(heads) == 12
    themes = [head.get_text(strip=True) for head in tables[0].select("tr.app-beacon__theme")]
    assert themes[0] == "Life expectancy" and themes[8].startswith("Theme 8. Pursue")
    assert all(len(row.select("th, td")) in {2, 12} for row in tables[0].select("tr.app-beacon__line"))


def test_a_line_has_its_period_its_unit_its_gap_and_how_each_place_stands(sqlite_browser: Browser) -> None:
    first = line_of(sqlite_browser, 1)
    assert "Years, 2022 to 2024" in first and "Best: Cheshire East (84.2) . Worst: Knowsley" in first
    assert "better" in line_of(sqlite_browser, 18) and "Interpret with caution" in line_of(sqlite_browser, 18)
    eleven = line_of(sqlite_browser, 11)
    assert "Highest:" in eleven and "better" not in eleven and "worse" not in eleven
    seven = line_of(sqlite_browser, 7)
    assert "not shown" in seven and "between the 8 places with a figure" in seven


def test_what_is_missing_says_why(sqlite_browser: Browser) -> None:
    assert "Not yet uploaded." in line_of(sqlite_browser, 8)
    assert "No longer available at local level." in line_of(sqlite_browser, 15)
    assert "No longer available at local level." in words_of(sqlite_browser, "/beacon/15")
    assert "Not yet uploaded." in words_of(sqlite_browser, "/beacon/8")


def test_our_own_are_live_from_the_newest_published_round_and_lead_to_their_pages(sqlite_browser: Browser) -> None:
    for number in (12, 20, 21):
        line = line_of(sqlite_browser, number)
        assert "round of July 2026" in line and "There is no England figure" in line
        assert f'href="/indicators/{number}"' in sqlite_browser.client.get("/beacon").text
    moved = sqlite_browser.client.get("/beacon/20")
    assert (moved.status_code, moved.location) == (302, "/indicators/20")


def test_where_the_newest_round_is_withheld_the_last_one_shown_stands_with_its_name(sqlite_app: Flask) -> None:
    withhold(sqlite_app, 20)
    line = line_of(Browser(sqlite_app), 20)
    assert "round of January 2026" in line and "round of July 2026" not in line
    assert re.search(r"\d%", line) and f"July 2026 is withheld: {WITHHELD.reason}." in line
    assert "round of July 2026" in line_of(Browser(sqlite_app), 21)


def test_a_page_has_a_chart_a_table_and_where_the_values_come_from(sqlite_browser: Browser) -> None:
    page = sqlite_browser.get("/beacon/1")
    assert [head.get_text(strip=True) for head in page.soup.select("main section > h2")] == ["Female", "Male"]
    assert len(page.soup.select("main svg[role=img]")) == 4, "two charts, each wide and narrow"
    described = page.soup.select_one("#areas-female-wide-desc")
    assert described and "2018 to 2020: Cheshire and Merseyside" in described.get_text()
    assert "beacon-synthetic-figures.csv" in page.words and "number 9990001" in page.words
    assert TEAM not in page.response.text


@pytest.mark.parametrize(
    "path",
    ["/beacon/0", "/beacon/23", "/beacon/99999999999999999999", "/beacon/x"],
)
def test_an_address_that_is_none_is_not_found(sqlite_browser: Browser, path: str) -> None:
    sqlite_browser.get(path, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/team/beacon/uploads/0",
        "/team/beacon/uploads/99999999999999999999",
        f"{PROGRAMMES}/99999999999999999999/remove",
        f"{PROGRAMMES}/add/theme-9/milestone",
        f"{PROGRAMMES}/add/theme-1/%00",
        f"{PROGRAMMES}/add/theme-1/dream",
    ],
)
def test_an_address_of_the_team_that_is_none_is_not_found(sqlite_browser: Browser, path: str) -> None:
    sqlite_browser.sign_in(TEAM).get(path, 404)


# Uploads


def test_a_file_is_previewed_applied_and_shown_and_taken_out_again(browser: Browser) -> None:
    page = upload(browser.sign_in(TEAM), HEAD + RECEPTION.format("99.5"))
    assert "Which indicators are in it?" in page.words
    page = choose(browser, page, _0="4")
    assert "1 new values of indicator 4" in page.words and "99.5%" not in words_of(browser, "/beacon")
    apply(browser, page)
    assert "99.5%" in line_of(browser, 4)
    path = f"{address(page)}/undo"
    assert "Give the reason" in browser.post(path, {"reason": " \u200b "}, 422).words
    browser.post(path, {"reason": "It was a test"})
    assert "99.5%" not in words_of(browser, "/beacon")
    assert "It was a test" in browser.get(address(page)).words


def test_a_file_with_mistakes_says_where_and_cannot_be_applied(sqlite_app: Flask) -> None:
    browser = team(sqlite_app)
    page = choose(browser, upload(browser, HEAD + RECEPTION.format("many")), _0="4")
    assert "Line 2, Halton: “many” in “Value” is not a number" in page.words
    assert not page.soup.select('form[action$="/apply"]')
    assert "cannot be read" in browser.post(f"{address(page)}/apply", {"seen": ""}, 409).words or page.status == 200


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04", "Save it as CSV first"),
        (b"name,value\nx,1\n", "The first line has no heading"),
        (HEAD.encode() + b"1,X,E08000003,Manchester,Persons,2024,1,\n", "No line of this file is about England"),
    ],
)
def test_a_file_that_is_no_download_is_refused_beside_its_box(sqlite_app: Flask, content: bytes, expected: str) -> None:
    page = upload(team(sqlite_app), content, status=422)
    assert page.words.count(expected) == 2, "in the summary, and beside the box"


def test_a_file_that_is_too_large_is_refused(sqlite_app: Flask) -> None:
    browser = team(sqlite_app)
    file = FileStorage(BytesIO(HEAD.encode() + b"x" * (15 * 1024 * 1024)), "values.csv")
    boundary, body = encode_multipart(MultiDict({"csrf_token": browser.token(), "file": file}))
    kind = f"multipart/form-data; boundary={boundary}"
    page = check(browser.client.post("/team/beacon", data=body, content_type=kind), 422)
    assert "larger than 15 MB" in page.words


def test_our_own_indicators_are_not_offered_and_refused(sqlite_app: Flask) -> None:
    browser = team(sqlite_app)
    page = upload(browser, HEAD + RECEPTION.format("5").replace("9990004", "1"))
    offered = {str(option["value"]) for option in page.soup.select("main select option")}
    assert not offered & {"12", "20", "21"} and {"", "1", "15", "22"} <= offered
    for number in ("20", "99", "１", "x" * 500):
        assert "There is a problem" in choose(browser, page, 422, _0=number).words


def test_two_people_at_once_do_not_overwrite_each_other_unseen(sqlite_app: Flask) -> None:
    browser = team(sqlite_app)
    mine = choose(browser, upload(browser, HEAD + RECEPTION.format("51")), _0="4")
    apply(browser, choose(browser, upload(browser, HEAD + RECEPTION.format("52")), _0="4"))
    page = apply(browser, mine, 409)
    assert "Somebody changed some of these values" in page.words and "every value that changes" in page.words
    apply(browser, page)
    assert "51.0%" in line_of(browser, 4)


def test_hostile_text_stands_as_text_everywhere(sqlite_app: Flask) -> None:
    browser = team(sqlite_app)
    cells = f'9990004,"{HOSTILE}",E06000006,Halton,Persons,2025/26,61,"{HOSTILE}"\n'
    page = upload(browser, HEAD + cells, f"{HOSTILE}.csv")
    assert "<script>alert" not in page.response.text and "=1+1" in page.words
    apply(browser, choose(browser, page, _0="4"))
    for path in ("/beacon", "/beacon/4", "/team/beacon", address(page)):
        shown = browser.client.get(path).text
        assert "<script>alert" not in shown and "=1+1" in plain(shown), path


def test_a_file_can_be_thrown_away_and_an_applied_one_cannot(sqlite_app: Flask) -> None:
    browser = team(sqlite_app)
    page = upload(browser, HEAD + RECEPTION.format("5"))
    browser.post(f"{address(page)}/discard", {})
    browser.get(address(page), 404)
    assert "applied already" in browser.post("/team/beacon/uploads/1/discard", {}).words
    browser.get("/team/beacon/uploads/1")


# Programmes and milestones


def action_form(**changes: str) -> dict[str, str]:
    return {"title": "Warm homes", "text": "", "owner": "", "state": "planned"} | changes


def test_a_programme_is_added_changed_moved_and_removed_in_the_table_s_sight(sqlite_app: Flask) -> None:
    browser = team(sqlite_app)
    path = f"{PROGRAMMES}/add/theme-4/milestone"
    due = {"due-day": "31", "due-month": "3", "due-year": "2027"}
    browser.post(path, action_form(owner="Housing team", **due))
    assert "Warm homes" in words_of(browser, "/beacon") and "Housing team, due 31 March 2027" in words_of(
        browser, "/beacon"
    )
    with Session(sqlite_app.extensions["database"].reader) as session:
        ident = session.query(BeaconAction.id).where(BeaconAction.title == "Warm homes").scalar()
    form = browser.get(f"{PROGRAMMES}/{ident}").form()
    browser.post(f"{PROGRAMMES}/{ident}", form | {"title": "Warmer homes", "state": "done"})
    browser.post(f"{PROGRAMMES}/{ident}/move", {"to": "up"})
    words = words_of(browser, "/beacon")
    assert words.index("Warmer homes") < words.index("Act on one aspect of poverty together")
    browser.post(f"{PROGRAMMES}/{ident}/remove", browser.get(f"{PROGRAMMES}/{ident}/remove").form())
    assert "Warmer homes" not in words_of(browser, "/beacon")


def test_mistakes_in_a_programme_are_named_and_what_was_typed_stays(sqlite_app: Flask) -> None:
    browser = team(sqlite_app)
    typed = action_form(
        title="\u200b", text="Kept as typed", state="dream", **{"due-day": "45", "due-month": "1", "due-year": "2027"}
    )
    page = browser.post(f"{PROGRAMMES}/add/theme-1/programme", typed, 422)
    for message in ("Enter what it is called", "Choose how far it is", "must be a real date"):
        assert page.words.count(message) >= 2, message
    assert "Kept as typed" in page.response.text and 'value="45"' in page.response.text


def test_the_second_of_two_people_sees_both_versions(sqlite_app: Flask) -> None:
    browser = team(sqlite_app)
    form = browser.get(f"{PROGRAMMES}/1").form()
    browser.post(f"{PROGRAMMES}/1", form | {"title": "The first one’s words"})
    page = browser.post(f"{PROGRAMMES}/1", form | {"title": "The second one’s words"}, 409)
    assert "The first one’s words" in page.words and "The second one’s words" in page.response.text
    assert "The second one’s words" not in words_of(browser, "/beacon")
    browser.post(f"{PROGRAMMES}/1", page.form() | {"title": ""}, 422)
    browser.post(f"{PROGRAMMES}/1", page.form())
    assert "The second one’s words" in words_of(browser, "/beacon")


def test_a_programme_changed_meanwhile_is_not_removed_unseen(sqlite_app: Flask) -> None:
    browser = team(sqlite_app)
    form = browser.get(f"{PROGRAMMES}/1/remove").form()
    with Session(sqlite_app.extensions["database"].writer) as session, session.begin():
        session.execute(update(BeaconAction).where(BeaconAction.id == 1).values(version=2, title="New words"))
    assert "It is not removed" in browser.post(f"{PROGRAMMES}/1/remove", form, 409).words
    browser.get(f"{PROGRAMMES}/1")


# The command line


def test_an_operator_takes_values_in_and_lists_them(demo_url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("values") / "values.csv"
    path.write_text(HEAD + RECEPTION.format("61") + "8,NEET,E06000006,Halton,Persons,2025/26,9,\n", encoding="utf-8")
    assert "Nothing was stored" in run(demo_url, "beacon", "import", path, "--use", "8=8", "--dry-run").text
    assert "not yet uploaded" in run(demo_url, "beacon", "list").text
    assert (
        "Indicator 8: 1 new, 0 changed, 0 the same" in run(demo_url, "beacon", "import", path, "--use", "neet=8").text
    )
    assert re.search(r" 8  2025/26 ", run(demo_url, "beacon", "list").text)
    assert "the file holds 2 indicators" in refusal(demo_url, "beacon", "import", path, "--number", "8")
    assert "made from the returns" in refusal(demo_url, "beacon", "import", path, "--use", "8=20")
    assert "is not like 90366=1" in refusal(demo_url, "beacon", "import", path, "--use", "8=99")
    path.write_text(HEAD + RECEPTION.format("many"), encoding="utf-8")
    assert "Line 2, Halton" in refusal(demo_url, "beacon", "import", path, "--number", "4")


def test_files_that_nobody_applied_are_let_go_after_two_days(sqlite_app: Flask) -> None:
    browser = team(sqlite_app)
    page = upload(browser, HEAD + RECEPTION.format("5"))
    with Session(sqlite_app.extensions["database"].writer) as session, session.begin():
        session.execute(update(BeaconUpload).values(uploaded_at=BeaconUpload.applied_at).where(BeaconUpload.id == 1))
        old = session.get_one(BeaconUpload, 1).uploaded_at
        session.execute(update(BeaconUpload).where(BeaconUpload.state == "preview").values(uploaded_at=old))
    upload(browser, HEAD + RECEPTION.format("6"))
    browser.get(address(page), 404)
    browser.get("/team/beacon/uploads/1")
