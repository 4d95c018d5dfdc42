"""The stored sums always follow from the accepted returns, in whatever order things happen."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Step
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import Period
from anchor_portal.models import MeasureRow, Organisation, Round, Total
from anchor_portal.queries.returns import get_submission
from anchor_portal.services.figures.totals import remake_totals, totals_of
from anchor_portal.services.returns import saving
from anchor_portal.services.returns import steps as returns
from anchor_portal.services.returns.interchange import OPERATOR
from anchor_portal.services.rounds.life import add_round
from tests.make import SIGNED, actor, find, import_answers, make_round, share, signed

FTE = "p2.local_fte"


def _stored(session: Session, round_: Round) -> dict[tuple[str, str, str], dict[str, Any]]:
    session.flush()
    rows = session.scalars(select(Total).where(Total.round_id == round_.id).execution_options(populate_existing=True))
    columns = [column.name for column in Total.__table__.columns if column.name != "round_id"]
    return _by_key({name: getattr(row, name) for name in columns} for row in rows)


def _fresh(session: Session, round_: Round) -> dict[tuple[str, str, str], dict[str, Any]]:
    return _by_key(
        {name: value for name, value in row.items() if name != "round_id"} for row in totals_of(session, round_)
    )


def _by_key(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {(row["measure"], row["breakdown"], row["code"]): row for row in rows}


def _assert_sound(session: Session, *rounds: Round) -> None:
    for round_ in rounds:
        assert _stored(session, round_) == _fresh(session, round_), round_.code


def test_a_new_round_knows_whom_it_expects(session: Session) -> None:
    round_ = make_round(session)
    coverage = _stored(session, round_)[FTE, "coverage", "all"]
    assert (coverage["returns"], coverage["numerator"], coverage["denominator"]) == (21, 0, 0)
    assert "Torus" in coverage["note"]


def test_totals_hold_only_what_was_accepted(session: Session) -> None:
    round_ = make_round(session)
    import_answers(session, round_, {"torus": signed(p2__local_fte=share("5.25", "10.50", "2.00"))}, accept=True)
    import_answers(session, round_, {"roche": signed(p2__local_fte=share("1.00", "1.00"))})
    import_answers(session, round_, {"miaa": {"p2.local_fte": share("1.00", "1.00")}})
    stored = _stored(session, round_)
    total = stored[FTE, "all", "all"]
    assert (total["numerator"], total["denominator"], total["unknown"], total["returns"]) == (
        Decimal("5.25"),
        Decimal("10.50"),
        Decimal("2.00"),
        1,
    )
    groups = {key[1:] for key in stored if key[0] == FTE and key[1] in {"sector", "place"}}
    assert groups == {("sector", "housing"), ("place", "E08000013")}
    _assert_sound(session, round_)


def test_the_two_largest_of_each_sum_are_kept(session: Session) -> None:
    round_ = make_round(session)
    given = {"torus": ("1.00", "50.00"), "roche": ("30.00", "40.00"), "miaa": ("20.00", "20.00")}
    import_answers(
        session, round_, {slug: signed(p2__local_spend=share(*two)) for slug, two in given.items()}, accept=True
    )
    total = _stored(session, round_)["p2.local_spend", "all", "all"]
    names = ("largest_numerator", "second_numerator", "largest_denominator", "second_denominator")
    assert [total[name] for name in names] == [30, 20, 50, 40]
    alone = _stored(session, round_)["p2.local_spend", "sector", "company"]
    assert [alone[name] for name in names] == [30, 0, 40, 0]


def test_the_largest_amounts_add_up_exactly(session: Session) -> None:
    round_ = make_round(session)
    largest = share("99999999999.99", "99999999999.99", "99999999999.99")
    import_answers(session, round_, {slug: signed(p2__local_spend=largest) for slug in ("torus", "roche")}, accept=True)
    total = _stored(session, round_)["p2.local_spend", "all", "all"]
    assert total["numerator"] == total["denominator"] == total["unknown"] == Decimal("199999999999.98")


def test_a_late_acceptance_in_an_earlier_round_changes_the_later_rounds_panel_and_coverage(session: Session) -> None:
    before, after = make_round(session, "2026-01"), make_round(session, "2026-07")
    import_answers(session, after, {"torus": signed(p2__local_fte=share("6.00", "10.00"))}, accept=True)
    assert (FTE, "panel_before", "2026-01") not in _stored(session, after)
    late = {
        "torus": signed(p2__local_fte=share("5.00", "10.00")),
        "roche": signed(about__headcount={"": "70"}, p2__local_fte=share("1.00", "1.00")),
    }
    import_answers(session, before, late, accept=True)
    stored = _stored(session, after)
    assert stored[FTE, "panel_before", "2026-01"]["numerator"] == 5
    assert stored[FTE, "panel_after", "2026-01"]["numerator"] == 6
    assert stored[FTE, "coverage", "all"]["denominator"] == 70
    assert "Roche" not in stored[FTE, "coverage", "all"]["note"]
    _assert_sound(session, before, after)


def test_a_correction_in_an_earlier_round_changes_the_later_rounds_panel(session: Session) -> None:
    before, after = make_round(session, "2026-01"), make_round(session, "2026-07")
    for round_ in (before, after):
        import_answers(session, round_, {"torus": signed(p2__local_fte=share("5.00", "10.00"))}, accept=True)
    found = find(session, "2026-01", "torus")
    corrected = signed(p2__local_fte=share("4.00", "10.00"))
    del corrected["signoff"]
    saving.replace_answers(session, found.get_row(), corrected, OPERATOR)
    returns.submit(session, found, SIGNED, OPERATOR, is_operator=True)
    found = find(session, "2026-01", "torus")
    returns.accept(session, found, get_submission(session, found.get_row()), OPERATOR, is_operator=True)
    remake_totals(session, before)
    assert _stored(session, after)[FTE, "panel_before", "2026-01"]["numerator"] == 4
    _assert_sound(session, before, after)


def test_pounds_are_compared_with_the_same_month_a_year_before(session: Session) -> None:
    rounds = [make_round(session, code) for code in ("2025-07", "2026-01", "2026-07")]
    for number, round_ in enumerate(rounds, start=1):
        import_answers(session, round_, {"torus": signed(p2__local_spend=share(f"{number}.00", "9.00"))}, accept=True)
    panels = {
        key[1:]: row["numerator"] for key, row in _stored(session, rounds[2]).items() if key[0] == "p2.local_spend"
    }
    assert (panels["panel_before", "2025-07"], panels["panel_after", "2025-07"]) == (1, 3)
    assert ("panel_before", "2026-01") not in panels


def test_a_round_that_is_added_between_two_others_takes_the_place_in_the_comparison(session: Session) -> None:
    first, last = make_round(session, "2025-07"), make_round(session, "2026-07")
    for round_ in (first, last):
        import_answers(session, round_, {"torus": signed(p2__local_fte=share("5.00", "10.00"))}, accept=True)
    assert (FTE, "panel_before", "2025-07") in _stored(session, last)
    between = add_round(session, "2026-01", "2024-07", date(2026, 1, 1), date(2026, 1, 31))
    assert (FTE, "panel_before", "2025-07") not in _stored(session, last)
    _assert_sound(session, first, between, last)


def test_a_nil_return_is_expected_and_not_counted(session: Session) -> None:
    round_ = make_round(session)
    returns.take(session, find(session, "2026-07", "torus"), Step.DECLARE_NIL, actor(Role.SIGNATORY), "No staff here.")
    remake_totals(session, round_)
    stored = _stored(session, round_)
    assert stored[FTE, "coverage", "all"]["returns"] == 21
    assert (FTE, "all", "all") not in stored


@pytest.mark.parametrize(
    ("joined", "left", "is_expected"),
    [
        (None, None, True),
        (date(2026, 7, 31), None, True),
        (date(2026, 8, 1), None, False),
        (None, date(2026, 8, 1), True),
        (None, date(2026, 7, 30), False),
    ],
)
def test_expected_are_the_signatories_on_the_closing_date(
    session: Session, joined: date | None, left: date | None, is_expected: bool
) -> None:
    values = {"joined_on": joined, "left_on": left, "headcount": 50}
    session.execute(update(Organisation).where(Organisation.slug == "torus").values(values))
    round_ = make_round(session)
    coverage = _stored(session, round_)[FTE, "coverage", "all"]
    assert (coverage["returns"], coverage["denominator"]) == ((21, 50) if is_expected else (20, 0))


def test_measures_of_2024_01_give_counts_of_organisations_and_no_sums_of_percentages(session: Session) -> None:
    round_ = add_round(
        session, "2024-01", "2024-01", date(2024, 1, 1), date(2024, 1, 31), Period(date(2023, 7, 1), date(2023, 12, 31))
    )
    given = {
        "p1.rlw_staff": {"percent": "95"},
        "p3.free_use": {"": "yes"},
        "p4.green_plan": {"": "no"},
        "signoff": SIGNED,
    }
    import_answers(session, round_, {"torus": given, "roche": given}, accept=True)
    stored = _stored(session, round_)
    assert (stored["p3.free_use", "all", "all"]["numerator"], stored["p4.green_plan", "all", "all"]["numerator"]) == (
        2,
        0,
    )
    staff = stored["p1.rlw_staff", "all", "all"]
    assert (staff["returns"], staff["percentage_only"]) == (0, 2)


def test_numbers_with_more_than_two_decimals_are_a_mistake_of_ours(session: Session) -> None:
    round_ = make_round(session)
    import_answers(session, round_, {"torus": signed(p2__local_fte=share("5.00", "10.00"))}, accept=True)
    row = session.scalars(select(MeasureRow).where(MeasureRow.measure == FTE)).one()
    row.numerator = Decimal("5.001")
    with pytest.raises(Exception, match="more than two decimals"):
        session.flush()
