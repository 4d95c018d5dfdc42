"""The reminders that a round usually has: a beginning that the team changes as it likes."""

from dataclasses import dataclass

from anchor_portal.domain.running.reminders import Audience


@dataclass(frozen=True, slots=True)
class Written:
    """A reminder with its words."""

    audience: Audience
    days: int
    subject: str
    body: str


_HELP = (
    "If somebody else should get these messages, or you cannot make the day, write back: we would rather know early."
)

USUAL = (
    Written(
        Audience.UNANSWERED,
        -14,
        "Due on {deadline}: {organisation}, {round}",
        "The return of {organisation} for {round} is due on {deadline}.\n\n"
        "You need not do it in one go: what you type is kept, and you can give sections to colleagues.\n\n" + _HELP,
    ),
    Written(
        Audience.UNANSWERED,
        -3,
        "Nearly due, on {deadline}: {organisation}, {round}",
        "The return of {organisation} for {round} is due on {deadline}.\n\n"
        "Leave some time for the signature: only a signatory can submit it.\n\n" + _HELP,
    ),
    Written(
        Audience.UNANSWERED,
        0,
        "Due today: {organisation}, {round}",
        "The return of {organisation} for {round} is due today, {deadline}. "
        "Late returns still come in for a while, and are marked late.",
    ),
    Written(
        Audience.UNANSWERED,
        5,
        "Overdue: {organisation}, {round}",
        "The return of {organisation} for {round} was due on {deadline} and has not been submitted.\n\n"
        "You can still send it. Please do so before the round is closed, or the figures of the region are made "
        "without you.\n\n" + _HELP,
    ),
    Written(
        Audience.WAITING_FOR_SIGNATURE,
        3,
        "Waiting for your signature: {organisation}, {round}",
        "You were asked on {asked on} to sign the return of {organisation} for {round}. "
        "It is due on {deadline}, and only a signatory can submit it.\n\n"
        "Read it and sign at its end. If something has to change first, send it back from the same page.",
    ),
    Written(
        Audience.QUERIED,
        -2,
        "Replies to the Assembly are due on {reply by}: {organisation}",
        "The Anchor Assembly asked something about the return of {organisation} for {round}, and waits for your "
        "replies until {reply by}.\n\n"
        "Reply to each query, change the answers that need it, then ask for a signature again.",
    ),
)
