"""The form by which the team writes a reminder."""

import re
from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField

from anchor_portal.domain.answers.text import clean_line, clean_text
from anchor_portal.domain.running.reminders import NAMES, Audience
from anchor_portal.domain.running.usual_reminders import Written
from anchor_portal.models import ReminderPlan
from anchor_portal.services.rounds.plans import refuse_plan

SIDES = {"before": "days before", "after": "days after"}


class PlanForm(FlaskForm):
    """Whom a reminder is for, when it is sent, and its words."""

    audience = RadioField("Who gets it?")
    days = StringField("How many days?", filters=[lambda typed: clean_line(typed or "")])
    side = SelectField("Before or after?")
    subject = StringField("Subject", filters=[lambda typed: clean_line(typed or "")])
    body = TextAreaField("Message", filters=[lambda typed: clean_text(typed or "")])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.audience.choices = [(str(audience), name) for audience, name in NAMES.items()]
        self.side.choices = list(SIDES.items())

    def show(self, plan: ReminderPlan) -> None:
        """Offer a reminder as it is."""
        self.audience.data, self.subject.data, self.body.data = plan.audience, plan.subject, plan.body
        self.days.data, self.side.data = str(abs(plan.days)), "after" if plan.days > 0 else "before"

    def validate(self, extra_validators: Any = None) -> bool:
        """Each box on its own, then what the words may be for these people."""
        super().validate(extra_validators)
        if self.audience.data not in set(Audience):
            self.audience.errors = ["Choose who gets it"]
            return False
        if not re.fullmatch("[0-9]{1,3}", self.days.data or ""):
            self.days.errors = ["Write a number of days, such as 7, or 0 for the day itself"]
        if self.side.errors:
            self.side.errors = ["Choose “days before” or “days after”"]
        problems = refuse_plan(self.written) if not (self.days.errors or self.side.errors) else {}
        for name, problem in problems.items():
            self[name].errors = [problem]
        return not self.errors

    @property
    def written(self) -> Written:
        """What was written; only where the boxes can be read."""
        days = int(self.days.data or 0) * (-1 if self.side.data == "before" else 1)
        return Written(Audience(self.audience.data), days, self.subject.data or "", self.body.data or "")
