"""The preview of what becomes public, publishing, publishing again after a correction, and reading what was published."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.figures.definitions import DEFINED, in_force
from anchor_portal.domain.rounds import Stage, title_of
from anchor_portal.models import MeasureRow, Round
from anchor_portal.queries.published import thaw
from anchor_portal.queries.releases import load_latest
from tests.conftest import fresh_app
from tests.pages import Browser, Page
from tests.web.returning import MEMBER, set_stage
from tests.web.test_sign_off import SIGNED, sign
from tests.web.test_team_pages import OPEN, PUBLISHED, TEAM, actions, publication, unpublish, writing
from tests.web.test_too_late import stopped_after

TRUST = "mid-cheshire-hospitals"
RETURN = f"/returns/{PUBLISHED}/{TRUST}"
REASON = "A trust had counted its bank staff twice."


@pytest.mark.parametrize(
    ("code", "says"), [(OPEN, "Close round January 2027 before you publish it"), (PUBLISHED, "is published already")]
)
@pytest.mark.parametrize("how", ["get", "post"])
def test_only_a_closed_round_can_be_published(sqlite_browser: Browser, code: str, says: str, how: str) -> None:
    sqlite_browser.sign_in(TEAM)
    address = f"/rounds/{code}/publish"
    page = sqlite_browser.get(address) if how == "get" else sqlite_browser.post(address, {"seen": "x"})
    assert says in page.words
    assert (publication(sqlite_browser.app, OPEN) is None) and "round published" not in str(actions(sqlite_browser.app))


def not_there(page: Page) -> list[str]:
    """What each figure says that is not there: a line for each reason."""
    return [" ".join(each.get_text().split()) for each in page.soup.select("h3 + ul.app-reading li")]


def test_the_preview_shows_what_becomes_public_and_what_is_hidden_and_why(sqlite_browser: Browser) -> None:
    unpublish(sqlite_browser.app, PUBLISHED)
    page = sqlite_browser.sign_in(TEAM).get(f"/rounds/{PUBLISHED}/publish")
    assert "Of every 100 full-time equivalent employees of the 19 signatories counted, 75 live here." in page.words
    assert "19 of 21 returns are accepted and counted" in page.words
    assert "2 organisations are not counted" in page.words
    listed = sum(len(each.partition(":")[2].partition(". ")[0].split("; ")) for each in not_there(page))
    assert f"{listed} shares, of all organisations or of a group, are not shown" in page.words
    first = page.text('section[aria-labelledby="figure-12"]')
    assert "Housing associations Not shown" in first
    hidden = first.partition("What is not there, and why")[2]
    assert "Housing associations; Companies" in hidden
    assert "Fewer than three returns are counted" in hidden
    assert "Primary care" in hidden.partition("No data:")[2]
    assert [heading["id"] for heading in page.soup.select("main section h2")] == [
        "figure-" + definition.key.replace(".", "-").replace("_", "-") for definition in in_force(DEFINED, PUBLISHED)
    ]


def test_what_was_shown_is_what_is_published(browser: Browser) -> None:
    unpublish(browser.app, PUBLISHED)
    preview = browser.sign_in(TEAM).get(f"/rounds/{PUBLISHED}/publish")
    after = browser.post(f"/rounds/{PUBLISHED}/publish", preview.form())
    assert "Round July 2026 is published" in after.words
    frozen = publication(browser.app, PUBLISHED)
    assert frozen is not None
    shown = next(each for each in json.loads(frozen.outside) if each["number"] == 12)
    assert f"{shown['value']:.1f}% {int(shown['numerator']):,} {int(shown['denominator']):,}" in preview.words
    assert frozen.published_by == "Rosalind Tamberley"
    assert actions(browser.app)[-1] == (TEAM, "round published", PUBLISHED)


def test_publishing_twice_publishes_once(sqlite_browser: Browser) -> None:
    unpublish(sqlite_browser.app, PUBLISHED)
    sent = sqlite_browser.sign_in(TEAM).get(f"/rounds/{PUBLISHED}/publish").form()
    sqlite_browser.post(f"/rounds/{PUBLISHED}/publish", sent)
    assert "is published already" in sqlite_browser.post(f"/rounds/{PUBLISHED}/publish", sent).words
    assert publication(sqlite_browser.app, PUBLISHED) is not None


@pytest.mark.parametrize("sent", [{}, {"seen": ""}, {"seen": "0" * 16}])
def test_what_was_not_shown_is_not_published(sqlite_browser: Browser, sent: dict[str, str]) -> None:
    unpublish(sqlite_browser.app, PUBLISHED)
    page = sqlite_browser.sign_in(TEAM).post(f"/rounds/{PUBLISHED}/publish", sent, 409)
    assert "The figures have changed" in page.words
    assert publication(sqlite_browser.app, PUBLISHED) is None


def test_figures_that_changed_after_the_preview_are_shown_again_before_they_are_published(browser: Browser) -> None:
    unpublish(browser.app, PUBLISHED)
    sent = browser.sign_in(TEAM).get(f"/rounds/{PUBLISHED}/publish").form()
    with writing(browser.app) as session, session.begin():
        round_id = session.scalars(select(Round.id).where(Round.code == PUBLISHED)).one()
        mine = (MeasureRow.round_id == round_id) & (MeasureRow.measure == "p2.local_fte")
        session.execute(update(MeasureRow).where(mine).values(numerator=MeasureRow.denominator))
    again = browser.post(f"/rounds/{PUBLISHED}/publish", sent, 409)
    assert "The figures have changed" in again.words
    assert "100 live here" in again.words
    assert publication(browser.app, PUBLISHED) is None
    browser.post(f"/rounds/{PUBLISHED}/publish", again.form())
    frozen = publication(browser.app, PUBLISHED)
    assert frozen is not None
    assert json.loads(frozen.outside)[0]["value"] == 100.0


def test_the_preview_says_what_the_round_lacks_and_how_it_stands_beside_the_last_one(sqlite_browser: Browser) -> None:
    unpublish(sqlite_browser.app, PUBLISHED)
    page = sqlite_browser.sign_in(TEAM).get(f"/rounds/{PUBLISHED}/publish")
    assert "Everton in the Community Not started Not counted" in page.words
    beside = page.words.partition("Beside January 2026, which was published last")[2]
    with Session(sqlite_browser.app.extensions["database"].reader) as session:
        earlier = next(thaw(each.outside) for each in load_latest(session) if each.round_code == "2026-01")[0]
    assert f"Jobs for local people {earlier.value.text} 74.6%" in beside  # type: ignore[union-attr]
    assert "Buildings open to community groups" in beside and " of " in beside


GONE = dict.fromkeys((f"p2.local_spend:{part}" for part in ("numerator", "denominator", "unknown")), "") | {
    "p2.local_spend:state": "not_known",
    "p2.local_spend:reason": "Our ledger was moved.",
}


def correct_and_accept(
    app: Flask,
    typed: Mapping[str, str] = MappingProxyType({"p2.local_fte:numerator": "1000"}),
    code: str = PUBLISHED,
) -> None:
    """A lead opens an accepted return of a published round, changes it; it is signed, and accepted."""
    lead, its = Browser(app).sign_in("lead@trust.example"), f"/returns/{code}/{TRUST}"
    page = lead.get(f"{its}/correct")
    assert f"The figures of {title_of(code)} are published, and stay as they were published" in page.words
    lead.post(f"{its}/correct", page.form() | {"reason": "We counted the bank staff twice."})
    section = f"{its}/sections/pledge-2"
    form = lead.get(section).form()
    lead.post(section, form | {**typed, "then": "later"})
    sign(Browser(app).sign_in("signatory@trust.example"), its, SIGNED)
    member = Browser(app).sign_in(MEMBER)
    review = f"/reviews/{code}/{TRUST}"
    page = member.get(review)
    kept = page.form(f"{review}/return")  # the outcomes of pledges whose answers did not change
    found = {f"outcome-{pledge}": "met" for pledge in range(1, 8) if f"outcome-{pledge}" not in kept}
    assert "is accepted" in member.post(f"{review}/accept", kept | found | {"outcome-2": "met"}).words


def test_a_correction_after_publication_becomes_a_second_revision_beside_the_first(sqlite_browser: Browser) -> None:
    app = sqlite_browser.app
    before = sqlite_browser.get(f"/publications/{PUBLISHED}/1").words
    correct_and_accept(app)
    assert Browser(app).get(f"/publications/{PUBLISHED}/1").words == before
    sqlite_browser.sign_in(TEAM)
    assert "1 return was accepted since the figures were published" in sqlite_browser.get(f"/rounds/{PUBLISHED}").words
    page = sqlite_browser.get(f"/rounds/{PUBLISHED}/revise")
    assert "Everyone can read this beside the figures" in page.words
    differences = page.text("main table")
    assert "Jobs for local people" in differences and "All signatories Share 74.6%" in differences
    refused = sqlite_browser.post(f"/rounds/{PUBLISHED}/revise", page.form() | {"reason": " "}, 422)
    assert refused.errors == ["Write the reason: it is published beside the figures"]
    done = sqlite_browser.post(f"/rounds/{PUBLISHED}/revise", page.form() | {"reason": REASON})
    assert "Revision 2 of round July 2026 is published" in done.words
    assert actions(app)[-1] == (TEAM, "figures published again", PUBLISHED)
    reader = Browser(app)
    newest, older = (reader.get(f"/publications/{PUBLISHED}/{revision}") for revision in (2, 1))
    assert "What changed against revision 1" in newest.words and REASON in newest.words
    assert "All signatories Share 74.6%" in newest.words
    assert "This revision was superseded on" in older.words and REASON in older.words
    listed = reader.get("/publications").words
    assert listed.index("Revision 2") < listed.index("Revision 1") and "Stands now" in listed and REASON in listed
    assert "Corrected" not in reader.get("/").words
    assert (
        f"as revision 2: {REASON.rstrip('.')}. Its figures are frozen"
        in Browser(app).sign_in(MEMBER).get(f"/assembly/{PUBLISHED}").words
    )


def test_the_team_is_told_before_it_publishes_what_subtracting_two_revisions_would_tell(sqlite_app: Flask) -> None:
    correct_and_accept(sqlite_app, GONE)
    page = Browser(sqlite_app).sign_in(TEAM).get(f"/rounds/{PUBLISHED}/revise")
    assert "or wait for the next round. Local spending: All signatories Why are" in page.words


def test_of_other_numbers_from_the_same_signatories_the_team_is_told_nothing_of_that_kind(sqlite_app: Flask) -> None:
    correct_and_accept(sqlite_app)
    assert "Whoever subtracts" not in Browser(sqlite_app).sign_in(TEAM).get(f"/rounds/{PUBLISHED}/revise").words


def test_where_nothing_changed_there_is_nothing_to_publish_again(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(TEAM).get(f"/rounds/{PUBLISHED}/revise")
    assert "No figure has changed since the last revision" in page.words
    assert not page.soup.select("main form")
    sent = {"seen": "x", "reason": REASON}
    assert "No figure of round 2026-07 has changed" in sqlite_browser.post(f"/rounds/{PUBLISHED}/revise", sent).words
    assert publication(sqlite_browser.app, PUBLISHED) is not None


def test_what_is_not_published_is_not_published_again(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(TEAM).get(f"/rounds/{OPEN}/revise")
    assert "Round January 2027 is not published yet" in page.words


def test_a_revision_that_was_not_shown_is_not_published(sqlite_browser: Browser) -> None:
    app = sqlite_browser.app
    with writing(app) as session, session.begin():
        mine = select(Round.id).where(Round.code == PUBLISHED).scalar_subquery()
        change = update(MeasureRow).where(MeasureRow.round_id == mine, MeasureRow.measure == "p2.local_fte")
        session.execute(change.values(numerator=MeasureRow.denominator))
    sent = {"seen": "0" * 16, "reason": REASON}
    page = sqlite_browser.sign_in(TEAM).post(f"/rounds/{PUBLISHED}/revise", sent, 409)
    assert "They are no longer those that you were shown" in page.words
    assert page.form()["reason"] == REASON
    assert publication(app, PUBLISHED) is not None
    sqlite_browser.post(f"/rounds/{PUBLISHED}/revise", page.form())
    assert "Revision 2" in sqlite_browser.get("/publications").words


def test_an_archived_round_can_be_published_again(sqlite_browser: Browser) -> None:
    set_stage(sqlite_browser.app, Stage.ARCHIVED, PUBLISHED)
    assert "No figure has changed" in sqlite_browser.sign_in(TEAM).get(f"/rounds/{PUBLISHED}/revise").words


@pytest.mark.parametrize(
    "address",
    [
        "/publications/2027-01/1",
        f"/publications/{PUBLISHED}/0",
        f"/publications/{PUBLISHED}/2",
        f"/publications/{PUBLISHED}/{10**30}",
        "/publications/%00/1",
        "/publications/2026-٠٧/1",
        "/publications/2026-07%27/1",
        f"/publications/{PUBLISHED}/٣",
        f"/publications/{'x' * 3000}/1",
    ],
)
def test_what_was_never_published_is_not_found(sqlite_browser: Browser, address: str) -> None:
    sqlite_browser.get(address, 404)


def test_every_publication_can_be_read_with_its_definitions_and_its_data(sqlite_browser: Browser) -> None:
    listed = sqlite_browser.get("/publications")
    addresses = [str(link["href"]) for link in listed.soup.select("tbody th[scope=row] a")]
    assert addresses[0] == f"/publications/{PUBLISHED}/1" and len(addresses) == 7
    for address in (addresses[0], addresses[-1]):
        page, code = sqlite_browser.get(address), address.split("/")[2]
        for definition in DEFINED:
            is_in_force = definition in in_force(DEFINED, code)
            assert (f"Definition {definition.code}" in page.words) == is_in_force
        assert [link for link in page.soup.select("main a") if str(link["href"]).endswith("revision-1.csv")]


@pytest.mark.parametrize("key", ["p3.free_use", "p4.green_plan"])
def test_answers_to_a_question_that_changed_are_two_series_with_a_gap_that_is_explained(
    key: str, sqlite_browser: Browser
) -> None:
    page = sqlite_browser.get(f"/measures/{key}")
    said = f"The definition changed with July 2024, from {key}.v1 to {key}.v2: earlier figures cannot be compared with"
    assert said in page.words
    assert "New definition" in page.text("figure svg")
    assert "The definition changed with July 2024" in page.text("figure svg desc")
    first = sqlite_browser.get(f"/measures/{key}/2024-07").words
    assert f"There is nothing to compare with: the definition changed after January 2024, now it is {key}.v2." in first
    before = sqlite_browser.get(f"/measures/{key}/2024-01").words
    assert "This is for the rounds before July 2024" in before and "New definition" not in before
    for code, version in (("2023-07", 1), ("2024-01", 1), ("2024-07", 2), ("2026-07", 2)):
        csv = sqlite_browser.get(f"/data/{code}.csv").response.text
        assert f"{key}.v{version}" in csv and f"{key}.v{3 - version}" not in csv


def test_in_the_house_too_nothing_is_compared_across_the_change(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(TEAM).get("/assembly/2024-07/measures/p3.free_use")
    assert "January 2024: 12 of 14. July 2024: 5 of 14. The definition changed with July 2024" in page.words
    assert "after 12 of 14" not in page.words
    assert "There is nothing to compare with: the definition changed after January 2024" in page.words
    overview = sqlite_browser.get("/assembly/2024-07").words
    assert "After 12 of 14" not in overview and "Not compared: the definition changed after January 2024" in overview


def test_without_any_publication_the_page_says_what_will_be_there(sqlite_browser: Browser) -> None:
    with writing(sqlite_browser.app) as session, session.begin():
        session.execute(Round.metadata.tables["publications"].delete())
    assert "Nothing has been published yet" in sqlite_browser.get("/publications").words


def test_the_list_of_publications_is_linked_from_every_page(sqlite_browser: Browser) -> None:
    page: Page = sqlite_browser.get("/how-figures-are-made")
    links: list[Any] = page.soup.select("footer a")
    assert "/publications" in [link["href"] for link in links]


def test_what_moved_most_in_a_frozen_round_leaves_out_what_was_corrected_since(sqlite_app: Flask) -> None:
    moved = "Mid Cheshire Hospitals NHS Foundation Trust, Jobs for local people : down 43.9 points"
    correct_and_accept(sqlite_app)
    team = Browser(sqlite_app).sign_in(TEAM)
    assert moved not in team.get(f"/assembly/{PUBLISHED}").words
    page = team.get(f"/rounds/{PUBLISHED}/revise")
    team.post(f"/rounds/{PUBLISHED}/revise", page.form() | {"reason": "Counted twice."})
    assert moved in team.get(f"/assembly/{PUBLISHED}").words


def close(app: Flask, code: str = OPEN) -> None:
    with Session(app.extensions["database"].writer) as session, session.begin():
        session.execute(update(Round).where(Round.code == code).values(stage=Stage.CLOSED))


def test_a_round_is_published_only_once_the_corrections_of_the_one_before_are(sqlite_app: Flask) -> None:
    correct_and_accept(sqlite_app)
    close(sqlite_app)
    team = Browser(sqlite_app).sign_in(TEAM)
    page = team.get(f"/rounds/{OPEN}/publish")
    assert not page.soup.select("main form")
    (link,) = (each for each in page.soup.select("main a") if each["href"] == f"/rounds/{PUBLISHED}/revise")
    assert link.get_text() == "Publish July 2026 again first"
    assert "publish July 2026 again first" in team.post(f"/rounds/{OPEN}/publish", {"seen": "x"}).words
    again = team.get(f"/rounds/{PUBLISHED}/revise")
    assert "is published" in team.post(f"/rounds/{PUBLISHED}/revise", again.form() | {"reason": REASON}).words
    after = team.get(f"/rounds/{OPEN}/publish")
    assert "is published" in team.post(f"/rounds/{OPEN}/publish", after.form()).words
    assert publication(sqlite_app, OPEN) is not None


def test_a_correction_of_words_alone_stops_no_later_publication(sqlite_app: Flask) -> None:
    correct_and_accept(sqlite_app, {"p2.narrative": "Said in other words."})
    close(sqlite_app)
    team = Browser(sqlite_app).sign_in(TEAM)
    page = team.get(f"/rounds/{OPEN}/publish")
    assert "is published" in team.post(f"/rounds/{OPEN}/publish", page.form()).words


@pytest.mark.parametrize(
    "typed", [{"headcount": "77"}, {"left_on-day": "1", "left_on-month": "2", "left_on-year": "2027"}]
)
def test_a_round_is_published_while_a_colleague_changes_the_register(typed: dict[str, str]) -> None:
    with fresh_app("postgres") as app:
        close(app)
        team, other = Browser(app).sign_in(TEAM), Browser(app).sign_in(TEAM)
        path, change = f"/rounds/{OPEN}/publish", "/team/register/torus/change"
        form, theirs = team.get(path).form(), other.get(change).form() | typed
        ended = stopped_after(
            app,
            "INSERT INTO totals",
            lambda: team.client.post(path, data=form).status_code,
            lambda: other.client.post(change, data=theirs).status_code,
        )
        assert list(ended) == [302, 302]


def test_what_moved_most_in_a_frozen_round_leaves_out_corrections_of_the_round_before(sqlite_app: Flask) -> None:
    before = Browser(sqlite_app).sign_in(TEAM).get(f"/assembly/{PUBLISHED}").words
    correct_and_accept(sqlite_app, code="2026-01")
    after = Browser(sqlite_app).sign_in(TEAM).get(f"/assembly/{PUBLISHED}").words
    one, two = (words.partition("What moved most")[2].partition("Raw figures")[0] for words in (before, after))
    assert one == two
