"""The form with which somebody changes their password."""

from flask_wtf import FlaskForm
from wtforms import PasswordField

TOO_LONG = 4000
"""Characters of the present password that are looked at: whatever was taken once has fewer."""


class ChangePasswordForm(FlaskForm):
    """The present password, where there is one, and the new one, as they were typed."""

    present = PasswordField("Your present password")
    password = PasswordField("New password")
