"""When a page cannot be kept: everything that was typed is shown again, to be sent once more or copied."""

from flask import render_template, request

NOT_TYPED = frozenset({"csrf_token", "password", "seen"})


def show_kept(title: str, advice: str, status: int, *, can_resend: bool = True) -> tuple[str, int]:
    """A page with what was typed, and a button that sends it again where that is safe."""
    typed = [(name, text) for name, text in request.form.items(multi=True) if name not in NOT_TYPED and text.strip()]
    fields = [(name, text) for name, text in request.form.items(multi=True) if name not in {"csrf_token", "password"}]
    return (
        render_template(
            "errors/kept.html", title=title, advice=advice, typed=typed, fields=fields, can_resend=can_resend
        ),
        status,
    )
