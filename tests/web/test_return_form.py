"""Every kind of question: posted by the names of its boxes, stored in canonical form, and shown again."""

import pytest

from tests.pages import Browser
from tests.web.sections import SECTION, Answers, fill, message_beside, stored, value_in

LEAD = "lead@trust.example"
STORY = "Once a week.\n\nالقائمة – 🙂 and 3 < 4 & “more”"

SECTIONS: dict[str, tuple[dict[str, str], Answers, dict[str, str]]] = {
    "about": (
        {
            "about.boundary:": "All sites.\r\nNo subsidiaries.",
            "about.snapshot_date:~day": "30",
            "about.snapshot_date:~month": "9",
            "about.snapshot_date:~year": "2026",
            "about.headcount:": " 1,290 ",
            "about.fte:": "1 100.5",
        },
        {
            "about.boundary": {"": "All sites.\nNo subsidiaries."},
            "about.snapshot_date": {"": "2026-09-30"},
            "about.headcount": {"": "1290"},
            "about.fte": {"": "1100.50"},
        },
        {"about.snapshot_date:~month": "9", "about.headcount:": "1290", "about.fte:": "1100.50"},
    ),
    "pledge-1": (
        {
            "p1.rlw_staff:numerator": "812",
            "p1.rlw_staff:denominator": "1,280",
            "p1.rlw_staff:unknown": "10",
            "p1.rlw_staff:basis": "estimate",
            "p1.rlw_rate_year:": "2025-26",
            "p1.rlw_agency:percent": " 95 % ",
            "p1.rlw_agency:basis": "notional",
            "p1.narrative:": STORY,
            "p1.evidence:1.link": "https://example.org/report",
            "p1.evidence:1.caption": "Annual report",
            "p1.evidence:1.about~day": "1",
            "p1.evidence:1.about~month": "April",
            "p1.evidence:1.about~year": "2026",
            "p1.level_now:": "2",
            "p1.level_now:reason": "We measure it now.",
            "p1.level_aim:": "3",
        },
        {
            "p1.rlw_staff": {"numerator": "812", "denominator": "1280", "unknown": "10", "basis": "estimate"},
            "p1.rlw_rate_year": {"": "2025-26"},
            "p1.rlw_agency": {"percent": "95", "basis": "notional"},
            "p1.narrative": {"": STORY},
            "p1.evidence": {
                "1.link": "https://example.org/report",
                "1.caption": "Annual report",
                "1.about": "2026-04-01",
            },
            "p1.level_now": {"": "2", "reason": "We measure it now."},
            "p1.level_aim": {"": "3"},
        },
        {"p1.narrative:": STORY, "p1.evidence:1.about~month": "4", "p1.level_now:": "2"},
    ),
    "pledge-2": (
        {
            "p2.local_fte:numerator": "700.25",
            "p2.local_fte:denominator": "1,000",
            "p2.local_contracts:numerator": "0",
            "p2.local_contracts:denominator": "0",
            "p2.local_spend:numerator": "£1,200,000.5",
            "p2.local_spend:denominator": "£ 2,400,001",
        },
        {
            "p2.local_fte": {"numerator": "700.25", "denominator": "1000.00", "basis": "actual"},
            "p2.local_contracts": {"numerator": "0", "denominator": "0", "basis": "actual"},
            "p2.local_spend": {"numerator": "1200000.50", "denominator": "2400001.00", "basis": "actual"},
        },
        {"p2.local_spend:numerator": "1200000.50", "p2.local_fte:denominator": "1000.00"},
    ),
    "pledge-4": (
        {
            "p4.green_plan:": "yes",
            "p4.approved_on:~day": "07",
            "p4.approved_on:~month": "03",
            "p4.approved_on:~year": "2022",
            "p4.target_year:": " 2038 ",
        },
        {"p4.green_plan": {"": "yes"}, "p4.approved_on": {"": "2022-03-07"}, "p4.target_year": {"": "2038"}},
        {"p4.green_plan:": "yes", "p4.approved_on:~day": "7", "p4.target_year:": "2038"},
    ),
    "pledge-6": (
        {
            "p6.prevention_pledge:": "no",
            "p6.initiatives:": "yes",
            "p6.marmot:theme-3": "yes",
            "p6.marmot:theme-8": "yes",
            "p6.core20plus5:hypertension": "yes",
        },
        {
            "p6.prevention_pledge": {"": "no"},
            "p6.initiatives": {"": "yes"},
            "p6.marmot": {"theme-3": "yes", "theme-8": "yes"},
            "p6.core20plus5": {"hypertension": "yes"},
        },
        {"p6.initiatives:": "yes", "p6.marmot:theme-8": "yes", "p6.core20plus5:hypertension": "yes"},
    ),
    "pledge-7": (
        {
            "p7.case_studies:1.title": "A garden",
            "p7.case_studies:1.story": STORY,
            "p7.case_studies:1.pledge": "3",
            "p7.case_studies:1.place": "E08000012",
            "p7.case_studies:1.publish": "no",
        },
        {
            "p7.case_studies": {
                "1.title": "A garden",
                "1.story": STORY,
                "1.pledge": "3",
                "1.place": "E08000012",
                "1.publish": "no",
            }
        },
        {"p7.case_studies:1.story": STORY, "p7.case_studies:1.place": "E08000012", "p7.case_studies:1.publish": "no"},
    ),
    "workforce": (
        {
            "workforce.levels:band_5.ethnic_minority": "1,040",
            "workforce.levels:band_5.white": "2000",
            "workforce.levels:band_5.not_stated": "7",
            "workforce.levels:vsm.ethnic_minority": "0",
            "workforce.levels:vsm.white": "9",
            "workforce.levels:reason": "Bank staff are left out of the table.",
        },
        {
            "workforce.levels": {
                "band_5.ethnic_minority": "1040",
                "band_5.white": "2000",
                "band_5.not_stated": "7",
                "vsm.ethnic_minority": "0",
                "vsm.white": "9",
                "reason": "Bank staff are left out of the table.",
            }
        },
        {"workforce.levels:vsm.ethnic_minority": "0", "workforce.levels:band_5.ethnic_minority": "1040"},
    ),
}
"""For each section: what is typed, what is stored, and what stands in some boxes afterwards."""


def emptied(browser: Browser, path: str) -> None:
    """Save the section with nothing in it."""
    form = browser.get(path).form()
    blank = {"csrf_token": form["csrf_token"], "seen": form["seen"], "then": "later"}
    assert browser.client.post(path, data=blank).status_code == 302


@pytest.mark.parametrize("code", SECTIONS)
def test_what_is_typed_is_stored_in_canonical_form_and_shown_again(browser: Browser, code: str) -> None:
    typed, kept, shown = SECTIONS[code]
    path = f"{SECTION}/{code}"
    emptied(browser.sign_in(LEAD), path)
    assert not stored(browser.app).keys() & kept.keys()
    after = fill(browser, path, typed)
    assert after.response.request.path != path, after.errors
    answers = stored(browser.app)
    assert {key: answers.get(key) for key in kept} == kept
    page = browser.get(path)
    assert {name: value_in(page, name) for name in shown} == shown


def test_save_and_continue_leads_from_section_to_section_and_to_the_check(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in("noor.adlestrop@walton-centre.example")
    path, seen = "/returns/2027-01/walton-centre/sections/about", []
    while "/sections/" in path:
        seen.append(path.rsplit("/", 1)[1])
        path = fill(browser, path, {}).response.request.path
    assert seen == ["about", *(f"pledge-{number}" for number in range(1, 8)), "workforce"]
    assert path == "/returns/2027-01/walton-centre/check"
    assert stored(browser.app, "walton-centre") == {}


def test_save_and_come_back_later_leads_to_the_task_list(sqlite_browser: Browser) -> None:
    page = fill(sqlite_browser.sign_in(LEAD), f"{SECTION}/pledge-1", {}, press=("then", "later"))
    assert "Saved. You can come back at any time" in page.words
    assert page.response.request.path == SECTION.removesuffix("/sections")


def test_a_share_s_percentage_is_worked_out_by_the_server(sqlite_browser: Browser) -> None:
    browser, path = sqlite_browser.sign_in(LEAD), f"{SECTION}/pledge-1"
    emptied(browser, path)
    assert browser.get(path).text("[data-percent]") == "–"
    for part, whole, percent in (("812", "1290", "62.9%"), ("0", "7", "0%"), ("7", "7", "100%"), ("1", "0", "–")):
        fill(browser, path, {"p1.rlw_staff:numerator": part, "p1.rlw_staff:denominator": whole})
        assert browser.get(path).text("[data-percent]") == percent


def test_a_percentage_beside_both_counts_must_follow_from_them(sqlite_browser: Browser) -> None:
    browser, path = sqlite_browser.sign_in(LEAD), f"{SECTION}/pledge-1"
    emptied(browser, path)
    typed = {"p1.rlw_staff:numerator": "1", "p1.rlw_staff:denominator": "3", "p1.rlw_staff:percent": "40"}
    page = fill(browser, path, typed)
    assert "two counts" in message_beside(page, "q-p1-rlw-staff-percent")
    assert value_in(page, "p1.rlw_staff:percent") == "40"
    fill(browser, path, {"p1.rlw_staff:percent": "33.3"})
    assert stored(browser.app)["p1.rlw_staff"] == {"numerator": "1", "denominator": "3", "basis": "actual"}


def test_the_table_of_levels_shows_the_totals_of_rows_and_columns(sqlite_browser: Browser) -> None:
    browser, path = sqlite_browser.sign_in(LEAD), f"{SECTION}/workforce"
    emptied(browser, path)
    fill(browser, path, SECTIONS["workforce"][0])
    page = browser.get(path)
    assert page.text('[data-row-total="band_5"]') == "3,047"
    assert page.text('[data-row-total="vsm"]') == "9"
    assert [" ".join(cell.get_text().split()) for cell in page.soup.select("tfoot td")] == [
        "1,040",
        "2,009",
        "7",
        "3,056",
    ]


def test_the_rows_of_the_table_of_levels_follow_the_organisation_s_scale(sqlite_browser: Browser) -> None:
    council = "/returns/2027-01/cheshire-east-council/sections/workforce"
    page = sqlite_browser.sign_in("duncan.harrowgill@cheshire-east-council.example").get(council)
    rows = [row.get_text(strip=True) for row in page.soup.select(".app-levels tbody th")]
    assert rows == ["Operational", "Supervisory or professional", "Senior", "Board"]
    trust = sqlite_browser.sign_in(LEAD).get(f"{SECTION}/workforce")
    assert len(trust.soup.select(".app-levels tbody th")) == 17


def test_case_studies_are_added_and_removed_without_scripts(browser: Browser) -> None:
    path = f"{SECTION}/pledge-7"
    emptied(browser.sign_in(LEAD), path)
    first = {"p7.case_studies:1.title": "First", "p7.case_studies:1.story": "The first."}
    page = fill(browser, path, first, press=("more", "p7.case_studies"))
    assert len(page.soup.select('[name^="p7.case_studies:"][name$=".title"]')) == 2
    assert page.response.request.path == path
    second = {"p7.case_studies:2.title": "Second", "p7.case_studies:2.story": "The second."}
    form = page.form() | second | {"more": "p7.case_studies"}
    browser.client.post(path, data=form)
    page = fill(browser, path, {}, press=("remove", "p7.case_studies:1"))
    assert value_in(page, "p7.case_studies:1.title") == "Second"
    assert stored(browser.app)["p7.case_studies"] == {"1.title": "Second", "1.story": "The second."}
    fill(browser, path, {}, press=("remove", "p7.case_studies:1"))
    assert "p7.case_studies" not in stored(browser.app)


def test_a_tenth_case_study_is_the_last(sqlite_browser: Browser) -> None:
    browser, path = sqlite_browser.sign_in(LEAD), f"{SECTION}/pledge-7"
    ten = {f"p7.case_studies:{n}.{part}": f"{part} {n}" for n in range(1, 11) for part in ("title", "story")}
    page = fill(browser, path, ten)
    assert page.soup.find("button", attrs={"name": "more", "value": "p7.case_studies"}) is None
    eleven = ten | {"p7.case_studies:11.title": "One too many", "p7.case_studies:11.story": "Told."}
    page = fill(browser, path, eleven)
    assert "at most 10" in page.errors[0]
    assert stored(browser.app)["p7.case_studies"]["11.title"] == "One too many"


def test_permission_to_publish_is_never_presumed(sqlite_browser: Browser) -> None:
    browser, path = sqlite_browser.sign_in(LEAD), f"{SECTION}/pledge-7"
    emptied(browser, path)
    page = browser.get(path)
    assert page.soup.select('[name="p7.case_studies:1.publish"]')
    assert "p7.case_studies:1.publish" not in page.form()


STATES = {
    "not_known:not_held": {"state": "not_known", "reason": "not_held"},
    "not_known:other": {"state": "not_known", "reason": "The supplier went out of business."},
    "not_applicable:no_public_buildings": {"state": "not_applicable", "reason": "no_public_buildings"},
}


@pytest.mark.parametrize("picked", STATES)
def test_not_known_and_not_applicable_are_kept_with_their_reason(sqlite_browser: Browser, picked: str) -> None:
    browser, path = sqlite_browser.sign_in(LEAD), f"{SECTION}/pledge-3"
    emptied(browser, path)
    typed = {"p3.free_use:state~picked": picked}
    typed |= {"p3.free_use:state~words": STATES[picked]["reason"]} if picked.endswith("other") else {}
    page = fill(browser, path, typed)
    assert page.errors == []
    assert stored(browser.app)["p3.free_use"] == STATES[picked]
    again = browser.get(path)
    assert value_in(again, "p3.free_use:state~picked") == picked


def test_a_state_needs_a_reason_and_no_answer_beside_it(sqlite_browser: Browser) -> None:
    browser, path = sqlite_browser.sign_in(LEAD), f"{SECTION}/pledge-3"
    emptied(browser, path)
    page = fill(browser, path, {"p3.free_use:state~picked": "not_known:other"})
    assert len(page.errors) == 1
    assert message_beside(page, "q-p3-free-use-reason") == page.errors[0]
    page = fill(browser, path, {"p3.free_use:state~picked": "not_known:not_held", "p3.free_use:": "yes"})
    assert "not both" in page.errors[0]
    assert "not both" in message_beside(page, "q-p3-free-use-state")
    assert value_in(page, "p3.free_use:") == "yes"


def test_a_zero_is_an_answer_and_no_blank(sqlite_browser: Browser) -> None:
    browser, path = sqlite_browser.sign_in(LEAD), f"{SECTION}/about"
    fill(browser, path, {"about.headcount:": "0", "about.fte:": ""})
    answers = stored(browser.app)
    assert answers["about.headcount"] == {"": "0"}
    assert "about.fte" not in answers


def test_a_question_under_an_option_is_asked_only_with_that_option(sqlite_browser: Browser) -> None:
    browser, path = sqlite_browser.sign_in(LEAD), f"{SECTION}/pledge-4"
    fill(browser, path, SECTIONS["pledge-4"][0])
    check = SECTION.removesuffix("/sections") + "/check"
    assert "Net zero target year" in browser.get(check).words
    fill(browser, path, {"p4.green_plan:": "no"})
    assert "Net zero target year" not in browser.get(check).words
    assert stored(browser.app)["p4.target_year"] == {"": "2038"}, "what was typed is not thrown away"
    fill(browser, path, {"p4.green_plan:": "yes"})
    assert "2038" in browser.get(check).words


def test_a_question_for_others_is_neither_shown_nor_taken(sqlite_browser: Browser) -> None:
    path = "/returns/2027-01/cheshire-east-council/sections/pledge-6"
    browser = sqlite_browser.sign_in("duncan.harrowgill@cheshire-east-council.example")
    assert not browser.get(path).soup.select('[name^="p6.prevention_pledge"]')
    fill(browser, path, {"p6.initiatives:": "no", "p6.prevention_pledge:": "yes"})
    answers = stored(browser.app, "cheshire-east-council")
    assert answers == {"p6.initiatives": {"": "no"}}


def test_last_time_s_answer_stands_beside_the_question(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(LEAD).get(f"{SECTION}/about")
    hint = page.text("#q-about-headcount-hint")
    assert "Last time (July 2026, to 30 June 2026, in people): 5,551" in hint


def test_an_unusual_answer_is_warned_about_and_can_be_explained(sqlite_browser: Browser) -> None:
    browser, path = sqlite_browser.sign_in(LEAD), f"{SECTION}/pledge-1"
    fill(browser, path, {"p1.rlw_staff:numerator": "50", "p1.rlw_staff:denominator": "50"})
    page = browser.get(path)
    assert "exactly 100 per cent is rare" in page.text(".app-warning")
    assert page.errors == []
    fill(browser, path, {"p1.rlw_staff:explanation": "All are, since April."})
    assert stored(browser.app)["p1.rlw_staff"]["explanation"] == "All are, since April."
    check = browser.get(SECTION.removesuffix("/sections") + "/check")
    assert "All are, since April." in check.words
