"""Handing over all that one person has to a successor: roles, sections, reviews, open actions; told in one message."""

from collections.abc import Iterator, Mapping

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.accounts import Handover, plan_handover
from anchor_portal.domain.people import NAMES, Role
from anchor_portal.models import ActionUpdate, Grant, Interest, ReviewAssignment, SectionOwner, User
from anchor_portal.models.base import now
from anchor_portal.queries.accounts import Account, Belongings, RoleHeld, find_account, load_able_team, load_belongings
from anchor_portal.queries.viewer import Viewer
from anchor_portal.services.accounts.closing import AccountRefused, close_account
from anchor_portal.services.audit import record
from anchor_portal.services.messages.outbox import write_message
from anchor_portal.services.people import PersonRefused, follow_roles, get_user, void_packs


def hold_both(session: Session, user_id: int, successor: str) -> None:
    """Hold the team, then both people in the order in which everybody holds people, before anything of them is read."""
    load_able_team(session, to_change=True)  # always before single accounts, so that two never wait for each other
    both = or_(User.id == user_id, User.email == successor.strip().lower())
    session.execute(select(User.id).where(both).order_by(User.id).with_for_update())


def get_successor(session: Session, leaving: User, typed: str) -> Account:
    """The account that takes over, by its address. Raises AccountRefused where it cannot."""
    try:
        user = get_user(session, typed)
    except PersonRefused as refusal:
        words = str(refusal)
        raise AccountRefused(f"{words[:1].upper()}{words[1:]}") from None
    if user.id == leaving.id:
        raise AccountRefused("That is the person themselves: name somebody else")
    if not user.is_enabled:
        raise AccountRefused(f"The account of {user.name} is closed: open it again first, or name somebody else")
    account = find_account(session, user.id, now(), to_change=True)
    if account is None:
        raise AccountRefused("Nobody with this address has an account")
    return account


def plan(session: Session, leaving: Account, successor: Account, belongings: Belongings) -> Handover:
    """What would pass to the successor."""
    interests = session.scalars(select(Interest.organisation_id).where(Interest.user_id == successor.user.id)).all()
    return plan_handover(
        [each.held for each in leaving.roles],
        [assigned for assigned, _ in belongings.reviews],
        {each.held for each in successor.roles},
        set(interests),
    )


def hand_over(session: Session, user_id: int, successor: str, by: Viewer, *, then_close: bool) -> Account:
    """Pass everything to the successor, and close the account where that is wanted; gives the successor.

    Raises AccountRefused where there is nothing to hand over, or the successor cannot take it.
    """
    hold_both(session, user_id, successor)
    leaving = find_account(session, user_id, now(), to_change=True)
    if leaving is None:
        raise AccountRefused("Nobody with this number has an account")
    heir = get_successor(session, leaving.user, successor)
    belongings = load_belongings(session, leaving.user)
    if not leaving.roles and belongings.is_nothing:
        raise AccountRefused(f"{leaving.user.name} has nothing to hand over")
    if any(each.role is Role.TEAM for each in leaving.roles) and heir.user.password_hash is None:
        raise AccountRefused(f"{heir.user.name} has no password yet, and so cannot take over a role of the team")
    _pass_roles(session, leaving, heir, by)
    planned = plan(session, leaving, heir, belongings)
    _pass_sections(session, leaving.user, heir.user, by)
    _pass_reviews(session, leaving.user, heir.user, planned, by)
    _pass_actions(session, leaving.user, heir.user, belongings, by)
    record(session, by.email, "everything handed over", leaving.user.email, f"to {heir.user.email}")
    _tell(session, leaving, heir, belongings, planned, by)
    if then_close:
        close_account(session, leaving.user, by)
    session.flush()
    return heir


def _pass_roles(session: Session, leaving: Account, heir: Account, by: Viewer) -> None:
    mine = session.scalars(select(Grant).where(Grant.user_id == leaving.user.id)).all()
    theirs = {each.held for each in heir.roles}
    held: Mapping[tuple[str, int | None], RoleHeld] = {
        (each.role, each.organisation_id): each for each in leaving.roles
    }
    passed: list[Grant] = []
    for grant in mine:
        role = held.get((grant.role, grant.organisation_id))
        if role is not None and role.held not in theirs:
            passed.append(Grant(user_id=heir.user.id, role=grant.role, organisation_id=grant.organisation_id))
        session.delete(grant)
    if any(each.organisation_id is not None for each in mine):
        void_packs(session, heir.user.id)
    session.add_all(passed)
    session.flush()
    follow_roles(session, heir.user, passed, by.email)


def _pass_sections(session: Session, leaving: User, heir: User, by: Viewer) -> None:
    mine = update(SectionOwner).where(SectionOwner.user_id == leaving.id)
    session.execute(mine.values(user_id=heir.id, given_by=by.name, given_at=now()))


def _pass_reviews(session: Session, leaving: User, heir: User, planned: Handover, by: Viewer) -> None:
    already = set(session.scalars(select(ReviewAssignment.return_id).where(ReviewAssignment.user_id == heir.id)))
    undecided = [each.return_id for each in (*planned.reviews, *planned.barred)]
    session.execute(
        delete(ReviewAssignment).where(
            ReviewAssignment.user_id == leaving.id, ReviewAssignment.return_id.in_(undecided)
        )
    )
    for each in planned.reviews:
        if each.return_id not in already:
            session.add(ReviewAssignment(return_id=each.return_id, user_id=heir.id, assigned_by=by.name))


def _pass_actions(session: Session, leaving: User, heir: User, belongings: Belongings, by: Viewer) -> None:
    for action in belongings.actions:
        action.owner = heir.name
        said = f"Handed over from {leaving.name} to {heir.name}."
        session.add(ActionUpdate(action_id=action.id, meeting_id=None, text=said, who=by.name))


def _tell(
    session: Session, leaving: Account, heir: Account, belongings: Belongings, planned: Handover, by: Viewer
) -> None:
    lines = "\n".join(f"- {line}" for line in _lines(leaving, belongings, planned))
    body = (
        f"{by.name} of the sustainability team handed over to you what {leaving.user.name} had:\n\n{lines}\n\n"
        "What waits for you stands in My work."
    )
    subject = f"You take over from {leaving.user.name}"
    write_message(session, heir.user.email, heir.user.name, "handed_over", subject, body, "/work")


def _lines(leaving: Account, belongings: Belongings, planned: Handover) -> Iterator[str]:
    yield from (say_role(each) for each in leaving.roles)
    yield from belongings.returns
    for organisation, round_title, number in belongings.sections:
        yield f"{_counted(number, 'section')} of the return of {organisation}, {round_title}"
    passing = {each.return_id for each in planned.reviews}
    yield from (f"the review of {words}" for assigned, words in belongings.reviews if assigned.return_id in passing)
    if belongings.actions:
        yield f"{_counted(len(belongings.actions), 'open action')} of the Assembly’s log"


def say_role(held: RoleHeld) -> str:
    """A role in words: "lead of Sefton Council"."""
    return f"{NAMES[held.role]} of {held.organisation}" if held.organisation else NAMES[held.role]


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
