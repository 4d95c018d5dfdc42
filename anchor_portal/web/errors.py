"""Errors, in the portal's own clothes and in words that help."""

from flask import Flask, g, render_template, request
from flask.globals import request_ctx
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from anchor_portal.engine import DATABASE_FAILS
from anchor_portal.logs import logger
from anchor_portal.room import has_no_room
from anchor_portal.web.access import needs_sign_in
from anchor_portal.web.kept import ask_to_sign_in_again, is_anything_typed, recognise, show_kept
from anchor_portal.web.transactions import READING, let_go, not_kept, was_overtaken

WORDS = {
    400: ("This request could not be read", "Go back, check what you sent, and try again."),
    401: ("Sign in first", "This page is for people with an account."),
    403: (
        "This page is not for your role",
        "If you need it, ask the sustainability team for the role that goes with it.",
    ),
    404: (
        "Page not found",
        "If you typed the address, check it. If you followed a link, it may be out of date.",
    ),
    405: ("This address does not work that way", "Go back and use the buttons of the page."),
    409: ("Somebody else was quicker", "What you see here has changed meanwhile. Open the page again."),
    413: (
        "That was too much at once",
        "The form or file is larger than the portal takes. Nothing saved was lost.",
    ),
    500: (
        "Something went wrong on our side",
        "Nothing that was saved is lost. Try again; if it stays so, tell the team.",
    ),
    503: (
        "The portal cannot reach its database",
        "Nothing that was saved is lost. Wait a minute and try again.",
    ),
}

NOT_KEPT = {
    403: "It is not for your role, or not any longer. What you typed is below: copy what you need.",
    404: "What it was about is not there any more, or not open to you. What you typed is below: copy what you need.",
}
"""What is said to somebody who sent a form that came too late."""
NO_ROOM = (
    "The portal has no room to work just now",
    "Its disk is full or cannot be written to. Wait a few minutes and try again; if it stays so, tell the team.",
)


def set_up(app: Flask) -> None:
    """Show every error as a page."""
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    for fault in DATABASE_FAILS:
        app.register_error_handler(fault, _database)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(OSError, _machine)
    app.register_error_handler(Exception, _unexpected)


def show_error(status: int) -> tuple[str, int]:
    """The page for a status; to a host that is not ours, words alone, since no address of a page can be told."""
    return _show(*WORDS.get(status, WORDS[400] if status < 500 else WORDS[500]), status)


def _show(title: str, advice: str, status: int) -> tuple[str, int]:
    if request_ctx.url_adapter is None:
        return f"{title}. {advice}", status
    recognise()
    return render_template("errors/error.html", title=title, advice=advice, request_id=g.get("request_id", "")), status


def _forged(error: CSRFError) -> tuple[str, int]:
    """A form without the session's token: sent from elsewhere, or after the session ended."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin" and needs_sign_in():
        return ask_to_sign_in_again()
    advice = "Your session ended, or the page was open for very long. Nothing was changed. Open the page again and copy what you typed from below."
    return show_kept("This page was out of date", advice, 400, can_resend=False)


def _http(error: HTTPException) -> tuple[str, int] | HTTPException:
    if error.code is None or error.code < 400:
        return error
    if error.code in NOT_KEPT and request.endpoint and request.method not in READING and is_anything_typed():
        return show_kept("This was not kept", NOT_KEPT[error.code], error.code, can_resend=False, can_open=False)
    return show_error(error.code)


def _database(error: Exception) -> tuple[str, int]:
    if not was_overtaken(error):
        g.is_without_database = True
    let_go()
    logger.exception("the database failed", extra={"facts": {"request": g.get("request_id", "")}})
    return show_error(503) if request.method in READING else not_kept(error)


def _machine(error: OSError) -> tuple[str, int]:
    """The machine has no room, no memory or no handle left: that passes, other failures are mistakes of ours."""
    if not has_no_room(error):
        return _unexpected(error)
    logger.exception("the machine failed", extra={"facts": {"request": g.get("request_id", "")}})
    title, advice = NO_ROOM
    if request.method in READING:
        return _show(title, advice, 503)
    return show_kept("This could not be saved", f"{advice} Nothing was changed, and what you typed is below.", 503)


def _stale(error: StaleDataError) -> tuple[str, int]:
    let_go()
    return show_kept(WORDS[409][0], WORDS[409][1], 409, can_resend=False)


def _unexpected(error: Exception) -> tuple[str, int]:
    let_go()
    logger.exception("unexpected", extra={"facts": {"request": g.get("request_id", "")}})
    return show_error(500)
