"""What leaves the house holds for any round: rounded, no small groups, nothing gained by subtraction."""

from decimal import Decimal

from hypothesis import assume, given, settings

from anchor_portal.domain.disclosure.control import outside
from anchor_portal.domain.disclosure.rules import BASES
from anchor_portal.domain.figures.figure import Shown
from anchor_portal.domain.figures.indicator_json import view_as_json, view_from_json
from anchor_portal.domain.figures.indicators import RoundFigure, inside
from anchor_portal.domain.figures.proportions import wilson
from anchor_portal.domain.findings.sentences import change_in_words, coverage_in_words, in_words
from anchor_portal.services.figures.solver import solve
from tests.attacker import breaches, is_given_away, leftovers
from tests.domain.round_figures import cells_of, figures, number_in, rows_of


@given(figures)
@settings(max_examples=100, deadline=None)
def test_every_published_count_is_a_multiple_of_its_base_and_every_percentage_follows_from_them(
    figure: RoundFigure,
) -> None:
    view = outside(figure, solve=solve)
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
@settings(max_examples=100, deadline=None)
def test_no_group_of_fewer_than_three_returns_shows_any_number(figure: RoundFigure) -> None:
    view = outside(figure, solve=solve)
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
@settings(max_examples=100, deadline=None)
def test_nothing_hidden_can_be_placed(figure: RoundFigure) -> None:
    assume(figure.definition.kind_of_number != "organisations")  # whose denominators are never as these are
    published = view_as_json(outside(figure, solve=solve))
    assert leftovers(published, figure) == []
    found = breaches(published, figure)
    assert found == [] or all(is_given_away(each, published) for each in found)


@given(figures)
@settings(max_examples=80, deadline=None)
def test_a_view_that_was_written_reads_back_the_same(figure: RoundFigure) -> None:
    for view in (inside(figure), outside(figure, solve=solve)):
        values = view_as_json(view)
        again = view_from_json(values)
        assert view_as_json(again) == values
        assert in_words(again) == in_words(view)
        assert coverage_in_words(again) == coverage_in_words(view)
    assert view_from_json(view_as_json(outside(figure, solve=solve))) == outside(figure, solve=solve)
    assert change_in_words(view_from_json(values)) == change_in_words(view)


@given(figures)
@settings(max_examples=100, deadline=None)
def test_inside_and_outside_have_the_same_keys(figure: RoundFigure) -> None:
    raw, public = view_as_json(inside(figure)), view_as_json(outside(figure, solve=solve))
    assert raw.keys() == public.keys()
    assert (raw["matched"] is None) == (public["matched"] is None)
    for breakdown in ("sector", "place", "tier"):
        assert [row.keys() for row in raw["breakdowns"][breakdown]] == [
            row.keys() for row in public["breakdowns"][breakdown]
        ]


@given(figures)
@settings(max_examples=100, deadline=None)
def test_the_published_parts_of_a_change_add_up(figure: RoundFigure) -> None:
    matched = outside(figure, solve=solve).matched
    if matched is None or not isinstance(matched.real_change, Shown):
        return
    real, composition, total = map(number_in, (matched.real_change, matched.composition_change, matched.total_change))
    assert composition == total - real
    assert number_in(matched.joined_change) + number_in(matched.left_change) == composition
    assert number_in(matched.after) - number_in(matched.before) == real
    panel = figure.panel
    assert panel and panel.organisations >= 3
    assert not {panel.joined, panel.left} & {1, 2}
