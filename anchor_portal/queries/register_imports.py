"""Files of a register: the list of them, and the lines of one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.register.planning import Verdict
from anchor_portal.models import Job, Organisation, RegisterImport, RegisterImportRow

ON_A_PAGE = 50
MOST_SHOWN = 50
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A line of a file with the organisation that it is about."""

    line: int
    cells: Mapping[str, str]
    verdict: Verdict
    problem: str
    decision: str
    is_applied: bool
    organisation_id: int | None
    slug: str
    organisation: str


@dataclass(frozen=True, slots=True)
class RowsPage:
    """A page of the lines with one verdict."""

    rows: Sequence[ShownRow]
    page: int
    pages: int


def load_imports(session: Session) -> Sequence[tuple[RegisterImport, int]]:
    """The latest files, the newest first, each with how many lines it has."""
    lines = (
        select(RegisterImportRow.import_id, func.count().label("number"))
        .group_by(RegisterImportRow.import_id)
        .subquery()
    )
    query = select(RegisterImport, func.coalesce(lines.c.number, 0)).outerjoin(
        lines, lines.c.import_id == RegisterImport.id
    )
    found = session.execute(query.order_by(RegisterImport.id.desc()).limit(MOST_SHOWN))
    return [(upload, number) for upload, number in found]


def find_import(session: Session, ident: int, *, to_change: bool = False) -> RegisterImport | None:
    """A file by its number; held until the commit where it is to be changed."""
    if ident > LARGEST_ID:
        return None
    query = select(RegisterImport).where(RegisterImport.id == ident)
    return session.scalars(query.with_for_update() if to_change else query).one_or_none()


def load_rows(session: Session, import_id: int, verdict: Verdict, page: int, number: int) -> RowsPage:
    """A page of the lines with a verdict, of which there are `number`: one statement."""
    mine = (RegisterImportRow.import_id == import_id, RegisterImportRow.verdict == verdict)
    pages = max(1, ceil(number / ON_A_PAGE))
    page = page if 1 <= page <= pages else 1
    query = (
        select(RegisterImportRow, Organisation.slug, Organisation.name)
        .outerjoin(Organisation, Organisation.id == RegisterImportRow.organisation_id)
        .where(*mine)
        .order_by(RegisterImportRow.line)
        .limit(ON_A_PAGE)
        .offset((page - 1) * ON_A_PAGE)
    )
    return RowsPage([_shown(row, slug, name) for row, slug, name in session.execute(query)], page, pages)


def _shown(row: RegisterImportRow, slug: str | None, name: str | None) -> ShownRow:
    return ShownRow(
        row.line,
        row.cells,
        Verdict(row.verdict),
        row.problem,
        row.decision,
        row.is_applied,
        row.organisation_id,
        slug or "",
        name or "",
    )


def load_rows_of(session: Session, import_id: int, verdicts: Collection[Verdict]) -> Sequence[RegisterImportRow]:
    """All lines with one of these verdicts, in the order of the file."""
    query = select(RegisterImportRow).where(
        RegisterImportRow.import_id == import_id, RegisterImportRow.verdict.in_(verdicts)
    )
    return session.scalars(query.order_by(RegisterImportRow.line)).all()


def find_job(session: Session, key: str) -> Job | None:
    """The latest job that does this work."""
    return session.scalars(select(Job).where(Job.key == key).order_by(Job.id.desc()).limit(1)).one_or_none()
