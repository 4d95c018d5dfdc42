"""Views of an indicator made from plain numbers, for the tests of trends and comparisons."""

from decimal import Decimal

from anchor_portal.domain.figures.definitions import Definition, get_definition
from anchor_portal.domain.figures.indicators import IndicatorView, RoundFigure, inside
from anchor_portal.domain.figures.proportions import Total

ROUNDS = ("2024-07", "2025-01", "2025-07", "2026-01", "2026-07", "2027-01", "2027-07")


def view_of(
    code: str, part: int, whole: int, definition: Definition | str = "20.v1", carried: int = 0
) -> IndicatorView:
    """A raw view with the headline `part` of `whole`, of four returns; none where `whole` is below 0."""
    known = definition if isinstance(definition, Definition) else get_definition(definition)
    total = Total(Decimal(part), Decimal(whole), Decimal(0), 4) if whole >= 0 else None
    figure = RoundFigure(known, code, "published", total, 4, Decimal(9), Decimal(9), carried=Decimal(carried))
    return inside(figure)


def views_of(*counts: tuple[int, int], definition: Definition | str = "20.v1") -> list[IndicatorView]:
    """Views of as many rounds, half a year apart."""
    return [view_of(code, *each, definition) for code, each in zip(ROUNDS, counts, strict=False)]
