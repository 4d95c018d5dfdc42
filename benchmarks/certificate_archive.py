"""A thousand certificates out of the database into a ZIP, tagged, against as many bare pages; and their memory.

A bare page is drawn on a ReportLab canvas with the same fonts, artwork and words (fitted already) and segno's QR code;
nobody reads a database for it, and it is not tagged. Memory is the peak of a process of its own.
`python -m benchmarks.certificate_archive` measures these alone.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from zipfile import ZipFile

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.config import Settings
from anchor_portal.domain.certificates.words import CertificateKind
from anchor_portal.engine import Database, open_database
from anchor_portal.models import Certificate, Organisation
from anchor_portal.outputs.pdf.certificate_pdf import CertificateContent, write_out
from anchor_portal.outputs.pdf.fonts import register_fonts
from anchor_portal.queries.certificates import Selection
from anchor_portal.services.certificates.archive import write_archive
from anchor_portal.services.migration import migrate
from anchor_portal.services.seeds import load_seeds
from benchmarks import Result
from benchmarks.certificate import CONTENT, draw_bare
from benchmarks.engines import available, empty_database

SELECTION = Selection(CertificateKind.SIGNATORY)
RUNS, EACH = 5, 200
FEW, MANY = 10, 10_000


def measure() -> Iterator[Result]:
    """The median of paired runs on each engine, a thousand certificates in all; then the memory on SQLite."""
    for engine in available():
        with tempfile.TemporaryDirectory() as folder, empty_database(engine, Path(folder), "certificates") as url:
            ratio = _compare(url, Path(folder))
        against = "the same pages on a bare canvas with segno"
        yield Result(f"{RUNS * EACH:,} certificates, tagged, {engine}", ratio, against, "at most 0.9")
    with tempfile.TemporaryDirectory() as folder:
        few, many = (_peak_of(Path(folder), number) for number in (FEW, MANY))
    yield Result(f"peak memory for {MANY:,} certificates", many / few, f"{FEW} certificates", "at most 1.05")


def _compare(url: str, folder: Path) -> float:
    database = _database_with(url, EACH)
    settings = Settings(secret_key="", database_url=url)
    register_fonts()
    contents = [_content(number) for number in range(EACH)]
    _time_ours(database, settings, folder), _time_bare(contents[:3], folder)  # fonts and artwork are read once
    ratios = []
    for run in range(RUNS):
        bare = _time_bare(contents, folder) if run % 2 else 0.0
        ours = _time_ours(database, settings, folder)
        ratios.append(ours / (bare or _time_bare(contents, folder)))
    database.dispose()
    return median(ratios)


def _time_ours(database: Database, settings: Settings, folder: Path) -> float:
    begun = perf_counter()
    with Session(database.reader) as session, (folder / "ours.zip").open("wb") as file:
        write_archive(session, SELECTION, settings, today(), file)
    return perf_counter() - begun


def _time_bare(contents: list[CertificateContent], folder: Path) -> float:
    fitted = [(content, write_out(content)) for content in contents]
    begun = perf_counter()
    with ZipFile(folder / "bare.zip", "w") as archive:
        for content, lines in fitted:
            archive.writestr(f"{content.number}.pdf", draw_bare(lines, content.check_url))
    return perf_counter() - begun


def _content(number: int) -> CertificateContent:
    name = f"Organisation {number} of Cheshire and Merseyside"
    address = f"https://portal.example/certificates/{_number(number)}"
    return CertificateContent(
        number=_number(number),
        organisation=name,
        kind="signatory",
        round_name="",
        pledges=CONTENT.pledges,
        issued_on=CONTENT.issued_on,
        revision=0,
        check_url=address,
        partnership=CONTENT.partnership,
        portal_name=CONTENT.portal_name,
    )


def _number(number: int) -> str:
    return f"2026-07-A{number:05}"


def _database_with(url: str, number: int) -> Database:
    """A seeded database with so many certificates that stand, each with a name of its own."""
    database = open_database(url)
    migrate(database.writer)
    with Session(database.writer) as session, session.begin():
        load_seeds(session)
        owners = session.scalars(select(Organisation.id).where(Organisation.left_on.is_(None))).all()
        made = (_content(each) for each in range(number))
        rows = [
            {
                "number": each.number,
                "kind": each.kind,
                "organisation_id": owners[place % len(owners)],
                "organisation_name": each.organisation,
                "round_title": "",
                "pledges": ["1", "2", "3", "4", "5"],
                "issued_on": each.issued_on,
            }
            for place, each in enumerate(made)
        ]
        session.execute(insert(Certificate), rows)
    return database


def _peak_of(folder: Path, number: int) -> float:
    """Megabytes at the peak of a process that writes so many."""
    url = f"sqlite:///{folder / f'{number}.sqlite3'}"
    _database_with(url, number).dispose()
    words = [sys.executable, "-m", "benchmarks.certificate_archive", url]
    return float(subprocess.run(words, capture_output=True, check=True, text=True).stdout)


def main() -> None:
    """Measure; or, for the address of a database, write its certificates and print the megabytes at the peak."""
    if len(sys.argv) == 1:
        for result in measure():
            print(f"{result.name:<44}{result.ratio:6.2f}  ({result.target}; against {result.against})", flush=True)
        return
    database = open_database(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        _time_ours(database, Settings(secret_key="", database_url=sys.argv[1]), Path(folder))
    print(_peak())


def _peak() -> float:
    """The megabytes that this process had at most. (getrusage would tell those of the process that began it.)"""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) / 1024


if __name__ == "__main__":
    main()
