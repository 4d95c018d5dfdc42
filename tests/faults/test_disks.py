"""A full disk, and one that cannot be written to: a clear page, what was typed kept, and nothing lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from anchor_portal.engine import open_database
from anchor_portal.services.doctor import examine
from tests.conftest import with_demo
from tests.engines import sqlite_url
from tests.faults.disks import Disk, portal_on_a_small_disk
from tests.hostile import pdf, picture
from tests.kills.people import Person
from tests.kills.serving import Portal

LEAD, TRUST = "lead@trust.example", "/returns/2027-01/mid-cheshire-hospitals"
PATH = f"{TRUST}/sections/pledge-1"
LONG = "Written while the disk was full. " * 3000


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Portal, Disk]]:
    """A portal on a small disk; nothing is started."""
    folder = tmp_path_factory.mktemp("small")
    database = Path(sqlite_url(folder, with_demo).removeprefix("sqlite:///"))
    with portal_on_a_small_disk(folder, database) as made:
        yield made


@pytest.fixture
def served(running: tuple[Portal, Disk]) -> Iterator[tuple[Person, Disk]]:
    """Its server, somebody who is signed in, and the disk."""
    portal, disk = running
    portal.serve("gunicorn")  # waitress keeps large requests in files of its own, and hangs up where it cannot
    person = Person(portal.port, LEAD).sign_in()
    yield person, disk
    person.hang_up()
    portal.kill("server")


def narrative(person: Person) -> str:
    """What stands in the section."""
    return person.get(PATH).form("seen")["p1.narrative:"]


def wrong_with(disk: Disk, to: Path) -> list[str]:
    """What the doctor finds."""
    opened = open_database(disk.copy_database(to))
    try:
        return [f"{finding.what}: {finding.wrong}" for finding in examine(opened) if finding.wrong]
    finally:
        opened.dispose()


def test_on_a_full_disk_pages_are_read_and_what_was_typed_is_kept_until_there_is_room(
    served: tuple[Person, Disk], tmp_path: Path
) -> None:
    person, disk = served
    form = person.get(PATH).form("seen")
    disk.fill()
    kept = person.post(PATH, form | {"p1.narrative:": LONG, "then": "later"})
    assert (kept.status, kept.title) == (503, "This could not be saved")
    assert "Nothing was changed" in kept.text
    assert narrative(person) == form["p1.narrative:"], "pages can be read, and hold what was there"
    disk.empty()
    again = kept.form("p1.narrative:")
    assert again["p1.narrative:"].strip() == LONG.strip()
    assert person.post(PATH, again).status == 302
    assert narrative(person).strip() == LONG.strip()
    assert wrong_with(disk, tmp_path) == []


def test_a_file_for_which_there_is_no_room_is_refused_and_the_form_around_it_saved(
    served: tuple[Person, Disk], tmp_path: Path
) -> None:
    person, disk = served
    path = f"{TRUST}/sections/pledge-3"
    form = person.get(path).form("seen")
    token = {"csrf_token": form["csrf_token"], "number": "1"}
    large = picture(size=(600, 600)) + b"\0" * 900_000
    disk.fill(leave=700_000)
    refused = person.upload(f"{TRUST}/evidence/p3.evidence", token, "large.png", large)
    assert refused.status == 422 and "could not be kept just now" in refused.text
    small = person.post(path, form | {"p3.narrative:": "There is room for this.", "then": "later"})
    assert small.status == 302, small.title
    disk.empty()
    taken = person.upload(f"{TRUST}/evidence/p3.evidence", token, "small.pdf", pdf())
    assert taken.status == 200, taken.text
    kept = [each for each in (disk.folder / "evidence").rglob("*") if each.is_file()]
    assert [each.read_bytes() for each in kept] == [pdf()] or len(kept) == 1, f"halves were left: {kept}"
    assert wrong_with(disk, tmp_path) == []


def test_a_disk_that_cannot_be_written_to_is_said_and_all_is_there_when_it_can(running: tuple[Portal, Disk]) -> None:
    portal, disk = running
    portal.serve()
    person = Person(portal.port, LEAD).sign_in()
    form = person.get(PATH).form("seen")
    portal.kill("server")
    disk.make("ro")
    person.hang_up()
    portal.serve()
    public = person.get("/privacy")
    page = person.get(PATH)
    kept = person.post(PATH, form | {"p1.narrative:": "Typed on a read-only disk.", "then": "later"})
    person.hang_up()
    portal.kill("server")
    disk.make("rw")
    assert page.status == 200, "what is there can be read"
    assert (kept.status, kept.title) == (503, "This could not be saved")
    assert "Typed on a read-only disk." in kept.text
    assert public.status == 200
    portal.serve()
    assert person.get(PATH).form("seen")["p1.narrative:"] == form["p1.narrative:"]
    assert person.post(PATH, kept.form("p1.narrative:")).status == 302
    assert narrative(person) == "Typed on a read-only disk."
    person.hang_up()
    portal.kill("server")
