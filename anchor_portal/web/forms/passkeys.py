"""The form that names a passkey."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from anchor_portal.domain.answers.text import clean_line
from anchor_portal.domain.signing_in.passkeys import LONGEST_NAME


class PasskeyForm(FlaskForm):
    """What a passkey is called."""

    name = StringField(
        "What do you want to call it?",
        [Length(max=LONGEST_NAME, message=f"A name has at most {LONGEST_NAME} characters")],
        filters=[lambda typed: clean_line(typed or "")],
    )
