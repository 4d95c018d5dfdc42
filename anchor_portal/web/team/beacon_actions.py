"""Programmes and milestones beside the Beacon indicators, for the team: add, change, order, remove."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.domain.people import Role
from anchor_portal.extensions import db, viewer
from anchor_portal.models import ActionKind, BeaconAction, Theme
from anchor_portal.queries import beacon as stored
from anchor_portal.services.beacon import actions as beacon_actions
from anchor_portal.services.beacon.actions import ChangedMeanwhile
from anchor_portal.web.access import open_to
from anchor_portal.web.figures.beacon import STATE_TAGS
from anchor_portal.web.forms.beacon import ActionForm

blueprint = Blueprint("beacon_actions", __name__)
ADDRESS = "/team/beacon/programmes"
KINDS = {ActionKind.PROGRAMME: "Programmes and action", ActionKind.MILESTONE: "Milestones"}
MOVES = {"up": -1, "down": 1}


@blueprint.get(ADDRESS)
@open_to(Role.TEAM)
def show() -> str:
    """All of them, by theme."""
    themes = [theme for theme, _ in stored.load_themes(db())]
    actions = stored.load_actions(db())
    every = {
        (theme.code, kind): [each for each in actions if (each.theme_code, each.kind) == (theme.code, kind)]
        for theme in themes
        for kind in KINDS
    }
    return render_template("beacon/programmes.html", themes=themes, kinds=KINDS, every=every, state_tags=STATE_TAGS)


@blueprint.route(f"{ADDRESS}/add/<theme_code>/<kind>", methods=["GET", "POST"])
@open_to(Role.TEAM)
def add(theme_code: str, kind: str) -> str | Response | tuple[str, int]:
    """Add one to a theme."""
    theme = _theme_or_404(theme_code)
    if kind not in {*ActionKind}:
        abort(404)
    form = ActionForm()
    if request.method == "GET":
        return _form(form, theme, kind)
    if not form.validate():
        return _form(form, theme, kind), 422
    beacon_actions.add_action(db(), theme.code, ActionKind(kind), form.words, viewer().email)
    flash(f"The {kind} “{form.title.data}” is added.", "success")
    return _back(theme.code)


def _theme_or_404(code: str) -> Theme:
    theme = next((theme for theme, _ in stored.load_themes(db()) if theme.code == code), None)
    if theme is None:
        abort(404)
    return theme


def _back(theme_code: str) -> Response:
    return redirect(url_for("beacon_actions.show") + f"#{theme_code}")


def _form(
    form: ActionForm, theme: Theme, kind: str, action: BeaconAction | None = None, *, is_stale: bool = False
) -> str:
    seen = _seen() if form.errors else action.version if action else 0  # a slip does not make an old page a new one
    return render_template(
        "beacon/action.html",
        seen=seen,
        form=form,
        theme=theme,
        kind=kind,
        action=action,
        is_stale=is_stale,
        state_tags=STATE_TAGS,
    )


def _action_or_404(ident: int, *, to_change: bool = False) -> tuple[BeaconAction, Theme]:
    action = stored.find_action(db(), ident, to_change=to_change)
    if action is None:
        abort(404)
    return action, _theme_or_404(action.theme_code)


def _seen() -> int:
    """The version that the page showed; 0 where it says none."""
    text = request.form.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@blueprint.route(f"{ADDRESS}/<int:ident>", methods=["GET", "POST"])
@open_to(Role.TEAM)
def change(ident: int) -> str | Response | tuple[str, int]:
    """Change one. Where somebody else did meanwhile, both versions are shown and nothing is stored."""
    action, theme = _action_or_404(ident, to_change=request.method == "POST")
    form = ActionForm()
    if request.method == "GET":
        form.offer(action)
        return _form(form, theme, action.kind, action)
    if not form.validate():
        return _form(form, theme, action.kind, action), 422
    try:
        beacon_actions.change_action(db(), action, form.words, _seen(), viewer().email)
    except ChangedMeanwhile:
        return _form(form, theme, action.kind, action, is_stale=True), 409
    flash(f"The {action.kind} “{action.title}” is saved.", "success")
    return _back(theme.code)


@blueprint.route(f"{ADDRESS}/<int:ident>/remove", methods=["GET", "POST"])
@open_to(Role.TEAM)
def remove(ident: int) -> str | Response | tuple[str, int]:
    """Ask whether one is to be removed, and remove it."""
    action, theme = _action_or_404(ident, to_change=request.method == "POST")
    if request.method == "GET":
        return render_template("beacon/remove.html", action=action, theme=theme, is_stale=False)
    title, kind = action.title, action.kind
    try:
        beacon_actions.remove_action(db(), action, _seen(), viewer().email)
    except ChangedMeanwhile:
        return render_template("beacon/remove.html", action=action, theme=theme, is_stale=True), 409
    flash(f"The {kind} “{title}” is removed.", "success")
    return _back(theme.code)


@blueprint.post(f"{ADDRESS}/<int:ident>/move")
@open_to(Role.TEAM)
def move(ident: int) -> Response:
    """Move one up or down among those of its theme."""
    action, theme = _action_or_404(ident)
    by = MOVES.get(request.form.get("to", ""), 0)
    try:
        is_moved = bool(by) and beacon_actions.move_action(db(), action, by, viewer().email)
    except ChangedMeanwhile:
        abort(404)
    if not is_moved:
        flash(f"“{action.title}” cannot go further that way.")
    return _back(theme.code)
