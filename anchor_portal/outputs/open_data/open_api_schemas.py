"""JSON Schemas of the open data's JSON: every key, and nothing besides.

They say in particular that a value is there exactly where its state is "shown", and a reason exactly where it is not.
"""

from typing import Any

from anchor_portal.domain.figures.definitions import INDICATOR_12
from anchor_portal.domain.open_data.columns import BREAKDOWN_NAMES, COUNT_UNITS, STATES

Schema = dict[str, Any]

ROUND = "^[12][0-9]{3}-(0[1-9]|1[0-2])$"
DEFINITION = "^([0-9]{1,3}|p[1-7]\\.[a-z_]+)\\.v[1-9][0-9]*$"

TEXT: Schema = {"type": "string", "minLength": 1}
ROUND_CODE: Schema = {"type": "string", "pattern": ROUND}
DEFINITION_CODE: Schema = {"type": "string", "pattern": DEFINITION}
ADDRESS: Schema = {"type": "string", "format": "uri"}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
DIGEST: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
REVISION: Schema = {"type": "integer", "minimum": 1}
STATE: Schema = {"type": "string", "enum": list(STATES)}


def _or_null(schema: Schema, meaning: str = "") -> Schema:
    """The same, or null where the figure is not shown or there is none."""
    nullable = {**schema, "type": [schema["type"], "null"]}
    return {**nullable, "description": meaning} if meaning else nullable


def _object(properties: dict[str, Schema], meaning: str = "", **more: Any) -> Schema:
    """An object that has all of these keys and no others."""
    schema = {"type": "object", "required": list(properties), "additionalProperties": False, "properties": properties}
    return {**({"description": meaning} if meaning else {}), **schema, **more}


def _list_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _named(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _where_shown(cell: str) -> Schema:
    """A cell and a state that say the same: a number and no reason, or null and a reason."""
    shown = {"properties": {"state": {"const": "shown"}}}
    return {
        "if": shown,
        "then": {"properties": {cell: {"not": {"type": "null"}}, "reason": {"type": "null"}}},
        "else": {"properties": {cell: {"type": "null"}, "reason": TEXT}},
    }


PERCENT: Schema = {"type": "number", "minimum": 0, "maximum": 100}
POINTS: Schema = {"type": "number", "minimum": -100, "maximum": 100}
AMOUNT: Schema = {"type": "string", "pattern": "^[0-9]+(\\.[0-9]{1,2})?$"}

_CELLS = {
    "value": _or_null(PERCENT, "The share, per cent, from the rounded counts."),
    "lower": _or_null(PERCENT, "Lower 95% Wilson limit; null where counts are not of people."),
    "upper": _or_null(PERCENT, "Upper 95% Wilson limit; null where counts are not of people."),
    "numerator": _or_null(AMOUNT, "Rounded, as a decimal in a string, so that no digit is lost."),
    "denominator": _or_null(AMOUNT, "Rounded; only what is known."),
    "returns_counted": _or_null(WHOLE, "Organisations in the figure."),
}
_STATED = {"state": STATE, "reason": _or_null(TEXT, "Why the value is not shown.")}

ROW = _object({"code": TEXT, "name": TEXT, **_CELLS, **_STATED}, "A row of a breakdown.", **_where_shown("value"))
_NOTE = _object({"state": {"enum": list(STATES[1:])}, "reason": TEXT}, "What became of a figure beside the value.")
_NOTES: Schema = {
    "type": "object",
    "propertyNames": {"enum": ["unknown", "sensitivity", "coverage_percent", "returns_counted"]},
    "additionalProperties": _named("Note"),
    "description": "State and reason of what is not shown beside the value, where they are not the value’s.",
}
_MATCHED = _object(
    {
        "round": {**ROUND_CODE, "description": "The earlier round."},
        "organisations": _or_null(WHOLE, "Organisations counted in both."),
        "before": _or_null(PERCENT),
        "after": _or_null(PERCENT),
        "real_change": _or_null(POINTS, "Percentage points, among those counted in both."),
        "joined_change": _or_null(POINTS),
        "left_change": _or_null(POINTS),
        "composition_change": _or_null(POINTS, "Joined and left together."),
        "total_change": _or_null(POINTS, "Among everyone counted in each round."),
        **_STATED,
    },
    "The change since the earlier round; state and reason are those of the real change.",
    **_where_shown("real_change"),
)
_DISTRIBUTION = _object(
    {
        "organisations": _or_null(WHOLE),
        "lower_quartile": _or_null(PERCENT),
        "median": _or_null(PERCENT),
        "upper_quartile": _or_null(PERCENT),
        **_STATED,
    },
    "The spread over the organisations counted, each counting the same.",
    **_where_shown("median"),
)
INDICATOR = _object(
    {
        "number": _or_null({"type": "integer", "minimum": 1}, "12, 20 or 21; null for a pledge measure."),
        "definition": DEFINITION_CODE,
        "round": ROUND_CODE,
        "status": {"const": "published"},
        "protected": {"const": True},
        **_CELLS,
        "returns_expected": WHOLE,
        "coverage_percent": _or_null(PERCENT, "Headcount of those counted, of all expected."),
        "withheld": _or_null(TEXT, "Why coverage keeps the headline from being published."),
        **_STATED,
        "unknown": _or_null(AMOUNT, "Those of whom it is not known, rounded."),
        "sensitivity": _object(
            {"lowest": _or_null(PERCENT), "highest": _or_null(PERCENT)},
            "The share if none, and if all, of the unknown belonged to the part.",
        ),
        "notes": _NOTES,
        "without_headcount": {**_list_of(TEXT), "description": "Organisations left out of coverage."},
        "percentage_only": {**WHOLE, "description": "Returns that gave a bare percentage, which cannot be pooled."},
        "breakdowns": _object({name: _list_of(_named("Row")) for name in BREAKDOWN_NAMES[1:]}),
        "matched": {"oneOf": [_named("Matched"), {"type": "null"}]},
        "distribution": {"oneOf": [_named("Distribution"), {"type": "null"}]},
        "carried_forward": {"type": "boolean", "description": "Whether most of it was only carried forward."},
        "not_compared": _or_null(TEXT, "Why there is no change to an earlier round."),
    },
    "An indicator or a pledge measure of the round: its headline, and everything about it.",
    **_where_shown("value"),
)
_DEFINITION = _object(
    {
        "definition": DEFINITION_CODE,
        "number": _or_null({"type": "integer", "minimum": 1}),
        "measure": TEXT,
        "count_unit": {"enum": list(COUNT_UNITS)},
        "time_period": TEXT,
        **{label: TEXT for label, _ in INDICATOR_12.fingertips},
    },
    "What is measured, in the field names of Fingertips.",
)
_REVISION = _object(
    {
        "revision": REVISION,
        "published_at": MOMENT,
        "reason": _or_null(TEXT),
        "digest": DIGEST,
        "csv": ADDRESS,
        "json": ADDRESS,
    },
    "A revision of the round, up to this one.",
)
_TREND = _object(
    {
        "definition": DEFINITION_CODE,
        "direction": {"enum": ["up", "down", "none", "too_few", "not_tested"]},
        "words": TEXT,
        "rounds": _list_of(ROUND_CODE),
    },
    "What may be said of a trend over the rounds published until then.",
)
_COMPARISON = _object(
    {
        "definition": DEFINITION_CODE,
        "breakdown": {"enum": list(BREAKDOWN_NAMES[1:])},
        "code": TEXT,
        "compared_to_all": {"enum": ["similar", "higher", "lower"]},
    },
    "A row’s interval beside the value of all signatories.",
)
_LINKS = ("self", "csv", "latest", "page", "dictionary", "data_package", "description", "feed")
_RELEASE = _object(
    {
        "round": ROUND_CODE,
        "status": {"const": "published"},
        "title": TEXT,
        "demonstration": {"type": "boolean", "description": "Whether all figures are synthetic."},
        "note": _or_null(TEXT),
        "period": _object({"from": DAY, "to": DAY}),
        "revision": REVISION,
        "published_at": MOMENT,
        "reason": _or_null(TEXT, "Why it was revised."),
        "digest": {**DIGEST, "description": "SHA-256 of what was frozen, figures and inputs."},
        "revisions": _list_of(_named("Revision")),
        "publisher": TEXT,
        "licence": _object({"name": TEXT, "url": ADDRESS}),
        "citation": TEXT,
        "links": _object(dict.fromkeys(_LINKS, ADDRESS)),
        "definitions": _list_of(_named("Definition")),
        "indicators": _list_of(_named("Indicator")),
        "trends": _list_of(_named("Trend")),
        "comparisons": _list_of(_named("Comparison")),
    },
    "One revision of a round’s figures.",
)

SCHEMAS: dict[str, Schema] = {
    "Release": _RELEASE,
    "Revision": _REVISION,
    "Definition": _DEFINITION,
    "Indicator": INDICATOR,
    "Row": ROW,
    "Note": _NOTE,
    "Matched": _MATCHED,
    "Distribution": _DISTRIBUTION,
    "Trend": _TREND,
    "Comparison": _COMPARISON,
}
