"""What leaves the house holds for any round: rounded, no small groups, nothing gained by subtraction."""

from decimal import Decimal

from hypothesis import given, settings

from anchor_portal.domain.disclosure import BASES, outside
from anchor_portal.domain.figures import Shown
from anchor_portal.domain.indicator_json import view_as_json, view_from_json
from anchor_portal.domain.indicators import RoundFigure, inside
from anchor_portal.domain.proportions import NOTHING, Total, wilson
from anchor_portal.domain.sentences import change_in_words, coverage_in_words, in_words
from tests.domain.round_figures import cells_of, figures, number_in, rows_of


@given(figures)
@settings(max_examples=200, deadline=None)
def test_every_published_count_is_a_multiple_of_its_base_and_every_percentage_follows_from_them(
    figure: RoundFigure,
) -> None:
    view = outside(figure)
    base = BASES[figure.definition.kind_of_number]
    for row in rows_of(view):
        for count in (row.numerator, row.denominator):
            assert not isinstance(count, Shown) or number_in(count) % base == 0
        if row.state == "shown":
            numerator, denominator = number_in(row.numerator), number_in(row.denominator)
            assert denominator >= 20
            step = Decimal("0.1") if denominator >= 4000 else Decimal(1)
            assert number_in(row.value) % step == 0
            assert abs(number_in(row.value) - 100 * numerator / denominator) <= step / 2
            if figure.definition.has_interval:
                for limit, raw in zip((row.lower, row.upper), wilson(numerator, denominator), strict=True):
                    assert abs(float(number_in(limit)) - 100 * raw) <= float(step) / 2 + 1e-9
    if isinstance(view.unknown, Shown):
        assert number_in(view.unknown) % base == 0
    if isinstance(view.coverage, Shown):
        assert number_in(view.coverage) % 1 == 0


@given(figures)
@settings(max_examples=200, deadline=None)
def test_no_group_of_fewer_than_three_returns_shows_any_number(figure: RoundFigure) -> None:
    view = outside(figure)
    if 0 < figure.returns < 3:
        given_rows = [row for row in rows_of(view) if row.state != "not_provided"]
        assert not any(isinstance(cell, Shown) for row in given_rows for cell in cells_of(row))
    for breakdown in ("sector", "place"):
        for group, row in zip(figure.groups(breakdown), view.breakdowns[breakdown], strict=True):
            returns = group.total.returns if group.total else 0
            if 0 < returns < 3:
                assert not any(isinstance(cell, Shown) for cell in cells_of(row))
            if not returns:
                assert (row.state, isinstance(row.numerator, Shown)) == ("not_provided", False)


@given(figures)
@settings(max_examples=300, deadline=None)
def test_what_subtraction_gives_is_no_small_group(figure: RoundFigure) -> None:
    """The attacker takes every shown row from the shown total, at best without rounding in between."""
    view = outside(figure)
    if view.state != "shown" or figure.total is None:
        return
    for breakdown in ("sector", "place"):
        pairs = [
            (group, row)
            for group, row in zip(figure.groups(breakdown), view.breakdowns[breakdown], strict=True)
            if group.total
        ]
        hidden = [group.total or NOTHING for group, row in pairs if not isinstance(row.numerator, Shown)]
        shown = [group.total or NOTHING for group, row in pairs if isinstance(row.numerator, Shown)]
        if hidden and shown:
            check_rest(figure, figure.total - sum(shown, NOTHING), hidden)


def check_rest(figure: RoundFigure, rest: Total, hidden: list[Total]) -> None:
    assert rest.returns >= 3
    small = [total for total in hidden if total.returns < 3]
    assert (rest.numerator, rest.denominator) not in [(each.numerator, each.denominator) for each in small]
    if figure.definition.by_ethnicity:
        assert not 1 <= rest.numerator <= 7
        assert not 1 <= rest.denominator - rest.numerator <= 7


@given(figures)
@settings(max_examples=150, deadline=None)
def test_a_view_that_was_written_reads_back_the_same(figure: RoundFigure) -> None:
    for view in (inside(figure), outside(figure)):
        values = view_as_json(view)
        again = view_from_json(values)
        assert view_as_json(again) == values
        assert in_words(again) == in_words(view)
        assert coverage_in_words(again) == coverage_in_words(view)
    assert view_from_json(view_as_json(outside(figure))) == outside(figure)
    assert change_in_words(view_from_json(values)) == change_in_words(view)


@given(figures)
@settings(max_examples=100, deadline=None)
def test_inside_and_outside_have_the_same_keys(figure: RoundFigure) -> None:
    raw, public = view_as_json(inside(figure)), view_as_json(outside(figure))
    assert raw.keys() == public.keys()
    assert (raw["matched"] is None) == (public["matched"] is None)
    for breakdown in ("sector", "place", "tier"):
        assert [row.keys() for row in raw["breakdowns"][breakdown]] == [
            row.keys() for row in public["breakdowns"][breakdown]
        ]


@given(figures)
@settings(max_examples=200, deadline=None)
def test_the_published_parts_of_a_change_add_up(figure: RoundFigure) -> None:
    matched = outside(figure).matched
    if matched is None or not isinstance(matched.real_change, Shown):
        return
    real, composition, total = map(number_in, (matched.real_change, matched.composition_change, matched.total_change))
    assert composition == total - real
    assert number_in(matched.joined_change) + number_in(matched.left_change) == composition
    assert number_in(matched.after) - number_in(matched.before) == real
    panel = figure.panel
    assert panel and panel.organisations >= 3
    assert not {panel.joined, panel.left} & {1, 2}
