"""The doctor finds what was changed behind the portal's back, says what it is, and never falls over it."""

from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.engine import Database, open_database
from anchor_portal.models import EvidenceFile, FileState, Return, Round
from anchor_portal.services.doctor import examine
from anchor_portal.services.evidence.store import FolderStore, StoreUnreachable
from anchor_portal.services.figures.publication import publish_round
from anchor_portal.services.rounds.life import close_round
from tests.command import run_command
from tests.conftest import ENGINES, address, seeded
from tests.make import import_answers, make_round, share, signed

NOTHING = FolderStore(Path("nowhere"))
"""A store of evidence without a single file."""


def _with_a_published_round(url: str) -> None:
    """January 2026 published, July open, with returns of three organisations in each."""
    seeded(url)
    database = open_database(url)
    with Session(database.writer) as session, session.begin():
        for code in ("2026-01", "2026-07"):
            round_ = make_round(session, code)
            three = {slug: signed(p2__local_fte=share("5.00", "9.00")) for slug in ("torus", "roche", "miaa")}
            import_answers(session, round_, three, accept=True)
        january = session.scalars(select(Round).where(Round.code == "2026-01")).one()
        close_round(session, january, today())
        publish_round(session, january, today(), 70)
    database.dispose()


@pytest.fixture(params=ENGINES)
def published(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with ExitStack() as stack:
        opened = open_database(address(request.param, tmp_path, _with_a_published_round, stack))
        stack.callback(opened.dispose)
        yield opened


def _wrong(database: Database, store: FolderStore = NOTHING) -> dict[str, str]:
    return {finding.what: finding.wrong for finding in examine(database, store) if finding.wrong}


def test_a_sound_installation_has_nothing_wrong(published: Database) -> None:
    findings = list(examine(published, NOTHING))
    assert [finding.wrong for finding in findings] == [""] * len(findings)
    assert [finding.what for finding in findings] == [
        "database schema",
        "questionnaire 2024-01",
        "questionnaire 2024-07",
        "signed returns",
        "totals of round 2026-01",
        "totals of round 2026-07",
        "counts of returns in round 2026-01",
        "counts of returns in round 2026-07",
        "changes of organisations' shares",
        "published figures of 2026-01",
        "audit: 0 entries",
        "files of evidence",
    ]


@pytest.mark.parametrize(
    ("tampering", "what"),
    [
        ("UPDATE totals SET numerator = numerator + 1 WHERE {july} AND breakdown = 'all'", "totals of round 2026-07"),
        ("UPDATE totals SET largest_denominator = 1 WHERE {july} AND breakdown = 'all'", "totals of round 2026-07"),
        ("UPDATE totals SET note = '' WHERE {july} AND breakdown = 'coverage'", "totals of round 2026-07"),
        ("UPDATE totals SET code = 'x' WHERE {july} AND breakdown = 'panel_after'", "totals of round 2026-07"),
        ("DELETE FROM totals WHERE {july} AND breakdown = 'sector'", "totals of round 2026-07"),
        ("UPDATE totals SET carried = 100 WHERE {july} AND breakdown = 'all'", "totals of round 2026-07"),
        ("UPDATE measures SET unknown = 1000000 WHERE {july}", "totals of round 2026-07"),
        ("UPDATE measures SET moved = 1 WHERE {july} AND measure = 'p2.local_fte'", "changes of organisations' shares"),
        ("UPDATE measures SET moved = 0 WHERE measure = 'pledge.1'", "changes of organisations' shares"),
        ("UPDATE return_counts SET number = 4 WHERE {july}", "counts of returns in round 2026-07"),
        ("UPDATE return_counts SET unexpected = 1 WHERE {july}", "counts of returns in round 2026-07"),
        ("UPDATE returns SET status = 'returned' WHERE {july}", "counts of returns in round 2026-07"),
        ("UPDATE submissions SET answers = replace(answers, '5.00', '6.00')", "signed returns"),
        ("UPDATE submissions SET answers = 'no json at all' WHERE id = 1", "signed returns"),
        ("UPDATE publications SET inside = replace(inside, '9.00', '8.00')", "published figures of 2026-01"),
        ("UPDATE publications SET outside = 'no json at all'", "published figures of 2026-01"),
        ("UPDATE publications SET inputs = '[]'", "published figures of 2026-01"),
        ("UPDATE questionnaire_versions SET source = source || '# more' WHERE code = '2024-01'", "questionnaire 2024-01"),
        ("UPDATE questionnaire_versions SET source = 'code = [' WHERE code = '2024-07'", "questionnaire 2024-07"),
    ],
)  # fmt: skip
def test_what_was_tampered_with_is_found_and_nothing_else(published: Database, tampering: str, what: str) -> None:
    july = "round_id = (SELECT id FROM rounds WHERE code = '2026-07')"
    with published.writer.begin() as connection:
        assert connection.execute(text(tampering.format(july=july))).rowcount > 0
    assert list(_wrong(published)) == [what]


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM totals",
        "UPDATE measures SET moved = NULL",
        "UPDATE return_counts SET number = 0, unexpected = 5",
        "DELETE FROM return_counts",
    ],
)
def test_counting_again_puts_right_what_was_counted_wrong(published: Database, tampering: str) -> None:
    with published.writer.begin() as connection:
        connection.execute(text(tampering))
    assert all("rounds recount" in wrong for wrong in _wrong(published).values())
    assert _wrong(published)
    url = published.writer.url.render_as_string(hide_password=False)
    assert run_command(url, "rounds", "recount").code == 0
    assert _wrong(published) == {}


def test_a_signed_return_that_was_changed_is_named(published: Database) -> None:
    with published.writer.begin() as connection:
        connection.execute(text("UPDATE submissions SET digest = 'x' WHERE id = 2"))
    assert _wrong(published) == {"signed returns": "changed after signing: [2]"}


def _name(number: int) -> str:
    return f"{number:032x}"


def _hand_in(database: Database, content: bytes, states: dict[int, FileState]) -> None:
    digest = sha256(content).hexdigest()
    facts = {"name": "plan.png", "media_type": "image/png", "size": len(content), "digest": digest}
    with Session(database.writer) as session, session.begin():
        row = session.scalars(select(Return.id).limit(1)).one()
        for number, state in states.items():
            file = EvidenceFile(id=_name(number), return_id=row, question="p1.files", uploaded_by="", **facts)
            file.state = state
            session.add(file)


def test_evidence_of_which_the_store_has_not_the_content_is_named(published: Database, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "evidence")
    kept = dict.fromkeys(range(12), FileState.CLEAN)
    _hand_in(published, b"whole", {**kept, 12: FileState.INFECTED, 13: FileState.QUARANTINED})
    for number in (*kept, 13):
        store.put(_name(number), b"whole")
    assert _wrong(published, store) == {}
    store.delete(_name(13))
    store.put(_name(1), b"half")
    store.put(_name(2), b"other")
    missing, changed = "the store has no content of it", "what lies in the store is not what was uploaded"
    said = f"3 of 13: {_name(1)} ({changed}), {_name(2)} ({changed}), {_name(13)} ({missing})"
    assert _wrong(published, store) == {"files of evidence": said}
    for number in kept:
        store.delete(_name(number))
    said = _wrong(published, store)["files of evidence"]
    assert said.startswith("13 of 13: ") and said.endswith(f"{_name(4)} ({missing}) …")


def test_a_store_of_evidence_that_does_not_answer_is_a_finding(published: Database, tmp_path: Path) -> None:
    class Broken(FolderStore):
        def open(self, name: str):  # type: ignore[no-untyped-def]
            raise StoreUnreachable("no route")

    _hand_in(published, b"whole", {1: FileState.CLEAN})
    assert _wrong(published, Broken(tmp_path)) == {"files of evidence": "the store does not answer (no route)"}


def test_evidence_that_is_removed_while_the_doctor_looks_is_no_finding(published: Database, tmp_path: Path) -> None:
    class Removing(FolderStore):
        def open(self, name: str):  # type: ignore[no-untyped-def]
            with published.writer.begin() as connection:
                connection.execute(text("DELETE FROM evidence_files"))
            return super().open(name)

    _hand_in(published, b"whole", {1: FileState.CLEAN})
    assert _wrong(published, Removing(tmp_path)) == {}


def test_without_a_schema_the_doctor_says_what_to_run(published: Database) -> None:
    with published.writer.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    assert _wrong(published) == {"database schema": "it is not the newest: run “anchor-portal migrate”"}


def test_the_command_ends_with_1_where_something_is_wrong(published: Database) -> None:
    url = published.writer.url.render_as_string(hide_password=False)
    outcome = run_command(url, "doctor")
    assert (outcome.code, outcome.errors) == (0, "")
    assert all(line.startswith("ok ") for line in outcome.text.splitlines())
    with published.writer.begin() as connection:
        connection.execute(text("UPDATE publications SET inputs = '[]'"))
    outcome = run_command(url, "doctor")
    assert (outcome.code, outcome.errors) == (1, "1 finding needs attention\n")
    assert "WRONG published figures of 2026-01: they were changed after publication\n" in outcome.text
