"""Certificates on pages: all that is printed can be checked, and the team issues, withdraws and hands them out."""

from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.models import AuditEntry, Certificate, Holding, HoldingKind, Job, Message, Organisation
from anchor_portal.services.certificates.issuing import issue_award_certificate
from tests.pages import Browser

TEAM, LEAD = "team@team.example", "lead@trust.example"
TRUST = "/organisations/mid-cheshire-hospitals/certificates"


def certificates(app: Flask, slug: str, kind: str = "signatory") -> list[Certificate]:
    with Session(app.extensions["database"].reader) as session:
        query = select(Certificate).join(Organisation, Organisation.id == Certificate.organisation_id)
        return list(session.scalars(query.where(Organisation.slug == slug, Certificate.kind == kind)))


def with_award(app: Flask) -> str:
    """The number of the certificate of an award that the trust holds."""
    with Session(app.extensions["database"].writer) as session, session.begin():
        trust = session.scalars(select(Organisation).where(Organisation.slug == "mid-cheshire-hospitals")).one()
        kind = HoldingKind.SOCIAL_VALUE_AWARD
        session.query(Holding).where(Holding.organisation_id == trust.id, Holding.kind == kind).delete()
        holding = Holding(organisation_id=trust.id, kind=kind, since=today(), noted_by=TEAM)
        session.add(holding)
        session.flush()
        return issue_award_certificate(session, holding, TEAM).number


def everything_on(browser: Browser, number: str) -> list[str]:
    """Every line of a certificate's PDF."""
    content = browser.client.get(f"/certificates/{number}/certificate.pdf")
    assert content.status_code == 200
    return PdfReader(BytesIO(content.data)).pages[0].extract_text().splitlines()


@pytest.mark.parametrize("kind", ["return", "signatory", "award"])
def test_everything_that_is_printed_stands_on_the_page_that_checks_it(kind: str, sqlite_browser: Browser) -> None:
    app = sqlite_browser.app
    number = with_award(app) if kind == "award" else certificates(app, "mid-cheshire-hospitals", kind)[-1].number
    shown = Browser(app).get(f"/certificates/{number}").words.casefold()
    printed = everything_on(sqlite_browser.sign_in(LEAD), number)
    assert len(printed) > 10
    for words in (part for line in printed for part in line.split("\u00b7")):
        assert " ".join(words.split()).casefold() in shown
    assert "%" not in shown


def test_a_withdrawn_certificate_says_since_when_and_not_why(sqlite_browser: Browser) -> None:
    (certificate,) = certificates(sqlite_browser.app, "roche")
    page = sqlite_browser.get(f"/certificates/{certificate.number}")
    assert page.title.endswith("This certificate was withdrawn")
    assert "withdrawn on 14 September 2026" in page.words
    assert "parent company" not in page.words


def test_a_replaced_certificate_says_since_when_and_by_which(sqlite_browser: Browser) -> None:
    old = next(each for each in certificates(sqlite_browser.app, "alzheimers-society") if each.superseded_by)
    page = sqlite_browser.get(f"/certificates/{old.number}")
    assert page.title.endswith("This certificate has been replaced")
    assert page.soup.select_one(f'main a[href="/certificates/{old.superseded_by}"]')


def test_what_became_of_the_organisation_is_said(sqlite_browser: Browser) -> None:
    app = sqlite_browser.app
    (certificate,) = certificates(app, "mid-cheshire-hospitals")
    with Session(app.extensions["database"].writer) as session, session.begin():
        session.get_one(Organisation, certificate.organisation_id).name = "Cheshire Hospitals Group"
    words = sqlite_browser.get(f"/certificates/{certificate.number}").words
    assert "This organisation is called Cheshire Hospitals Group today" in words
    assert certificate.organisation_name in words
    with Session(app.extensions["database"].writer) as session, session.begin():
        session.get_one(Organisation, certificate.organisation_id).left_on = today()
    page = sqlite_browser.get(f"/certificates/{certificate.number}")
    assert page.title.endswith("This certificate has lapsed") and "left the Anchor Framework on" in page.words


def test_the_team_withdraws_with_a_reason_and_the_second_is_told_who_did(sqlite_browser: Browser) -> None:
    app = sqlite_browser.app
    (certificate,) = certificates(app, "mid-cheshire-hospitals")
    address = f"/team/certificates/{certificate.number}/withdraw"
    team = sqlite_browser.sign_in(TEAM)
    for nothing in ("", "  \u200b "):
        page = team.post(address, {"reason": nothing}, 422)
        assert page.errors == ["Enter why you withdraw it"]
    assert team.post(address, {"reason": "far too long " * 200}, 422).errors
    page = team.post(address, {"reason": "The wrong address was on the envelope."})
    assert "is withdrawn. Whoever checks it sees so at once" in page.words
    page = team.post(address, {"reason": "My own words"}, 409)
    assert page.text(".nhsuk-error-summary h2") == "Nothing was changed"
    assert f"by {TEAM}" in page.errors[0] and "My own words" in page.text("textarea")
    with Session(app.extensions["database"].reader) as session:
        told = session.scalars(select(Message.to_email).where(Message.kind == "certificate_withdrawn")).all()
        assert set(told) == {LEAD, "signatory@trust.example"}
        kept = select(AuditEntry.detail).where(AuditEntry.action == "certificate withdrawn")
        assert "envelope" in session.scalars(kept.order_by(AuditEntry.id.desc())).first()  # type: ignore[operator]


def test_what_does_not_stand_is_not_handed_out(sqlite_browser: Browser) -> None:
    (certificate,) = certificates(sqlite_browser.app, "roche")
    page = sqlite_browser.sign_in(TEAM).get(f"/certificates/{certificate.number}/certificate.pdf", 404)
    assert f"Certificate {certificate.number} is withdrawn" in page.words


def test_an_organisation_sees_its_own_certificates_and_no_others(sqlite_browser: Browser) -> None:
    own = sqlite_browser.sign_in(LEAD).get(TRUST)
    (certificate,) = certificates(sqlite_browser.app, "mid-cheshire-hospitals")
    assert certificate.number in own.words and "Withdraw" not in own.words
    (other,) = certificates(sqlite_browser.app, "roche")
    sqlite_browser.get(f"/certificates/{other.number}/certificate.pdf", 404)
    sqlite_browser.get("/organisations/roche/certificates", 404)


def test_what_is_missing_is_issued_with_one_button_and_then_there_is_nothing_to_do(sqlite_browser: Browser) -> None:
    team = sqlite_browser.sign_in(TEAM)
    assert "Torus" in team.get("/team/certificates").text(".nhsuk-inset-text")
    assert "issued" in team.post("/team/certificates/missing", {}).words
    assert len(certificates(sqlite_browser.app, "torus")) == 1
    assert "Nothing was changed" in team.post("/team/certificates/missing", {}).words
    assert "still to be issued" not in team.get("/team/certificates").words


def test_one_organisation_gets_its_certificate_and_a_new_one_with_a_new_name(sqlite_browser: Browser) -> None:
    team, address = sqlite_browser.sign_in(TEAM), "/organisations/torus/certificates"
    assert "is issued" in team.post(address, {}).words
    assert "This award is not held today" in team.post(address, {"holding": "99999999999"}).words
    (old,) = certificates(sqlite_browser.app, "torus")
    again = f"/team/certificates/{old.number}/again"
    assert "Both say the same" in team.get(again).words
    assert f"in place of {old.number}" in team.post(again, {}).words
    assert "was replaced meanwhile" in team.post(again, {}).words
    assert "so it cannot be issued again" in team.get(again).words


def test_a_certificate_is_found_by_a_part_of_its_number_or_name(sqlite_browser: Browser) -> None:
    team = sqlite_browser.sign_in(TEAM)
    (certificate,) = certificates(sqlite_browser.app, "roche")
    for words in (certificate.number[-6:].lower(), "ROCH"):
        assert certificate.number in team.get(f"/team/certificates?words={words}").words
    for nothing in ("%25", "zzzz", "'; drop", "\u0130"):
        assert "There is no certificate with" in team.get(f"/team/certificates?words={nothing}").words


def test_the_list_of_files_says_how_many_certificates_are_valid(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(TEAM).get("/team/certificates")
    table = page.soup.select("main table")[0]
    assert [each.get_text() for each in table.select("thead th")] == ["Certificates", "Valid now", "All in one file"]
    assert "Put them into one file (ZIP)" in table.get_text()


def test_asking_for_all_of_a_round_begins_one_job_however_often_it_is_pressed(sqlite_browser: Browser) -> None:
    team = sqlite_browser.sign_in(TEAM)
    for _ in range(2):
        team.post("/team/certificates/archive", {"kind": "return", "round": "2026-07"}, 302, follow=False)
    with Session(sqlite_browser.app.extensions["database"].reader) as session:
        (job,) = session.scalars(select(Job).where(Job.kind == "certificates"))
        assert job.title == "Certificates of the July 2026 round"
    for wrong in ({"kind": "return", "round": "1999-07"}, {"kind": "nothing"}, {}):
        team.post("/team/certificates/archive", wrong, 404)
