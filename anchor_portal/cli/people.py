"""People and their roles."""

import os
import sys

import click
from sqlalchemy.orm import Session

from anchor_portal.cli.base import Refused, get_organisation, writing
from anchor_portal.config import read_settings
from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.people import Role
from anchor_portal.domain.signing_in.recovery import LINK_LASTS_DAYS, LONGEST_REASON, Recovery
from anchor_portal.models import User
from anchor_portal.services.accounts.closing import AccountRefused
from anchor_portal.services.accounts.recovery import BY_OPERATOR, recover
from anchor_portal.services.audit import OPERATOR, record
from anchor_portal.services.messages.invitations import ADDRESS, LASTS_DAYS, renew, void_links
from anchor_portal.services.people import PersonRefused, add_role, get_user
from anchor_portal.services.review.interests import InterestRefused, declare

NEW_PASSWORD = "ANCHOR_NEW_PASSWORD"  # noqa: S105 - the name of the variable


@click.group()
def users() -> None:
    """Give people accounts and roles."""


@users.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True)
@click.option("--organisation", "slug", help="Needed for contributor, lead and signatory.")
@click.option("--name", default="", help="How the person is called on the pages.")
@click.option("--password", is_flag=True, help="Ask for a password now; else ANCHOR_NEW_PASSWORD, if it is set.")
@click.option("--link", is_flag=True, help="Print a link with which the person chooses a password; it works once.")
def add(email: str, role: str, slug: str | None, name: str, password: bool, link: bool) -> None:
    """Give EMAIL a role, with a new account if there is none. The person can sign in once a password is set.

    With --link for somebody who was invited already the new link takes the place of the one before.
    """
    secret = _ask_password() if password else os.environ.get(NEW_PASSWORD, "")
    try:
        with writing() as session:
            organisation = get_organisation(session, slug) if slug else None
            user, is_new = add_role(session, email, Role(role), organisation, name, secret)
            record(session, OPERATOR, "role given", user.email, f"{role} {slug or ''}".strip())
            address = _make_link(session, user) if link else ""
            click.echo(f"{user.email} {'is now' if is_new else 'was already'} {role}{f' of {slug}' if slug else ''}.")
            if address:
                click.echo(f"With this link they choose a password; it works once, for {LASTS_DAYS} days:\n{address}")
            elif user.password_hash is None:
                click.echo("No password is set yet: run this again with --link, or with --password.")
    except PersonRefused as refusal:
        raise Refused(str(refusal)) from None


def _make_link(session: Session, user: User) -> str:
    """A link for who has no password; it goes into no message, since a mailed one would make it void."""
    if user.password_hash is not None or not user.is_enabled:
        raise PersonRefused(
            "nobody who has a password, or whose account is closed, gets a link like this: see “users recover”"
        )
    void_links(session, user)
    token = renew(session, user.id, BY_OPERATOR)
    record(session, OPERATOR, "link shown", user.email, "on the command line")
    return f"{read_settings().base_url}{ADDRESS}{token}"


@users.command("recover")
@click.argument("email")
@click.option("--reason", required=True, help="Why, and how you know that it is they who ask; it stands in the audit.")
@click.option("--keep-second-factors", is_flag=True, help="Take away the password alone.")
@click.option("--disconnect", is_flag=True, help="Disconnect accounts elsewhere, too.")
def recover_somebody(email: str, reason: str, keep_second_factors: bool, disconnect: bool) -> None:
    """Help EMAIL back in who lost what they sign in with, when nobody of the team can: print a link that works once.

    Password, authenticator app, recovery codes and passkeys are taken away, and every session ends.
    """
    why = _read_reason(reason)
    wanted = Recovery(not keep_second_factors, not keep_second_factors, disconnect, new_password=True)
    try:
        with writing() as session:
            user = get_user(session, email)
            token, address = recover(session, user.id, None, wanted, why), user.email
    except (PersonRefused, AccountRefused) as refusal:
        raise Refused(str(refusal)) from None
    click.echo(f"With this link {address} chooses a new password; it works once, for {LINK_LASTS_DAYS} days:")
    click.echo(f"{read_settings().base_url}{ADDRESS}{token}")


def _read_reason(typed: str) -> str:
    """The reason as it will stand in the audit, under the rules of the page."""
    reason = clean_text(typed).strip()
    if not reason:
        raise Refused("Say why, and how you know that it is they who ask")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"Say it in at most {LONGEST_REASON} characters")
    return reason


@users.command("interest")
@click.argument("email")
@click.option("--organisation", "slug", required=True, help="The organisation that the member has an interest in.")
def interest(email: str, slug: str) -> None:
    """Note that EMAIL declared an interest in an organisation: they no longer see or decide its returns."""
    try:
        with writing() as session:
            user = get_user(session, email)
            declare(session, user.id, get_organisation(session, slug).id, OPERATOR)
            click.echo(f"{user.email} has an interest in {slug}.")
    except PersonRefused as refusal:
        raise Refused(str(refusal)) from None
    except InterestRefused:
        raise Refused(f"{email} is not a member of the Assembly, or their account is closed") from None


def _ask_password() -> str:
    """A password typed at a terminal; where there is none, the one of the variable."""
    if not sys.stdin.isatty():
        if given := os.environ.get(NEW_PASSWORD, ""):
            return given
        raise Refused(f"no terminal is there to ask for a password: set {NEW_PASSWORD}, or use --link")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
