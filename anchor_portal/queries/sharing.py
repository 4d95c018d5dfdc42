"""How the work on a return is shared: who has which section, and who has it open."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.models import SectionOwner, User


@dataclass(frozen=True, slots=True)
class Owner:
    """The person to whom a section was given, and the day by which it is due, if one was named."""

    section: str
    user_id: int
    name: str
    due_on: date | None


def load_owners(session: Session, return_id: int) -> dict[str, Owner]:
    """The owners of a return's sections, by the code of the section; a section that nobody was given is not in it."""
    query = (
        select(SectionOwner.section, SectionOwner.user_id, User.name, SectionOwner.due_on)
        .join(User, User.id == SectionOwner.user_id)
        .where(SectionOwner.return_id == return_id)
    )
    return {row.section: Owner(*row) for row in session.execute(query)}
