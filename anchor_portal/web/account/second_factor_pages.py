"""The two pages that stand between the factors: the code that is asked for, and setting an authenticator up."""

from flask import render_template, session

from anchor_portal.extensions import settings
from anchor_portal.outputs.qr_svg import Drawing, draw_qr
from anchor_portal.queries.viewer import Viewer
from anchor_portal.services.accounts.authenticators import Unreadable, hide, new_secret, provisioning_uri, reveal
from anchor_portal.web.forms.second_factor import CodeForm
from anchor_portal.web.kept import kept_fields

NEW_SECRET = "new_authenticator"  # noqa: S105 - the name of what the session keeps, encrypted


def show_confirm(form: CodeForm | None = None, *, with_recovery_code: bool = False) -> str:
    """The page that asks for a code; what was typed on another page travels with it."""
    shown = form or CodeForm(formdata=None)
    return render_template(
        "second_factor/confirm.html", form=shown, with_recovery_code=with_recovery_code, kept=kept_fields()
    )


def show_set_up(who: Viewer, form: CodeForm | None = None) -> str:
    """The page with a secret for an authenticator app, which stays the same until it is confirmed."""
    secret = find_new_secret(who.user_id) or new_secret()
    session[NEW_SECRET] = hide(settings().secret_key, who.user_id, secret)
    address = provisioning_uri(secret, who.email, settings().portal_name)
    drawing: Drawing = draw_qr(address)
    return render_template(
        "second_factor/set_up.html",
        form=form or CodeForm(formdata=None),
        who=who,
        drawing=drawing,
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        address=address,
        kept=kept_fields(),
    )


def find_new_secret(user_id: int) -> str:
    """The secret that was shown on the page before; empty where none was, or to somebody else."""
    try:
        return reveal(settings().secret_key, user_id, session.get(NEW_SECRET, ""))
    except Unreadable:
        return ""
