"""When a page cannot be kept: everything that was typed is shown again, to be sent once more or copied."""

from flask import render_template, request

from anchor_portal.web.forms.boxes import printable

NEVER_SHOWN = frozenset({"csrf_token", "password"})
NOT_TYPED = frozenset({"seen", "digest", "revision", "then"})


def show_kept(title: str, advice: str, status: int, *, can_resend: bool = True) -> tuple[str, int]:
    """A page with what was typed, and a button that sends it again where that is safe."""
    fields = [(name, printable(text)) for name, text in request.form.items(multi=True) if name not in NEVER_SHOWN]
    typed = [(name, text) for name, text in fields if name not in NOT_TYPED and text.strip()]
    return (
        render_template(
            "errors/kept.html", title=title, advice=advice, typed=typed, fields=fields, can_resend=can_resend
        ),
        status,
    )
