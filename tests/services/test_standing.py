"""How many returns stand where is counted with every step, and the dashboard reads it without counting."""

from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Status, Step
from anchor_portal.domain.people import Role
from anchor_portal.models import Organisation, Return, ReturnCount, Round
from anchor_portal.queries.rounds import count_statuses
from anchor_portal.services.figures.standing import counts_of, recount_returns
from anchor_portal.services.figures.totals import remake_totals
from anchor_portal.services.returns import steps as returns
from tests.make import actor, find, import_answers, make_round, signed


@pytest.fixture
def round_(session: Session) -> Round:
    return make_round(session, is_open=True)


def kept(session: Session, round_: Round) -> list[tuple[str, int, int]]:
    query = select(ReturnCount.status, ReturnCount.number, ReturnCount.unexpected)
    rows = session.execute(query.where(ReturnCount.round_id == round_.id, ReturnCount.number != 0))
    return sorted((status, number, unexpected) for status, number, unexpected in rows)


def fresh(session: Session, round_: Round) -> list[tuple[str, int, int]]:
    return sorted((row["status"], row["number"], row["unexpected"]) for row in counts_of(session, round_))


def test_whoever_has_no_return_is_not_started(session: Session, round_: Round) -> None:
    assert count_statuses(session, round_) == {Status.NOT_STARTED: 21}


def test_each_step_is_counted(session: Session, round_: Round) -> None:
    import_answers(session, round_, {"torus": signed(), "roche": signed()}, accept=True)
    import_answers(session, round_, {"miaa": signed()})
    nil = find(session, round_.code, "sefton-cvs")
    returns.take(session, nil, Step.DECLARE_NIL, actor(Role.SIGNATORY), "No staff here.")
    returned = find(session, round_.code, "miaa")
    returns.take(session, returned, Step.RETURN, actor(Role.MEMBER), "Which sites?")
    assert count_statuses(session, round_) == {
        Status.ACCEPTED: 2, Status.RETURNED: 1, Status.NIL: 1, Status.NOT_STARTED: 17,
    }  # fmt: skip
    assert kept(session, round_) == fresh(session, round_)


def test_a_return_that_is_deleted_is_not_started_again(session: Session, round_: Round) -> None:
    row = returns.start(session, find(session, round_.code, "torus"), actor(Role.LEAD))
    assert count_statuses(session, round_) == {Status.IN_PROGRESS: 1, Status.NOT_STARTED: 20}
    made = Return(round_id=round_.id, organisation_id=row.organisation_id + 1, status=Status.SUBMITTED)
    session.add(made)
    session.flush()
    session.delete(made)
    session.flush()
    assert count_statuses(session, round_) == {Status.IN_PROGRESS: 1, Status.NOT_STARTED: 20}


def test_what_is_rolled_back_is_not_counted(session: Session, round_: Round) -> None:
    session.commit()
    returns.start(session, find(session, round_.code, "torus"), actor(Role.LEAD))
    session.rollback()
    assert count_statuses(session, round_) == {Status.NOT_STARTED: 21}


@pytest.mark.parametrize("dates", [{"left_on": date(2024, 1, 1)}, {"joined_on": date(2099, 1, 1)}])
def test_a_signatory_that_left_and_sent_a_return_all_the_same_takes_nobodys_place(
    session: Session, round_: Round, dates: dict[str, date]
) -> None:
    session.execute(update(Organisation).where(Organisation.slug == "torus").values(**dates))
    remake_totals(session, round_)
    assert count_statuses(session, round_) == {Status.NOT_STARTED: 20}
    import_answers(session, round_, {"torus": signed(), "roche": signed()}, accept=True)
    assert count_statuses(session, round_) == {Status.ACCEPTED: 2, Status.NOT_STARTED: 19}
    assert kept(session, round_) == fresh(session, round_) == [("accepted", 2, 1)]


def test_counting_anew_puts_right_what_the_register_changed(session: Session, round_: Round) -> None:
    import_answers(session, round_, {"torus": signed(), "roche": signed()}, accept=True)
    session.execute(update(Organisation).where(Organisation.slug == "torus").values(left_on=date(2024, 1, 1)))
    assert kept(session, round_) != fresh(session, round_)
    recount_returns(session, round_)
    remake_totals(session, round_)
    assert kept(session, round_) == fresh(session, round_)
    assert count_statuses(session, round_) == {Status.ACCEPTED: 2, Status.NOT_STARTED: 19}
