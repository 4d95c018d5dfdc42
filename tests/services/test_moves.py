"""How far each organisation's own share moved is noted with its return, and follows whatever earlier rounds become."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.models import MeasureRow, Organisation, Round
from anchor_portal.queries.returns import get_submission
from anchor_portal.services.returns import saving
from anchor_portal.services.returns import steps as returns
from anchor_portal.services.returns.interchange import OPERATOR
from anchor_portal.services.rounds.life import add_round
from tests.make import SIGNED, Parts, find, import_answers, make_round, share, signed

FTE, SPEND = "p2.local_fte", "p2.local_spend"


def moved(session: Session, round_: Round, slug: str = "torus") -> dict[str, Decimal]:
    """What is noted of an organisation in a round, by measure, without what has nothing noted."""
    query = (
        select(MeasureRow.measure, MeasureRow.moved)
        .join(Organisation, Organisation.id == MeasureRow.organisation_id)
        .where(Organisation.slug == slug, MeasureRow.round_id == round_.id)
    )
    return {measure: change for measure, change in session.execute(query) if change is not None}


def accept(session: Session, round_: Round, **given: Parts) -> None:
    import_answers(session, round_, {"torus": signed(**given)}, accept=True)


def correct(session: Session, code: str, **given: Parts) -> None:
    """The same organisation signs again, and is accepted."""
    found = find(session, code, "torus")
    changed = {key: parts for key, parts in signed(**given).items() if key != "signoff"}
    saving.replace_answers(session, found.get_row(), changed, OPERATOR)
    returns.submit(session, found, SIGNED, OPERATOR, is_operator=True)
    found = find(session, code, "torus")
    returns.accept(session, found, get_submission(session, found.get_row()), OPERATOR, is_operator=True)


def test_the_change_is_in_percentage_points_with_two_decimals(session: Session) -> None:
    before, after = make_round(session, "2026-01"), make_round(session, "2026-07")
    accept(session, before, p2__local_fte=share("1.00", "3.00"), p3__free_use={"": "no"})
    accept(session, after, p2__local_fte=share("2.00", "3.00"), p3__free_use={"": "yes"}, about__headcount={"": "9"})
    assert moved(session, before) == {}
    assert moved(session, after) == {FTE: Decimal("33.33")}, "only shares move"


def test_a_half_of_a_hundredth_is_rounded_away_from_nothing(session: Session) -> None:
    before, after = make_round(session, "2026-01"), make_round(session, "2026-07")
    accept(session, before, p2__local_fte=share("500.00", "1000.00"), p2__local_staff=share("10000", "20000"))
    accept(session, after, p2__local_fte=share("500.05", "1000.00"), p2__local_staff=share("9999", "20000"))
    assert moved(session, after) == {FTE: Decimal("0.01"), "p2.local_staff": Decimal("-0.01")}


@pytest.mark.parametrize(
    "given",
    [{}, {"p2__local_fte": {"percent": "50"}}, {"p2__local_fte": share("0.00", "0.00", "5.00")}],
    ids=["blank", "percentage only", "nothing known"],
)
def test_without_a_share_before_or_now_nothing_is_noted(session: Session, given: dict[str, Parts]) -> None:
    rounds = [make_round(session, code) for code in ("2025-07", "2026-01", "2026-07")]
    for round_, one in zip(
        rounds, ({"p2__local_fte": share("1.00", "2.00")}, given, {"p2__local_fte": share("1.00", "4.00")}), strict=True
    ):
        accept(session, round_, **one)
    assert [moved(session, round_) for round_ in rounds] == [{}, {}, {}]


def test_pounds_are_set_beside_the_same_month_a_year_before(session: Session) -> None:
    rounds = [make_round(session, code) for code in ("2025-07", "2026-01", "2026-07")]
    for number, round_ in enumerate(rounds, start=1):
        accept(session, round_, p2__local_spend=share(f"{number}.00", "10.00"))
    assert [moved(session, round_) for round_ in rounds] == [{}, {}, {SPEND: Decimal("20.00")}]


def test_the_level_table_moves_as_a_whole_and_not_by_row(session: Session) -> None:
    before, after = make_round(session, "2026-01"), make_round(session, "2026-07")
    for round_, minority in ((before, "10"), (after, "20")):
        rows = {"board.ethnic_minority": minority, "board.white": "90", "reason": "Of another day."}
        accept(session, round_, workforce__levels=rows)
    assert moved(session, after) == {"workforce.levels": Decimal("8.18")}


def test_a_correction_in_an_earlier_round_changes_what_the_later_one_notes(session: Session) -> None:
    before, after = make_round(session, "2026-01"), make_round(session, "2026-07")
    for round_ in (before, after):
        accept(session, round_, p2__local_fte=share("5.00", "10.00"))
    assert moved(session, after) == {FTE: 0}
    correct(session, "2026-01", p2__local_fte=share("4.00", "10.00"))
    assert moved(session, after) == {FTE: Decimal("10.00")}
    correct(session, "2026-01", p2__local_fte={"percent": "40"})
    assert moved(session, after) == {}


def test_a_round_that_is_added_between_takes_the_place_in_the_comparison(session: Session) -> None:
    first, last = make_round(session, "2025-07"), make_round(session, "2026-07")
    for number, round_ in ((5, first), (6, last)):
        accept(
            session,
            round_,
            p2__local_fte=share(f"{number}.00", "10.00"),
            p2__local_spend=share(f"{number}.00", "10.00"),
        )
    assert moved(session, last) == {FTE: 10, SPEND: 10}
    between = add_round(session, "2026-01", "2024-07", date(2026, 1, 1), date(2026, 1, 31))
    assert moved(session, last) == {SPEND: 10}
    accept(session, between, p2__local_fte=share("8.00", "10.00"))
    assert (moved(session, between), moved(session, last)) == ({FTE: 30}, {FTE: -20, SPEND: 10})
