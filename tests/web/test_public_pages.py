"""The pages for everyone: figures only as they were frozen for the public, certificates, and words that are true."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal import create_app
from anchor_portal.config import Settings
from anchor_portal.domain.figures.figure import Shown
from anchor_portal.domain.figures.indicators import IndicatorView
from anchor_portal.domain.findings.sentences import in_words
from anchor_portal.models import Certificate, Publication
from anchor_portal.queries.published import of_number, thaw
from anchor_portal.queries.releases import Release, load_latest
from tests.conftest import STRONG_SECRET, make_app
from tests.pages import Browser, Page
from tests.web.frozen_figures import WITHHELD, withhold


@pytest.fixture
def published(sqlite_app: Flask) -> list[tuple[Release, list[IndicatorView]]]:
    """What the public may see, the newest round first."""
    with Session(sqlite_app.extensions["database"].reader) as session:
        return [(each, thaw(each.outside)) for each in load_latest(session)]


@pytest.fixture
def empty_browser(url: str) -> Iterator[Browser]:
    """A portal without rounds."""
    app = make_app(url)
    yield Browser(app)
    app.extensions["database"].dispose()


def certificates(app: Flask) -> list[Certificate]:
    with Session(app.extensions["database"].reader) as session:
        return list(session.scalars(select(Certificate).order_by(Certificate.number)))


def change_certificate(app: Flask, number: str, **changes: object) -> None:
    with Session(app.extensions["database"].writer) as session, session.begin():
        found = session.get_one(Certificate, number)
        for name, value in changes.items():
            setattr(found, name, value)


def cells(page: Page, caption: str) -> list[list[str]]:
    """The rows of the table with that caption as texts, without what is only there for phones."""
    found = next(each for each in page.soup.select("table") if each.caption and caption in each.caption.get_text())
    for only_on_phones in found.select("[aria-hidden=true]"):
        only_on_phones.decompose()
    return [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in found.select("tbody tr")]


def text_of(figure: object) -> str:
    assert isinstance(figure, Shown)
    return figure.text


# Home


def test_home_shows_the_three_indicators_of_the_last_published_round(
    sqlite_browser: Browser, published: list[tuple[Release, list[IndicatorView]]]
) -> None:
    page = sqlite_browser.get("/")
    release, views = published[0]
    assert f"{views[0].returns_expected} signatories" in page.words
    assert "July 2026, the last round published" in page.words
    for card, view in zip(page.soup.select(".app-card")[1:], views, strict=True):
        words = " ".join(card.get_text(" ").split())
        assert text_of(view.value) in words and in_words(view) in words
        assert card.select_one(f'a[href="/indicators/{view.definition.number}"]')
        assert card.select_one('svg[role="img"] title')
    assert release.round_code == "2026-07"


def test_home_shows_the_last_figure_shown_with_its_round_where_the_newest_is_withheld(
    sqlite_app: Flask, published: list[tuple[Release, list[IndicatorView]]]
) -> None:
    withhold(sqlite_app, 20)
    cards = Browser(sqlite_app).get("/").soup.select(".app-card")
    earlier = of_number(published[1][1], 20)
    words = " ".join(cards[2].get_text(" ").split())
    assert text_of(earlier.value) in words and f"Figure of January 2026 . {in_words(earlier)}" in words
    assert f"July 2026 is withheld: {WITHHELD.reason}." in words and "to January 2026" in words
    assert "Figure of" not in cards[1].get_text() + cards[3].get_text()


def test_home_says_where_to_sign_in_and_to_those_who_did_where_their_work_is(sqlite_browser: Browser) -> None:
    assert sqlite_browser.get("/").soup.select_one('main a[href="/sign-in"]')
    assert sqlite_browser.sign_in("lead@trust.example").get("/").soup.select_one('main a[href="/work"]')


def test_before_anything_is_published_the_pages_say_what_will_be_there(empty_browser: Browser) -> None:
    assert "No round has been published yet" in empty_browser.get("/").words
    for number in (12, 20, 21):
        page = empty_browser.get(f"/indicators/{number}")
        assert "No round has been published yet" in page.words
        assert "Numerator definition" in page.words
        assert not page.soup.select('svg[role="img"]')


# Indicators


@pytest.mark.parametrize("number", [12, 20, 21])
def test_an_indicator_begins_with_its_sentence_and_has_every_published_round_in_a_table(
    number: int, sqlite_browser: Browser, published: list[tuple[Release, list[IndicatorView]]]
) -> None:
    page = sqlite_browser.get(f"/indicators/{number}")
    views = [of_number(views, number) for _, views in published]
    assert page.text(".app-sentence") == in_words(views[0])
    rows = cells(page, "every round")
    assert len(rows) == len(published)
    for row, view in zip(rows, views, strict=True):
        figures = (view.value, view.numerator, view.denominator)
        assert all(text_of(figure) in row for figure in figures if isinstance(figure, Shown))


@pytest.mark.parametrize("number", [12, 20, 21])
def test_an_indicator_is_drawn_for_wide_and_narrow_screens_with_title_and_description(
    number: int, sqlite_browser: Browser
) -> None:
    page = sqlite_browser.get(f"/indicators/{number}")
    for layout in ("wide", "narrow"):
        drawings = page.soup.select(f".app-{layout} > svg[role=img]")
        assert len(drawings) >= 3
        for each in drawings:  # the words are in the page once, and name both
            words = [page.soup.find(id=each[name]) for name in ("aria-labelledby", "aria-describedby")]
            assert all(said is not None and said.get_text() for said in words)


def test_the_pages_of_an_indicator_weigh_sixty_kibibytes_at_most_and_the_heaviest_fifteen_more(
    sqlite_browser: Browser,
) -> None:
    """Indicator 20 has six columns in three long tables: see docs/decisions/0093."""
    for person, place in (("", ""), ("member@assembly.example", "/assembly/2026-07")):
        if person:
            sqlite_browser.sign_in(person)
        for number, most in ((12, 60), (20, 75), (21, 60)):
            weight = len(sqlite_browser.get(f"{place}/indicators/{number}").response.data)
            assert weight <= most * 1024, f"{place}/indicators/{number}: {weight:,} bytes"


def test_an_indicator_page_has_protected_counts_and_never_the_raw_ones(
    sqlite_browser: Browser, sqlite_app: Flask
) -> None:
    with Session(sqlite_app.extensions["database"].reader) as session:
        frozen = session.execute(select(Publication.inside, Publication.outside)).all()
    page = sqlite_browser.get("/indicators/20").response.text
    raw, shown = ([of_number(thaw(each[side]), 20) for each in frozen] for side in (0, 1))
    counts = {text_of(view.numerator) for view in raw if isinstance(view.numerator, Shown)}
    protected = {text_of(view.numerator) for view in shown if isinstance(view.numerator, Shown)}
    assert counts - protected
    assert all(f">{count}<" not in page for count in counts - protected)
    assert all(count in page for count in protected)


def test_a_group_of_fewer_than_three_is_not_shown_and_says_why(sqlite_browser: Browser) -> None:
    rows = {row[0]: row for row in cells(sqlite_browser.get("/indicators/12"), "By kind of organisation")}
    assert rows["Housing associations"][1:] == ["not shown: fewer than three returns are counted"]
    assert rows["Primary care"][1].startswith("no data")
    assert rows["NHS trusts"][1].endswith("%")


def test_pay_bands_are_shown_protected_and_where_one_is_hidden_the_page_says_why(sqlite_browser: Browser) -> None:
    page = sqlite_browser.get("/indicators/20")
    rows = {row[0]: row for row in cells(page, "By pay band")}
    assert [*rows] == ["Lower", "Middle", "Upper", "Medical and dental", "Board", "Other (NHS)", "All signatories"]
    assert rows["Lower"][1].endswith("%")
    hidden = [row for row in rows.values() if row[1].startswith("not shown")]
    assert hidden and all("could be worked out" in row[1] for row in hidden)


def test_counts_of_people_have_an_interval_in_plain_words_and_others_have_none(sqlite_browser: Browser) -> None:
    assert "Allowing for chance, between" in sqlite_browser.get("/indicators/20").words
    for number in (12, 21):
        page = sqlite_browser.get(f"/indicators/{number}")
        assert "Allowing for chance" not in page.words and "There is no range for chance" in page.words
        assert "95% confidence interval" not in page.text("table")


def test_july_and_january_of_a_financial_year_are_never_joined_by_a_line(sqlite_browser: Browser) -> None:
    page = sqlite_browser.get("/indicators/21")
    titles = [each.get_text() for each in page.soup.select("figcaption")]
    assert titles == ["July rounds", "January rounds"]
    described = [each.get_text() for each in page.soup.select("figure:has(figcaption) desc")]
    assert all(("July" in words) != ("January" in words) for words in described)
    assert "add up from April" in page.words


def test_ethnicity_is_shown_without_judgement(sqlite_browser: Browser) -> None:
    page = sqlite_browser.get("/indicators/20")
    assert "This indicator makes no judgement" in page.words
    colours = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', page.response.text))
    red, green, blue = (slice(start, start + 2) for start in (1, 3, 5))
    assert colours and all(max(each[red], each[green]) <= each[blue] for each in colours)


def test_rounds_without_a_figure_are_explained_under_the_chart(sqlite_browser: Browser) -> None:
    words = sqlite_browser.get("/indicators/12").words
    assert "No data for July 2023 and January 2024: no accepted return has these figures." in words
    assert "Withheld for July 2024 and January 2025: the signatories counted employ less than 70 per cent" in words


@pytest.mark.parametrize(
    "path", ["/indicators/13", "/indicators/0", "/indicators/99999999999999999999", "/indicators/x"]
)
def test_an_indicator_that_is_not_made_from_returns_is_not_found(path: str, sqlite_browser: Browser) -> None:
    sqlite_browser.get(path, 404)


# Certificates


def test_a_certificate_is_found_by_its_number_however_it_is_typed(browser: Browser) -> None:
    number = certificates(browser.app)[-1].number
    bare = number.replace("-", "")
    for typed in (number, number.lower(), f"  {bare[:4]} {bare[4:6]} {bare[6:]} ", number.replace("-", "–"), bare):
        page = browser.get(f"/certificates?number={typed}")
        assert page.title == f"Certificate {number} This certificate is valid"
        assert browser.get(f"/certificates/{typed.strip()}").title == page.title


def test_a_certificate_shows_what_is_printed_on_it_and_no_figure(sqlite_browser: Browser) -> None:
    known = certificates(sqlite_browser.app)[-1]
    page = sqlite_browser.get(f"/certificates/{known.number}")
    for printed in (known.organisation_name, known.round_title, known.number, "Pledges evidenced", "Revision"):
        assert printed in page.words
    assert "Tackling health inequalities" in page.words
    assert "%" not in page.words and "per cent" not in page.words


def test_a_replaced_certificate_leads_to_the_one_that_stands(sqlite_browser: Browser) -> None:
    old, new = (each.number for each in certificates(sqlite_browser.app)[-2:])
    change_certificate(sqlite_browser.app, old, superseded_by=new)
    page = sqlite_browser.get(f"/certificates/{old}")
    assert "This certificate has been replaced" in page.title
    assert page.soup.select_one(f'main a[href="/certificates/{new}"]')


def test_a_withdrawn_certificate_says_since_when_and_not_that_it_is_valid(sqlite_browser: Browser) -> None:
    number = certificates(sqlite_browser.app)[-1].number
    changes = {"withdrawn_on": date(2026, 9, 1), "withdrawn_reason": "A matter between us and them"}
    change_certificate(sqlite_browser.app, number, **changes)
    page = sqlite_browser.get(f"/certificates/{number}")
    assert "This certificate was withdrawn" in page.title
    assert "1 September 2026" in page.words
    assert "still stands" not in page.words and "between us and them" not in page.words


@pytest.mark.parametrize("typed", ["", "  ", "2026-07-XXXXXX", "x" * 5000, "%00", "1%27--", "２０２６-07-ABCDEF"])
def test_a_number_that_is_not_known_is_refused_beside_the_field(typed: str, browser: Browser) -> None:
    page = browser.get(f"/certificates?number={typed}")
    assert len(page.errors) == 1
    assert page.errors[0] in page.text("#number-error")


@pytest.mark.parametrize("typed", ["2026-07-XXXXXX", "nothing", "%00", "x" * 3000, "%F0%9F%92%A9"])
def test_an_unknown_certificate_is_a_page_that_helps(typed: str, browser: Browser) -> None:
    page = browser.get(f"/certificates/{typed}", 404)
    assert page.title == "There is no certificate with this number"
    assert "digit by digit" in page.words
    assert page.soup.select_one('main a[href="/certificates"]')


def test_asking_without_a_number_is_no_error(sqlite_browser: Browser) -> None:
    assert not sqlite_browser.get("/certificates").errors


# The other pages


def test_the_pages_about_the_portal_say_what_they_promise(sqlite_browser: Browser) -> None:
    assert "never take the mean of percentages" in sqlite_browser.get("/how-figures-are-made").words
    assert "No person has used the portal with a screen reader" in sqlite_browser.get("/accessibility").words
    assert all(name in sqlite_browser.get("/privacy").words for name in ("anchor_session", "anchor_device"))


def test_one_cookie_is_set_before_signing_in_and_none_on_public_pages(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    for path in ("/", "/indicators/12", "/certificates", "/privacy"):
        assert not client.get(path).headers.getlist("Set-Cookie")
    set_by_form = client.get("/sign-in").headers.getlist("Set-Cookie")
    assert [each.partition("=")[0] for each in set_by_form] == ["anchor_session"]


def test_the_logo_of_the_settings_is_sent_and_none_is_not_found(tmp_path: Path, sqlite_browser: Browser) -> None:
    sqlite_browser.get("/logo", 404)
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    for given, status in ((logo, 200), (tmp_path / "missing.svg", 404), (tmp_path, 404)):
        database_url = sqlite_browser.app.extensions["settings"].database_url
        app = create_app(Settings(database_url=database_url, secret_key=STRONG_SECRET, logo=str(given)))
        answer = app.test_client().get("/logo")
        assert answer.status_code == status
        assert answer.mimetype == ("image/svg+xml" if status == 200 else "text/html")
        answer.close()
        app.extensions["database"].dispose()
