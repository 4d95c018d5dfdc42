"""Signing off: every answer once more, a signature that needs a name, a role and a yes, and what it stands for."""

from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from anchor_portal.domain.rounds import Stage
from anchor_portal.models import Round
from tests.conftest import make_app, today, with_demo
from tests.engines import sqlite_url
from tests.make import answers, import_answers, make_round
from tests.pages import Browser, Page
from tests.web.returning import READY, READY_LEAD, READY_SIGNATORY, RETURNED, set_stage, standing
from tests.web.sections import fill, message_beside, send, stored

PATH = f"/returns/2027-01/{READY}"
COUNCIL = f"/returns/2027-01/{RETURNED}"
SIGNED = {"signoff:name": "Isolde Marchbanke", "signoff:role": "Director of finance", "confirm": "yes"}


def sign(browser: Browser, path: str, typed: dict[str, str], status: int = 200) -> Page:
    return send(browser, f"{path}/sign", browser.get(f"{path}/sign").form() | typed, status)


def test_the_signatory_reads_every_answer_then_signs_and_submits(browser: Browser) -> None:
    draft = stored(browser.app, READY)
    browser.sign_in(READY_SIGNATORY)
    waiting = browser.get("/work")
    assert waiting.soup.select_one(f'a[href="{PATH}/check"]')
    check = browser.get(f"{PATH}/check")
    assert check.soup.select_one(f'a[href="{PATH}/sign"]')
    page = sign(browser, PATH, SIGNED)
    assert "signed and submitted" in page.words
    after = standing(browser.app, READY)
    assert (after.status, after.revision) == ("submitted", 1)
    signature = {"name": "Isolde Marchbanke", "role": "Director of finance", "date": today().isoformat()}
    assert after.signed == [draft | {"signoff": signature}]
    assert after.signatures == [("Isolde Marchbanke", "Director of finance")]
    assert after.steps[-1][:2] == ("submit", "Isolde Marchbanke")
    assert "Signed by Isolde Marchbanke, Director of finance" in page.words


MISSING = [
    ({"confirm": ""}, "confirm", "Confirm that"),
    ({"signoff:name": ""}, "q-signoff-name", "name"),
    ({"signoff:role": "  "}, "q-signoff-role", "role"),
    ({"signoff:name": "x" * 5000}, "q-signoff-name", "200"),
    ({"signoff:role": "\0"}, "q-signoff-role", "role"),
]


@pytest.mark.parametrize(("gap", "ident", "words"), MISSING)
def test_a_signature_needs_a_name_a_role_and_a_yes(
    browser: Browser, gap: dict[str, str], ident: str, words: str
) -> None:
    page = sign(browser.sign_in(READY_SIGNATORY), PATH, SIGNED | gap, 422)
    assert len(page.errors) == 1
    assert words in message_beside(page, ident)
    assert message_beside(page, ident) == page.errors[0]
    kept = {name: value for name, value in (SIGNED | gap).items() if value.strip("\0 ")}
    assert kept.items() <= page.form().items(), "what was typed stays"
    assert standing(browser.app, READY).status == "ready_for_sign_off"


def test_everything_missing_is_said_at_once(sqlite_browser: Browser) -> None:
    page = sign(sqlite_browser.sign_in(READY_SIGNATORY), PATH, {"signoff:name": "", "signoff:role": ""}, 422)
    assert len(page.errors) == 3


def test_nobody_signs_what_they_have_not_read(browser: Browser) -> None:
    browser.sign_in("signatory@council.example")
    read = browser.get(f"{COUNCIL}/sign")
    before = standing(browser.app, RETURNED)
    lead = Browser(browser.app).sign_in("lead@council.example")
    fill(lead, f"{COUNCIL}/sections/pledge-1", {"p1.narrative:": "Changed a moment ago."})
    page = send(browser, f"{COUNCIL}/sign", read.form() | SIGNED)
    assert page.response.request.path == f"{COUNCIL}/check"
    assert "changed after you opened" in page.words
    assert "Changed a moment ago." in page.words
    assert standing(browser.app, RETURNED) == before


def test_pressing_twice_submits_once(browser: Browser) -> None:
    browser.sign_in(READY_SIGNATORY)
    form = browser.get(f"{PATH}/sign").form() | SIGNED
    for _ in range(2):
        assert browser.client.post(f"{PATH}/sign", data=form).status_code == 302
    after = standing(browser.app, READY)
    assert (after.revision, len(after.signed)) == (1, 1)
    assert [step for step, _, _ in after.steps].count("submit") == 1


def test_what_has_to_be_mended_is_mended_before_it_is_signed(browser: Browser) -> None:
    browser.sign_in("signatory@trust.example")
    path = "/returns/2027-01/mid-cheshire-hospitals"
    page = sign(browser, path, SIGNED)
    assert page.response.request.path == f"{path}/check"
    assert page.errors
    assert page.soup.select_one(f'a[href="{path}/sign"]') is None
    assert standing(browser.app, "mid-cheshire-hospitals").revision == 0


def test_a_closed_round_takes_no_signature(browser: Browser) -> None:
    browser.sign_in(READY_SIGNATORY)
    form = browser.get(f"{PATH}/sign").form() | SIGNED
    set_stage(browser.app, Stage.CLOSED)
    page = send(browser, f"{PATH}/sign", form)
    assert "can no longer be submitted" in page.words
    assert standing(browser.app, READY).revision == 0


def test_the_signatory_sends_it_back_with_a_reason_that_the_lead_reads(browser: Browser) -> None:
    browser.sign_in(READY_SIGNATORY)
    back = f"{PATH}/steps/send_back"
    page = send(browser, back, browser.get(f"{PATH}/sign").form(back) | {"reason": " \0 "}, 422)
    assert page.errors and message_beside(page, "reason") == page.errors[0]
    assert standing(browser.app, READY).status == "ready_for_sign_off"
    send(browser, back, page.form(back) | {"reason": "The FTE looks wrong.\nPlease check \0it."})
    after = standing(browser.app, READY)
    assert after.status == "in_progress"
    assert after.steps[-1] == ("send_back", "Isolde Marchbanke", "The FTE looks wrong.\nPlease check it.")
    lead = Browser(browser.app).sign_in(READY_LEAD)
    assert "The FTE looks wrong." in lead.get(PATH).words
    fill(lead, f"{PATH}/sections/about", {})
    page = send(lead, f"{PATH}/steps/ask_to_sign", lead.get(f"{PATH}/check").form())
    assert standing(browser.app, READY).status == "ready_for_sign_off"
    assert "can now sign" in page.words


def test_asking_for_a_signature_needs_a_return_without_errors(sqlite_browser: Browser) -> None:
    path = "/returns/2027-01/mid-cheshire-hospitals"
    browser = sqlite_browser.sign_in("lead@trust.example")
    assert browser.get(f"{path}/check").soup.select_one("main form") is None
    page = send(browser, f"{path}/steps/ask_to_sign", {"csrf_token": browser.token()})
    assert page.response.request.path == f"{path}/check"
    assert page.errors
    assert standing(browser.app, "mid-cheshire-hospitals").status == "in_progress"


@pytest.mark.parametrize("step", ["submit", "accept", "return", "declare_nil", "withdraw", "start", "x", "%00"])
def test_only_steps_without_answers_have_an_address(sqlite_browser: Browser, step: str) -> None:
    browser = sqlite_browser.sign_in(READY_SIGNATORY)
    send(browser, f"{PATH}/steps/{step}", {"csrf_token": browser.token(), "reason": "Because."}, 404)
    assert standing(browser.app, READY).status == "ready_for_sign_off"


def test_the_lead_does_not_sign(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(READY_LEAD)
    send(browser, f"{PATH}/sign", {"csrf_token": browser.token()} | SIGNED, 403)
    page = send(browser, f"{PATH}/steps/send_back", {"csrf_token": browser.token(), "reason": "Why not."})
    assert "Your roles do not allow this step" in page.words
    assert standing(browser.app, READY).status == "ready_for_sign_off"


def test_a_return_that_was_signed_is_not_signed_again(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(READY_SIGNATORY)
    sign(browser, PATH, SIGNED)
    assert browser.get(f"{PATH}/sign").response.request.path == PATH
    assert browser.get(f"{PATH}/check").response.request.path == PATH


def test_a_return_signed_after_the_deadline_is_marked_late(sqlite_browser: Browser) -> None:
    with Session(sqlite_browser.app.extensions["database"].writer) as session, session.begin():
        session.execute(update(Round).where(Round.code == "2027-01").values(closes_on=Round.opens_on))
    page = sign(sqlite_browser.sign_in(READY_SIGNATORY), PATH, SIGNED)
    assert "after the deadline" in page.words


def test_blanks_are_named_and_do_not_stop_a_signature(tmp_path: Path) -> None:
    app = make_app(sqlite_url(tmp_path, with_demo))
    with Session(app.extensions["database"].writer) as session, session.begin():
        round_ = make_round(session, "2027-07", is_open=True)
        import_answers(session, round_, {READY: answers(p3__free_use={"": "yes"})})
    path = f"/returns/2027-07/{READY}"
    browser = Browser(app).sign_in(READY_SIGNATORY)
    check = browser.get(f"{path}/check")
    assert check.errors == []
    assert "still blank" in check.words
    assert "Headcount" in check.text(".nhsuk-inset-text")
    assert "Free use of buildings" not in check.text(".nhsuk-inset-text")
    sign(browser, path, SIGNED)
    assert standing(app, READY, "2027-07").status == "submitted"
    app.extensions["database"].dispose()


def test_the_printed_tool_of_january_2024_is_signed_too(browser: Browser) -> None:
    with Session(browser.app.extensions["database"].writer) as session, session.begin():
        round_ = make_round(session, "2027-07", "2024-01", is_open=True)
        import_answers(session, round_, {READY: {"p1.rlw_staff": {"percent": "95.5"}}})
    path = f"/returns/2027-07/{READY}"
    browser.sign_in(READY_SIGNATORY)
    assert "I confirm" in browser.get(f"{path}/sign").text('label[for="confirm"]')
    page = sign(browser, path, SIGNED)
    assert "95.5%" in page.words
    assert standing(browser.app, READY, "2027-07").signed[0]["p1.rlw_staff"] == {"percent": "95.5"}
