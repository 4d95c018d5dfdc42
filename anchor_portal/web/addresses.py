"""Addresses around a return that several pages, and the messages about it, lead to."""

from typing import Any

from flask import url_for

from anchor_portal.extensions import viewer
from anchor_portal.queries.returns import Found
from anchor_portal.services.returns.signing import Links
from anchor_portal.web.returns.found import address_of


def _of(endpoint: str, found: Found, **more: Any) -> str:
    return url_for(endpoint, round_code=found.round.code, slug=found.organisation.slug, **more)


def check_address(found: Found) -> str:
    """The page with every answer and what is left to do."""
    return _of("signoff.check", found)


def sign_address(found: Found) -> str:
    """The page on which the return is signed."""
    return _of("signoff.sign", found)


def feedback_address(found: Found, **more: Any) -> str:
    """The page with what the Assembly asks."""
    return _of("feedback.show", found, **more)


def links_for(found: Found) -> Links:
    """Where messages about the return lead to, and who need not be told, since they take the step."""
    return Links(sign_address(found), address_of(found), viewer().email)
