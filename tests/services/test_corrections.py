"""What may follow a signature: withdrawal, a nil return, and a correction that leaves the accepted figures alone."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.lifecycle import Status, Step, StepRefused
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import Stage
from anchor_portal.models import Certificate, MeasureRow, Message, Round
from anchor_portal.queries.certificates import find_standing
from anchor_portal.queries.returns import find_last, get_submission
from anchor_portal.queries.rounds import find_organisation
from anchor_portal.services.doctor import _publications, _signatures, _totals
from anchor_portal.services.figures.publication import publish_round
from anchor_portal.services.figures.totals import remake_totals, totals_of
from anchor_portal.services.people import add_role
from anchor_portal.services.returns import saving, signing
from anchor_portal.services.returns import steps as returns
from anchor_portal.services.returns.interchange import OPERATOR
from anchor_portal.services.returns.signing import Links
from anchor_portal.services.review import deciding
from anchor_portal.services.review.deciding import Findings
from anchor_portal.services.rounds.life import close_round
from tests.make import SIGNED, Parts, actor, find, import_answers, make_round, share, signed

CODE = "2026-07"
LEAD, SIGNATORY, MEMBER = actor(Role.LEAD), actor(Role.SIGNATORY), actor(Role.MEMBER)
LINKS = Links("/sign", "/page", "somebody@somewhere.example")


@pytest.fixture
def round_(session: Session) -> Round:
    made = make_round(session, CODE, is_open=True)
    for role, email in ((Role.LEAD, "lead@torus.example"), (Role.SIGNATORY, "signatory@torus.example")):
        add_role(session, email, role, find_organisation(session, "torus"), email.split("@")[0])
    return made


def _accepted(session: Session, round_: Round) -> None:
    import_answers(session, round_, {"torus": signed(p2__local_fte=share("1.00", "2.00"))}, accept=True)


def _change(session: Session, **changes: Parts) -> None:
    fresh = {key: parts for key, parts in signed(**changes).items() if key != "signoff"}
    saving.replace_answers(session, find(session, CODE, "torus").get_row(), fresh, OPERATOR)


def _figures(session: Session) -> list[tuple[str, Decimal | None, int]]:
    return [
        (row.measure, row.numerator, row.revision)
        for row in session.scalars(select(MeasureRow).order_by(MeasureRow.measure, MeasureRow.row))
    ]


def _told(session: Session) -> list[tuple[str, str]]:
    return [(each.kind, each.to_email) for each in session.scalars(select(Message).order_by(Message.id))]


def test_until_a_correction_is_accepted_the_accepted_revision_counts(session: Session, round_: Round) -> None:
    _accepted(session, round_)
    before, totals = _figures(session), totals_of(session, round_)
    row = find(session, CODE, "torus").get_row()
    certificate = find_standing(session, row.id)
    signing.end(session, find(session, CODE, "torus"), Step.CORRECT, LEAD, "The FTE was of May.", LINKS)
    _change(session, p2__local_fte=share("1.50", "2.00"))
    for stage in ("correcting", "submitted"):
        assert row.status == stage
        assert (_figures(session), totals_of(session, round_)) == (before, totals)
        assert find_standing(session, row.id) is certificate
        last = find_last(session, row.organisation_id, "2027-01")
        assert last is not None and last[1].answers["p2.local_fte"]["numerator"] == "1.00"
        assert not [finding for look in (_signatures, _totals) for finding in look(session) if finding.wrong]
        if stage == "correcting":
            signing.sign(session, find(session, CODE, "torus"), SIGNED, SIGNATORY, LINKS)
    found = find(session, CODE, "torus")
    deciding.accept(session, found, get_submission(session, row), MEMBER, Findings(), LINKS.page)
    remake_totals(session, round_)
    assert (row.status, row.accepted_revision) == ("accepted", 2)
    assert ("p2.local_fte", Decimal("1.50"), 2) in _figures(session)
    assert {revision for *_, revision in _figures(session)} == {2}
    standing = find_standing(session, row.id)
    session.expire_all()
    assert certificate is not None and standing is not None
    assert session.get_one(Certificate, certificate.number).superseded_by == standing.number
    assert not [finding for look in (_signatures, _totals) for finding in look(session) if finding.wrong]
    assert _told(session) == [
        ("step_taken", "lead@torus.example"),
        ("step_taken", "signatory@torus.example"),
        ("submitted", "lead@torus.example"),
        ("accepted", "lead@torus.example"),
        ("accepted", "signatory@torus.example"),
    ]


@pytest.mark.parametrize("stage", [Stage.PUBLISHED, Stage.ARCHIVED])
def test_what_is_published_is_corrected_by_signing_again_and_what_is_frozen_stays(
    session: Session, round_: Round, stage: Stage
) -> None:
    _accepted(session, round_)
    import_answers(session, round_, {"roche": signed()})
    close_round(session, round_, today())
    frozen = publish_round(session, round_, today(), 70)
    before = (frozen.inside, frozen.outside, frozen.inputs, frozen.digest)
    round_.stage = stage
    signing.end(session, find(session, CODE, "torus"), Step.CORRECT, LEAD, "The FTE was of May.", LINKS)
    _change(session, p2__local_fte=share("1.50", "2.00"))
    signing.sign(session, find(session, CODE, "torus"), SIGNED, SIGNATORY, LINKS)
    found = find(session, CODE, "torus")
    deciding.accept(session, found, get_submission(session, found.get_row()), MEMBER, Findings(), LINKS.page)
    remake_totals(session, round_)
    assert ("p2.local_fte", Decimal("1.50"), 2) in _figures(session)
    session.expire_all()
    assert (frozen.inside, frozen.outside, frozen.inputs, frozen.digest) == before
    assert not [finding for look in (_signatures, _totals, _publications) for finding in look(session) if finding.wrong]
    with pytest.raises(StepRefused, match=f"This round is {stage}, so nothing can be accepted now"):
        waiting = find(session, CODE, "roche")
        deciding.accept(session, waiting, get_submission(session, waiting.get_row()), MEMBER, Findings(), LINKS.page)
    with pytest.raises(StepRefused, match=f"This round is {stage}"):
        returns.take(session, find(session, CODE, "roche"), Step.RETURN, MEMBER, "Say more")


def test_a_closed_round_that_is_not_published_can_still_be_corrected_and_signed(
    session: Session, round_: Round
) -> None:
    _accepted(session, round_)
    close_round(session, round_, today())
    signing.end(session, find(session, CODE, "torus"), Step.CORRECT, SIGNATORY, "The FTE was of May.", LINKS)
    signing.ask_to_sign(session, find(session, CODE, "torus"), LEAD, LINKS)
    assert signing.sign(session, find(session, CODE, "torus"), SIGNED, SIGNATORY, LINKS).revision == 2


def test_a_correction_that_is_sent_back_to_the_lead_stays_one(session: Session, round_: Round) -> None:
    _accepted(session, round_)
    signing.end(session, find(session, CODE, "torus"), Step.CORRECT, LEAD, "The FTE was of May.", LINKS)
    signing.ask_to_sign(session, find(session, CODE, "torus"), LEAD, LINKS)
    signing.send_back(session, find(session, CODE, "torus"), SIGNATORY, "April, surely?", LINKS)
    assert find(session, CODE, "torus").status is Status.CORRECTING


def test_a_return_is_withdrawn_before_its_review_and_signed_again(session: Session, round_: Round) -> None:
    import_answers(session, round_, {"torus": signed()})
    with pytest.raises(StepRefused, match="^Write the reason"):
        signing.end(session, find(session, CODE, "torus"), Step.WITHDRAW, SIGNATORY, " \0 ", LINKS)
    signing.end(session, find(session, CODE, "torus"), Step.WITHDRAW, SIGNATORY, "Counted twice.", LINKS)
    found = find(session, CODE, "torus")
    assert (found.status, found.is_editable) == (Status.WITHDRAWN, True)
    _change(session, about__boundary={"": "Now right."})
    row = signing.sign(session, found, SIGNED, SIGNATORY, LINKS)
    assert row.revision == 2
    with pytest.raises(StepRefused, match="Your roles do not allow"):
        signing.end(session, find(session, CODE, "torus"), Step.WITHDRAW, LEAD, "Me too.", LINKS)


def test_a_nil_return_is_for_what_was_never_signed(session: Session, round_: Round) -> None:
    signing.end(session, find(session, CODE, "torus"), Step.DECLARE_NIL, SIGNATORY, "Merged in May.", LINKS)
    assert find(session, CODE, "torus").status is Status.NIL
    import_answers(session, round_, {"roche": signed()})
    found = find(session, CODE, "roche")
    returns.take(session, found, Step.WITHDRAW, SIGNATORY, "Wrong")
    found.get_row().status = Status.IN_PROGRESS
    with pytest.raises(StepRefused, match="was signed before, so it cannot become a nil return"):
        signing.end(session, find(session, CODE, "roche"), Step.DECLARE_NIL, SIGNATORY, "Nothing.", LINKS)
