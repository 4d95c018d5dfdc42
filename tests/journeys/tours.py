"""Tours of every page and every state of it, each by somebody who may see it: a name, and the page as it stands then.

A state that others only lead to (a conflict, a refusal, a lost session) is made through the pages, as people make it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import FilePayload, Page

from tests import hostile
from tests.journeys.conftest import PASSWORD, Visit
from tests.journeys.places import (
    ACCEPTED,
    COUNCIL,
    LONG,
    NARRATIVE,
    READY,
    ROUND,
    SECTIONS,
    TRUST,
    UNSTARTED,
    press,
    through,
)
from tests.journeys.tours_of_the_house import assembly, team, team_with_beacon_values, team_with_the_register
from tests.offline import fill

Tour = Callable[[Visit], Iterator[tuple[str, Page]]]


def anyone(visit: Visit) -> Iterator[tuple[str, Page]]:
    """What is public."""
    page = visit()
    yield from through(
        page,
        "/",
        "/indicators",
        "/indicators/12",
        "/indicators/20",
        "/indicators/21",
        "/indicators/20/2023-07",
        "/measures/p1.rlw_staff",
        "/measures/p5.charter_signed",
        "/measures/p6.prevention_pledge",
        "/beacon",
        "/beacon/1",
        "/beacon/8",
        "/beacon/15",
        "/certificates",
        "/certificates?number=nothing",
        "/certificates/2026-07-NOTONE",
        "/case-studies?words=ward",
        "/case-studies/a-ward-that-switches-itself-off",
        "/organisations",
        "/organisations/mid-cheshire-hospitals",
        "/publications",
        "/publications/2026-07/1",
        "/how-figures-are-made",
        "/data",
        "/data/dictionary",
        "/accessibility",
        "/privacy",
        "/no-such-page",
        "/invitation/no-such-invitation",
        "/sign-in",
    )
    press(page, "Sign in")
    yield "sign-in with errors", page
    page.goto("/organisations/mid-cheshire-hospitals")
    page.locator("main a[href^='/certificates/']").first.click()
    yield "a certificate that stands", page


def contributor(visit: Visit) -> Iterator[tuple[str, Page]]:
    """Somebody who was given two sections, and may read the others."""
    page = visit("contributor@trust.example")
    reading = ("/work", "/messages", TRUST, f"{TRUST}/sections/pledge-4", f"{TRUST}/check")
    yield from through(page, *reading, "/account", "/sign-in/set-up", "/account/password", "/account/passkeys/add")


def lead(visit: Visit) -> Iterator[tuple[str, Page]]:
    """The lead of a trust whose draft is half filled in: every section, and what depends on the return."""
    colleague, page = visit("contributor@trust.example"), visit("lead@trust.example")
    colleague.goto(f"{TRUST}/sections/pledge-1")
    yield from through(
        page,
        "/work",
        "/messages",
        TRUST,
        *(f"{TRUST}/sections/{section}" for section in SECTIONS),
        f"{TRUST}/sections/pledge-7?check=yes",
        f"{TRUST}/check",
        f"{TRUST}/self-assessment",
        f"{TRUST}/sign",
        "/returns/2026-07/mid-cheshire-hospitals",
        "/returns/2026-07/mid-cheshire-hospitals/revisions",
        "/returns/2026-07/mid-cheshire-hospitals/revisions/1",
        f"{ROUND}/torus",
        "/organisations/mid-cheshire-hospitals/progress",
    )


def lead_with_mistakes(visit: Visit) -> Iterator[tuple[str, Page]]:
    """Sections with errors, warnings, answers carried forward, files, two versions, and a lost session."""
    page = visit("lead@trust.example")
    page.goto(f"{TRUST}/sections/pledge-2")
    for box in page.locator("main form input[type=text]:visible").all():
        box.fill("not a number")
    press(page, "Save and continue")
    yield "a section with errors", page
    yield from _with_warnings(page)
    yield from _carried_forward(page)
    yield from _with_files(page)
    yield from _two_versions(page)
    yield from _lost_session(page)


def _with_warnings(page: Page) -> Iterator[tuple[str, Page]]:
    page.goto(f"{TRUST}/sections/about")
    page.get_by_label("How many employees did you have on that day?").fill("43210")
    press(page, "Save and come back later")
    page.goto(f"{TRUST}/sections/about?check=yes")
    page.get_by_label("Explain in a sentence").first.fill(LONG)
    press(page, "Save and come back later")
    page.goto(f"{TRUST}/sections/about?check=yes")
    yield "a section with a warning and its explanation", page
    page.goto(f"{TRUST}/check")
    yield "check answers with errors and an explanation", page


def _carried_forward(page: Page) -> Iterator[tuple[str, Page]]:
    page.goto(f"{TRUST}/sections/pledge-6")
    for box in page.locator("main textarea:visible, main form input[type=text]:visible").all():
        box.fill("")
    press(page, "Save and come back later")
    page.goto(f"{TRUST}/sections/pledge-6")
    press(page, "Carry forward the answers of July 2026")
    yield "a section carried forward", page
    page.goto(TRUST)
    yield "tasks with a section to be confirmed", page


def _with_files(page: Page) -> Iterator[tuple[str, Page]]:
    files: list[FilePayload] = [
        {"name": f"{LONG[:70]}.pdf", "mimeType": "application/pdf", "buffer": hostile.pdf()},
        {"name": "staff.csv", "mimeType": "text/csv", "buffer": hostile.csv(hostile.STAFF)},
    ]
    page.goto(f"{TRUST}/sections/pledge-3")
    page.locator("summary", has_text="add files or links").click()
    page.get_by_label("Files for pledge 3 evidence").set_input_files(files)
    page.get_by_text("looks like a list of people").first.wait_for()
    page.get_by_label("What Llanfair").wait_for()
    yield "files handed in, one of them refused", page
    page.goto(f"{TRUST}/sections/pledge-4")
    page.locator("summary", has_text="add files or links").click()
    box = page.get_by_label("Files for pledge 4 evidence")
    # a copy that the script does not know: as without the script, the files travel with the form
    box.evaluate("box => { const copy = box.cloneNode(); copy.name = 'p4.evidence:upload'; box.replaceWith(copy); }")
    box.set_input_files(files[1])
    page.locator("form[data-saving]").evaluate("form => form.submit()")
    page.get_by_role("alert").wait_for()
    yield "files refused without the script", page


def _two_versions(page: Page) -> Iterator[tuple[str, Page]]:
    page.goto(f"{TRUST}/sections/pledge-1")
    page.locator("input[name=seen]").evaluate("box => box.value = 'stale'")
    page.locator(NARRATIVE).fill(f"My words. {LONG}")
    press(page, "Save and continue")
    page.get_by_text("Choose between two versions").wait_for()
    yield "two versions", page
    press(page, "Save what I chose")
    yield "two versions without a choice", page


def _lost_session(page: Page) -> Iterator[tuple[str, Page]]:
    page.goto(f"{TRUST}/sections/pledge-5")
    page.locator('textarea[name="p5.narrative:"]').fill(f"Typed after the session ended. {LONG}")
    page.context.clear_cookies()
    press(page, "Save and come back later")
    page.get_by_role("heading", name="What you typed").wait_for()
    yield "a lost session", page
    page.get_by_label("Email address").fill("lead@trust.example")
    press(page, "Sign in and go on")
    yield "a lost session, with an error", page
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in and go on")
    yield "after a lost session", page


def lead_with_colleagues(visit: Visit) -> Iterator[tuple[str, Page]]:
    """The people of an organisation, who does what, an invitation, and the form as a spreadsheet."""
    page = visit("lead@trust.example")
    people = "/organisations/mid-cheshire-hospitals/people"
    yield from through(page, people)
    press(page, "Invite")
    yield "people with errors", page
    page.get_by_label("Name").fill(LONG[:100])
    page.get_by_label("Email address").fill(f"{LONG[:50]}@trust.example")
    page.get_by_label("Contributor").check()
    press(page, "Invite")
    yield "the link of somebody invited", page
    link = page.locator("main a[href*='/invitation/']").get_attribute("href") or ""
    page.get_by_role("button", name="I have copied it").click()
    yield "people, somebody invited", page
    page.get_by_role("link", name="Take the role away").first.click()
    yield "a role to take away", page
    yield from _invited(visit(), "/invitation/" + link.rpartition("/")[2])
    yield from _given_out(page)
    yield from _as_spreadsheet(page)


def _invited(page: Page, link: str) -> Iterator[tuple[str, Page]]:
    yield from through(page, link)
    press(page, "Go to my work")
    yield "an invitation with errors", page


def _given_out(page: Page) -> Iterator[tuple[str, Page]]:
    yield from through(page, f"{TRUST}/people")
    page.get_by_label("Day").nth(1).fill("45")
    press(page, "Save")
    yield "who does what, with errors", page
    page.goto(f"{TRUST}/people")
    page.locator("input[name=seen]").evaluate("box => box.value = 'stale'")
    page.locator("main select").first.select_option(index=1)
    press(page, "Save")
    yield "who does what, changed meanwhile", page


def _as_spreadsheet(page: Page) -> Iterator[tuple[str, Page]]:
    yield from through(page, f"{TRUST}/offline")
    press(page, "Show what changes")
    yield "no spreadsheet chosen", page
    blank = page.request.get(f"{TRUST}/offline/form.xlsx").body()
    typed, _ = fill(blank, {"p1.narrative:": f"From the form. {LONG}", "about.headcount:": "many"})
    page.goto(f"{TRUST}/sections/pledge-1")
    page.locator(NARRATIVE).fill("From the portal")
    press(page, "Save and come back later")
    page.goto(f"{TRUST}/offline")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        path.write_bytes(typed)
        page.get_by_label("The filled-in form").set_input_files(path)
        press(page, "Show what changes")
        yield "what a spreadsheet changes", page
    press(page, "Apply these changes")
    yield "what a spreadsheet changes, without a choice", page


def signatory(visit: Visit) -> Iterator[tuple[str, Page]]:
    """Somebody who signs: a draft with mistakes, and a return that waits for the signature, until it is withdrawn."""
    page = visit("isolde.marchbanke@clatterbridge-cancer-centre.example")
    yield from through(page, "/work", READY, f"{READY}/nil")
    press(page, "Declare a nil return")
    yield "a nil return without a reason", page
    yield from through(page, f"{READY}/sign")
    press(page, "Sign and submit")
    yield "signing with errors", page
    press(page, "Send back to the lead")
    yield "sending back without a reason", page
    page.goto(f"{READY}/sign")
    page.locator("input[name=read]").evaluate("box => box.value = ''")
    press(page, "Sign and submit")
    yield "signing what changed meanwhile", page
    page.get_by_label("Your role").fill("Chief executive")
    page.get_by_label("I confirm").check()
    press(page, "Sign and submit")
    yield "signed", page
    yield from through(page, f"{READY}/withdraw")
    press(page, "Withdraw the return")
    yield "withdrawing without a reason", page
    page.get_by_label("Why do you withdraw it?").fill(LONG)
    press(page, "Withdraw the return")
    yield "withdrawn", page
    yield from through(page, f"{READY}/revisions", f"{READY}/revisions/1")


def others(visit: Visit) -> Iterator[tuple[str, Page]]:
    """Returns in the states that are left: waiting for a signature, not started, accepted, nil, withdrawn."""
    waiting = visit("gwilym.tarnbeck@clatterbridge-cancer-centre.example")
    yield from through(waiting, READY, f"{READY}/check")
    unstarted = visit("duncan.harrowgill@cheshire-east-council.example")
    yield from through(
        unstarted,
        UNSTARTED,
        f"{UNSTARTED}/sections/pledge-1",
        f"{UNSTARTED}/self-assessment",
        "/organisations/cheshire-east-council/progress",
        f"{UNSTARTED}/feedback",
    )
    accepted = visit("catrin.beaumaris-hoyle@liverpool-heart-and-chest.example")
    yield from through(accepted, ACCEPTED, f"{ACCEPTED}/self-assessment", f"{ACCEPTED}/correct")
    accepted.get_by_label("What has to be corrected?").fill(LONG)
    press(accepted, "Open it for correction")
    yield "being corrected", accepted
    yield from through(visit("mateus.greyling-pope@roche.example"), f"{ROUND}/roche")
    yield from through(visit("signatory@trust.example"), "/work", f"{TRUST}/check", f"{TRUST}/sign")


def council(visit: Visit) -> Iterator[tuple[str, Page]]:
    """A return that was sent back with queries: read, answered with a mistake, signed again, and compared."""
    page = visit("lead@council.example")
    yield from through(page, "/work", COUNCIL, f"{COUNCIL}/feedback", f"{COUNCIL}/check")
    page.goto(f"{COUNCIL}/feedback")
    for box in page.locator("main textarea").all():
        box.fill("Because of the fair.")
    page.locator("main textarea").first.fill("far too many words " * 400)
    press(page, "Save replies")
    yield "replies with an error", page
    page.locator("main textarea").first.fill(LONG)
    press(page, "Save replies")
    yield "replies saved", page
    other = visit("signatory@council.example")
    yield from through(other, f"{COUNCIL}/sign")
    other.get_by_label("Your role").fill("Chair")
    other.get_by_label("I confirm").check()
    press(other, "Sign and submit")
    yield "signed again", other
    yield from through(
        other, f"{COUNCIL}/revisions", f"{COUNCIL}/revisions/2", f"{COUNCIL}/revisions/2/changes", f"{COUNCIL}/feedback"
    )


TOURS: tuple[Tour, ...] = (
    anyone,
    contributor,
    lead,
    lead_with_mistakes,
    lead_with_colleagues,
    signatory,
    others,
    assembly,
    council,
    team,
    team_with_the_register,
    team_with_beacon_values,
)
