"""Messages to people: written into the outbox in the transaction of what they tell, and sent after it."""

from sqlalchemy.orm import Session

from anchor_portal.domain.answers.text import clean_line, clean_text
from anchor_portal.models import Message

REMINDER = "reminder"
"""Messages of this kind carry a link that turns them off, and are dropped where their reader turned them off."""


def write_message(
    session: Session, to_email: str, to_name: str, kind: str, subject: str, body: str, link: str = ""
) -> Message:
    """Put a message into the outbox; it is sent only if the running transaction is committed.

    `kind` is a short code such as "asked_to_sign"; `link` is an address of the portal that the message leads to,
    with or without the portal's own name before it.
    """
    message = Message(
        to_email=to_email,
        to_name=clean_line(to_name),
        kind=kind,
        subject=clean_line(subject),
        body=clean_text(body),
        link=link,
    )
    session.add(message)
    session.flush()
    return message
