"""Which rows two revisions tell single returns by, for whoever subtracts one from the other."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest

from anchor_portal.domain.disclosure.control import outside
from anchor_portal.domain.figures.figure import Suppressed
from anchor_portal.domain.figures.indicators import IndicatorView
from anchor_portal.domain.figures.inputs import Entry, Frame, Member, Source
from anchor_portal.domain.figures.recompute import figures_of
from anchor_portal.domain.figures.subtracting import counted_in, told_by_subtracting
from anchor_portal.services.figures.solver import solve

MEASURE = "p2.local_fte"
NAMES = [f"trust-{number:02}" for number in range(1, 13)]
FRAME = Frame(
    round="2026-07",
    threshold=0,
    sources=(Source("12.v1", MEASURE),),
    members={
        slug: Member(
            slug, slug, "nhs-trust" if slug < "trust-07" else "council", "several", "nhs", True, False, Decimal(500)
        )
        for slug in NAMES
    },
    groups={
        "sector": {"nhs-trust": "NHS trusts", "council": "Councils"},
        "place": {"several": "Several places"},
        "tier": {},
    },
    tiers={},
)


def entries(counted: Iterable[str]) -> list[Entry]:
    amounts = (Decimal(300), Decimal(500), Decimal(0), None, 1)
    return [Entry(MEASURE, "2026-07", slug, "", *amounts) for slug in sorted(counted)]


def view_of(counted: Iterable[str]) -> IndicatorView:
    (figure,) = figures_of(FRAME, entries(counted))
    return outside(figure, 0, solve=solve)


def told(before: Iterable[str], after: Iterable[str]) -> list[str]:
    one, two = (counted_in(FRAME, entries(each), NAMES) for each in (before, after))
    return list(told_by_subtracting(one, two, view_of(before), view_of(after)))


@pytest.mark.parametrize(
    ("gone", "new", "rows"),
    [
        ((), (), []),
        (("trust-01",), (), ["All signatories", "NHS trusts", "Several places"]),
        (("trust-01", "trust-07"), (), ["All signatories", "NHS trusts", "Councils", "Several places"]),
        (("trust-01",), ("trust-02",), ["All signatories", "NHS trusts", "Several places"]),
        (("trust-07", "trust-08"), ("trust-02",), ["NHS trusts", "Councils"]),
    ],
)
def test_rows_behind_which_one_or_two_organisations_came_or_went_are_named(
    gone: tuple[str, ...], new: tuple[str, ...], rows: list[str]
) -> None:
    before = set(NAMES) - set(new)
    assert told(before, (before - set(gone)) | set(new)) == rows


def test_a_row_that_shows_no_sum_in_one_of_the_two_tells_nothing() -> None:
    before, after = view_of(NAMES), view_of(NAMES[1:])
    hidden = Suppressed("hidden")
    after = replace(after, headline=replace(after.headline, numerator=hidden, denominator=hidden))
    counted = [counted_in(FRAME, entries(each), NAMES) for each in (NAMES, NAMES[1:])]
    assert "All signatories" not in told_by_subtracting(counted[0], counted[1], before, after)
    assert list(told_by_subtracting(counted[0], counted[1], None, after)) == []
