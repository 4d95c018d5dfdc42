"""The forms about people: inviting somebody, and choosing a password with an invitation."""

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import PasswordField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from anchor_portal.domain.answers.text import clean_line
from anchor_portal.domain.people import NAMES, Role
from anchor_portal.services.people import PersonRefused, read_email

HINTS = {
    Role.CONTRIBUTOR: "fills in the sections that a lead gave them",
    Role.LEAD: "fills in every section, invites, gives out sections, asks for the signature",
    Role.SIGNATORY: "signs for the organisation",
}


def check_address(field: StringField) -> None:
    """A message beside what is no email address, together with those of the other boxes."""
    if field.errors:
        return
    try:
        read_email(field.data or "")
    except PersonRefused as refusal:
        field.errors = [str(refusal)]


class InvitationForm(FlaskForm):
    """Whom to invite, and as what."""

    name = StringField(
        "Name",
        [InputRequired("Enter the name of the person"), Length(max=200, message="A name has at most 200 characters")],
        filters=[lambda typed: clean_line(typed or "")],
    )
    email = StringField(
        "Email address",
        [
            InputRequired("Enter their email address"),
            Length(max=320, message="That is too long for an email address"),
        ],
        filters=[lambda typed: clean_line(typed or "")],
    )
    role = RadioField("What will they do?", [InputRequired("Choose what they will do")])

    def __init__(self, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.role.choices = [(str(role), NAMES[role].capitalize()) for role in roles]

    def validate(self, extra_validators: Any = None) -> bool:
        """Each box on its own, all of them at once."""
        super().validate(extra_validators)
        if self.role.errors:
            self.role.errors = ["Choose what they will do"]
        for field in (self.name, self.email):
            if not field.data and not field.errors:  # only signs that cannot be seen were typed
                field.errors = [str(getattr(field.validators[0], "message", ""))]
        check_address(self.email)
        return not self.errors

    def hint_of(self, role: str) -> str:
        """What somebody with this role does."""
        return HINTS[Role(role)]


class PasswordForm(FlaskForm):
    """A first password; whether it is good enough is for `services.accounts.passwords`."""

    password = PasswordField("Choose a password", [InputRequired("Choose a password")])
