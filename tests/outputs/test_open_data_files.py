"""Open data as bytes: what hostile words become, and whether the public tools accept the descriptions."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import frictionless
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate

from anchor_portal.domain.figures.definitions import DEFINITIONS
from anchor_portal.domain.open_data.columns import DICTIONARY, FIGURES, Column, dictionary_rows
from anchor_portal.domain.open_data.document import document_of
from anchor_portal.domain.open_data.rows import Edition, rows_of, trends_of
from anchor_portal.outputs.open_data.data_package import RoundFile, describe_files
from anchor_portal.outputs.open_data.files import write_json, write_rows
from anchor_portal.outputs.open_data.open_api import describe_addresses
from anchor_portal.outputs.open_data.release_feed import ATOM, write_feed
from tests.domain.editions import PUBLISHER, edition_of, every_kind_of_view, public_view
from tests.release_feeds import check_feed, read_feed

WORDS = (Column("Name", "A name."), Column("Amount", "A number.", "number"))
TEXTS = (
    "=1+1",
    "@SUM(A1)",
    "+44",
    '"',
    '""","',
    "a,b;c\td",
    "a\u2028b\u2029c",
    "\x00\x07",
    "\ufeff=1",
    "‮evil",
    "—",
    "'=x",
)
REVISED = "A trust had counted its “bank” staff twice; its figures were <corrected> & signed again."


def written(*rows: tuple[str, str]) -> list[list[str]]:
    content = write_rows(WORDS, rows)
    assert not content.startswith(b"\xef\xbb\xbf") and b"\r" not in content and content.endswith(b"\n")
    assert content.count(b"\n") == 1 + len(rows), "each row is one line"
    return list(csv.reader(io.StringIO(content.decode(), newline="")))[1:]


# CSV


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\n=", "'"])
def test_words_never_become_a_formula_and_numbers_stay_numbers(start: str) -> None:
    (row,) = written((f"{start}HYPERLINK(1)", "-5.2"))
    assert row[0].startswith("'") and row[1] == "-5.2"


def test_names_with_quotes_commas_and_line_breaks_come_back_on_one_line() -> None:
    (row,) = written(('St "Helens", the\r\nplace; of Mary’s', "0"))
    assert row == ['St "Helens", the place; of Mary’s', "0"]


def test_every_hostile_text_stays_in_its_cell() -> None:
    rows = written(*((text, "1") for text in TEXTS))
    assert len(rows) == len(TEXTS)
    assert all(len(row) == 2 and row[1] == "1" and not row[0].startswith(("=", "+", "-", "@")) for row in rows)


# Atom


def feed_editions() -> list[Edition]:
    view = public_view(DEFINITIONS[0])
    first = edition_of(view, code="2026-01")
    return [
        first,
        edition_of(view, code="2026-07"),
        replace(first, revision=2, published_at=datetime(2026, 10, 1, 8, tzinfo=UTC), reason=REVISED),
    ]


def test_the_feed_has_an_entry_for_every_revision_the_latest_first() -> None:
    content = write_feed(feed_editions(), PUBLISHER)
    check_feed(content)
    read = feedparser.parse(content)
    assert not read.bozo and read.version == "atom10"
    assert [entry.title for entry in read.entries] == [
        "Figures of January 2026, revision 2",
        "Figures of July 2026",
        "Figures of January 2026",
    ]
    assert "<corrected> & signed again" in read_feed(content).findtext(f".//{{{ATOM}}}summary", "")
    assert read.feed.updated == read.entries[0].updated == "2026-10-01T08:00:00Z"


def test_an_entry_keeps_its_identifier_and_its_date_when_others_come() -> None:
    before, after = (
        {entry.id: entry.updated for entry in feedparser.parse(write_feed(each, PUBLISHER)).entries}
        for each in (feed_editions()[:2], feed_editions())
    )
    assert before.items() <= after.items() and len(after) == 3


def test_before_anything_is_published_the_feed_is_empty_and_sound() -> None:
    check_feed(write_feed([], PUBLISHER))


def test_the_check_of_a_feed_finds_what_is_wrong() -> None:
    content = write_feed(feed_editions(), PUBLISHER)
    for right, wrong in (
        (b"<updated>", b"<updated>yesterday "),
        (b"tag:portal.example,2026:data/2026-01/revision-2", b"tag:portal.example,2026:data/2026-01/revision-1"),
        (b'rel="self"', b'rel="other"'),
        (b"<author>", b"<author/><x>"),
    ):
        with pytest.raises((AssertionError, ElementTree.ParseError)):
            check_feed(content.replace(right, wrong, 1))


# OpenAPI


@cache
def release_validator() -> Draft202012Validator:
    described = describe_addresses(PUBLISHER)
    schema = {"$ref": "#/components/schemas/Release", "components": described["components"]}
    return Draft202012Validator(schema, format_checker=FormatChecker())


def documents() -> Iterator[dict[str, Any]]:
    """A document for each view, since no two of one round share a definition."""
    for view in every_kind_of_view():
        edition = edition_of(view, reason=REVISED)
        yield json.loads(write_json(document_of(edition, [edition], trends_of(edition, []), PUBLISHER)))


def test_the_description_is_valid_and_names_every_address_once() -> None:
    described = json.loads(write_json(describe_addresses(PUBLISHER)))
    validate(described)
    names = [each["get"]["operationId"] for each in described["paths"].values()]
    assert len(set(names)) == len(names) == 7


def test_figures_in_every_state_are_as_the_description_says() -> None:
    states = set()
    for document in documents():
        assert not [error.message for error in release_validator().iter_errors(document)]
        states |= {row["state"] for each in document["indicators"] for row in (each, *each["breakdowns"]["sector"])}
        states |= {each["matched"]["state"] for each in document["indicators"] if each["matched"]}
        states |= {each["distribution"]["state"] for each in document["indicators"] if each["distribution"]}
    assert states == {"shown", "suppressed", "not_provided", "not_applicable", "withheld"}


SPOILED: dict[str, Callable[[dict[str, Any]], object]] = {
    "a key that is not described": lambda document: document["indicators"][0].update(raw=1),
    "a key that is missing": lambda document: document["indicators"][0].pop("matched"),
    "a state that there is not": lambda document: document["indicators"][0].update(state="hidden"),
    "a value that is suppressed": lambda document: document["indicators"][0].update(state="suppressed", reason="Few"),
    "a value above a hundred": lambda document: document["indicators"][0].update(value=100.5),
    "a count as a float": lambda document: document["indicators"][0].update(numerator=12.0),
    "an unprotected figure": lambda document: document["indicators"][0].update(protected=False),
    "a row with a key more": lambda document: document["indicators"][0]["breakdowns"]["sector"][0].update(raw=1),
}


@pytest.mark.parametrize("what", SPOILED)
def test_drift_from_the_description_is_found(what: str) -> None:
    document = next(documents())
    assert release_validator().is_valid(document)
    SPOILED[what](document)
    assert not release_validator().is_valid(document)


# Frictionless


@cache
def round_file() -> RoundFile:
    views = [view for view in every_kind_of_view() if view.state != "shown" or not view.distribution]
    unique = {view.definition.measure: view for view in views}
    edition = edition_of(*unique.values(), reason=REVISED)
    return RoundFile(edition, write_rows(FIGURES, rows_of(edition, trends_of(edition, []), is_demo=False)))


def lay_out(folder: Path, content: bytes | None = None, **more: Any) -> frictionless.Report:
    """Write the package and its files to a folder, and ask the public validator."""
    dictionary = write_rows(DICTIONARY, dictionary_rows())
    package = describe_files([round_file()], dictionary, PUBLISHER)
    if content is not None:  # without sums, so that the schema alone has to find the damage
        package["resources"] = [{k: v for k, v in package["resources"][0].items() if k not in {"hash", "bytes"}} | more]
    (folder / "2026-07.csv").write_bytes(round_file().content if content is None else content)
    (folder / "dictionary.csv").write_bytes(dictionary)
    (folder / "datapackage.json").write_bytes(write_json(package))
    return frictionless.validate(str(folder / "datapackage.json"))


def test_the_package_with_figures_in_every_state_validates_with_the_public_tool(tmp_path: Path) -> None:
    report = lay_out(tmp_path)
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "message"])[:5]
    assert [task.name for task in report.tasks] == ["figures-2026-07", "dictionary"]


def with_cell(name: str, cell: str) -> bytes:
    """The file with another cell in its first row."""
    head, first, *rest = round_file().content.decode().splitlines(keepends=True)
    cells = next(csv.reader([first]))
    cells[[column.name for column in FIGURES].index(name)] = cell
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return "".join([head, buffer.getvalue(), *rest]).encode()


def with_first_row_twice() -> bytes:
    return round_file().content + round_file().content.splitlines(keepends=True)[1]


DAMAGE: dict[str, tuple[Callable[[], bytes], str]] = {
    "words in the place of a number": (lambda: with_cell("Count", "about 50"), "type-error"),
    "a state that there is not": (lambda: with_cell("State", "hidden"), "constraint-error"),
    "a share above a hundred": (lambda: with_cell("Value", "163"), "constraint-error"),
    "a count below zero": (lambda: with_cell("Count", "-5"), "constraint-error"),
    "a round that is none": (lambda: with_cell("Round", "2026-13"), "constraint-error"),
    "an empty cell that must not be": (lambda: with_cell("Area Code", ""), "constraint-error"),
    "a day that there is not": (lambda: with_cell("Published on", "2026-02-30"), "type-error"),
    "a row that comes twice": (with_first_row_twice, "primary-key"),
    "a column that is missing": (lambda: round_file().content.replace(b"Value note,", b"", 1), "label"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_the_public_tool_finds_a_damaged_file(what: str, tmp_path: Path) -> None:
    damage, expected = DAMAGE[what]
    kinds = {kind for (kind,) in lay_out(tmp_path, damage()).flatten(["type"])}
    assert any(expected in kind for kind in kinds), kinds


def test_the_public_tool_finds_a_file_that_is_not_the_one_described(tmp_path: Path) -> None:
    lay_out(tmp_path)
    (tmp_path / "2026-07.csv").write_bytes(round_file().content.replace(b",shown,", b",withheld,", 1))
    kinds = {kind for (kind,) in frictionless.validate(str(tmp_path / "datapackage.json")).flatten(["type"])}
    assert "hash-count" in kinds
