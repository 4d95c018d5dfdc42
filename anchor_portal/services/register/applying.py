"""The lines of a file written into the register, piece by piece: as a job for many, at once for a few."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from anchor_portal.clock import today as this_day
from anchor_portal.domain.people import Role
from anchor_portal.domain.register.lines import Line
from anchor_portal.domain.register.planning import GONE, TAKEN, Plan, Planner, Verdict
from anchor_portal.models import ImportState, Job, JobState, Organisation, RegisterImport, RegisterImportRow
from anchor_portal.models.base import now
from anchor_portal.queries.viewer import find_viewer
from anchor_portal.services.audit import record
from anchor_portal.services.jobs.work import TakenOver, Work, WorkRefused
from anchor_portal.services.register.coverage import recount
from anchor_portal.services.register.importing import (
    SLUG,
    count_waiting,
    make_planner,
    places_of,
    read_cells,
    waiting_rows,
)
from anchor_portal.services.register.organisations import RegisterRefused
from anchor_portal.services.register.writing import Gone, NewOnes, known_of, write_line

PIECE = 100
"""Lines that are written in one transaction."""


def apply_import(work: Work) -> None:
    """Write all lines of a file, as a job. Safe to run twice: what was written is marked in the same transaction.

    Raises WorkRefused where the file was put aside, and where whoever asked for it is of the team no longer.
    """
    import_id = int(work.arguments["import_id"])
    with Session(work.database.reader) as session:
        upload = session.get(RegisterImport, import_id)
        if upload is None or upload.state not in {ImportState.APPLYING, ImportState.APPLIED}:
            raise WorkRefused("This file was put aside: nothing was written")
        waiting = count_waiting(session, upload)
    begun = int(work.memory.get("done", 0))
    total = begun + waiting
    work.tell(begun, total, "lines")
    writer: _Writer | None = None
    done = begun
    while True:
        with Session(work.database.writer) as session, session.begin():
            upload = _hold(session, import_id, work)
            _refuse_others(session, work.user_id)
            writer = writer if writer and writer.is_current(session) else _Writer(session, upload, this_day())
            written = writer.write_piece(session, upload, work.asked_by)
            if not written:
                work.outcome = finish(session, upload, work.asked_by)
                break
        done += written
        work.tell(done, total, "lines", {"done": done})
    work.link = f"/team/register/imports/{import_id}"


def _hold(session: Session, import_id: int, work: Work) -> RegisterImport:
    """The file, held until the commit, so that a worker which is taken over within a piece writes none beside the other.

    Raises TakenOver where another worker has the job by now.
    """
    held = select(RegisterImport).where(RegisterImport.id == import_id).with_for_update()
    upload = session.scalars(held).one()
    own = select(Job.id).where(Job.id == work.job_id, Job.state == JobState.RUNNING, Job.holder == work.holder)
    if session.scalar(own) is None:
        raise TakenOver
    return upload


def _refuse_others(session: Session, user_id: int | None) -> None:
    """Refuse to write for somebody whose account was closed, or who is of the team no longer. Raises WorkRefused."""
    if user_id is None:  # no page asked for it
        return
    asker = find_viewer(session, user_id)
    if asker is None or Role.TEAM not in asker.roles:
        raise WorkRefused(
            "Whoever asked for this is not of the team any more, so the rest of the file was not written: apply it yourself"
        )


def apply_now(session: Session, upload: RegisterImport, who: str) -> str:
    """Write all lines of a small file in the running transaction, as one piece; what came of it, in words."""
    _Writer(session, upload, this_day()).write_piece(session, upload, who, is_whole=True)
    return finish(session, upload, who)


def finish(session: Session, upload: RegisterImport, who: str) -> str:
    """Note that a file is applied; what came of it, in words."""
    query = select(RegisterImportRow.verdict, func.count()).where(
        RegisterImportRow.import_id == upload.id, RegisterImportRow.is_applied
    )
    counts = {verdict: number for verdict, number in session.execute(query.group_by(RegisterImportRow.verdict))}
    new, added = counts.get(Verdict.NEW, 0), counts.get(Verdict.ADDS, 0)
    outcome = f"{_count(new, 'organisation')} added, something new noted for {_count(added, 'line')}"
    if upload.state != ImportState.APPLIED:
        upload.state, upload.applied_at = ImportState.APPLIED, now()
        record(session, who, "register file applied", upload.file_name, outcome)
    return outcome


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


@dataclass(frozen=True, slots=True)
class _State:
    """How many organisations there are, and the last of them: by which changes of others are noticed."""

    number: int
    last: int


class _Writer:
    """Writes lines with a plan of the register in memory, which is made again where others changed the register."""

    def __init__(self, session: Session, upload: RegisterImport, today: date) -> None:
        self.planner: Planner = make_planner(session, upload, today)
        self.planner.own |= _brought_by(session, upload)
        self.places, self.today = places_of(session), today
        self.state = _look(session)

    def is_current(self, session: Session) -> bool:
        """Whether nobody else added or removed an organisation since the last piece."""
        return _look(session) == self.state

    def write_piece(self, session: Session, upload: RegisterImport, who: str, *, is_whole: bool = False) -> int:
        """Write the next lines, or all of them; how many, 0 at the end.

        Figures are made again after the last line: whoever signs takes an organisation first, and then the rounds.
        """
        query = select(RegisterImportRow).where(*waiting_rows(upload.id)).order_by(RegisterImportRow.line)
        rows = session.scalars(query if is_whole else query.limit(PIECE)).all()
        _hold_organisations(session, rows)
        moved = [self._write(session, upload, row, who) for row in rows]
        if any(moved):
            recount(session)
        self.state = _look(session)
        return len(rows)

    def _write(self, session: Session, upload: RegisterImport, row: RegisterImportRow, who: str) -> bool:
        """Write a line, or say why not; whether that moves figures."""
        line = read_cells(upload, row.cells, self.places, self.today)
        plan = self.planner.plan(row.line, line, row.decision)
        if plan.verdict is Verdict.NEW and SLUG in row.cells:
            plan = Plan(Verdict.GONE, None, GONE)
        if plan.verdict in TAKEN and (other := self._is_anothers(row, plan)):
            plan = Plan(Verdict.WRONG, None, other)
        if plan.verdict not in TAKEN:
            return self._leave(row, plan)
        try:
            with session.begin_nested():
                return self._write_line(session, upload, row, line, plan, who)
        except Gone:
            return self._leave(row, Plan(Verdict.GONE, None, GONE))
        except RegisterRefused as refusal:
            return self._leave(row, Plan(Verdict.WRONG, None, str(refusal)))
        except IntegrityError:
            return self._leave(row, Plan(Verdict.WRONG, None, "Somebody else added the same just now"))

    def _is_anothers(self, row: RegisterImportRow, plan: Plan) -> str:
        """Why a line stays out that the page showed for one organisation, and that is another's by now; "" where it is not."""
        shown, found = row.cells.get(SLUG), self.planner.known.get(plan.organisation_id or 0)
        if not shown or found is None or found.slug == shown:
            return ""
        return f"What it says is that of {found.name} by now, and the page showed another organisation: send it again"

    def _write_line(
        self, session: Session, upload: RegisterImport, row: RegisterImportRow, line: Line, plan: Plan, who: str
    ) -> bool:
        known = self.planner.known.get(plan.organisation_id or 0)
        new = NewOnes(upload.options.get("sector", ""), self.planner.slugs)
        written = write_line(session, line, plan, known, row.decision, new, who)
        row.organisation_id, row.is_applied, row.verdict = written.organisation.id, True, plan.verdict
        row.problem = plan.why
        session.flush()
        self.planner.know(known_of(written.organisation, line, known))
        if plan.verdict is Verdict.NEW:
            self.planner.own.add(written.organisation.id)
        return written.moves_figures

    def _leave(self, row: RegisterImportRow, plan: Plan) -> bool:
        row.verdict, row.problem = plan.verdict, plan.why
        return False


def _hold_organisations(session: Session, rows: Sequence[RegisterImportRow]) -> None:
    """Hold what lines are about in the order in which everybody holds several: two files may have it in any order."""
    mine = {row.organisation_id for row in rows if row.organisation_id is not None}
    query = select(Organisation.id).where(Organisation.id.in_(mine)).order_by(Organisation.id)
    session.execute(query.with_for_update(key_share=True)).all()


def _brought_by(session: Session, upload: RegisterImport) -> set[int]:
    """The organisations that lines of the file have brought so far."""
    query = select(RegisterImportRow.organisation_id).where(
        RegisterImportRow.import_id == upload.id,
        RegisterImportRow.is_applied,
        RegisterImportRow.verdict == Verdict.NEW,
    )
    return {ident for ident in session.scalars(query) if ident is not None}


def _look(session: Session) -> _State:
    session.flush()
    number, last = session.execute(select(func.count(), func.coalesce(func.max(Organisation.id), 0))).one()
    return _State(number, last)
