"""In which ways somebody can sign in, and telling them when one came or went."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.signing_in.ways import Ways
from anchor_portal.models import Identity, Passkey, User
from anchor_portal.services.messages.outbox import write_message


def load_ways(session: Session, user: User) -> Ways:
    """In which ways somebody can sign in."""
    passkeys = session.scalars(select(func.count(Passkey.id)).where(Passkey.user_id == user.id)).one()
    elsewhere = session.scalars(select(func.count(Identity.id)).where(Identity.user_id == user.id)).one()
    return Ways(user.password_hash is not None, passkeys, elsewhere)


def tell_of_ways(session: Session, user: User, subject: str, said: str) -> None:
    """Tell somebody that a way into their account came or went."""
    body = f"{said}\n\nIf that was not you, ask the sustainability team at once: they can end every session of yours."
    write_message(session, user.email, user.name, "ways_changed", subject, body, "/account")
