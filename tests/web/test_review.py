"""Review by the Assembly: what waits, each answer beside the last round's, accepting and returning with a reason."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.rounds import Stage
from anchor_portal.models import Certificate, MeasureRow, Organisation, Return, Round, User
from anchor_portal.services.people import declare_interest
from tests.pages import Browser, Page
from tests.web.returning import (
    MEMBER,
    READY,
    READY_SIGNATORY,
    RETURNED,
    SUBMITTED,
    reply_to_all,
    set_stage,
    standing,
)
from tests.web.sections import ROUND, fill, message_beside, send, stored

PATH = f"/reviews/{ROUND}/{SUBMITTED}"
LEAD = "mairead.stonecroft@st-helens-borough-council.example"
CHAIR, HERS = "jocelyn.vardy-akers@cheshire-wirral-partnership.example", "cheshire-wirral-partnership"
"""A member of the Assembly who signs for one of the organisations that have submitted."""


OUTCOMES = {f"outcome-{number}": "met" for number in range(1, 8)}


def accept(browser: Browser, path: str = PATH) -> Page:
    return send(browser, f"{path}/accept", browser.get(path).form(f"{path}/return") | OUTCOMES)


def give_back(browser: Browser, reason: str, path: str = PATH, status: int = 200) -> Page:
    return send(browser, f"{path}/return", browser.get(path).form(f"{path}/return") | {"reason": reason}, status)


def sign_again(browser: Browser) -> None:
    signatory = Browser(browser.app).sign_in("augusta.pinnington@st-helens-borough-council.example")
    path = f"/returns/{ROUND}/{SUBMITTED}"
    typed = {"signoff:name": "Augusta Pinnington", "signoff:role": "Director of finance", "confirm": "yes"}
    send(signatory, f"{path}/sign", signatory.get(f"{path}/sign").form() | typed)


def measures_of(browser: Browser, slug: str) -> dict[str, str]:
    mine = select(MeasureRow.measure, MeasureRow.numerator, MeasureRow.denominator).join(
        Organisation, Organisation.id == MeasureRow.organisation_id
    )
    mine = mine.join(Round, Round.id == MeasureRow.round_id).where(Organisation.slug == slug, Round.code == ROUND)
    with Session(browser.app.extensions["database"].reader) as session:
        return {measure: f"{part} of {whole}" for measure, part, whole in session.execute(mine)}


def certificates_of(browser: Browser, slug: str) -> list[Certificate]:
    mine = select(Certificate).join(Return, Return.id == Certificate.return_id).join(Return.round)
    mine = mine.join(Return.organisation).where(Organisation.slug == slug, Round.code == ROUND)
    with Session(browser.app.extensions["database"].reader) as session:
        return list(session.scalars(mine.order_by(Certificate.revision)))


def declare(browser: Browser, email: str, slug: str) -> None:
    with Session(browser.app.extensions["database"].writer) as session, session.begin():
        person = session.scalars(select(User).where(User.email == email)).one()
        declare_interest(session, person, session.scalars(select(Organisation).filter_by(slug=slug)).one())


def test_the_queue_holds_what_was_submitted_and_nothing_else(browser: Browser) -> None:
    page = browser.sign_in(MEMBER).get("/reviews")
    listed = [str(link["href"]) for link in page.soup.select("tbody th a")]
    waiting = {"cheshire-wirral-partnership", "nhs-cheshire-and-merseyside", "st-helens-borough-council"}
    assert set(listed) == {f"/reviews/{ROUND}/{slug}" for slug in waiting}
    assert "3 returns wait" in page.words
    assert "3 returns wait for your review" in browser.get("/work").words


def test_whoever_has_an_interest_does_not_see_it_in_the_queue(sqlite_browser: Browser) -> None:
    declare(sqlite_browser, MEMBER, SUBMITTED)
    assert SUBMITTED not in str(sqlite_browser.sign_in(MEMBER).get("/reviews").soup)
    sqlite_browser.get(PATH, 404)
    send(sqlite_browser, f"{PATH}/accept", {"csrf_token": sqlite_browser.token(), "revision": "1"}, 404)
    send(sqlite_browser, f"{PATH}/return", {"csrf_token": sqlite_browser.token(), "reason": "No."}, 404)
    assert standing(sqlite_browser.app, SUBMITTED).status == "submitted"


def test_a_member_who_belongs_to_an_organisation_sees_nothing_of_its_review(browser: Browser) -> None:
    path = f"/reviews/{ROUND}/{HERS}"
    browser.sign_in(CHAIR)
    assert HERS not in str(browser.get("/reviews").soup)
    page = browser.get(path)
    assert page.response.request.path == f"/returns/{ROUND}/{HERS}", "she reads the return, and not its review"
    data = {"csrf_token": browser.token(), "revision": "1", "reason": "Looks perfect.", "comment-1": "We are great."}
    for what in ("accept", "return", "comments/1", "opinion"):
        kept = send(browser, f"{path}/{what}", data, 409)
        assert "interest in this organisation" in kept.words
        assert "Looks perfect." in kept.words, "what was typed is not lost"
    assert standing(browser.app, HERS).status == "submitted"


def test_each_answer_stands_beside_the_last_round_s(browser: Browser) -> None:
    page = browser.sign_in(MEMBER).get(PATH)
    now = standing(browser.app, SUBMITTED).signed[0]
    before = standing(browser.app, SUBMITTED, "2026-07").signed[0]
    table = page.soup.select_one("table.app-review")
    assert table is not None
    assert [cell.get_text(strip=True) for cell in table.select("thead th")] == ["Question", "This time", "July 2026"]
    row = next(
        row for row in page.soup.select("table.app-review tr") if row.th and row.th.get_text().startswith("Headcount")
    )
    cells = [next(iter(cell.stripped_strings)) for cell in row.select("td")]
    assert cells == [f"{int(each['about.headcount']['']):,}" for each in (now, before)]
    assert "up 6 (0.2%)" in row.get_text(), "how far it moved is said"
    assert ("app-review__changed" in row.get("class", [])) == (cells[0] != cells[1])


def test_what_changed_is_marked_in_words(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get(PATH)
    changed = page.soup.select("tr.app-review__changed")
    assert changed
    assert all("changed" in row.th.get_text() for row in changed if row.th)


def test_what_to_look_at_first_is_said_at_the_top(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get(PATH)
    for link in page.soup.select(".app-contents a"):
        heading = page.soup.find(id=str(link["href"])[1:])
        assert heading is not None and heading.name == "h2"
        table = heading.find_next("table")
        assert table is not None
        changed = len(table.select("tr.app-review__changed"))
        entry = " ".join(link.parent.get_text().split()) if link.parent else ""
        assert (f"{changed} changed" in entry) == bool(changed), entry
    assert len(page.soup.select(".app-contents a")) == len(page.soup.select(".app-review__section")) == 9


def test_a_member_accepts_and_everything_follows(browser: Browser) -> None:
    page = accept(browser.sign_in(MEMBER))
    assert "is accepted" in page.words
    after = standing(browser.app, SUBMITTED)
    assert after.status == "accepted"
    assert after.steps[-1][:2] == ("accept", "Winifred Achterlane")
    answers = after.signed[0]["p2.local_spend"]
    assert measures_of(browser, SUBMITTED)["p2.local_spend"] == f"{answers['numerator']} of {answers['denominator']}"
    [certificate] = certificates_of(browser, SUBMITTED)
    signatory = Browser(browser.app).sign_in("augusta.pinnington@st-helens-borough-council.example")
    theirs = signatory.get(f"/returns/{ROUND}/{SUBMITTED}")
    assert f"Certificate {certificate.number}" in theirs.words
    assert Browser(browser.app).get(f"/certificates/{certificate.number}").status == 200


def test_accepting_twice_is_refused_and_changes_nothing(browser: Browser) -> None:
    browser.sign_in(MEMBER)
    form = browser.get(PATH).form(f"{PATH}/return") | OUTCOMES
    send(browser, f"{PATH}/accept", form)
    before = standing(browser.app, SUBMITTED)
    page = send(browser, f"{PATH}/accept", form, 409)
    assert "Winifred Achterlane accepted revision 1 on" in page.words
    assert "Nothing of yours was changed" in page.words
    assert standing(browser.app, SUBMITTED) == before
    assert len(certificates_of(browser, SUBMITTED)) == 1


def test_a_return_without_a_reason_does_not_go_back(sqlite_browser: Browser) -> None:
    for reason in ("", "   ", "\0", "x" * 5001):
        page = give_back(sqlite_browser.sign_in(MEMBER), reason, status=422)
        assert message_beside(page, "reason") == page.errors[0]
        assert page.form(f"{PATH}/return")["reason"] == reason.strip("\0 ")
    assert standing(sqlite_browser.app, SUBMITTED).status == "submitted"


def test_the_organisation_reads_why_changes_its_answers_and_signs_again(browser: Browser) -> None:
    browser.sign_in(MEMBER)
    reason = "Which sites are in?\nAnd “why” <b>31</b> sites?"
    give_back(browser, reason)
    returned = standing(browser.app, SUBMITTED)
    assert returned.status == "returned"
    assert returned.steps[-1] == ("return", "Winifred Achterlane", reason)
    path = f"/returns/{ROUND}/{SUBMITTED}"
    lead = Browser(browser.app).sign_in(LEAD)
    tasks = lead.get(path)
    assert "Winifred" not in tasks.words, "reviewers have no names for the organisation"
    assert "The Assembly returned this and asks:" in tasks.words
    assert reason in tasks.soup.get_text()
    fill(lead, f"{path}/sections/about", {"about.boundary:": "All 31 sites, because."})
    assert standing(browser.app, SUBMITTED).signed == returned.signed, "what was signed stays as it was"
    reply_to_all(lead, path)
    sign_again(browser)
    again = standing(browser.app, SUBMITTED)
    assert (again.status, again.revision) == ("submitted", 2)
    assert again.signed[0] == returned.signed[0]
    assert again.signed[1]["about.boundary"] == {"": "All 31 sites, because."}
    assert "revision 2" in browser.get("/reviews").words
    assert "All 31 sites, because." in browser.get(PATH).words
    accept(browser)
    assert standing(browser.app, SUBMITTED).status == "accepted"
    assert [each.revision for each in certificates_of(browser, SUBMITTED)] == [2]


def test_a_page_that_shows_an_earlier_revision_accepts_nothing(browser: Browser) -> None:
    browser.sign_in(MEMBER)
    read = browser.get(PATH).form(f"{PATH}/return")
    colleague = Browser(browser.app).sign_in("leopold.quarrington@assembly.example")
    give_back(colleague, "Please look again.")
    reply_to_all(Browser(browser.app).sign_in(LEAD), f"/returns/{ROUND}/{SUBMITTED}")
    sign_again(browser)
    page = send(browser, f"{PATH}/accept", read | OUTCOMES | {"summary": "Well done."}, 409)
    assert "submitted again meanwhile" in page.words and "Well done." in page.words
    assert "Leopold Quarrington returned revision 1" in page.words
    assert standing(browser.app, SUBMITTED).status == "submitted"
    assert certificates_of(browser, SUBMITTED) == []


def test_a_page_that_shows_an_earlier_revision_returns_nothing(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(MEMBER)
    read = browser.get(PATH).form(f"{PATH}/return")
    colleague = Browser(browser.app).sign_in("leopold.quarrington@assembly.example")
    give_back(colleague, "Please look again.")
    reply_to_all(Browser(browser.app).sign_in(LEAD), f"/returns/{ROUND}/{SUBMITTED}")
    sign_again(browser)
    page = send(browser, f"{PATH}/return", read | {"reason": "About the first revision."}, 409)
    assert "submitted again meanwhile" in page.words
    assert "About the first revision." in page.words
    assert standing(browser.app, SUBMITTED).status == "submitted"


def test_a_closed_round_is_still_decided(sqlite_browser: Browser) -> None:
    set_stage(sqlite_browser.app, Stage.CLOSED)
    assert "is accepted" in accept(sqlite_browser.sign_in(MEMBER)).words


def test_a_published_round_is_decided_no_more(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(MEMBER)
    form = browser.get(PATH).form(f"{PATH}/return")
    set_stage(browser.app, Stage.PUBLISHED)
    assert "nothing can be decided now" in send(browser, f"{PATH}/accept", form | OUTCOMES, 409).words
    assert standing(browser.app, SUBMITTED).status == "submitted"


def test_a_nil_return_is_seen_with_its_reason(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get(f"/reviews/{ROUND}/roche")
    assert page.text(".nhsuk-tag") == "Nil return"
    reason = standing(sqlite_browser.app, "roche").steps[-1][2]
    assert reason and reason in page.words
    assert page.soup.select_one("main form") is None


def test_drafts_are_not_for_the_assembly(sqlite_browser: Browser) -> None:
    sqlite_browser.sign_in(MEMBER)
    for slug in ("mid-cheshire-hospitals", READY, "walton-centre", "sefton-cvs"):
        sqlite_browser.get(f"/reviews/{ROUND}/{slug}", 404)
        sqlite_browser.get(f"/returns/{ROUND}/{slug}", 404)


def test_of_a_returned_return_the_assembly_reads_what_was_signed(sqlite_browser: Browser) -> None:
    lead = Browser(sqlite_browser.app).sign_in("lead@council.example")
    fill(lead, f"/returns/{ROUND}/{RETURNED}/sections/about", {"about.boundary:": "A thought that is not signed."})
    assert stored(lead.app, RETURNED)["about.boundary"] == {"": "A thought that is not signed."}
    sqlite_browser.sign_in(MEMBER)
    for address in (f"/reviews/{ROUND}/{RETURNED}", f"/returns/{ROUND}/{RETURNED}"):
        page = sqlite_browser.get(address)
        assert "Signed by" in page.words
        assert "A thought that is not signed." not in page.words
        assert "sections completed" not in page.words


@pytest.mark.parametrize("who", ["team@team.example", READY_SIGNATORY])
def test_nobody_else_decides(sqlite_browser: Browser, who: str) -> None:
    browser = sqlite_browser.sign_in(who)
    if who.startswith("team"):
        assert browser.get(PATH).soup.select_one("main form") is None
    send(browser, f"{PATH}/accept", {"csrf_token": browser.token(), "revision": "1"}, 403)
    send(browser, f"{PATH}/return", {"csrf_token": browser.token(), "reason": "Because."}, 403)
    assert standing(browser.app, SUBMITTED).status == "submitted"


def test_what_is_as_last_time_is_folded_and_what_changed_or_is_flagged_stands_open(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get(PATH)
    folded = page.soup.select("details.app-settled tr[id]")
    standing_open = [row for row in page.soup.select("table.app-review tr[id]") if row not in folded]
    assert folded and standing_open
    for row in folded:
        assert "app-review__changed" not in row.get("class", [])
        assert not row.select(".app-soft, .app-explanation, .app-query")
    for block in page.soup.select("details.app-settled"):
        words = " ".join(block.summary.get_text().split()) if block.summary else ""
        number = len(block.select("tr[id]"))
        assert words.startswith(f"{number} answer{'' if number == 1 else 's'} as last time")
    assert not any(block.has_attr("open") for block in page.soup.select("details.app-settled"))


def test_a_query_typed_beside_a_folded_answer_unfolds_it_and_is_shown_to_nobody_else(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get(PATH)
    box = page.soup.select_one("details.app-settled textarea[name^='ask:']")
    assert box is not None
    sent = page.form(f"{PATH}/return") | {str(box["name"]): "Why the same?", "outcome-1": ""}
    again = send(sqlite_browser, f"{PATH}/accept", sent, 422)
    opened = again.soup.find("textarea", attrs={"name": box["name"]})
    assert opened is not None and opened.get_text(strip=True) == "Why the same?"
    assert opened.find_parent("details", class_="app-settled") is None
    assert "Why the same?" not in str(sqlite_browser.get(PATH).soup)


def test_a_pledge_that_the_assembly_finds_not_evidenced_is_not_on_the_certificate(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(MEMBER)
    form = browser.get(PATH).form(f"{PATH}/return") | OUTCOMES
    send(browser, f"{PATH}/accept", form | {"outcome-2": "not_yet_evidenced", "outcome-5": "not_applicable"})
    pledges = certificates_of(browser, SUBMITTED)[0].pledges
    assert "2" not in pledges and {"1", "5"} <= set(pledges), "a pledge that does not apply may have been answered"
