"""The forms about accounts that the team fills in: inviting somebody to any role, and handing everything over."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from anchor_portal.domain.answers.text import clean_line
from anchor_portal.domain.people import NAMES, OF_AN_ORGANISATION, Role
from anchor_portal.web.forms.people import HINTS, check_address

ALL_HINTS = {
    **HINTS,
    Role.MEMBER: "reads the returns and decides about them, for the whole partnership",
    Role.TEAM: "runs rounds, register, people and publication, for the whole partnership",
}
TOO_LONG = "That is too long for an email address"


class AccountForm(FlaskForm):
    """Whom to invite, as what, and for which organisation."""

    name = StringField(
        "Name",
        [InputRequired("Enter the name of the person"), Length(max=200, message="A name has at most 200 characters")],
        filters=[lambda typed: clean_line(typed or "")],
    )
    email = StringField(
        "Email address",
        [InputRequired("Enter their email address"), Length(max=320, message=TOO_LONG)],
        filters=[lambda typed: clean_line(typed or "")],
    )
    role = RadioField("What will they do?", [InputRequired("Choose what they will do")])
    organisation = StringField("Organisation", filters=[lambda typed: clean_line(typed or "")])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.role.choices = [(str(role), NAMES[role][:1].upper() + NAMES[role][1:]) for role in Role]

    def validate(self, extra_validators: Any = None) -> bool:
        """Each box, and that an organisation is named exactly where the role needs one."""
        super().validate(extra_validators)
        if self.role.errors:
            self.role.errors = ["Choose what they will do"]
        for field in (self.name, self.email):
            if not field.data and not field.errors:  # only signs that cannot be seen were typed
                field.errors = [str(getattr(field.validators[0], "message", ""))]
        check_address(self.email)
        self._check_organisation()
        return not any(field.errors for field in self)

    def _check_organisation(self) -> None:
        if self.role.errors:
            return
        role = Role(self.role.data)
        if role in OF_AN_ORGANISATION and not self.organisation.data:
            self.organisation.errors = [f"Enter the organisation whose {NAMES[role]} they will be"]
        elif role not in OF_AN_ORGANISATION and self.organisation.data:
            self.organisation.errors = ["Leave the organisation empty: this role is held for the whole partnership"]

    def hint_of(self, role: str) -> str:
        """What somebody with this role does."""
        return ALL_HINTS[Role(role)]


class HandoverForm(FlaskForm):
    """Who takes over, and whether the account is closed then."""

    email = StringField(
        "Email address of who takes over",
        [InputRequired("Enter the email address of who takes over"), Length(max=320, message=TOO_LONG)],
        filters=[lambda typed: clean_line(typed or "")],
    )
    then_close = BooleanField("Close the account after that")
