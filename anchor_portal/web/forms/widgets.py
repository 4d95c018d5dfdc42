"""The table of widgets: which template draws a question of each kind. A new kind is one entry here."""

import re
from typing import Any

from flask import render_template
from markupsafe import Markup

from anchor_portal.domain.answers.evidence import SUFFIXES
from anchor_portal.domain.questionnaire.version import Kind

WIDGETS: dict[Kind, str] = {
    Kind.SHARE: "share",
    Kind.CHOICE: "choice",
    Kind.YES_NO: "choice",
    Kind.CHOICES: "choices",
    Kind.NUMBER: "line",
    Kind.DATE: "date",
    Kind.YEAR: "line",
    Kind.LINK: "line",
    Kind.NARRATIVE: "narrative",
    Kind.LEVELS: "levels",
    Kind.CASE_STUDIES: "case_studies",
    Kind.FILES: "files",
    Kind.SIGNOFF: "signoff",
}


def render_question(field: Any) -> Markup:
    """The HTML of a question's field."""
    template = f"returns/kinds/{WIDGETS[field.question.kind]}.html"
    return Markup(render_template(template, field=field, date_boxes=date_boxes, FILE_SUFFIXES=",".join(SUFFIXES)))  # noqa: S704 - a template that escapes


def date_boxes(text: str) -> tuple[str, str, str]:
    """Day, month and year of a date as it is stored or was typed, for its three boxes."""
    if "/" in text:
        day, month, year = (*text.split("/"), "", "")[:3]
        return day, month, year
    pieces = text.split("-")
    if len(pieces) == 3 and all(re.fullmatch("[0-9]{1,4}", piece) for piece in pieces):
        return str(int(pieces[2])), str(int(pieces[1])), pieces[0]
    return text, "", ""
