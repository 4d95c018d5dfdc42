"""The form with which a lead gives out sections: a row for each, with who does it and by which day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField

from anchor_portal.domain.questionnaire.version import Section
from anchor_portal.domain.sharing import refuse_due
from anchor_portal.queries.sharing import Owner
from anchor_portal.services.returns.sharing import Share
from anchor_portal.web.forms.days import DayField

NOBODY = ("", "Nobody yet")


@dataclass(frozen=True, slots=True)
class Row:
    """The boxes of one section."""

    section: Section
    who: Any
    due: DayField


class SharingForm(FlaskForm):
    """The day for all of them; the rows are added by `build_sharing_form`."""

    all_due = DayField("The same day for every section that has none below", "The day for all sections")
    sections: tuple[Section, ...] = ()

    @property
    def rows(self) -> Iterator[Row]:
        """One row for each section."""
        return (Row(section, self[f"who_{place}"], self[f"due_{place}"]) for place, section in enumerate(self.sections))

    def check(self, owners: Mapping[str, Owner], today: date, closes_on: date) -> bool:
        """Whether everything can be saved; a day that stands already is never refused."""
        is_sound = self.validate() and self._check_day(self.all_due, None, today, closes_on)
        for row in self.rows:
            kept = owners[row.section.code].due_on if row.section.code in owners else None
            is_sound = self._check_row(row, kept, today, closes_on) and is_sound
        return is_sound

    def _check_row(self, row: Row, kept: date | None, today: date, closes_on: date) -> bool:
        if row.who.errors:
            row.who.errors = ["Choose somebody from the list, or “Nobody yet”"]
            return False
        if row.due.errors:
            return False
        if row.due.data and not row.who.data:
            row.who.errors = [f"Choose who does “{row.section.title}”, or leave its day blank"]
            return False
        return self._check_day(row.due, kept, today, closes_on)

    def _check_day(self, field: DayField, kept: date | None, today: date, closes_on: date) -> bool:
        if field.data is None or field.data == kept:
            return not field.errors
        wrong = refuse_due(field.data, today, closes_on)
        return field.refuse(f"{field.what} {wrong}") if wrong else True

    def shares(self) -> dict[str, Share]:
        """Who is to have which section, by its code."""
        return {
            row.section.code: Share(int(row.who.data), row.due.data or self.all_due.data)
            for row in self.rows
            if row.who.data
        }

    @property
    def links(self) -> list[dict[str, str]]:
        """Every message, for the summary at the top, with the box that it is about."""
        fields = [self.all_due, *(field for row in self.rows for field in (row.who, row.due))]
        return [
            {"text": field.errors[0], "href": f"#{getattr(field, 'focus_id', field.id)}"}
            for field in fields
            if field.errors
        ]


def build_sharing_form(
    sections: Sequence[Section], people: Sequence[tuple[int, str]], owners: Mapping[str, Owner]
) -> SharingForm:
    """The form for these sections and people; what stands already is chosen, unless something was posted."""
    fields: dict[str, Any] = {"sections": tuple(sections)}
    listed = {str(user_id) for user_id, _ in people}
    for place, section in enumerate(sections):
        holder = str(owners[section.code].user_id) if section.code in owners else ""
        fields[f"who_{place}"] = SelectField(f"Who does “{section.title}”?", default=holder if holder in listed else "")
        fields[f"due_{place}"] = DayField(f"“{section.title}” is due by", f"The day for “{section.title}”")
    form: SharingForm = type("RowsForm", (SharingForm,), fields)()
    for row in form.rows:
        row.who.choices = [NOBODY, *((str(user_id), name) for user_id, name in people)]
        day = owners[row.section.code].due_on if row.section.code in owners else None
        if day is not None and not form.is_submitted():
            row.due.set_day(day)
    return form
