"""Interchange beside what only the portal has: uploaded files, signatures that are waited for, what was withdrawn."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.answers.items import without_files
from anchor_portal.models import Round
from anchor_portal.outputs.tables import write_cells
from anchor_portal.services.returns.interchange import ImportRefused, export_cells, import_returns
from tests import hostile
from tests.conftest import make_app, with_demo
from tests.engines import sqlite_url
from tests.make import find, make_round
from tests.pages import Browser
from tests.web.returning import READY
from tests.web.sections import ROUND, TRUST, stored
from tests.web.test_evidence import LEAD, added, save
from tests.web.test_team_pages import writing

WITHDRAWN = "sefton-cvs"


def make_portal(tmp_path: Path, name: str) -> Flask:
    (tmp_path / name).mkdir()
    return make_app(sqlite_url(tmp_path / name, with_demo), evidence=str(tmp_path / name / "evidence"))


def exported(app: Flask, slug: str) -> str:
    with writing(app) as session:
        return "".join(write_cells(export_cells(session, get_round(session), today(), slug)))


def get_round(session: Session) -> Round:
    return session.scalars(select(Round).where(Round.code == ROUND)).one()


def bring_in(app: Flask, content: str) -> None:
    with writing(app) as session, session.begin():
        import_returns(session, get_round(session), content.encode(), today())


def test_items_that_are_no_files_are_numbered_anew() -> None:
    file = {"2.file": "x", "2.name": "plan.pdf", "2.digest": "d", "2.caption": "Our plan"}
    links = {"1.link": "https://one.example", "3.link": "https://two.example", "3.caption": "Two"}
    assert without_files(links | file) == {
        "1.link": "https://one.example",
        "2.link": "https://two.example",
        "2.caption": "Two",
    }
    assert without_files(links) is links


def test_what_was_exported_beside_an_uploaded_file_comes_in_elsewhere_and_leaves_the_file_where_it_is(
    tmp_path: Path,
) -> None:
    app, elsewhere = (make_portal(tmp_path, name) for name in ("one", "two"))
    lead = Browser(app).sign_in(LEAD)
    answers = {"p3.evidence:1.file": added(lead, hostile.pdf()), "p3.evidence:1.caption": "Our report"}
    save(
        lead,
        answers
        | {"p3.evidence:2.link": "https://trust.example/page", "p3.evidence:2.caption": "Page", "then": "later"},
    )
    before, content = stored(app, TRUST), exported(app, TRUST)
    assert [line for line in content.splitlines() if ",p3.evidence," in line] == [
        f"{ROUND},{TRUST},p3.evidence,1.link,https://trust.example/page",
        f"{ROUND},{TRUST},p3.evidence,1.caption,Page",
    ]
    bring_in(elsewhere, content)
    assert exported(elsewhere, TRUST) == content
    bring_in(app, content)
    assert stored(app, TRUST) == before
    for each in (app, elsewhere):
        each.extensions["database"].dispose()


def test_what_was_withdrawn_does_not_come_back_as_signed(sqlite_app: Flask) -> None:
    content = exported(sqlite_app, WITHDRAWN)
    assert ",signoff," not in content and ",about.headcount," in content
    content = "".join(line for line in content.splitlines(keepends=True) if "about.snapshot_date" not in line)
    with writing(sqlite_app) as session, session.begin():
        later = make_round(session, "2027-07", is_open=True)
        done = import_returns(session, later, content.replace(ROUND, "2027-07").encode(), today(), accept=True)
    assert (done.drafts, done.submitted) == (1, 0)


def test_an_import_does_not_change_what_waits_for_its_signature(app: Flask) -> None:
    before = stored(app, READY)
    line = f"round,organisation,question,part,value\n{ROUND},{READY},about.boundary,,Only this\n"
    with pytest.raises(ImportRefused) as refused:
        bring_in(app, line)
    assert "waits for its signature" in refused.value.problems[0]
    assert stored(app, READY) == before
    with writing(app) as session:
        assert find(session, ROUND, READY).status == "ready_for_sign_off"
