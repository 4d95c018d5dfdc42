"""Published rounds for tests: small, with every kind of figure, and made once for each engine."""

from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.engine import open_database
from anchor_portal.models import Round
from anchor_portal.queries.returns import get_submission
from anchor_portal.queries.rounds import find_round
from anchor_portal.services.figures.publication import publish_round
from anchor_portal.services.figures.totals import remake_totals
from anchor_portal.services.returns import saving
from anchor_portal.services.returns import steps as returns
from anchor_portal.services.returns.interchange import OPERATOR
from anchor_portal.services.rounds.life import close_round
from tests.conftest import seeded
from tests.make import SIGNED, Parts, find, import_answers, make_round, share, signed

EARLIER, CODE = "2025-07", "2026-07"
"""A year apart, so that figures of a financial year are compared too."""
ORGANISATIONS = ("torus", "halton-borough-council", "st-helens-borough-council", "sefton-cvs", "walton-centre")
THRESHOLD = 70


def answers_of(number: int, *, is_nhs: bool, year: int) -> dict[str, Parts]:
    """What one of the organisations says: other numbers for each of them, and for each year."""
    rows = ("band_5", "vsm") if is_nhs else ("operational", "board")
    levels = {
        f"{rows[0]}.ethnic_minority": str(40 + 9 * number + year),
        f"{rows[0]}.white": str(400 + 31 * number),
        f"{rows[0]}.not_stated": str(number),
        f"{rows[1]}.ethnic_minority": str(number),
        f"{rows[1]}.white": "12",
        "reason": "Of another day.",
    }
    return signed(
        about__headcount={"": str(900 + number)},
        p1__rlw_staff=share(str(700 + number), "800", "5") if number else {"percent": "98.25"},
        p2__local_fte=share(f"{500 + 7 * number + year}.37", "851.50", "3.25"),
        p2__local_spend=share(f"{1_234_567 + 100_001 * number + year}.89", "4567890.12"),
        p5__charter_signed={"": "yes" if number % 2 else "no"},
        workforce__levels=levels,
    )


def accept_round(session: Session, code: str, year: int, organisations: tuple[str, ...] = ORGANISATIONS) -> Round:
    """A round in which some of the organisations are accepted."""
    round_ = make_round(session, code)
    given = {
        slug: answers_of(ORGANISATIONS.index(slug), is_nhs=slug == "walton-centre", year=year) for slug in organisations
    }
    import_answers(session, round_, given, accept=True)
    return round_


def with_published_rounds(url: str) -> None:
    """Two rounds, a year apart, both published; one organisation joined in the second."""
    seeded(url)
    database = open_database(url)
    with Session(database.writer) as session, session.begin():
        for year, code in enumerate((EARLIER, CODE)):
            round_ = accept_round(session, code, year, ORGANISATIONS[: 4 + year])
            close_round(session, round_, today())
            publish_round(session, round_, today(), THRESHOLD)
    database.dispose()


def get_published(session: Session, code: str = CODE) -> Round:
    """One of the rounds."""
    round_ = find_round(session, code)
    assert round_ is not None
    return round_


def correct(session: Session, slug: str, **changes: Parts) -> None:
    """An accepted correction of one organisation's return, brought in by the operator."""
    found = find(session, CODE, slug)
    number, is_nhs = ORGANISATIONS.index(slug), slug == "walton-centre"
    fresh = answers_of(number, is_nhs=is_nhs, year=1) | {
        key.replace("__", "."): parts for key, parts in changes.items()
    }
    draft = {key: parts for key, parts in fresh.items() if key != "signoff"}
    saving.replace_answers(session, found.get_row(), draft, OPERATOR)
    returns.submit(session, found, SIGNED, OPERATOR, is_operator=True)
    found = find(session, CODE, slug)
    returns.accept(session, found, get_submission(session, found.get_row()), OPERATOR, is_operator=True)
    remake_totals(session, found.round)
