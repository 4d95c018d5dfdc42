"""Tours of the Assembly and of the sustainability team: every page of theirs and every state of it."""

from collections.abc import Iterator

from playwright.sync_api import FilePayload, Page

from tests.journeys.conftest import Visit
from tests.journeys.places import LONG, ROUND, UNDER_REVIEW, press, through


def assembly(visit: Visit) -> Iterator[tuple[str, Page]]:
    """The Assembly: what waits for it, a review with mistakes, and the queries as the organisation reads and answers them."""
    page = visit("member@assembly.example")
    yield from through(
        page,
        "/reviews",
        f"/reviews{ROUND.removeprefix('/returns')}/roche",
        "/assembly",
        "/assembly/2026-07",
        "/assembly/2023-07",
        "/assembly/2026-07/indicators/20",
        "/assembly/2026-07/measures/p5.charter_signed",
        "/assembly/2027-01?sector=council&pledge=9&name=Llanfairpwllgwyngyll#pledges",
        "/assembly/2026-07?pledge=6&outcome=partly",
        "/assembly/2026-07/indicators/12/returns",
        "/meetings",
        "/meetings/1/items/13",
        "/meetings/1/minutes",
        "/actions?show=all",
        "/actions/1",
        "/rounds",
        "/reviews/2027-01/nhs-cheshire-and-merseyside",
        UNDER_REVIEW.replace("/returns", "/reviews"),
    )
    press(page, "Return with these queries")
    yield "a review with errors", page
    page.locator("details.app-ask").first.evaluate("details => details.open = true")
    page.locator("textarea[name^='ask:']").first.fill(f"Why? {LONG}")
    for box, number in (("Day", "31"), ("Month", "2"), ("Year", "2027")):
        page.get_by_label(box, exact=True).fill(number)
    press(page, "Return with these queries")
    yield "a review with a query and an error", page


def team(visit: Visit) -> Iterator[tuple[str, Page]]:
    """The sustainability team."""
    page = visit("team@team.example")
    yield from through(
        page,
        "/work",
        "/team",
        "/rounds",
        "/rounds/2027-01",
        "/rounds/2026-07",
        "/rounds/2026-07/archive",
        "/rounds/2027-01/dates",
        "/rounds/2027-01/more-time/one-wirral-cic",
        "/exports",
        "/exports/2027-01",
        "/exports/log",
        "/rounds/2027-01/reminders",
        "/rounds/2027-01/reminders/1",
        "/team/outbox",
        "/rounds/2026-07/revise",
        "/rounds/add",
        "/organisations/roche/people",
        "/team/certificates",
        "/organisations/roche/certificates",
        "/team/case-studies",
        "/assembly/2026-07/indicators/20/returns?sector=council",
        "/meetings/2",
        "/meetings/2/change",
        "/meetings/2/organisations",
        "/organisations/mid-cheshire-hospitals/board-report",
        f"{UNDER_REVIEW.replace('/returns', '/reviews')}/reviewers",
        "/interests",
        "/jobs",
        "/jobs/1",
        "/team/audit?since=nonsense",
        "/team/audit",
    )
    press(page, "Check the whole audit")
    yield "long work that waits", page
    page.goto("/rounds/2027-01/reminders/add")
    press(page, "Keep it and see who gets it")
    yield "a reminder with errors", page
    page.goto("/meetings/2")
    press(page, "Begin the meeting")
    yield "a meeting to be begun before its day", page


def team_with_the_register(visit: Visit) -> Iterator[tuple[str, Page]]:
    """The team with organisations, people and questionnaires."""
    page = visit("team@team.example")
    yield from through(
        page,
        "/team/questionnaires",
        "/team/questionnaires/2024-07",
        "/team/questionnaires/2024-07/changes",
        "/team/questionnaires/2024-07/preview/pledge-6?sector=council",
        "/team/questionnaires/drafts/1",
        "/team/questionnaires/drafts/1/words/pledge-1",
        "/team/questionnaires/drafts/1/publish",
        "/team/people?role=lead",
        "/team/people/1",
        "/team/people/invite",
        "/team/people/1/hand-over",
        "/team/people/1/recover",
        "/team/register",
        "/team/register/add",
        "/team/register/quayside-homes",
        "/team/register/quayside-homes/rename",
        "/team/register/quayside-homes/merge",
        "/team/register/quayside-homes/holdings/add",
        "/team/register/holdings",
        "/team/register/imports",
        "/team/register/imports/1",
    )


def team_with_beacon_values(visit: Visit) -> Iterator[tuple[str, Page]]:
    """Published values: no file, a file with mistakes, one to apply, taken out again; programmes and milestones."""
    page = visit("team@team.example")
    yield from through(page, "/team/beacon")
    press(page, "Show what is in it")
    yield "no file of values chosen", page
    for name, value in (("values with errors", "many"), ("values that change", "12.5")):
        content = f"Indicator ID,Indicator Name,Area Code,Time period,Value\n9990004,{LONG},E06000006,2024/25,{value}\n"
        page.goto("/team/beacon")
        file = FilePayload(name=f"{LONG[:60]}.csv", mimeType="text/csv", buffer=content.encode())
        page.get_by_label("A file from “Download data”").set_input_files(file)
        press(page, "Show what is in it")
        page.locator("main select").first.select_option("4")
        press(page, "Show what changes")
        yield name, page
    press(page, "Apply this value")
    yield "values applied", page
    yield from through(page, "/team/beacon/uploads/1", "/team/beacon/uploads/1/undo")
    press(page, "Take it out")
    yield "values taken out without a reason", page
    yield from _programmes(page)


def _programmes(page: Page) -> Iterator[tuple[str, Page]]:
    programmes = "/team/beacon/programmes"
    yield from through(
        page, programmes, f"{programmes}/1", f"{programmes}/1/remove", f"{programmes}/add/theme-1/programme"
    )
    press(page, "Add it")
    yield "a programme without a name", page
    page.goto(f"{programmes}/1")
    page.locator("input[name=seen]").evaluate("box => box.value = '0'")
    page.get_by_label("What is it called?").fill(LONG)
    press(page, "Save")
    yield "a programme changed meanwhile", page
