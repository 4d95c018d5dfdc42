"""Who may decide about a return, when two opinions are wanted; and whether a decision still fits what it is about."""

from collections.abc import Collection
from dataclasses import dataclass

from anchor_portal.domain.lifecycle import NAMES, Status

MOST_OPINIONS = 2


def why_not_decide(needed: int, given_by: Collection[int], me: int) -> str:
    """Why this person cannot decide yet; empty where they can.

    `needed` opinions were asked for, 1 or 2; `given_by` are the people without an interest who gave one on the
    revision that stands. One opinion is that of whoever decides, so none has to be written for it.
    """
    missing = needed - len(set(given_by)) if needed > 1 else 0
    if missing <= 0:
        return ""
    if me not in given_by:
        return f"{needed} opinions were asked for on this return: give yours first"
    return f"{needed} opinions were asked for on this return, and {missing} is missing: another member has to give one"


def may_read_opinions(needed: int, given_by: Collection[int], me: int) -> bool:
    """Whether somebody may read what others think: once theirs is given or all are in, so that each is their own."""
    return me in given_by or len(set(given_by)) >= needed


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a return stands now: its status, the revision signed last, and that revision's SHA-256."""

    status: Status
    revision: int
    digest: str


def changed_since(decided_revision: int, decided_digest: str, now: Stand) -> str:
    """How a return changed after it was accepted, as a sentence without its stop; empty where it did not.

    `decided_digest` is the SHA-256 of what was decided on; empty where it was not kept, which says nothing.
    """
    if now.revision > decided_revision:
        signed = f"Signed again as revision {now.revision} since"
        if now.status in {Status.SUBMITTED, Status.ACCEPTED}:
            return f"{signed}, which waits for a decision" if now.status is Status.SUBMITTED else signed
        return f"{signed}, and is now “{NAMES[now.status]}”"
    if now.status is Status.CORRECTING:
        return "Opened for correction since: the organisation is changing it"
    if now.status is not Status.ACCEPTED:
        return f"Is being corrected since, and is now “{NAMES[now.status]}”"
    if decided_digest and now.digest and decided_digest != now.digest:
        return "What is stored is not what was decided on: tell whoever runs the portal"
    return ""
