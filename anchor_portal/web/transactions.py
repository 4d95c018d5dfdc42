"""One transaction a request, committed in one place after a POST that succeeded; a GET cannot write."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from ipaddress import ip_address

from flask import Flask, Response, current_app, g, make_response, request
from flask import session as cookie
from flask.globals import app_ctx, request_ctx
from flask_login import current_user
from sqlalchemy.orm import Session

from anchor_portal.domain.accounts import is_to_be_noted
from anchor_portal.domain.signing_in.sessions import is_use_to_be_noted
from anchor_portal.engine import DATABASE_FAILS
from anchor_portal.extensions import database
from anchor_portal.logs import logger
from anchor_portal.models.base import now
from anchor_portal.models.ended_sessions import ENDED_HERE
from anchor_portal.queries.storable import is_storable
from anchor_portal.queries.viewer import KNOWN, TO_HOLD, Viewer, is_still_signed_in
from anchor_portal.services.accounts.seen import note_seen
from anchor_portal.services.audit import act_from, chain, record_now
from anchor_portal.services.jobs.board import ASKED
from anchor_portal.services.jobs.queue import put
from anchor_portal.services.returns.sharing import leave, note_visit
from anchor_portal.web.kept import ask_to_sign_in_again, show_kept
from anchor_portal.web.request_session import RequestSession

READING = frozenset({"GET", "HEAD", "OPTIONS"})
WITH_PORT = re.compile(r"\[([^\]]+)\](?::[0-9]+)?|([0-9.]+):[0-9]+")
WRITE_NOTHING = frozenset({"account.sign_in", "second_factor.confirm"})
"""Posted forms that must not hold up writers while a password is checked: what they write, they write with `writing`."""
OF_TWO_AT_ONCE = frozenset({"40P01", "23505", "23503"})
"""PostgreSQL's codes where two waited for each other, added the same, or added to what the other removed."""
OVERTAKEN = (
    "What this is about was changed in the same moment. Nothing of yours was stored, and what you typed is below: "
    "open the page again to see what stands now, or send it once more."
)
CHANGE_A_RETURN = frozenset({"sections.save"})
"""Posted forms that hold the organisation in their address from the first statement on."""


def set_up(app: Flask) -> None:
    """Open a session for each request, end it afterwards."""
    # once the request has its identifier, before the check against forged forms: its page says who is signed in, too
    app.before_request_funcs.setdefault(None, []).insert(1, _open)
    app.after_request(_finish)
    app.teardown_request(_close)


@contextmanager
def writing() -> Iterator[Session]:
    """A session that writes: the request's own where it may, else one for this alone, committed at once.

    What the request has read is let go first, so that nobody holds two connections.
    """
    if g.session.engine is database().writer:
        yield g.session
        return
    g.session.rollback()
    with Session(database().writer) as session, session.begin():
        yield session


def keep_entry(who: str, action: str, subject: str, detail: str = "") -> None:
    """Note something that is kept whatever becomes of the request, such as an export or a failed sign-in."""
    g.entries.append((who, action, subject, detail))


def keep_visit(return_id: int, section: str) -> None:
    """Note, after the request, that the person who is signed in has a section open."""
    g.visits.append((note_visit, return_id, section, current_user.user_id))


def keep_leaving(return_id: int, section: str) -> None:
    """Note, after the request, that they have it open no longer."""
    g.visits.append((leave, return_id, section, current_user.user_id))


def _open() -> None:
    asked, kept = request_ctx.request, app_ctx.g  # once each: this is done for every request
    endpoint = asked.endpoint
    writes = asked.method not in READING and endpoint not in WRITE_NOTHING
    act_from(address_of(asked.remote_addr or ""))
    kept.session = RequestSession(database().writer if writes else database().reader)
    if writes and endpoint in CHANGE_A_RETURN and is_storable(slug := (asked.view_args or {})["slug"]):
        kept.session.info[TO_HOLD] = slug
    kept.entries = []
    kept.visits = []


@lru_cache(maxsize=1000)
def address_of(peer: str) -> str:
    """The network address of whoever asks, nothing where it is none, as behind a socket of the machine itself.

    Some servers in front say the port as well, as in 192.0.2.7:5678 and [2001:db8::7]:99: it is not part of it.
    """
    with_port = WITH_PORT.fullmatch(peer)
    whole = (with_port[1] or with_port[2]) if with_port else peer
    try:
        return str(ip_address(whole.partition("%")[0]))  # what follows, as in fe80::1%eth0, may be any text
    except ValueError:
        return ""


def _finish(response: Response) -> Response:
    if "session" not in app_ctx.g:
        return response
    changes = request_ctx.request.method not in READING
    response = _commit(response) if changes and response.status_code < 400 else _roll_back(response)
    _record_entries()
    if response.status_code < 400:
        _record_visits()
        _record_seen()
    return response


def _commit(response: Response) -> Response:
    try:
        if _was_ended_meanwhile():
            return _ask_who_it_is(response)
        g.session.commit()
    except DATABASE_FAILS as failure:
        logger.exception("a commit failed", extra={"facts": {"request": g.request_id}})
        _roll_back(response)
        _take_back_what_was_said()
        if not was_overtaken(failure):
            g.is_without_database = True
        # the answer to the very word "commit" may be what was lost
        is_certain = not getattr(failure, "connection_invalidated", False)
        return make_response(*(not_kept(failure) if is_certain else perhaps_kept()))
    _put_asked()
    return response


def _was_ended_meanwhile() -> bool:
    """Whether the session of whoever asks was ended by somebody else while the request waited for its turn.

    Roles that change and accounts that close end sessions, so that this asks for all of it.
    """
    who, own = g.get("_login_user"), g.session
    if own.engine is not database().writer or not own.has_begun or own.info.get(KNOWN):
        return False
    own.flush()
    chain(own)  # the last that may have to be waited for
    if not isinstance(who, Viewer) or who.sign_in is None or who.sign_in.id in own.info.get(ENDED_HERE, ()):
        return False
    return not is_still_signed_in(own, who.sign_in)


def _ask_who_it_is(response: Response) -> Response:
    _roll_back(response)
    _take_back_what_was_said()
    return make_response(*ask_to_sign_in_again())


def _take_back_what_was_said() -> None:
    """Have the browser's session as the request brought it: nothing is announced, and nobody in or out, that was not kept."""
    cookie.clear()
    cookie.update(current_app.session_interface.open_session(current_app, request) or {})
    cookie.modified = False  # another window may have a newer one by now
    request_ctx.flashes = None
    for what in ("csrf_token", "_login_user"):
        g.pop(what, None)


def _put_asked() -> None:
    """Long work that was asked for goes into the queue; a worker finds it without that too, only later."""
    if asked := g.session.info.pop(ASKED, []):
        try:
            put(database(), asked)
        except Exception:
            logger.exception("a job was not put into the queue", extra={"facts": {"request": g.request_id}})


def was_overtaken(failure: BaseException) -> bool:
    """Whether the database is well, and refused because of what somebody else did in the same moment.

    SQLite says no such thing: whoever writes there has it alone.
    """
    return getattr(getattr(failure, "orig", None), "sqlstate", "") in OF_TWO_AT_ONCE


def not_kept(failure: BaseException) -> tuple[str, int]:
    """The page for a change that the database did not keep."""
    if was_overtaken(failure):
        return show_kept("Somebody else was quicker", OVERTAKEN, 409)
    advice = "The database did not answer. Nothing was changed, and what you typed is below. Wait a minute, then send it again."
    return show_kept("This could not be saved", advice, 503)


def perhaps_kept() -> tuple[str, int]:
    """The page where the database went away while it was keeping a change."""
    advice = (
        "The database went away in the very moment of saving. Wait a minute, open the page again and look: "
        "if what you typed is not there, send it again from below."
    )
    return show_kept("It is not known whether this was saved", advice, 503)


def _roll_back(response: Response) -> Response:
    let_go()
    return response


def let_go() -> None:
    """Roll back what the request has begun: after a write that failed its page can ask the database nothing else."""
    if "session" not in g:
        return
    try:
        g.session.rollback()
    except DATABASE_FAILS:
        g.session.invalidate()


def _record_entries() -> None:
    for entry in g.entries:
        try:
            record_now(database(), *entry)
        except DATABASE_FAILS:
            logger.exception("an audit entry was not kept", extra={"facts": {"request": g.request_id}})


def _record_visits() -> None:
    for change, *visit in g.visits:
        try:
            change(database(), *visit)
        except DATABASE_FAILS:
            logger.exception("a visit was not noted", extra={"facts": {"request": g.request_id}})


def _record_seen() -> None:
    """Note that the person was here; only where the request asked who they are, and not with every page."""
    who = g.get("_login_user")
    if not isinstance(who, Viewer) or not _is_to_be_noted(who):
        return
    try:
        session_used = (who.sign_in.id, address_of(request.remote_addr or "")) if who.sign_in else None
        note_seen(database(), who.user_id, session_used=session_used)
    except DATABASE_FAILS:
        logger.exception("a person was not noted as here", extra={"facts": {"request": g.request_id}})


def _is_to_be_noted(who: Viewer) -> bool:
    """Whether the person, or this session of theirs, was last noted some minutes ago: they may have several open."""
    at = now()
    is_use_old = who.sign_in is not None and is_use_to_be_noted(who.sign_in.used_at, at)
    return is_use_old or is_to_be_noted(who.last_seen_at, at)


def _close(error: BaseException | None) -> None:
    act_from("")
    session = g.pop("session", None)
    if session is not None:
        session.close()
