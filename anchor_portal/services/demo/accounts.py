"""Accounts as they are in real life: some people were here lately, some never, one is invited, one has left."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.people import Role
from anchor_portal.models import User
from anchor_portal.models.base import now
from anchor_portal.services.messages.invitations import renew
from anchor_portal.services.people import add_role

INVITED = ("imogen.thackerly@team.example", "Imogen Thackerly")
LEFT = ("cuthbert.wainscombe@assembly.example", "Cuthbert Wainscombe")
INVITED_BY = "Rosalind Tamberley"


def load_account_demo(session: Session) -> None:
    """Say of everybody when they were last seen, invite one more to the team, and close one account."""
    seen = now()
    users = session.scalars(select(User.id).order_by(User.id)).all()
    days = {user_id: timedelta(days=user_id * 7 % 45, minutes=user_id * 37) for user_id in users if user_id % 6}
    session.execute(update(User), [{"id": user_id, "last_seen_at": seen - before} for user_id, before in days.items()])
    invited, _ = add_role(session, INVITED[0], Role.TEAM, None, INVITED[1])
    renew(session, invited.id, INVITED_BY)
    left, _ = add_role(session, LEFT[0], Role.MEMBER, None, LEFT[1])
    left.is_enabled, left.last_seen_at = False, seen - timedelta(days=200)
    session.flush()
