"""When a page cannot be kept: everything that was typed is shown again, to be sent once more or copied."""

from flask import g, render_template, request
from flask_login import current_user
from sqlalchemy.exc import DBAPIError

from anchor_portal.domain.questionnaire import Questionnaire
from anchor_portal.extensions import db
from anchor_portal.queries.chasing import find_round_with_version
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.web.forms.boxes import printable
from anchor_portal.web.forms.labels import label_of

NEVER_SHOWN = frozenset({"csrf_token", "password"})
NOT_TYPED = frozenset({"seen", "digest", "revision", "then"})


def show_kept(title: str, advice: str, status: int, *, can_resend: bool = True) -> tuple[str, int]:
    """A page with what was typed, and a button that sends it again where that is safe."""
    recognise()
    fields = [(name, printable(text)) for name, text in request.form.items(multi=True) if name not in NEVER_SHOWN]
    questionnaire = _find_questionnaire()
    typed = [(label_of(name, questionnaire), text) for name, text in fields if name not in NOT_TYPED and text.strip()]
    return (
        render_template(
            "errors/kept.html", title=title, advice=advice, typed=typed, fields=fields, can_resend=can_resend
        ),
        status,
    )


def _find_questionnaire() -> Questionnaire | None:
    """The questionnaire of the round that the address names, for the words of its questions."""
    code = (request.view_args or {}).get("round_code", "")
    if not code or "is_without_database" in g:
        return None
    try:
        found = find_round_with_version(db(), code)
        return get_questionnaire(db(), found[1].id, found[1].digest) if found else None
    except DBAPIError:
        return None


def recognise() -> None:
    """Load who is signed in before an error page names them; nobody is, where the database does not answer."""
    try:
        current_user._get_current_object()
    except DBAPIError:
        g.is_without_database = True
