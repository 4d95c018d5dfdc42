"""Publishing again after a correction: both revisions stand, each proven, and nobody publishes by accident or twice."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.figures.inputs import read_inputs
from anchor_portal.domain.rounds import RoundRefused, Stage
from anchor_portal.engine import Database, open_database
from anchor_portal.models import Publication
from anchor_portal.queries.published import thaw
from anchor_portal.queries.releases import count_corrected, find_release, load_latest, load_releases
from anchor_portal.queries.returns import get_submission
from anchor_portal.services.figures.publication import correct_figures, publish_round
from anchor_portal.services.figures.recomputing import recompute
from anchor_portal.services.figures.totals import hold_rounds, remake_totals
from anchor_portal.services.returns import steps as returns
from anchor_portal.services.returns.interchange import OPERATOR
from anchor_portal.services.rounds.life import close_round
from tests.command import refusal, run
from tests.conftest import ENGINES, address
from tests.make import find, import_answers, make_round, share, signed
from tests.services.publishing import CODE, THRESHOLD, correct, get_published, with_published_rounds

REASON = "One council had counted its agency staff."


@pytest.fixture(params=ENGINES)
def published(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with ExitStack() as stack:
        opened = open_database(address(request.param, tmp_path, with_published_rounds, stack))
        stack.callback(opened.dispose)
        yield opened


@pytest.fixture
def session(published: Database) -> Iterator[Session]:
    with Session(published.writer) as opened:
        yield opened


def again(session: Session, reason: str = REASON) -> Publication:
    return correct_figures(session, get_published(session), today(), THRESHOLD, reason, by="Ada Example")


def test_a_correction_makes_a_second_revision_and_both_can_be_read_and_proven(session: Session) -> None:
    first = find_release(session, CODE, 1)
    assert first is not None
    correct(session, "halton-borough-council", p2__local_fte=share("400.00", "851.50"))
    assert count_corrected(session, get_published(session)) == 1
    assert find_release(session, CODE) == first
    made = again(session)
    assert (made.revision, made.reason, made.published_by, made.threshold) == (2, REASON, "Ada Example", 70)
    assert count_corrected(session, get_published(session)) == 0
    newest, older = find_release(session, CODE), find_release(session, CODE, 1)
    assert newest is not None and older is not None
    assert (newest.revision, newest.is_latest, older.is_latest, older.revisions) == (2, True, False, 2)
    assert (older.outside, older.digest) == (first.outside, first.digest) != (newest.outside, newest.digest)
    assert [each.revision for each in load_releases(session) if each.round_code == CODE] == [2, 1]
    views = next(thaw(each.outside) for each in load_latest(session) if each.round_code == CODE)
    assert views[0].numerator.text == "2,470"  # type: ignore[union-attr]
    for revision in (1, 2):
        assert recompute(session, get_published(session), revision).revision == revision


def test_a_revision_keeps_what_was_published_of_the_same_returns(session: Session) -> None:
    correct(session, "halton-borough-council", p2__local_fte=share("400.00", "851.50"))
    frame, _ = read_inputs(again(session).inputs)
    same = {each["inside"]["definition"] for each in frame.before if each["inside"]["round"] == CODE}
    assert {"12.v1", "20.v1", "21.v1", "p5.charter_signed.v1"} <= same


@pytest.mark.parametrize(
    ("reason", "says"), [("", "write the reason"), (" \n\x00", "write the reason"), ("x" * 2_001, "at most 2,000")]
)
def test_a_revision_needs_a_reason_of_reasonable_length(session: Session, reason: str, says: str) -> None:
    correct(session, "halton-borough-council", p2__local_fte=share("400.00", "851.50"))
    with pytest.raises(RoundRefused, match=says):
        again(session, reason)


def test_a_revision_that_changes_nothing_is_refused(session: Session) -> None:
    with pytest.raises(RoundRefused, match="no figure of round 2026-07 has changed since revision 1"):
        again(session)
    correct(session, "halton-borough-council", about__boundary={"": "Other words, the same numbers."})
    with pytest.raises(RoundRefused, match="no figure"):
        again(session)
    assert session.scalar(select(func.count()).select_from(Publication)) == 2


def test_what_is_not_published_cannot_be_published_again(session: Session) -> None:
    round_ = make_round(session, "2027-01")
    with pytest.raises(RoundRefused, match="no published figures to correct yet"):
        correct_figures(session, round_, today(), THRESHOLD, REASON)


def test_an_archived_round_is_corrected_too_and_stays_archived(session: Session) -> None:
    get_published(session).stage = Stage.ARCHIVED
    correct(session, "halton-borough-council", p2__local_fte=share("400.00", "851.50"))
    assert again(session).revision == 2
    assert get_published(session).stage == Stage.ARCHIVED


def test_the_command_publishes_again_and_says_so(published: Database) -> None:
    url = published.writer.url.render_as_string(hide_password=False)
    assert "write the reason" in refusal(url, "rounds", "publish", CODE, "--revise")
    assert "a reason belongs to --revise" in refusal(url, "rounds", "publish", CODE, "--reason", REASON)
    assert "no figure of round" in refusal(url, "rounds", "publish", CODE, "--revise", "--reason", REASON)
    with Session(published.writer) as session, session.begin():
        correct(session, "halton-borough-council", p2__local_fte=share("400.00", "851.50"))
    said = run(url, "rounds", "publish", CODE, "--revise", "--reason", REASON).text
    assert said.startswith("Revision 2 of round 2026-07 is published; the figures' digest is ")
    for revision in (1, 2):
        proven = run(url, "indicators", "--round", CODE, "--recompute", "--revision", revision).text
        assert f"Round 2026-07, revision {revision}: every published figure follows" in proven


def together(*acts: Callable[[], Any]) -> list[Any]:
    """What each act gives, or the refusal that it raised, when all begin at the same moment."""
    results: list[Any] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run_one(place: int, act: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results[place] = act()
        except RoundRefused as refused:
            results[place] = refused

    threads = [threading.Thread(target=run_one, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results


def test_two_people_who_publish_again_at_once_make_one_revision(published: Database) -> None:
    with Session(published.writer) as session, session.begin():
        correct(session, "halton-borough-council", p2__local_fte=share("400.00", "851.50"))

    def publish() -> int:
        with Session(published.writer) as session, session.begin():
            return again(session).revision

    made = together(publish, publish)
    assert sorted(str(each) for each in made) == ["2", "no figure of round 2026-07 has changed since revision 2"]


def test_two_people_who_publish_at_once_publish_once(published: Database) -> None:
    with Session(published.writer) as session, session.begin():
        close_round(session, make_round(session, "2027-01"), today())

    def publish() -> int:
        with Session(published.writer) as session, session.begin():
            return publish_round(session, get_published(session, "2027-01"), today(), THRESHOLD).revision

    made = together(publish, publish)
    assert sorted(str(each) for each in made) == ["1", "round 2027-01 is published: close it before it is published"]


def test_who_publishes_while_a_return_is_being_accepted_waits_for_it(published: Database) -> None:
    with Session(published.writer) as session, session.begin():
        round_ = make_round(session, "2027-01")
        import_answers(session, round_, {"torus": signed(p2__local_fte=share("5.00", "9.00"))})
        close_round(session, round_, today())
    begun = threading.Event()

    def accept() -> None:
        with Session(published.writer) as session, session.begin():
            hold_rounds(session)
            begun.set()
            found = find(session, "2027-01", "torus")
            returns.accept(session, found, get_submission(session, found.get_row()), OPERATOR, is_operator=True)
            remake_totals(session, found.round)

    def publish() -> int:
        begun.wait(60)
        with Session(published.writer) as session, session.begin():
            round_ = get_published(session, "2027-01")
            frame, entries = read_inputs(publish_round(session, round_, today(), THRESHOLD).inputs)
            return sum(entry.measure == "p2.local_fte" and entry.round == frame.round for entry in entries)

    assert together(accept, publish) == [None, 1]
