"""A round's exports with ever more returns: peak memory against that of a hundred, and the first byte of the CSV.

Each export runs in a process of its own, so that its peak is its own. `python -m benchmarks.exports 100 1000 10000`
prints megabytes and seconds for other numbers; the workbook of ten thousand takes some minutes.
"""

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from statistics import median

import xlsxwriter
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.config import Settings
from anchor_portal.engine import Database, open_database
from anchor_portal.models import Base, Organisation, Return, Round, Submission
from anchor_portal.queries.rounds import find_round
from anchor_portal.services.exports.files import csv_pieces, json_pieces, write_workbook
from benchmarks import Result
from benchmarks.databases import demo_on
from benchmarks.engines import available

ROUND = "2026-07"
FEW, MANY = 100, 1000
WHOLE = (1000, 10000)
"""Ten thousand returns have more than a million rows of answers."""
FORMATS = ("xlsx", "csv", "json")
BATCH = 500
PAIRS = 5
BARE = """
SELECT organisations.slug, organisations.name, submissions.answers FROM organisations
JOIN returns ON returns.organisation_id = organisations.id JOIN rounds ON rounds.id = returns.round_id
JOIN submissions ON submissions.return_id = returns.id AND submissions.revision = returns.revision
WHERE rounds.code = '{code}' ORDER BY organisations.slug
"""


def measure(few: int = FEW, many: int = MANY) -> Iterator[Result]:
    """On each engine: the peak of each format, the first byte of the CSV, and the work beside the least there is."""
    for engine in available():
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            urls = {number: _filled(engine, Path(folder) / str(number), number, stack) for number in (few, many)}
            for kind in FORMATS:
                least, most = (run_apart(urls[number], kind)["added"] for number in (few, many))
                name = f"memory added by {many:,} returns, {kind}, {engine}"
                yield Result(name, most / least, f"{few:,} returns", "at most 2")
            yield from _beside_floors(urls[many], many, engine)
            first = {number: min(run_apart(urls[number], "first")["seconds"] for _ in range(3)) for number in urls}
            name = f"first byte of the CSV of {many:,}, {engine}"
            yield Result(name, first[many] / first[few], f"{few:,} returns", "at most 1.5")


def _filled(engine: str, folder: Path, number: int, stack: ExitStack) -> str:
    folder.mkdir()
    url = stack.enter_context(demo_on(engine, folder))
    add_returns(url, number)
    return url


def _beside_floors(url: str, number: int, engine: str) -> Iterator[Result]:
    """Workbook and CSV beside the least that any program does with the same rows: medians of paired runs, CPU time.

    It is the time of the process that writes; what a server of PostgreSQL does for it is in neither.
    """
    for kind, floor, most in (("xlsx", "bare XlsxWriter", "1.2"), ("csv", "csv.writer", "1.3")):
        pairs = [(run_apart(url, kind)["cpu"], run_apart(url, f"bare-{kind}")["cpu"]) for _ in range(PAIRS)]
        ratio = median(a / b for a, b in pairs)
        yield Result(f"{kind} of {number:,} returns, {engine}", ratio, floor, f"at most {most}")


def _bare(database: Database, kind: str, folder: Path) -> None:
    """Each part of each answer as a row, from a bare cursor: of the workbook that is the one sheet “Answers”."""
    texts = database.reader.raw_connection().cursor()
    texts.execute(BARE.format(code=ROUND))
    rows = (
        (ROUND, slug, question, part, value, name, question)
        for slug, name, text in texts
        for question, parts in json.loads(text).items()
        for part, value in parts.items()
    )
    if kind == "bare-csv":
        with (folder / "bare.csv").open("w", newline="", encoding="utf-8") as out:
            csv.writer(out, lineterminator="\n").writerows(row[:5] for row in rows)
        return
    book = xlsxwriter.Workbook(folder / "bare.xlsx", {"constant_memory": True, "tmpdir": str(folder)})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value)
    book.close()


def add_returns(url: str, number: int) -> None:
    """Give a demonstration's round so many more signed returns, copies of its own."""
    database = open_database(url)
    with Session(database.writer) as session:
        round_ = session.scalars(select(Round).where(Round.code == ROUND)).one()
        mine = select(Submission).join(Return, Return.id == Submission.return_id).where(Return.round_id == round_.id)
        models = list(session.scalars(mine))
        round_id = round_.id
    for first in range(0, number, BATCH):
        _add(database.writer, round_id, range(first, min(first + BATCH, number)), models)
    database.dispose()


def _add(engine: Engine, round_id: int, numbers: range, models: list[Submission]) -> None:
    columns = [column.name for column in Base.metadata.tables[Submission.__tablename__].columns]
    with Session(engine) as session, session.begin():
        session.execute(insert(Organisation), [organisation(number) for number in numbers])
        slugs = [f"more-{number}" for number in numbers]
        theirs = session.scalars(select(Organisation.id).where(Organisation.slug.in_(slugs))).all()
        common = {"round_id": round_id, "status": "accepted", "revision": 1, "accepted_revision": 1}
        session.execute(insert(Return), [common | {"organisation_id": each} for each in theirs])
        returns = session.scalars(select(Return.id).where(Return.organisation_id.in_(theirs))).all()
        texts = [
            {name: getattr(model, name) for name in columns if name not in {"id", "return_id"}} for model in models
        ]
        rows = zip(cycle(texts), returns, strict=False)
        session.execute(insert(Submission), [text | {"return_id": each, "revision": 1} for text, each in rows])


def organisation(number: int) -> dict[str, object]:
    """One that is added, as a row."""
    name = f"More Organisation {number:05}"
    rest = {"sector": "nhs-trust", "scale": "nhs", "note": "", "headcount": 100}
    return {"slug": f"more-{number}", "name": name, "printed_name": name} | rest


def run_apart(url: str, kind: str) -> dict[str, float]:
    """Megabytes at the peak and seconds of one export, in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.exports", url, kind]
    found: dict[str, float] = json.loads(subprocess.run(words, capture_output=True, check=True, text=True).stdout)
    return found


def run_here(url: str, kind: str) -> None:
    """One export; prints what it took."""
    database, settings = open_database(url), Settings(secret_key="", database_url=url)
    if kind.startswith("bare"):
        with tempfile.TemporaryDirectory() as folder:
            began = time.process_time()
            _bare(database, kind, Path(folder))
            print(json.dumps({"cpu": time.process_time() - began}))
        return
    with Session(database.reader) as session, tempfile.TemporaryDirectory() as folder:
        round_ = find_round(session, ROUND)
        if round_ is None:
            raise LookupError(ROUND)
        before = _start_again()
        began, began_cpu = time.perf_counter(), time.process_time()
        if kind == "first":
            pieces = csv_pieces(session, round_, today())
            next(pieces), next(pieces)  # the header, which is there at once, and the first answers
        elif kind == "xlsx":
            write_workbook(Path(folder) / "round.xlsx", session, round_, today(), settings)
        else:
            pieces = csv_pieces(session, round_, today())
            with (Path(folder) / "out").open("w", newline="", encoding="utf-8") as out:
                out.writelines(pieces if kind == "csv" else json_pieces(session, round_, today(), settings))
        took, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    peak = _memory("VmHWM")
    print(json.dumps({"megabytes": peak, "added": peak - before, "seconds": took, "cpu": cpu}))


def _start_again() -> float:
    """Forget how much memory there was at most; the megabytes that there are now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _memory("VmRSS")


def _memory(name: str) -> float:
    """Megabytes of this process as Linux names them."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(name))) / 1024


def main() -> None:
    """One export of a database, or all of them for each number of returns."""
    if len(sys.argv) == 3 and "://" in sys.argv[1]:
        run_here(sys.argv[1], sys.argv[2])
        return
    for number in map(int, sys.argv[1:]):
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            url = _filled("SQLite", Path(folder) / "database", number, stack)
            for kind in ("first", *FORMATS):
                found = run_apart(url, kind)
                print(
                    f"{number:>6} {kind:<6}{found['megabytes']:8.1f} MB, {found['added']:6.1f} of them added{found['seconds']:9.2f} s",
                    flush=True,
                )


if __name__ == "__main__":
    main()
