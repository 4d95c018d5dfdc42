"""Withdrawing, correcting and nil returns, each on a page of its own; every revision stays readable."""

import csv
import json
from hashlib import sha256
from io import StringIO

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from anchor_portal.domain.rounds import Stage
from anchor_portal.models import Return
from tests.pages import Browser
from tests.web.returning import MEMBER, READY, READY_LEAD, READY_SIGNATORY, messages, pdf_words, set_stage, standing
from tests.web.sections import fill, message_beside, send
from tests.web.test_review import accept
from tests.web.test_sign_off import SIGNED, sign

PATH = f"/returns/2027-01/{READY}"
REVIEW = f"/reviews/2027-01/{READY}"
ACCEPTED = "/returns/2026-07/mid-cheshire-hospitals"


def test_a_return_is_withdrawn_corrected_and_accepted_again_and_all_of_it_stays_readable(browser: Browser) -> None:
    signatory, lead = browser.sign_in(READY_SIGNATORY), Browser(browser.app).sign_in(READY_LEAD)
    member = Browser(browser.app).sign_in(MEMBER)
    signed = sign(signatory, PATH, SIGNED)
    assert "What happens now" in signed.words and "Withdraw this return" in signed.words
    assert "Withdraw" not in lead.get(PATH).words, "only a signatory withdraws"
    assert "Your roles do not allow" in lead.get(f"{PATH}/withdraw").words
    page = send(signatory, f"{PATH}/withdraw", signatory.get(f"{PATH}/withdraw").form() | {"reason": "\0 "}, 422)
    assert message_beside(page, "reason") == page.errors[0]
    form = page.form() | {"reason": "One team was <i>missing</i>."}
    for _ in range(2):
        page = send(signatory, f"{PATH}/withdraw", form)
    assert "no longer possible" in page.words, "a second press does nothing"
    assert "Withdrawn, to be changed and signed again (Isolde Marchbanke" in lead.get(PATH).words
    member.get(REVIEW, 404)
    fill(lead, f"{PATH}/sections/about", {"about.boundary:": "With the missing team."})
    sign(signatory, PATH, SIGNED)
    accept(member, REVIEW)

    correct = lead.get(f"{PATH}/correct")
    assert "the accepted one stands" in correct.words
    tasks = send(lead, f"{PATH}/correct", correct.form() | {"reason": "The FTE is of May."})
    assert "Revision 2, accepted on" in tasks.words and "Opened for correction (Gwilym Tarnbeck" in tasks.words
    assert "Revision 2, accepted on" in member.get(REVIEW).words
    assert "Certificate" in Browser(browser.app).sign_in(MEMBER).get(PATH).words, "it stands meanwhile"
    fill(lead, f"{PATH}/sections/about", {"about.boundary:": "Corrected."})
    sign(signatory, PATH, SIGNED)
    assert "stands meanwhile" in member.get(REVIEW).words
    accept(member, REVIEW)

    index = lead.get(f"{PATH}/revisions")
    rows = [row.get_text(" ", strip=True) for row in index.soup.select("tbody tr")]
    assert [("Accepted" in row, "Withdrawn" in row) for row in rows] == [(True, False), (True, False), (False, True)]
    assert all("Isolde Marchbanke, Director of finance" in row for row in rows)
    assert "Winifred" not in index.words
    for number, boundary in ((2, "With the missing team."), (3, "Corrected.")):
        one = lead.get(f"{PATH}/revisions/{number}")
        assert boundary in one.words and "Winifred" not in one.words
        content = lead.client.get(f"{PATH}/revisions/{number}/signed.json").data
        assert sha256(content).hexdigest() in index.words
        assert json.loads(content)["about.boundary"] == {"": boundary}
        cells = csv.DictReader(StringIO(lead.client.get(f"{PATH}/revisions/{number}/answers.csv").text))
        assert boundary in [cell["value"] for cell in cells]
        words = pdf_words(lead.client.get(f"{PATH}/revisions/{number}/return.pdf").data)
        assert boundary in words and f"Revision {number}" in words
    changes = lead.get(f"{PATH}/revisions/3/changes")
    assert "With the missing team. Corrected." in changes.words
    assert "With the missing team." not in lead.get(f"{PATH}/revisions/3/changes?since=1").words
    assert "Winifred" not in lead.get(PATH).words and "Winifred Achterlane" in member.get(REVIEW).words
    assert {each.link for each in messages(browser.app, "step_taken")} == {PATH}


def test_a_nil_return_says_what_it_means_and_asks_why(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in("signatory@trust.example")
    path = "/returns/2027-01/mid-cheshire-hospitals"
    assert browser.get(path).soup.select_one(f'a[href="{path}/nil"]')
    page = browser.get(f"{path}/nil")
    assert "returns nothing for this round" in page.words
    long = send(browser, f"{path}/nil", page.form() | {"reason": "x" * 5001}, 422)
    assert "at most 5,000" in long.errors[0] and long.form()["reason"] == "x" * 5001
    done = send(browser, f"{path}/nil", page.form() | {"reason": "We merge in March."})
    assert "Nil return" in done.words and "We merge in March." in done.words and "What happens now" in done.words
    assert standing(browser.app, "mid-cheshire-hospitals").status == "nil_return"


def test_after_publication_only_what_was_accepted_is_corrected_and_the_page_says_what_stays(
    sqlite_browser: Browser,
) -> None:
    browser = sqlite_browser.sign_in("lead@trust.example")
    page = browser.get(ACCEPTED)
    assert "the sustainability team can publish the figures again" in page.words
    assert page.soup.select_one(f'a[href="{ACCEPTED}/correct"]')
    assert "stay as they were published" in browser.get(f"{ACCEPTED}/correct").words
    set_stage(browser.app, Stage.UNDER_REVIEW, "2026-07")
    assert "stay as they were published" not in browser.get(f"{ACCEPTED}/correct").words
    with Session(browser.app.extensions["database"].writer) as session, session.begin():
        session.execute(update(Return).values(accepted_revision=0, status="submitted"))
    set_stage(browser.app, Stage.PUBLISHED, "2026-07")
    assert browser.get(ACCEPTED).soup.select_one(f'a[href="{ACCEPTED}/correct"]') is None
    page = browser.post(f"{ACCEPTED}/correct", {"reason": "All the same."})
    assert page.soup.select_one("main form") is None


@pytest.mark.parametrize("path", ["revisions/0", "revisions/2", "revisions/9999999999", "revisions/1/changes"])
def test_a_revision_that_there_is_not_is_not_found(sqlite_browser: Browser, path: str) -> None:
    browser = sqlite_browser.sign_in("lead@trust.example")
    browser.get(f"{ACCEPTED}/{path}", 404)
    browser.get("/returns/2027-01/mid-cheshire-hospitals/revisions", 404)
