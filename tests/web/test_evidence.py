"""Files as evidence on the pages: taken one by one or with the form, refused with the reason, handed out to readers."""

import io
import json
import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from anchor_portal.models import EvidenceFile, FileState, Return, Submission
from anchor_portal.models.base import now
from anchor_portal.services.evidence.files import forget_unnamed, remove_unknown
from tests import hostile
from tests.command import run
from tests.conftest import make_app, with_demo
from tests.engines import sqlite_url
from tests.pages import Browser, check
from tests.scanners import clamd, digest, s3_server
from tests.web.sections import RETURN, SECTION, message_beside, stored

LEAD, SIGNATORY, STRANGER = "lead@trust.example", "signatory@trust.example", "lead@council.example"
PATH, UPLOAD, KEY = f"{SECTION}/pledge-3", f"{RETURN}/evidence/p3.evidence", "p3.evidence"
UPLOAD_BOX = "q-p3-evidence-upload"


def site(folder: Path, **settings: Any) -> Flask:
    """The application with the demonstration and a store of its own."""
    return make_app(sqlite_url(folder, with_demo), **{"evidence": str(folder / "evidence"), **settings})


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Flask]:
    """A portal without a scanner, where a file may have one megabyte."""
    made = site(tmp_path, evidence_megabytes=1)
    yield made
    made.extensions["database"].dispose()


@pytest.fixture
def scanned(tmp_path: Path) -> Iterator[Flask]:
    """A portal with a scanner."""
    made = site(tmp_path, clamd=clamd())
    yield made
    made.extensions["database"].dispose()


def post(browser: Browser, path: str, data: Mapping[str, Any]) -> TestResponse:
    """Send a form with files, made in memory: the client's own way leaves temporary files open."""
    fields: MultiDict[str, Any] = MultiDict()
    for name, value in data.items():
        for each in value if isinstance(value, list) else [value]:
            fields.add(name, FileStorage(each[0], each[1]) if isinstance(each, tuple) else each)
    boundary, body = encode_multipart(fields)
    return browser.client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def add(browser: Browser, content: bytes, name: str = "report.pdf", number: int = 1) -> TestResponse:
    """Send one file as the page's script does."""
    data = {"csrf_token": browser.token(), "number": str(number), "upload": (io.BytesIO(content), name)}
    return post(browser, UPLOAD, data)


def added(browser: Browser, content: bytes, name: str = "report.pdf", number: int = 1) -> str:
    """The identifier of a file that is taken."""
    answer = add(browser, content, name, number)
    assert answer.status_code == 200, answer.text
    return str(answer.json["html"].split('value="')[1].split('"')[0])  # type: ignore[index]


def save(browser: Browser, typed: Mapping[str, Any], path: str = PATH) -> TestResponse:
    """Save a section without script, as it stands on its page but for what is typed."""
    form: dict[str, Any] = browser.get(path).form()
    data = {**form, "then": "later", **typed}
    return post(browser, path, data)


def files_of(app: Flask) -> list[EvidenceFile]:
    """Every file that the database knows."""
    with Session(app.extensions["database"].reader) as session:
        return list(session.scalars(select(EvidenceFile).order_by(EvidenceFile.name)))


def contents(folder: Path) -> list[bytes]:
    """What lies in the folder of evidence."""
    return [path.read_bytes() for path in sorted((folder / "evidence").rglob("*")) if path.is_file()]


def address(file: str, name: str = "report.pdf") -> str:
    """Where a file is handed out."""
    return f"{RETURN}/evidence/{file}/{name}"


def test_a_file_is_taken_named_in_the_answer_shown_and_handed_out_as_it_came(portal: Flask, tmp_path: Path) -> None:
    lead = Browser(portal).sign_in(LEAD)
    content = hostile.pdf()
    answer = add(lead, content, "../Ein Bericht \u202e2026.pdf")
    assert answer.json is not None
    assert answer.json["name"] == "Ein Bericht 2026.pdf"
    assert "What Ein Bericht 2026.pdf shows" in answer.json["html"]
    [file] = files_of(portal)
    assert contents(tmp_path) == [content]
    typed = {f"{KEY}:1.file": file.id, f"{KEY}:1.caption": "What we did", f"{KEY}:1.digest": "ab" * 32}
    days = {f"{KEY}:1.about~day": "31", f"{KEY}:1.about~month": "3", f"{KEY}:1.about~year": "2026"}
    assert save(lead, typed | days).status_code == 302
    assert stored(portal)[KEY] == {
        "1.file": file.id,
        "1.name": "Ein Bericht 2026.pdf",
        "1.digest": digest(content),
        "1.caption": "What we did",
        "1.about": "2026-03-31",
    }
    page = lead.get(f"{RETURN}/check")
    link = page.soup.find("a", string="Ein Bericht 2026.pdf")
    assert link is not None
    assert f"SHA-256 {digest(content)[:12]} (31 March 2026)" in page.words
    handed = lead.client.get(str(link["href"]))
    assert handed.data == content
    assert handed.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "Ein%20Bericht%202026.pdf" in handed.headers["Content-Disposition"]
    assert handed.headers["X-Content-Type-Options"] == "nosniff"
    assert handed.headers["Cache-Control"] == "no-store"
    assert file.id not in lead.client.get(f"{RETURN}/return.csv").text, "it could not be brought in anywhere else"


def test_only_readers_of_the_return_get_its_files_and_the_assembly_only_what_was_signed(portal: Flask) -> None:
    lead = Browser(portal).sign_in(LEAD)
    file = added(lead, hostile.pdf())
    ask = {
        LEAD: 200,
        SIGNATORY: 200,
        "team@team.example": 200,
        STRANGER: 404,
        "member@assembly.example": 404,
    }
    assert {email: Browser(portal).sign_in(email).client.get(address(file)).status_code for email in ask} == ask
    assert Browser(portal).client.get(address(file)).status_code == 302
    assert lead.client.get(address(file, "other.pdf")).status_code == 404
    other = f"/returns/2026-07/mid-cheshire-hospitals/evidence/{file}/report.pdf"
    assert lead.client.get(other).status_code == 404


def test_what_is_refused_is_said_at_the_top_and_beside_the_box_and_the_rest_is_kept(portal: Flask) -> None:
    lead = Browser(portal).sign_in(LEAD)
    many = [
        (io.BytesIO(hostile.csv()), "counts.csv"),
        (io.BytesIO(bytes(3 * 1024 * 1024)), "film.pdf"),
        (io.BytesIO(hostile.csv(hostile.STAFF)), "staff.csv"),
        (io.BytesIO(hostile.EXE), "x" * 300 + ".pdf"),
        (io.BytesIO(b""), "empty.pdf"),
    ]
    answer = save(lead, {"p3.narrative:": "Long words that nobody types twice.", f"{KEY}:upload": many})
    assert answer.location == PATH
    answers = stored(portal)
    assert answers["p3.narrative"] == {"": "Long words that nobody types twice."}
    assert answers[KEY]["1.name"] == "counts.csv"
    page = lead.get(PATH)
    said = " ".join(page.errors)
    for why in (
        "“film.pdf” is larger than 1 MB",
        "looks like a list of people",
        "inside it is a program",
        "“empty.pdf” is empty",
    ):
        assert why in said
        assert why in message_beside(page, UPLOAD_BOX)
    assert lead.get(PATH).errors == [], "it is said once"


def test_a_file_survives_a_conflict_and_a_first_file_starts_the_return(portal: Flask) -> None:
    lead = Browser(portal).sign_in(LEAD)
    form: dict[str, Any] = lead.get(PATH).form()
    save(lead, {"p3.narrative:": "Somebody else was quicker."})
    data = form | {"p3.narrative:": "Mine.", "then": "later", f"{KEY}:upload": (io.BytesIO(hostile.pdf()), "a.pdf")}
    answer = post(lead, PATH, data)
    assert answer.status_code == 409
    [file] = files_of(portal)
    assert file.id in answer.text


def test_a_file_of_another_return_cannot_be_named(portal: Flask) -> None:
    theirs = Browser(portal).sign_in(STRANGER)
    place = "/returns/2027-01/halton-borough-council"
    data = {"csrf_token": theirs.token(), "upload": (io.BytesIO(hostile.pdf()), "theirs.pdf")}
    sent = post(theirs, f"{place}/evidence/{KEY}", data)
    assert sent.status_code == 200, sent.text
    [file] = files_of(portal)
    lead = Browser(portal).sign_in(LEAD)
    save(lead, {f"{KEY}:1.file": file.id, f"{KEY}:1.name": file.name, f"{KEY}:1.digest": file.digest})
    page = lead.get(PATH)
    assert any("not one of this return’s" in error for error in page.errors)
    assert theirs.client.post(UPLOAD, data={"csrf_token": theirs.token()}).status_code == 404


@pytest.mark.parametrize(("name", "why"), [("a.exe", "not taken"), ("a.pdf", "inside it is a program")])
def test_the_script_is_told_the_reason(portal: Flask, name: str, why: str) -> None:
    lead = Browser(portal).sign_in(LEAD)
    answer = add(lead, hostile.EXE, name)
    assert (answer.status_code, why in answer.json["refused"]) == (422, True)  # type: ignore[index]
    assert add(lead, hostile.pdf(), number=0).status_code == 422
    assert files_of(portal) == []


def test_somebody_who_is_not_signed_in_cannot_send_much(portal: Flask) -> None:
    answer = add(Browser(portal), bytes(6 * 1024 * 1024))
    assert answer.status_code == 413


def test_an_infected_file_is_refused_and_its_content_is_gone(scanned: Flask, tmp_path: Path) -> None:
    lead = Browser(scanned).sign_in(LEAD)
    answer = add(lead, hostile.csv() + hostile.EICAR_LIKE, "counts.csv")
    assert "Portal.Test.Letters" in answer.json["refused"]  # type: ignore[index]
    [file] = files_of(scanned)
    assert (file.state, contents(tmp_path)) == (FileState.INFECTED, [])
    assert lead.client.get(address(file.id, file.name)).status_code == 404
    clean = added(lead, hostile.csv(), "counts.csv")
    assert lead.client.get(address(clean, "counts.csv")).status_code == 200


def test_nothing_is_taken_while_the_scanner_cannot_be_reached(tmp_path: Path) -> None:
    app = site(tmp_path, clamd=f"unix:{tmp_path}/nobody.sock")
    lead = Browser(app).sign_in(LEAD)
    assert "cannot be scanned for viruses just now" in add(lead, hostile.pdf()).json["refused"]  # type: ignore[index]
    save(lead, {"p3.narrative:": "Kept.", f"{KEY}:upload": (io.BytesIO(hostile.pdf()), "a.pdf")})
    assert stored(app)["p3.narrative"] == {"": "Kept."}
    assert any("cannot be scanned" in error for error in lead.get(PATH).errors)
    assert (files_of(app), contents(tmp_path)) == ([], [])
    app.extensions["database"].dispose()


def test_what_a_crash_leaves_in_quarantine_is_never_served_until_it_is_scanned(scanned: Flask, tmp_path: Path) -> None:
    lead = Browser(scanned).sign_in(LEAD)
    sound, bad = added(lead, hostile.pdf()), added(lead, hostile.pdf("other"), "bad.pdf")
    with Session(scanned.extensions["database"].writer) as session, session.begin():
        session.execute(update(EvidenceFile).values(state=FileState.QUARANTINED))
    (tmp_path / "evidence" / bad[:2] / bad).write_bytes(hostile.EICAR_LIKE)
    assert lead.client.get(address(sound)).status_code == 404
    settings = scanned.extensions["settings"]
    words = {"ANCHOR_CLAMD": settings.clamd, "ANCHOR_EVIDENCE": settings.evidence}
    said = run(settings.database_url, "evidence", "scan", **words).text
    assert f"{sound} report.pdf: clean" in said
    assert "Portal.Test.Letters" in said
    assert lead.client.get(address(sound)).status_code == 200
    assert lead.client.get(address(bad, "bad.pdf")).status_code == 404
    assert run(settings.database_url, "evidence", "scan", **words).text == "Nothing is in quarantine.\n"


def test_files_that_nothing_names_are_removed_after_two_days_and_signed_ones_never(
    portal: Flask, tmp_path: Path
) -> None:
    lead = Browser(portal).sign_in(LEAD)
    drafted, signed, dropped = (
        added(lead, hostile.pdf(name), f"{name}.pdf") for name in ("drafted", "signed", "dropped")
    )
    save(lead, {f"{KEY}:1.file": drafted})
    database, settings = portal.extensions["database"], portal.extensions["settings"]
    with Session(database.writer) as session, session.begin():
        row = session.scalars(select(Return).where(Return.id == files_of(portal)[0].return_id)).one()
        answers = json.dumps({KEY: {"1.file": signed}})
        who = {"signed_name": "Ada", "signed_role": "Chair", "signed_on": now().date(), "submitted_by": "Ada"}
        session.add(
            Submission(
                return_id=row.id, revision=1, answers=answers, digest="x", is_late=False, submitted_at=now(), **who
            )
        )
    with Session(database.writer) as session, session.begin():
        assert list(forget_unnamed(session, now())) == []
        assert len(list(forget_unnamed(session, now() + timedelta(days=3)))) == 1
    with Session(database.reader) as session:
        assert list(remove_unknown(session, settings, now())) == []
        assert [line.partition(":")[0] for line in remove_unknown(session, settings, now() + timedelta(days=3))] == [
            dropped
        ]
    assert {file.id for file in files_of(portal)} == {drafted, signed}
    assert len(contents(tmp_path)) == 2
    assert (
        "There is nothing to remove."
        in run(settings.database_url, "evidence", "tidy", ANCHOR_EVIDENCE=settings.evidence).text
    )


def test_a_return_with_files_goes_out_and_in_again_unchanged(portal: Flask, tmp_path: Path) -> None:
    lead = Browser(portal).sign_in(LEAD)
    save(lead, {f"{KEY}:1.file": added(lead, hostile.pdf()), f"{KEY}:1.caption": "What we did"})
    url, slug = portal.extensions["settings"].database_url, "mid-cheshire-hospitals"
    kept = stored(portal)
    before = run(url, "returns", "export", "--round", "2027-01", "--organisation", slug).output
    (tmp_path / "returns.csv").write_bytes(before)
    run(url, "returns", "import", tmp_path / "returns.csv", "--round", "2027-01")
    assert run(url, "returns", "export", "--round", "2027-01", "--organisation", slug).output == before
    assert b"1.digest" not in before and stored(portal) == kept and "1.digest" in kept[KEY]


def test_ten_files_at_once_all_arrive(app: Flask) -> None:
    leads = [Browser(app).sign_in(LEAD) for _ in range(10)]
    content = {f"counts {number}.csv": hostile.csv([["Place", "Jobs"], ["Halton", number]]) for number in range(10)}
    answers: dict[str, int] = {}

    def send(browser: Browser, name: str) -> None:
        answers[name] = add(browser, content[name], name).status_code

    threads = [threading.Thread(target=send, args=pair) for pair in zip(leads, content, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers.values()) == {200}
    assert {file.name: file.digest for file in files_of(app)} == {name: digest(each) for name, each in content.items()}


def test_files_lie_in_an_s3_store_where_one_is_set(tmp_path: Path) -> None:
    app = site(tmp_path, evidence=f"s3://evidence/{tmp_path.name}?endpoint={s3_server()}")
    lead = Browser(app).sign_in(LEAD)
    content = hostile.xlsx()
    file = added(lead, content, "counts.xlsx")
    assert lead.client.get(address(file, "counts.xlsx")).data == content
    assert contents(tmp_path) == []
    app.extensions["database"].dispose()


def test_a_store_that_does_not_answer_is_said_and_the_form_is_kept(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("in the way")
    app = site(tmp_path)
    lead = Browser(app).sign_in(LEAD)
    assert "could not be kept just now" in add(lead, hostile.pdf()).json["refused"]  # type: ignore[index]
    assert check(lead.client.get(PATH), 200).errors == []
    app.extensions["database"].dispose()
