"""Planning a meeting: its facts, its agenda, its beginning and the agreeing of its minutes."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from anchor_portal.domain.meetings.agenda import (
    FOR_AN_ORGANISATION,
    STANDING_ITEMS,
    ItemKind,
    MeetingState,
    make_reference,
    may_add,
    may_plan,
    number_of,
)
from anchor_portal.models import AgendaItem, Meeting, Organisation
from anchor_portal.queries.meetings import load_references
from anchor_portal.services.audit import record

CLOSED = "The minutes of this meeting are agreed, so nothing of it can be changed."
NUMBERED = "The meeting was held: the numbers of its items stand in its minutes, so none can be moved or taken out."


class MeetingRefused(Exception):
    """It cannot be done now; the text is a sentence."""


class ChangedMeanwhile(Exception):
    """Somebody else changed it after the page was opened; nothing was stored."""


class ReferenceTaken(Exception):
    """Another meeting is numbered so already."""


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What is said of a meeting. `reference` begins the numbers of its items; empty to have one made."""

    title: str
    held_on: date
    reference: str = ""
    starts_at: str = ""
    venue: str = ""
    round_id: int | None = None
    chair: str = ""
    present: str = ""
    apologies: str = ""
    declarations: str = ""


@dataclass(frozen=True, slots=True)
class ItemWords:
    """What is said of an item; `minutes` is how long it is to take."""

    title: str
    lead: str = ""
    minutes: int | None = None
    purpose: str = ""
    note: str = ""


def add_meeting(session: Session, facts: MeetingFacts, who: str) -> Meeting:
    """Add a meeting, with the items that every one has. Raises ReferenceTaken."""
    try:
        return _add(session, facts, who)
    except ReferenceTaken:
        if facts.reference:
            raise
        return _add(session, facts, who)  # somebody else was given that number in this very moment


def _add(session: Session, facts: MeetingFacts, who: str) -> Meeting:
    meeting = Meeting(**_columns(session, facts, set()), state=MeetingState.PLANNED)
    meeting.items = [
        AgendaItem(
            position=place, kind=item.kind, title=item.title, purpose=item.purpose, minutes=item.minutes, lead="Chair"
        )
        for place, item in enumerate(STANDING_ITEMS, start=1)
    ]
    with _numbered(session, meeting.reference):
        session.add(meeting)
    record(session, who, "meeting added", meeting.reference, f"{meeting.title}, {meeting.held_on}")
    return meeting


def change_meeting(session: Session, meeting: Meeting, facts: MeetingFacts, seen: int, who: str) -> bool:
    """Change what is said of a meeting; False where it says that already.

    Raises MeetingRefused, ChangedMeanwhile and ReferenceTaken.
    """
    _require(may_add(meeting.state), CLOSED)
    values = _columns(session, facts, {meeting.reference})
    if all(getattr(meeting, name) == value for name, value in values.items()):
        return False
    if meeting.version != seen:
        raise ChangedMeanwhile
    if values["reference"] != meeting.reference:
        _require(may_plan(meeting.state), "The meeting was held under this number, which stands in its minutes.")
    with _numbered(session, str(values["reference"])):
        for name, value in values.items():
            setattr(meeting, name, value)
    record(session, who, "meeting changed", meeting.reference, meeting.title)
    return True


def _columns(session: Session, facts: MeetingFacts, own: set[str]) -> dict[str, object]:
    taken = load_references(session) - own
    reference = facts.reference or make_reference(facts.title, facts.held_on, taken)
    if reference in taken:
        raise ReferenceTaken(reference)
    return asdict(facts) | {"reference": reference}


@contextmanager
def _numbered(session: Session, reference: str) -> Iterator[None]:
    """Write a meeting down under a number, or nothing of it where somebody else took that in this very moment."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError:
        raise ReferenceTaken(reference) from None


def begin(session: Session, meeting: Meeting, who: str) -> bool:
    """Begin a meeting: from now on it can be recorded. False where it has begun already."""
    if meeting.state != MeetingState.PLANNED:
        return False
    meeting.state = MeetingState.HELD
    session.flush()
    record(session, who, "meeting begun", meeting.reference)
    return True


def agree(session: Session, meeting: Meeting, day: date, who: str) -> bool:
    """Agree the minutes of a meeting, after which it is only read. False where that was done; raises MeetingRefused."""
    if meeting.state == MeetingState.AGREED:
        return False
    _require(meeting.state == MeetingState.HELD, "A meeting that has not begun has no minutes to agree.")
    meeting.state, meeting.agreed_on = MeetingState.AGREED, day
    session.flush()
    record(session, who, "minutes agreed", meeting.reference)
    return True


def add_item(session: Session, meeting: Meeting, words: ItemWords, who: str) -> AgendaItem:
    """Add other business at the end of the agenda. Raises MeetingRefused."""
    return _append(session, meeting, [AgendaItem(kind=ItemKind.BUSINESS, **asdict(words))], who)[0]


def add_organisations(
    session: Session, meeting: Meeting, organisations: Iterable[Organisation], who: str, *, minutes: int | None = None
) -> int:
    """Put organisations on the agenda that are not on it yet; how many. Raises MeetingRefused."""
    there = {item.organisation_id for item in meeting.items}
    items = [
        AgendaItem(
            kind=ItemKind.ORGANISATION,
            organisation_id=each.id,
            title=each.name,
            purpose=FOR_AN_ORGANISATION,
            minutes=minutes,
        )
        for each in organisations
        if each.id not in there
    ]
    return len(_append(session, meeting, items, who))


def _append(session: Session, meeting: Meeting, items: list[AgendaItem], who: str) -> list[AgendaItem]:
    _require(may_add(meeting.state), CLOSED)
    last = session.scalar(select(func.max(AgendaItem.position)).where(AgendaItem.meeting_id == meeting.id)) or 0
    for place, item in enumerate(items, start=last + 1):
        item.position = place
        meeting.items.append(item)
        record(session, who, "agenda item added", number_of(meeting.reference, place), item.title)
    session.flush()
    return items


def change_item(session: Session, meeting: Meeting, item: AgendaItem, words: ItemWords, seen: int, who: str) -> bool:
    """Change what is said of an item; False where it says that already. Raises MeetingRefused and ChangedMeanwhile."""
    _require(may_add(meeting.state), CLOSED)
    values = asdict(words)
    if all(getattr(item, name) == value for name, value in values.items()):
        return False
    if item.version != seen:
        raise ChangedMeanwhile
    for name, value in values.items():
        setattr(item, name, value)
    session.flush()
    record(session, who, "agenda item changed", number_of(meeting.reference, item.position), item.title)
    return True


def move_item(session: Session, meeting: Meeting, item: AgendaItem, by: int, who: str) -> bool:
    """Move an item up (-1) or down (1) the agenda; False at its end. Raises MeetingRefused."""
    _require(may_plan(meeting.state), NUMBERED)
    every = sorted(meeting.items, key=lambda each: each.position)
    here = every.index(item)
    there = here + by
    if not 0 <= there < len(every):
        return False
    every[here], every[there] = every[there], every[here]
    _number(session, every)
    meeting.items.sort(key=lambda each: each.position)
    record(session, who, "agenda item moved", number_of(meeting.reference, item.position), item.title)
    return True


def remove_item(session: Session, meeting: Meeting, item: AgendaItem, who: str) -> None:
    """Take an item off the agenda; those after it move up. Raises MeetingRefused."""
    _require(may_plan(meeting.state), NUMBERED)
    record(session, who, "agenda item removed", number_of(meeting.reference, item.position), item.title)
    meeting.items.remove(item)
    session.flush()
    _number(session, sorted(meeting.items, key=lambda each: each.position))


def _number(session: Session, items: list[AgendaItem]) -> None:
    for position, each in enumerate(items, start=1):
        if each.position != position:
            each.position = position
    session.flush()


def _require(is_possible: bool, sentence: str) -> None:
    if not is_possible:
        raise MeetingRefused(sentence)
