"""A look over an installation: schema, signatures, what is counted from the returns, published figures, evidence."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.questionnaire.version import QuestionnaireError, parse
from anchor_portal.engine import Database
from anchor_portal.models import (
    EvidenceFile,
    FileState,
    Publication,
    QuestionnaireVersion,
    ReturnCount,
    Round,
    Submission,
    Total,
)
from anchor_portal.services.audit_checking import check_audit
from anchor_portal.services.backups.writing import CHANGED, MISSING, copy_content
from anchor_portal.services.evidence.store import ContentMissing, Store, StoreUnreachable
from anchor_portal.services.figures.measuring import moves_of
from anchor_portal.services.figures.publication import digest_of
from anchor_portal.services.figures.standing import counts_of
from anchor_portal.services.figures.totals import totals_of
from anchor_portal.services.migration import find_pending, is_newer

COMPARED = (
    "numerator",
    "denominator",
    "unknown",
    "returns",
    "percentage_only",
    "largest_numerator",
    "second_numerator",
    "largest_denominator",
    "second_denominator",
    "carried",
    "note",
)


RECOUNT = "run “anchor-portal rounds recount”"
NEWER = "it is newer than this release, which works beside it meanwhile: link the newer release"
EVIDENCE = "files of evidence"
MOST_NAMED = 5
"""So many files of evidence are named, of those that the store has not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what it was, what is wrong with it, if anything, and what else is to be known of it."""

    what: str
    wrong: str = ""
    remark: str = ""


def examine(database: Database, store: Store | None = None) -> Iterator[Finding]:
    """Look at everything, one finding after another; a database that is not there is the only one then.

    Without a store nothing is said of the contents of evidence.
    """
    with database.reader.connect() as connection:
        pending, newer = find_pending(connection), is_newer(connection)
    if pending:
        yield Finding("database schema", "it is not the newest: run “anchor-portal migrate”")
        return
    yield Finding("database schema", remark=NEWER if newer else "")
    with Session(database.reader) as session:
        yield from examine_content(session)
    if store is not None:
        yield _evidence(database, store)


def examine_content(session: Session) -> Iterator[Finding]:
    """Look at what is stored, under the newest schema, as the session sees it."""
    yield from _questionnaires(session)
    yield from _signatures(session)
    yield from _totals(session)
    yield from _counts(session)
    yield from _moves(session)
    yield from _publications(session)
    yield from _audit(session)


def _audit(session: Session) -> Iterator[Finding]:
    checked = check_audit(session)
    yield Finding(f"audit: {checked.words}", "; ".join(checked.faults))


def _questionnaires(session: Session) -> Iterator[Finding]:
    for version in session.scalars(select(QuestionnaireVersion).order_by(QuestionnaireVersion.code)):
        what = f"questionnaire {version.code}"
        try:
            parsed = parse(version.source, f"{version.code}.toml")
        except QuestionnaireError as error:
            yield Finding(what, f"it can no longer be read: {error}")
        else:
            yield Finding(
                what, "" if parsed.digest == version.digest else "its text was changed after it was published"
            )


def _signatures(session: Session) -> Iterator[Finding]:
    changed = [
        submission.id
        for submission in session.scalars(select(Submission).execution_options(yield_per=500))
        if sha256(submission.answers.encode()).hexdigest() != submission.digest
    ]
    yield Finding("signed returns", f"changed after signing: {changed}" if changed else "")


def _totals(session: Session) -> Iterator[Finding]:
    for round_ in session.scalars(select(Round).order_by(Round.code)):
        stored = [_as_dict(total) for total in session.scalars(select(Total).where(Total.round_id == round_.id))]
        wrong = _differences(stored, totals_of(session, round_))
        yield Finding(
            f"totals of round {round_.code}",
            f"they do not follow from the returns: {wrong[:5]}; {RECOUNT}" if wrong else "",
        )


def _counts(session: Session) -> Iterator[Finding]:
    for round_ in session.scalars(select(Round).order_by(Round.code)):
        kept = session.scalars(select(ReturnCount).where(ReturnCount.round_id == round_.id))
        stored = {row.status: (row.number, row.unexpected) for row in kept if row.number}
        right = {row["status"]: (row["number"], row["unexpected"]) for row in counts_of(session, round_)}
        wrong = sorted(status for status in stored.keys() | right.keys() if stored.get(status) != right.get(status))
        yield Finding(
            f"counts of returns in round {round_.code}",
            f"they are not the returns': {wrong}; {RECOUNT}" if wrong else "",
        )


def _moves(session: Session) -> Iterator[Finding]:
    wrong = [
        f"{row.organisation_id}/{row.round_id}/{row.measure}" for row, moved in moves_of(session) if row.moved != moved
    ]
    yield Finding(
        "changes of organisations' shares",
        f"they do not follow from the returns: {wrong[:5]}; {RECOUNT}" if wrong else "",
    )


def _as_dict(total: Total) -> dict[str, Any]:
    return {name: getattr(total, name) for name in ("measure", "breakdown", "code", *COMPARED)}


def _differences(stored: list[dict[str, Any]], fresh: list[dict[str, Any]]) -> list[str]:
    one, other = (
        {(row["measure"], row["breakdown"], row["code"]): tuple(row[name] for name in COMPARED) for row in rows}
        for rows in (stored, fresh)
    )
    return sorted("/".join(key) for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def _publications(session: Session) -> Iterator[Finding]:
    query = select(Publication, Round.code).join(Round, Round.id == Publication.round_id)
    for publication, code in session.execute(query.order_by(Round.code, Publication.revision)):
        same = digest_of(publication.inside, publication.outside, publication.inputs) == publication.digest
        session.expunge(publication)  # its inputs can be large, and one at a time is enough
        which = f", revision {publication.revision}" if publication.revision > 1 else ""
        yield Finding(f"published figures of {code}{which}", "" if same else "they were changed after publication")


def _evidence(database: Database, store: Store) -> Finding:
    """Whether the store has what was uploaded, read from its first byte to its last, as a backup does.

    No transaction is open meanwhile: a store can hold much, and be slow.
    """
    kept = select(EvidenceFile.id, EvidenceFile.size, EvidenceFile.digest).where(
        EvidenceFile.state != FileState.INFECTED
    )
    with Session(database.reader) as session:
        files = session.execute(kept.order_by(EvidenceFile.id)).all()
    wrong: list[str] = []
    try:
        for name, size, digest in files:
            if (fault := _fault_of(store, name, size, digest)) and _is_kept(database, name):
                wrong.append(f"{name} ({fault})")
    except StoreUnreachable as error:
        return Finding(EVIDENCE, f"the store does not answer ({error})")
    named = ", ".join(wrong[:MOST_NAMED]) + (" …" if len(wrong) > MOST_NAMED else "")
    return Finding(EVIDENCE, f"{len(wrong)} of {len(files)}: {named}" if wrong else "")


def _fault_of(store: Store, name: str, size: int, digest: str) -> str:
    try:
        return "" if copy_content(store.open(name)) == (size, digest) else CHANGED
    except ContentMissing:
        return MISSING


def _is_kept(database: Database, name: str) -> bool:
    """Whether the file is still there for the portal: nothing is wrong with one that was removed since."""
    with Session(database.reader) as session:
        return session.get(EvidenceFile, name) is not None
