"""An indicator as the command line, the files and the frozen figures have it, and back again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from anchor_portal.domain.figures.definitions import Definition, get_definition
from anchor_portal.domain.figures.figure import (
    Absent,
    Figure,
    Number,
    Shown,
    absent,
    reason_of,
    shown_composition,
    shown_count,
    shown_percent,
    shown_points,
)
from anchor_portal.domain.figures.indicators import BREAKDOWNS, NO_INTERVAL, IndicatorView, Matched, Row
from anchor_portal.domain.findings.distribution import Distribution

_PERCENTAGES = ("value", "lower", "upper")
_COUNTS = ("numerator", "denominator")
_POINTS = ("real_change", "joined_change", "left_change", "total_change")
_QUARTILES = ("lower_quartile", "median", "upper_quartile")


def view_as_json(view: IndicatorView) -> dict[str, Any]:
    """The view in the shape of method.md's Interchange.

    Percentages are floats, or whole numbers where they are printed so; counts are exact decimals as strings.
    `notes` gives state and reason of what is not shown beside the value, where they are not the value's.
    """
    lowest, highest = view.sensitivity
    beside = {"unknown": view.unknown, "sensitivity": lowest, "coverage_percent": view.coverage}
    beside["returns_counted"] = view.returns_counted
    return {
        "number": view.definition.number,
        "definition": view.definition.code,
        "round": view.round,
        "status": view.status,
        "protected": view.protected,
        **_cells(view.headline),
        "returns_expected": view.returns_expected,
        "coverage_percent": _number(view.coverage),
        "withheld": view.withheld,
        "state": view.state,
        "reason": view.reason,
        "unknown": _text(view.unknown),
        "sensitivity": {"lowest": _number(lowest), "highest": _number(highest)},
        "notes": {name: _note(cell) for name, cell in beside.items() if _is_noted(cell, view.value)},
        "without_headcount": list(view.without_headcount),
        "percentage_only": view.percentage_only,
        "breakdowns": {name: [_row_as_json(row) for row in view.breakdowns[name]] for name in BREAKDOWNS},
        "matched": _matched_as_json(view.matched) if view.matched else None,
        "distribution": _distribution_as_json(view.distribution) if view.distribution else None,
        "carried_forward": view.is_carried,
        "not_compared": view.not_compared,
    }


def view_from_json(values: Mapping[str, Any]) -> IndicatorView:
    """The view that `view_as_json` wrote. Raises KeyError for an unknown definition or a missing key.

    Figures frozen before there were distributions have none, and were not carried forward.
    """
    definition = get_definition(values["definition"])
    protected, matched, sensitivity = values["protected"], values["matched"], values["sensitivity"]
    distribution = values.get("distribution")
    reader = _Reader.of(values, definition, protected)
    return IndicatorView(
        definition=definition,
        round=values["round"],
        status=values["status"],
        protected=protected,
        headline=_row_from_json({"code": "all", "name": "All signatories", **values}, reader),
        unknown=reader.count("unknown", values["unknown"]),
        sensitivity=(
            reader.percent("sensitivity", sensitivity["lowest"]),
            reader.percent("sensitivity", sensitivity["highest"]),
        ),
        returns_expected=values["returns_expected"],
        coverage=reader.percent("coverage_percent", values["coverage_percent"]),
        withheld=values["withheld"],
        without_headcount=tuple(values["without_headcount"]),
        percentage_only=values["percentage_only"],
        breakdowns={name: _rows_from_json(values["breakdowns"][name], definition, protected) for name in BREAKDOWNS},
        matched=_matched_from_json(matched, definition, protected) if matched else None,
        distribution=_distribution_from_json(distribution, definition, protected) if distribution else None,
        is_carried=values.get("carried_forward", False),
        not_compared=values.get("not_compared"),
    )


def _row_as_json(row: Row) -> dict[str, Any]:
    return {"code": row.code, "name": row.name, **_cells(row), "state": row.state, "reason": row.reason}


def _cells(row: Row) -> dict[str, Any]:
    percentages = {name: _number(getattr(row, name)) for name in _PERCENTAGES}
    counts = {name: _text(getattr(row, name)) for name in _COUNTS}
    return {**percentages, **counts, "returns_counted": _whole(row.returns_counted)}


def _matched_as_json(matched: Matched) -> dict[str, Any]:
    names = ("before", "after", *_POINTS[:3], "composition_change", "total_change")
    return {
        "round": matched.round,
        "organisations": _whole(matched.organisations),
        **{name: _number(getattr(matched, name)) for name in names},
        "state": matched.real_change.state,
        "reason": reason_of(matched.real_change),
    }


def _distribution_as_json(distribution: Distribution) -> dict[str, Any]:
    return {
        "organisations": _whole(distribution.organisations),
        **{name: _number(getattr(distribution, name)) for name in _QUARTILES},
        "state": distribution.median.state,
        "reason": reason_of(distribution.median),
    }


def _number(figure: Figure) -> float | int | None:
    if not isinstance(figure, Shown):
        return None
    value = figure.value
    return int(value) if isinstance(value, Decimal) and value.as_tuple().exponent == 0 else float(value)


def _text(figure: Figure) -> str | None:
    return f"{figure.value:f}" if isinstance(figure, Shown) else None


def _whole(figure: Figure) -> int | None:
    return int(figure.value) if isinstance(figure, Shown) else None


def _is_noted(cell: Figure, value: Figure) -> bool:
    return isinstance(cell, Absent) and cell != value


def _note(cell: Figure) -> dict[str, str | None]:
    return {"state": cell.state, "reason": reason_of(cell)}


def _row_from_json(values: Mapping[str, Any], reader: "_Reader") -> Row:
    return Row(
        code=values["code"],
        name=values["name"],
        value=reader.percent("value", values["value"]),
        lower=reader.percent("lower", values["lower"]),
        upper=reader.percent("upper", values["upper"]),
        numerator=reader.count("numerator", values["numerator"]),
        denominator=reader.count("denominator", values["denominator"]),
        returns_counted=reader.organisations("returns_counted", values["returns_counted"]),
    )


def _rows_from_json(rows: Iterable[Mapping[str, Any]], definition: Definition, protected: bool) -> tuple[Row, ...]:
    return tuple(_row_from_json(row, _Reader.of(row, definition, protected)) for row in rows)


def _matched_from_json(values: Mapping[str, Any], definition: Definition, protected: bool) -> Matched:
    reader = _Reader.of(values, definition, protected)
    real, joined, left, total = (reader.points(name, values[name]) for name in _POINTS)
    composition = reader.points("composition_change", values["composition_change"])
    if isinstance(composition, Shown) and isinstance(real, Shown) and isinstance(total, Shown):
        composition = shown_composition(composition.value, real.value, total.value)
    return Matched(
        round=values["round"],
        organisations=reader.organisations("organisations", values["organisations"]),
        before=reader.percent("before", values["before"]),
        after=reader.percent("after", values["after"]),
        real_change=real,
        joined_change=joined,
        left_change=left,
        composition_change=composition,
        total_change=total,
    )


def _distribution_from_json(values: Mapping[str, Any], definition: Definition, protected: bool) -> Distribution:
    reader = _Reader.of(values, definition, protected)
    quartiles = (reader.percent(name, values[name]) for name in _QUARTILES)
    return Distribution(reader.organisations("organisations", values["organisations"]), *quartiles)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads cells; one that is not shown has the state of the row, unless a note says otherwise."""

    definition: Definition
    protected: bool
    why: Absent
    notes: Mapping[str, Absent]

    @classmethod
    def of(cls, values: Mapping[str, Any], definition: Definition, protected: bool) -> "_Reader":
        why = NO_INTERVAL if values["state"] == "shown" else absent(values["state"], values["reason"])
        notes = {name: absent(note["state"], note["reason"]) for name, note in values.get("notes", {}).items()}
        return cls(definition, protected, why, notes)

    def percent(self, name: str, value: float | None) -> Figure:
        return self._absent(name) if value is None else shown_percent(self._exact(value))

    def points(self, name: str, value: float | None) -> Figure:
        return self._absent(name) if value is None else shown_points(self._exact(value))

    def count(self, name: str, value: str | None) -> Figure:
        return self._absent(name) if value is None else shown_count(Decimal(value), self.definition.kind_of_number)

    def organisations(self, name: str, value: int | None) -> Figure:
        return self._absent(name) if value is None else shown_count(Decimal(value), "organisations")

    def _absent(self, name: str) -> Absent:
        return self.notes.get(name, self.why)

    def _exact(self, value: float) -> Number:
        return Decimal(str(value)) if self.protected else Fraction(str(value))
