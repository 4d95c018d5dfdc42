"""The messages that were written to the person who is signed in: here as well as by email."""

from urllib.parse import urlsplit

from flask import Blueprint, render_template

from anchor_portal.extensions import db, settings, viewer
from anchor_portal.models import Message, User
from anchor_portal.queries.messages import SHOWN, load_messages_to
from anchor_portal.web.access import open_to_signed_in

blueprint = Blueprint("messages", __name__)


@blueprint.get("/messages")
@open_to_signed_in
def inbox() -> str:
    """What was written to me, the newest first."""
    mine = load_messages_to(db(), viewer())
    is_off = db().get_one(User, viewer().user_id).reminders_off_at is not None
    return render_template(
        "messages/inbox.html", lines=[(message, _address(message)) for message in mine], most=SHOWN, is_off=is_off
    )


def _address(message: Message) -> str:
    """The page of this portal that a message leads to, empty where it leads to none."""
    link = message.link.removeprefix(settings().base_url)
    split = urlsplit(link)
    return link if link.startswith("/") and not (split.scheme or split.netloc) else ""
