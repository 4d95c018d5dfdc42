"""The first round under another version of the questionnaire: what last time's answers still say, and what is asked when."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from anchor_portal.services.questionnaires.publishing import publish_questionnaire
from tests.make import make_round
from tests.pages import Browser, Page
from tests.web.sections import TRUST, send
from tests.web.test_questionnaire_pages import NEXT

ROUND = f"/returns/2027-07/{TRUST}"


def in_another_unit(text: str) -> str:
    return text.replace('unit = "people"', 'unit = "fte"\ncomparable = false')


def asked(source: str, key: str, change: Callable[[str], str]) -> str:
    """The text of a version in which one question is asked in another way."""
    parts = re.split(r"(?m)(?=^\[\[)", source)
    return "".join(change(each) if f'key = "{key}"' in each else each for each in parts)


def begin(app: Flask, *sources: str) -> Browser:
    """The lead of the trust in a round under the last of some versions that are published one after another."""
    with Session(app.extensions["database"].writer) as session, session.begin():
        for number, source in enumerate(sources):
            publish_questionnaire(session, source.replace('"2028-01"', f'"2028-0{number + 1}"', 1), "next.toml")
        make_round(session, "2027-07", f"2028-0{len(sources)}", is_open=True)
    return Browser(app).sign_in("lead@trust.example")


def figures(page: Page, key: str) -> list[str]:
    boxes = page.soup.select(f'input[name^="{key}:"]')
    return [str(each.get("value", "")) for each in boxes if each.get("type") not in ("radio", "checkbox")]


def test_an_answer_of_another_unit_is_not_said_and_not_carried_forward(app: Flask) -> None:
    lead = begin(app, asked(NEXT, "p1.rlw_agency", in_another_unit))
    path = f"{ROUND}/sections/pledge-1"
    page = lead.get(path)
    assert "Last time" in page.words and "238 FTE" not in page.words
    send(lead, path, page.form() | {"then": "carry"})
    page = lead.get(path)
    assert any(figures(page, "p1.rlw_staff")) and not any(figures(page, "p1.rlw_agency"))


def test_it_counts_which_version_in_between_asked_in_another_way(sqlite_app: Flask) -> None:
    changed = asked(NEXT, "p1.rlw_agency", in_another_unit)
    lead = begin(sqlite_app, changed, changed.replace("comparable = false\n", ""))
    assert "238 FTE" not in lead.get(f"{ROUND}/sections/pledge-1").words


def test_what_the_new_version_asks_alike_is_said_and_carried_forward(sqlite_app: Flask) -> None:
    lead = begin(sqlite_app, NEXT)
    path = f"{ROUND}/sections/pledge-1"
    assert "Last time" in lead.get(path).words
    send(lead, path, lead.get(path).form() | {"then": "carry"})
    assert any(figures(lead.get(path), "p1.rlw_agency"))


def test_a_figure_that_is_not_comparable_is_not_warned_about_beside_last_times(sqlite_app: Flask) -> None:
    shares = asked(
        NEXT, "p2.local_staff", lambda text: text.replace('kind = "share"', 'kind = "share"\ncomparable = false')
    )
    lead, path = begin(sqlite_app, shares), f"{ROUND}/sections/pledge-2"
    typed = {f"p2.{key}:{part}": text for key in ("local_staff", "local_fte") for part, text in LOWER.items()}
    words = send(lead, path, lead.get(path).form() | typed | {"then": "later"}) and lead.get(path).words
    warned = re.findall(r"([^.!?:]*?) is [\d.]+ percentage points below last time", words)
    assert len(warned) == 1


LOWER = {"numerator": "1000", "denominator": "5000"}
HOW_MANY = """[[sections.questions]]
key = "p3.how_many"
kind = "number"
need = "required"
unit = "people"
maximum = 1000
label = "How many groups use them?"
short = "Groups"
show_if = { question = "p3.free_use", equals = %s }

"""


@pytest.mark.parametrize("equals", ['["yes", "some"]', '["some", "yes"]'])
def test_a_question_that_goes_with_two_answers_says_both(equals: str, sqlite_app: Flask) -> None:
    lead = begin(sqlite_app, asked(NEXT, "p3.narrative", lambda text: HOW_MANY % equals + text))
    page = lead.get(f"{ROUND}/sections/pledge-3")
    assert "If you answer “Yes” or “In some buildings”: How many groups use them?" in page.words
    assert page.soup.select_one('[data-shown-by="p3.free_use:"][data-shown-for="yes some"]')
