"""Saving: nothing typed is lost, nothing is overwritten silently, nothing is stored twice or by somebody else."""

import re

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from anchor_portal.domain.rounds import Stage
from anchor_portal.models import Answer, Organisation, Return, ReturnStep, Round
from tests.make import make_round
from tests.pages import Browser, Page, check
from tests.web.sections import RETURN, ROUND, SECTION, TRUST, fill, send, stored, value_in

LEAD, COLLEAGUE, STRANGER = "lead@trust.example", "contributor@trust.example", "lead@council.example"
PATH = f"{SECTION}/pledge-1"


def change(app: Flask, **values: object) -> None:
    """Change the open round behind everyone's back."""
    with Session(app.extensions["database"].writer) as session, session.begin():
        session.execute(update(Round).where(Round.code == "2027-01").values(**values))


def rows_of(app: Flask, slug: str) -> tuple[int, int]:
    """How many returns and steps an organisation has in the open round."""
    with Session(app.extensions["database"].reader) as session:
        mine = select(Return.id).join(Return.round).join(Return.organisation)
        ids = session.scalars(mine.where(Organisation.slug == slug, Round.code == "2027-01")).all()
        return len(ids), len(session.scalars(select(ReturnStep).where(ReturnStep.return_id.in_(ids))).all())


def conflict_of(browser: Browser) -> Page:
    """The page that the second of two people sees who changed the same answer."""
    page = browser.sign_in(LEAD).get(PATH)
    colleague = Browser(browser.app).sign_in(COLLEAGUE)
    fill(colleague, PATH, {"p1.narrative:": "My colleague's words.", "p1.rlw_staff:numerator": "7"})
    typed = {"p1.narrative:": "My own words.", "p1.rlw_agency:numerator": "unreadable"}
    return send(browser, PATH, page.form() | typed | {"then": "continue"}, 409)


def test_the_second_of_two_people_sees_both_versions_and_nothing_is_overwritten(browser: Browser) -> None:
    page = conflict_of(browser)
    answers = stored(browser.app)
    assert answers["p1.narrative"] == {"": "My colleague's words."}
    assert "unreadable" not in str(answers), "nothing is saved before the choice"
    mine, theirs = (" ".join(part.get_text(" ").split()) for part in page.soup.select(".app-version"))
    assert "My own words." in mine
    assert "My colleague's words." in theirs
    assert "Nasreen Halloway" in theirs


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        ("mine", "My own words."),
        ("theirs", "My colleague's words."),
        ("both", "My colleague's words.\n\nMy own words."),
    ],
)
def test_what_was_chosen_stands_and_all_other_changes_of_both_are_kept(
    sqlite_browser: Browser, choice: str, kept: str
) -> None:
    form = conflict_of(sqlite_browser).form()
    send(sqlite_browser, PATH, form | {"choose:p1.narrative": choice, "then": "later"})
    answers = stored(sqlite_browser.app)
    assert answers["p1.narrative"] == {"": kept}
    assert answers["p1.rlw_staff"]["numerator"] == "7"
    assert answers["p1.rlw_agency"]["numerator"] == "unreadable"


def test_without_a_choice_nothing_is_saved_and_the_choice_is_asked_for_again(sqlite_browser: Browser) -> None:
    before = stored(sqlite_browser.app)
    page = send(sqlite_browser, PATH, conflict_of(sqlite_browser).form() | {"then": "continue"}, 409)
    assert "There is a problem" in page.words
    assert "My own words." in page.words
    assert stored(sqlite_browser.app)["p1.narrative"] == {"": "My colleague's words."} != before.get("p1.narrative")
    send(sqlite_browser, PATH, page.form() | {"choose:p1.narrative": "mine", "then": "later"})
    assert stored(sqlite_browser.app)["p1.narrative"] == {"": "My own words."}


def test_a_third_person_in_the_meantime_is_asked_about_too(sqlite_browser: Browser) -> None:
    form = conflict_of(sqlite_browser).form()
    fill(Browser(sqlite_browser.app).sign_in(COLLEAGUE), PATH, {"p1.narrative:": "Newer still."})
    again = send(sqlite_browser, PATH, form | {"choose:p1.narrative": "mine", "then": "later"}, 409)
    assert "Newer still." in again.words
    assert "My own words." in again.words


def test_changes_of_different_answers_of_one_section_are_both_kept_and_said(sqlite_browser: Browser) -> None:
    mine = sqlite_browser.sign_in(LEAD).get(PATH)
    fill(Browser(sqlite_browser.app).sign_in(COLLEAGUE), PATH, {"p1.narrative:": "Hers."})
    page = send(sqlite_browser, PATH, mine.form() | {"p1.rlw_staff:numerator": "9", "then": "later"})
    answers = stored(sqlite_browser.app)
    assert (answers["p1.narrative"], answers["p1.rlw_staff"]["numerator"]) == ({"": "Hers."}, "9")
    assert "Somebody else changed “Pledge 1 progress” meanwhile" in page.words


# A script saves while one types


def script_saves(browser: Browser, form: dict[str, str]) -> TestResponse:
    return browser.client.post(PATH, data=form, headers={"Accept": "application/json"})


def test_a_script_saves_and_is_told_when_and_how_to_save_again(sqlite_browser: Browser) -> None:
    form = sqlite_browser.sign_in(LEAD).get(PATH).form() | {"p1.narrative:": "One"}
    first = script_saves(sqlite_browser, form)
    assert (first.status_code, first.mimetype) == (200, "application/json")
    assert re.fullmatch("[0-2][0-9]:[0-5][0-9]", first.json["at"])
    second = script_saves(sqlite_browser, form | {"p1.narrative:": "One two", "seen": first.json["seen"]})
    assert second.status_code == 200
    assert stored(sqlite_browser.app)["p1.narrative"] == {"": "One two"}


def test_a_script_is_told_of_a_conflict_and_changes_nothing(sqlite_browser: Browser) -> None:
    form = sqlite_browser.sign_in(LEAD).get(PATH).form() | {"p1.narrative:": "Mine"}
    fill(Browser(sqlite_browser.app).sign_in(COLLEAGUE), PATH, {"p1.narrative:": "Hers."})
    answer = script_saves(sqlite_browser, form)
    assert (answer.status_code, answer.json) == (409, {"who": "Nasreen Halloway", "what": "Pledge 1 progress"})
    assert stored(sqlite_browser.app)["p1.narrative"] == {"": "Hers."}


def test_a_script_that_keeps_saving_does_not_undo_what_another_changed_beside_it(sqlite_browser: Browser) -> None:
    form = sqlite_browser.sign_in(LEAD).get(PATH).form() | {"p1.rlw_staff:numerator": "1"}
    fill(Browser(sqlite_browser.app).sign_in(COLLEAGUE), PATH, {"p1.narrative:": "Hers."})
    first = script_saves(sqlite_browser, form)
    assert first.json["taken"] == ["“Pledge 1 progress”"]
    assert (
        script_saves(sqlite_browser, form | {"p1.rlw_staff:numerator": "12", "seen": first.json["seen"]}).status_code
        == 200
    )
    answers = stored(sqlite_browser.app)
    assert (answers["p1.narrative"], answers["p1.rlw_staff"]["numerator"]) == ({"": "Hers."}, "12")


def test_two_people_in_different_sections_do_not_meet(sqlite_browser: Browser) -> None:
    mine = sqlite_browser.sign_in(LEAD).get(PATH)
    fill(Browser(sqlite_browser.app).sign_in(COLLEAGUE), f"{SECTION}/pledge-3", {"p3.free_use:": "no"})
    assert send(sqlite_browser, PATH, mine.form() | {"p1.narrative:": "Mine.", "then": "later"}).status == 200
    answers = stored(sqlite_browser.app)
    assert (answers["p1.narrative"], answers["p3.free_use"]) == ({"": "Mine."}, {"": "no"})


def test_a_double_click_stores_once_and_complains_of_nothing(browser: Browser) -> None:
    browser.sign_in("noor.adlestrop@walton-centre.example")
    path = "/returns/2027-01/walton-centre/sections/pledge-1"
    form = browser.get(path).form() | {"p1.narrative:": "Once.", "then": "continue"}
    for _ in range(2):
        assert browser.client.post(path, data=form).status_code == 302
    assert stored(browser.app, "walton-centre") == {"p1.narrative": {"": "Once."}}
    assert rows_of(browser.app, "walton-centre") == (1, 1)


def test_opening_a_section_starts_nothing(browser: Browser) -> None:
    browser.sign_in("noor.adlestrop@walton-centre.example").get("/returns/2027-01/walton-centre/sections/about")
    assert rows_of(browser.app, "walton-centre") == (0, 0)
    fill(browser, "/returns/2027-01/walton-centre/sections/about", {})
    assert rows_of(browser.app, "walton-centre") == (0, 0)


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.UNDER_REVIEW])
def test_a_round_that_closed_meanwhile_refuses_and_shows_what_was_typed(browser: Browser, stage: Stage) -> None:
    page = browser.sign_in(LEAD).get(PATH)
    before = stored(browser.app)
    change(browser.app, stage=stage)
    refused = send(browser, PATH, page.form() | {"p1.narrative:": "Too late.", "then": "later"}, 409)
    assert value_in(refused, "p1.narrative:") == "Too late."
    assert "Nothing was saved" in refused.words
    assert "somebody else" not in refused.words
    assert refused.soup.find("button", string=lambda words: bool(words) and "Save" in words) is None, "it cannot help"
    assert stored(browser.app) == before
    assert browser.get(PATH).response.request.path == RETURN, "a closed round has no form to open"


def test_a_late_return_still_comes_in_after_the_deadline(sqlite_browser: Browser) -> None:
    with Session(sqlite_browser.app.extensions["database"].reader) as session:
        opened = session.scalars(select(Round.opens_on).where(Round.code == "2027-01")).one()
    change(sqlite_browser.app, closes_on=opened)
    page = fill(sqlite_browser.sign_in(LEAD), PATH, {"p1.narrative:": "Late."}, press=("then", "later"))
    assert "Late returns are still accepted" in page.words
    assert stored(sqlite_browser.app)["p1.narrative"] == {"": "Late."}


def test_a_return_that_waits_for_its_signature_is_not_changed(sqlite_browser: Browser) -> None:
    slug, lead = "clatterbridge-cancer-centre", "gwilym.tarnbeck@clatterbridge-cancer-centre.example"
    path = f"/returns/2027-01/{slug}/sections/pledge-1"
    browser = sqlite_browser.sign_in(lead)
    before = stored(browser.app, slug)
    data = {"csrf_token": browser.token(), "p1.narrative:": "A late thought.", "seen": "", "then": "later"}
    page = send(browser, path, data, 409)
    assert value_in(page, "p1.narrative:") == "A late thought."
    assert stored(browser.app, slug) == before


@pytest.mark.parametrize(
    "who", [STRANGER, "signatory@council.example", "zainab.corfe-mallin@halton-borough-council.example"]
)
def test_nobody_of_another_organisation_writes_here(browser: Browser, who: str) -> None:
    before = stored(browser.app)
    browser.sign_in(who)
    data = {"csrf_token": browser.token(), "p1.narrative:": "Not mine to say.", "seen": ""}
    answer = check(browser.client.post(PATH, data=data), 403 if who.startswith("signatory") else 404)
    assert "What you typed is below" in answer.words
    assert stored(browser.app) == before


HOSTILE = {
    "a paste of 5,000 words": "a word " * 5000,
    "emoji and letters of every script": "🙂👩🏽‍🔬 Größe naïve Łódź 日本語 हिन्दी",
    "text from right to left": "\u202bالعربية\u202c עברית",
    "characters that no page can hold": "before\0\x07\x1b[31mafter\x9f",
    "mark-up": "<script>alert(1)</script><h1>&amp;</h1>",
    "a template": "{{ 7 * 7 }}{% raw %}",
    "a formula": "=cmd|' /C calc'!A0",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_pasted_comes_back_as_it_was(browser: Browser, name: str) -> None:
    typed = HOSTILE[name]
    expected = "before[31mafter" if "\0" in typed else typed.rstrip() if len(typed) <= 5000 else typed
    fill(browser.sign_in(LEAD), PATH, {"p1.narrative:": typed, "p1.evidence:1.caption": typed[:100]})
    assert stored(browser.app)["p1.narrative"] == {"": expected}
    page = browser.get(PATH)
    assert value_in(page, "p1.narrative:") == expected
    assert browser.get(f"{RETURN}/check").status == 200
    if len(typed) > 5000:
        assert any("5,000" in message for message in page.errors)


def test_boxes_that_no_page_has_are_left_alone(browser: Browser) -> None:
    browser.sign_in(LEAD)
    before = stored(browser.app)
    hostile = {
        "p1.rlw_staff:\0": "1",
        "p1.rlw_staff:٣": "1",
        "p1.evidence:².link": "https://example.org",
        "p1.evidence:0.link": "https://example.org",
        "p1.rlw_rate_year:state~picked~picked": "x",
        "workforce.levels:band_5.white": "4",
        "signoff:name": "Somebody Else",
        "p1.unheard_of:": "1",
        ":": "1",
        "": "1",
    }
    page = fill(browser, PATH, hostile, press=("then", "later"))
    assert page.status == 200
    assert stored(browser.app) == before


def test_a_form_that_is_too_large_is_refused_with_a_page(sqlite_browser: Browser) -> None:
    sqlite_browser.sign_in(LEAD)
    data = {"csrf_token": sqlite_browser.token(), "p1.narrative:": "x" * 5_000_000}
    page = check(sqlite_browser.client.post(PATH, data=data), 413)
    assert page.title == "That was too much at once"


def test_a_contributor_fills_in_and_does_not_sign(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(COLLEAGUE)
    fill(browser, PATH, {"p1.narrative:": "By the contributor."})
    assert stored(browser.app)["p1.narrative"] == {"": "By the contributor."}
    page = browser.get(f"{RETURN}/check")
    assert page.soup.select_one('main form, main a[href$="/sign"]') is None
    browser.get(f"{RETURN}/sign", 403)


def test_whoever_saved_an_answer_is_kept_with_it(sqlite_browser: Browser) -> None:
    fill(sqlite_browser.sign_in(COLLEAGUE), PATH, {"p1.narrative:": "Mine."})
    with Session(sqlite_browser.app.extensions["database"].reader) as session:
        mine = select(Answer.saved_by).join(Return, Return.id == Answer.return_id).join(Return.organisation)
        mine = mine.join(Return.round).where(Organisation.slug == TRUST, Round.code == ROUND)
        assert session.scalars(mine.where(Answer.question == "p1.narrative")).one() == "Nasreen Halloway"


OLD = "2027-07"


def test_the_printed_tool_of_january_2024_is_answered_as_printed(browser: Browser) -> None:
    with Session(browser.app.extensions["database"].writer) as session, session.begin():
        make_round(session, OLD, "2024-01", is_open=True)
    path = f"/returns/{OLD}/mid-cheshire-hospitals"
    browser.sign_in(LEAD)
    tasks = browser.get(path)
    assert len(tasks.soup.select(".nhsuk-task-list li")) == 7
    first = browser.get(f"{path}/sections/pledge-1")
    assert "What percentage of your workforce are currently paid the real living wage?" in first.words
    typed = {"p1.rlw_staff:percent": "95.5%", "p1.rlw_agency:percent": "101", "p1.narrative:": ""}
    page = fill(browser, f"{path}/sections/pledge-1", typed)
    assert len(page.errors) == 1
    answers = stored(browser.app, code=OLD)
    assert answers["p1.rlw_staff"] == {"percent": "95.5"}
    assert answers["p1.rlw_agency"] == {"basis": "notional", "percent": "101"}
    fill(browser, f"{path}/sections/pledge-1", {"p1.rlw_agency:percent": "100"})
    fill(
        browser,
        f"{path}/sections/pledge-6",
        {"p6.initiatives:": "yes", "p6.aligned:": "no", "p6.prevention_pledge:": "yes"},
    )
    fill(browser, f"{path}/sections/pledge-7", {"p7.case_study:": "One story."})
    check_page = browser.get(f"{path}/check")
    assert check_page.errors == []
    assert "95.5%" in check_page.words
    browser.get(f"{path}/sections/workforce", 404)
