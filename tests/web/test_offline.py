"""Working offline in the browser: download, fill in, preview, apply; and the same return as when it is typed."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from anchor_portal.domain.people import Role
from anchor_portal.models import SectionOwner, Submission, User
from anchor_portal.queries.returns import Found
from anchor_portal.services.returns.steps import submit
from anchor_portal.web.forms.fields import spread
from tests.conftest import make_app, with_demo
from tests.engines import sqlite_url
from tests.make import actor, find
from tests.offline import as_typed, every_kind, fill
from tests.pages import Browser, Page
from tests.web.returning import RETURNED
from tests.web.sections import ROUND, TRUST, Answers, send, stored

LEADS = {TRUST: "lead@trust.example", RETURNED: "lead@council.example"}
CONTRIBUTOR = "contributor@trust.example"


@pytest.fixture
def apps(tmp_path: Path) -> Iterator[tuple[Flask, Flask]]:
    """Two portals with the same demonstration."""
    folders = [tmp_path / name for name in ("typed", "uploaded")]
    for folder in folders:
        folder.mkdir()
    made = [make_app(sqlite_url(folder, with_demo)) for folder in folders]
    yield made[0], made[1]
    for app in made:
        app.extensions["database"].dispose()


def found_in(app: Flask, slug: str) -> Found:
    with Session(app.extensions["database"].reader, expire_on_commit=False) as session:
        return find(session, ROUND, slug)


def download(browser: Browser, slug: str) -> bytes:
    response = browser.client.get(f"/returns/{ROUND}/{slug}/offline/form.xlsx")
    assert response.status_code == 200 and response.headers["Content-Disposition"].startswith("attachment")
    return response.data


def upload(browser: Browser, slug: str, content: bytes, status: int = 200) -> Page:
    return browser.post(f"/returns/{ROUND}/{slug}/offline", {"file": (BytesIO(content), "form.xlsx")}, status)


def apply(browser: Browser, slug: str, page: Page, status: int = 200, **more: str) -> Page:
    path = f"/returns/{ROUND}/{slug}/offline/apply"
    return send(browser, path, page.form(path) | more, status)


def type_in(browser: Browser, found: Found, answers: Answers) -> None:
    """Type answers into every section's page, as a browser posts them."""
    for section in found.questionnaire.form_sections:
        path = f"/returns/{ROUND}/{found.organisation.slug}/sections/{section.code}"
        form = {name: text for name, text in browser.get(path).form().items() if ":" not in name}
        for question in section.questions:
            form |= spread(question, answers.get(question.key, {}))
        send(browser, path, form | {"then": "later"})


def digest(app: Flask, slug: str) -> str:
    """The digest of what is signed."""
    signature = {"name": "Ada Example", "role": "Chair", "date": "2026-11-01"}
    with Session(app.extensions["database"].writer) as session, session.begin():
        found = find(session, ROUND, slug)
        row = submit(session, found, signature, actor(Role.SIGNATORY))
        session.flush()
        query = select(Submission.digest).where(Submission.return_id == row.id, Submission.revision == row.revision)
        return session.scalars(query).one()


def sound(found: Found) -> dict[str, Any]:
    """Answers of every kind that can be signed together."""
    answers = every_kind(found.questionnaire, found.asking)
    return answers | {"about.snapshot_date": {"": found.asking.period_from.isoformat()}}


@pytest.mark.parametrize("slug", [TRUST, RETURNED])
def test_a_completed_upload_and_the_same_answers_typed_in_give_identical_returns(
    apps: tuple[Flask, Flask], slug: str
) -> None:
    typed, uploaded = apps
    found = found_in(typed, slug)
    answers = sound(found)
    type_in(Browser(typed).sign_in(LEADS[slug]), found, answers)
    browser = Browser(uploaded).sign_in(LEADS[slug])
    before = stored(uploaded, slug)
    blanks = {f"{key}:{part}": None for key, parts in before.items() for part in parts}
    content, _ = fill(download(browser, slug), {**blanks, **as_typed(found, answers)})
    page = upload(browser, slug, content)
    assert stored(uploaded, slug) == before, "a preview stores nothing"
    assert page.errors == []
    apply(browser, slug, page)
    assert stored(uploaded, slug) == stored(typed, slug) == answers
    assert digest(uploaded, slug) == digest(typed, slug)


def test_a_form_is_previewed_applied_once_and_then_changes_nothing(sqlite_browser: Browser) -> None:
    lead = sqlite_browser.sign_in(LEADS[TRUST])
    shown = lead.get(f"/returns/{ROUND}/{TRUST}")
    assert shown.soup.select_one(f'a[href="/returns/{ROUND}/{TRUST}/offline"]')
    assert lead.get(f"/returns/{ROUND}/{TRUST}/offline").title.endswith("Work offline")
    content, places = fill(download(lead, TRUST), {"p3.narrative:": "New <b>words</b>", "about.headcount:": "many"})
    page = upload(lead, TRUST, content)
    assert "2 answers change" in page.words and "New <b>words</b>" in page.words
    assert page.text(".nhsuk-error-summary").endswith(
        f"{places['about.headcount:']}: Headcount must be a number in figures, like 1,200"
    )
    done = apply(lead, TRUST, page)
    assert "2 answers of the return changed" in done.words
    assert stored(lead.app)["p3.narrative"] == {"": "New <b>words</b>"}
    assert "nothing to apply" in apply(lead, TRUST, page).words, "a double click does no harm"
    assert upload(lead, TRUST, content).title.endswith("The form changes nothing")


def test_what_changed_after_the_preview_is_shown_again_and_has_to_be_chosen(sqlite_browser: Browser) -> None:
    lead = sqlite_browser.sign_in(LEADS[TRUST])
    path = f"/returns/{ROUND}/{TRUST}/sections/pledge-1"
    content, _ = fill(download(lead, TRUST), {"p1.narrative:": "From the form", "p2.narrative:": "Too"})
    page = upload(lead, TRUST, content)
    send(lead, path, lead.get(path).form() | {"p1.narrative:": "From the portal", "then": "later"})
    again = apply(lead, TRUST, page, 409)
    assert "Somebody changed some of these answers" in again.words
    assert stored(lead.app)["p1.narrative"] == {"": "From the portal"}
    unchosen = apply(lead, TRUST, again, 422)
    assert unchosen.errors == ["Choose which version of “Pledge 1 progress” stands"]
    apply(lead, TRUST, unchosen, **{"choose:p1.narrative": "portal"})
    assert stored(lead.app)["p1.narrative"] == {"": "From the portal"}
    assert stored(lead.app)["p2.narrative"] == {"": "Too"}
    disputed = upload(lead, TRUST, content)
    apply(lead, TRUST, disputed, **{"choose:p1.narrative": "file"})
    assert stored(lead.app)["p1.narrative"] == {"": "From the form"}


def test_a_contributor_changes_only_sections_that_were_given_to_them(sqlite_browser: Browser) -> None:
    someone = sqlite_browser.sign_in(CONTRIBUTOR)
    database = sqlite_browser.app.extensions["database"]
    with Session(database.writer) as session, session.begin():
        row = find(session, ROUND, TRUST).get_row()
        session.execute(delete(SectionOwner).where(SectionOwner.return_id == row.id))
        user_id = session.scalars(select(User.id).where(User.email == CONTRIBUTOR)).one()
        session.add(SectionOwner(return_id=row.id, section="pledge-1", user_id=user_id, given_by="Lead"))
    before = stored(sqlite_browser.app)
    content, _ = fill(download(someone, TRUST), {"p1.narrative:": "Mine", "p2.narrative:": "Not mine"})
    page = upload(someone, TRUST, content)
    assert "1 answer changes" in page.words and "Pledge 2: employing and buying locally" in page.words
    forged = page.form(f"/returns/{ROUND}/{TRUST}/offline/apply")
    forged |= {"change": "p1.narrative p2.narrative p9.none signoff", "p2.narrative:": "Forged"}
    again = send(someone, f"/returns/{ROUND}/{TRUST}/offline/apply", forged, 409)
    assert stored(sqlite_browser.app) == before
    apply(someone, TRUST, again)
    assert stored(sqlite_browser.app) == before | {"p1.narrative": {"": "Mine"}}


def test_a_file_that_is_no_form_is_refused_beside_the_box(sqlite_browser: Browser) -> None:
    lead = sqlite_browser.sign_in(LEADS[TRUST])
    page = upload(lead, TRUST, b"%PDF-1.7", 422)
    assert page.errors == ["This is not a workbook: download the form here, fill it in, and save it as XLSX"]
    assert lead.post(f"/returns/{ROUND}/{TRUST}/offline", {}, 422).errors == ["Choose the workbook that you filled in"]
    theirs = download(Browser(lead.app).sign_in(LEADS[RETURNED]), RETURNED)
    assert "belongs to Halton" in upload(lead, TRUST, theirs, 422).errors[0]
    for path in (
        "2030-01/council/general.pdf",
        "2024-07/circus/general.pdf",
        "2024-07/council/nhs.docx",
        "%00/council/nhs.pdf",
    ):
        lead.get(f"/forms/{path}", 404)
    assert lead.client.get("/forms/2024-01/council/general.xlsx").data.startswith(b"PK")
