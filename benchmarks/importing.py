"""A file of many returns imported and accepted: what a return costs where there are ten times as many.

Each import runs in a process of its own on a copy of the demonstration. CPU time is that of the portal's process alone: on
PostgreSQL the server's own work is not in it. `python -m benchmarks.importing SQLite 1000 10000` prints other numbers.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from anchor_portal.engine import open_database
from anchor_portal.models import Organisation, Return, Round
from anchor_portal.outputs.tables import Cell, write_cells
from anchor_portal.queries.rounds import find_round
from anchor_portal.services.returns.interchange import export_cells, import_returns
from benchmarks import Result
from benchmarks.databases import demo_on
from benchmarks.engines import available
from benchmarks.exports import ROUND, organisation

FEW, MANY = 200, 2000
WHOLE = (1000, 10000)
INTO, DAY = "2026-08", date(2026, 12, 31)
"""A round of its own with the dates of the last one; by that day everything in a signed return has passed."""


def measure(few: int = FEW, many: int = MANY) -> Iterator[Result]:
    """The cost of one return among many over that of one among few, before and after it, on each engine."""
    for engine in available():
        before, one_of_many, after = (cost(engine, number)["each"] for number in (few, many, few))
        one_of_few = (before + after) / 2
        name = f"import, a return among {many:,}, {engine}"
        yield Result(name, one_of_many / one_of_few, f"a return among {few:,}", "at most 1.2")


def cost(engine: str, number: int) -> dict[str, float]:
    """Milliseconds of CPU for each return of so many, and megabytes added at the peak."""
    with tempfile.TemporaryDirectory() as folder, demo_on(engine, Path(folder)) as url:
        file = Path(folder) / "returns.csv"
        _prepare(url, file, number)
        words = [sys.executable, "-m", "benchmarks.importing", url, str(file)]
        found: dict[str, float] = json.loads(subprocess.run(words, capture_output=True, check=True, text=True).stdout)
        return found


def _prepare(url: str, file: Path, number: int) -> None:
    database = open_database(url)
    with Session(database.writer) as session, session.begin():
        last = find_round(session, ROUND)
        if last is None:
            raise LookupError(ROUND)
        session.execute(insert(Organisation), [organisation(each) for each in range(number)])
        names = ("title", "questionnaire_id", "opens_on", "closes_on", "period_from", "period_to")
        session.add(Round(code=INTO, **{name: getattr(last, name) for name in names}))
        models = _models(session, last)
    with file.open("w", newline="", encoding="utf-8") as out:
        out.writelines(write_cells(_renamed(models, number)))
    database.dispose()


def _models(session: Session, round_: Round) -> list[list[Cell]]:
    """The signed answers of organisations like those that are added."""
    alike = (Organisation.sector == "nhs-trust", Organisation.scale == "nhs")
    mine = select(Organisation.slug).join(Return, Return.organisation_id == Organisation.id)
    slugs = set(session.scalars(mine.where(Return.round_id == round_.id, Return.revision > 0, *alike)))
    cells = groupby(export_cells(session, round_, DAY), key=lambda cell: cell.organisation)
    return [list(answers) for slug, answers in cells if slug in slugs]


def _renamed(models: list[list[Cell]], number: int) -> Iterator[Cell]:
    for each in range(number):
        for cell in models[each % len(models)]:
            yield cell._replace(round=INTO, organisation=f"more-{each}")


def run_here(url: str, file: Path) -> None:
    """One import; prints what it took."""
    content = file.read_bytes()
    with Session(open_database(url).writer) as session, session.begin():
        round_ = find_round(session, INTO)
        if round_ is None:
            raise LookupError(INTO)
        before, began = _peak(), time.process_time()
        done = import_returns(session, round_, content, DAY, accept=True)
        session.commit()
    each = (time.process_time() - began) / done.accepted * 1000
    print(json.dumps({"each": each, "accepted": done.accepted, "added": _peak() - before}))


def _peak() -> float:
    """Megabytes that this process has had at most."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) / 1024


def main() -> None:
    """One import of a file, or those of so many returns each on one engine."""
    if "://" in sys.argv[1]:
        run_here(sys.argv[1], Path(sys.argv[2]))
        return
    for number in map(int, sys.argv[2:]):
        found = cost(sys.argv[1], number)
        print(f"{number:>6} {found['each']:8.2f} ms CPU a return, {found['added']:8.1f} MB added", flush=True)


if __name__ == "__main__":
    main()
