"""Meetings through the pages: planned with mistakes, recorded by two at once, withheld where there is an interest."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.models import Interest, Organisation, User
from tests.pages import Browser

TEAM, MEMBER, INTERESTED = "team@team.example", "member@assembly.example", "leopold.quarrington@assembly.example"
TRUST = "mid-cheshire-hospitals"
ITEM = "/meetings/2/items/14"
BEFORE_ITS_DAY = {"confirmed": "yes"}
"""What begins a meeting whose day has not come: the page that asks has said yes."""


def as_person(app: Flask, email: str) -> Browser:
    return Browser(app).sign_in(email)


def untokened(form: dict[str, str]) -> dict[str, str]:
    """What a form would send, to be sent by somebody else as well."""
    return {name: text for name, text in form.items() if name != "csrf_token"}


def declare_an_interest(app: Flask) -> None:
    with Session(app.extensions["database"].writer) as session, session.begin():
        user = session.scalars(select(User.id).where(User.email == INTERESTED)).one()
        trust = session.scalars(select(Organisation.id).where(Organisation.slug == TRUST)).one()
        session.add(Interest(user_id=user, organisation_id=trust))


def about_an_organisation(browser: Browser, meeting: int = 2) -> str:
    """The address of the first item of a meeting that has a return to record outcomes for."""
    links = browser.get(f"/meetings/{meeting}").soup.select("#agenda ~ table a[href*='/items/']")
    return str(links[5 + 5]["href"]) if len(links) > 10 and "change" in str(links[1]["href"]) else str(links[5]["href"])


def test_a_meeting_is_planned_with_its_mistakes_said_and_what_was_typed_kept(sqlite_app: Flask) -> None:
    team = as_person(sqlite_app, TEAM)
    typed = {"title": "", "held_on-day": "31", "held_on-month": "2", "held_on-year": "2027", "starts_at": "25:00",
             "reference": "a b", "round_id": "999", "venue": "The boardroom"}  # fmt: skip
    page = team.post("/meetings/add", typed, 422)
    assert len(page.errors) == 5
    assert page.form()["venue"] == "The boardroom" and page.form()["starts_at"] == "25:00"
    sound = {"title": "Anchor Assembly, June 2027", "held_on-day": "3", "held_on-month": "6", "held_on-year": "2027",
             "starts_at": "9.30", "round_id": ""}  # fmt: skip
    page = team.post("/meetings/add", sound)
    assert "AA/06/27/01" in page.words and "3 June 2027 at 09:30" in page.words
    assert "number" in team.post("/meetings/add", sound | {"reference": "AA/06/27"}, 422).errors[0]


def test_organisations_are_put_on_the_agenda_all_at_once_or_one_by_one(sqlite_app: Flask) -> None:
    team = as_person(sqlite_app, TEAM)
    assert "Choose at least one" in team.post("/meetings/2/organisations", {"organisation": "nonsense"}, 422).errors[0]
    before = team.get("/meetings/2").words.count("Profile, for decision")
    team.post("/meetings/2/organisations", {"organisation": "20"})
    page = team.post("/meetings/2/organisations", {"which": "sent"})
    assert page.words.count("Profile, for decision") > before
    again = team.post("/meetings/2/items/14/move", {"to": "sideways"})
    assert "cannot go further" in again.words


def planned_for(browser: Browser, day: date) -> str:
    """The address of a new meeting on that day."""
    typed = {"title": "Anchor Assembly", "round_id": "", "held_on-day": str(day.day), "held_on-month": str(day.month),
             "held_on-year": str(day.year)}  # fmt: skip
    made = browser.client.post("/meetings/add", data=browser.get("/meetings/add").form() | typed)
    return made.location


def test_a_meeting_whose_day_has_not_come_is_begun_only_after_a_question(sqlite_app: Flask) -> None:
    member = as_person(sqlite_app, MEMBER)
    meeting = planned_for(as_person(sqlite_app, TEAM), today() + timedelta(days=2))
    begin = f"{meeting}/begin"
    assert member.get(meeting).soup.select_one(f'form[action="{begin}"] .nhsuk-button--secondary')
    page = member.post(begin, {})
    assert page.title.endswith("Begin the meeting before its day?") and "in 2 days" in page.words
    assert "Planned" in member.get(meeting).words
    assert "The meeting has begun." in member.post(begin, page.form(begin)).response.text
    assert "Begun, minutes not agreed yet" in member.get(meeting).words
    assert "had begun already" in member.post(begin, {}).response.text


def test_on_its_day_a_meeting_begins_with_one_click(sqlite_app: Flask) -> None:
    team = as_person(sqlite_app, TEAM)
    meeting = planned_for(team, today())
    assert not team.get(meeting).soup.select_one(f'form[action="{meeting}/begin"] .nhsuk-button--secondary')
    assert "The meeting has begun." in team.post(f"{meeting}/begin", {}).response.text


def test_two_people_record_at_one_item_and_the_second_is_told_what_the_first_found(sqlite_app: Flask) -> None:
    first, second = as_person(sqlite_app, MEMBER), as_person(sqlite_app, TEAM)
    first.post("/meetings/2/begin", BEFORE_ITS_DAY)
    item = about_an_organisation(first)
    form = untokened(second.get(item).form(f"{item}/outcomes"))
    assert first.post(f"{item}/outcomes", form | {"outcome-1": "met", "outcome-2": "met"}).words.count("met,") >= 2
    page = second.post(f"{item}/outcomes", form | {"outcome-1": "making_progress", "outcome-3": "met"}, 409)
    assert page.errors[0].startswith("Pledge 1:") and "recorded “Met” meanwhile" in page.errors[0]
    kept = page.form(f"{item}/outcomes")
    assert (kept["outcome-1"], kept["outcome-3"]) == ("making_progress", "met"), "what was chosen is kept"
    page = second.post(f"{item}/outcomes", kept)
    assert "2 outcomes are recorded" in page.words
    assert "Nothing was changed" in second.post(f"{item}/outcomes", page.form(f"{item}/outcomes")).words
    for browser, text in ((first, "The first decision."), (second, "The second decision.")):
        browser.post(f"{item}/decisions", {"decision": text})
    fragment = first.client.get(f"{item}/recorded").text
    assert "The first decision." in fragment and "The second decision." in fragment


def test_a_decision_is_changed_by_one_and_the_other_sees_both(sqlite_app: Flask) -> None:
    first, second = as_person(sqlite_app, MEMBER), as_person(sqlite_app, TEAM)
    first.post("/meetings/2/begin", BEFORE_ITS_DAY)
    page = first.post(f"{ITEM}/decisions", {"decision": "As it was."})
    address = str(page.soup.select_one(".app-said__change")["href"])  # type: ignore[index]
    form = untokened(second.get(address).form())
    first.post(address, first.get(address).form() | {"decision": "As the first has it."})
    page = second.post(address, form | {"decision": "As the second has it."}, 409)
    assert "As the first has it." in page.words and page.form()["decision"] == "As the second has it."
    page = second.post(address, page.form())
    assert "As the second has it." in page.words
    page = second.post(address, second.get(address).form() | {"then": "remove"})
    assert "taken out of the minutes" in page.words
    assert "Somebody took this decision out" in first.post(address, form | {"decision": "My words"}, 409).words


def test_an_action_goes_into_the_log_and_on_until_it_is_done(sqlite_app: Flask) -> None:
    member = as_person(sqlite_app, MEMBER)
    member.post("/meetings/2/begin", BEFORE_ITS_DAY)
    page = member.post(f"{ITEM}/actions", {"action": "​", "owner": "", "due_on-day": "40"}, 422)
    assert len(page.errors) == 3
    page = member.post(f"{ITEM}/actions", {"action": "=1+1 <b>send</b> it", "owner": "Ann"})
    address = str(page.soup.select("[data-live=actions] a")[-1]["href"])
    assert "=1+1 <b>send</b> it" in member.get("/actions").words
    assert "'=1+1" in member.client.get("/actions.csv").text, "a spreadsheet must not take it for a formula"
    form = member.get(address).form(address)
    assert "Say something" in member.post(address, form, 422).errors[0]
    assert "why it is dropped" in member.post(address, form | {"state": "dropped"}, 422).errors[0]
    page = member.post(address, form | {"state": "done", "text": "Sent on Monday."})
    assert "Done on" in page.words and "Sent on Monday." in page.words
    stale = member.post(address, form | {"state": "dropped", "text": "Not needed"}, 409)
    assert stale.form(address)["text"] == "Not needed"
    assert "it has ended" in member.post(f"{address}/change", {"action": "x", "owner": "y"}, 409).words.lower()
    assert f"{today().year}" in member.get("/actions?show=all").words


def test_a_member_with_an_interest_sees_the_number_of_the_item_and_nothing_else(sqlite_app: Flask) -> None:
    declare_an_interest(sqlite_app)
    member, interested = as_person(sqlite_app, MEMBER), as_person(sqlite_app, INTERESTED)
    rows = member.get("/meetings/1").soup.select("#agenda ~ table a[href*='/items/']")
    item = next(str(link["href"]) for link in rows if "Mid Cheshire" in link.get_text())
    assert "Bread from down the road" in member.get(item).words
    page = interested.get(item)
    assert "You have an interest" in page.words and "Bread" not in page.words and "Level now" not in page.words
    assert interested.client.get(f"{item}/recorded").status_code == 404
    interested.post(f"{item}/outcomes", {"outcome-1": "met"}, 404)
    theirs = [
        section
        for section in interested.get("/meetings/1/minutes").soup.select("section")
        if "Mid Cheshire" in section.get_text()
    ]
    assert "Withheld" in theirs[0].get_text() and "Decided" not in theirs[0].get_text()
    assert "You have an interest" in interested.get("/meetings/1").words


def test_the_board_report_says_which_marmot_themes_the_work_serves(sqlite_app: Flask) -> None:
    lead = as_person(sqlite_app, "lead@trust.example")
    page = lead.get(f"/organisations/{TRUST}/board-report")
    assert page.title.endswith("Report to the board")
    assert "of the eight Marmot themes: themes" in page.words
    assert len(page.soup.select("#themes ~ table")[0].select("tbody tr")) == 8
    assert "Beacon indicator 21" in page.words
    assert lead.client.get(f"/organisations/{TRUST}/board-report/2026-07/report.pdf").data.startswith(b"%PDF")
    lead.get(f"/organisations/{TRUST}/board-report/2027-01", 404)
    never = as_person(sqlite_app, TEAM).get("/organisations/north-west-ambulance-service/board-report", 404)
    assert never.status == 404


@pytest.mark.parametrize(("code", "month"), [("2026-07", "January"), ("2026-01", "July")])
def test_a_profile_says_which_rounds_figures_of_the_year_to_date_leave_out(
    sqlite_app: Flask, code: str, month: str
) -> None:
    lead = as_person(sqlite_app, "lead@trust.example")
    page = lead.get(f"/organisations/{TRUST}/board-report/{code}")
    said = f"compared with the same month a year before, so {month} is left out here."
    assert said in page.words
    paper = lead.client.get(f"/organisations/{TRUST}/board-report/{code}/report.pdf").data
    assert said in " ".join(" ".join(each.extract_text() for each in PdfReader(BytesIO(paper)).pages).split())


def test_on_a_phone_each_figure_of_a_profile_has_its_round_beside_it(sqlite_app: Flask) -> None:
    page = as_person(sqlite_app, "lead@trust.example").get(f"/organisations/{TRUST}/board-report")
    row = page.soup.select("table.app-measures-over-time.app-stack tbody tr")[0]
    labels = [str(cell["data-label"]) for cell in row.select("td")]
    assert labels == ["January 2025", "July 2025", "January 2026", "July 2026", "Change"]


def test_a_level_that_was_not_given_is_said_so(sqlite_app: Flask) -> None:
    page = as_person(sqlite_app, "lead@trust.example").get(f"/organisations/{TRUST}/board-report")
    cells = [
        " ".join(cell.get_text().split())
        for cell in page.soup.select('td[data-label="Level now"], td[data-label="Aim"]')
    ]
    assert "not given" in cells and "–" not in cells


@pytest.mark.parametrize(
    "path",
    ["/meetings/0", "/meetings/9999999999999999999999", "/meetings/1/items/99999999999999999999", "/actions/0",
     "/actions/2147483648", "/meetings/1/items/14", "/organisations/%00/board-report",
     f"/organisations/{TRUST}/board-report/%00", "/meetings/1/items/6/decisions/99999999999999999999"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(sqlite_app: Flask, path: str) -> None:
    as_person(sqlite_app, TEAM).get(path, 404)
