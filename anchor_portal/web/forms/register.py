"""The forms of the register: an organisation and its details, another name, what it holds, what it became part of."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length

from anchor_portal.domain.answers.numbers import Unreadable, read_decimal
from anchor_portal.domain.answers.text import clean_line, clean_text
from anchor_portal.domain.questionnaire.version import Option
from anchor_portal.domain.register.holdings import HOLDINGS, LONGEST_EVIDENCE, LONGEST_LEVEL
from anchor_portal.domain.register.identifiers import SCHEMES, IdentifierRefused, read_identifier
from anchor_portal.domain.register.lines import MOST_EMPLOYEES
from anchor_portal.domain.register.names import LONGEST_NAME, plain
from anchor_portal.domain.sectors import SECTOR_OF_ONE
from anchor_portal.models import Holding, Organisation
from anchor_portal.services.register.holdings import HeldWords
from anchor_portal.services.register.organisations import Details
from anchor_portal.web.forms.boxes import printable
from anchor_portal.web.forms.days import DayField

FindOrganisation = Callable[[str], Organisation | None]
CODE_BOX = "code-"
LONGEST_NOTE = 1000
SCALE_WORDS = {"nhs": "NHS pay bands", "general": "General levels"}
SIGNS = {"yes": "Yes", "no": "No: it is in the register for a charter, an award or a host"}


def _line(typed: str | None) -> str:
    return clean_line(printable(typed or ""))


def _text(typed: str | None) -> str:
    return clean_text(printable(typed or ""))


def _name_of(label: str, what: str) -> StringField:
    longest = Length(max=LONGEST_NAME, message=f"{what} has at most {LONGEST_NAME} characters")
    return StringField(label, [longest], filters=[_line])


def _check_name(field: StringField, missing: str) -> bool:
    """Refuse a name that is not there, or in which nothing can be read."""
    if not field.data or not plain(field.data):
        field.errors = [missing if not field.data else "A name needs letters or digits"]
    return not field.errors


class NamesForm(FlaskForm):
    """The full name of an organisation and the one on pages and in tables."""

    name = _name_of("Full name", "A name")
    printed_name = _name_of("Short name (optional)", "A short name")

    def validate(self, extra_validators: Any = None) -> bool:
        """Each box on its own."""
        is_sound = bool(super().validate(extra_validators))
        return all((is_sound, _check_name(self.name, "Enter the full name"), self._check_printed()))

    def _check_printed(self) -> bool:
        return not self.printed_name.data or _check_name(self.printed_name, "")


class DetailsForm(FlaskForm):
    """What the register says of an organisation; the boxes of codes are one for each scheme."""

    sector = SelectField("Sector")
    scale = RadioField("Which levels does it report its workforce by?")
    main_place = SelectField("Main place")
    works_in = SelectMultipleField("Where does it work?")
    headcount = StringField("How many people work there? (optional)", filters=[_line])
    is_signatory = RadioField("Is it, or was it, a signatory of the Anchor Framework?")
    joined_on = DayField("Signed on (optional)", "The day on which it signed")
    left_on = DayField("Left on (optional)", "The day on which it left")
    hosted_by = StringField("Hosted by (optional)", filters=[_line])
    member_of = StringField("Member of the group (optional)", filters=[_line])
    note = TextAreaField(
        "Note (optional)",
        [Length(max=LONGEST_NOTE, message=f"The note has at most {LONGEST_NOTE:,} characters")],
        filters=[_text],
    )

    def __init__(self, places: Sequence[Option], find: FindOrganisation, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sector.choices = [("", "Choose a sector"), *SECTOR_OF_ONE.items()]
        self.scale.choices = list(SCALE_WORDS.items())
        self.main_place.choices = [("", "No one main place"), *((each.code, each.label) for each in places)]
        self.works_in.choices = [(each.code, each.label) for each in places]
        self.is_signatory.choices = list(SIGNS.items())
        self.find = find
        self.codes = {scheme: _line(request.form.get(f"{CODE_BOX}{scheme}", ""))[:100] for scheme in SCHEMES}
        self.code_faults: dict[str, str] = {}
        self.related: dict[str, Organisation | None] = {}

    def offer(self, details: Details, hosted_by: str, member_of: str) -> None:
        """Fill in what is stored."""
        self.sector.data, self.scale.data, self.main_place.data = (
            details.sector,
            details.scale,
            details.main_place or "",
        )
        self.works_in.data = sorted(details.works_in)
        self.headcount.data = "" if details.headcount is None else str(details.headcount)
        self.is_signatory.data = "yes" if details.is_signatory else "no"
        for field, day in ((self.joined_on, details.joined_on), (self.left_on, details.left_on)):
            if day:
                field.set_day(day)
        self.hosted_by.data, self.member_of.data, self.note.data = hosted_by, member_of, details.note
        self.codes |= details.codes

    def validate(self, extra_validators: Any = None) -> bool:
        """Each box on its own, then together."""
        is_sound = bool(super().validate(extra_validators))
        for field, words in (
            (self.sector, "Choose the sector"),
            (self.scale, "Choose the levels"),
            (self.is_signatory, "Choose whether it is a signatory"),
            (self.main_place, "Choose one of the places"),
            (self.works_in, "Choose from the places"),
        ):
            if field.errors:
                field.errors = [words]
        checks = (self._check_days(), self._check_headcount(), self._check_related(), self._check_codes())
        return all((is_sound, self._check_sector(), *checks))

    def _check_sector(self) -> bool:
        if not self.sector.data and not self.sector.errors:
            self.sector.errors = ["Choose the sector"]
        return not self.sector.errors

    def _check_days(self) -> bool:
        joined, left = self.joined_on.data, self.left_on.data
        if joined and left and left < joined:
            return self.left_on.refuse("It cannot leave before it signed")
        if self.is_signatory.data == "no" and (joined or left):
            field = self.joined_on if joined else self.left_on
            return field.refuse("It has a day of signing or leaving, so it is or was a signatory: choose “Yes”")
        return True

    def _check_headcount(self) -> bool:
        if self.headcount.data:
            try:
                read_decimal(self.headcount.data, places=0, what="The headcount", most=MOST_EMPLOYEES)
            except Unreadable as refusal:
                self.headcount.errors = [str(refusal)]
        return not self.headcount.errors

    def _check_related(self) -> bool:
        for field in (self.hosted_by, self.member_of):
            self.related[field.name] = self.find(field.data) if field.data else None
            if field.data and self.related[field.name] is None:
                field.errors = [f"“{field.data[:100]}” is no organisation in the register: give its full name or code"]
        return not (self.hosted_by.errors or self.member_of.errors)

    def _check_codes(self) -> bool:
        for scheme, typed in self.codes.items():
            if typed:
                try:
                    self.codes[scheme] = read_identifier(scheme, typed)
                except IdentifierRefused as refusal:
                    self.code_faults[scheme] = str(refusal)
        return not self.code_faults

    @property
    def faults(self) -> Iterator[dict[str, str]]:
        """What is wrong, for the summary at the top, each with the box that it is about."""
        for field in self:
            if field.errors:
                first = f"{field.id}-0" if isinstance(field, RadioField) else field.id
                focus = getattr(field, "focus_id", first)
                yield {"text": str(field.errors[0]), "href": f"#{focus}"}
        yield from ({"text": text, "href": f"#{CODE_BOX}{scheme}"} for scheme, text in self.code_faults.items())

    @property
    def details(self) -> Details:
        """What was typed, where it is sound."""
        hosted_by, member_of = self.related.get("hosted_by"), self.related.get("member_of")
        count = self.headcount.data
        return Details(
            sector=self.sector.data or "",
            scale=self.scale.data or "",
            main_place=self.main_place.data or None,
            works_in=frozenset(self.works_in.data or ()),
            headcount=int(read_decimal(count, places=0, most=MOST_EMPLOYEES)) if count else None,
            is_signatory=self.is_signatory.data == "yes",
            joined_on=self.joined_on.data,
            left_on=self.left_on.data,
            hosted_by_id=hosted_by.id if hosted_by else None,
            member_of_id=member_of.id if member_of else None,
            note=self.note.data or "",
            codes={scheme: code for scheme, code in self.codes.items() if code},
        )


class AddForm(DetailsForm):
    """A new organisation."""

    name = _name_of("Full name", "A name")
    printed_name = _name_of("Short name (optional)", "A short name")

    def validate(self, extra_validators: Any = None) -> bool:
        """Each box on its own, then together."""
        is_sound = super().validate(extra_validators)
        is_printed = not self.printed_name.data or _check_name(self.printed_name, "")
        return all((is_sound, _check_name(self.name, "Enter the full name"), is_printed))


class RenameForm(NamesForm):
    """Another name: a new one from a day on, or the right one in place of a slip."""

    why = RadioField("What happened?")
    since = DayField("From which day does it have the new name?", "The day")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.why.choices = [("new", "It has a new name"), ("slip", "The name was written wrongly in the register")]

    def validate(self, extra_validators: Any = None) -> bool:
        """A new name needs its first day."""
        is_sound = super().validate(extra_validators)
        if self.why.errors:
            self.why.errors = ["Choose what happened"]
        if self.why.data == "new" and not self.since.data and not self.since.errors:
            return self.since.refuse("Enter the day from which it has the new name")
        return is_sound


class HoldingForm(FlaskForm):
    """Something that an organisation signed, earned or takes part in."""

    kind = RadioField("What does it hold?")
    since = DayField("Since", "The first day", "Enter the day on which it was signed, awarded, adopted or joined")
    until = DayField("Until (optional)", "The last day")
    level = StringField(
        "Level or name (optional)",
        [Length(max=LONGEST_LEVEL, message=f"The level has at most {LONGEST_LEVEL} characters")],
        filters=[_line],
    )
    evidence = TextAreaField(
        "What shows it? (optional)",
        [Length(max=LONGEST_EVIDENCE, message=f"The evidence has at most {LONGEST_EVIDENCE:,} characters")],
        filters=[_text],
    )

    def __init__(self, kind: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [(code, words.title) for code, words in HOLDINGS.items() if kind in {"", code}]
        if kind:
            self.kind.data = kind

    def validate(self, extra_validators: Any = None) -> bool:
        """Each box on its own, then its days together."""
        is_sound = bool(super().validate(extra_validators))
        if self.kind.errors:
            self.kind.errors = ["Choose what it holds"]
        return is_sound

    def offer(self, holding: Holding) -> None:
        """Fill in what is stored."""
        self.kind.data, self.level.data, self.evidence.data = holding.kind, holding.level, holding.evidence
        self.since.set_day(holding.since)
        if holding.until:
            self.until.set_day(holding.until)

    @property
    def words(self) -> HeldWords:
        """What was typed, where it is sound."""
        if self.since.data is None:
            raise ValueError("the form was not validated")
        return HeldWords(self.since.data, self.until.data, self.level.data or "", self.evidence.data or "")


class MergingForm(FlaskForm):
    """Of which organisation another became part, and when; or which one it was entered twice for."""

    other = StringField("Of which organisation?", filters=[_line])
    how = RadioField("What happened?")
    on = DayField("On which day?", "The day")

    def __init__(self, find: FindOrganisation, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.find = find
        self.found: Organisation | None = None
        self.how.choices = [
            ("merged", "It became part of another organisation"),
            ("twice", "It was entered twice: both entries are one organisation"),
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """A merger needs its day."""
        is_sound = bool(super().validate(extra_validators))
        if self.how.errors:
            self.how.errors = ["Choose what happened"]
        self.found = self.find(self.other.data or "") if self.other.data else None
        if self.found is None:
            self.other.errors = [
                f"“{self.other.data[:100]}” is no organisation in the register: give its full name or code"
                if self.other.data
                else "Enter the name of the other organisation"
            ]
        if self.how.data == "merged" and not self.on.data and not self.on.errors:
            return self.on.refuse("Enter the day on which it became part of the other one")
        return is_sound and self.found is not None
