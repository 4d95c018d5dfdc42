"""Acceptance: by whom, of what, and what follows from it: measures, a certificate, rows that never change."""

import json
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.lifecycle import Status, Step, StepRefused
from anchor_portal.domain.people import Role
from anchor_portal.models import Certificate, Frozen, MeasureRow, ReturnStep, Round, Submission
from anchor_portal.queries.certificates import find_known, find_standing
from anchor_portal.queries.returns import Found, get_submission
from anchor_portal.services.figures.publication import publish_round
from anchor_portal.services.returns import saving
from anchor_portal.services.returns import steps as returns
from anchor_portal.services.returns.interchange import OPERATOR
from anchor_portal.services.rounds.life import close_round
from tests.make import SIGNED, Parts, actor, find, import_answers, make_round, share, signed

CODE = "2026-07"
MEMBER = actor(Role.MEMBER)


@pytest.fixture
def round_(session: Session) -> Round:
    return make_round(session, CODE, is_open=True)


def _submitted(session: Session, round_: Round, **changes: Parts) -> Found:
    import_answers(session, round_, {"torus": signed(**changes)})
    return find(session, CODE, "torus")


def _accept(session: Session, found: Found) -> None:
    returns.accept(session, found, get_submission(session, found.get_row()), MEMBER)


def test_a_member_accepts_a_submitted_return(session: Session, round_: Round) -> None:
    found = _submitted(session, round_)
    _accept(session, found)
    assert find(session, CODE, "torus").status is Status.ACCEPTED


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MEMBER}))
def test_nobody_else_accepts(session: Session, round_: Round, role: Role) -> None:
    found = _submitted(session, round_)
    with pytest.raises(StepRefused, match="roles do not allow"):
        returns.accept(session, found, get_submission(session, found.get_row()), actor(role))


def test_a_member_with_an_interest_neither_accepts_nor_returns(session: Session, round_: Round) -> None:
    found = _submitted(session, round_)
    interested = actor(Role.MEMBER, is_interested=True)
    with pytest.raises(StepRefused, match="You have an interest"):
        returns.accept(session, found, get_submission(session, found.get_row()), interested)
    with pytest.raises(StepRefused, match="You have an interest"):
        returns.take(session, found, Step.RETURN, interested, "A reason")
    assert found.get_row().status == Status.SUBMITTED
    assert session.scalars(select(MeasureRow)).all() == []


def test_a_revision_that_is_outdated_is_not_accepted(session: Session, round_: Round) -> None:
    found = _submitted(session, round_)
    read = get_submission(session, found.get_row())
    returns.take(session, found, Step.RETURN, MEMBER, "Say more")
    returns.submit(session, find(session, CODE, "torus"), SIGNED, actor(Role.SIGNATORY))
    with pytest.raises(StepRefused, match="submitted again meanwhile"):
        returns.accept(session, find(session, CODE, "torus"), read, MEMBER)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.SUBMITTED, Status.NOT_STARTED}))
def test_only_what_waits_for_the_assembly_is_accepted(session: Session, round_: Round, status: Status) -> None:
    found = _submitted(session, round_)
    found.get_row().status = status
    with pytest.raises(StepRefused, match="no longer possible"):
        _accept(session, found)


def test_a_closed_round_is_still_accepted_and_a_published_one_is_not(session: Session, round_: Round) -> None:
    import_answers(session, round_, {"torus": signed(), "roche": signed()})
    close_round(session, round_, today())
    _accept(session, find(session, CODE, "torus"))
    publish_round(session, round_, today(), 70)
    with pytest.raises(StepRefused, match="This round is published"):
        _accept(session, find(session, CODE, "roche"))


def test_acceptance_writes_the_numbers_of_the_return_and_nothing_of_it_before(session: Session, round_: Round) -> None:
    found = _submitted(
        session,
        round_,
        about__headcount={"": "200"},
        p1__rlw_staff={"percent": "98.25"},
        p1__rlw_agency=share("1", "2"),
        p2__local_fte=share("10.25", "20.50", "1.00"),
        p2__local_spend={"state": "not_known", "reason": "not_held"},
        p5__charter_signed={"": "yes"},
        p3__free_use={"": "some"},
        p4__green_plan={"state": "not_known", "reason": "not_held"},
        workforce__levels={
            "operational.ethnic_minority": "4",
            "operational.white": "90",
            "operational.not_stated": "6",
            "board.ethnic_minority": "1",
            "board.white": "99",
        },
    )
    assert session.scalars(select(MeasureRow)).all() == []
    _accept(session, found)
    rows = {
        (row.measure, row.row): (row.numerator, row.denominator, row.unknown, row.percent)
        for row in session.scalars(select(MeasureRow))
        if not row.measure.startswith("pledge.")
    }
    zero = Decimal(0)
    assert rows == {
        ("about.headcount", ""): (Decimal(200), None, zero, None),
        ("p1.rlw_staff", ""): (None, None, zero, Decimal("98.25")),
        ("p2.local_fte", ""): (Decimal("10.25"), Decimal("20.50"), Decimal(1), None),
        ("p3.free_use", ""): (zero, Decimal(1), zero, None),
        ("p5.charter_signed", ""): (Decimal(1), Decimal(1), zero, None),
        ("workforce.levels", ""): (Decimal(5), Decimal(194), Decimal(6), None),
        ("workforce.levels", "operational"): (Decimal(4), Decimal(94), Decimal(6), None),
        ("workforce.levels", "board"): (Decimal(1), Decimal(100), zero, None),
    }


def test_a_later_revision_that_is_accepted_takes_the_place_of_the_numbers(session: Session, round_: Round) -> None:
    _accept(session, _submitted(session, round_, p2__local_fte=share("1.00", "2.00"), p5__charter_signed={"": "yes"}))
    _resubmit(session, {**signed(p2__local_fte=share("1.50", "2.00"))})
    _accept(session, find(session, CODE, "torus"))
    rows = {row.measure: row for row in session.scalars(select(MeasureRow))}
    assert (rows["p2.local_fte"].numerator, rows["p2.local_fte"].revision) == (Decimal("1.50"), 2)
    assert "p5.charter_signed" not in rows


def _resubmit(session: Session, fresh: dict[str, Parts]) -> None:
    """A correction after acceptance: a new revision, brought in by the operator."""
    found = find(session, CODE, "torus")
    saving.replace_answers(
        session, found.get_row(), {key: parts for key, parts in fresh.items() if key != "signoff"}, OPERATOR
    )
    returns.submit(session, found, SIGNED, OPERATOR, is_operator=True)


def test_acceptance_issues_a_certificate_that_names_the_pledges_evidenced(session: Session, round_: Round) -> None:
    found = _submitted(session, round_)
    row = found.get_row()
    assert find_standing(session, row.id) is None
    _accept(session, found)
    certificate = find_standing(session, row.id)
    assert certificate is not None
    assert certificate.number.startswith("2026-07-") and len(certificate.number) == len("2026-07-7KQ4XD")
    assert (certificate.organisation_name, certificate.round_title, certificate.revision) == ("Torus", "July 2026", 1)
    assert certificate.pledges == ["1", "2", "3", "4", "5", "6"]
    assert certificate.issued_on == today()


def test_a_certificate_is_found_however_its_number_is_copied(session: Session, round_: Round) -> None:
    _accept(session, _submitted(session, round_))
    number = session.scalars(select(Certificate.number)).one()
    for copied in (number.lower(), f" {number[:4]} {number[4:]}\n"):
        found = find_known(session, copied, today())
        assert found is not None and found.certificate.number == number
    for wrong in ("", "2026-07-000000", "\x00", f"{number}\x00", "’"):
        assert find_known(session, wrong, today()) is None


def test_a_certificate_is_superseded_by_that_of_the_next_revision(session: Session, round_: Round) -> None:
    _accept(session, _submitted(session, round_))
    first = session.scalars(select(Certificate)).one()
    _resubmit(session, signed())
    _accept(session, find(session, CODE, "torus"))
    standing = find_standing(session, find(session, CODE, "torus").get_row().id)
    session.expire_all()
    assert standing is not None and (standing.revision, standing.superseded_by) == (2, None)
    assert session.get_one(Certificate, first.number).superseded_by == standing.number


@pytest.mark.parametrize("model", [Submission, ReturnStep])
def test_what_was_signed_and_done_never_changes(
    session: Session, round_: Round, model: type[Submission | ReturnStep]
) -> None:
    _submitted(session, round_)
    session.commit()
    row = session.scalars(select(model)).first()
    assert row is not None
    row.revision = 7
    with pytest.raises(Frozen, match=f"{model.__name__} rows never change"):
        session.flush()
    session.rollback()
    session.delete(row)
    with pytest.raises(Frozen):
        session.flush()


def test_answers_are_signed_in_plain_json_that_any_reader_of_later_years_understands(
    session: Session, round_: Round
) -> None:
    found = _submitted(session, round_, about__boundary={"": "Ångström, “quoted” – 🎉"})
    text = get_submission(session, found.get_row()).answers
    assert json.loads(text)["about.boundary"] == {"": "Ångström, “quoted” – 🎉"}
    assert "Ångström" in text
