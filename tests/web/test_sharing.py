"""Giving out the sections of a return, who has which open, and ten people who save at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.models import Grant, Message, Organisation, Return, Round, SectionOwner, SectionVisit, User
from anchor_portal.models.base import now
from anchor_portal.services.returns import sharing
from tests.pages import Browser, Page
from tests.web.returning import standing
from tests.web.sections import ROUND, SECTION, TRUST, send, stored

LEAD, CONTRIBUTOR = "lead@trust.example", "contributor@trust.example"
RETURN = f"/returns/{ROUND}/{TRUST}"
PEOPLE = f"{RETURN}/people"
UNSTARTED = "cheshire-east-council"
UNSTARTED_LEAD = "duncan.harrowgill@cheshire-east-council.example"
PLACES = {"about": 0, "pledge-1": 1, "pledge-2": 2, "pledge-3": 3, "pledge-7": 7}
SOON = today() + timedelta(days=3)


def boxes(section: str, who: str, due_on: date | None = None) -> dict[str, str]:
    """What is typed in the row of a section."""
    place = PLACES[section]
    day = ("", "", "") if due_on is None else (due_on.day, due_on.month, due_on.year)
    parts = zip(("day", "month", "year"), map(str, day), strict=True)
    return {f"who_{place}": who} | {f"due_{place}-{box}": text for box, text in parts}


def option(page: Page, name: str) -> str:
    """The value of the person with this name in the lists."""
    found = next(each for each in page.soup.select("select option") if each.get_text() == name)
    return str(found["value"])


def shares(app: Flask, slug: str = TRUST) -> dict[str, tuple[str, date | None]]:
    query = (
        select(SectionOwner.section, User.name, SectionOwner.due_on)
        .join(User, User.id == SectionOwner.user_id)
        .join(Return, Return.id == SectionOwner.return_id)
        .join(Organisation, Organisation.id == Return.organisation_id)
        .where(Organisation.slug == slug)
    )
    with Session(app.extensions["database"].reader) as session:
        return {section: (name, due_on) for section, name, due_on in session.execute(query)}


def messages_to(app: Flask, email: str) -> list[Message]:
    with Session(app.extensions["database"].reader) as session:
        return list(session.scalars(select(Message).where(Message.to_email == email).order_by(Message.id)))


def test_a_lead_gives_out_sections_in_one_go_and_each_person_named_gets_one_message(sqlite_browser: Browser) -> None:
    lead, app = sqlite_browser.sign_in(LEAD), sqlite_browser.app
    page = lead.get(PEOPLE)
    nasreen = option(page, "Nasreen Halloway")
    assert page.soup.select_one("#who_1 option[selected]").get_text() == "Nasreen Halloway"  # type: ignore[union-attr]
    all_day = {"all_due-day": str(SOON.day), "all_due-month": str(SOON.month), "all_due-year": str(SOON.year)}
    typed = (
        page.form() | all_day | boxes("pledge-2", nasreen) | boxes("pledge-7", nasreen, today()) | boxes("pledge-3", "")
    )
    after = send(lead, PEOPLE, typed)
    assert "Saved. A message tells Nasreen Halloway." in after.words
    given = shares(app)
    assert given["pledge-2"] == ("Nasreen Halloway", SOON), "the same day for all"
    assert given["pledge-7"] == ("Nasreen Halloway", today()), "but for a section with a day of its own"
    assert "pledge-3" not in given
    assert f"with Nasreen Halloway, due {say_date(SOON)}" in after.words
    before, message = messages_to(app, CONTRIBUTOR)
    assert "Pledge 2: employing and buying locally, by" in message.body
    assert message.link == RETURN
    assert send(lead, PEOPLE, lead.get(PEOPLE).form()).words.count("Saved.") == 1
    assert len(messages_to(app, CONTRIBUTOR)) == 2, "nobody is told twice"
    inbox = Browser(app).sign_in(CONTRIBUTOR).get("/messages")
    assert [item.get_text() for item in inbox.soup.select("main h2")] == [message.subject, before.subject]
    assert inbox.soup.select_one(f'main a[href="{RETURN}"]')
    assert "nothing is sent by email" in inbox.words


def test_giving_out_sections_begins_a_return_that_nobody_has_begun(sqlite_browser: Browser) -> None:
    lead = sqlite_browser.sign_in(UNSTARTED_LEAD)
    path = f"/returns/{ROUND}/{UNSTARTED}/people"
    page = lead.get(path)
    send(lead, path, page.form())
    assert standing(lead.app, UNSTARTED).status == "not_started", "nothing was given, so nothing is begun"
    send(lead, path, page.form() | boxes("pledge-1", option(page, "Duncan Harrowgill"), SOON))
    after = standing(lead.app, UNSTARTED)
    assert (after.status, after.steps[0][:2]) == ("in_progress", ("start", "Duncan Harrowgill"))
    assert messages_to(lead.app, UNSTARTED_LEAD) == [], "nobody writes to themselves"


def test_a_day_that_cannot_be_is_refused_in_a_sentence_and_everything_typed_stays(sqlite_browser: Browser) -> None:
    lead = sqlite_browser.sign_in(LEAD)
    with Session(lead.app.extensions["database"].writer) as session, session.begin():
        closes_on = session.scalars(select(Round.closes_on).where(Round.code == ROUND)).one()
        session.execute(update(SectionOwner).where(SectionOwner.section == "pledge-1").values(due_on=date(2026, 1, 5)))
    page = lead.get(PEOPLE)
    nasreen = option(page, "Nasreen Halloway")
    typed = page.form()
    typed |= boxes("pledge-2", nasreen, today() - timedelta(days=1)) | boxes(
        "pledge-3", nasreen, closes_on + timedelta(days=1)
    )
    typed |= (
        boxes("about", "", SOON)
        | boxes("pledge-7", "999999")
        | {"all_due-day": "3O", "all_due-month": "1", "all_due-year": "2027"}
    )
    before = shares(lead.app)
    refused = send(lead, PEOPLE, typed, 422)
    assert refused.errors == [
        "The day for all sections needs a day, a month and a year, like 30 6 2026",
        "Choose who does “About this return”, or leave its day blank",
        "The day for “Pledge 2: employing and buying locally” must be today or later",
        f"The day for “Pledge 3: buildings for the community” must be on or before {say_date(closes_on)}, when the round closes",
        "Choose somebody from the list, or “Nobody yet”",
    ]
    kept = refused.form()
    assert {name: text for name, text in kept.items() if name.startswith(("due_", "all_"))} == {
        name: text for name, text in typed.items() if name.startswith(("due_", "all_"))
    }
    assert (kept["who_2"], kept["who_3"]) == (nasreen, nasreen)
    assert shares(lead.app) == before
    assert "pledge-1" in before
    unchanged = page.form() | boxes("pledge-7", nasreen, SOON)
    assert "Saved." in send(lead, PEOPLE, unchanged).words, "a day that stands already and is past stops nothing"


def test_what_another_lead_gave_out_meanwhile_is_shown_and_not_overwritten(sqlite_browser: Browser) -> None:
    lead = sqlite_browser.sign_in(LEAD)
    page = lead.get(PEOPLE)
    nasreen = option(page, "Nasreen Halloway")
    send(lead, PEOPLE, page.form() | boxes("pledge-7", nasreen, SOON))
    stale = send(lead, PEOPLE, page.form() | boxes("pledge-2", nasreen, SOON), 409)
    assert f"Pledge 7: showing what we do: with Nasreen Halloway, due {say_date(SOON)}" in stale.words
    assert stale.form()["who_2"] == nasreen
    assert "pledge-2" not in shares(lead.app)
    again = send(lead, PEOPLE, stale.form())
    assert "Saved." in again.words
    assert ("pledge-2" in shares(lead.app), "pledge-7" in shares(lead.app)) == (True, False)


def test_a_return_that_was_sent_is_not_given_out(sqlite_browser: Browser) -> None:
    lead = sqlite_browser.sign_in(LEAD)
    typed = lead.get(PEOPLE).form() | boxes("pledge-7", "", None)
    with Session(lead.app.extensions["database"].writer) as session, session.begin():
        session.execute(update(Return).values(status="submitted"))
    assert "no longer open for changes" in send(lead, PEOPLE, typed | boxes("pledge-3", ""), 409).words
    assert lead.client.get(PEOPLE).location == RETURN


def test_who_has_a_section_open_is_said_to_others_for_ten_minutes_and_not_to_oneself(sqlite_browser: Browser) -> None:
    lead, app = sqlite_browser.sign_in(LEAD), sqlite_browser.app
    lead.get(f"{SECTION}/pledge-6")
    colleague = Browser(app).sign_in(CONTRIBUTOR)
    assert "open now: Bethan Ollerenshaw" in colleague.get(RETURN).words
    assert "open now: Bethan" not in lead.get(RETURN).words
    database = app.extensions["database"]
    with Session(database.reader) as session:
        visit = session.scalars(select(SectionVisit).where(SectionVisit.section == "pledge-6")).one()
    sharing.leave(database, visit.return_id, "pledge-6", visit.user_id)
    assert "open now: Bethan" not in colleague.get(RETURN).words
    sharing.note_visit(database, visit.return_id, "pledge-6", visit.user_id, now() - timedelta(minutes=9))
    assert "open now: Bethan" in colleague.get(RETURN).words
    with Session(database.writer) as session, session.begin():
        session.execute(update(SectionVisit).values(seen_at=now() - timedelta(minutes=11)))
    assert "open now" not in colleague.get(RETURN).words
    sharing.note_visit(database, visit.return_id, "pledge-6", visit.user_id, now() - timedelta(hours=2))
    sharing.leave(database, visit.return_id, "about", visit.user_id)
    with Session(database.reader) as session:
        assert session.scalars(select(SectionVisit).where(SectionVisit.section == "pledge-6")).all() == [], "forgotten"
    sharing.note_visit(database, 999_999, "pledge-6", visit.user_id)


TEN = [
    ("about", "about.boundary:", "Words of the first."),
    *((f"pledge-{number}", f"p{number}.narrative:", f"Words of person {number}.") for number in range(1, 7)),
    ("pledge-4", "p4.target_year:", "2035"),
    ("pledge-1", "p1.rlw_staff:numerator", "8"),
    ("pledge-2", "p2.local_spend:numerator", "9.50"),
]
"""Ten people, each with a section and a box of their own; three of them share a section with another."""


def _ten_people(app: Flask) -> list[str]:
    emails = [f"person{number}@trust.example" for number in range(len(TEN))]
    with Session(app.extensions["database"].writer) as session, session.begin():
        trust = session.scalars(select(Organisation.id).where(Organisation.slug == TRUST)).one()
        session.execute(delete(SectionOwner))
        for email in emails:
            user = User(email=email, name=email.partition("@")[0])
            session.add(user)
            session.flush()
            session.add(Grant(user_id=user.id, role="contributor", organisation_id=trust))
    return emails


def test_ten_people_who_save_at_once_all_keep_what_they_typed(app: Flask) -> None:
    browsers = [Browser(app).sign_in(email) for email in _ten_people(app)]
    forms = [browser.get(f"{SECTION}/{place}").form() for browser, (place, _, _) in zip(browsers, TEN, strict=True)]

    def save(number: int) -> int:
        place, box, text = TEN[number]
        data = forms[number] | {box: text, "then": "later"}
        return browsers[number].client.post(f"{SECTION}/{place}", data=data).status_code

    with ThreadPoolExecutor(len(TEN)) as threads:
        assert list(threads.map(save, range(len(TEN)))) == [302] * len(TEN)
    answers = stored(app)
    kept = {box: answers[box.partition(":")[0]][box.partition(":")[2]] for _, box, _ in TEN}
    assert kept == {box: text for _, box, text in TEN}


def test_a_contributor_reads_what_was_given_to_others_and_changes_only_their_own(sqlite_browser: Browser) -> None:
    mine, path = sqlite_browser.sign_in(CONTRIBUTOR), f"{SECTION}/pledge-2"
    page = mine.get(path)
    assert page.soup.select_one("main textarea, main button[value=continue]") is None
    before = stored(mine.app)
    mine.post(path, {"p2.narrative:": "Not mine."}, 403)
    assert stored(mine.app) == before
    send(
        mine,
        f"{SECTION}/pledge-3",
        mine.get(f"{SECTION}/pledge-3").form() | {"p3.narrative:": "Mine.", "then": "later"},
    )
    assert stored(mine.app)["p3.narrative"] == {"": "Mine."}
