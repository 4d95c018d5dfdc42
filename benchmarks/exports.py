"""A round's exports with ever more returns: peak memory against that of a hundred and of the demonstration's few, the
first byte of the CSV, and the work beside the least that any program does.

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
from itertools import chain, cycle, pairwise
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
WHOLE = (1000, 10_000, 3)
"""Ten thousand returns have more than a million rows of answers; three pairs of them."""
FORMATS = ("xlsx", "csv", "json")
BATCH = 500
PAIRS = 5
Run = dict[str, float]
"""Megabytes at the peak and added to what there was, seconds, and seconds of processor of one export."""
BARE = """
SELECT organisations.slug, organisations.name, submissions.answers FROM organisations
JOIN returns ON returns.organisation_id = organisations.id JOIN rounds ON rounds.id = returns.round_id
JOIN submissions ON submissions.return_id = returns.id AND submissions.revision = returns.revision
WHERE rounds.code = '{code}' ORDER BY organisations.slug
"""


def measure(few: int = FEW, many: int = MANY, pairs: int = PAIRS) -> Iterator[Result]:
    """On each engine: the peak of each format, the first byte of the CSV, and the work beside the least there is."""
    for engine in available():
        with tempfile.TemporaryDirectory() as folder, demo_on(engine, Path(folder)) as url:
            own = _export_all(url)
            add_returns(url, range(few))
            fewer = _export_all(url)
            add_returns(url, range(few, many))
            more = _export_all(url)
            for kind in FORMATS:
                name = f"{many:,} returns, {kind}, {engine}"
                added = more[kind]["added"] / fewer[kind]["added"]
                yield Result(f"memory added by {name}", added, f"{few:,} returns", "at most 2")
                peak = more[kind]["megabytes"] / own[kind]["megabytes"]
                yield Result(f"peak memory with {name}", peak, "the demonstration's 21", "at most 1.1")
            yield from _beside_floors(url, more, many, engine, pairs)
            first = more["first"]["seconds"] / fewer["first"]["seconds"]
            yield Result(f"first byte of the CSV of {many:,}, {engine}", first, f"{few:,} returns", "at most 1.5")


def _export_all(url: str) -> dict[str, Run]:
    """One run of each format, and the quickest of three to the first answers of the CSV."""
    runs = {kind: run_apart(url, kind) for kind in FORMATS}
    return runs | {"first": min((run_apart(url, "first") for _ in range(3)), key=lambda run: run["seconds"])}


def _beside_floors(url: str, done: dict[str, Run], number: int, engine: str, pairs: int) -> Iterator[Result]:
    """Workbook and CSV beside the least that any program does with the same rows: medians of paired runs, CPU time.

    It is the time of the process that writes; what a server of PostgreSQL does for it is in neither. The first of each
    is `done` already.
    """
    for kind, floor, most in (("xlsx", "bare XlsxWriter", "1.2"), ("csv", "csv.writer", "1.3")):
        ours = chain([done[kind]], (run_apart(url, kind) for _ in range(pairs - 1)))  # each in turn with its floor
        ratio = median(run["cpu"] / run_apart(url, f"bare-{kind}")["cpu"] for run in ours)
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


def add_returns(url: str, numbers: range) -> None:
    """Give a demonstration's round more signed returns under these numbers, copies of its own."""
    database = open_database(url)
    with Session(database.writer) as session:
        round_ = session.scalars(select(Round).where(Round.code == ROUND)).one()
        mine = select(Submission).join(Return, Return.id == Submission.return_id).where(Return.round_id == round_.id)
        models = list(session.scalars(mine.join(Return.organisation).where(Organisation.slug.not_like("more-%"))))
        round_id = round_.id
    for first in range(0, len(numbers), BATCH):
        _add(database.writer, round_id, numbers[first : first + BATCH], models)
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


def run_apart(url: str, kind: str) -> Run:
    """One export in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.exports", url, kind]
    found: Run = json.loads(subprocess.run(words, capture_output=True, check=True, text=True).stdout)
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
    """One export of a database, or all of them for each number of returns; the numbers rise."""
    if len(sys.argv) == 3 and "://" in sys.argv[1]:
        run_here(sys.argv[1], sys.argv[2])
        return
    with tempfile.TemporaryDirectory() as folder, demo_on("SQLite", Path(folder)) as url:
        for before, number in pairwise((0, *map(int, sys.argv[1:]))):
            add_returns(url, range(before, number))
            for kind, found in _export_all(url).items():
                megabytes = f"{found['megabytes']:8.1f} MB, {found['added']:6.1f} of them added"
                print(f"{number:>6} {kind:<6}{megabytes}{found['seconds']:9.2f} s", flush=True)


if __name__ == "__main__":
    main()
