"""The form that asks for one code."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from anchor_portal.domain.signing_in.second_factors import read_code


class CodeForm(FlaskForm):
    """A code of an authenticator app, or a recovery code."""

    code = StringField(
        "Code", [InputRequired("Enter the code"), Length(max=100, message="That is too long for a code")]
    )

    @property
    def read(self) -> str:
        """The code as it was meant, empty where it is none."""
        return read_code(self.code.data or "")
