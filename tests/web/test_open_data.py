"""Open data as it is served: addresses that stay, the same bytes as the command line's, kept no longer than is right."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import feedparser
import frictionless
import pytest
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from anchor_portal.config import SettingRefused, read_settings
from anchor_portal.domain.beacon.fingertips import COLUMNS
from anchor_portal.domain.open_data.columns import FIGURES
from anchor_portal.models import Publication, Round
from tests.command import refusal, run
from tests.conftest import make_app, seeded, with_demo
from tests.engines import sqlite_url
from tests.pages import Browser
from tests.release_feeds import check_feed
from tests.web.test_statements import counting

PUBLISHED = ("2023-07", "2024-01", "2024-07", "2025-01", "2025-07", "2026-01", "2026-07")
REVISED, REASON = "2025-07", "A trust’s “bank” staff had been counted twice."
REVISED_AT = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
FILES = ("/data/dictionary.csv", "/data/datapackage.json", "/data/releases.atom", "/data/openapi.json")
HOSTILE = (
    *("2027-01", "2026-08", "2026-7", "２０２６-07", "2026-07%00", "%00", "2026-07%20", "2026-07.csv", "=1+1"),
    *("'; drop table rounds; --", "..%2f..%2fetc%2fpasswd", "1" * 30, "9" * 4000, "%F0%9F%92%A9", "%ff%fe"),
    *("dictionary", "revision-1"),
)
NUMBERS = ("0", "2", "01", "+1", "-1", "1e3", "1.0", "１", "9" * 12, "9" * 5000, "", "latest", "%00")


def revise(app: Flask, code: str = REVISED) -> None:
    """Publish a second revision of a round, with one count changed."""
    with Session(app.extensions["database"].writer) as session, session.begin():
        first = session.scalars(select(Publication).join(Round).where(Round.code == code)).one()
        outside = json.loads(first.outside)
        outside[0]["percentage_only"] += 1
        session.add(
            Publication(
                round_id=first.round_id,
                revision=2,
                reason=REASON,
                threshold=first.threshold,
                inside=first.inside,
                outside=json.dumps(outside, ensure_ascii=False, separators=(",", ":")),
                inputs=first.inputs,
                digest="a" * 64,
                published_at=REVISED_AT,
            )
        )


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demonstration with one round revised; no test of this module changes it."""
    app = make_app(sqlite_url(tmp_path_factory.mktemp("open-data"), with_demo))
    revise(app)
    yield app
    app.extensions["database"].dispose()


@pytest.fixture(scope="module")
def url(portal: Flask) -> str:
    """The same for the command line."""
    return str(portal.extensions["settings"].database_url)


@pytest.fixture
def unpublished(tmp_path: Path) -> Iterator[Flask]:
    """A portal in which nothing was published, nor any round added."""
    app = make_app(sqlite_url(tmp_path, seeded))
    yield app
    app.extensions["database"].dispose()


def get(portal: Flask, path: str, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return portal.test_client().get(path, headers=named, buffered=True)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


# Addresses


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_every_published_round_has_an_address_that_gives_its_latest_revision(portal: Flask, kind: str) -> None:
    for code in PUBLISHED:
        answer = get(portal, f"/data/{code}.{kind}")
        assert answer.status_code == 200
        latest = 2 if code == REVISED else 1
        assert get(portal, f"/data/{code}/revision-{latest}.{kind}").data == answer.data


def test_a_corrected_round_has_both_revisions_and_the_reason(portal: Flask) -> None:
    first, second = (get(portal, f"/data/{REVISED}/revision-{number}.json").json for number in (1, 2))
    assert first and second
    assert (first["reason"], second["reason"]) == (None, REASON)
    assert [len(each["revisions"]) for each in (first, second)] == [1, 2]
    assert second["indicators"][0]["percentage_only"] == first["indicators"][0]["percentage_only"] + 1


def test_a_correction_leaves_every_file_published_before_as_it_was(sqlite_app: Flask) -> None:
    paths = [f"/data/{code}/revision-1.{kind}" for code in PUBLISHED for kind in ("csv", "json")]
    before = [get(sqlite_app, path).data for path in paths]
    revise(sqlite_app)
    assert [get(sqlite_app, path).data for path in paths] == before


def test_the_command_line_prints_the_same_bytes(portal: Flask, url: str) -> None:
    for code, revision, kind in (("2026-07", None, "csv"), ("2024-07", None, "json"), (REVISED, 1, "csv")):
        which = () if revision is None else ("--revision", revision)
        path = f"/data/{code}.{kind}" if revision is None else f"/data/{code}/revision-{revision}.{kind}"
        printed = run(url, "open-data", "--round", code, *which, "--format", kind).output
        assert printed == get(portal, path).data
        assert printed.endswith(b"\n") and b"\r" not in printed


def test_what_is_not_published_is_refused_in_a_sentence(url: str) -> None:
    ask = ("open-data", "--format", "csv", "--round")
    assert refusal(url, *ask, "2027-01") == "round 2027-01 is not published: there are no open data of it"
    assert refusal(url, *ask, "2026-07", "--revision", 2) == "round 2026-07 has no revision 2"
    assert refusal(url, *ask, "2099-01").startswith("there is no round “2099-01”; there are: 2023-07, ")
    assert "is not in the range" in refusal(url, *ask, "2026-07", "--revision", 0, code=2)


@pytest.mark.parametrize("code", HOSTILE)
def test_a_round_that_was_not_published_is_a_page_that_is_not_found(portal: Flask, code: str) -> None:
    browser = Browser(portal)
    for path in (f"/data/{code}.json", f"/data/{code}/revision-1.csv"):
        if path != "/data/dictionary.csv":
            assert browser.get(path, 404).title == "Page not found"


@pytest.mark.parametrize("number", NUMBERS)
def test_a_revision_that_there_is_not_is_not_found_however_it_is_written(portal: Flask, number: str) -> None:
    Browser(portal).get(f"/data/2026-07/revision-{number}.csv", 404)


def test_neither_what_is_asked_for_besides_nor_what_is_accepted_changes_the_file(portal: Flask) -> None:
    plain = get(portal, "/data/2026-07.csv")
    for query in ("format=json&round=2027-01", "q=" + "x" * 60_000, "%00=%ff", "callback=alert"):
        assert get(portal, f"/data/2026-07.csv?{query}").data == plain.data
    for accept in ("application/json", "text/html", "*/*;q=0", "x" * 8000):
        answer = get(portal, "/data/2026-07.csv", Accept=accept, Accept_Language="cy")
        assert (answer.status_code, answer.data) == (200, plain.data)


# What is in them


def test_the_csv_begins_with_the_columns_of_fingertips_and_counts_are_rounded(portal: Flask) -> None:
    for code in PUBLISHED:
        found = rows(get(portal, f"/data/{code}.csv").data)
        assert tuple(found[0]) == tuple(column.name for column in FIGURES)
        assert tuple(found[0])[: len(COLUMNS)] == COLUMNS
        for row in found:
            for cell in (row["Count"], row["Denominator"]):
                assert not cell or float(cell) % int(row["Rounded to"]) == 0
            assert row["Status"] == "demonstration" and row["Round"] == code
            assert (row["State"] == "shown") == bool(row["Value"]) == (not row["Value note"])


def test_csv_json_and_the_command_line_agree_figure_for_figure(portal: Flask, url: str) -> None:
    for code in ("2024-01", "2026-07"):
        document = get(portal, f"/data/{code}.json").json
        assert document
        printed = run(url, "indicators", "--round", code, "--public", "--json").json()
        ours = {each["definition"]: each for each in document["indicators"]}
        assert printed["indicators"] and (printed["round"], printed["status"]) == (code, document["status"])
        assert all(ours[each["definition"]] == each for each in printed["indicators"])
        table = {
            (row["Definition version"], row["Breakdown"], row["Breakdown code"]): row for row in _rows_of(portal, code)
        }
        assert len(table) == sum(1 + sum(map(len, each["breakdowns"].values())) for each in document["indicators"])
        for each in document["indicators"]:
            _check_row(table[each["definition"], "all", "all"], each)
            for name, group in each["breakdowns"].items():
                for row in group:
                    _check_row(table[each["definition"], name, row["code"]], row)


def _rows_of(portal: Flask, code: str) -> list[dict[str, str]]:
    return rows(get(portal, f"/data/{code}.csv").data)


def _check_row(row: dict[str, str], figure: dict[str, Any]) -> None:
    assert row["State"] == figure["state"] and row["Reason"] == (figure["reason"] or "")
    assert (float(row["Value"]) if row["Value"] else None) == figure["value"]
    assert [row[name] or None for name in ("Count", "Denominator")] == [figure["numerator"], figure["denominator"]]


def test_the_json_holds_the_very_figures_that_were_frozen_for_outside(portal: Flask) -> None:
    with Session(portal.extensions["database"].reader) as session:
        query = select(Round.code, Publication.revision, Publication.outside)
        frozen = session.execute(query.join(Round, Round.id == Publication.round_id)).all()
    assert len(frozen) == len(PUBLISHED) + 1
    for code, revision, outside in frozen:
        document = get(portal, f"/data/{code}/revision-{revision}.json").json
        assert document and document["indicators"] == json.loads(outside)


# Kept, and asked again


def test_a_revision_may_be_kept_for_good_and_the_latest_for_minutes(portal: Flask) -> None:
    lasting, latest = get(portal, "/data/2026-07/revision-1.csv"), get(portal, "/data/2026-07.csv")
    assert lasting.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert latest.headers["Cache-Control"] == "public, max-age=300, must-revalidate"
    assert lasting.headers["ETag"] == latest.headers["ETag"]
    assert get(portal, f"/data/{REVISED}.csv").headers["Last-Modified"] == "Mon, 05 Oct 2026 09:30:00 GMT"


@pytest.mark.parametrize("path", ["/data/2026-07.csv", "/data/2026-07/revision-1.json", *FILES])
def test_a_file_that_has_not_changed_is_not_sent_again(portal: Flask, path: str) -> None:
    fresh = get(portal, path)
    tag = fresh.headers["ETag"]
    assert not tag.startswith("W/"), "a strong tag: byte for byte the same"
    for asked in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        answer = get(portal, path, If_None_Match=asked)
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)
        assert answer.headers["Cache-Control"] == fresh.headers["Cache-Control"]
    for asked in ('"other"', tag.strip('"')[:-1], "x" * 5000):
        assert get(portal, path, If_None_Match=asked).data == fresh.data


def test_a_date_is_asked_by_only_where_no_tag_is(portal: Flask) -> None:
    fresh = get(portal, "/data/2026-07.csv")
    since = fresh.headers["Last-Modified"]
    assert get(portal, "/data/2026-07.csv", If_Modified_Since=since).status_code == 304
    before = format_datetime(datetime(2026, 9, 14, tzinfo=UTC) - timedelta(days=1), usegmt=True)
    assert get(portal, "/data/2026-07.csv", If_Modified_Since=before).status_code == 200
    assert get(portal, "/data/2026-07.csv", If_Modified_Since="yesterday").status_code == 200
    assert get(portal, "/data/2026-07.csv", If_Modified_Since=since, If_None_Match='"other"').status_code == 200


def test_a_revision_changes_the_tags_of_what_it_changes_and_no_others(sqlite_app: Flask) -> None:
    paths = (f"/data/{REVISED}.csv", "/data/releases.atom", "/data/datapackage.json", "/data/2026-07.csv")
    before = {path: get(sqlite_app, path).headers["ETag"] for path in paths}
    revise(sqlite_app)
    sent = [get(sqlite_app, path, If_None_Match=tag).status_code for path, tag in before.items()]
    assert sent == [200, 200, 200, 304]


def test_asking_for_the_head_says_the_same_without_the_file(portal: Flask) -> None:
    whole = get(portal, "/data/2026-07.csv")
    head = portal.test_client().head("/data/2026-07.csv")
    assert head.data == b"" and head.headers["Content-Length"] == str(len(whole.data))
    same = ("ETag", "Last-Modified", "Cache-Control", "Content-Type", "Content-Disposition")
    assert [head.headers[name] for name in same] == [whole.headers[name] for name in same]


def test_no_cookie_is_set_or_asked_for_and_scripts_of_other_sites_may_read_the_files(portal: Flask) -> None:
    someone = Browser(portal).sign_in("team@team.example").client
    for path in ("/data/2026-07.csv", "/data/2026-07/revision-1.json", *FILES):
        for client in (portal.test_client(), someone):
            answer = client.get(path)
            assert "Set-Cookie" not in answer.headers and "Vary" not in answer.headers, path
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_browser_that_asks_first_may_send_the_tag_of_what_it_has(portal: Flask) -> None:
    asking = {"Origin": "https://elsewhere.example", "Access-Control-Request-Headers": "if-none-match"}
    answer = portal.test_client().options("/data/2026-07.json", headers=asking)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "If-None-Match" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Origin" not in portal.test_client().options("/data", headers=asking).headers


def test_pages_are_asked_for_each_time_and_not_opened_to_other_sites(portal: Flask) -> None:
    kept = {"/data": (200, "no-cache"), "/data/dictionary": (200, "no-cache")}
    for path, expected in (kept | {"/data/2027-01.csv": (404, "no-store"), "/work": (302, "no-store")}).items():
        answer = get(portal, path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == expected
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_file_is_made_from_what_was_published_and_from_no_return(portal: Flask) -> None:
    get(portal, "/data/2026-07.csv")
    with counting(portal) as statements:
        for path in ("/data", "/data/2026-07.csv", "/data/2026-07.json", "/data/releases.atom"):
            get(portal, path)
    assert len(statements) <= 8
    for statement in statements:
        assert not any(table in statement for table in ("measures", "totals", "answers", "submissions", "returns"))


# Described for programs


def test_what_is_served_is_what_the_description_says(portal: Flask) -> None:
    described = get(portal, "/data/openapi.json").json
    assert described
    schema = {"$ref": "#/components/schemas/Release", "components": described["components"]}
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    served = [get(portal, f"/data/{code}.json").json for code in PUBLISHED]
    for document in (*served, get(portal, f"/data/{REVISED}/revision-1.json").json):
        assert not [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def test_every_address_of_the_description_answers_as_described(portal: Flask) -> None:
    described = get(portal, "/data/openapi.json").json
    assert described
    for template, item in described["paths"].items():
        path = template.replace("{round}", "2026-07").replace("{revision}", "1")
        (content,) = item["get"]["responses"]["200"]["content"]
        answer = get(portal, path)
        assert (answer.status_code, answer.mimetype) == (200, content)
        assert set(item["get"]["responses"]["200"]["headers"]) - {"Last-Modified"} <= set(answer.headers.keys())
        if "{" in template:
            missing = get(portal, template.replace("{round}", "2099-01").replace("{revision}", "1"))
            assert (missing.status_code, missing.mimetype) == (404, "text/html")


def test_the_files_as_served_validate_with_the_public_tool(portal: Flask, tmp_path: Path) -> None:
    package = get(portal, "/data/datapackage.json")
    (tmp_path / "datapackage.json").write_bytes(package.data)
    assert package.json
    for resource in package.json["resources"]:
        (tmp_path / resource["path"]).write_bytes(get(portal, f"/data/{resource['path']}").data)
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "message"])[:5]
    assert [task.name for task in report.tasks] == [f"figures-{code}" for code in reversed(PUBLISHED)] + ["dictionary"]
    assert package.json["version"] == f"{REVISED}.2"


def test_the_feed_leads_to_pages_and_files_that_are_there(portal: Flask) -> None:
    content = get(portal, "/data/releases.atom").data
    check_feed(content)
    read = feedparser.parse(content)
    assert len(read.entries) == len(PUBLISHED) + 1
    assert (read.entries[0].title, REASON in read.entries[0].summary) == ("Figures of July 2025, revision 2", True)
    for link in (link for entry in read.entries for link in entry.links):
        answer = get(portal, link.href.removeprefix("http://127.0.0.1:5000"))
        assert (answer.status_code, answer.mimetype) == (200, link.type), link.href


# The pages


def test_another_licence_is_named_everywhere_and_needs_an_address(url: str) -> None:
    mine = {"ANCHOR_LICENCE": "Creative Commons Attribution 4.0", "ANCHOR_LICENCE_URL": "https://licence.example/by"}
    document = run(url, "open-data", "--round", "2026-07", "--format", "json", **mine).json()
    assert document["licence"] == {"name": mine["ANCHOR_LICENCE"], "url": mine["ANCHOR_LICENCE_URL"]}
    for wrong, says in (
        ({"ANCHOR_LICENCE": "Ours"}, "set ANCHOR_LICENCE_URL too"),
        ({"ANCHOR_LICENCE_URL": "javascript:alert(1)"}, "must be an address like"),
    ):
        with pytest.raises(SettingRefused, match=says):
            read_settings(wrong)


def test_the_page_lists_every_revision_with_its_files_and_how_to_cite_the_latest(portal: Flask) -> None:
    page = Browser(portal).get("/data")
    listed = page.soup.select("table tbody tr")
    assert len(listed) == len(PUBLISHED) + 1
    revised = [row.get_text(" ") for row in listed if REASON in row.get_text(" ")]
    assert len(revised) == 1 and "5 October 2026" in revised[0]
    assert sum("since revised" in row.get_text(" ") for row in listed) == 1
    for link in page.soup.select('main a[href^="/data"]'):
        assert get(portal, str(link["href"])).status_code == 200
    assert "figures of July 2026, revision 1, published 14 September 2026" in page.text(".app-data-citation")
    assert "Open Government Licence v3.0" in page.words
    assert page.soup.select_one('head link[type="application/atom+xml"]')


def test_the_dictionary_explains_every_column(portal: Flask) -> None:
    page = Browser(portal).get("/data/dictionary")
    explained = [each.get_text() for each in page.soup.select("tbody th > span:last-child")]
    assert explained == [f"{place}. {column.name}" for place, column in enumerate(FIGURES, start=1)]


def test_before_anything_is_published_there_are_pages_and_descriptions_and_no_files(unpublished: Flask) -> None:
    assert "No round has been published yet" in Browser(unpublished).get("/data").words
    assert all(get(unpublished, path).status_code == 200 for path in FILES)
    check_feed(get(unpublished, "/data/releases.atom").data)
    assert get(unpublished, "/data/2026-07.csv").status_code == 404
