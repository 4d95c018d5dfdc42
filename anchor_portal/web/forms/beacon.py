"""The form of a programme or milestone of a Beacon theme."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from anchor_portal.domain.answers.text import clean_line, clean_text
from anchor_portal.models import ActionState, BeaconAction
from anchor_portal.services.beacon.actions import ActionWords
from anchor_portal.web.forms.days import DayField

STATES = {ActionState.PLANNED: "Planned", ActionState.UNDER_WAY: "Under way", ActionState.DONE: "Done"}
NO_TITLE = "Enter what it is called"


class ActionForm(FlaskForm):
    """What a programme or milestone is called, what it is, whose it is, when it is due and how far it is."""

    title = StringField(
        "What is it called?",
        [InputRequired(NO_TITLE), Length(max=200, message="The name has at most 200 characters")],
        filters=[lambda typed: clean_line(typed or "")],
    )
    text = TextAreaField(
        "What is it? (optional)",
        [Length(max=1000, message="The description has at most 1,000 characters")],
        filters=[lambda typed: clean_text(typed or "")],
    )
    owner = StringField(
        "Which organisation or team sees to it? (optional)",
        [Length(max=200, message="The organisation or team has at most 200 characters")],
        filters=[lambda typed: clean_line(typed or "")],
    )
    due = DayField("When is it due? (optional)", "The day")
    state = RadioField("How far is it?")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.state.choices = [(state, words) for state, words in STATES.items()]

    def validate(self, extra_validators: Any = None) -> bool:
        """Each box on its own."""
        is_sound = bool(super().validate(extra_validators))
        if self.state.errors:
            self.state.errors = ["Choose how far it is"]
        if not self.title.data and not self.title.errors:  # only signs that cannot be seen were typed
            self.title.errors = [NO_TITLE]
            is_sound = False
        return is_sound

    @property
    def words(self) -> ActionWords:
        """What was typed, where it is sound."""
        return ActionWords(
            self.title.data or "",
            self.text.data or "",
            self.owner.data or "",
            self.due.data,
            self.state.data or ActionState.PLANNED,
        )

    def offer(self, action: BeaconAction) -> None:
        """Fill in what is stored."""
        self.title.data, self.text.data, self.owner.data = action.title, action.text, action.owner
        self.state.data = action.state
        if action.due:
            self.due.set_day(action.due)
