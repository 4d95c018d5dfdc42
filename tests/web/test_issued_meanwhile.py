"""What is issued, published or put in its place while somebody else changes what it rests on: it says what holds then."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.models import (
    BeaconAction,
    BeaconSeries,
    BeaconValue,
    CaseStudy,
    Certificate,
    Holding,
    HoldingKind,
    Organisation,
    QuestionnaireVersion,
    Submission,
)
from anchor_portal.queries.case_studies import has_accepted, load_candidates
from tests.conftest import fresh_app
from tests.pages import Browser
from tests.web import test_beacon as beacon
from tests.web.identity import database_of
from tests.web.test_at_once import TEAM, while_at_commit
from tests.web.test_at_the_same_time import sends, two
from tests.web.test_beacon import HEAD, PROGRAMMES, RECEPTION
from tests.web.test_meanwhile import at_work, while_held
from tests.web.test_questionnaire_pages import NEXT, codes
from tests.web.test_questionnaire_pages import send as send_questionnaire
from tests.web.test_too_late import stopped_after

TORUS = "torus"
"""A signatory without a certificate."""
ISSUE = f"/organisations/{TORUS}/certificates"
MISSING = "/team/certificates/missing"


@pytest.fixture
def served() -> Iterator[Flask]:
    """The application on PostgreSQL: on SQLite whoever writes has the whole database alone."""
    with fresh_app("postgres") as app:
        yield app


def torus(session: Session) -> Organisation:
    return session.scalars(select(Organisation).where(Organisation.slug == TORUS)).one()


def leave(session: Session) -> None:
    torus(session).is_signatory = False


def rename(session: Session) -> None:
    torus(session).name = "Torus and Friends"


def lose_the_award(session: Session) -> None:
    session.execute(delete(Holding).where(Holding.organisation_id == torus(session).id))


def issued(app: Flask) -> list[tuple[str, str]]:
    """The certificates that the organisation got today, by kind and the name on them."""
    with Session(database_of(app).reader) as session:
        mine = Certificate.organisation_id == torus(session).id, Certificate.issued_on == today()
        return [(each.kind, each.organisation_name) for each in session.scalars(select(Certificate).where(*mine))]


@pytest.mark.parametrize(
    ("path", "change", "there"),
    [
        (ISSUE, leave, []),
        (MISSING, leave, []),
        (ISSUE, rename, [("signatory", "Torus and Friends")]),
        (MISSING, rename, [("signatory", "Torus and Friends")]),
    ],
)
def test_a_certificate_says_what_holds_once_it_was_waited_for(
    served: Flask, path: str, change: Callable[[Session], None], there: list[tuple[str, str]]
) -> None:
    issuing = sends(Browser(served).sign_in(TEAM), path)
    assert while_held(served, issuing, change, TORUS) == 302
    assert issued(served) == there


@pytest.mark.parametrize("path", [ISSUE, MISSING])
def test_no_certificate_is_issued_for_an_award_that_is_removed_meanwhile(served: Flask, path: str) -> None:
    with at_work(served) as session:
        leave(session)
        award = Holding(organisation_id=torus(session).id, kind=HoldingKind.SOCIAL_VALUE_AWARD, noted_by=TEAM)
        award.since = today() - timedelta(days=50)
        session.add(award)
        session.flush()
        ident = str(award.id)
    team = Browser(served).sign_in(TEAM)
    issuing = sends(team, path, {"csrf_token": team.token()} | ({"holding": ident} if path == ISSUE else {}))
    assert while_held(served, issuing, lose_the_award, TORUS) == 302
    assert issued(served) == []


def standing_one(app: Flask) -> str:
    """The number of a certificate that stands."""
    with Session(database_of(app).reader) as session:
        query = select(Certificate.number).where(
            Certificate.superseded_by.is_(None), Certificate.withdrawn_on.is_(None)
        )
        return session.scalars(query.order_by(Certificate.number)).all()[0]


@pytest.mark.parametrize("first", ["withdraw", "again"])
def test_of_two_who_withdraw_a_certificate_and_issue_it_again_at_once_one_is_refused(served: Flask, first: str) -> None:
    number, browsers = standing_one(served), dict(zip(("withdraw", "again"), two(served), strict=True))
    path = f"/team/certificates/{number}"
    forms = {what: each.get(f"{path}/{what}").form() for what, each in browsers.items()}
    forms["withdraw"] |= {"reason": "It was sent to the wrong people."}
    acts = {what: sends(each, f"{path}/{what}", forms[what]) for what, each in browsers.items()}
    second = "again" if first == "withdraw" else "withdraw"
    assert while_at_commit(served, acts[first], acts[second]) == (302, 302 if second == "again" else 409)
    with Session(database_of(served).reader) as session:
        old = session.get_one(Certificate, number)
        assert (old.withdrawn_on is None, old.superseded_by is None) == (first == "again", first == "withdraw")


def test_what_was_withdrawn_by_mistake_is_issued_again_by_who_saw_that(served: Flask) -> None:
    number, team = standing_one(served), Browser(served).sign_in(TEAM)
    team.post(f"/team/certificates/{number}/withdraw", {"reason": "A slip."})
    path = f"/team/certificates/{number}/again"
    assert "was withdrawn meanwhile" in team.post(path, {"seen": "standing"}).words
    assert f"in place of {number}" in team.post(path, team.get(path).form()).words


def test_values_are_applied_as_the_indicator_that_is_chosen_for_them_then(served: Flask) -> None:
    first, second = two(served)
    page = beacon.upload(first, HEAD + RECEPTION.format("61.5"))
    path = beacon.address(page)
    shown = beacon.choose(first, page, _0="4")
    applying = sends(first, f"{path}/apply", shown.form(f"{path}/apply"))
    choosing = sends(second, path, {"csrf_token": second.token(), "number-0": "3"})
    assert while_at_commit(served, choosing, applying) == (302, 409)
    with Session(database_of(served).reader) as session:
        mine = int(path.rpartition("/")[2])
        assert session.scalars(select(BeaconSeries.number).where(BeaconSeries.upload_id == mine)).all() == [3]
        assert session.scalars(select(BeaconValue.number).where(BeaconValue.upload_id == mine)).all() == []


def test_two_who_move_milestones_of_one_theme_at_once_do_not_wait_for_each_other(served: Flask) -> None:
    pair = two(served)
    for title in ("First", "Second", "Third"):
        words = {"title": title, "text": "What is to be done.", "state": "planned"}
        pair[0].post(f"{PROGRAMMES}/add/theme-1/milestone", words)
    with Session(database_of(served).reader) as session:
        mine = BeaconAction.theme_code == "theme-1", BeaconAction.kind == "milestone"
        query = select(BeaconAction.id).where(*mine)
        before = list(session.scalars(query.order_by(BeaconAction.position)))
    moving = [
        sends(each, f"{PROGRAMMES}/{ident}/move", {"csrf_token": each.token(), "to": "up"})
        for each, ident in zip(pair, (before[-1], before[-2]), strict=True)
    ]
    assert stopped_after(served, "FROM beacon_actions WHERE beacon_actions.id", *moving) == (302, 302)
    with Session(database_of(served).reader) as session:
        after = list(session.scalars(query.order_by(BeaconAction.position)))
    one, middle, last = before[-3:]
    assert after[-3:] in ([one, middle, last], [middle, last, one]), "as one came after the other"


def drafted(browser: Browser, code: str, kind: str) -> Callable[[], int]:
    """Uploads a questionnaire that asks one new question in its own way; what it gives publishes it."""
    mark = '[[sections.questions]]\nkey = "about.headcount"'
    new = f'[[sections.questions]]\nkey = "about.volunteers"\n{kind}label = "Volunteers?"\nshort = "Volunteers"\n\n'
    source = NEXT.replace('code = "2028-01"', f'code = "{code}"', 1).replace(mark, new + mark, 1)
    path = send_questionnaire(browser, source).response.request.path + "/publish"
    return sends(browser, path, browser.get(path).form() | {"read": "yes"})


def test_of_two_versions_that_contradict_each_other_and_are_published_at_once_one_is_refused(served: Flask) -> None:
    first, second = two(served)
    number = drafted(first, "2028-01", 'kind = "number"\nunit = "people"\nmaximum = 200000\n')
    words = drafted(second, "2029-01", 'kind = "narrative"\n')
    assert stopped_after(served, "INSERT INTO questionnaire_versions", number, words) == (302, 409)
    assert codes(served, QuestionnaireVersion) == ["2024-01", "2024-07", "2028-01"]


def test_two_case_studies_with_one_title_that_are_published_at_once_are_both_published(served: Flask) -> None:
    publishing = []
    with at_work(served) as session:
        session.execute(delete(CaseStudy))
        candidates = {each.organisation.id: each for each in load_candidates(session, has_accepted(session))}
        for each, browser in zip(list(candidates.values())[:2], two(served), strict=True):
            answers = json.loads(each.submission.answers)
            answers["p7.case_studies"][f"{each.study.number}.title"] = "The same title for both"
            text = json.dumps(answers, ensure_ascii=False, separators=(",", ":"))
            session.execute(update(Submission).where(Submission.id == each.submission.id).values(answers=text))
            form = {"return": str(each.submission.return_id), "number": str(each.study.number)}
            publishing.append(sends(browser, "/team/case-studies", form | {"csrf_token": browser.token()}))
    assert stopped_after(served, "INSERT INTO case_studies", *publishing) == (302, 302)
    with Session(database_of(served).reader) as session:
        slugs = set(session.scalars(select(CaseStudy.slug)))
    assert slugs == {"the-same-title-for-both", "the-same-title-for-both-2"}
