"""Every table that the demonstration has published, for everyone and for members, is attacked."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.figures.definitions import get_definition
from anchor_portal.domain.figures.indicators import BREAKDOWNS, Group, RoundFigure
from anchor_portal.domain.figures.proportions import Largest, Total
from anchor_portal.models import Publication
from tests.attacker import attack, is_given_away, leftovers, tells_too_much


def publications(app: Flask) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """What was frozen for inside and what was published of it, definition by definition."""
    with Session(app.extensions["database"].reader) as session:
        for frozen in session.scalars(select(Publication).order_by(Publication.id)):
            for raw, published in zip(json.loads(frozen.inside), json.loads(frozen.outside), strict=True):
                yield raw, published
                yield raw, raw["within"]


def figure_behind(raw: dict[str, Any]) -> RoundFigure:
    """The sums that a publication was made from, read from what was frozen for inside."""
    return RoundFigure(
        definition=get_definition(raw["definition"]),
        round=raw["round"],
        status="published",
        total=total_of(raw),
        returns_expected=raw["returns_expected"],
        headcount_counted=Decimal(0),
        headcount_expected=Decimal(0),
        breakdowns={
            name: tuple(group_of(row, raw["behind"][name]) for row in raw["breakdowns"][name]) for name in BREAKDOWNS
        },
    )


def group_of(row: dict[str, Any], marks: dict[str, list[str]]) -> Group:
    _, *amounts = marks.get(row["code"], [""])
    numbers = [Decimal(each) for each in amounts]
    largest = Largest((numbers[0], numbers[1]), (numbers[2], numbers[3])) if numbers else None
    return Group(row["code"], row["name"], total_of(row), largest)


def total_of(row: dict[str, Any]) -> Total | None:
    if not row["returns_counted"]:
        return None
    return Total(Decimal(row["numerator"]), Decimal(row["denominator"]), Decimal(0), row["returns_counted"])


def test_nothing_that_is_hidden_in_the_demonstration_can_be_placed(sqlite_app: Flask) -> None:
    attacked = findings = 0
    for raw, published in publications(sqlite_app):
        figure = figure_behind(raw)
        found = attack(published, figure)
        told = [each for each in found if tells_too_much(each, figure.definition.kind_of_number)]
        assert [each for each in told if not is_given_away(each, published)] == [], (raw["round"], raw["definition"])
        assert leftovers(published, figure) == [], (raw["round"], raw["definition"])
        attacked += published["numerator"] is not None
        findings += len(found)
    assert attacked > 50
    assert findings > 500


def test_the_demonstration_publishes_ethnicity_by_tier(sqlite_app: Flask) -> None:
    states: list[str] = []
    for raw, published in publications(sqlite_app):
        if raw["number"] == 20 and published["numerator"] is not None:
            states += [row["state"] for row in published["breakdowns"]["tier"]]
    assert states.count("shown") > states.count("suppressed") > 0
