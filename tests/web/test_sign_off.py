"""Signing off: every answer once more, a signature that needs a name, a role and a yes, and what it stands for."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.rounds import Stage
from anchor_portal.models import Grant, Organisation, Round, User
from tests.conftest import make_app, today, with_demo
from tests.engines import sqlite_url
from tests.mail_server import mail_server
from tests.make import answers, import_answers, make_round
from tests.pages import Browser, Page
from tests.web.returning import (
    READY,
    READY_LEAD,
    READY_SIGNATORY,
    RETURNED,
    messages,
    pdf_words,
    reply_to_all,
    set_stage,
    standing,
)
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
    whole = browser.get(f"{PATH}/check")
    assert whole.response.request.path == f"{PATH}/sign", "from the list of work in one click to the page to sign"
    assert "Gwilym Tarnbeck asked for a signature" in whole.words
    for question in ("about.boundary", "p6.narrative"):
        assert draft[question][""].split("\n")[0] in whole.words
    page = sign(browser, PATH, SIGNED)
    assert "signed and submitted" in page.words
    after = standing(browser.app, READY)
    assert (after.status, after.revision) == ("submitted", 1)
    signature = {"name": "Isolde Marchbanke", "role": "Director of finance", "date": today().isoformat()}
    assert after.signed == [draft | {"signoff": signature}]
    assert after.signatures == [("Isolde Marchbanke", "Director of finance")]
    assert after.steps[-1][:2] == ("submit", "Isolde Marchbanke")
    assert "Signed by Isolde Marchbanke, Director of finance" in page.words
    told = messages(browser.app, "submitted")
    assert [(message.to_email, message.link) for message in told] == [(READY_LEAD, PATH)]


def test_what_was_signed_can_be_checked_by_its_hash(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(READY_SIGNATORY)
    shown = browser.get(f"{PATH}/sign").text("code.app-digest")
    page = sign(browser, PATH, SIGNED)
    whole, alone = [code.get_text() for code in page.soup.select("code.app-digest")]
    signed = browser.client.get(f"{PATH}/revisions/1/signed.json")
    assert sha256(signed.data).hexdigest() == whole
    assert alone == shown
    answers = json.loads(signed.data)
    del answers["signoff"]
    assert sha256(json.dumps(answers, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest() == shown
    copy = pdf_words(browser.client.get(f"{PATH}/return.pdf").data)
    assert whole in copy.replace(" ", "")
    assert "Isolde Marchbanke Director of finance" in copy
    assert f"{say_date(today())} at " in copy
    assert {shown, whole} <= set(browser.get(f"{PATH}/revisions/1").words.split())


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
    lead = Browser(browser.app).sign_in("lead@council.example")
    browser.sign_in("signatory@council.example")
    waiting = browser.get(f"{COUNCIL}/sign")
    assert "Reply to the Assembly’s query about Spend with local suppliers" in waiting.words
    assert waiting.soup.select_one("main form") is None, "what the Assembly asked is answered first"
    reply_to_all(lead, COUNCIL)
    read = browser.get(f"{COUNCIL}/sign")
    assert read.words.count("As we wrote.") == 3, "the signatory reads the replies too"
    before = standing(browser.app, RETURNED)
    fill(lead, f"{COUNCIL}/sections/pledge-1", {"p1.narrative:": "Changed a moment ago."})
    form = lead.get(f"{COUNCIL}/feedback").form()
    send(lead, f"{COUNCIL}/feedback", form | {[*form][-1]: "Written anew."})
    page = send(browser, f"{COUNCIL}/sign", read.form() | SIGNED, 409)
    assert "changed after you opened" in page.words
    assert "Read what changed, then sign: Pledge 1 progress A reply to the Assembly" in page.words
    assert "Changed a moment ago." in page.words and "Written anew." in page.words
    kept = page.form()
    assert (kept["signoff:name"], kept["signoff:role"]) == ("Isolde Marchbanke", "Director of finance")
    assert "confirm" not in kept, "what was changed is confirmed anew"
    send(browser, f"{COUNCIL}/sign", kept | {"read": "no such thing", "confirm": "yes"}, 409)
    assert standing(browser.app, RETURNED) == before
    send(browser, f"{COUNCIL}/sign", kept | {"confirm": "yes"})
    assert standing(browser.app, RETURNED).status == "submitted"


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
    page = browser.get(f"{path}/sign")
    assert "It cannot be signed yet" in page.words and "Nobody has asked for a signature yet" in page.words
    assert page.soup.select_one("main form") is None
    read = {"csrf_token": browser.token(), "read": ""}
    assert "It cannot be signed yet" in send(browser, f"{path}/sign", read | SIGNED, 409).words
    standing_page = browser.get(f"{path}/check")
    assert standing_page.errors == [], "who cannot change answers gets no links that lead nowhere"
    assert "this must be answered" in standing_page.words
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
    assert "Isolde Marchbanke" in lead.get(PATH).text(".nhsuk-inset-text"), "who sent it back is said"
    check = lead.get(f"{PATH}/check")
    assert "Isolde Marchbanke finds it under My work. Tell them yourself" in check.words, "no mail server is set"
    page = send(lead, f"{PATH}/steps/ask_to_sign", check.form())
    assert standing(browser.app, READY).status == "ready_for_sign_off"
    assert "Isolde Marchbanke can now sign, and finds it under My work. Tell them yourself" in page.words
    assert "was sent" not in page.words
    assert "Asked to sign: Isolde Marchbanke, by Gwilym Tarnbeck on" in page.words
    [back] = messages(browser.app, "sent_back")
    assert back.to_email == READY_LEAD and "Please check it." in back.body
    [asked] = messages(browser.app, "asked_to_sign")
    assert (asked.to_email, asked.to_name, asked.link) == (READY_SIGNATORY, "Isolde Marchbanke", f"{PATH}/sign")


def test_where_messages_go_out_asking_for_a_signature_says_that_one_goes(
    sqlite_browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = sqlite_browser.app
    with mail_server() as mailbox:
        with_mail = replace(app.extensions["settings"], mail=mailbox.server)
        monkeypatch.setitem(app.extensions, "settings", with_mail)
        back = f"{PATH}/steps/send_back"
        signatory = sqlite_browser.sign_in(READY_SIGNATORY)
        send(signatory, back, signatory.get(f"{PATH}/sign").form(back) | {"reason": "Look again."})
        lead = Browser(app).sign_in(READY_LEAD)
        check = lead.get(f"{PATH}/check")
        assert "A message with a link goes to Isolde Marchbanke." in check.words
        page = send(lead, f"{PATH}/steps/ask_to_sign", check.form())
    assert "Isolde Marchbanke can now sign. A message with a link goes to them." in page.words


def test_asking_for_a_signature_needs_a_return_without_errors(sqlite_browser: Browser) -> None:
    path = "/returns/2027-01/mid-cheshire-hospitals"
    browser = sqlite_browser.sign_in("lead@trust.example")
    check = browser.get(f"{path}/check")
    assert check.soup.select_one("main form") is None
    for link in check.soup.select(".nhsuk-error-summary a, .nhsuk-inset-text a"):
        section, _, box = str(link["href"]).partition("#")
        assert browser.get(section).soup.find(id=box), f"{link['href']} leads to no box"
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


def test_an_organisation_without_a_signatory_is_told_what_to_do(sqlite_browser: Browser) -> None:
    with Session(sqlite_browser.app.extensions["database"].writer) as session, session.begin():
        theirs = select(Organisation.id).where(Organisation.slug == READY).scalar_subquery()
        session.execute(delete(Grant).where(Grant.role == "signatory", Grant.organisation_id == theirs))
    lead = sqlite_browser.sign_in(READY_LEAD)
    assert "Nobody is a signatory of The Clatterbridge" in lead.get(PATH).words


def test_a_signatory_of_two_organisations_signs_each_on_its_own(sqlite_browser: Browser) -> None:
    both = ["wirral-community", "wirral-university-hospital"]
    with Session(sqlite_browser.app.extensions["database"].writer) as session, session.begin():
        round_ = make_round(session, "2027-07", is_open=True)
        import_answers(session, round_, dict.fromkeys(both, answers()))
        who = (
            select(User.email)
            .join(Grant, Grant.user_id == User.id)
            .join(Organisation, Organisation.id == Grant.organisation_id)
            .where(Grant.role == "signatory", Organisation.slug.in_(both))
            .group_by(User.email)
            .having(func.count() == 2)
        )
        email = session.scalars(who).one()
    browser = sqlite_browser.sign_in(email)
    first, second = (f"/returns/2027-07/{slug}" for slug in both)
    read = browser.get(f"{second}/sign").form()
    sign(browser, first, SIGNED)
    stand = [standing(browser.app, slug, "2027-07") for slug in both]
    assert [(each.status, len(each.signed)) for each in stand] == [("submitted", 1), ("in_progress", 0)]
    assert "Nobody has asked for a signature yet" in browser.get(f"{second}/sign").words
    send(browser, f"{second}/sign", read | SIGNED)
    assert standing(browser.app, both[1], "2027-07").signatures == [("Isolde Marchbanke", "Director of finance")]


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
