"""Queries: asked beside answers, replied one by one, read again by the Assembly; twice at most."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.models import ReviewQuery
from tests.conftest import today
from tests.pages import Browser, Page
from tests.web.returning import MEMBER, RETURNED, SUBMITTED, messages, reply_to_all, standing
from tests.web.sections import ROUND, fill, message_beside, send
from tests.web.test_review import LEAD, OUTCOMES, PATH, accept, sign_again

THEIRS = f"/returns/{ROUND}/{SUBMITTED}"
COUNCIL = f"/returns/{ROUND}/{RETURNED}"
SPEND = "ask:p2.local_spend"


def ask(browser: Browser, status: int = 200, **typed: str) -> Page:
    form = browser.get(PATH).form(f"{PATH}/return")
    return send(
        browser, f"{PATH}/return", form | {name.replace("__", ":"): text for name, text in typed.items()}, status
    )


def queries(browser: Browser) -> list[ReviewQuery]:
    with Session(browser.app.extensions["database"].reader) as session:
        return list(session.scalars(select(ReviewQuery).where(ReviewQuery.text.like("Q%")).order_by(ReviewQuery.id)))


def test_queries_go_round_twice_at_most_and_nothing_said_is_lost(browser: Browser) -> None:
    browser.sign_in(MEMBER)
    lead = Browser(browser.app).sign_in(LEAD)
    day = today() + timedelta(days=20)
    typed = {SPEND: "Q1: which\nsuppliers?", "reason": "Q2: and why <b>so late</b>?"}
    typed |= {"answer_by-day": str(day.day), "answer_by-month": str(day.month), "answer_by-year": str(day.year)}
    page = browser.get(PATH)
    box = page.soup.find(attrs={"name": SPEND})
    assert box is not None and box.find_parent("form", id="decision"), "a box in a table is sent with the decision"
    send(browser, f"{PATH}/return", page.form(f"{PATH}/return") | typed)
    asked = queries(browser)
    assert [(each.question, each.round_of_queries, each.answer_by) for each in asked] == [
        ("", 1, day),
        ("p2.local_spend", 1, day),
    ]
    assert standing(browser.app, SUBMITTED).steps[-1] == ("return", "Winifred Achterlane", typed["reason"])
    [told] = messages(browser.app, "returned_with_queries")
    assert (told.to_email, told.link) == (LEAD, f"{THEIRS}/feedback")
    assert "The return as a whole:\nQ2: and why" in told.body and "year to date:\nQ1: which\nsuppliers?" in told.body
    assert "2 queries" in told.body and say_date(day) in told.body and "Winifred" not in told.body

    tasks = lead.get(THEIRS)
    assert f"Answer by {say_date(day)}, 20 days left" in tasks.words and "2 queries wait for a reply" in tasks.words
    feedback = lead.get(f"{THEIRS}/feedback")
    assert "Winifred" not in feedback.words and "Q2: and why <b>so late</b>?" in feedback.soup.get_text()
    changes = [str(link["href"]) for link in feedback.soup.select(".app-asked-about a")]
    section, _, anchor = changes[0].partition("#")
    assert lead.get(section).soup.find(id=anchor), "the link leads to the box of the answer"
    first, second = (f"reply:{each.id}" for each in asked)
    assert lead.get(f"{THEIRS}/check").errors == [
        "Reply to the Assembly’s query about the return as a whole",
        "Reply to the Assembly’s query about Spend with local suppliers, year to date",
    ]
    refused = send(lead, f"{THEIRS}/steps/ask_to_sign", {"csrf_token": lead.token()})
    assert "has to be mended" in refused.words and standing(browser.app, SUBMITTED).status == "returned"
    stale = feedback.form()
    one = send(lead, f"{THEIRS}/feedback", stale | {first: "Because of the fair."})
    assert "1 query waits for a reply" in one.words
    clash = send(lead, f"{THEIRS}/feedback", stale | {first: "No, of the flood.", second: "Three."}, 409)
    assert "Because of the fair." in clash.words and "Saved meanwhile by" in clash.words
    kept = clash.form()
    assert (kept[first], kept[second]) == ("No, of the flood.", "Three."), "what was typed stays"
    assert "Because of the fair." not in browser.get(f"{THEIRS}/feedback").words, (
        "a reply is a draft until it is signed"
    )
    assert "Because of the fair." not in browser.get(PATH).words
    done = send(lead, f"{THEIRS}/feedback", kept)
    assert done.response.request.path == f"{THEIRS}/check" and done.errors == []
    send(lead, f"{THEIRS}/feedback", kept)  # a double click
    fill(lead, f"{THEIRS}/sections/about", {"about.boundary:": "All 31 sites."})
    sign_again(browser)

    again = browser.get(PATH)
    assert "No, of the flood." in again.words and "Three." in again.words
    assert "1 answer changed since revision 1" in again.words
    ask(browser, **{SPEND: "Q3: sure?"})
    assert [each.round_of_queries for each in queries(browser)] == [1, 1, 2]
    assert standing(browser.app, SUBMITTED).steps[-1][2] == "Queries about: Spend with local suppliers, year to date"
    assert "Asked before" in lead.get(f"{THEIRS}/feedback").words
    reply_to_all(lead, THEIRS)
    sign_again(browser)
    last = browser.get(PATH)
    assert "went back with queries twice, which is the most" in last.words
    assert "Ask about this" not in last.words
    form = last.form(f"{PATH}/return") | {
        "answer_by-day": "1",
        "answer_by-month": "1",
        "answer_by-year": str(day.year + 1),
    }
    third = send(browser, f"{PATH}/return", form | {"reason": "Q4: once more"}, 409)
    assert "which is the most" in third.words and "Q4: once more" in third.words
    accept(browser)
    after = standing(browser.app, SUBMITTED)
    assert (after.status, after.revision) == ("accepted", 3)
    assert "Nothing waits for a reply" in lead.get(f"{THEIRS}/feedback").words
    assert {message.to_email for message in messages(browser.app, "accepted")} >= {LEAD}


def test_what_is_wrong_with_a_query_is_said_and_the_words_stay(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(MEMBER)
    nothing = ask(browser, 422)
    assert message_beside(nothing, "reason") == nothing.errors[0]
    past = {"answer_by-day": "1", "answer_by-month": "1", "answer_by-year": "2026"}
    page = ask(browser, 422, **past, **{SPEND: "x" * 5001, "ask:about.headcount": "Q: sure?"})
    assert len(page.errors) == 2
    assert "cannot be in the past" in page.errors[1] and "at most 5,000" in page.errors[0]
    for name, words in ((SPEND, "x" * 5001), ("ask:about.headcount", "Q: sure?")):
        box = page.soup.find(attrs={"name": name})
        assert box is not None and box.get_text().strip() == words
        details = box.find_parent("details")
        assert details is not None and details.has_attr("open")
    kept = send(
        browser, f"{PATH}/accept", browser.get(PATH).form(f"{PATH}/return") | OUTCOMES | {SPEND: "Q: lost?"}, 422
    )
    assert "You wrote queries" in kept.errors[0] and "Q: lost?" in kept.soup.get_text()
    assert queries(browser) == [] and standing(browser.app, SUBMITTED).status == "submitted"


@pytest.mark.parametrize(
    ("who", "status"), [("signatory@council.example", 403), ("lead@trust.example", 404), (MEMBER, 403)]
)
def test_only_the_lead_of_the_organisation_replies(sqlite_browser: Browser, who: str, status: int) -> None:
    browser = sqlite_browser.sign_in(who)
    send(browser, f"{COUNCIL}/feedback", {"csrf_token": browser.token(), "reply:1": "Mine."}, status)
    if who != "lead@trust.example":
        page = browser.get(f"{COUNCIL}/feedback")
        assert page.soup.select_one("main form") is None and "before we can accept it" in page.words


def test_replies_that_were_not_written_are_not_said_to_be_saved(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in("lead@council.example")
    form = browser.get(f"{COUNCIL}/feedback").form()
    nothing = send(browser, f"{COUNCIL}/feedback", form)
    assert "Nothing was written yet. 3 queries wait for a reply." in nothing.words and "Success" not in nothing.words
    assert "We have three queries" in nothing.words, "what is said about the return as a whole is one of them"
    name = next(name for name in form if name.startswith("reply:"))
    written = send(browser, f"{COUNCIL}/feedback", form | {name: "Because of the fair."})
    assert "Success" in written.words and "Saved. 2 queries wait for a reply." in written.words
    taken_back = send(browser, f"{COUNCIL}/feedback", written.form() | {name: ""})
    assert "Success" in taken_back.words and "Saved. 3 queries wait for a reply." in taken_back.words


def test_a_reply_that_is_too_long_or_comes_too_late_is_not_lost(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in("lead@council.example")
    form = browser.get(f"{COUNCIL}/feedback").form()
    name = next(name for name in form if name.startswith("reply:"))
    page = send(browser, f"{COUNCIL}/feedback", form | {name: "y" * 5001}, 422)
    assert message_beside(page, name.replace(":", "-")) == page.errors[0]
    assert page.form()[name] == "y" * 5001
    reply_to_all(browser, COUNCIL)
    send(browser, f"{COUNCIL}/steps/ask_to_sign", {"csrf_token": browser.token()})
    late = send(browser, f"{COUNCIL}/feedback", form | {name: "Too late."}, 409)
    assert "can no longer be changed" in late.words and "Too late." in late.words
