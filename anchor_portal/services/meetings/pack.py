"""A meeting's pack: gathered, drawn as one PDF, as a job and on the command line."""

import re
import time
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.config import Settings
from anchor_portal.domain.meetings.agenda import (
    FOR_AN_ORGANISATION,
    STANDING_ITEMS,
    ItemKind,
    MeetingState,
    make_reference,
    number_of,
    say_times,
)
from anchor_portal.domain.people import Role
from anchor_portal.models import AgendaItem, Meeting, Organisation, Round
from anchor_portal.outputs.pdf.pack_content import (
    FIGURES,
    LOG,
    MINUTES,
    AgendaLine,
    PackContent,
    ProfilePage,
    Summary,
)
from anchor_portal.outputs.pdf.pack_pdf import draw_pack as draw
from anchor_portal.queries.meetings import find_last_meeting, find_meeting, load_carried, load_interests
from anchor_portal.queries.profiles import load_profile
from anchor_portal.queries.reference import load_reference
from anchor_portal.queries.returns import REVIEWABLE
from anchor_portal.queries.rounds import load_standings
from anchor_portal.queries.viewer import Viewer, find_viewer
from anchor_portal.services.jobs.work import Work, WorkRefused
from anchor_portal.services.meetings.minutes import minutes_of, say_held
from anchor_portal.services.meetings.summary import summary_of
from anchor_portal.services.scratch import open_scratch

PDF = "application/pdf"
PARTS = {ItemKind.MINUTES: MINUTES, ItemKind.ACTIONS: LOG, ItemKind.FIGURES: FIGURES}
"""What of a pack belongs to an item, beside the profiles of organisations."""
Tell = Callable[[int, int], None]
"""How many profiles are gathered, of how many."""
EVERY = 1.0
"""Seconds."""
WITHHELD = "withheld"
"""What the job of a pack remembers: the organisations of which it holds nothing."""


def make_pack(work: Work) -> None:
    """The job: a pack of `meeting_id` for the person `user_id`, without what they may not see."""
    with Session(work.database.reader) as session:
        meeting = find_meeting(session, int(work.arguments["meeting_id"]))
        reader = find_viewer(session, int(work.arguments["user_id"]))
        if meeting is None:
            raise WorkRefused("This meeting is not there any more.")
        if reader is None or not reader.roles & {Role.MEMBER, Role.TEAM}:
            raise WorkRefused("Only the Assembly and the sustainability team can have a pack.")
        work.tell(0, memory={WITHHELD: sorted(withheld_from(reader))})
        content = draw_pack(session, meeting, work.settings, today(), reader, _teller(work))
        name, number = file_name(meeting), len(meeting.items)
    with open_scratch() as (file, path):
        file.write(content)
        file.flush()
        work.keep(path, name, PDF)
    work.outcome = f"The pack of {meeting.title}, with {number} {'item' if number == 1 else 'items'} on its agenda"


def _teller(work: Work) -> Tell:
    """Says how far it is about once a second: each time is a transaction."""
    told = -EVERY

    def tell(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= EVERY:
            told = time.monotonic()
            work.tell(done, total, "profiles")

    return tell


def file_name(meeting: Meeting) -> str:
    """The name under which a pack is saved, in plain letters: "pack-AA-01-27.pdf"."""
    return f"pack-{re.sub(r'[^A-Za-z0-9]+', '-', meeting.reference)}.pdf"


def draw_pack(
    session: Session,
    meeting: Meeting,
    settings: Settings,
    day: date,
    reader: Viewer | None = None,
    tell: Tell = lambda done, total: None,
) -> bytes:
    """The pack of a meeting as a PDF, for somebody with their interests withheld, or with all of it for the operator."""
    content = gather_pack(session, meeting, settings, day, reader, tell)
    number = len(content.profiles)
    return draw(content, lambda page: tell(number, number))


def gather_pack(
    session: Session, meeting: Meeting, settings: Settings, day: date, reader: Viewer | None, tell: Tell
) -> PackContent:
    """Everything that stands in a pack."""
    withheld = withheld_from(reader)
    last = find_last_meeting(session, meeting)
    organisations = [item.organisation_id for item in meeting.items if item.organisation_id]
    interests = load_interests(session, organisations)
    return PackContent(
        title=meeting.title,
        held=say_held(meeting),
        chair=meeting.chair,
        reader=_say_reader(meeting, reader, withheld),
        agenda=agenda_of(meeting),
        interests=[f"{each.member}: {each.organisation}" for each in interests],
        minutes=minutes_of(session, last, withheld) if last else None,
        log=load_carried(session, meeting, last.held_on if last else None, withheld),
        summary=_summary(session, meeting, settings, day, withheld),
        profiles=_profiles(session, meeting, withheld, tell),
        today=day,
        partnership=settings.partnership,
        portal_name=settings.portal_name,
        demo=load_reference(session).is_demo,
    )


def withheld_from(reader: Viewer | None) -> frozenset[int]:
    """The organisations of which somebody sees no review: those of a declared interest, and where they hold a role."""
    return reader.interests | reader.organisation_ids if reader else frozenset()


def leaves_out_enough(memory: Mapping[str, Any], reader: Viewer) -> bool:
    """Whether a pack that was made for somebody leaves out all of what they may not see by now."""
    return withheld_from(reader) <= set(memory.get(WITHHELD, ()))


def _say_reader(meeting: Meeting, reader: Viewer | None, withheld: Collection[int]) -> str:
    on_it = [item for item in meeting.items if item.organisation_id in withheld]
    if reader is None or not on_it:
        return ""
    return f"This copy is for {reader.name}. What concerns {len(on_it)} of the organisations is left out of it, because of an interest."


def agenda_of(meeting: Meeting) -> list[AgendaLine]:
    """The agenda as it is printed."""
    times = say_times(meeting.starts_at, [item.minutes for item in meeting.items])
    return [
        AgendaLine(
            number=number_of(meeting.reference, item.position),
            time=time,
            title=item.title,
            lead=item.lead,
            purpose=item.purpose,
            note=item.note,
            part=_key(item) if item.organisation_id else PARTS.get(ItemKind(item.kind), ""),
        )
        for item, time in zip(meeting.items, times, strict=True)
    ]


def _key(item: AgendaItem) -> str:
    return f"profile-{item.position}"


def _summary(
    session: Session, meeting: Meeting, settings: Settings, day: date, withheld: Collection[int]
) -> Summary | None:
    if meeting.round is None:
        return None
    return summary_of(session, meeting.round, settings.coverage_threshold, day, withheld)


def _profiles(session: Session, meeting: Meeting, withheld: Collection[int], tell: Tell) -> list[ProfilePage]:
    items = [(item, item.organisation) for item in meeting.items if item.organisation is not None]
    reference, pages = load_reference(session), []
    for done, (item, organisation) in enumerate(items, start=1):
        is_withheld = organisation.id in withheld
        profile = None if is_withheld else load_profile(session, organisation, meeting.round, reference)
        number = number_of(meeting.reference, item.position)
        pages.append(ProfilePage(_key(item), number, item.title, profile))
        tell(done, len(items))
    return pages


def meeting_of_everybody(session: Session, round_: Round, day: date) -> Meeting:
    """A meeting that is not stored, about each organisation that sent a return: for a pack before one is planned."""
    standings = load_standings(session, round_)
    sent = [each.organisation for each in standings if each.row is not None and each.row.status in REVIEWABLE]
    items = [AgendaItem(kind=item.kind, title=item.title, purpose=item.purpose) for item in STANDING_ITEMS]
    items += [_item_about(organisation) for organisation in sent]
    for position, item in enumerate(items, start=1):
        item.position, item.lead, item.note = position, "", ""
    empty = dict.fromkeys(("starts_at", "venue", "chair", "present", "apologies", "declarations"), "")
    title = f"Anchor Assembly, {round_.title}"
    reference = make_reference(title, day)
    return Meeting(
        id=0,
        reference=reference,
        title=title,
        held_on=day,
        state=MeetingState.PLANNED,
        round=round_,
        items=items,
        **empty,
    )


def _item_about(organisation: Organisation) -> AgendaItem:
    return AgendaItem(
        kind=ItemKind.ORGANISATION,
        organisation_id=organisation.id,
        organisation=organisation,
        title=organisation.name,
        purpose=FOR_AN_ORGANISATION,
    )
