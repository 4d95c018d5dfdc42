"""Checking the audit: that nothing was changed, removed, put in, or cut off at its end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from anchor_portal.domain.audit_chain import NOTHING, Entry, Mark, find_faults, read_mark
from anchor_portal.queries.audit import Wanted, count_entries, find_head, read_entries
from anchor_portal.services.jobs.work import Work, WorkRefused

STEP = 5000


@dataclass(frozen=True, slots=True)
class Checked:
    """How many entries there are, the last one, and what is wrong."""

    entries: int
    head: Mark
    faults: list[str]

    @property
    def words(self) -> str:
        """What is there, in short."""
        return f"{self.entries:,} {'entry' if self.entries == 1 else 'entries'}" + (
            f", the last {self.head}" if self.entries else ""
        )


def check_audit(session: Session, marks: Iterable[Mark] = ()) -> Checked:
    """Follow the whole chain, and compare it with marks that somebody noted."""
    return _check(session, read_entries(session, Wanted()), marks)


def _check(session: Session, entries: Iterable[Entry], marks: Iterable[Mark]) -> Checked:
    number, loose = count_entries(session)
    head = find_head(session)
    faults = [f"row {row} of the table is not in the chain: it was put in past the portal" for row in loose]
    return Checked(number, head or NOTHING, [*faults, *find_faults(entries, head, marks)])


def check_as_work(work: Work) -> None:
    """The same as long work; `mark` in the arguments is one that somebody noted. Raises WorkRefused with what is wrong."""
    noted = work.arguments.get("mark", "")
    with Session(work.database.reader) as session:
        number, _ = count_entries(session)
        entries = _telling(work, read_entries(session, Wanted()), number)
        checked = _check(session, entries, [read_mark(noted)] if noted else [])
    if checked.faults:
        raise WorkRefused("The audit is not whole: " + "; ".join(checked.faults))
    work.outcome = f"The audit is whole: {checked.words}" + (", and the mark that you noted is in it" if noted else "")


def _telling(work: Work, entries: Iterable[Entry], total: int) -> Iterator[Entry]:
    for done, entry in enumerate(entries):
        if done % STEP == 0:
            work.tell(done, total, "entries")
        yield entry
    work.tell(total, total, "entries")
