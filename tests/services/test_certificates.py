"""Certificates of signatories and awards: issued once, again with another name, withdrawn with a reason."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.certificates.standing import CertificateState
from anchor_portal.domain.people import Role
from anchor_portal.models import AuditEntry, Certificate, Holding, HoldingKind, Message, Organisation
from anchor_portal.queries.certificates import find_known, load_of_organisation
from anchor_portal.services.certificates.issuing import (
    CertificateRefused,
    issue_again,
    issue_award_certificate,
    issue_missing,
    issue_signatory_certificate,
)
from anchor_portal.services.certificates.withdrawing import withdraw
from anchor_portal.services.people import add_role

BY, PAGE = "team@team.example", "/certificates/x"


def organisation(session: Session, slug: str = "torus") -> Organisation:
    return session.scalars(select(Organisation).where(Organisation.slug == slug)).one()


def award(session: Session, since: date, until: date | None = None) -> Holding:
    holding = Holding(
        organisation_id=organisation(session).id,
        kind=HoldingKind.SOCIAL_VALUE_AWARD,
        since=since,
        until=until,
        noted_by=BY,
    )
    session.add(holding)
    session.flush()
    return holding


def state_of(session: Session, certificate: Certificate, day: date | None = None) -> CertificateState:
    known = find_known(session, certificate.number, day or today())
    assert known is not None
    return known.stands.state


def test_a_signatory_gets_one_certificate_however_often_it_is_asked_for(session: Session) -> None:
    torus = organisation(session)
    first = issue_signatory_certificate(session, torus, BY)
    assert issue_signatory_certificate(session, torus, BY).number == first.number
    assert (first.kind, first.organisation_name, first.pledges) == ("signatory", "Torus", list("1234567"))
    assert [entry.action for entry in session.scalars(select(AuditEntry))] == ["certificate issued"]


def test_one_that_is_no_signatory_gets_none(session: Session) -> None:
    torus = organisation(session)
    torus.left_on = today()
    with pytest.raises(CertificateRefused, match="Torus is not a signatory"):
        issue_signatory_certificate(session, torus, BY)


def test_the_certificate_of_a_signatory_that_leaves_lapses_on_that_day(session: Session) -> None:
    torus = organisation(session)
    certificate = issue_signatory_certificate(session, torus, BY)
    torus.left_on = today() + timedelta(days=3)
    session.flush()
    assert state_of(session, certificate) is CertificateState.VALID
    assert state_of(session, certificate, torus.left_on) is CertificateState.LAPSED


def test_an_award_is_certified_until_it_lapses_after_five_years(session: Session) -> None:
    since = today() - timedelta(days=400)
    certificate = issue_award_certificate(session, award(session, since), BY)
    assert (certificate.award, certificate.held_since) == ("Social Value Award", since)
    assert certificate.held_until is not None and 1825 <= (certificate.held_until - since).days <= 1827
    assert state_of(session, certificate, certificate.held_until) is CertificateState.VALID
    assert state_of(session, certificate, certificate.held_until + timedelta(days=1)) is CertificateState.LAPSED


def test_an_award_that_has_lapsed_or_begins_later_is_not_certified(session: Session) -> None:
    for days in (6 * 366, -1):
        with pytest.raises(CertificateRefused, match="does not hold the Social Value Award"):
            issue_award_certificate(session, award(session, today() - timedelta(days=days)), BY)


def test_a_charter_is_no_award(session: Session) -> None:
    holding = award(session, today())
    holding.kind = HoldingKind.SOCIAL_VALUE_CHARTER
    with pytest.raises(CertificateRefused, match="issued for the Social Value Award"):
        issue_award_certificate(session, holding, BY)


def test_an_award_earned_again_has_a_certificate_of_its_own(session: Session) -> None:
    first = issue_award_certificate(session, award(session, today() - timedelta(days=1000)), BY)
    second = issue_award_certificate(session, award(session, today()), BY)
    assert first.number != second.number and first.superseded_by is None


def test_all_that_are_missing_are_issued_once(session: Session) -> None:
    award(session, today())
    expected = 22
    assert issue_missing(session, BY) == expected
    assert issue_missing(session, BY) == 0


def test_a_new_name_gives_a_new_certificate_and_the_old_one_leads_to_it(session: Session) -> None:
    torus = organisation(session)
    old = issue_signatory_certificate(session, torus, BY)
    torus.name = "Torus Homes"
    new = issue_again(session, old, torus, BY)
    assert (old.organisation_name, new.organisation_name) == ("Torus", "Torus Homes")
    assert (old.superseded_by, old.superseded_on) == (new.number, today())
    with pytest.raises(CertificateRefused, match=f"was replaced meanwhile, by {new.number}"):
        issue_again(session, old, torus, BY)


def test_withdrawing_keeps_who_when_and_why_and_tells_the_organisation(session: Session) -> None:
    torus = organisation(session)
    add_role(session, "lead@torus.example", Role.LEAD, torus)
    add_role(session, "helper@torus.example", Role.CONTRIBUTOR, torus)
    certificate = issue_signatory_certificate(session, torus, BY)
    withdraw(session, certificate, "  Sent to the wrong people. ", BY, PAGE)
    assert (certificate.withdrawn_on, certificate.withdrawn_by) == (today(), BY)
    message = session.scalars(select(Message)).one()
    assert message.to_email == "lead@torus.example" and "Sent to the wrong people." in message.body
    assert state_of(session, certificate) is CertificateState.WITHDRAWN


def test_a_second_withdrawal_is_refused_and_says_who_did_it(session: Session) -> None:
    certificate = issue_signatory_certificate(session, organisation(session), BY)
    withdraw(session, certificate, "A reason", BY, PAGE)
    with pytest.raises(CertificateRefused, match=f"withdrawn already, on .* by {BY}"):
        withdraw(session, certificate, "Another reason", "other@team.example", PAGE)
    assert certificate.withdrawn_reason == "A reason"


def test_what_was_withdrawn_by_mistake_is_issued_again_and_not_as_missing(session: Session) -> None:
    torus = organisation(session)
    issue_missing(session, BY)
    old = next(each.certificate for each in load_of_organisation(session, torus.id, today()))
    withdraw(session, old, "A slip", BY, PAGE)
    assert issue_missing(session, BY) == 0
    new = issue_again(session, old, torus, BY)
    assert state_of(session, new) is CertificateState.VALID
    assert state_of(session, old) is CertificateState.WITHDRAWN


def test_an_organisation_with_a_certificate_cannot_be_deleted(session: Session) -> None:
    torus = organisation(session)
    issue_signatory_certificate(session, torus, BY)
    with pytest.raises(IntegrityError):
        session.execute(delete(Organisation).where(Organisation.id == torus.id))
        session.flush()
