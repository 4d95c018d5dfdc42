"""The public pages of figures, read from figures frozen by hand: every state, a split change, revisions, hostile addresses."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from anchor_portal.domain.findings.page_words import EVERY, words_of
from anchor_portal.web.figures.indicator_pages import make_page
from tests.conftest import make_app, seeded
from tests.engines import sqlite_url
from tests.pages import Browser, Page
from tests.web.frozen_figures import RAW, ROUNDS, freeze, shown


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A portal with four published rounds; nobody in these tests changes anything."""
    url = sqlite_url(Path(tmp_path_factory.mktemp("frozen")), seeded)
    freeze(url)
    app = make_app(url)
    yield Browser(app)
    app.extensions["database"].dispose()


@pytest.fixture(scope="module")
def twenty(frozen: Browser) -> Page:
    """The page of indicator 20 in the newest round."""
    return frozen.get("/indicators/20")


def table(page: Page, caption: str) -> list[list[str]]:
    """The rows of the table with that caption, as texts, without what is only there for phones."""
    found = next(each for each in page.soup.select("table") if each.caption and caption in each.caption.get_text())
    rows = [[cell for cell in row.select("th, td")] for row in found.select("tbody tr")]
    return [["".join(cell.find_all(string=True, recursive=False)).strip() for cell in row] for row in rows]


# The first screen


def test_the_first_screen_answers_four_questions_in_words_and_in_order(twenty: Page) -> None:
    words = twenty.words
    said = [
        "20.7%",
        "Of every 100 employees whose ethnicity is known, at the 18 signatories counted, 21 are from an ethnic minority",
        "Is it changing?",
        "Up 1.4 percentage points on January 2026, from 19.0% to 20.4%, among the 15 organisations counted in both; "
        "those that joined or left take off 0.1, so that for everyone counted it is up 1.3 percentage points.",
        "It is too early to speak of a trend",
        "How sure are we?",
        "Allowing for chance, between 18.5% and 22.0%.",
        "If we knew about the other 250 employees, it could be anything from 19.8% to 24.1%.",
        "19 of 20 ranges worked out like this one would hold the share that lies behind it.",
        "Who is counted?",
        "18 of 21 signatories; they employ 95.0% of the known workforce.",
        "Over the rounds",
    ]
    places = [words.find(each) for each in said]
    assert -1 not in places, said[places.index(-1)]
    assert places == sorted(places)


def test_pounds_and_fte_have_no_range_for_chance_and_the_page_says_why(frozen: Browser) -> None:
    page = frozen.get("/indicators/21")
    assert "There is no range for chance: pounds are added up, and are not counts of people." in page.words
    assert "19 of 20 ranges" not in page.words
    assert "about 2026/27 to June 2026." in page.words
    assert "confidence interval" not in " ".join(row[0] for row in table(page, "every round"))
    assert "No trend is claimed, because pounds are not counts of people" in page.words


def test_the_page_of_pounds_says_which_payments_stay_out(frozen: Browser) -> None:
    words = frozen.get("/indicators/21").words
    assert "payments to other signatories and NHS commissioning flows are left out" in words


def test_a_measure_of_organisations_says_how_many_of_how_many(frozen: Browser) -> None:
    page = frozen.get("/measures/p5.charter_signed")
    assert page.text(".app-answer__figure") == "14 of 18"
    assert page.text(".app-sentence").startswith("14 of the 18 signatories asked and answering have signed")
    assert "14 of 18, after 14 of 18 in January 2026." in page.words
    assert "77.8" not in page.response.text
    assert "July 2026: 14 of 18." in page.text(".app-wide desc")


# The change in its parts


def test_the_change_is_drawn_as_steps_that_add_up_and_stand_in_a_table(twenty: Page) -> None:
    section = twenty.soup.select_one("section[aria-labelledby=title-change]")
    assert section is not None
    for layout in ("wide", "narrow"):
        drawing = section.select_one(f".app-{layout} svg")
        assert drawing is not None
        texts = [each.get_text() for each in drawing.select("text")]
        assert {"19.4%", "+1.4", "+0.6", "\u22120.7", "20.7%"} <= {*texts}
        said = section.select_one(f"desc#{drawing['aria-describedby']}")  # the same for both
        assert said is not None
        assert "Organisations that left: \u22120.7 percentage points." in said.get_text()
    rows = table(twenty, "The change in its parts")
    numbers = [Decimal(row[1].split()[0].rstrip("%").replace("\u2212", "-")) for row in rows]
    assert sum(numbers[:4]) == numbers[4]
    assert numbers[4] - numbers[0] == numbers[5]


@pytest.mark.parametrize("path", ["/indicators/20/2026-01", "/indicators/12", "/indicators/21"])
def test_without_a_split_no_steps_are_drawn_and_the_reason_stands_there(path: str, frozen: Browser) -> None:
    page = frozen.get(path)
    assert page.soup.select_one("section[aria-labelledby=title-change] svg") is None
    words = page.text("section[aria-labelledby=title-change]")
    assert "nothing to compare with" in words or "not split into its parts" in words


# What is not shown


def test_every_state_is_told_apart_in_the_table_and_in_the_picture_and_from_zero(twenty: Page) -> None:
    said = {row[0]: row[1] for row in table(twenty, "By kind of organisation")}
    assert said["Councils"] == "0%"
    assert said["Housing associations"] == "not shown: fewer than three returns are counted"
    assert said["Companies"].startswith("withheld: the signatories counted")
    assert said["Primary care"].startswith("no data: no accepted return")
    described = twenty.text("section[aria-labelledby=title-sector] desc")
    for part in (
        "Councils: 0% (",
        "Housing associations: not shown.",
        "Companies: withheld.",
        "Primary care: no data.",
    ):
        assert part in described


def test_groups_are_compared_with_all_by_their_interval_in_words(twenty: Page) -> None:
    rows = {row[0]: row[3] for row in table(twenty, "By kind of organisation") if len(row) > 2}
    assert rows["NHS trusts"].endswith("Higher")
    assert rows["Councils"].endswith("Lower")
    assert rows["Voluntary and community organisations"].endswith("Similar")
    assert rows["All signatories"] == ""
    assert "Housing associations" not in rows


def test_a_group_of_which_nothing_is_shown_has_one_cell_as_wide_as_the_others_together(twenty: Page) -> None:
    found = next(each for each in twenty.soup.select("table") if "By kind of organisation" in each.get_text())
    row = next(each for each in found.select("tbody tr") if each.select_one("th:-soup-contains('Housing')"))
    assert [cell["colspan"] for cell in row.select("td")] == [str(len(found.select("thead th")) - 1)]


def test_the_way_back_is_one_landmark_whether_it_is_breadcrumbs_or_a_link(sqlite_browser: Browser) -> None:
    sqlite_browser.sign_in("member@assembly.example")
    for path, name in (("/indicators/20", "Breadcrumb"), ("/interests", "Back")):
        landmarks = sqlite_browser.get(path).soup.select("nav:has(.nhsuk-back-link)")
        assert [each.get("aria-label") for each in landmarks] == [name]


@pytest.mark.parametrize("path", ["/indicators/20", "/assembly/2026-07/indicators/20"])
def test_the_pages_with_the_most_pictures_weigh_at_most_sixty_kibibytes(path: str, sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in("member@assembly.example").get(path)
    assert len(page.soup.select("figure svg")) == 10
    assert len(page.response.data) <= 60 * 1024


def test_what_is_known_and_not_shown_is_listed_with_its_reason(twenty: Page) -> None:
    assert "Housing associations: fewer than three returns are counted." in twenty.words
    assert "Companies: the signatories counted employ less than 70 per cent" in twenty.words
    assert "Primary care: " not in twenty.text("h2:-soup-contains('What is not shown') ~ ul")


def test_a_suppressed_figure_has_a_page_without_a_number_or_a_drawing_of_it(frozen: Browser) -> None:
    page = frozen.get("/indicators/12")
    assert page.text(".app-answer__figure") == "Not shown"
    assert page.text(".app-sentence") == "This figure is not shown: fewer than three returns are counted."
    assert "There is no figure to be sure of." in page.words
    assert not page.soup.select('svg[role="img"]')
    assert all(row[1].startswith("not shown") for row in table(page, "every round"))


def test_rounds_withheld_and_without_data_are_gaps_and_explained(twenty: Page) -> None:
    described = twenty.text("figure desc")
    assert "January 2025: no data." in described and "July 2025: withheld." in described
    assert "No data for January 2025: no accepted return has these figures." in twenty.words
    assert "Withheld for July 2025: the signatories counted" in twenty.words


@pytest.mark.parametrize(
    "path", ["/", "/indicators", "/indicators/12", "/indicators/20", "/measures/p5.charter_signed"]
)
def test_the_raw_figures_of_the_house_are_on_no_public_page(path: str, frozen: Browser) -> None:
    page = frozen.get(path)
    assert RAW not in page.response.text and "987,654" not in page.response.text


def test_no_text_of_a_picture_holds_a_number_that_is_not_in_the_page_s_words_or_tables(twenty: Page) -> None:
    numbers = re.compile(r"\d[\d,.]*\d|\d")
    in_pictures = {
        number for each in twenty.soup.select("svg desc, svg title") for number in numbers.findall(each.get_text())
    }
    for drawing in twenty.soup.select("svg"):
        drawing.decompose()
    in_words = set(numbers.findall(twenty.words))
    counts_of_marks = {"4", "6"}
    assert in_pictures - in_words - counts_of_marks <= {"95"}


def test_where_the_definition_changed_the_line_has_a_gap_and_the_change_says_why() -> None:
    views = [shown("20.v1", "2026-01", "19.4"), shown("20.v1", "2026-07", "20.7")]
    changed = replace(views[1], definition=replace(views[1].definition, code="20.v2"), matched=None)
    page = make_page([views[0], replace(changed, not_compared="the definition changed with this round")])
    assert "The definition changed with July 2026" in page.series[0].picture
    assert "<path" in make_page(views).series[0].picture
    assert page.waterfall is not None
    assert page.waterfall.why_not == "There is nothing to compare with: the definition changed with this round."


@pytest.mark.parametrize(
    ("measure", "figure", "said"),
    [
        ("p1.rlw_staff", "Not applicable", "There is no figure for July 2026: there is nothing to take a share of."),
        ("p2.local_staff", "Not shown", "Fewer than three of 21 signatories."),
        ("p2.local_contracts", "50%", "Of every 100 contracts awarded by the 18 signatories counted, 50 went to"),
        ("p3.free_use", "0 of 0", "No signatory was asked and answered, in July 2026."),
        ("p4.green_plan", "0 of 18", "None of the 18 signatories asked and answering has a net zero or green plan."),
    ],
)
def test_odd_figures_have_a_page_that_says_what_they_are(measure: str, figure: str, said: str, frozen: Browser) -> None:
    page = frozen.get(f"/measures/{measure}")
    assert page.text(".app-answer__figure") == figure
    assert said in page.words


def test_a_measure_that_was_not_published_with_a_round_has_no_page_for_it(frozen: Browser) -> None:
    assert "has been published yet" in frozen.get("/measures/p6.initiatives").words
    assert "There is no figure for January 2025" in frozen.get("/measures/p6.initiatives/2025-01").words
    frozen.get("/measures/p6.initiatives/2026-07", 404)


# Other rounds


def test_an_earlier_round_has_an_address_of_its_own_and_knows_nothing_of_later_ones(frozen: Browser) -> None:
    page = frozen.get("/indicators/20/2026-01")
    assert page.text(".app-answer__figure") == "19.4%"
    assert page.title == "Indicator 20, January 2026 Ethnic diversity at work"
    assert "There is a newer round: July 2026" in page.words
    assert [row[0] for row in table(page, "every round")] == ["January 2026", "July 2025", "January 2025"]
    assert "20.7" not in page.response.text


def test_the_newest_revision_is_shown_and_its_reason_and_older_ones_are_linked(frozen: Browser) -> None:
    page = frozen.get("/indicators/20/2026-01")
    assert "18.8" not in page.response.text
    assert "A council sent a corrected table." in page.words
    assert page.soup.select_one('main a[href="/publications/2026-01/2"]')


def test_the_round_is_chosen_in_a_form_that_leads_to_the_stable_address(frozen: Browser) -> None:
    page = frozen.get("/indicators/20")
    assert [option["value"] for option in page.soup.select("select#round option")] == [*reversed(ROUNDS)]
    answer = frozen.client.get("/indicators/20?round=2025-07")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/indicators/20/2025-07")
    assert frozen.client.get("/measures/p5.charter_signed?round=2025-07").headers["Location"] == (
        "/measures/p5.charter_signed/2025-07"
    )


def test_a_figure_can_be_cited_by_title_round_revision_date_and_stable_address(frozen: Browser) -> None:
    words = frozen.get("/indicators/20/2026-01").words
    assert (
        "Anchor Framework of Cheshire and Merseyside, Ethnic diversity at work (indicator 20), January 2026, definition "
        "20.v1, revision 2, published on 15 September 2026. http://127.0.0.1:5000/indicators/20/2026-01. "
        "Open Government Licence v3.0."
    ) in words


def test_every_page_leads_to_the_files_of_its_round_and_the_dictionary(frozen: Browser) -> None:
    page = frozen.get("/indicators/20/2026-01")
    links = {str(link["href"]) for link in page.soup.select("main a[href]")}
    assert {
        "/data/2026-01.csv",
        "/data/2026-01.json",
        "/data/dictionary",
        "/publications",
        "/how-figures-are-made",
    } <= links


def test_the_measure_of_an_indicator_leads_to_the_indicator(frozen: Browser) -> None:
    assert frozen.client.get("/measures/workforce.levels").headers["Location"] == "/indicators/20"
    assert frozen.client.get("/measures/p2.local_fte/2026-01").headers["Location"] == "/indicators/12/2026-01"


@pytest.mark.parametrize(
    "path",
    [
        "/indicators/20/2024-01",
        "/indicators/20/2027-07",
        "/indicators/20/2026-1",
        "/indicators/20/２０２６-07",
        "/indicators/20/2026-07%00",
        "/indicators/20?round=2027-07",
        "/indicators/20/2026-07?round=1999-01",
        "/indicators/13/2026-07",
        "/measures/p5.charter_signed/1e30",
        "/measures/p9.nothing",
        "/measures/P5.CHARTER_SIGNED",
        "/measures/%00",
        "/measures/..%2F..%2Fetc",
    ],
)
def test_what_was_never_published_is_not_found(path: str, frozen: Browser) -> None:
    frozen.get(path, 404)


@pytest.mark.parametrize(
    "text",
    ["", "\x00", "1e30", "9" * 5000, "２０２６-07", "'; --", "../..", "2026-07\n", "\ud7ff💩", "%", "<b>", "2026-07 "],
)
def test_hostile_rounds_are_not_found_and_never_an_error(text: str, frozen: Browser) -> None:
    for path in ("/indicators/20", "/measures/p5.charter_signed"):
        assert frozen.client.get(path, query_string={"round": text}).status_code in {200, 404}


# The list of all, and home


def test_the_list_has_every_figure_once_with_its_sentence_and_where_it_leads(frozen: Browser) -> None:
    page = frozen.get("/indicators")
    titles = [link.get_text() for link in page.soup.select(".app-index a")]
    assert sorted(titles) == sorted(words_of(definition).title for definition in EVERY)
    assert "14 of 18" in page.words and "20.7%" in page.words and "Not shown" in page.words
    for link in page.soup.select(".app-index a"):
        frozen.get(str(link["href"]))


def test_home_has_signatories_and_three_indicators_in_one_row(frozen: Browser) -> None:
    page = frozen.get("/")
    cards = page.soup.select(".app-cards > .app-card")
    assert len(cards) == 4
    assert "21 signatories" in " ".join(cards[0].get_text(" ").split())
    assert [card.select_one(".app-card__value").get_text() for card in cards[1:]] == ["Not shown", "20.7%", "38%"]  # type: ignore[union-attr]
    assert "July 2026, the last round published" in page.words


def test_the_method_is_told_in_plain_words_and_leads_to_every_definition(frozen: Browser) -> None:
    page = frozen.get("/how-figures-are-made")
    for words in (
        "never take the mean",
        "19 of 20 ranges",
        "five comparable rounds",
        "at least five numbers",
        "revision",
    ):
        assert words in page.words
    links = [str(link["href"]) for link in page.soup.select("main li a")]
    assert len([link for link in links if link.startswith(("/indicators/", "/measures/"))]) == len(EVERY)
