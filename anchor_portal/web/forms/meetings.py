"""The forms of a meeting: its facts, an item, a decision, an action and what is said of it."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from anchor_portal.domain.answers.text import clean_line, clean_text
from anchor_portal.domain.meetings.actions import STATE_NAMES, TaskState
from anchor_portal.domain.meetings.agenda import MOST_MINUTES, read_time, refuse_reference
from anchor_portal.domain.rounds import title_of
from anchor_portal.models import AgendaItem, Meeting, Round
from anchor_portal.services.meetings.planning import ItemWords, MeetingFacts
from anchor_portal.services.meetings.recording import ActionWords
from anchor_portal.web.forms.days import DayField

LONGEST_LINE, LONGEST_TEXT = 200, 5000


def _line(label: str, missing: str = "") -> StringField:
    needed = [InputRequired(missing)] if missing else [Optional()]
    limit = Length(max=LONGEST_LINE, message=f"This can be at most {LONGEST_LINE} characters long")
    return StringField(label, [*needed, limit], filters=[lambda typed: clean_line(typed or "")])


def _text(label: str, missing: str = "") -> TextAreaField:
    needed = [InputRequired(missing)] if missing else [Optional()]
    limit = Length(max=LONGEST_TEXT, message=f"This can be at most {LONGEST_TEXT:,} characters long")
    return TextAreaField(label, [*needed, limit], filters=[lambda typed: clean_text(typed or "")])


class SoundForm(FlaskForm):
    """A form of which a text that nobody can see counts as none; `seen` is the version that the page showed."""

    seen = HiddenField()
    required: dict[str, str] = {}

    def validate(self, extra_validators: Any = None) -> bool:
        """Each box on its own, then those that must say something."""
        is_sound = bool(super().validate(extra_validators))
        for name, message in self.required.items():
            if not self[name].data and not self[name].errors:
                self[name].errors = [message]
                is_sound = False
        return is_sound

    @property
    def version(self) -> int:
        """The version that the page showed; 0 where it says none."""
        text = self.seen.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004


NO_TITLE, NO_ITEM = "Enter what the meeting is called", "Enter what the item is"
NO_DECISION, NO_ACTION, NO_OWNER = "Enter what was decided", "Enter what is to be done", "Enter who is to do it"


class MeetingForm(SoundForm):
    """When and where a meeting is, about which round, who was there."""

    required = {"title": NO_TITLE}
    title = _line("What is the meeting called?", NO_TITLE)
    held_on = DayField("When is it?", "The day of the meeting", "Enter the day of the meeting")
    starts_at = _line("When does it start? (optional)")
    venue = _line("Where is it? (optional)")
    reference = _line("How is the meeting numbered? (optional)")
    round_id = SelectField("Which round is it about?")
    chair = _line("Who chairs it? (optional)")
    present = _text("Who was there? (optional)")
    apologies = _text("Who sent apologies? (optional)")
    declarations = _text("Which interests were declared? (optional)")

    def __init__(self, rounds: list[Round], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.round_id.choices = [("", "No round"), *((str(each.id), title_of(each.code)) for each in rounds)]
        if not self.is_submitted() and rounds:
            self.round_id.data = self.round_id.data or str(rounds[0].id)

    def validate_starts_at(self, field: StringField) -> None:
        """A time of the day."""
        try:
            field.data = read_time(field.data or "")
        except ValueError as refusal:
            raise ValidationError(str(refusal)) from None

    def validate_reference(self, field: StringField) -> None:
        """What items can be numbered by."""
        if field.data and (refusal := refuse_reference(field.data)):
            raise ValidationError(refusal)

    @property
    def facts(self) -> MeetingFacts:
        """What was typed, where it is sound."""
        assert self.held_on.data is not None  # noqa: S101 - validated before
        names = ("reference", "starts_at", "venue", "chair", "present", "apologies", "declarations")
        typed = {name: self[name].data or "" for name in names}
        round_id = int(self.round_id.data) if self.round_id.data else None
        return MeetingFacts(self.title.data or "", self.held_on.data, round_id=round_id, **typed)

    def offer(self, meeting: Meeting) -> None:
        """Fill in what is stored."""
        for name in ("title", "reference", "starts_at", "venue", "chair", "present", "apologies", "declarations"):
            self[name].data = getattr(meeting, name)
        self.round_id.data = str(meeting.round_id or "")
        self.held_on.set_day(meeting.held_on)
        self.seen.data = str(meeting.version)


class ItemForm(SoundForm):
    """An item of the agenda."""

    required = {"title": NO_ITEM}
    title = _line("What is the item?", NO_ITEM)
    lead = _line("Who leads it? (optional)")
    minutes = IntegerField(
        "How many minutes does it take? (optional)",
        [Optional(), NumberRange(1, MOST_MINUTES, f"An item takes between 1 and {MOST_MINUTES} minutes")],
    )
    purpose = _line("What is it for? (optional)")
    note = _text("What should everybody know beforehand? (optional)")

    def validate_minutes(self, field: IntegerField) -> None:
        """A whole number, said in our own words."""
        if field.process_errors:
            raise ValidationError("The number of minutes must be a whole number, like 15")

    @property
    def words(self) -> ItemWords:
        """What was typed, where it is sound."""
        lead, purpose, note = (self[name].data or "" for name in ("lead", "purpose", "note"))
        return ItemWords(self.title.data or "", lead, self.minutes.data, purpose, note)

    def offer(self, item: AgendaItem) -> None:
        """Fill in what is stored."""
        for name in ("title", "lead", "minutes", "purpose", "note"):
            self[name].data = getattr(item, name)
        self.seen.data = str(item.version)


class DecisionForm(SoundForm):
    """What was decided about an item."""

    required = {"decision": NO_DECISION}
    decision = _text("What was decided?", NO_DECISION)


class ActionForm(SoundForm):
    """Something that somebody is to do by a day."""

    required = {"action": NO_ACTION, "owner": NO_OWNER}
    action = _text("What is to be done?", NO_ACTION)
    owner = _line("Who is to do it?", NO_OWNER)
    due_on = DayField("By when? (optional)", "The due date")

    @property
    def words(self) -> ActionWords:
        """What was typed, where it is sound."""
        return ActionWords(self.action.data or "", self.owner.data or "", self.due_on.data)


class UpdateForm(SoundForm):
    """How far an action is."""

    text = _text("What is there to say? (optional)")
    state = RadioField("Where does it stand?")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.state.choices = [(str(state), name) for state, name in STATE_NAMES.items()]

    def validate(self, extra_validators: Any = None) -> bool:
        """Something must be said or done."""
        is_sound = super().validate(extra_validators)
        if self.state.errors:
            self.state.errors = ["Choose where the action stands"]
        return is_sound

    @property
    def wanted(self) -> TaskState:
        """Where the action is to stand."""
        return TaskState(self.state.data)
