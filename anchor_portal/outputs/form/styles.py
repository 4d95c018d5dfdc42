"""How the form as a workbook looks, and what its cells warn of: styles, widths, validation rules."""

from datetime import date
from typing import Any

from anchor_portal.outputs.form.boxes import Input

WIDTHS = (2.0, 36.0, 40.0, 32.0, 22.0, 24.0, 26.0, 26.0)
TABLE_WIDTHS = (2.0, 34.0, 14.0, 14.0, 14.0, 12.0, 40.0, 24.0, 26.0, 26.0)
"""Widths in characters; of a sheet that is one table the answers are narrow, and the boxes beside it come after."""
TABLE_SIDE = 7

_INK, _NAVY, _GREY = "#212B32", "#003087", "#4C6272"
_WRAP: dict[str, Any] = {"text_wrap": True, "valign": "top", "font_color": _INK}
_ANSWER: dict[str, Any] = {**_WRAP, "locked": False, "bg_color": "#FFF9E0", "border": 1, "border_color": "#AEB7BD"}
STYLES: dict[str, dict[str, Any]] = {
    "key": {"font_color": "#AEB7BD"},
    "heading": {**_WRAP, "bold": True, "bg_color": _NAVY, "font_color": "#FFFFFF"},
    "title": {**_WRAP, "bold": True, "font_size": 18, "font_color": _NAVY},
    "intro": {**_WRAP, "font_color": _GREY},
    "question": {**_WRAP, "bold": True, "bg_color": "#E8EDEE", "top": 1, "border_color": "#AEB7BD"},
    "hint": {**_WRAP, "bg_color": "#E8EDEE"},
    "condition": {**_WRAP, "bg_color": "#E8EDEE", "italic": True},
    "label": {**_WRAP, "indent": 1},
    "column": {**_WRAP, "bold": True, "bottom": 1},
    "last": {**_WRAP, "font_color": _GREY, "indent": 1},
    "note": {**_WRAP, "font_color": _GREY, "indent": 1},
    "total": {"valign": "top", "font_color": _GREY, "num_format": "#,##0"},
    "amount-0": {**_ANSWER, "num_format": "#,##0", "align": "left"},
    "amount-2": {**_ANSWER, "num_format": "#,##0.00", "align": "left"},
    "date": {**_ANSWER, "num_format": "d mmmm yyyy", "align": "left"},
    "line": {**_ANSWER, "align": "left", "num_format": "@"},
    "text": {**_ANSWER, "align": "left"},
}

RULES: dict[Input, dict[str, Any]] = {
    Input.AMOUNT: {
        "criteria": "between",
        "minimum": 0,
        "error_title": "Not a number that fits",
        "error_message": "A number of 0 or more belongs here, in figures and without words.",
    },
    Input.PERCENT: {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": 100,
        "error_title": "Not a percentage",
        "error_message": "Type a percentage from 0 to 100, like 62.5.",
    },
    Input.YEAR: {
        "validate": "integer",
        "criteria": "between",
        "minimum": 2000,
        "maximum": 2100,
        "error_title": "Not a year",
        "error_message": "Type a year of four digits, like 2040.",
    },
    Input.DATE: {
        "validate": "date",
        "criteria": ">=",
        "value": date(1950, 1, 1),
        "error_title": "Not a date",
        "error_message": "Type a date like 30/6/2026.",
    },
    Input.LINE: {
        "validate": "length",
        "criteria": "<=",
        "error_title": "Too long",
        "error_message": "This is longer than the portal takes.",
    },
}
RULES[Input.TEXT] = RULES[Input.LINE]
