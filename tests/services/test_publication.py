"""Publishing freezes figures: what the public sees afterwards is what was published, whatever happens later."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.figures.indicator_json import view_as_json
from anchor_portal.domain.figures.inputs import Entry, read_inputs
from anchor_portal.models import Frozen, MeasureRow, Organisation, Publication, Round
from anchor_portal.queries.published import load_views, thaw
from anchor_portal.queries.releases import load_latest
from anchor_portal.services.figures.publication import publish_round
from anchor_portal.services.figures.solver import solve
from anchor_portal.services.figures.totals import remake_totals
from anchor_portal.services.rounds.life import close_round
from tests.make import Parts, import_answers, make_round, share, signed

ORGANISATIONS = ("torus", "roche", "miaa", "sefton-cvs", "walton-centre")
LEVELS = {
    "general": {"operational.ethnic_minority": "43", "operational.white": "412", "board.white": "12"},
    "nhs": {"band_5.ethnic_minority": "77", "band_5.white": "803", "vsm.ethnic_minority": "0", "vsm.white": "9"},
}


def _answers(number: int, scale: str) -> dict[str, Parts]:
    levels = LEVELS[scale] | {"reason": "Of another day."}
    if scale == "general":
        levels |= {"board.ethnic_minority": "1"}
    return signed(
        about__headcount={"": str(900 + number)},
        p2__local_fte=share(f"{500 + 7 * number}.37", "851.50", "3.25"),
        p2__local_spend=share(f"{1_234_567 + 100_001 * number}.89", "4567890.12"),
        workforce__levels=levels,
    )


def _accepted(session: Session, code: str) -> Round:
    round_ = make_round(session, code)
    session.execute(update(Organisation).values(headcount=10))
    nhs = {"miaa", "walton-centre"}
    given = {slug: _answers(number, "nhs" if slug in nhs else "general") for number, slug in enumerate(ORGANISATIONS)}
    import_answers(session, round_, given, accept=True)
    return round_


def _publish(session: Session, round_: Round) -> Publication:
    close_round(session, round_, today())
    return publish_round(session, round_, today(), 70)


def _printed(session: Session, round_: Round, *, public: bool) -> list[dict[str, Any]]:
    return [view_as_json(view) for view in load_views(session, round_, 70, public=public, solve=solve)]


def test_before_publication_figures_are_provisional_and_afterwards_the_same_numbers_are_published(
    session: Session,
) -> None:
    _accepted(session, "2026-01")
    round_ = _accepted(session, "2026-07")
    before = {public: _printed(session, round_, public=public) for public in (False, True)}
    assert {each["status"] for views in before.values() for each in views} == {"provisional"}
    _publish(session, round_)
    for public, views in before.items():
        assert _printed(session, round_, public=public) == [each | {"status": "published"} for each in views]


def test_later_changes_of_any_data_leave_published_figures_as_they_were(session: Session) -> None:
    earlier, round_ = _accepted(session, "2026-01"), _accepted(session, "2026-07")
    _publish(session, round_)
    before = {public: _printed(session, round_, public=public) for public in (False, True)}
    import_answers(session, earlier, {"one-wirral-cic": _answers(9, "general")}, accept=True)
    session.execute(update(MeasureRow).where(MeasureRow.round_id == round_.id).values(numerator=1))
    session.execute(update(Organisation).values(sector="company", headcount=None, main_place_code=None))
    remake_totals(session, round_)
    session.expire_all()
    assert {public: _printed(session, round_, public=public) for public in (False, True)} == before


def test_a_later_round_is_compared_with_the_earlier_one_as_it_stands(session: Session) -> None:
    _publish(session, _accepted(session, "2026-01"))
    fte = _printed(session, _accepted(session, "2026-07"), public=False)[0]
    assert fte["matched"]["round"] == "2026-01"
    assert fte["matched"]["organisations"] == len(ORGANISATIONS)


def test_what_is_published_keeps_every_number_that_it_was_made_from(session: Session) -> None:
    round_ = _accepted(session, "2026-07")
    frame, entries = read_inputs(_publish(session, round_).inputs)
    kept = list(entries)
    measures = [source.measure for source in frame.sources]
    rows = session.scalars(
        select(MeasureRow).where(MeasureRow.round_id == round_.id, MeasureRow.measure.in_(measures))
    ).all()
    assert len(kept) == len(rows) > 0
    assert Entry("p2.local_fte", "2026-07", "torus", "", *map(Decimal, ("500.37", "851.50", "3.25")), None, 1) in kept


def test_published_figures_never_change(session: Session) -> None:
    publication = _publish(session, _accepted(session, "2026-07"))
    publication.reason = "Another figure would look better"
    with pytest.raises(Frozen, match="Publication rows never change"):
        session.flush()


def test_the_public_sees_published_rounds_only_the_newest_first(session: Session) -> None:
    for code in ("2025-07", "2026-01"):
        _publish(session, _accepted(session, code))
    _accepted(session, "2026-07")
    published = [(each.round_code, thaw(each.outside)) for each in load_latest(session)]
    assert [code for code, _ in published] == ["2026-01", "2025-07"]
    assert all(view.protected for _, views in published for view in views)
    assert [[view.definition.number for view in views] for _, views in published] == [[12, 20, 21]] * 2


def test_public_figures_hold_protected_numbers_only(session: Session) -> None:
    round_ = _accepted(session, "2026-07")
    inside, outside = (_printed(session, round_, public=public) for public in (False, True))
    bases = {12: 5, 20: 5, 21: 1000}
    for raw, each in zip(inside, outside, strict=True):
        assert each.keys() == raw.keys()
        assert each["value"] is not None and each["value"] == round(each["value"], 1)
        base = bases[each["number"]]
        for cell in _cells(each):
            for name in ("numerator", "denominator"):
                assert cell[name] is None or int(cell[name]) % base == 0, cell
            if cell["state"] != "shown":
                assert cell["value"] is None and cell["reason"]
        assert not [row for row in each["breakdowns"]["tier"] if row["value"] is not None]
        few = [row for row in raw["breakdowns"]["sector"] if 0 < row["returns_counted"] < 3]
        hidden = {row["code"]: row for row in each["breakdowns"]["sector"]}
        assert few and all(hidden[row["code"]]["state"] == "suppressed" for row in few)


def _cells(indicator: dict[str, Any]) -> list[dict[str, Any]]:
    return [indicator, *(row for rows in indicator["breakdowns"].values() for row in rows)]
