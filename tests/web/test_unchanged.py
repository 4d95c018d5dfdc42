"""Public pages are given again, or not sent at all, only while nothing changed; private ones are never kept."""

import gzip
import re

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from anchor_portal.engine import open_database
from anchor_portal.models import Organisation
from anchor_portal.queries.state import StateWatch
from tests.pages import Browser

TRUST = "Mid Cheshire Hospitals NHS Foundation Trust"
LEAD = "lead@trust.example"
ZIPPED = {"Accept-Encoding": "gzip"}


def rename(url: str, name: str) -> None:
    """Commit a change as another process would: over connections of its own."""
    database = open_database(url)
    with Session(database.writer) as session, session.begin():
        session.execute(update(Organisation).where(Organisation.name == TRUST).values(name=name))
    database.dispose()


def get(app: Flask, path: str, **headers: str) -> TestResponse:
    return app.test_client().get(
        path, buffered=True, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def test_an_unchanged_public_page_is_not_sent_again(sqlite_app: Flask) -> None:
    first = get(sqlite_app, "/organisations")
    assert first.headers["Cache-Control"] == "no-cache" and "Cookie" in first.headers["Vary"]
    again = get(sqlite_app, "/organisations", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["X-Frame-Options"] == "DENY" and "X-Request-ID" in again.headers
    assert get(sqlite_app, "/organisations", If_None_Match='"another"').data == first.data


def test_what_another_process_committed_is_on_the_next_page(app: Flask) -> None:
    first = get(app, "/organisations")
    assert TRUST in first.text
    assert get(app, "/organisations", If_None_Match=first.headers["ETag"]).status_code == 304
    rename(app.extensions["settings"].database_url, "Renamed Hospitals")
    after = get(app, "/organisations", If_None_Match=first.headers["ETag"])
    assert after.status_code == 200
    assert "Renamed Hospitals" in after.text and TRUST not in after.text


def test_marks_of_the_database_are_equal_only_while_nothing_was_committed(url: str) -> None:
    watched, other = open_database(url), open_database(url)
    watch = StateWatch(watched.reader)
    before = watch.take()
    assert before is not None and watch.take() == before
    with other.writer.begin() as connection:
        connection.execute(text("UPDATE places SET name = name"))
        assert watch.take() == before, "not committed yet"
    after = watch.take()
    assert after is not None and after != before
    watched.dispose()
    assert watch.take() not in {before, after}, "of a new connection nothing is known"
    watched.dispose()
    other.dispose()


def test_a_database_that_does_not_answer_has_no_mark(tmp_path_factory: pytest.TempPathFactory) -> None:
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('none')}/no/such/folder.sqlite3")
    assert StateWatch(database.reader).take() is None


def test_pages_of_who_has_a_session_are_kept_by_nobody(sqlite_app: Flask) -> None:
    public = get(sqlite_app, "/organisations")
    browser = Browser(sqlite_app).sign_in(LEAD)
    for headers in ({}, {"If-None-Match": public.headers["ETag"]}):
        page = browser.client.get("/organisations", headers=headers)
        assert page.status_code == 200 and "Sign out" in page.text
        assert page.headers["Cache-Control"] == "no-store" and "ETag" not in page.headers
    assert "Sign out" not in get(sqlite_app, "/organisations").text


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/invitation/not-a-link"])
def test_only_public_pages_are_kept(sqlite_app: Flask, path: str) -> None:
    assert get(sqlite_app, path).headers["Cache-Control"] == "no-store"


def test_a_public_page_is_the_same_compressed(sqlite_app: Flask) -> None:
    plain = get(sqlite_app, "/indicators/12")
    zipped = get(sqlite_app, "/indicators/12", **ZIPPED)
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    assert "Content-Encoding" not in get(sqlite_app, "/indicators/12", Accept_Encoding="gzip;q=0").headers
    head = sqlite_app.test_client().head("/indicators/12")
    assert head.data == b"" and head.headers["ETag"] == plain.headers["ETag"]


@pytest.mark.parametrize(
    ("site", "is_zipped"),
    [("same-origin", True), ("none", True), ("cross-site", False), ("same-site", False), ("", False)],
)
def test_a_private_page_is_compressed_only_where_no_other_site_asked(
    sqlite_app: Flask, site: str, is_zipped: bool
) -> None:
    client = Browser(sqlite_app).sign_in(LEAD).client
    answer = client.get("/work", headers=ZIPPED | ({"Sec-Fetch-Site": site} if site else {}))
    assert (answer.headers.get("Content-Encoding") == "gzip") is is_zipped
    words = gzip.decompress(answer.data).decode() if is_zipped else answer.text
    assert "<h1" in words and "Sign out" in words


def test_a_file_is_kept_for_good_under_an_address_that_names_its_content(sqlite_app: Flask) -> None:
    page = get(sqlite_app, "/privacy").text
    [style] = re.findall(r'href="(/static/build/portal.css\?v=\w+)"', page)
    kept = get(sqlite_app, style)
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for other in ("/static/build/portal.css", "/static/build/portal.css?v=000000000000"):
        assert get(sqlite_app, other).headers["Cache-Control"] == "public, no-cache"
    zipped = get(sqlite_app, style, **ZIPPED)
    assert zipped.headers["Content-Encoding"] == "gzip" and zipped.mimetype == "text/css"
    assert gzip.decompress(zipped.data) == kept.data
    script = get(sqlite_app, "/static/build/portal.js")
    assert script.mimetype == "text/javascript"
    assert all("?v=" in name for name in re.findall(r'"(\./[^"]+)"', script.text))


PAGES = [
    ("", "/"),
    ("", "/indicators/12"),
    ("", "/beacon"),
    (LEAD, "/returns/2027-01/mid-cheshire-hospitals"),
    (LEAD, "/returns/2027-01/mid-cheshire-hospitals/sections/pledge-2"),
    ("member@assembly.example", "/reviews/2026-07/torus"),
    ("member@assembly.example", "/assembly/2026-07/indicators/12"),
    ("team@team.example", "/rounds/2027-01"),
]


def test_a_first_visit_weighs_less_than_120_kilobytes_and_later_ones_less_than_25(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    parts = {address for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/").text)}
    script = client.get("/static/build/portal.js", buffered=True).text
    parts |= {f"/static/build/{name}" for name in re.findall(r'"\./([^"]+)"', script)}
    parts |= {"/static/build/trusted.js"}
    weights = {part: len(client.get(part, headers=ZIPPED, buffered=True).data) for part in parts}
    for who, path in PAGES:
        browser = Browser(sqlite_app)
        own = (browser.sign_in(who) if who else browser).client
        page = len(own.get(path, headers=ZIPPED | {"Sec-Fetch-Site": "same-origin"}).data)
        assert page < 25_000, f"{path} weighs {page} bytes"
        assert page + sum(weights.values()) < 120_000, weights
