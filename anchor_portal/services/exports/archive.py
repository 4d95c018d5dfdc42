"""Everything of a round in one archive: its files, each return as it was signed, the record, and evidence if asked.

All of it is read in one transaction, so that its parts agree; a worker that takes over begins anew.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.clock import today as day_here
from anchor_portal.config import Settings
from anchor_portal.models import Return, Round
from anchor_portal.queries.reference import load_reference
from anchor_portal.queries.rounds import find_round
from anchor_portal.services.exports.files import (
    MEDIA_TYPES,
    Format,
    csv_pieces,
    json_pieces,
    name_of,
    summary_pdf,
    write_workbook,
)
from anchor_portal.services.exports.packing import Packer
from anchor_portal.services.exports.return_files import ReturnPacker
from anchor_portal.services.figures.open_data import load_all, publisher_of, write_figures
from anchor_portal.services.jobs.work import Work, WorkRefused

KIND = "export"
PASSES = 4
"""How often the returns are gone through: for the workbook, the CSV, the JSON, and each by itself."""
OFTEN = 20
"""After so many returns it is said how far the work is."""
READ_ME = """{title}: everything of the round, made on {day}.

{demo}The figures are raw, and names of people stand in it: for the sustainability team, not for publication.

{workbook}  the workbook
{csv}  every answer, tidy
{json}  the same with figures, for programs
{pdf}  the summary on paper
published/  what was published of the round, each revision
returns/  a folder for each organisation: its return as PDF, each revision exactly as it was signed, its certificate
record.csv  every step of every return: what, who, when and why
{evidence}
manifest.csv  every file of the archive with its size and its SHA-256, and what could not be put into it
sha256sums.txt  the same digests as the tool “sha256sum -c” checks them
"""


def arguments_of(round_: Round, kind: Format, *, evidence: bool = False) -> dict[str, Any]:
    """What a job of this kind is asked for with."""
    return {"round": round_.code, "format": str(kind), "evidence": evidence}


def make_archive(work: Work) -> None:
    """The job: an archive, or the workbook of a round with many returns. Raises WorkRefused where the round is gone."""
    with Session(work.database.reader) as session, TemporaryDirectory(prefix="anchor-portal-") as folder:
        round_ = find_round(session, work.arguments["round"])
        if round_ is None:
            raise WorkRefused("There is no such round any more.")
        kind = Format(work.arguments["format"])
        out = Path(folder) / "result"
        told = _Progress(work, count_returns(session, round_), PASSES if kind is Format.ZIP else 1)
        if kind is Format.ZIP:
            write_archive(out, session, round_, day_here(), work.settings, told, evidence=work.arguments["evidence"])
        else:
            write_workbook(out, session, round_, day_here(), work.settings, told.returns)
        work.keep(out, name_of(round_.code, kind), MEDIA_TYPES[kind])
    work.outcome = f"{told.number:,} {'return' if told.number == 1 else 'returns'}"


def count_returns(session: Session, round_: Round) -> int:
    """How many returns a round has that somebody began."""
    return session.scalars(select(func.count()).where(Return.round_id == round_.id)).one()


class _Progress:
    """Tells the job how far it is, over several passes through the returns."""

    def __init__(self, work: Work, number: int, passes: int) -> None:
        self.work, self.number, self.passes, self.done = work, number, passes, 0
        self.work.tell(0, passes * number, "steps" if passes > 1 else "returns")

    def returns(self, done: int) -> None:
        """So many returns of this pass are done."""
        if done % OFTEN == 0:
            self.work.tell(min(self.done + done, self.passes * self.number))

    def next_pass(self) -> None:
        """A pass is over."""
        self.done += self.number
        self.work.tell(min(self.done, self.passes * self.number))


class Silent:
    """For whoever does not want to be told."""

    def returns(self, done: int) -> None:
        """Nothing is said."""

    def next_pass(self) -> None:
        """Nothing is said."""


def write_archive(
    out: Path,
    session: Session,
    round_: Round,
    today: date,
    settings: Settings,
    told: _Progress | Silent,
    *,
    evidence: bool,
) -> None:
    """Write the archive: in as little memory for ten thousand returns as for twenty."""
    is_demo = load_reference(session).is_demo
    with Packer(out, today) as packer:
        packer.add_text("read-me.txt", _read_me(round_, today, is_demo=is_demo, evidence=evidence))
        with TemporaryDirectory(prefix="anchor-portal-") as folder:
            workbook = Path(folder) / "workbook"
            write_workbook(workbook, session, round_, today, settings, told.returns)
            packer.add_file(name_of(round_.code, Format.XLSX), workbook)
        told.next_pass()
        packer.add_pieces(name_of(round_.code, Format.CSV), _encoded(csv_pieces(session, round_, today)))
        told.next_pass()
        pieces = json_pieces(session, round_, today, settings, told.returns)
        packer.add_pieces(name_of(round_.code, Format.JSON), _encoded(pieces))
        told.next_pass()
        packer.add_bytes(name_of(round_.code, Format.PDF), summary_pdf(session, round_, today, settings))
        _add_published(packer, session, round_, settings, is_demo=is_demo)
        ReturnPacker(packer, session, round_, today, settings, evidence=evidence).add_all(told.returns)
        told.next_pass()


def _encoded(pieces: Iterator[str]) -> Iterator[bytes]:
    return (piece.encode() for piece in pieces)


def _read_me(round_: Round, today: date, *, is_demo: bool, evidence: bool) -> str:
    names = {each.name.lower(): name_of(round_.code, each) for each in Format}
    return READ_ME.format(
        title=f"Round {round_.title} ({round_.code})",
        day=today.isoformat(),
        demo="Demonstration only: every figure here is synthetic.\n\n" if is_demo else "",
        workbook=names["xlsx"],
        csv=names["csv"],
        json=names["json"],
        pdf=names["pdf"],
        evidence="returns/…/evidence/  the files that the latest answers name"
        if evidence
        else "Files of evidence are not in this archive; they can be asked for.",
    )


def _add_published(packer: Packer, session: Session, round_: Round, settings: Settings, *, is_demo: bool) -> None:
    """The open data of each revision of the round, to the byte as the public page gives it."""
    every = load_all(session)
    publisher = publisher_of(settings, is_demo=is_demo)
    for edition in every:
        if edition.round == round_.code:
            for kind in ("csv", "json"):
                content = write_figures(edition, every, publisher, kind)
                packer.add_bytes(f"published/revision-{edition.revision}.{kind}", content)
