"""When a page cannot be kept: everything that was typed is shown again, to be sent once more or copied."""

from flask import g, render_template, request
from flask_login import current_user
from sqlalchemy.exc import DBAPIError

from anchor_portal.web.forms.boxes import printable

NEVER_SHOWN = frozenset({"csrf_token", "password"})
NOT_TYPED = frozenset({"seen", "digest", "revision", "then"})


def show_kept(title: str, advice: str, status: int, *, can_resend: bool = True) -> tuple[str, int]:
    """A page with what was typed, and a button that sends it again where that is safe."""
    recognise()
    fields = [(name, printable(text)) for name, text in request.form.items(multi=True) if name not in NEVER_SHOWN]
    typed = [(name, text) for name, text in fields if name not in NOT_TYPED and text.strip()]
    return (
        render_template(
            "errors/kept.html", title=title, advice=advice, typed=typed, fields=fields, can_resend=can_resend
        ),
        status,
    )


def recognise() -> None:
    """Load who is signed in before an error page names them; nobody is, where the database does not answer."""
    try:
        current_user._get_current_object()
    except DBAPIError:
        g.is_without_database = True
