"""All certificates of a round as long work: in pieces that are kept, so that another worker can go on from them.

When all pieces are there, they are compared with what stands at that moment: a certificate that was withdrawn,
replaced or removed meanwhile is left out, and one that was issued meanwhile is added.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import sha256
from shutil import copyfileobj
from typing import Any, TypeVar
from zipfile import ZipFile

from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.certificates.words import CertificateKind
from anchor_portal.outputs.exports.stored_zip import StoredZip
from anchor_portal.queries.certificates import (
    Listed,
    Selection,
    load_listed,
    load_standing,
    load_standing_numbers,
)
from anchor_portal.queries.reference import load_reference
from anchor_portal.services.certificates.archive import (
    PAGE,
    Contents,
    Missing,
    add_read_me,
    draw,
    file_name_of,
    number_in,
    title_of_selection,
)
from anchor_portal.services.certificates.handed_out import STANDING
from anchor_portal.services.evidence.store import ContentMissing, open_store
from anchor_portal.services.jobs.work import Stopped, Work, WorkRefused
from anchor_portal.services.scratch import open_scratch

Found = TypeVar("Found")
ZIP = "application/zip"


@dataclass
class _Batch:
    """The work with what it remembers: pieces in the store, the last number drawn, what could not be made."""

    work: Work
    selection: Selection
    pieces: list[str] = field(default_factory=list)
    after: str = ""
    done: int = 0
    missing: list[Missing] = field(default_factory=list)
    total: int = 0

    @property
    def memory(self) -> dict[str, Any]:
        missing = [[each.number, each.organisation, each.why] for each in self.missing]
        return {"pieces": self.pieces, "after": self.after, "done": self.done, "missing": missing}

    def read(self, query: Callable[[Session], Found]) -> Found:
        """Ask the database, in a transaction of its own: nothing is held while pages are drawn."""
        with Session(self.work.database.reader, expire_on_commit=False) as session:
            return query(session)

    def standing(self) -> list[str]:
        """The numbers of the certificates that stand at this moment."""
        return self.read(lambda session: load_standing_numbers(session, self.selection, today()))

    def draw_into(self, archive: StoredZip, page: Sequence[Listed]) -> tuple[list[str], list[Missing]]:
        """Put a page of certificates into a ZIP: the names of their files, and what could not be made."""
        is_demo = self.read(load_reference).is_demo
        files: list[str] = []
        missing: list[Missing] = []
        for listed in page:
            made = draw(listed, self.work.settings, is_demo=is_demo)
            if isinstance(made, Missing):
                missing.append(made)
            else:
                archive.add(made.file_name, made.content, made.issued_on)
                files.append(made.file_name)
        return files, missing


def make_all(work: Work) -> None:
    """Make the ZIP. Raises WorkRefused where no certificate stands."""
    selection = Selection(CertificateKind(work.arguments["kind"]), work.arguments.get("round", ""))
    try:
        _make(_remember(work, selection))
    except ContentMissing:  # an earlier attempt was killed after it had removed its pieces, and before it said so
        anew = _Batch(work, selection)
        work.tell(anew.done, memory=anew.memory)
        _make(anew)


def _make(batch: _Batch) -> None:
    try:
        batch.total = len(batch.standing())
        if not batch.total:
            raise WorkRefused(
                "There are no certificates to put into a file: none has been issued, or none still stands"
            )
        batch.work.tell(batch.done, batch.total, unit="certificates")
        _draw_pieces(batch)
        _put_together(batch)
    except (Stopped, WorkRefused):
        _forget_pieces(batch)
        raise
    _forget_pieces(batch)


def _remember(work: Work, selection: Selection) -> _Batch:
    memory = work.memory
    return _Batch(
        work,
        selection,
        pieces=list(memory.get("pieces", [])),
        after=memory.get("after", ""),
        done=memory.get("done", 0),
        missing=[Missing(*each) for each in memory.get("missing", [])],
    )


def _draw_pieces(batch: _Batch) -> None:
    """In the order of their numbers, from where an earlier attempt came to."""
    while page := batch.read(lambda session: load_standing(session, batch.selection, today(), batch.after, PAGE)):
        with open_scratch() as (scratch, path):
            with StoredZip(scratch) as archive:
                _, missing = batch.draw_into(archive, page)
            scratch.flush()
            name = _piece_name(batch)
            open_store(batch.work.settings.results).put_file(name, path)
        batch.pieces.append(name)
        batch.missing += missing
        batch.after, batch.done = page[-1].certificate.number, batch.done + len(page)
        batch.work.tell(batch.done, max(batch.total, batch.done), memory=batch.memory)


def _piece_name(batch: _Batch) -> str:
    """The same name whichever attempt makes it, so that a crash leaves nothing behind that is not written over."""
    return sha256(f"certificates {batch.work.job_id} {len(batch.pieces)}".encode()).hexdigest()[:32]


def _put_together(batch: _Batch) -> None:
    """What still stands of the pieces, what was issued meanwhile, and the text: the result."""
    standing = batch.standing()
    still = set(standing)
    contents = Contents(missing=[each for each in batch.missing if each.number in still])
    with open_scratch() as (scratch, path), closing(contents):
        with StoredZip(scratch) as archive:
            for piece in batch.pieces:
                _copy(batch, piece, archive, contents, still)
                batch.work.tell(batch.done)
            _add_late(batch, archive, contents, standing, still)
            add_read_me(archive, contents, title_of_selection(batch.selection), batch.work.settings, today())
        scratch.flush()
        batch.work.keep(path, file_name_of(batch.selection), ZIP)
    batch.work.tell(batch.done, memory={**batch.memory, STANDING: standing})
    batch.work.outcome = contents.outcome


def _copy(batch: _Batch, piece: str, archive: StoredZip, contents: Contents, still: set[str]) -> None:
    """The files of a piece that still stand; their numbers are taken out of `still`."""
    with open_scratch() as (scratch, _):
        stored = open_store(batch.work.settings.results).open(piece)
        try:
            copyfileobj(stored, scratch)
        finally:
            stored.close()
        scratch.flush()
        with ZipFile(scratch) as part:
            for info in part.infolist():
                number = number_in(info.filename)
                if number in still:
                    archive.add(info.filename, part.read(info), date(*info.date_time[:3]))
                    contents.note(info.filename)
                    still.remove(number)
                else:
                    contents.gone.append(number)


def _add_late(batch: _Batch, archive: StoredZip, contents: Contents, standing: Sequence[str], still: set[str]) -> None:
    """What was issued after its place in the order had been passed: what is still to come, and is not missing."""
    missing = {each.number for each in contents.missing}
    late = [number for number in standing if number in still and number not in missing]
    for start in range(0, len(late), PAGE):
        page = batch.read(partial(load_listed, numbers=late[start : start + PAGE]))
        files, unmade = batch.draw_into(archive, page)
        for name in files:
            contents.note(name)
        contents.missing += unmade
        batch.work.tell(batch.done)


def _forget_pieces(batch: _Batch) -> None:
    store = open_store(batch.work.settings.results)
    for piece in batch.pieces:
        store.delete(piece)
