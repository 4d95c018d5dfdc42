"""The library on both engines: published with recorded permission, found by words, gone at once without it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.clock import local, today
from anchor_portal.domain.people import Role
from anchor_portal.models import CaseStudy, Message, Organisation, Return, Round, Submission
from anchor_portal.models.base import now
from anchor_portal.queries.case_studies import Wanted, load_candidates, search_studies
from anchor_portal.queries.returns import get_submission
from anchor_portal.services.case_studies.publishing import CaseStudyRefused, publish, withdraw
from anchor_portal.services.people import add_role
from anchor_portal.services.returns import saving
from anchor_portal.services.returns import steps as returns
from anchor_portal.services.returns.interchange import OPERATOR
from tests.make import SIGNED, Parts, find, import_answers, make_round, signed

CODE, BY = "2026-07", "team@team.example"
BAKERY = "A family bakery supplies the hospitals. Its crates are collected; Zoë’s café was the first."
GARDEN = "Patients planted a garden beside the car park, and apprentices built its benches."


def studies(*given: tuple[str, str, str, str]) -> Parts:
    """Title, story, pledge and permission of each."""
    names = ("title", "story", "pledge", "publish")
    return {
        f"{number}.{name}": text for number, each in enumerate(given, 1) for name, text in zip(names, each, strict=True)
    }


TOLD = studies(("Bread from down the road", BAKERY, "2", "yes"), ("A private story", "Not for others", "3", "no"))


@pytest.fixture
def round_(session: Session) -> Round:
    made = make_round(session, CODE, is_open=True)
    answers = {
        "torus": signed(p7__case_studies=TOLD),
        "halton-borough-council": signed(p7__case_studies=studies(("A garden for waiting", GARDEN, "3", "yes"))),
    }
    import_answers(session, made, answers, accept=True)
    return made


@pytest.fixture
def library(session: Session, round_: Round) -> Session:
    for each in load_candidates(session, [CODE]):
        publish(session, each.submission.return_id, each.study.number, BY)
    return session


def titles(session: Session, **wanted: object) -> list[str]:
    return [each.study.title for each in search_studies(session, Wanted(**wanted)).told]  # type: ignore[arg-type]


def test_only_what_was_permitted_can_be_published_and_the_permission_is_kept(session: Session, round_: Round) -> None:
    candidates = load_candidates(session, [CODE])
    assert [each.study.title for each in candidates] == ["A garden for waiting", "Bread from down the road"]
    torus = candidates[1]
    study = publish(session, torus.submission.return_id, 1, BY)
    assert (study.permitted_by, str(study.permitted_on)) == ("Ada Example, Chief executive", SIGNED["date"])
    for number in (1, 2, 3):
        with pytest.raises(CaseStudyRefused, match="in the library already, or there is no permission"):
            publish(session, torus.submission.return_id, number, BY)
    assert len(load_candidates(session, [CODE])) == 1


def test_the_organisation_is_told_where_it_can_withdraw(session: Session, round_: Round) -> None:
    torus = session.scalars(select(Organisation).where(Organisation.slug == "torus")).one()
    add_role(session, "lead@torus.example", Role.LEAD, torus)
    candidate = load_candidates(session, [CODE])[1]
    study = publish(session, candidate.submission.return_id, 1, BY, lambda slug: f"/there/{slug}")
    withdraw(session, study, "No longer true", BY, "/there/torus")
    messages = session.scalars(select(Message).where(Message.kind == "case_study").order_by(Message.id)).all()
    assert [(each.to_email, each.link) for each in messages] == [("lead@torus.example", "/there/torus")] * 2
    assert "No longer true" in messages[1].body


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("bakery", ["Bread from down the road"]),
        ("HOSPITAL", ["Bread from down the road"]),
        ("collecting crate", ["Bread from down the road"]),
        ("zoe cafe", ["Bread from down the road"]),
        ("Zoë’s café", ["Bread from down the road"]),
        ("apprentice", ["A garden for waiting"]),
        ("appren", ["A garden for waiting"]),
        ("torus", ["Bread from down the road"]),
        ("garden bakery", []),
        ("the of", []),
        ("' OR 1=1 --", []),
        ('"*', []),
        ("zzz", []),
    ],
)
def test_it_is_searched_by_words_alike_on_both_engines(library: Session, words: str, found: list[str]) -> None:
    assert titles(library, words=words) == found


def test_it_is_filtered_by_pledge_sector_and_place(library: Session) -> None:
    assert titles(library, pledge=3) == ["A garden for waiting"]
    assert titles(library, sector="housing") == ["Bread from down the road"]
    assert titles(library, sector="council", words="garden", pledge=3) == ["A garden for waiting"]
    assert titles(library, place="E06000006") == []
    assert len(titles(library)) == 2
    assert len(titles(library, page=9)) == 2, "beyond the last page is the first"


def test_a_withdrawn_one_is_gone_at_once_and_withdrawn_once(library: Session) -> None:
    study = library.scalars(select(CaseStudy).where(CaseStudy.pledge == 2)).one()
    withdraw(library, study, "The bakery closed", BY)
    assert titles(library, words="bakery") == []
    with pytest.raises(CaseStudyRefused, match=f"withdrawn already, by {BY}"):
        withdraw(library, study, "Again", "other@team.example")
    assert load_candidates(library, [CODE]) == []


@pytest.mark.parametrize("now", [studies(("Bread from down the road", BAKERY, "2", "no")), {}])
def test_a_corrected_return_that_no_longer_permits_it_withdraws_it(library: Session, now: Parts) -> None:
    _correct(library, now)
    assert titles(library) == ["A garden for waiting"]


def test_a_corrected_return_that_still_permits_it_leaves_it(library: Session) -> None:
    _correct(library, TOLD)
    assert len(titles(library)) == 2


def test_no_case_study_is_published_of_which_a_later_accepted_return_says_no(session: Session, round_: Round) -> None:
    later = make_round(session, "2027-01", is_open=True)
    garden, bread = load_candidates(session, [CODE])
    answers = {
        "torus": signed(p7__case_studies=studies(("BREAD from down the road", BAKERY, "2", "no"))),
        "halton-borough-council": signed(p7__case_studies=TOLD),
    }
    import_answers(session, later, answers, accept=True)
    assert [each.study.title for each in load_candidates(session, [CODE])] == [garden.study.title]
    with pytest.raises(CaseStudyRefused, match="no permission"):
        publish(session, bread.submission.return_id, bread.study.number, BY)
    assert publish(session, garden.submission.return_id, garden.study.number, BY)


def test_what_was_withdrawn_does_not_come_back_by_a_correction_that_only_repeats_the_yes(library: Session) -> None:
    study = library.scalars(select(CaseStudy).where(CaseStudy.pledge == 2)).one()
    withdraw(library, study, "The bakery closed", "lead@torus.example")
    study.withdrawn_at = now() - timedelta(days=2)  # after the first signature and before the next
    first = library.scalars(select(Submission).join(Return).where(Return.id == study.return_id)).one()
    assert first.signed_on < local(study.withdrawn_at).date()
    for permits, can_be_published in ((TOLD, False), ({}, False), (TOLD, True)):
        _correct(library, permits, today())
        assert bool(load_candidates(library, [CODE])) is can_be_published


def _correct(session: Session, told: Parts, signed_on: date | None = None) -> None:
    found = find(session, CODE, "torus")
    fresh = {key: parts for key, parts in signed(p7__case_studies=told).items() if key != "signoff" and parts}
    saving.replace_answers(session, found.get_row(), fresh, OPERATOR)
    signature = SIGNED | ({"date": str(signed_on)} if signed_on else {})
    row = returns.submit(session, found, signature, OPERATOR, is_operator=True)
    found = find(session, CODE, "torus")
    returns.accept(session, found, get_submission(session, row), OPERATOR, is_operator=True)
    session.flush()


def test_what_is_found_follows_a_change_of_its_words(library: Session) -> None:
    study = library.scalars(select(CaseStudy).where(CaseStudy.pledge == 2)).one()
    study.words = "cheese"
    library.flush()
    assert titles(library, words="cheese") == ["Bread from down the road"] and titles(library, words="bakery") == []
    library.delete(study)
    library.flush()
    assert titles(library, words="cheese") == []
