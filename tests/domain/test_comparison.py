"""A share beside a benchmark, by its own interval, in words and with a sign."""

from decimal import Decimal

import pytest

from anchor_portal.domain.figures.figure import Suppressed, shown_percent
from anchor_portal.domain.findings.comparison import compare, compare_interval
from tests.domain.views import view_of

WHOLE = view_of("2026-07", 1000, 10000).headline


@pytest.mark.parametrize(
    ("part", "outcome", "symbol"),
    [(150, "higher", "▲"), (100, "similar", "≈"), (110, "similar", "≈"), (50, "lower", "▼")],
)
def test_a_share_is_higher_or_lower_only_where_its_whole_interval_is(part: int, outcome: str, symbol: str) -> None:
    found = compare(view_of("2026-07", part, 1000).headline, WHOLE)
    assert (found.outcome, found.symbol) == (outcome, symbol)
    assert found.label.lower() == outcome
    assert found.words.startswith({"higher": "Higher than", "similar": "Similar to", "lower": "Lower than"}[outcome])
    assert "all signatories (10.0%)" in found.words


@pytest.mark.parametrize(
    ("benchmark", "outcome"), [("9", "similar"), ("11", "similar"), ("8.9", "higher"), ("11.1", "lower")]
)
def test_the_ends_of_the_interval_belong_to_it(benchmark: str, outcome: str) -> None:
    value, lower, upper, other = (shown_percent(Decimal(number)) for number in ("10", "9", "11", benchmark))
    assert compare_interval(value, lower, upper, other, "England").outcome == outcome


def test_without_an_interval_or_a_figure_nothing_is_compared() -> None:
    pounds = view_of("2026-07", 100, 1000, "21.v1").headline
    found = compare(pounds, WHOLE)
    assert (found.outcome, found.symbol) == ("not_compared", "")
    assert found.words == (
        "Not compared with all signatories: there is no confidence interval, because these are not counts of people."
    )
    shown = shown_percent(Decimal(10))
    hidden = Suppressed("fewer than three returns are counted")
    assert compare_interval(shown, shown, shown, hidden, "England").outcome == "not_compared"
    assert compare_interval(hidden, hidden, hidden, shown, "England").words.endswith("returns are counted.")
