"""The form with which somebody signs in."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from anchor_portal.domain.answers.text import clean_line


class SignInForm(FlaskForm):
    """Address and password."""

    email = StringField(
        "Email address",
        [
            DataRequired("Enter your email address"),
            Length(max=320, message="That is too long for an email address"),
        ],
        filters=[lambda typed: clean_line(typed or "")],
    )
    password = PasswordField(
        "Password",
        [InputRequired("Enter your password"), Length(max=1000, message="That password is too long")],
    )
    next = HiddenField()
