"""All certificates as one ZIP: whole or with a text that says what is missing, resumed, run twice, changed meanwhile."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.config import Settings
from anchor_portal.domain.certificates.words import CertificateKind
from anchor_portal.engine import Database, open_database
from anchor_portal.models import Certificate, Job, JobState, Organisation
from anchor_portal.queries.certificates import Selection, load_standing_numbers
from anchor_portal.services.certificates.archive import PAGE, READ_ME, title_of_selection, write_archive
from anchor_portal.services.certificates.batch import make_all
from anchor_portal.services.certificates.handed_out import KIND, arguments_of
from anchor_portal.services.jobs.board import ask
from anchor_portal.services.jobs.work import Stopped, Work, WorkRefused, run_due
from tests.conftest import seeded
from tests.engines import sqlite_url

SIGNATORIES = Selection(CertificateKind.SIGNATORY)
MANY = PAGE + 3
"""One piece and a bit."""
UNPRINTABLE = "Anchor 日本"


class Killed(BaseException):
    """The worker dies."""


@dataclass
class Watched(Work):
    """Work after each piece of which something else happens."""

    after_piece: Callable[[], None] = lambda: None
    told: list[int] = field(default_factory=list)

    def tell(self, done: int, total: int | None = None, unit: str = "", memory: dict[str, Any] | None = None) -> None:
        super().tell(done, total, unit, memory)
        self.told.append(done)
        if memory:
            self.after_piece()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url="", results=str(tmp_path / "results"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Seeded, with more certificates of signatories than one piece holds."""
    opened = open_database(sqlite_url(tmp_path, seeded))
    with Session(opened.writer) as session, session.begin():
        owners = session.scalars(select(Organisation).order_by(Organisation.id)).all()
        rows = [_row(number, owners[number % len(owners)]) for number in range(MANY)]
        session.execute(insert(Certificate), rows)
    yield opened
    opened.dispose()


def _row(number: int, owner: Organisation) -> dict[str, Any]:
    return {
        "number": number_of(number),
        "kind": "signatory",
        "organisation_id": owner.id,
        "organisation_name": owner.name,
        "round_title": "",
        "pledges": ["1", "2"],
        "issued_on": today(),
    }


def number_of(index: int) -> str:
    return f"2026-07-AAAA{index:02}"


def change(database: Database, number: str, **values: Any) -> None:
    with Session(database.writer) as session, session.begin():
        session.execute(update(Certificate).where(Certificate.number == number).values(**values))


def started(database: Database, settings: Settings, job_id: int = 0, after_piece: Any = None) -> Watched:
    """The work of a job that this worker took, a new one or another's."""
    with Session(database.writer) as session, session.begin():
        if not job_id:
            title = title_of_selection(SIGNATORIES)
            job_id = ask(session, KIND, title, arguments_of(SIGNATORIES), "team@team.example").id
        job = session.get_one(Job, job_id)
        job.state, job.holder = JobState.RUNNING, f"worker {job.attempts}"
        job.attempts += 1
        facts = (job.id, job.title, job.arguments, job.asked_by, job.user_id, job.memory, job.holder)
    return Watched(database, settings, *facts, after_piece=after_piece or (lambda: None))


def kept_in(settings: Settings) -> list[Path]:
    return [path for path in Path(settings.results).rglob("*") if path.is_file()]


def finished(work: Watched, settings: Settings) -> ZipFile:
    """The result, once everything else is put away: pieces do not stay behind."""
    assert work.finish(JobState.DONE, work.outcome)
    (path,) = kept_in(settings)
    return ZipFile(BytesIO(path.read_bytes()))


def pdfs_of(archive: ZipFile) -> list[str]:
    return sorted(name[-18:-4] for name in archive.namelist() if name != READ_ME)


def text_of(archive: ZipFile) -> str:
    return archive.read(READ_ME).decode()


def test_a_worker_makes_all_of_them_with_a_text_that_lists_them(database: Database, settings: Settings) -> None:
    with Session(database.writer) as session, session.begin():
        job = ask(session, KIND, "Certificates", arguments_of(SIGNATORIES), "team@team.example")
        job_id = job.id
    assert run_due(database, settings) == 1
    with Session(database.reader) as session:
        job = session.get_one(Job, job_id)
        assert (job.state, job.done, job.total, job.outcome) == (JobState.DONE, MANY, MANY, f"{MANY} certificates")
        assert (job.result_name, job.result_type) == ("anchor-certificates-signatory.zip", "application/zip")
    (path,) = kept_in(settings)
    archive = ZipFile(path)
    assert archive.testzip() is None
    assert pdfs_of(archive) == [number_of(index) for index in range(MANY)]
    assert f"In this file: {MANY} certificates" in text_of(archive)
    assert all(archive.read(name).startswith(b"%PDF") for name in archive.namelist() if name != READ_ME)


def test_a_name_that_does_not_fit_is_named_and_the_others_are_there(database: Database, settings: Settings) -> None:
    change(database, number_of(1), organisation_name=UNPRINTABLE)
    change(database, number_of(2), organisation_name="A very long name " * 80)
    work = started(database, settings)
    make_all(work)
    archive = finished(work, settings)
    assert len(pdfs_of(archive)) == MANY - 2
    text = text_of(archive)
    assert text.index("MISSING: 2 certificates") < text.index("In this file")
    assert f"{UNPRINTABLE} (2026-07-AAAA01)" in text and "The font cannot print these characters" in text
    assert "is too long for a certificate" in text
    assert work.outcome == f"{MANY - 2} certificates; 2 are missing, and read-me.txt in the file says why"


def test_the_next_worker_goes_on_where_one_died_and_the_file_is_whole(database: Database, settings: Settings) -> None:
    def die() -> None:
        raise Killed

    first = started(database, settings, after_piece=die)
    with pytest.raises(Killed):
        make_all(first)
    assert first.told[-1] == PAGE
    second = started(database, settings, first.job_id)
    make_all(second)
    assert second.told[0] == PAGE, "what was drawn is not drawn again"
    assert pdfs_of(finished(second, settings)) == [number_of(index) for index in range(MANY)]


def test_an_attempt_killed_between_its_last_piece_and_its_last_word_is_made_anew(
    database: Database, settings: Settings
) -> None:
    killed = started(database, settings)
    make_all(killed)  # and dies before it says that it is done: the pieces are gone, and the memory names them
    (orphan,) = kept_in(settings)
    orphan.unlink()  # as the night's round does with what no job names
    again = started(database, settings, killed.job_id)
    make_all(again)
    assert pdfs_of(finished(again, settings)) == [number_of(index) for index in range(MANY)]
    assert again.outcome == f"{MANY} certificates"


def test_run_twice_it_gives_the_same_file(database: Database, settings: Settings, tmp_path: Path) -> None:
    first = started(database, settings)
    make_all(first)
    once = {name: content.read(name) for content in [finished(first, settings)] for name in content.namelist()}
    other = Settings(database_url="", results=str(tmp_path / "others"))
    second = started(database, other)
    make_all(second)
    again = finished(second, other)
    assert second.job_id != first.job_id
    assert {name: again.read(name) for name in again.namelist()} == once


def test_what_is_withdrawn_replaced_or_gone_in_the_middle_is_left_out_and_what_is_new_is_in_it(
    database: Database, settings: Settings
) -> None:
    happened: list[bool] = []

    def meanwhile() -> None:
        if happened:
            return
        happened.append(True)
        change(database, number_of(0), withdrawn_on=today(), withdrawn_reason="A slip")
        with Session(database.writer) as session, session.begin():
            gone = session.get_one(Certificate, number_of(1))
            owner = session.get_one(Organisation, gone.organisation_id)
            session.execute(delete(Certificate).where(Certificate.organisation_id == owner.id))
            session.execute(insert(Certificate), [_row(0, owner) | {"number": "2026-07-AAAA0A"}])
            owner.name = "Called otherwise from now on"

    work = started(database, settings, after_piece=meanwhile)
    make_all(work)
    archive = finished(work, settings)
    with Session(database.reader) as session:
        assert pdfs_of(archive) == load_standing_numbers(session, SIGNATORIES, today())
    assert "2026-07-AAAA0A" in pdfs_of(archive)
    assert number_of(0) not in pdfs_of(archive) and number_of(1) not in pdfs_of(archive)
    text = text_of(archive)
    assert "LEFT OUT: " in text and number_of(0) in text and number_of(1) in text


def test_an_organisation_that_is_deleted_in_the_middle_leaves_the_others(
    database: Database, settings: Settings
) -> None:
    def delete_one() -> None:
        with Session(database.writer) as session, session.begin():
            owner = session.scalars(select(Organisation).where(Organisation.slug == "torus")).one_or_none()
            if owner is not None:
                session.execute(delete(Certificate).where(Certificate.organisation_id == owner.id))
                session.delete(owner)

    with Session(database.reader) as session:
        owner_id = session.scalars(select(Organisation.id).where(Organisation.slug == "torus")).one()
        theirs = session.scalars(select(Certificate.number).where(Certificate.organisation_id == owner_id)).all()
    work = started(database, settings, after_piece=delete_one)
    make_all(work)
    archive = finished(work, settings)
    assert theirs and not set(theirs) & set(pdfs_of(archive))
    assert len(pdfs_of(archive)) == MANY - len(theirs)


def test_stopped_it_leaves_nothing_behind(database: Database, settings: Settings) -> None:
    def ask_to_stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        make_all(started(database, settings, after_piece=ask_to_stop))
    assert not kept_in(settings)


def test_without_any_certificate_it_says_so(database: Database, settings: Settings) -> None:
    with Session(database.writer) as session, session.begin():
        session.execute(delete(Certificate))
    with pytest.raises(WorkRefused, match="There are no certificates"):
        make_all(started(database, settings))


def test_the_operator_gets_the_same_files_at_once(database: Database, settings: Settings) -> None:
    work = started(database, settings)
    make_all(work)
    made, at_once = finished(work, settings), BytesIO()
    with Session(database.reader) as session:
        contents = write_archive(session, SIGNATORIES, settings, today(), at_once)
    assert contents.outcome == f"{MANY} certificates"
    with ZipFile(at_once) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            name: made.read(name) for name in made.namelist()
        }
