"""As what kind of organisation a return is asked: a draft as the register says now, what was signed as it said then."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.models import MeasureRow, Organisation, Return, ReviewQuery, Round, Submission
from anchor_portal.services.exports.reading import open_round
from anchor_portal.services.figures.totals import totals_of
from anchor_portal.services.returns.interchange import ImportRefused, import_returns
from tests.offline import fill as fill_form
from tests.pages import Browser
from tests.web.identity import database_of
from tests.web.returning import MEMBER, READY, READY_SIGNATORY, SUBMITTED, pdf_words, standing
from tests.web.sections import RETURN, ROUND, SECTION, TRUST, fill, send, stored
from tests.web.test_meanwhile import LEAD, at_work
from tests.web.test_offline import apply, download, upload
from tests.web.test_register_pages import REGISTER
from tests.web.test_review import accept
from tests.web.test_words_kept import KEEP, own_nothing, waiting

TEAM = "team@team.example"
WORKFORCE, PLEDGE = f"{SECTION}/workforce", f"{SECTION}/pledge-6"
LEVELS = "workforce.levels"
ROW = f"{LEVELS}:band_2.white"
OF_THE_NHS = "p6.prevention_pledge"
"""Asked of organisations of the NHS alone."""
SIGNED = f"/returns/2026-07/{TRUST}"
"""Accepted, with a table of bands."""
BAND = "Agenda for Change band 2"


def say_in_the_register(app: Flask, sector: str, scale: str, slug: str = TRUST) -> None:
    """What the team says of an organisation on its page in the register."""
    team, path = Browser(app).sign_in(TEAM), f"{REGISTER}/{slug}/change"
    assert "is saved" in team.post(path, team.get(path).form() | {"sector": sector, "scale": scale}).words


def change_scale(app: Flask, slug: str = TRUST) -> None:
    with Session(database_of(app).reader) as session:
        its = session.scalars(select(Organisation).where(Organisation.slug == slug)).one()
    say_in_the_register(app, its.sector, "nhs" if its.scale == "general" else "general", slug)


def slip(app: Flask) -> None:
    say_in_the_register(app, "nhs-trust", "general")


def mend(app: Flask) -> None:
    say_in_the_register(app, "nhs-trust", "nhs")


def signed(app: Flask, slug: str, code: str = ROUND) -> Submission:
    """The newest signed revision of a return."""
    query = (
        select(Submission)
        .join(Return, Return.id == Submission.return_id)
        .join(Round, Round.id == Return.round_id)
        .join(Organisation, Organisation.id == Return.organisation_id)
        .where(Organisation.slug == slug, Round.code == code)
        .order_by(Submission.revision.desc())
    )
    with Session(database_of(app).reader) as session:
        return session.scalars(query).first()


@pytest.mark.parametrize("opened", ["before", "after"])
def test_what_was_typed_outlives_a_slip_in_the_register(app: Flask, opened: str) -> None:
    lead, before = Browser(app).sign_in(LEAD), stored(app)[LEVELS]
    form = lead.get(WORKFORCE).form()
    slip(app)
    if opened == "after":
        form = lead.get(WORKFORCE).form()
        assert ROW not in form
    send(lead, WORKFORCE, form | {"then": "later"})
    mend(app)
    assert stored(app)[LEVELS] == before
    assert lead.get(WORKFORCE).form()[ROW] == before["band_2.white"]


def test_what_is_typed_on_a_page_that_was_opened_before_a_slip_is_kept_and_back_when_it_is_mended(app: Flask) -> None:
    lead, before = Browser(app).sign_in(LEAD), stored(app)[LEVELS]
    form = lead.get(WORKFORCE).form() | {ROW: "4321"}
    slip(app)
    headers = {"Accept": "application/json"}
    said = lead.client.post(WORKFORCE, data=form, headers=headers).json
    assert said["seen"] and stored(app)[LEVELS] == before | {"band_2.white": "4321"}
    mend(app)
    assert lead.client.post(WORKFORCE, data=form | {"seen": said["seen"], ROW: "4322"}, headers=headers).json["seen"]
    assert stored(app)[LEVELS] == before | {"band_2.white": "4322"}


def test_what_stood_before_a_slip_outlives_a_page_that_was_opened_in_it(app: Flask) -> None:
    lead = Browser(app).sign_in(LEAD)
    fill(lead, PLEDGE, {"p6.prevention_pledge:": "yes"})
    before = stored(app)
    say_in_the_register(app, "vcse", "general")
    forms = {path: lead.get(path).form() for path in (WORKFORCE, PLEDGE)}
    mend(app)
    for path, form in forms.items():
        send(lead, path, form | {"then": "later"})
    assert stored(app) == before
    send(lead, WORKFORCE, forms[WORKFORCE] | {f"{LEVELS}:operational.white": "20", "then": "later"})
    assert stored(app)[LEVELS] == before[LEVELS] | {"operational.white": "20"}


def test_what_is_typed_into_the_levels_of_today_stands_beside_those_of_before(app: Flask) -> None:
    lead, before = Browser(app).sign_in(LEAD), stored(app)[LEVELS]
    slip(app)
    typed = {"operational.white": "20", "operational.ethnic_minority": "5"}
    fill(lead, WORKFORCE, {f"{LEVELS}:{part}": text for part, text in typed.items()})
    assert stored(app)[LEVELS] == before | typed
    page = lead.get(f"{RETURN}/check")
    assert "Operational" in page.words and BAND not in page.words


def test_a_draft_is_sound_whatever_other_levels_stand_in_it(app: Flask) -> None:
    lead = Browser(app).sign_in(LEAD)
    hurt = len(lead.get(RETURN).soup.find_all(string="There is a problem"))
    slip(app)
    assert len(lead.get(RETURN).soup.find_all(string="There is a problem")) == hurt
    assert "has no part" not in lead.get(f"{WORKFORCE}?check=yes").words


def test_an_answer_that_another_sector_is_not_asked_outlives_a_slip_in_the_register(app: Flask) -> None:
    lead = Browser(app).sign_in(LEAD)
    fill(lead, PLEDGE, {"p6.prevention_pledge:": "yes"})
    before = stored(app)["p6.prevention_pledge"]
    say_in_the_register(app, "vcse", "nhs")
    fill(lead, PLEDGE, {"p6.narrative:": "Something else."})
    mend(app)
    assert stored(app)["p6.prevention_pledge"] == before


def test_what_is_typed_to_what_the_register_has_no_more_asked_is_kept(app: Flask) -> None:
    lead = Browser(app).sign_in(LEAD)
    form = lead.get(PLEDGE).form() | {"p6.prevention_pledge:": "yes", "then": "later"}
    say_in_the_register(app, "vcse", "nhs")
    send(lead, PLEDGE, form)
    mend(app)
    assert stored(app)["p6.prevention_pledge"] == {"": "yes"}


def test_a_form_that_was_previewed_outlives_a_change_of_the_register(app: Flask) -> None:
    lead, before = Browser(app).sign_in(LEAD), stored(app)[LEVELS]
    content, _ = fill_form(download(lead, TRUST), {f"{LEVELS}:band_1.white": 10, "p3.narrative:": "On the train."})
    page = upload(lead, TRUST, content)
    assert "2 answers change" in page.words
    slip(app)
    apply(lead, TRUST, page)
    mend(app)
    assert stored(app)[LEVELS] == before | {"band_1.white": "10"}
    assert stored(app)["p3.narrative"] == {"": "On the train."}


def test_a_form_of_today_leaves_the_levels_of_before_where_they_are(app: Flask) -> None:
    lead, before = Browser(app).sign_in(LEAD), stored(app)[LEVELS]
    slip(app)
    typed = {"operational.white": 20, "operational.ethnic_minority": 5}
    content, _ = fill_form(download(lead, TRUST), {f"{LEVELS}:{part}": number for part, number in typed.items()})
    page = upload(lead, TRUST, content)
    assert "1 answer changes" in page.words
    apply(lead, TRUST, page)
    assert stored(app)[LEVELS] == before | {part: str(number) for part, number in typed.items()}


def test_what_is_not_asked_is_not_signed(app: Flask) -> None:
    with at_work(app) as session:
        its = session.scalars(select(Organisation).where(Organisation.slug == READY)).one()
        sector, scale = its.sector, its.scale
    before = stored(app, READY)
    assert before[LEVELS]
    change_scale(app, READY)
    signatory, path = Browser(app).sign_in(READY_SIGNATORY), f"/returns/{ROUND}/{READY}/sign"
    page = signatory.get(path)
    send(signatory, path, page.form() | {"confirm": "yes", "signoff:role": "Chair"})
    submission = signed(app, READY)
    assert LEVELS not in json.loads(submission.answers)
    assert (submission.sector, submission.scale) == (sector, "general" if scale == "nhs" else "nhs")
    assert stored(app, READY) == before


def test_figures_of_an_accepted_return_are_those_that_were_signed(app: Flask) -> None:
    submission = signed(app, SUBMITTED)
    table = json.loads(submission.answers)[LEVELS]
    change_scale(app, SUBMITTED)
    accept(Browser(app).sign_in(MEMBER), f"/reviews/{ROUND}/{SUBMITTED}")
    assert standing(app, SUBMITTED).status == "accepted"
    with Session(database_of(app).reader) as session:
        its = session.get_one(Return, submission.return_id)
        mine = (MeasureRow.organisation_id == its.organisation_id, MeasureRow.round_id == its.round_id)
        rows = set(session.scalars(select(MeasureRow.row).where(*mine, MeasureRow.row != "")))
    assert rows == {part.partition(".")[0] for part in table if part.endswith(".white")}


@pytest.mark.parametrize("page", ["", "/revisions/1"])
def test_a_signed_return_is_shown_as_it_was_signed_whatever_the_register_says_since(app: Flask, page: str) -> None:
    assert BAND in Browser(app).sign_in(LEAD).get(f"{SIGNED}{page}").words
    change_scale(app)
    assert BAND in Browser(app).sign_in(LEAD).get(f"{SIGNED}{page}").words


def test_a_review_shows_what_was_signed_whatever_the_register_says_since(app: Flask) -> None:
    member, path = Browser(app).sign_in(MEMBER), f"/reviews/{ROUND}/{SUBMITTED}"
    tables = [table.get_text(" ", strip=True) for table in member.get(path).soup.find_all("table")]
    assert any("Supervisory or professional" in table for table in tables)
    change_scale(app, SUBMITTED)
    assert [table.get_text(" ", strip=True) for table in member.get(path).soup.find_all("table")] == tables


@pytest.mark.parametrize("copy", ["/return.csv", "/revisions/1/answers.csv", "/revisions/1/signed.json"])
def test_the_copy_of_a_signed_return_stays_the_same_whatever_the_register_says_since(app: Flask, copy: str) -> None:
    before = Browser(app).sign_in(LEAD).client.get(f"{SIGNED}{copy}").data
    change_scale(app)
    assert Browser(app).sign_in(LEAD).client.get(f"{SIGNED}{copy}").data == before


@pytest.mark.parametrize("copy", ["/return.pdf", "/revisions/1/return.pdf"])
def test_a_signed_return_on_paper_keeps_its_table(app: Flask, copy: str) -> None:
    change_scale(app)
    assert BAND in pdf_words(Browser(app).sign_in(LEAD).client.get(f"{SIGNED}{copy}").data)


def test_an_export_of_a_round_holds_what_was_signed(app: Flask) -> None:
    def cells() -> list[tuple[str, ...]]:
        with Session(database_of(app).reader) as session:
            round_ = session.scalars(select(Round).where(Round.code == "2026-07")).one()
            content = open_round(session, round_, today(), app.extensions["settings"])
            return [tuple(cell) for each in content.returns for cell in each.cells]

    before = cells()
    change_scale(app)
    assert cells() == before


@pytest.mark.parametrize("code", ["lower", "upper"])
def test_figures_by_tier_stay_the_same_whatever_the_register_says_since(app: Flask, code: str) -> None:
    def tiers() -> list[dict[str, object]]:
        with Session(database_of(app).reader) as session:
            round_ = session.scalars(select(Round).where(Round.code == "2026-07")).one()
            return [row for row in totals_of(session, round_) if row["breakdown"] == "tier"]

    member, path = Browser(app).sign_in(MEMBER), f"/assembly/2026-07/measures/{LEVELS}/returns?tier={code}"
    before, words = tiers(), member.get(path).words
    assert before and "Mid Cheshire" in words
    change_scale(app)
    assert tiers() == before
    assert member.get(path).words == words


def test_a_file_with_levels_by_which_others_report_is_refused(app: Flask, tmp_path: Path) -> None:
    before = stored(app)
    file = tmp_path / "returns.csv"
    rows = [[ROUND, TRUST, LEVELS, f"operational.{column}", "5"] for column in ("white", "ethnic_minority")]
    with file.open("w", newline="") as opened:
        csv.writer(opened).writerows([["round", "organisation", "question", "part", "value"], *rows])
    with at_work(app) as session, pytest.raises(ImportRefused) as refusal:
        round_ = session.scalars(select(Round).where(Round.code == ROUND)).one()
        import_returns(session, round_, file.read_bytes(), today())
    assert refusal.value.problems[0].endswith(
        "has no part “operational.white”: only other organisations report by this level"
    )
    assert stored(app) == before


def test_a_file_put_in_the_place_of_a_draft_leaves_what_is_not_asked_now(app: Flask) -> None:
    before = stored(app)
    slip(app)
    content = "round,organisation,question,part,value\r\n" + f"{ROUND},{TRUST},p3.narrative,,From a file.\r\n"
    with at_work(app) as session:
        round_ = session.scalars(select(Round).where(Round.code == ROUND)).one()
        import_returns(session, round_, content.encode(), today())
    table = {part: text for part, text in before[LEVELS].items() if part.partition(".")[2]}
    assert stored(app) == {"p3.narrative": {"": "From a file."}, LEVELS: table}


def carried_in_pledge_6(app: Flask) -> tuple[Browser, dict[str, str]]:
    """Pledge 6 emptied and last time's answers carried forward: the lead, and the page as they have it open."""
    own_nothing(app)
    lead = Browser(app).sign_in(LEAD)
    form = lead.get(PLEDGE).form()
    send(lead, PLEDGE, form | {name: "" for name in form if name.startswith("p6.")} | KEEP)
    send(lead, PLEDGE, lead.get(PLEDGE).form() | {"then": "carry"})
    form = lead.get(PLEDGE).form()
    assert form[f"{OF_THE_NHS}:"] == "yes"
    assert OF_THE_NHS not in stored(app)
    return lead, form


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ({f"{OF_THE_NHS}:": "no"}, "no"),
        ({"confirm": OF_THE_NHS}, "yes"),
        ({"then": "confirm"}, "yes"),
    ],
)
def test_what_was_answered_over_what_was_carried_forward_outlives_a_slip_in_the_register(
    app: Flask, more: dict[str, str], kept: str
) -> None:
    lead, form = carried_in_pledge_6(app)
    say_in_the_register(app, "vcse", "nhs")
    send(lead, PLEDGE, form | KEEP | more)
    mend(app)
    assert stored(app)[OF_THE_NHS] == {"": kept}


def test_what_was_carried_forward_to_what_is_not_asked_in_a_slip_of_the_register_waits_on(app: Flask) -> None:
    lead, _ = carried_in_pledge_6(app)
    before = waiting(app)
    assert OF_THE_NHS in before
    say_in_the_register(app, "vcse", "nhs")
    send(lead, PLEDGE, lead.get(PLEDGE).form() | KEEP)
    mend(app)
    assert waiting(app) == before


def test_what_is_asked_about_a_signed_return_stands_beside_the_answer_as_it_was_signed(app: Flask) -> None:
    lead = Browser(app).sign_in(LEAD)
    with at_work(app) as session:
        its = select(Return).join(Round, Round.id == Return.round_id).join(Organisation)
        row = session.scalars(its.where(Round.code == "2026-07", Organisation.slug == TRUST)).one()
        of_it = {"return_id": row.id, "revision": row.revision, "round_of_queries": 1, "question": LEVELS}
        session.add(ReviewQuery(**of_it, text="Why?", asked_by="The Assembly", answer_by=date(2026, 12, 1)))
    assert BAND in lead.get(f"{SIGNED}/feedback").words
    change_scale(app)
    assert BAND in lead.get(f"{SIGNED}/feedback").words
