"""The link of an invitation on the page of whoever made it: once, and only where no message brings it.

Nobody but the team gets to see one, since whoever has it chooses the password of that account; in a demonstration, where
nothing is mailed, everybody who invites does.
"""

from flask import flash, render_template

from anchor_portal.domain.people import Role
from anchor_portal.extensions import db, reference, settings, viewer
from anchor_portal.models import User
from anchor_portal.services.audit import record
from anchor_portal.services.messages.invitations import ADDRESS, LASTS_DAYS

SHOWN = "link shown"
"""What the audit says."""
NOT_YET = (
    "It waits: no mail server is set yet, which the operator does with ANCHOR_SMTP. Until then the sustainability team "
    "can give them a link themselves, on the person’s page."
)


def is_link_shown() -> bool:
    """Whether the person sees the links that they make."""
    return reference().is_demo or (settings().mail is None and Role.TEAM in viewer().roles)


def show_link(user: User, token: str, done: str, then: str, days: int = LASTS_DAYS) -> str:
    """The page with the link, and with what was done. It stands in no cookie, and nothing keeps it.

    `then` is where one goes on, `days` how long the link works.
    """
    record(db(), viewer().email, SHOWN, user.email, "no message goes out")
    link = settings().base_url + ADDRESS + token
    return render_template("people/link.html", invited=user, link=link, done=done, then=then, days=days)


def say_link_goes(done: str, email: str) -> None:
    """Say what was done, and how somebody gets their link: by a message, which waits where no mail server is set."""
    goes, waits = f"A message with a link goes to {email}.", f"A message with a link is written for {email}. {NOT_YET}"
    flash(f"{done} {goes if settings().mail else waits}", "success")
