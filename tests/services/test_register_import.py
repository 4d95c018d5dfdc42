"""Files into the register: 5,000 lines of every sort, a job that dies and goes on, an organisation deleted on the way."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.domain.register.file import FileUnreadable
from anchor_portal.domain.register.planning import Verdict
from anchor_portal.engine import Database, open_database
from anchor_portal.models import (
    Holding,
    ImportState,
    Job,
    JobState,
    Organisation,
    RegisterImport,
    RegisterImportRow,
    Round,
    Total,
)
from anchor_portal.queries.register import find_profile
from anchor_portal.services.figures.totals import remake_totals
from anchor_portal.services.jobs.board import ask, stop
from anchor_portal.services.jobs.work import Work, run, run_due
from anchor_portal.services.register import applying, importing
from anchor_portal.services.register.organisations import RegisterRefused, get_to_change, remove_organisation, rename
from tests.conftest import seeded
from tests.engines import sqlite_url
from tests.make import make_round

WHO = "team@team.example"
TODAY = date(2026, 11, 22)
ORGANISATIONS = {"sector": "vcse"}
CHARTER = {"sector": "vcse", "kind": "social_value_charter", "adds": "yes"}


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(sqlite_url(tmp_path, seeded))
    yield opened
    opened.dispose()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url="", secret_key="x", results=tmp_path.as_uri())


def stage(
    database: Database, content: bytes, what: str = importing.ORGANISATIONS, **options: str
) -> tuple[int, dict[Verdict, int]]:
    given = (ORGANISATIONS if what == importing.ORGANISATIONS else CHARTER) | options
    with Session(database.writer) as session, session.begin():
        upload = importing.stage(session, content, "list.csv", what, given, WHO, TODAY)
        return upload.id, importing.count_verdicts(session, upload)


def begin(database: Database, ident: int) -> int:
    """Begin to apply it as the page does, as a job; the job's identifier."""
    with Session(database.writer) as session, session.begin():
        upload = session.get_one(RegisterImport, ident)
        importing.begin(session, upload, importing.mark_of(session, upload), WHO)
        return ask(session, "register_import", "A list", {"import_id": ident}, WHO).id


def verdicts(database: Database, ident: int) -> dict[int, tuple[str, str]]:
    with Session(database.reader) as session:
        query = select(RegisterImportRow).where(RegisterImportRow.import_id == ident)
        return {row.line: (row.verdict, row.problem) for row in session.scalars(query)}


def number_of_organisations(database: Database) -> int:
    with Session(database.reader) as session:
        return session.scalars(select(func.count()).select_from(Organisation)).one()


def job_of(database: Database, job_id: int) -> Job:
    with Session(database.reader) as session:
        return session.get_one(Job, job_id)


def a_large_file() -> bytes:
    """5,000 lines: known names in other spellings, new ones, each of these again, wrong codes; in two encodings."""
    spellings = ("Alzheimer’s Society", "ALZHEIMERS SOCIETY", "The Torus Ltd", "Mid-Cheshire Hospitals NHS FT")
    new = [f"Example {word} {n} Café,{1_000_000 + n},Liverpool" for n, word in enumerate(("Quay", "Lantern") * 60)]
    lines = [f"{spellings[n % 4]},," for n in range(2000)] + new + new[:60]
    lines += [f"Wrong number {n},12AB{n},Liverpool" for n in range(1900)]
    lines += [f"Wrong place {n},{1_200_000 + n},Atlantis" for n in range(5000 - len(lines))]
    encoded = [line.encode("utf-8" if n % 3 else "cp1252") for n, line in enumerate(lines)]
    return b"Charity name,Registered charity number,Main place\r\n" + b"\r\n".join(encoded) + b"\r\n"


def test_five_thousand_lines_of_every_sort_are_read_shown_and_applied(
    sqlite_database: Database, settings: Settings
) -> None:
    ident, counts = stage(sqlite_database, a_large_file())
    assert counts == {
        Verdict.NEW: 120,
        Verdict.SAME: 3,
        Verdict.REPEATED: 2057,
        Verdict.WRONG: 2820,
    }
    assert number_of_organisations(sqlite_database) == 21, "nothing changes before it is applied"
    job = begin(sqlite_database, ident)
    assert run_due(sqlite_database, settings) == 1
    done = job_of(sqlite_database, job)
    assert (done.state, done.done, done.total) == (JobState.DONE, 120, 120)
    assert done.outcome == "120 organisations added, something new noted for 0 lines"
    assert done.link == f"/team/register/imports/{ident}"
    assert number_of_organisations(sqlite_database) == 141
    with Session(sqlite_database.reader) as session:
        upload = session.get_one(RegisterImport, ident)
        assert (upload.state, "in Windows-1252" in upload.notes) == (ImportState.APPLIED, True)
        profile = find_profile(session, "example-quay-0-cafe")
        assert profile is not None
        assert profile.organisation.name == "Example Quay 0 Café"
        assert (profile.organisation.main_place_code, profile.organisation.is_signatory) == ("E08000012", False)
    _, again = stage(sqlite_database, a_large_file())
    assert Verdict.NEW not in again, "the same file again brings nothing"


def test_a_line_whose_organisation_was_deleted_on_the_way_is_left_and_the_others_are_written(
    database: Database, settings: Settings
) -> None:
    first, _ = stage(database, b"Name,Charity number\nGoing Soon,1000001\nStaying,1000002\n")
    begin(database, first)
    run_due(database, settings)
    ident, counts = stage(database, b"Name,Main place\nGoing Soon,Liverpool\nStaying,Wirral\nBrand New,Wirral\n")
    assert counts == {Verdict.ADDS: 2, Verdict.NEW: 1}
    begin(database, ident)
    with Session(database.writer) as session, session.begin():
        gone = session.scalars(select(Organisation.id).where(Organisation.name == "Going Soon")).one()
        remove_organisation(session, get_to_change(session, gone), WHO)
    run_due(database, settings)
    found = verdicts(database, ident)
    assert found[2] == (Verdict.GONE, "Its organisation was removed from the register meanwhile")
    assert [found[3][0], found[4][0]] == [Verdict.ADDS, Verdict.NEW]
    assert number_of_organisations(database) == 21 + 2, "it is not entered anew"


def test_an_organisation_deleted_between_two_pieces_is_noticed(
    sqlite_database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = stage(sqlite_database, b"Name\nOne\nTwo\n")
    begin(sqlite_database, first)
    run_due(sqlite_database, settings)
    ident, _ = stage(sqlite_database, b"Name,Main place\nOne,Wirral\nTwo,Wirral\n")
    begin(sqlite_database, ident)
    monkeypatch.setattr(applying, "PIECE", 1)
    told = Work.tell

    def tell_and_delete(work: Work, done: int, *rest: object, **more: object) -> None:
        told(work, done, *rest, **more)  # type: ignore[arg-type]
        if done == 1:
            with Session(sqlite_database.writer) as session, session.begin():
                two = session.scalars(select(Organisation.id).where(Organisation.name == "Two")).one()
                remove_organisation(session, get_to_change(session, two), WHO)

    monkeypatch.setattr(Work, "tell", tell_and_delete)
    run_due(sqlite_database, settings)
    found = verdicts(sqlite_database, ident)
    assert (found[2][0], found[3][0]) == (Verdict.ADDS, Verdict.GONE)


def test_the_former_name_of_what_a_colleague_renamed_between_two_pieces_is_the_one_that_it_had(
    sqlite_database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ident, _ = stage(sqlite_database, b"Name,ODS code\nBrand New,\nA New Name Trust,RBT\n")
    with Session(sqlite_database.writer) as session, session.begin():
        importing.decide(session, session.get_one(RegisterImport, ident), {3: "rename"}, TODAY, WHO)
    begin(sqlite_database, ident)
    monkeypatch.setattr(applying, "PIECE", 1)
    told = Work.tell

    def tell_and_rename(work: Work, done: int, *rest: object, **more: object) -> None:
        told(work, done, *rest, **more)  # type: ignore[arg-type]
        if done == 1:
            with Session(sqlite_database.writer) as session, session.begin():
                trust = select(Organisation.id).where(Organisation.slug == "mid-cheshire-hospitals")
                held = get_to_change(session, session.scalars(trust).one())
                rename(session, held, "Leighton Trust", "", None, WHO)

    monkeypatch.setattr(Work, "tell", tell_and_rename)
    run_due(sqlite_database, settings)
    with Session(sqlite_database.reader) as session:
        trust = find_profile(session, "mid-cheshire-hospitals")
        assert trust is not None
        assert trust.organisation.name == "A New Name Trust"
        assert [each.name for each in trust.former] == ["Leighton Trust"]


def test_a_job_that_dies_on_the_way_goes_on_where_it_was(
    sqlite_database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = "Name\n" + "\n".join(f"Lantern {n}" for n in range(10))
    ident, _ = stage(sqlite_database, content.encode())
    job = begin(sqlite_database, ident)
    monkeypatch.setattr(applying, "PIECE", 3)
    write = applying._Writer.write_piece

    def die_at_the_third(self: applying._Writer, session: Session, upload: RegisterImport, who: str) -> int:
        if number_of_organisations(sqlite_database) >= 27:
            raise KeyboardInterrupt  # as if the process had been killed: nothing is noted
        return write(self, session, upload, who)

    with monkeypatch.context() as patched:
        patched.setattr(applying._Writer, "write_piece", die_at_the_third)
        with pytest.raises(KeyboardInterrupt):
            run(sqlite_database, settings, job)
    assert number_of_organisations(sqlite_database) == 27
    with Session(sqlite_database.writer) as session, session.begin():
        session.get_one(Job, job).state = JobState.WAITING  # as one that was silent for too long
    run_due(sqlite_database, settings)
    assert number_of_organisations(sqlite_database) == 31
    assert job_of(sqlite_database, job).outcome.startswith("10 organisations added")
    with Session(sqlite_database.writer) as session, session.begin():
        session.get_one(Job, job).state = JobState.WAITING
    run_due(sqlite_database, settings)
    assert number_of_organisations(sqlite_database) == 31, "done twice it adds nothing"


def test_a_job_that_is_stopped_leaves_what_it_wrote_and_can_go_on(
    sqlite_database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ident, _ = stage(sqlite_database, b"Name\nOne\nTwo\nThree\n")
    job = begin(sqlite_database, ident)
    monkeypatch.setattr(applying, "PIECE", 1)
    told = Work.tell

    def tell_and_stop(work: Work, done: int, *rest: object, **more: object) -> None:
        if done == 1:
            with Session(sqlite_database.writer) as session, session.begin():
                stop(session, session.get_one(Job, job))
        told(work, done, *rest, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Work, "tell", tell_and_stop)
        run_due(sqlite_database, settings)
    assert job_of(sqlite_database, job).state == JobState.CANCELLED
    assert number_of_organisations(sqlite_database) == 22
    begin(sqlite_database, ident)
    run_due(sqlite_database, settings)
    assert number_of_organisations(sqlite_database) == 24


def test_somebody_else_who_adds_the_same_meanwhile_wins(database: Database, settings: Settings) -> None:
    ident, _ = stage(database, b"Name,Charity number\nQuay Homes,1000001\n")
    begin(database, ident)
    second, _ = stage(database, b"Name,Charity number,Main place\nQuay Homes,1000001,Wirral\n")
    begin(database, second)
    assert run_due(database, settings) == 2
    assert number_of_organisations(database) == 22
    with Session(database.reader) as session:
        profile = find_profile(session, "quay-homes")
        assert profile is not None
        assert profile.organisation.main_place_code == "E08000015"


def test_decisions_are_kept_and_carried_out(sqlite_database: Database) -> None:
    content = b"Name,ODS code\nSefton Borough Council,\nTorus Housing,\nTorus Housing Trust,\nA New Name Trust,RBT\n"
    ident, counts = stage(sqlite_database, content)
    assert counts == {Verdict.ALIKE: 3, Verdict.RENAMED: 1}
    with Session(sqlite_database.writer) as session, session.begin():
        upload = session.get_one(RegisterImport, ident)
        with pytest.raises(RegisterRefused, match="would change anything"):
            importing.begin(session, upload, importing.mark_of(session, upload), WHO)
        council = session.scalars(select(Organisation.id).where(Organisation.slug == "sefton-council")).one()
        seen = importing.mark_of(session, upload)
        choices = {2: f"same:{council}", 3: "new", 4: "leave", 5: "rename", 99: "new"}
        assert importing.decide(session, upload, choices, TODAY, WHO) == 4
        assert importing.decide(session, upload, choices, TODAY, WHO) == 0
        with pytest.raises(RegisterRefused, match="meanwhile"):
            importing.begin(session, upload, seen, WHO)
        importing.begin(session, upload, importing.mark_of(session, upload), WHO)
        outcome = applying.apply_now(session, upload, WHO)
        assert outcome == "1 organisation added, something new noted for 1 line"
        with pytest.raises(RegisterRefused):
            importing.decide(session, upload, choices, TODAY, WHO)
        with pytest.raises(RegisterRefused):
            importing.discard(session, upload, WHO)
        trust = find_profile(session, "mid-cheshire-hospitals")
        assert trust is not None
        assert trust.organisation.name == "A New Name Trust"
        assert [each.name for each in trust.former] == ["Mid Cheshire Hospitals NHS Foundation Trust"]
    assert {line: each[0] for line, each in verdicts(sqlite_database, ident).items()} == {
        2: Verdict.SAME,
        3: Verdict.NEW,
        4: Verdict.LEFT,
        5: Verdict.ADDS,
    }


def test_a_list_of_a_charter_brings_organisations_and_what_they_hold(sqlite_database: Database) -> None:
    content = "Organisation,Date signed,Evidence\nAlzheimer’s Society,12/05/2021,Signed copy\nQuay Homes,2022-01-02,\n"
    ident, counts = stage(sqlite_database, content.encode(), importing.HOLDINGS)
    assert counts == {Verdict.ADDS: 1, Verdict.NEW: 1}
    _, without = stage(sqlite_database, content.encode(), importing.HOLDINGS, adds="")
    assert without == {Verdict.ADDS: 1, Verdict.UNKNOWN: 1}
    with Session(sqlite_database.writer) as session, session.begin():
        upload = session.get_one(RegisterImport, ident)
        importing.begin(session, upload, importing.mark_of(session, upload), WHO)
        applying.apply_now(session, upload, WHO)
        rows = session.execute(select(Organisation.slug, Holding.since, Holding.evidence).join(Holding)).all()
    assert sorted(tuple(row) for row in rows) == [
        ("alzheimers-society", date(2021, 5, 12), "Signed copy"),
        ("quay-homes", date(2022, 1, 2), ""),
    ]
    _, again = stage(sqlite_database, content.encode(), importing.HOLDINGS)
    assert again == {Verdict.SAME: 2}


def test_what_is_there_is_never_overwritten(sqlite_database: Database) -> None:
    content = b"Name,Sector,Main place,Headcount\nTorus,council,Wirral,5\n"
    ident, _ = stage(sqlite_database, content)
    with Session(sqlite_database.writer) as session, session.begin():
        upload = session.get_one(RegisterImport, ident)
        importing.begin(session, upload, importing.mark_of(session, upload), WHO)
        applying.apply_now(session, upload, WHO)
        torus = session.scalars(select(Organisation).where(Organisation.slug == "torus")).one()
        assert (torus.sector, torus.main_place_code, torus.headcount) == ("housing", "E08000013", 5)


def test_signatories_from_a_file_are_expected_in_rounds(sqlite_database: Database) -> None:
    with Session(sqlite_database.writer) as session, session.begin():
        remake_totals(session, make_round(session))
    ident, _ = stage(
        sqlite_database, b"Name,Signatory from,Signatory to\nNew One,2026-01-01,\nGone,2024-01-01,2025-01-01\n"
    )
    with Session(sqlite_database.writer) as session, session.begin():
        upload = session.get_one(RegisterImport, ident)
        importing.begin(session, upload, importing.mark_of(session, upload), WHO)
        applying.apply_now(session, upload, WHO)
        round_ = session.scalars(select(Round)).one()
        query = select(Total.returns).where(Total.round_id == round_.id, Total.breakdown == "coverage")
        assert set(session.scalars(query)) == {22}


def workbook(*sheets: list[list[object]]) -> bytes:
    book = Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet()
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_workbook_is_read_from_the_sheet_that_has_a_list() -> None:
    rows: list[list[object]] = [
        ["Name", "Companies House number", "Signatory from"],
        ["Quay", 1234567, date(2024, 1, 2)],
    ]
    table = importing.read_file(workbook([["Read me first"]], rows))
    assert table.rows == [(2, {"name": "Quay", "companies-house": "1234567", "joined_on": "2024-01-02"})]
    assert "the sheet" in table.notes[0]


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 broken", b"%PDF-1.7", bytes.fromhex("d0cf11e0a1b11ae1"), b"\x89PNG\r\n\x1a\n", b"<html>"],
)
def test_a_file_that_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(FileUnreadable):
        importing.read_file(content)


def test_a_file_that_was_put_aside_keeps_no_lines(sqlite_database: Database) -> None:
    ident, _ = stage(sqlite_database, b"Name\nQuay\n")
    with Session(sqlite_database.writer) as session, session.begin():
        importing.discard(session, session.get_one(RegisterImport, ident), WHO)
    assert verdicts(sqlite_database, ident) == {}


def test_a_job_for_a_file_that_was_put_aside_says_so(sqlite_database: Database, settings: Settings) -> None:
    ident, _ = stage(sqlite_database, b"Name\nQuay\n")
    with Session(sqlite_database.writer) as session, session.begin():
        importing.discard(session, session.get_one(RegisterImport, ident), WHO)
        job = ask(session, "register_import", "A list", {"import_id": ident}, WHO).id
    run_due(sqlite_database, replace(settings))
    assert "put aside" in job_of(sqlite_database, job).outcome
