"""Sections of a return, as a person opens, fills in and saves them; and what the database then holds."""

from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.models import Answer, Organisation, Return, Round
from tests.pages import Browser, Page, check

ROUND = "2027-01"
TRUST = "mid-cheshire-hospitals"
"""In the demonstration its draft for the open round is half filled in."""
RETURN = f"/returns/{ROUND}/{TRUST}"
SECTION = f"{RETURN}/sections"

Answers = dict[str, dict[str, str]]


def stored(app: Flask, slug: str = TRUST, code: str = ROUND) -> Answers:
    """The answers of a draft, as the database holds them."""
    query = (
        select(Answer.question, Answer.parts)
        .join(Return, Return.id == Answer.return_id)
        .join(Round, Round.id == Return.round_id)
        .join(Organisation, Organisation.id == Return.organisation_id)
        .where(Organisation.slug == slug, Round.code == code)
    )
    with Session(app.extensions["database"].reader) as session:
        return {question: parts for question, parts in session.execute(query)}


def send(browser: Browser, path: str, data: dict[str, Any], status: int = 200) -> Page:
    """Post a form as it stands on a page, its token among the rest, and check the page that comes of it."""
    return check(browser.client.post(path, data=data, follow_redirects=True), status)


def fill(
    browser: Browser,
    path: str,
    typed: dict[str, str],
    *,
    press: tuple[str, str] = ("then", "continue"),
    status: int = 200,
) -> Page:
    """Open a section, type into some of its boxes, press a button."""
    form = browser.get(path).form()
    return send(browser, path, form | typed | dict([press]), status)


def value_in(page: Page, name: str) -> str:
    """What stands in the box with this name, or which of its options is chosen; empty for none."""
    return page.form().get(name, "")


def message_beside(page: Page, box: str) -> str:
    """The error message that a box, or the group in which it stands, is described by."""
    found = page.soup.find(id=box)
    assert found is not None, f"no box {box}"
    described = [tag for tag in (found, *found.parents) if tag.get("aria-describedby")]
    ids = [part for tag in described for part in str(tag["aria-describedby"]).split()]
    messages = [page.soup.select_one(f'[id="{each}"].nhsuk-error-message') for each in ids]
    return " ".join(" ".join(each.get_text(" ").split()) for each in messages if each).removeprefix("Error: ")
