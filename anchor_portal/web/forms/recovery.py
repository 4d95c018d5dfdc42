"""The form with which the team helps somebody back in."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, TextAreaField
from wtforms.validators import InputRequired, Length

from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.signing_in.recovery import LONGEST_REASON, Recovery


class RecoveryForm(FlaskForm):
    """What somebody lost, and how whoever helps knows that it is they who ask."""

    authenticator = BooleanField("The authenticator app, with its recovery codes")
    passkeys = BooleanField("Passkeys")
    elsewhere = BooleanField("Accounts elsewhere")
    new_password = BooleanField("The password: they get a link with which they choose a new one")
    reason = TextAreaField(
        "Why, and how do you know that it is they who ask?",
        [
            InputRequired("Say why, and how you know that it is they who ask"),
            Length(max=LONGEST_REASON, message=f"Say it in at most {LONGEST_REASON} characters"),
        ],
        filters=[lambda typed: clean_text(typed or "")],
    )

    @property
    def wanted(self) -> Recovery:
        """What is to be taken away."""
        boxes = (self.authenticator, self.passkeys, self.elsewhere, self.new_password)
        return Recovery(*(bool(box.data) for box in boxes))

    def validate(self, extra_validators: Any = None) -> bool:
        """The reason, and that something was chosen."""
        super().validate(extra_validators)
        if not self.reason.data and not self.reason.errors:  # only signs that cannot be seen were typed
            self.reason.errors = ["Say why, and how you know that it is they who ask"]
        if self.wanted.is_nothing:
            self.authenticator.errors = ["Choose what they lost"]
        return not (self.reason.errors or self.authenticator.errors)
