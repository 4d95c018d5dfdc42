"""A review in depth: outcomes, one message, remarks that stay private, two opinions, decisions flagged when it changes."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.rounds import Stage
from anchor_portal.models import (
    Organisation,
    PledgeOutcome,
    Return,
    ReviewAssignment,
    ReviewComment,
    ReviewDecision,
    ReviewOpinion,
    ReviewSignals,
    Round,
    Submission,
)
from tests.pages import Browser, Page
from tests.web.returning import MEMBER, SUBMITTED, messages, set_stage, standing
from tests.web.sections import ROUND, message_beside, send
from tests.web.test_review import LEAD, OUTCOMES, PATH, certificates_of, declare

OTHER = "leopold.quarrington@assembly.example"
TEAM = "team@team.example"
TWO = "nhs-cheshire-and-merseyside"
"""In the demonstration two opinions are wanted on its return, and Leopold Quarrington gave one."""
THEIRS = f"/returns/{ROUND}/{SUBMITTED}"


def rows_of(app: Flask, model: Any, slug: str = SUBMITTED) -> Sequence[Any]:
    query = select(model).join(Return, Return.id == model.return_id).join(Return.round).join(Return.organisation)
    with Session(app.extensions["database"].reader) as session:
        return session.scalars(query.where(Organisation.slug == slug, Round.code == ROUND)).all()


def change_return(app: Flask, slug: str = SUBMITTED, **values: Any) -> None:
    mine = select(Return.id).join(Return.round).join(Return.organisation)
    mine = mine.where(Organisation.slug == slug, Round.code == ROUND)
    with Session(app.extensions["database"].writer) as session, session.begin():
        session.execute(update(Return).where(Return.id.in_(mine)).values(**values))


def form_of(browser: Browser, path: str = PATH) -> dict[str, str]:
    return browser.get(path).form(f"{path}/return")


def reviewed(page: Page, pledge: int) -> str:
    """The words under a pledge's heading, up to the next one."""
    heading = page.soup.find(id=f"pledge-{pledge}")
    assert heading is not None
    words = []
    for each in heading.find_next_siblings():
        if each.name == "h2":
            break
        words.append(each.get_text(" "))
    return " ".join(" ".join(words).split())


def test_accepting_asks_an_outcome_for_each_pledge_and_loses_nothing(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(MEMBER)
    typed = {name: code for name, code in OUTCOMES.items() if name not in {"outcome-3", "outcome-6"}}
    typed |= {
        "outcome-1": "making_progress",
        "note-1": "Agency staff?",
        "summary": "A good year.",
        "outcome-6": "superb",
    }
    page = send(browser, f"{PATH}/accept", form_of(browser) | typed | {"comment-2": "Not yet sent."}, 422)
    assert page.errors == ["Choose an outcome for pledges 3 and 6 before you accept the return"]
    assert message_beside(page, "outcome-3") == "Choose an outcome for pledge 3"
    kept = page.form(f"{PATH}/return")
    assert kept["outcome-1"] == "making_progress" and "outcome-3" not in kept
    assert (kept["note-1"], kept["summary"], kept["comment-2"]) == ("Agency staff?", "A good year.", "Not yet sent.")
    assert rows_of(browser.app, PledgeOutcome) == [] and standing(browser.app, SUBMITTED).status == "submitted"
    long = send(browser, f"{PATH}/accept", kept | OUTCOMES | {"note-2": "x" * 1001, "summary": "y" * 5001}, 422)
    assert message_beside(long, "summary").startswith("The summary can be at most 5,000")
    assert message_beside(long, "note-2").startswith("The sentence about an outcome can be at most 1,000")


def test_the_organisation_gets_summary_and_outcomes_in_one_message_and_reads_them_on_its_page(browser: Browser) -> None:
    browser.sign_in(MEMBER)
    typed = OUTCOMES | {
        "outcome-3": "not_yet_evidenced",
        "note-3": "Say <b>who</b> uses them.",
        "summary": "A good year.",
    }
    typed |= {"comment-3": "A remark that was never kept."}
    send(browser, f"{PATH}/accept", form_of(browser) | typed)
    [lead, signatory] = [each for each in messages(browser.app, "accepted") if "St Helens" in each.subject]
    assert LEAD in {lead.to_email, signatory.to_email}
    assert (
        "A good year." in lead.body
        and "3. Buildings as community assets: Not yet evidenced. Say <b>who</b>" in lead.body
    )
    assert "Winifred" not in lead.body
    page = Browser(browser.app).sign_in(LEAD).get(THEIRS)
    assert "A good year." in page.words and "Not yet evidenced Say <b>who</b> uses them." in page.words
    [decision] = rows_of(browser.app, ReviewDecision)
    [signed] = rows_of(browser.app, Submission)
    assert (decision.who, decision.revision, decision.verdict) == ("Winifred Achterlane", 1, "accept")
    assert decision.digest == signed.digest, "the record says on exactly what was decided"
    record = browser.get(PATH)
    assert f"SHA-256 {signed.digest[:12]}" in record.words and "Outcome: Not yet evidenced" in reviewed(record, 3)
    grid = browser.get(f"/assembly/{ROUND}")
    row = next(each for each in grid.soup.select(".app-grid tbody tr") if "St Helens" in each.get_text())
    assert [cell.get_text() for cell in row.select("td")] == ["Met", "Met", "Not yet evidenced", *["Met"] * 4]


def test_what_goes_back_carries_summary_outcomes_and_queries_in_one_message(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(MEMBER)
    typed = {"summary": "Nearly there.", "outcome-2": "making_progress", "ask:p2.local_spend": "Which year?"}
    send(browser, f"{PATH}/return", form_of(browser) | typed)
    [told] = [each for each in messages(browser.app, "returned_with_queries") if each.to_email == LEAD]
    for words in (
        "1 query",
        "Nearly there.",
        "2. Employ and buy locally: Making progress",
        "year to date:\nWhich year?",
    ):
        assert words in told.body
    feedback = Browser(browser.app).sign_in(LEAD).get(f"{THEIRS}/feedback")
    assert "Nearly there." in feedback.words and "Making progress" in feedback.words
    assert [each.verdict for each in rows_of(browser.app, ReviewDecision)] == ["return"]


def test_comments_are_for_reviewers_alone_and_keeping_one_loses_nothing(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(MEMBER)
    assert "Worth asking what remains without it." in reviewed(browser.get(PATH), 2), "a colleague wrote it before"
    typed = OUTCOMES | {"summary": "Half a sentence", "ask:p2.local_spend": "Half a query", "comment-5": "Ask Ruth."}
    data = form_of(browser) | typed
    page = send(browser, f"{PATH}/comments/5", data)
    assert "Ask Ruth. Winifred Achterlane" in reviewed(page, 5) and "Only reviewers see it" in page.words
    kept = page.form(f"{PATH}/return")
    assert {name: kept[name] for name in typed} == typed | {"comment-5": ""}
    send(browser, f"{PATH}/comments/5", data)
    assert len([each for each in rows_of(browser.app, ReviewComment) if each.pledge == 5]) == 1, "twice is once"
    assert message_beside(send(browser, f"{PATH}/comments/0", data, 422), "comment-0") == "Write the comment first"
    assert "at most 5,000" in send(browser, f"{PATH}/comments/0", data | {"comment-0": "x" * 5001}, 422).errors[0]
    send(browser, f"{PATH}/comments/8", data, 404)
    for who, path in ((TEAM, PATH), (TEAM, THEIRS), (LEAD, THEIRS), (LEAD, f"{THEIRS}/feedback")):
        assert "Ruth" not in Browser(browser.app).sign_in(who).get(path).words
    assert "Ruth" not in " ".join(each.body for each in messages(browser.app, "accepted"))


def test_two_opinions_are_given_before_either_is_read_and_before_anybody_decides(browser: Browser) -> None:
    path = f"/reviews/{ROUND}/{TWO}"
    browser.sign_in(MEMBER)
    page = browser.get(path)
    assert "2 opinions were asked for on this return: give yours first" in page.words
    assert "The figures are sound" not in page.words and page.soup.find(id="accept") is None
    early = send(browser, f"{path}/accept", page.form(f"{path}/return") | OUTCOMES, 409)
    assert "give yours first" in early.words and standing(browser.app, TWO).status == "submitted"
    nothing = send(browser, f"{path}/opinion", page.form(f"{path}/return") | {"opinion-text": "Hm."}, 422)
    assert message_beside(nothing, "opinion") == "Choose what you would do with this return"
    given = send(browser, f"{path}/opinion", nothing.form(f"{path}/return") | {"opinion": "return"})
    assert "The figures are sound" in given.words and "The opinions differ" in given.words
    again = send(browser, f"{path}/opinion", given.form(f"{path}/return") | {"opinion": "accept"}, 409)
    assert "stays as you gave it" in again.words
    assert sorted((each.who, each.verdict) for each in rows_of(browser.app, ReviewOpinion, TWO)) == [
        ("Leopold Quarrington", "accept"),
        ("Winifred Achterlane", "return"),
    ]
    send(browser, f"{path}/accept", form_of(browser, path) | OUTCOMES)
    assert standing(browser.app, TWO).status == "accepted"


def test_no_opinion_is_given_in_a_round_in_which_nothing_is_decided_any_more(browser: Browser) -> None:
    path = f"/reviews/{ROUND}/{TWO}"
    form, before = form_of(browser.sign_in(MEMBER), path), len(rows_of(browser.app, ReviewOpinion, TWO))
    set_stage(browser.app, Stage.ARCHIVED)
    assert "What would you do with this return?" not in browser.get(path).words
    refused = send(browser, f"{path}/opinion", form | {"opinion": "accept"}, 409)
    assert "This round is archived, so opinions on its returns are no longer asked for." in refused.words
    assert len(rows_of(browser.app, ReviewOpinion, TWO)) == before


def test_the_opinion_of_somebody_who_has_an_interest_by_now_does_not_count(sqlite_browser: Browser) -> None:
    path = f"/reviews/{ROUND}/{TWO}"
    browser = sqlite_browser.sign_in(MEMBER)
    send(browser, f"{path}/opinion", form_of(browser, path) | {"opinion": "accept"})
    declare(browser, OTHER, TWO)
    page = browser.get(path)
    assert "1 is missing: another member has to give one" in page.words and "The figures are sound" not in page.words


def test_of_two_members_who_decide_at_once_one_decides_and_the_other_is_told(browser: Browser) -> None:
    people = [Browser(browser.app).sign_in(each) for each in (MEMBER, OTHER)]
    forms = [form_of(each) | OUTCOMES | {"summary": "Mine."} for each in people]
    start = Barrier(2)

    def decide(number: int) -> tuple[int, str]:
        start.wait(30)
        answer = people[number].client.post(f"{PATH}/accept", data=forms[number])
        return answer.status_code, answer.text

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(decide, range(2)))
    assert [status for status, _ in answers] == [302, 409]
    assert "accepted revision 1 on" in answers[1][1] and "Mine." in answers[1][1]
    assert len(rows_of(browser.app, ReviewDecision)) == len(certificates_of(browser, SUBMITTED)) == 1
    assert len(rows_of(browser.app, PledgeOutcome)) == 7


def test_a_decision_is_flagged_everywhere_when_the_return_changes_afterwards(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(MEMBER)
    send(browser, f"{PATH}/accept", form_of(browser) | OUTCOMES)
    assert "Changed after the decision" not in browser.get("/reviews").words
    lead = Browser(browser.app).sign_in(LEAD)
    send(lead, f"{THEIRS}/correct", lead.get(f"{THEIRS}/correct").form() | {"reason": "The spend was of May."})
    for path in (PATH, "/reviews", f"/assembly/{ROUND}"):
        assert "Changed after the decision" in browser.get(path).words, path
    queue = browser.get("/reviews")
    assert "Revision 1 was accepted by Winifred Achterlane on" in queue.words
    assert "Opened for correction since" in queue.words


def test_a_decision_is_flagged_where_what_is_stored_is_not_what_was_decided_on(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(MEMBER)
    send(browser, f"{PATH}/accept", form_of(browser) | OUTCOMES)
    with browser.app.extensions["database"].writer.begin() as connection:
        connection.execute(update(Submission).values(answers=Submission.answers + " "))
    assert "What is stored is not what was decided on" in browser.get(PATH).words


def test_outcomes_of_an_earlier_revision_stay_where_the_answers_did(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(MEMBER)
    typed = {"outcome-2": "met", "outcome-4": "met", "reason": "Which plan?"}
    send(browser, f"{PATH}/return", form_of(browser) | typed)
    with Session(browser.app.extensions["database"].writer) as session, session.begin():
        [row] = session.scalars(
            select(Return)
            .join(Return.organisation)
            .join(Return.round)
            .where(Organisation.slug == SUBMITTED, Round.code == ROUND)
        )
        first = session.scalars(select(Submission).filter_by(return_id=row.id)).one()
        again = {column.name: getattr(first, column.name) for column in Submission.__table__.columns}
        again |= {"id": None, "revision": 2, "answers": first.answers.replace("School meals take", "School meals took")}
        session.add(Submission(**again))
        row.revision, row.status = 2, "submitted"
    page = browser.get(PATH)
    offered = page.form(f"{PATH}/return")
    assert offered.get("outcome-4") == "met" and "outcome-2" not in offered
    assert "On revision 1 it was “Met”; answers on this pledge changed since" in reviewed(page, 2)


def test_the_queue_puts_first_what_wants_looking_at_and_says_why(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(OTHER)
    with Session(browser.app.extensions["database"].writer) as session, session.begin():
        session.execute(update(Submission).values(is_late=True))
        session.execute(update(ReviewSignals).values(unexplained=2, explained=1))
    page = browser.get("/reviews")
    mine, rest = page.soup.select("table.app-queue")
    assert [each.get_text() for each in mine.select("th a")] == ["St Helens Borough Council"]
    reasons = [each.get_text() for each in mine.select(".app-reason")]
    assert reasons[:2] == ["2 flagged changes without an explanation", "1 flagged change with an explanation"]
    assert "Late" in reasons
    assert "Leopold Quarrington, Winifred Achterlane" in " ".join(mine.get_text().split())
    assert len(rest.select("tbody tr")) == 2 and "1 of 2 opinions, yours among them" in " ".join(
        rest.get_text().split()
    )
    first = browser.get("/work").soup.select_one(".app-work")
    assert first is not None and "Review the return of St Helens Borough Council" in first.get_text()


def test_signals_are_kept_with_every_signature(sqlite_browser: Browser) -> None:
    with Session(sqlite_browser.app.extensions["database"].reader) as session:
        signed = {(row.return_id, row.revision) for row in session.scalars(select(Submission))}
        assert {(row.return_id, row.revision) for row in session.scalars(select(ReviewSignals))} == signed
        explained = sum(row.explained for row in session.scalars(select(ReviewSignals)))
    assert explained > 0, "the demonstration explains what it is asked about"


def test_what_is_flagged_stands_first_with_its_explanation_and_leads_to_its_answer(sqlite_browser: Browser) -> None:
    with Session(sqlite_browser.app.extensions["database"].reader) as session:
        query = select(Round.code, Organisation.slug).join_from(Return, Round).join(Return.organisation)
        query = query.join(ReviewSignals, ReviewSignals.return_id == Return.id).where(ReviewSignals.explained > 0)
        code, slug = session.execute(query.limit(1)).one()
    page = sqlite_browser.sign_in(MEMBER).get(f"/reviews/{code}/{slug}")
    first = next(each for each in page.soup.select("h2") if each.get_text() == "To look at first").find_next("ul")
    assert first is not None and "Explanation:" in first.get_text()
    for link in first.select("a"):
        line = page.soup.select_one(str(link["href"]))
        assert line is not None and line.select_one("th").get_text().startswith(link.get_text())  # type: ignore[union-attr]


def test_a_narrative_shows_what_is_new_and_what_is_gone_beside_both_texts(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get(PATH)
    wording = page.soup.select_one("#pledge-2 ~ table .app-wording")
    assert wording is not None
    new, gone = wording.select("ins"), wording.select("del")
    assert new and gone and all(each.get_text().startswith("[new: ") for each in new), "said aloud, too"
    now = standing(sqlite_browser.app, SUBMITTED).signed[0]["p2.narrative"][""]
    details = wording.find_next("details")
    assert details is not None and " ".join(now.split()) in " ".join(details.get_text().split())


def test_the_team_reads_the_review_and_decides_nothing(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(TEAM)
    assert "Choose reviewers" in browser.get("/reviews").words
    page = browser.get(PATH)
    assert page.soup.select_one("main form") is None and "Asked to review: " in page.words


def test_in_a_published_round_nothing_is_decided(sqlite_browser: Browser) -> None:
    set_stage(sqlite_browser.app, Stage.PUBLISHED)
    page = sqlite_browser.sign_in(MEMBER).get(PATH)
    assert page.soup.find(id="accept") is None and page.soup.find(id="comment-1") is not None


def test_the_team_chooses_reviewers_and_each_is_told_once(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(TEAM)
    path = f"/reviews/{ROUND}/cheshire-wirral-partnership/reviewers"
    page = browser.get(path)
    assert "Jocelyn Vardy-Akers: has an interest" in page.words
    boxes = {str(each.find_next("label").get_text(strip=True)): each for each in page.soup.select("[name=reviewer]")}
    winifred, leopold = (str(boxes[name]["value"]) for name in ("Winifred Achterlane", "Leopold Quarrington"))
    form: dict[str, Any] = page.form()
    few = send(browser, path, form | {"reviewer": [winifred], "needed": "2"}, 422)
    assert few.errors == ["Two opinions need two reviewers: choose at least two, or none in particular"]
    send(browser, path, form | {"reviewer": [winifred, leopold], "needed": "2"})
    told = [each.to_email for each in messages(browser.app, "asked_to_review")]
    assert sorted(told) == sorted([MEMBER, OTHER])
    assert "0 of 2 opinions" in browser.get("/reviews").words
    stale = send(browser, path, form | {"reviewer": [winifred], "needed": "1"}, 409)
    assert "Somebody else chose reviewers meanwhile" in stale.words
    again = browser.get(path).form()
    send(browser, path, again | {"reviewer": [winifred], "needed": "1"})
    assert len(messages(browser.app, "asked_to_review")) == 2, "nobody is told twice"
    chair = "1" + "0" * 8
    assert "no longer a member" in send(browser, path, browser.get(path).form() | {"reviewer": [chair]}, 422).errors[0]
    declare(browser, MEMBER, "cheshire-wirral-partnership")
    assert rows_of(browser.app, ReviewAssignment, "cheshire-wirral-partnership") == []
