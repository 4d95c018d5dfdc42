"""Attempts of the running request, counted for the account and for the network address that they come from."""

from flask import request
from sqlalchemy.orm import Session

from anchor_portal.domain.signing_in.throttling import ACCOUNT, ACCOUNT_ANYWHERE, ADDRESS
from anchor_portal.extensions import database, db, settings
from anchor_portal.models.base import now
from anchor_portal.queries.sign_ins import load_addresses
from anchor_portal.services.accounts.throttling import Limits, attempt, forgive, say_network
from anchor_portal.web.account.known_browsers import name_for
from anchor_portal.web.transactions import address_of

TRY_LATER = 429


def limits_of(what: str, email: str = "") -> Limits:
    """What an attempt counts for: `what` is tried, such as "account ada@x.example", and the address of whoever asks.

    In a browser in which the person with this `email` signed in before it counts for that browser alone. From a network
    from which they did, what fails from everywhere else does not count: strangers on many networks keep nobody out there.
    """
    if known := name_for(email) if email else "":
        return {f"{what} in {known}": ACCOUNT}
    network = say_network(address_of(request.remote_addr or ""))
    if not network:
        return {what: ACCOUNT}
    from_there = {f"{what} from {network}": ACCOUNT, f"address {network}": ADDRESS}
    return from_there if _was_signed_in_from(network, email) else from_there | {what: ACCOUNT_ANYWHERE}


def _was_signed_in_from(network: str, email: str) -> bool:
    """Whether the person with this address was signed in from a network of late; asked whether there is one or not."""
    with Session(database().reader) as looking:
        return network in {say_network(address) for address in load_addresses(looking, email.strip().lower())}


def count_attempt(what: str, email: str = "") -> None:
    """Count an attempt, before it is made and before the request has changed anything. Raises Barred."""
    db().rollback()  # nothing is held while this waits for its turn to write
    attempt(database(), settings().secret_key, limits_of(what, email), now())


def forgive_attempts(what: str, email: str = "") -> None:
    """After one that succeeded, and before the request has changed anything."""
    db().rollback()
    forgive(database(), settings().secret_key, limits_of(what, email))
