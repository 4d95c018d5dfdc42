"""How many SQL statements each page needs: at most eight, and as many with hundreds of organisations as with few."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session

from anchor_portal.models import Base, Grant, MeasureRow, Organisation, Return, ReturnStep, Round, Submission, User
from anchor_portal.models.base import now
from anchor_portal.services.figures.standing import recount_returns
from anchor_portal.services.figures.totals import remake_totals
from tests.conftest import make_app, with_demo
from tests.engines import prepared_once, sqlite_url
from tests.pages import Browser
from tests.web.returning import MEMBER, READY, READY_LEAD, READY_SIGNATORY, RETURNED, SUBMITTED
from tests.web.sections import RETURN, SECTION

MOST, MOST_OF_A_FILE = 8, 15
"""Pages, and files that hold a round: these may need more, but as many whatever the number of organisations."""
LEAD, TEAM = "lead@trust.example", "team@team.example"
ACCEPTED = "/returns/2026-07/mid-cheshire-hospitals"
OTHERS = 180
"""Organisations that are added to the demonstration's 21, each with a return in two rounds."""

# endpoint -> who opens it, and where
PAGES = {
    "questionnaires.index": (TEAM, "/team/questionnaires"),
    "questionnaires.show": (TEAM, "/team/questionnaires/2024-07"),
    "questionnaires.file": (TEAM, "/team/questionnaires/drafts/1/file"),
    "questionnaires.changes": (TEAM, "/team/questionnaires/2024-07/changes"),
    "questionnaires.preview": (TEAM, "/team/questionnaires/2024-07/preview"),
    "questionnaires.preview_section": (TEAM, "/team/questionnaires/drafts/1/preview/pledge-6"),
    "questionnaire_drafts.start": (TEAM, "/team/questionnaires/2024-07/words"),
    "questionnaire_drafts.show": (TEAM, "/team/questionnaires/drafts/1"),
    "questionnaire_drafts.words": (TEAM, "/team/questionnaires/drafts/1/words/pledge-1"),
    "questionnaire_drafts.publish": (TEAM, "/team/questionnaires/drafts/1/publish"),
    "questionnaire_drafts.discard": (TEAM, "/team/questionnaires/drafts/1/discard"),
    "accounts.index": (TEAM, "/team/people"),
    "accounts.show": (TEAM, "/team/people/1"),
    "accounts.invite_somebody": (TEAM, "/team/people/invite"),
    "account_changes.remove_role": (TEAM, "/team/people/1/roles/lead/remove?organisation=mid-cheshire-hospitals"),
    "account_changes.close": (TEAM, "/team/people/1/close"),
    "account_changes.hand_over": (TEAM, "/team/people/1/hand-over"),
    "recovery.help_back_in": (TEAM, "/team/people/1/recover"),
    "passwords.change": (LEAD, "/account/password"),
    "passkeys.add": (LEAD, "/account/passkeys/add"),
    "passkeys.rename": (LEAD, "/account/passkeys/1"),
    "passkeys.remove": (LEAD, "/account/passkeys/1/remove"),
    "providers.back": ("", "/sign-in/with/nhsmail/back"),
    "providers.remove": (LEAD, "/account/elsewhere/1/remove"),
    "public.home": ("", "/"),
    "public.indicators": ("", "/indicators"),
    "public.indicator": ("", "/indicators/12"),
    "public.measure": ("", "/measures/p5.charter_signed/2026-01"),
    "public.check": ("", "/certificates?number=2026-07-ABCDEF"),
    "public.certificate": ("", "/certificates/2026-07-ABCDEF"),
    "public.method": ("", "/how-figures-are-made"),
    "public.accessibility": ("", "/accessibility"),
    "public.privacy": ("", "/privacy"),
    "public.logo": ("", "/logo"),
    "open_data.index": ("", "/data"),
    "open_data.dictionary": ("", "/data/dictionary"),
    "open_data.dictionary_csv": ("", "/data/dictionary.csv"),
    "open_data.package": ("", "/data/datapackage.json"),
    "well_known.security": ("", "/.well-known/security.txt"),
    "well_known.robots": ("", "/robots.txt"),
    "well_known.site_map": ("", "/sitemap.xml"),
    "open_data.feed": ("", "/data/releases.atom"),
    "open_data.description": ("", "/data/openapi.json"),
    "open_data.round_csv": ("", "/data/2026-07.csv"),
    "open_data.round_json": ("", "/data/2026-07.json"),
    "open_data.revision_csv": ("", "/data/2026-07/revision-1.csv"),
    "open_data.revision_json": ("", "/data/2026-07/revision-1.json"),
    "beacon.table": ("", "/beacon"),
    "beacon.indicator": ("", "/beacon/1"),
    "beacon_uploads.show": (TEAM, "/team/beacon"),
    "beacon_uploads.look": (TEAM, "/team/beacon/uploads/1"),
    "beacon_uploads.undo": (TEAM, "/team/beacon/uploads/1/undo"),
    "beacon_actions.show": (TEAM, "/team/beacon/programmes"),
    "beacon_actions.add": (TEAM, "/team/beacon/programmes/add/theme-1/milestone"),
    "beacon_actions.change": (TEAM, "/team/beacon/programmes/1"),
    "beacon_actions.remove": (TEAM, "/team/beacon/programmes/1/remove"),
    "account.sign_in": ("", "/sign-in"),
    "second_factor.confirm": ("", "/sign-in/code"),
    "second_factor.set_up": (LEAD, "/sign-in/set-up"),
    "second_factor.remove": (LEAD, "/account/authenticator/remove"),
    "own_account.show": (LEAD, "/account"),
    "static": ("", "/static/build/portal.css"),
    "health.alive": ("", "/healthz"),
    "health.ready": ("", "/readyz"),
    "metrics.show": ("", "/metrics"),
    "invitations.show": ("", "/invitation/no-such-token"),
    "messages.inbox": ("contributor@trust.example", "/messages"),
    "people.show": (LEAD, "/organisations/mid-cheshire-hospitals/people"),
    "people.remove": (LEAD, "/organisations/mid-cheshire-hospitals/people/0/contributor/remove"),
    "sharing.show": (LEAD, f"{RETURN}/people"),
    "returns.work": ("jocelyn.vardy-akers@cheshire-wirral-partnership.example", "/work"),
    "returns.tasks": (LEAD, RETURN),
    "sections.show": (LEAD, f"{SECTION}/pledge-6"),
    "evidence.download": (LEAD, f"{RETURN}/evidence/none/none.pdf"),
    "offline.show": (LEAD, f"{RETURN}/offline"),
    "offline.form": (LEAD, f"{RETURN}/offline/form.xlsx"),
    "offline.blank": (LEAD, "/forms/2024-07/council/general.pdf"),
    "signoff.check": (LEAD, f"{RETURN}/check"),
    "signoff.sign": (READY_SIGNATORY, f"/returns/2027-01/{READY}/sign"),
    "endings.confirm": (READY_SIGNATORY, f"/returns/2027-01/{READY}/nil"),
    "feedback.show": ("lead@council.example", f"/returns/2027-01/{RETURNED}/feedback"),
    "revisions.index": (LEAD, f"{ACCEPTED}/revisions"),
    "revisions.show": (LEAD, f"{ACCEPTED}/revisions/1"),
    "revisions.pdf": (LEAD, f"{ACCEPTED}/revisions/1/return.pdf"),
    "revisions.csv": (LEAD, f"{ACCEPTED}/revisions/1/answers.csv"),
    "revisions.signed": (LEAD, f"{ACCEPTED}/revisions/1/signed.json"),
    "revisions.changes": (LEAD, f"{ACCEPTED}/revisions/1/changes"),
    "downloads.return_pdf": (LEAD, f"{ACCEPTED}/return.pdf"),
    "downloads.return_csv": (LEAD, f"{ACCEPTED}/return.csv"),
    "downloads.certificate_pdf": (LEAD, f"{ACCEPTED}/certificate.pdf"),
    "certificates.index": (TEAM, "/team/certificates"),
    "certificates.of_organisation": (TEAM, "/organisations/mid-cheshire-hospitals/certificates"),
    "certificates.pdf": (LEAD, "/certificates/2026-07-ABCDEF/certificate.pdf"),
    "certificates.withdraw": (TEAM, "/team/certificates/2026-07-ABCDEF/withdraw"),
    "certificates.again": (TEAM, "/team/certificates/2026-07-ABCDEF/again"),
    "case_studies.index": ("", "/case-studies?words=hospital&pledge=2"),
    "case_studies.show": ("", "/case-studies/a-ward-that-switches-itself-off"),
    "case_studies.picture": ("", "/case-studies/a-ward-that-switches-itself-off/picture.png"),
    "case_studies_desk.index": (TEAM, "/team/case-studies"),
    "case_studies_desk.of_organisation": (LEAD, "/organisations/mid-cheshire-hospitals/case-studies"),
    "case_studies_desk.withdraw": (LEAD, "/case-studies/a-ward-that-switches-itself-off/withdraw"),
    "organisations.index": ("", "/organisations"),
    "organisations.show": ("", "/organisations/mid-cheshire-hospitals"),
    "organisations.picture": ("", "/organisations/mid-cheshire-hospitals/picture.png"),
    "self_assessment.show": (LEAD, f"{RETURN}/self-assessment"),
    "self_assessment.picture": (LEAD, f"{RETURN}/self-assessment.svg"),
    "self_assessment.page": (LEAD, f"{RETURN}/self-assessment.pdf"),
    "progress.show": (LEAD, "/organisations/mid-cheshire-hospitals/progress"),
    "reviews.queue": (MEMBER, "/reviews"),
    "reviews.review": (MEMBER, f"/reviews/2027-01/{SUBMITTED}"),
    "reviewers.show": (TEAM, f"/reviews/2027-01/{SUBMITTED}/reviewers"),
    "interests.show": (TEAM, "/interests"),
    "interests.confirm": (TEAM, "/interests/0/0/end"),
    "evidence_views.show": (LEAD, f"{RETURN}/evidence/none/none.pdf/look"),
    "evidence_views.content": (LEAD, f"{RETURN}/evidence/none/none.pdf/content"),
    "dashboards.assembly": (TEAM, "/assembly"),
    "dashboards.indicator": (TEAM, "/assembly/2027-01/indicators/20"),
    "dashboards.measure": (MEMBER, "/assembly/2027-01/measures/p1.rlw_staff"),
    "exports.index": (TEAM, "/exports"),
    "exports.log": (TEAM, "/exports/log"),
    "exports.show": (TEAM, "/exports/2027-01"),
    "exports.round_csv": (TEAM, "/exports/2027-01.csv"),
    "exports.round_json": (TEAM, "/exports/2027-01.json"),
    "exports.round_xlsx": (TEAM, "/exports/2027-01.xlsx"),
    "exports.round_pdf": (TEAM, "/exports/2027-01.pdf"),
    "programme.show": (TEAM, "/team"),
    "team.rounds": (TEAM, "/rounds"),
    "jobs.index": (TEAM, "/jobs"),
    "jobs.show": (MEMBER, "/jobs/2"),
    "jobs.progress": (TEAM, "/jobs/1/progress"),
    "jobs.result": (TEAM, "/jobs/1/result"),
    "audit.show": (TEAM, "/team/audit?who=team"),
    "audit.export": (TEAM, "/team/audit.csv"),
    "team.round": (TEAM, "/rounds/2027-01"),
    "team.chase_csv": (TEAM, "/rounds/2027-01/chase.csv"),
    "round_steps.act": (TEAM, "/rounds/2026-07/archive"),
    "round_steps.dates": (TEAM, "/rounds/2027-01/dates"),
    "round_steps.more_time": (TEAM, "/rounds/2027-01/more-time/one-wirral-cic"),
    "reminders.index": (TEAM, "/rounds/2027-01/reminders"),
    "reminders.add": (TEAM, "/rounds/2027-01/reminders/add"),
    "reminders.show": (TEAM, "/rounds/2027-01/reminders/1"),
    "reminders.change": (TEAM, "/rounds/2027-01/reminders/1/change"),
    "reminders.remove": (TEAM, "/rounds/2027-01/reminders/1/remove"),
    "outbox.show": (TEAM, "/team/outbox"),
    "opting_out.by_link": ("", "/reminders/off/no-such-link"),
    "team.add_round": (TEAM, "/rounds/add"),
    "team.close": (TEAM, "/rounds/2027-01/close"),
    "publishing.publish": (TEAM, "/rounds/2027-01/publish"),
    "publishing.revise": (TEAM, "/rounds/2026-07/revise"),
    "publications.index": ("", "/publications"),
    "publications.show": ("", "/publications/2026-07/1"),
    "lineage.indicator_returns": (MEMBER, "/assembly/2026-07/indicators/20/returns"),
    "lineage.measure_returns": (TEAM, "/assembly/2026-07/measures/p1.rlw_staff/returns"),
    "meetings.index": (MEMBER, "/meetings"),
    "meetings.add": (TEAM, "/meetings/add"),
    "meetings.show": (MEMBER, "/meetings/2"),
    "meetings.change": (TEAM, "/meetings/2/change"),
    "meetings.minutes": (MEMBER, "/meetings/1/minutes"),
    "meetings.minutes_pdf": (MEMBER, "/meetings/1/minutes.pdf"),
    "agenda.add": (TEAM, "/meetings/2/items/add"),
    "agenda.change": (TEAM, "/meetings/2/items/14/change"),
    "agenda.organisations": (TEAM, "/meetings/2/organisations"),
    "recording.show": (MEMBER, "/meetings/1/items/13"),
    "recording.recorded": (MEMBER, "/meetings/1/items/13/recorded"),
    "recording.change": (MEMBER, "/meetings/1/items/13/decisions/8"),
    "actions.log": (MEMBER, "/actions"),
    "actions.log_csv": (MEMBER, "/actions.csv"),
    "actions.show": (MEMBER, "/actions/1"),
    "board_report.show": (LEAD, "/organisations/mid-cheshire-hospitals/board-report"),
    "board_report.pdf": (LEAD, "/organisations/mid-cheshire-hospitals/board-report/2026-07/report.pdf"),
    "register.index": (TEAM, "/team/register"),
    "register.export": (TEAM, "/team/register/export.csv"),
    "register.alike": (TEAM, "/team/register/alike?name=sefton"),
    "register.add": (TEAM, "/team/register/add"),
    "register.show": (TEAM, "/team/register/mid-cheshire-hospitals"),
    "register.change": (TEAM, "/team/register/mid-cheshire-hospitals/change"),
    "register.remove": (TEAM, "/team/register/mid-cheshire-hospitals/remove"),
    "register_names.rename": (TEAM, "/team/register/mid-cheshire-hospitals/rename"),
    "register_names.add_alias": (TEAM, "/team/register/mid-cheshire-hospitals/names"),
    "register_names.merge": (TEAM, "/team/register/mid-cheshire-hospitals/merge"),
    "register_holdings.index": (TEAM, "/team/register/holdings"),
    "register_holdings.export": (TEAM, "/team/register/holdings.csv"),
    "register_holdings.add": (TEAM, "/team/register/mid-cheshire-hospitals/holdings/add"),
    "register_holdings.change": (TEAM, "/team/register/mid-cheshire-hospitals/holdings/1"),
    "register_holdings.remove": (TEAM, "/team/register/mid-cheshire-hospitals/holdings/1/remove"),
    "register_imports.index": (TEAM, "/team/register/imports"),
    "register_imports.look": (TEAM, "/team/register/imports/1"),
    "register_imports.not_taken": (TEAM, "/team/register/imports/1/not-taken.csv"),
}
MORE = {
    "people found by name, role and state": (TEAM, "/team/people?q=lead&role=lead&state=active"),
    "the changes of a draft": (TEAM, "/team/questionnaires/drafts/1/changes"),
    "the work of a lead whose return came back": ("lead@council.example", "/work"),
    "a signed return": (LEAD, ACCEPTED),
    "a return sent back": ("lead@council.example", f"/returns/2027-01/{RETURNED}"),
    "the check of a return sent back": ("lead@council.example", f"/returns/2027-01/{RETURNED}/check"),
    "signing a return sent back": ("signatory@council.example", f"/returns/2027-01/{RETURNED}/sign"),
    "the review of a return on which two opinions are wanted": (MEMBER, "/reviews/2027-01/nhs-cheshire-and-merseyside"),
    "the queue as the team sees it": (TEAM, "/reviews"),
    "the review of a return sent back": (MEMBER, f"/reviews/2027-01/{RETURNED}"),
    "a return that waits for its signature": (READY_LEAD, f"/returns/2027-01/{READY}"),
    "a draft as PDF": (LEAD, f"{RETURN}/return.pdf"),
    "a nil return under review": (MEMBER, "/reviews/2027-01/roche"),
    "a published round's dashboard": (MEMBER, "/assembly/2026-07"),
    "a filtered dashboard": (MEMBER, "/assembly/2027-01?sector=nhs-trust&pledge=1&outcome=evidenced&name=trust"),
    "a dashboard with a page beyond the last": (MEMBER, "/assembly/2027-01?status=missing&page=7"),
    "an indicator that members see protected": (MEMBER, "/assembly/2027-01/indicators/20"),
    "a published round's workbook": (TEAM, "/exports/2026-07.xlsx"),
    "certificates that are found": (TEAM, "/team/certificates?words=more"),
    "a register that is searched": (TEAM, "/team/register?q=trust&of=signatory&holds=social_value_charter"),
    "lines of a file that are to be decided about": (TEAM, "/team/register/imports/1?lines=alike"),
    "a page that is not there": (LEAD, "/nowhere"),
}


@contextmanager
def counting(app: Flask) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile, but for the beginning of a transaction, and the record that
    somebody looked: three more, in a transaction of its own after the answer.
    """
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        is_record = statement.startswith(("INSERT INTO audit_", "UPDATE audit_")) or "FROM audit_head" in statement
        if not statement.startswith("BEGIN") and not is_record:
            seen.append(" ".join(statement.split()))

    database = app.extensions["database"]
    for engine in (database.reader, database.writer):
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in (database.reader, database.writer):
        event.remove(engine, "before_cursor_execute", note)


def _columns(model: type[Base]) -> list[str]:
    return [column.name for column in Base.metadata.tables[model.__tablename__].columns]


def statements_for(app: Flask, who: str, address: str) -> list[str]:
    browser = Browser(app).sign_in(who) if who else Browser(app)
    with counting(app) as seen:
        response = browser.client.get(address, buffered=True)
    assert response.status_code in {200, 404, 302, 410}, f"{address} answers {response.status_code}"
    return seen


def grow(app: Flask) -> None:
    """Many more organisations, with people, a submitted return, and an accepted one with its figures."""
    with Session(app.extensions["database"].writer) as session, session.begin():
        session.execute(insert(Organisation), [_organisation(number) for number in range(OTHERS)])
        session.execute(insert(User), [{"email": f"lead{n}@more.example", "name": f"Lead {n}"} for n in range(OTHERS)])
        theirs = session.scalars(select(Organisation.id).where(Organisation.slug.like("more-%"))).all()
        people = session.scalars(select(User.id).where(User.email.like("%@more.example"))).all()
        grants = zip(people, theirs, strict=True)
        session.execute(
            insert(Grant), [{"user_id": who, "role": "lead", "organisation_id": which} for who, which in grants]
        )
        _add_returns(session, theirs, "2027-01", "submitted")
        _add_returns(session, theirs, "2026-07", "accepted")
        for round_ in session.scalars(select(Round)).all():
            recount_returns(session, round_)
            remake_totals(session, round_)


def _organisation(number: int) -> dict[str, object]:
    name = f"More Organisation {number:03}"
    rest = {"sector": "company", "scale": "general", "note": "", "headcount": 100}
    return {"slug": f"more-{number}", "name": name, "printed_name": name} | rest


def _add_returns(session: Session, organisations: Any, code: str, status: str) -> None:
    """Returns with the answers and figures of the one that the demonstration has."""
    round_id = session.scalars(select(Round.id).where(Round.code == code)).one()
    like = (
        select(Return.id).join(Return.organisation).where(Return.round_id == round_id, Organisation.slug == SUBMITTED)
    )
    model = session.scalars(select(Submission).where(Submission.return_id.in_(like))).first()
    assert model is not None
    rows = [{"round_id": round_id, "organisation_id": each, "status": status, "revision": 1} for each in organisations]
    session.execute(insert(Return), rows)
    mine = select(Return.id).where(Return.round_id == round_id, Return.organisation_id.in_(organisations))
    copied = {name: getattr(model, name) for name in _columns(Submission) if name not in {"id", "return_id"}}
    returns = session.scalars(mine).all()
    session.execute(insert(Submission), [copied | {"return_id": each} for each in returns])
    step = {"step": "submit", "after": status, "revision": 1, "at": now(), "who": "Somebody", "reason": ""}
    session.execute(insert(ReturnStep), [step | {"return_id": each} for each in returns])
    theirs = select(MeasureRow).join(Organisation, Organisation.id == MeasureRow.organisation_id)
    theirs = theirs.where(Organisation.slug == SUBMITTED, MeasureRow.round_id == round_id)
    figures = [{name: getattr(row, name) for name in _columns(MeasureRow)} for row in session.scalars(theirs)]
    if figures:
        session.execute(
            insert(MeasureRow), [row | {"organisation_id": each} for each in organisations for row in figures]
        )


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[str], list[str]]]:
    """For each page what it needs with 21 organisations, and with many more: counted once for all workers."""
    folder = tmp_path_factory.mktemp("statements")
    place = prepared_once("statements.json", lambda part: part.write_text(json.dumps(_count(folder)), encoding="utf-8"))
    return {name: (few, many) for name, (few, many) in json.loads(place.read_text(encoding="utf-8")).items()}


def _count(folder: Path) -> dict[str, tuple[list[str], list[str]]]:
    app = make_app(sqlite_url(folder, with_demo))
    app.extensions["reference"].seconds = 3600  # else what it keeps expires on a slow machine, between two counts
    few = {name: statements_for(app, who, address) for name, (who, address) in (PAGES | MORE).items()}
    grow(app)
    many = {name: statements_for(app, who, address) for name, (who, address) in (PAGES | MORE).items()}
    app.extensions["database"].dispose()
    return {name: (few[name], many[name]) for name in few}


def test_every_page_that_can_be_opened_is_counted(sqlite_app: Flask) -> None:
    opened = {rule.endpoint for rule in sqlite_app.url_map.iter_rules() if "GET" in (rule.methods or set())}
    assert set(PAGES) == opened


@pytest.mark.parametrize("name", [*PAGES, *MORE])
def test_a_page_needs_at_most_eight_statements_whatever_the_number_of_organisations(
    counts: dict[str, tuple[list[str], list[str]]], name: str
) -> None:
    few, many = counts[name]
    address = (PAGES | MORE)[name][1]
    assert len(few) <= (MOST_OF_A_FILE if address.endswith((".csv", ".xlsx", ".json", ".pdf")) else MOST), "\n".join(
        few
    )
    assert len(many) <= len(few), "\n".join(many)


def test_saving_a_section_needs_at_most_eight_statements(sqlite_app: Flask) -> None:
    browser = Browser(sqlite_app).sign_in(LEAD)
    path = f"{SECTION}/pledge-1"
    form = browser.get(path).form() | {"p1.narrative:": "Changed.", "then": "later"}
    with counting(sqlite_app) as seen:
        assert browser.client.post(path, data=form).status_code == 302
    assert len(seen) <= MOST, "\n".join(seen)
