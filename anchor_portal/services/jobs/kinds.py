"""The kinds of long work: each is a function that takes a `Work`, named here and imported when it is needed."""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anchor_portal.services.jobs.work import Work

KINDS = {
    "certificates": "anchor_portal.services.certificates.batch:make_all",
    "pack": "anchor_portal.services.meetings.pack:make_pack",
    "register_import": "anchor_portal.services.register.applying:apply_import",
    "export": "anchor_portal.services.exports.archive:make_archive",
    "outbox": "anchor_portal.services.messages.chores:send_outbox",
    "reminders": "anchor_portal.services.rounds.reminding:remind",
    "scans": "anchor_portal.services.evidence.rescans:scan_waiting",
}
"""Kind to "module:function"."""


def find_work(kind: str) -> "Callable[[Work], None]":
    """The function of a kind. Raises KeyError where there is none."""
    module, _, name = KINDS[kind].partition(":")
    work: Callable[[Work], None] = getattr(importlib.import_module(module), name)
    return work
