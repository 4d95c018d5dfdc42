"""The form by which the team adds a round."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.rounds import Period, RoundRefused, period_of, read_code
from anchor_portal.models import QuestionnaireVersion
from anchor_portal.web.forms.boxes import printable
from anchor_portal.web.forms.days import DayField

MOST_WORDS = 2_000
"""Characters of a reason."""


def _clean_words(typed: str | None) -> str:
    return clean_text(typed or "")


def _clean(typed: str | None) -> str:
    return printable(typed or "").strip()


class RoundForm(FlaskForm):
    """A round: its code, its questionnaire, when it is open, and the period where the code does not say it."""

    code = StringField(
        "Code", [InputRequired("Enter a code: the year and the month, such as 2027-07")], filters=[_clean]
    )
    version = SelectField("Questionnaire", [InputRequired()])
    opens_on = DayField("When does it open?", "The opening date", "Enter the day on which the round opens")
    closes_on = DayField("When does it close?", "The closing date", "Enter the deadline that everyone sees")
    period_from = DayField("First day of the period", "The first day of the period")
    period_to = DayField("Last day of the period", "The last day of the period")

    def __init__(self, versions: Iterable[QuestionnaireVersion], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.version.choices = [(each.code, f"{each.title} (version {each.code})") for each in versions]

    def validate(self, extra_validators: Any = None) -> bool:
        """Each box on its own, then together; True where a round can be made of them."""
        is_sound = super().validate(extra_validators)
        if self.version.errors:
            self.version.errors = ["Choose one of the questionnaires"]
        return all((is_sound, self._check_code(), self._check_order(), self._check_period()))

    def refuse_code(self, message: str) -> None:
        """Say what is wrong with the code."""
        self.code.errors = [message]

    @property
    def period(self) -> Period | None:
        """The period, where it was given."""
        first, last = self.period_from.data, self.period_to.data
        return Period(first, last) if first and last else None

    def _check_code(self) -> bool:
        if self.code.errors:
            return False
        try:
            read_code(self.code.data or "")
        except RoundRefused as refusal:
            self.refuse_code(str(refusal))
        return not self.code.errors

    def _check_order(self) -> bool:
        opens, closes = self.opens_on.data, self.closes_on.data
        if opens and closes and closes < opens:
            return self.closes_on.refuse("The round cannot close before it opens")
        return True

    def _check_period(self) -> bool:
        first, last = self.period_from, self.period_to
        if first.errors or last.errors:
            return False
        if first.data and not last.data:
            return last.refuse("Enter the last day of the period too, or leave both days blank")
        if last.data and not first.data:
            return first.refuse("Enter the first day of the period too, or leave both days blank")
        if first.data and last.data and last.data < first.data:
            return last.refuse("The period cannot end before it begins")
        return bool(first.data) or self._has_period_by_code()

    def _has_period_by_code(self) -> bool:
        if self.code.errors:
            return False
        try:
            period_of(self.code.data or "")
        except RoundRefused:
            return self.period_from.refuse(
                "A round that is neither of January nor of July needs the first and the last day of its period"
            )
        return True


class DatesForm(FlaskForm):
    """When a round opens, its deadline, and why they change."""

    opens_on = DayField("When does it open?", "The opening date")
    closes_on = DayField("When is the deadline?", "The deadline", "Enter the deadline that everyone sees")
    reason = TextAreaField("Why are the dates changed?", filters=[_clean_words])

    def show(self, opens_on: date, closes_on: date) -> None:
        """Offer the dates as they are."""
        self.opens_on.set_day(opens_on)
        self.closes_on.set_day(closes_on)

    def validate(self, extra_validators: Any = None) -> bool:
        """Each box on its own, then the reason."""
        return all((super().validate(extra_validators), _check_reason(self.reason, "Write why the dates are changed")))


class MoreTimeForm(FlaskForm):
    """More time for one organisation: until when, and why."""

    until = DayField("Until when?", "The new deadline", "Enter the day until which it has time")
    reason = TextAreaField("Why is it given more time?", filters=[_clean_words])

    def validate(self, extra_validators: Any = None) -> bool:
        """Each box on its own, then the reason."""
        missing = "Write the reason: the organisation reads it, and so does whoever asks later"
        return all((super().validate(extra_validators), _check_reason(self.reason, missing)))


def _check_reason(field: Any, missing: str) -> bool:
    if not field.data:
        field.errors = [missing]
    elif len(field.data) > MOST_WORDS:
        field.errors = [f"The reason can be at most {MOST_WORDS:,} characters long"]
    return not field.errors
