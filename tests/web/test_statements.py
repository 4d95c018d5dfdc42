"""How many SQL statements each page needs: at most eight, and as many with hundreds of organisations as with few."""

from collections.abc import Iterator
from contextlib import contextmanager
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
from tests.engines import sqlite_url
from tests.pages import Browser
from tests.web.returning import MEMBER, READY, READY_LEAD, READY_SIGNATORY, RETURNED, SUBMITTED
from tests.web.sections import RETURN, SECTION

MOST, MOST_OF_A_FILE = 8, 14
"""Pages, and files that hold a round: these may need more, but as many whatever the number of organisations."""
LEAD, TEAM = "lead@trust.example", "team@team.example"
ACCEPTED = "/returns/2026-07/mid-cheshire-hospitals"
OTHERS = 180
"""Organisations that are added to the demonstration's 21, each with a return in two rounds."""

# endpoint -> who opens it, and where
PAGES = {
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
    "static": ("", "/static/build/portal.css"),
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
    "self_assessment.show": (LEAD, f"{RETURN}/self-assessment"),
    "self_assessment.picture": (LEAD, f"{RETURN}/self-assessment.svg"),
    "self_assessment.page": (LEAD, f"{RETURN}/self-assessment.pdf"),
    "progress.show": (LEAD, "/organisations/mid-cheshire-hospitals/progress"),
    "reviews.queue": (MEMBER, "/reviews"),
    "reviews.review": (MEMBER, f"/reviews/2027-01/{SUBMITTED}"),
    "dashboards.assembly": (TEAM, "/assembly"),
    "dashboards.indicator": (TEAM, "/assembly/2027-01/indicators/20"),
    "dashboards.measure": (MEMBER, "/assembly/2027-01/measures/p1.rlw_staff"),
    "downloads.round_csv": (TEAM, "/exports/2027-01.csv"),
    "downloads.round_xlsx": (TEAM, "/exports/2027-01.xlsx"),
    "team.rounds": (TEAM, "/rounds"),
    "team.round": (TEAM, "/rounds/2027-01"),
    "team.add_round": (TEAM, "/rounds/add"),
    "team.close": (TEAM, "/rounds/2027-01/close"),
    "publishing.publish": (TEAM, "/rounds/2027-01/publish"),
    "publishing.revise": (TEAM, "/rounds/2026-07/revise"),
    "publications.index": ("", "/publications"),
    "publications.show": ("", "/publications/2026-07/1"),
    "lineage.indicator_returns": (MEMBER, "/assembly/2026-07/indicators/20/returns"),
    "lineage.measure_returns": (TEAM, "/assembly/2026-07/measures/p1.rlw_staff/returns"),
}
MORE = {
    "the work of a lead whose return came back": ("lead@council.example", "/work"),
    "a signed return": (LEAD, ACCEPTED),
    "a return sent back": ("lead@council.example", f"/returns/2027-01/{RETURNED}"),
    "the check of a return sent back": ("lead@council.example", f"/returns/2027-01/{RETURNED}/check"),
    "signing a return sent back": ("signatory@council.example", f"/returns/2027-01/{RETURNED}/sign"),
    "the review of a return sent back": (MEMBER, f"/reviews/2027-01/{RETURNED}"),
    "a return that waits for its signature": (READY_LEAD, f"/returns/2027-01/{READY}"),
    "a draft as PDF": (LEAD, f"{RETURN}/return.pdf"),
    "a nil return under review": (MEMBER, "/reviews/2027-01/roche"),
    "a published round's dashboard": (MEMBER, "/assembly/2026-07"),
    "a filtered dashboard": (MEMBER, "/assembly/2027-01?sector=nhs-trust&pledge=1&outcome=evidenced&name=trust"),
    "a dashboard with a page beyond the last": (MEMBER, "/assembly/2027-01?status=missing&page=7"),
    "an indicator that members see protected": (MEMBER, "/assembly/2027-01/indicators/20"),
    "a published round's workbook": (TEAM, "/exports/2026-07.xlsx"),
    "a page that is not there": (LEAD, "/nowhere"),
}


@contextmanager
def counting(app: Flask) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile; a transaction's own beginning is none."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
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
def counts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[list[str], list[str]]]]:
    """For each page what it needs with 21 organisations, and with many more."""
    app = make_app(sqlite_url(tmp_path_factory.mktemp("statements"), with_demo))
    app.extensions["reference"].seconds = 3600  # else what it keeps expires on a slow machine, between two counts
    few = {name: statements_for(app, who, address) for name, (who, address) in (PAGES | MORE).items()}
    grow(app)
    many = {name: statements_for(app, who, address) for name, (who, address) in (PAGES | MORE).items()}
    app.extensions["database"].dispose()
    yield {name: (few[name], many[name]) for name in few}


def test_every_page_that_can_be_opened_is_counted(sqlite_app: Flask) -> None:
    opened = {rule.endpoint for rule in sqlite_app.url_map.iter_rules() if "GET" in (rule.methods or set())}
    assert set(PAGES) == opened


@pytest.mark.parametrize("name", [*PAGES, *MORE])
def test_a_page_needs_at_most_eight_statements_whatever_the_number_of_organisations(
    counts: dict[str, tuple[list[str], list[str]]], name: str
) -> None:
    few, many = counts[name]
    address = (PAGES | MORE)[name][1]
    assert len(few) <= (MOST_OF_A_FILE if address.endswith((".csv", ".xlsx")) else MOST), "\n".join(few)
    assert len(many) <= len(few), "\n".join(many)


def test_saving_a_section_needs_at_most_eight_statements(sqlite_app: Flask) -> None:
    browser = Browser(sqlite_app).sign_in(LEAD)
    path = f"{SECTION}/pledge-1"
    form = browser.get(path).form() | {"p1.narrative:": "Changed.", "then": "later"}
    with counting(sqlite_app) as seen:
        assert browser.client.post(path, data=form).status_code == 302
    assert len(seen) <= MOST, "\n".join(seen)
