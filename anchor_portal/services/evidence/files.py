"""Files as evidence: kept in quarantine, scanned, named in answers, and removed when nothing names them any more."""

import logging
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.domain.answers.evidence import FileKind, FileRefused
from anchor_portal.domain.answers.parts import Parts, item_numbers
from anchor_portal.domain.answers.reading import FILE_PARTS
from anchor_portal.domain.questionnaire.version import Kind, Question
from anchor_portal.models import EvidenceFile, FileState, Organisation, Return
from anchor_portal.queries.evidence import count_files, is_named, load_by_state, load_files
from anchor_portal.queries.returns import Found
from anchor_portal.services.audit import record
from anchor_portal.services.evidence.scanner import ScannerUnreachable, scan
from anchor_portal.services.evidence.store import ContentMissing, StoreUnreachable, open_store
from anchor_portal.services.inspection import inspect

logger = logging.getLogger("anchor_portal")
MOST_FILES = 300
"""Files of one return, those included that were replaced."""
UNNAMED_FOR = timedelta(days=2)
"""How long a file is kept that no answer names: somebody may still have the page open on which it stands."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that was looked into and may be kept."""

    name: str
    kind: FileKind
    content: bytes


def look_inside(typed_name: str, content: bytes, settings: Settings) -> Looked:
    """Look into a file, before anything is locked or written. Raises FileRefused."""
    return Looked(*inspect(typed_name, content, settings.evidence_megabytes), content)


def add_file(
    session: Session, row: Return, question: Question, looked: Looked, who: str, settings: Settings
) -> EvidenceFile:
    """Put a file into the store: in quarantine until `settle_file`, where a scanner is configured. Raises FileRefused."""
    if count_files(session, row.id) >= MOST_FILES:
        raise FileRefused(
            f"“{looked.name}” was not taken: this return has {MOST_FILES} files, which is the most it may have"
        )
    file = EvidenceFile(
        id=secrets.token_hex(16),
        return_id=row.id,
        question=question.key,
        name=looked.name,
        media_type=looked.kind.media_type,
        size=len(looked.content),
        digest=sha256(looked.content).hexdigest(),
        state=FileState.QUARANTINED if settings.clamd else FileState.CLEAN,
        uploaded_by=who,
    )
    try:
        open_store(settings.evidence).put(file.id, looked.content)
    except StoreUnreachable:
        logger.exception("evidence could not be stored")
        raise FileRefused(f"“{looked.name}” could not be kept just now: try again in a few minutes") from None
    session.add(file)
    session.flush()
    return file


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of scanning a content: the name of what was found, if anything, or that nobody could look."""

    found: str = ""
    is_known: bool = True


def judge(content: bytes, settings: Settings) -> Verdict:
    """Scan a content; nothing is locked or written meanwhile."""
    try:
        return Verdict(scan(settings.clamd, content) if settings.clamd else "")
    except ScannerUnreachable:
        logger.exception("evidence could not be scanned")
        return Verdict(is_known=False)


def settle_file(session: Session, file: EvidenceFile, verdict: Verdict, settings: Settings) -> None:
    """Let a file out of quarantine, or remove it. Raises FileRefused, after what has to be written is written."""
    if verdict.is_known and not verdict.found:
        file.state = FileState.CLEAN
        session.flush()
        return
    name = file.name
    if verdict.found:
        file.state = FileState.INFECTED
        record(session, file.uploaded_by, "infected file refused", file.id, f"{name}: {verdict.found}")
    else:
        session.delete(file)
    session.flush()
    _remove(file.id, settings)
    why = f"the virus scanner found {verdict.found} in it"
    later = "it cannot be scanned for viruses just now. Try again in a few minutes"
    raise FileRefused(f"“{name}” was not taken: {why if verdict.found else later}")


def _remove(file_id: str, settings: Settings) -> None:
    """Remove a content; one that the store will not give up now is found again by `remove_unknown`."""
    try:
        open_store(settings.evidence).delete(file_id)
    except StoreUnreachable:
        logger.exception("evidence could not be removed")


def with_files(session: Session, found: Found, typed: Mapping[str, Parts]) -> dict[str, dict[str, str]]:
    """The answers with name and digest of every file filled in from what is stored.

    A file that is not this return's, or not clean, keeps neither, and so is refused when the answer is read; a name
    or digest that was given and is not the file's own counts the same.
    """
    keys = {question.key for question in found.questionnaire.questions if question.kind is Kind.FILES}
    mine = {key: parts for key, parts in typed.items() if key in keys}
    ids = {text.strip() for parts in mine.values() for part, text in parts.items() if part.endswith(".file")}
    files = load_files(session, found.row.id, ids) if found.row and ids else {}
    return {key: _fill(parts, files) if key in mine else dict(parts) for key, parts in typed.items()}


def _fill(parts: Parts, files: Mapping[str, EvidenceFile]) -> dict[str, str]:
    filled = dict(parts)
    for number in item_numbers(parts, FILE_PARTS):
        given = {part: filled.pop(f"{number}.{part}", "") for part in ("name", "digest")}
        file = files.get(parts.get(f"{number}.file", "").strip())
        own = {"name": file.name, "digest": file.digest} if file else {}
        if all(given[part] in {"", text} for part, text in own.items()):
            filled |= {f"{number}.{part}": text for part, text in own.items()}
    return filled


def scan_quarantined(session: Session, settings: Settings) -> Iterator[str]:
    """Scan what is still in quarantine, as a crash leaves it; one line for each file."""
    store = open_store(settings.evidence)
    for file in load_by_state(session, FileState.QUARANTINED):
        try:
            opened = store.open(file.id)
        except ContentMissing:
            session.delete(file)
            yield f"{file.id} {file.name}: its content was never stored; removed"
            continue
        content = opened.read()
        opened.close()
        verdict = judge(content, settings)
        if not verdict.is_known:
            yield f"{file.id} {file.name}: the scanner does not answer; still in quarantine"
            continue
        try:
            settle_file(session, file, verdict, settings)
        except FileRefused as refusal:
            yield f"{file.id} {refusal}"
        else:
            yield f"{file.id} {file.name}: clean"


def forget_unnamed(session: Session, at: datetime) -> Iterator[str]:
    """Remove the rows of files that neither a draft nor a signed revision names; one line for each.

    Nothing is touched that came less than two days before `at`. Contents go afterwards (remove_unknown).
    """
    old = [file for file in load_by_state(session, FileState.CLEAN) if file.uploaded_at < at - UNNAMED_FOR]
    unnamed = [file for file in old if not is_named(session, file)]
    _hold_owners(session, unnamed)
    for file in unnamed:
        if not is_named(session, file):  # whoever was about to save the answer that names it was waited for
            session.delete(file)
            yield f"{file.id} {file.name}: nothing names it; removed"


def _hold_owners(session: Session, files: Iterable[EvidenceFile]) -> None:
    """Hold the organisations whose files these are until the commit, in the order in which everybody holds several."""
    of = select(Return.organisation_id).where(Return.id.in_({file.return_id for file in files}))
    query = select(Organisation.id).where(Organisation.id.in_(of)).order_by(Organisation.id)
    session.execute(query.with_for_update(key_share=True))


def remove_unknown(session: Session, settings: Settings, at: datetime) -> Iterator[str]:
    """Remove contents that belong to no file, as a crash leaves them, at least two days old; one line for each."""
    store = open_store(settings.evidence)
    known = set(session.scalars(select(EvidenceFile.id).where(EvidenceFile.state != FileState.INFECTED)))
    for name, put_at in list(store.list()):
        if put_at < at - UNNAMED_FOR and name not in known:
            store.delete(name)
            yield f"{name}: a content without a file; removed"
    if parts := store.sweep(at - UNNAMED_FOR):
        yield f"{parts} that were never written to the end; removed"
