"""The library and the pages of organisations: searched, shared with a picture, withdrawn at once."""

from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.register.names import plain
from anchor_portal.models import CaseStudy, Organisation, OrganisationName, Return
from anchor_portal.outputs.pictures.share_card import Card, draw_card
from tests.conftest import fresh_app
from tests.pages import Browser, Page
from tests.web.identity import database_of
from tests.web.test_at_once import while_at_commit

TEAM, LEAD, SIGNATORY = "team@team.example", "lead@trust.example", "signatory@trust.example"
TRUST, OWN = "/organisations/mid-cheshire-hospitals", "/organisations/mid-cheshire-hospitals/case-studies"


def own_study(app: Flask) -> CaseStudy:
    """What the library holds of the trust."""
    with Session(app.extensions["database"].reader) as session:
        query = select(CaseStudy).join(Organisation, Organisation.id == CaseStudy.organisation_id)
        mine = query.where(Organisation.slug == "mid-cheshire-hospitals", CaseStudy.withdrawn_at.is_(None))
        return session.scalars(mine).one()


def cards(page: Page) -> list[str]:
    return [each.get_text(strip=True) for each in page.soup.select(".app-study h2")]


def meta(page: Page, name: str) -> str:
    found = page.soup.select_one(f'meta[property="{name}"]')
    assert found is not None
    return str(found["content"])


def test_everyone_searches_the_library(sqlite_browser: Browser) -> None:
    every = sqlite_browser.get("/case-studies")
    assert len(cards(every)) == 12 and every.soup.select_one(".nhsuk-pagination")
    one = sqlite_browser.get("/case-studies?words=nights+WARD&pledge=4")
    assert cards(one) == [own_study(sqlite_browser.app).title]
    assert one.form()["words"] == "nights WARD" and one.form()["pledge"] == "4"
    nothing = sqlite_browser.get("/case-studies?words=xylophone")
    assert "No case study fits" in nothing.words


@pytest.mark.parametrize(
    "query",
    [
        "words=%00",
        "words=%22%2A%29",
        "pledge=9",
        "pledge=%EF%BC%94",
        "place=%27",
        "page=-1",
        "page=" + "9" * 40,
        "sector=x",
    ],
)
def test_an_address_that_makes_no_sense_shows_what_there_is(query: str, browser: Browser) -> None:
    assert browser.get(f"/case-studies?{query}").title == "Case studies"
    assert browser.get(f"/organisations?{query}&name=%00%25").title == "Signatories"


def test_a_case_study_is_shared_with_a_picture_of_its_own(sqlite_browser: Browser) -> None:
    study = own_study(sqlite_browser.app)
    page = sqlite_browser.get(f"/case-studies/{study.slug}")
    base = sqlite_browser.app.extensions["settings"].base_url
    assert meta(page, "og:title") == study.title
    assert meta(page, "og:url") == f"{base}/case-studies/{study.slug}"
    assert meta(page, "og:image") == f"{base}/case-studies/{study.slug}/picture.png"
    assert study.permitted_by not in page.words and "allowed it to be published on" in page.words
    for address in (f"/case-studies/{study.slug}/picture.png", f"{TRUST}/picture.png"):
        picture = sqlite_browser.client.get(address)
        assert (picture.status_code, picture.content_type) == (200, "image/png")
        assert Image.open(BytesIO(picture.data)).size == (1200, 630)


@pytest.mark.parametrize("title", ["x" * 400, "many words " * 60, "日本 🎉", "", "Tŷ Siân"])
def test_a_title_of_any_length_and_script_gives_a_picture(title: str) -> None:
    assert draw_card(Card(title, title, title, title, demo=True)).startswith(b"\x89PNG")


@pytest.mark.parametrize("who", [LEAD, SIGNATORY, TEAM])
def test_withdrawn_by_who_may_it_is_gone_at_once(who: str, sqlite_browser: Browser) -> None:
    app = sqlite_browser.app
    study = own_study(app)
    address = f"/case-studies/{study.slug}/withdraw"
    person, public = sqlite_browser.sign_in(who), Browser(app)
    assert person.post(address, {"reason": " \u200b"}, 422).errors == ["Enter why it is withdrawn"]
    assert public.get(f"/case-studies/{study.slug}").title.endswith(study.title)
    assert "Nobody can read it in the library any more" in person.post(address, {"reason": "It ended"}).words
    gone = public.get(f"/case-studies/{study.slug}", 410)
    assert study.title not in gone.response.text and study.story[:40] not in gone.response.text
    assert public.client.get(f"/case-studies/{study.slug}/picture.png").status_code == 410
    assert study.title not in public.get("/case-studies?pledge=4").words
    assert study.title not in public.get(TRUST).words
    again = person.post(address, {"reason": "My own words"}, 409)
    assert f"by {who}" in again.errors[0] and "My own words" in again.text("textarea")


def test_a_contributor_and_another_organisation_withdraw_nothing(sqlite_browser: Browser) -> None:
    address = f"/case-studies/{own_study(sqlite_browser.app).slug}/withdraw"
    contributor = sqlite_browser.sign_in("contributor@trust.example")
    assert "Withdraw" not in contributor.get(OWN).words
    contributor.post(address, {"reason": "Mine"}, 403)
    sqlite_browser.sign_in("lead@council.example").post(address, {"reason": "Not mine"}, 404)
    sqlite_browser.get(OWN, 404)


def test_the_team_publishes_what_is_permitted_and_only_once(sqlite_browser: Browser) -> None:
    team = sqlite_browser.sign_in(TEAM)
    page = team.get("/team/case-studies")
    posted = page.soup.select_one('main form[method="post"]')
    assert posted is not None
    form = {str(box["name"]): str(box["value"]) for box in posted.select("input")}
    title = page.text(".app-candidate h2")
    assert f"“{title}” is in the library" in team.post("/team/case-studies", form).words
    assert "Nothing was changed" in team.post("/team/case-studies", form).words
    assert cards(Browser(sqlite_browser.app).get("/case-studies"))[0] == title
    for wrong in ({}, {"return": "x", "number": "1"}, {"return": "9" * 30, "number": "²", "round": "\x00"}):
        assert "Nothing was changed" in team.post("/team/case-studies", wrong).words
    team.get("/team/case-studies?round=1999-01", 404)


def test_the_list_names_the_signatories_of_today(sqlite_browser: Browser) -> None:
    app = sqlite_browser.app
    assert "Torus" in sqlite_browser.get("/organisations").words
    with Session(app.extensions["database"].writer) as session, session.begin():
        torus = session.scalars(select(Organisation).where(Organisation.slug == "torus")).one()
        torus.left_on = today()
    assert "Torus" not in sqlite_browser.get("/organisations").words
    assert "A signatory of the Anchor Framework until" in sqlite_browser.get("/organisations/torus").words
    found = sqlite_browser.get("/organisations?name=ALZHEIMERS")
    assert "Alzheimer's Society" in found.words and found.text("p.nhsuk-lede-text").startswith("1 of the signatories")
    assert "No signatory fits" in sqlite_browser.get("/organisations?name=zzz").words


def test_an_organisation_shows_names_holdings_certificates_and_case_studies_and_no_figure(
    sqlite_browser: Browser,
) -> None:
    app = sqlite_browser.app
    with Session(app.extensions["database"].writer) as session, session.begin():
        trust = session.scalars(select(Organisation).where(Organisation.slug == "mid-cheshire-hospitals")).one()
        before = OrganisationName(
            organisation_id=trust.id, name="Leighton Hospital", printed_name="", folded=plain("Leighton Hospital")
        )
        session.add(before)
    page = sqlite_browser.get(TRUST)
    for words in ("Leighton Hospital", "Certificates that stand", own_study(app).title, "July 2026 round"):
        assert words in page.words
    assert "%" not in page.words
    sqlite_browser.get("/organisations/nowhere", 404)
    sqlite_browser.get("/organisations/%00", 404)


def test_the_page_of_a_signatory_counts_the_returns_that_were_accepted(sqlite_browser: Browser) -> None:
    app, team = sqlite_browser.app, Browser(sqlite_browser.app).sign_in(TEAM)
    query = select(func.count(Return.id)).join(Organisation, Organisation.id == Return.organisation_id)
    with Session(app.extensions["database"].reader) as session:
        mine = query.where(Return.accepted_revision > 0, Organisation.slug == "mid-cheshire-hospitals")
        number = session.scalar(mine)
    certificate = str(sqlite_browser.get(TRUST).soup.select('a[href*="/certificates/20"]')[0]["href"])
    team.post(f"/team{certificate}/withdraw", {"reason": "The name is misspelt."})
    page = sqlite_browser.get(TRUST)
    assert certificate not in page.response.text and f"with {number} returns accepted" in page.words


def test_an_organisation_that_became_part_of_another_leads_there(sqlite_browser: Browser) -> None:
    with Session(sqlite_browser.app.extensions["database"].writer) as session, session.begin():
        rows = {each.slug: each for each in session.scalars(select(Organisation))}
        rows["torus"].merged_into_id, rows["torus"].merged_on = rows["roche"].id, today()
    assert sqlite_browser.get("/organisations/torus").title.endswith("Roche")


def test_a_case_study_that_is_published_while_its_organisation_is_renamed_is_found_by_the_new_name() -> None:
    with fresh_app("postgres") as app:
        team, colleague = Browser(app).sign_in(TEAM), Browser(app).sign_in(TEAM)
        offered = colleague.get("/team/case-studies").soup.select_one("main form[method=post]")
        assert offered is not None
        publication = {str(each["name"]): str(each.get("value", "")) for each in offered.select("[name]")}
        with Session(database_of(app).reader) as session:
            row = session.get_one(Return, int(publication["return"]))
            slug = session.get_one(Organisation, row.organisation_id).slug
        path = f"/team/register/{slug}/rename"
        renaming = team.get(path).form() | {"name": "Zephyr Homes", "printed_name": "Zephyr Homes", "why": "slip"}
        ended = while_at_commit(
            app,
            lambda: team.client.post(path, data=renaming).status_code,
            lambda: colleague.client.post(str(offered["action"]), data=publication).status_code,
        )
        assert ended == (302, 302)
        with Session(database_of(app).reader) as session:
            newest = session.scalars(select(CaseStudy).order_by(CaseStudy.id.desc())).first()
            assert newest is not None
            assert newest.return_id == row.id
            assert "zephyr" in newest.words
