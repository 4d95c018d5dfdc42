"""The kinds of long work: each is a function that takes a `Work`, named here and imported when it is needed."""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from anchor_portal.domain.people import Role

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from anchor_portal.config import Settings
    from anchor_portal.services.jobs.work import Work

KINDS = {
    "certificates": "anchor_portal.services.certificates.batch:make_all",
    "pack": "anchor_portal.services.meetings.pack:make_pack",
    "register_import": "anchor_portal.services.register.applying:apply_import",
    "export": "anchor_portal.services.exports.archive:make_archive",
    "outbox": "anchor_portal.services.messages.chores:send_outbox",
    "reminders": "anchor_portal.services.rounds.reminding:remind",
    "scans": "anchor_portal.services.evidence.rescans:scan_waiting",
    "audit_check": "anchor_portal.services.audit_checking:check_as_work",
}
"""Kind to "module:function"."""
CHORES = {
    "reminders": ("Write the reminders that are due", "anchor_portal.services.rounds.reminding:is_due"),
    "outbox": ("Send the messages that wait", "anchor_portal.services.messages.chores:is_due"),
    "scans": ("Scan the files that wait for it", "anchor_portal.services.evidence.rescans:is_due"),
}
"""Kinds that nobody asks for: the title, and "module:function" that says from a session and settings whether it is due."""
READERS = {"pack": frozenset({Role.MEMBER, Role.TEAM})}
"""Who may see a job of a kind and fetch its result, if they asked for it; for all other kinds the team alone.

The team sees every job, whoever asked; but a result that was made for somebody else is not handed out to who may not see all
that may stand in it (`web/jobs.Line.is_withheld`).
"""


def find_work(kind: str) -> "Callable[[Work], None]":
    """The function of a kind. Raises KeyError where there is none."""
    work: Callable[[Work], None] = _load(KINDS[kind])
    return work


def find_due_check(kind: str) -> "Callable[[Session, Settings], bool]":
    """What says whether a chore is due."""
    check: Callable[[Session, Settings], bool] = _load(CHORES[kind][1])
    return check


def _load(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(importlib.import_module(module), name)
