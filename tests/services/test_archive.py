"""Everything of a round in one archive: whole, with digests that agree, and honest about what is missing."""

import csv
import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.config import Settings
from anchor_portal.engine import open_database
from anchor_portal.models import (
    Answer,
    Certificate,
    EvidenceFile,
    FileState,
    Job,
    JobState,
    Organisation,
    Return,
    Submission,
)
from anchor_portal.models.base import now
from anchor_portal.outputs.tables import write_cells
from anchor_portal.queries.rounds import find_round
from anchor_portal.services.evidence.store import open_store
from anchor_portal.services.exports.archive import KIND, arguments_of
from anchor_portal.services.exports.files import Format
from anchor_portal.services.jobs.board import ask
from anchor_portal.services.jobs.work import run_due
from anchor_portal.services.returns.interchange import export_cells
from tests.conftest import seeded
from tests.engines import sqlite_url
from tests.make import answers, import_answers, make_round, signed

ROUND, ODD = "2026-07", 'torus "=1+1"'
HERE, GONE, DIRTY, CHANGED = (f"{digit}" * 32 for digit in "abcd")
PICTURE = b"a picture, as it were"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A portal with a round of three returns, one of them a draft, one of an odd name, and some evidence."""
    folder = tmp_path_factory.mktemp("archive")
    made = Settings(sqlite_url(folder, seeded), evidence=str(folder / "evidence"), results=str(folder / "results"))
    database = open_database(made.database_url)
    with Session(database.writer) as session, session.begin():
        round_ = make_round(session)
        given = {"halton-borough-council": signed(p1__narrative={"": "=1+1 and 利物浦"}), "torus": signed()}
        import_answers(session, round_, given, accept=True)
        import_answers(session, round_, {"roche": answers()})
        session.scalars(select(Organisation).where(Organisation.slug == "torus")).one().slug = ODD
        session.scalars(
            select(Certificate).where(Certificate.organisation_name == "Torus")
        ).one().organisation_name = "利物浦"
        _add_evidence(session, made)
    database.dispose()
    return made


def _add_evidence(session: Session, made: Settings) -> None:
    """Files that a draft names: one that is there, one that the store lost, one not scanned, one that was changed."""
    row = session.scalars(select(Return).join(Return.organisation).where(Organisation.slug == "roche")).one()
    states = {HERE: FileState.CLEAN, GONE: FileState.CLEAN, DIRTY: FileState.QUARANTINED, CHANGED: FileState.CLEAN}
    for name, state in states.items():
        more = {"question": "p3.evidence", "media_type": "image/png", "size": len(PICTURE), "uploaded_by": "x"}
        digest = sha256(PICTURE).hexdigest()
        session.add(EvidenceFile(id=name, return_id=row.id, name="a.png", digest=digest, state=state, **more))
    parts = {
        f"{number}.{part}": value
        for number, file in enumerate(states, start=1)
        for part, value in {"file": file, "name": f"../{file[0]}=1.png", "digest": "0" * 64, "caption": "x"}.items()
    }
    session.add(Answer(return_id=row.id, question="p3.evidence", parts=parts, saved_at=now(), saved_by="x"))
    open_store(made.evidence).put(HERE, PICTURE)
    open_store(made.evidence).put(CHANGED, b"another picture")


@pytest.fixture(scope="module")
def unpacked(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The archive that the job made, unpacked."""
    database = open_database(settings.database_url)
    with Session(database.writer) as session, session.begin():
        round_ = find_round(session, ROUND)
        assert round_ is not None
        ask(session, KIND, "Everything", arguments_of(round_, Format.ZIP, evidence=True), "team@team.example")
    assert run_due(database, settings) == 1
    with Session(database.reader) as session:
        job = session.scalars(select(Job)).one()
        assert (job.state, job.outcome) == (JobState.DONE, "3 returns")
        content = open_store(settings.results).open(job.result_key)
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(io.BytesIO(content.read())) as packed:
        packed.extractall(folder)
    content.close()
    database.dispose()
    yield folder


def manifest(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as text:
        return {row["file"]: row for row in csv.DictReader(text)}


def test_every_file_has_the_digest_that_the_manifest_says(unpacked: Path) -> None:
    files = {str(path.relative_to(unpacked)): path for path in unpacked.rglob("*") if path.is_file()}
    listed = {name: row for name, row in manifest(unpacked).items() if row["sha256"]}
    assert set(files) == set(listed) | {"manifest.csv", "sha256sums.txt"}
    for name, row in listed.items():
        content = files[name].read_bytes()
        assert (sha256(content).hexdigest(), str(len(content))) == (row["sha256"], row["bytes"])
    checked = subprocess.run(["sha256sum", "--check", "--quiet", "sha256sums.txt"], cwd=unpacked, check=False)
    assert checked.returncode == 0


def test_it_holds_the_rounds_files_and_they_agree(unpacked: Path, settings: Settings) -> None:
    database = open_database(settings.database_url)
    with Session(database.reader) as session:
        round_ = find_round(session, ROUND)
        assert round_ is not None
        expected = "".join(write_cells(export_cells(session, round_, today())))
    database.dispose()
    assert (unpacked / f"anchor-round-{ROUND}-answers.csv").read_text(encoding="utf-8") == expected
    book = openpyxl.load_workbook(unpacked / f"anchor-round-{ROUND}.xlsx", read_only=True)
    assert len(book.sheetnames) == 8
    book.close()
    told = json.loads((unpacked / f"anchor-round-{ROUND}.json").read_text(encoding="utf-8"))
    assert {each["organisation"] for each in told["returns"] if each["answers"]} >= {"roche", ODD}
    assert (unpacked / f"anchor-round-{ROUND}-summary.pdf").read_bytes().startswith(b"%PDF")


def test_each_return_is_there_to_the_byte_as_it_was_signed(unpacked: Path, settings: Settings) -> None:
    database = open_database(settings.database_url)
    with Session(database.reader) as session:
        digests = set(session.scalars(select(Submission.digest)))
    database.dispose()
    found = list(unpacked.glob("returns/*/signed-revision-*.json"))
    assert {sha256(path.read_bytes()).hexdigest() for path in found} == digests
    assert (unpacked / "returns/roche/return-draft.pdf").exists()
    assert (unpacked / "returns/torus-1-1/return-revision-1.pdf").exists()
    assert len(list(unpacked.glob("returns/halton-borough-council/certificate-*.pdf"))) == 1


def test_the_record_holds_every_step_and_no_formula(unpacked: Path) -> None:
    rows = list(csv.reader((unpacked / "record.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["organisation", "step", "then", "revision", "at", "who", "reason"]
    assert {(row[0], row[1]) for row in rows[1:]} >= {("roche", "start"), (ODD, "accept")}


def test_what_could_not_be_put_into_it_is_said(unpacked: Path) -> None:
    remarks = {name: row["remark"] for name, row in manifest(unpacked).items() if row["remark"]}
    evidence = "returns/roche/evidence/p3-evidence"
    certificate = next(name for name in remarks if "certificate" in name)
    assert "U+5229" in remarks.pop(certificate)  # a name that the font lacks
    assert remarks == {
        f"{evidence}/2-b=1.png": "not in the archive: the store does not have it",
        f"{evidence}/3-c=1.png": "not in the archive: it is quarantined",
        f"{evidence}/4-d=1.png": "this is not what was handed in: the digest that was kept of it is another",
    }
    assert (unpacked / evidence / "1-a=1.png").read_bytes() == PICTURE


def test_a_worker_that_is_told_to_stop_leaves_no_result(settings: Settings) -> None:
    database = open_database(settings.database_url)
    with Session(database.writer) as session, session.begin():
        round_ = find_round(session, ROUND)
        assert round_ is not None
        job = ask(session, KIND, "Again", arguments_of(round_, Format.ZIP), "team@team.example")
        job.is_stopping = True
    run_due(database, settings)
    with Session(database.reader) as session:
        job = session.scalars(select(Job).order_by(Job.id.desc())).first() or pytest.fail("no job")
        assert (job.state, job.result_key) == (JobState.CANCELLED, "")
    database.dispose()
