"""A portal in which nothing has happened yet: every page says what will be here, and has no violation."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from anchor_portal.domain.people import Role
from anchor_portal.queries.rounds import find_organisation
from anchor_portal.services.people import add_role
from tests.conftest import make_app, seeded
from tests.engines import sqlite_url
from tests.journeys.conftest import Visit
from tests.journeys.test_accessibility import wrong_with

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]

EMPTY = {
    "": ("/", "/indicators/12", "/certificates", "/how-figures-are-made"),
    "lead@empty.example": ("/work",),
    "member@empty.example": ("/work", "/reviews", "/assembly"),
    "team@empty.example": ("/work", "/rounds", "/assembly", "/rounds/add"),
}


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Flask]:
    """The portal with its seeds and three people, before the first round."""
    app = make_app(sqlite_url(tmp_path, seeded))
    with Session(app.extensions["database"].writer) as session, session.begin():
        add_role(session, "lead@empty.example", Role.LEAD, find_organisation(session, "torus"), "Lead")
        add_role(session, "member@empty.example", Role.MEMBER, None, "Member")
        add_role(session, "team@empty.example", Role.TEAM, None, "Team")
    yield app
    app.extensions["database"].dispose()


def test_a_portal_before_its_first_round_has_no_violation(visit: Visit) -> None:
    wrong = []
    for email, paths in EMPTY.items():
        page = visit(email)
        for path in paths:
            answer = page.goto(path)
            assert answer is not None and answer.status == 200, path
            wrong += wrong_with(page, f"{path} before the first round")
    assert wrong == []
