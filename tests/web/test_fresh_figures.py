"""Dashboard and indicator pages have what was committed last, by whichever process."""

from flask import Flask
from sqlalchemy.orm import Session

from anchor_portal.engine import open_database
from anchor_portal.models import Round
from anchor_portal.queries.returns import get_submission
from anchor_portal.services.figures.totals import remake_totals
from anchor_portal.services.returns import steps
from anchor_portal.services.returns.interchange import OPERATOR
from tests.make import find
from tests.pages import Browser
from tests.web.returning import MEMBER, SUBMITTED
from tests.web.sections import ROUND
from tests.web.test_dashboard import statuses

MEASURE = f"/assembly/{ROUND}/measures/p1.rlw_staff"


def accept_elsewhere(url: str) -> None:
    """Accept a return as another process would: over connections of its own."""
    database = open_database(url)
    with Session(database.writer) as session, session.begin():
        found = find(session, ROUND, SUBMITTED, lock=True)
        submission = get_submission(session, found.get_row())
        steps.accept(session, found, submission, OPERATOR, is_operator=True)
        remake_totals(session, session.get_one(Round, found.round.id))
    database.dispose()


def test_the_next_page_counts_the_return_that_another_process_accepted(app: Flask) -> None:
    member = Browser(app).sign_in(MEMBER)
    before, measure = statuses(member.get("/assembly")), member.get(MEASURE)
    accept_elsewhere(app.extensions["settings"].database_url)
    after = statuses(member.get("/assembly"))
    moved = {name: after[name] - number for name, number in before.items() if after[name] != number}
    assert moved == {"accepted": 1, "submitted": -1}
    assert measure.text(".app-answer__figure") == "Not shown"
    now = member.get(MEASURE)
    assert now.text(".app-answer__figure") == "97.9%" and "3 of 21 signatories" in now.words
