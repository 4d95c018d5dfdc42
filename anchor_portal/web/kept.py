"""When a page cannot be kept: everything that was typed is shown again, to be sent once more or copied."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from flask import g, render_template, request
from flask.globals import request_ctx
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.engine import DATABASE_FAILS
from anchor_portal.extensions import db
from anchor_portal.queries.chasing import find_round_with_version
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.web.forms.boxes import printable
from anchor_portal.web.forms.labels import label_of
from anchor_portal.web.forms.sign_in import SignInForm

NEVER_SHOWN = frozenset({"csrf_token", "password", "present", "credential"})
NOT_TYPED = frozenset({"seen", "read", "revision", "then"})
"""Boxes that nobody fills in, such as "seen" and "seen:12"."""
OURS = frozenset({"same-origin", "none"})
"""Whence a browser says that a form comes, where it is ours; older ones say nothing."""
TYPED_BY_NOBODY = frozenset({"providers.arrive"})


KEPT = "kept:"
"""How the names of boxes begin that travel through the sign-in page."""
Fields = list[tuple[str, str]]


def show_kept(
    title: str, advice: str, status: int, *, can_resend: bool = True, can_open: bool = True
) -> tuple[str, int]:
    """A page with what was typed, a button that sends it again where that is safe, and the way back if there is one."""
    recognise()
    before = _page_of_the_form() if can_open else ""
    return _show(title, advice, _posted(), request.view_args or {}, can_resend=can_resend, form_at=before), status


def _page_of_the_form() -> str:
    """The address itself, where it has a page; else that of ours from which the form was sent."""
    if request_ctx.url_adapter is not None and request_ctx.url_adapter.test(method="GET"):
        return "/" + quote(request.path.lstrip("/"))
    try:
        before = urlsplit(request.referrer or "")
    except ValueError:
        return ""
    return "/" + quote(before.path.lstrip("/"), safe="/%") if before.netloc == request.host else ""


def ask_to_sign_in_again(form: SignInForm | None = None, status: int = 401) -> tuple[str, int]:
    """Where a session was lost with something typed: sign in on this very page, and go on where one was."""
    fields = kept_fields() if form else _posted()
    form = form or SignInForm(formdata=None, next=request.full_path.rstrip("?"))
    advice = "Sign in again here, and what you typed is sent from there. Nothing of it is lost."
    page = _show(
        "You were signed out", advice, fields, _arguments(form.next.data or ""), can_resend=False, sign_in=form
    )
    return page, status


def show_signed_in_again(path: str) -> str:
    """After that: what was typed once more, with the button that sends it to where it was going."""
    advice = "You are signed in again. What you typed is below: send it, and you are where you were."
    return _show("Send what you typed", advice, kept_fields(), _arguments(path), can_resend=True, action=path)


def kept_fields() -> Fields:
    """What was typed on another page before one had to sign in again."""
    every = request.form.items(multi=True)
    return [(name.removeprefix(KEPT), printable(text)) for name, text in every if name.startswith(KEPT)]


def is_anything_typed() -> bool:
    """Whether the form that was sent has anything that a page can show again."""
    return any(_is_typed(name, text) for name, text in _posted())


def _is_typed(name: str, text: str) -> bool:
    return name.partition(":")[0] not in NOT_TYPED and bool(text.strip())


def _posted() -> Fields:
    """What was typed; nothing of what another site sent, or a provider with somebody who comes back from it."""
    if request.headers.get("Sec-Fetch-Site", "none") not in OURS or request.endpoint in TYPED_BY_NOBODY:
        return []
    return [(name, printable(text)) for name, text in request.form.items(multi=True) if name not in NEVER_SHOWN]


def _show(title: str, advice: str, fields: Fields, arguments: Mapping[str, Any], **more: Any) -> str:
    questionnaire = _find_questionnaire(arguments)
    typed = [(label_of(name, questionnaire), text) for name, text in fields if _is_typed(name, text)]
    return render_template("errors/kept.html", title=title, advice=advice, typed=typed, fields=fields, **more)


def _arguments(path: str) -> Mapping[str, Any]:
    """What an address of ours names, such as the round."""
    try:
        match = (
            request_ctx.url_adapter.match(path.partition("?")[0], method="POST") if request_ctx.url_adapter else None
        )
    except HTTPException:
        return {}
    return match[1] if match else {}


def _find_questionnaire(arguments: Mapping[str, Any]) -> Questionnaire | None:
    """The questionnaire of the round that the address names, for the words of its questions."""
    code = arguments.get("round_code", "")
    if not code or "is_without_database" in g:
        return None
    try:
        found = find_round_with_version(db(), code)
        return get_questionnaire(db(), found[1].id, found[1].digest) if found else None
    except DATABASE_FAILS:
        return None


def recognise() -> None:
    """Load who is signed in before an error page names them; nobody is, where the database does not answer."""
    try:
        current_user._get_current_object()
    except DATABASE_FAILS:
        g.is_without_database = True
