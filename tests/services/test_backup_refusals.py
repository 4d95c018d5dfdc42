"""Backups that are damaged, cut off, changed or something else are refused with a sentence, and nothing is restored."""

import gzip
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, make_url, text

from anchor_portal.domain.backups.contents import NotABackup, Seal
from anchor_portal.engine import open_database
from anchor_portal.services.backups.packed import verify
from anchor_portal.services.backups.restoring import FoundWrong, RestoreRefused, restore
from anchor_portal.services.evidence.store import FolderStore
from tests.backups import leave_empty, pack, pieces_of, released
from tests.engines import postgres_url, sqlite_url

WHOLE = released("0006").read_bytes()
ABOUT, END, PLACES = "about.json", "end.json", "tables/places/000000.jsonl"
RATES = "tables/living_wage_rates/000000.jsonl"
Pieces = dict[str, bytes]


def _refusal(content: bytes, folder: Path) -> str:
    file = folder / "file"
    file.write_bytes(content)
    with pytest.raises(NotABackup) as refused:
        verify(file)
    return str(refused.value)


def test_other_files_are_no_backups(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "zip", "w") as other:
        other.writestr("about.json", "{}")
    not_ours = "it is not a backup of this portal"
    assert _refusal(b"", tmp_path) == "it is empty"
    assert _refusal(b"PRAGMA", tmp_path) == not_ours
    assert _refusal((tmp_path / "zip").read_bytes(), tmp_path) == not_ours
    assert _refusal(gzip.compress(b"a text" * 1000), tmp_path) == not_ours
    for pieces in ({"x": b"{}"}, {ABOUT: b"[]"}, {ABOUT: b"\xff"}, {ABOUT: b'{"what": "a cake"}'}):
        assert _refusal(pack(pieces, tmp_path / "made").read_bytes(), tmp_path) == not_ours
    with pytest.raises(NotABackup, match="No such file"):
        verify(tmp_path / "nowhere")


def test_a_file_that_was_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    for length in (9, 10, 11, 50, 5000, len(WHOLE) // 2, len(WHOLE) - 9, len(WHOLE) - 1):
        assert _refusal(WHOLE[:length], tmp_path).startswith("it is damaged or cut off"), length


def test_a_file_of_which_any_bit_was_changed_is_refused_or_means_the_same(tmp_path: Path) -> None:
    chance = random.Random(6)
    about, end = verify(released("0006"))
    for _ in range(40):
        at, bit = chance.randrange(len(WHOLE)), 1 << chance.randrange(8)
        changed = bytearray(WHOLE)
        changed[at] ^= bit
        (tmp_path / "file").write_bytes(changed)
        try:
            assert verify(tmp_path / "file") == (about, end), at  # the time in gzip's header, say
        except NotABackup as refused:
            assert str(refused)[:6] == "it is ", at


def test_what_was_put_behind_its_end_is_refused(tmp_path: Path) -> None:
    for more in (b"more", WHOLE):
        assert "damaged" in _refusal(WHOLE + more, tmp_path) or "not a backup" in _refusal(WHOLE + more, tmp_path)


def _without(name: str) -> Callable[[Pieces], Pieces]:
    return lambda pieces: {each: content for each, content in pieces.items() if each != name}


def _with(name: str, content: bytes) -> Callable[[Pieces], Pieces]:
    return lambda pieces: pieces | {name: content}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_without(PLACES), "what is in it is not what was put into it"),
        (_with(PLACES, b""), "what is in it is not what was put into it"),
        (_without(END), "it is damaged or cut off: its end is missing"),
        (_with("tables/users/000009.jsonl", b""), "something was put behind its end"),
        (_with(END, b"{}"), "what it says about its content cannot be understood"),
        (_with(ABOUT, b'{"what": "backup of an anchor portal", "format": 2}'), "a newer release can read it"),
        (_with(ABOUT, b'{"what": "backup of an anchor portal", "format": 1}'), "cannot be understood"),
    ],
)
def test_a_backup_that_somebody_put_together_is_refused(
    change: Callable[[Pieces], Pieces], words: str, tmp_path: Path
) -> None:
    assert words in _refusal(pack(change(pieces_of(released("0006"))), tmp_path / "made").read_bytes(), tmp_path)


# Those whose digests agree, as a mistake of ours or somebody with time would make them


def _forged(folder: Path, change: Callable[[Pieces], Pieces], **about: Any) -> Path:
    """The backup with something changed and its end made to fit."""
    pieces = change(pieces_of(released("0001")))
    pieces[ABOUT] = json.dumps(json.loads(pieces[ABOUT]) | about).encode()
    end, seal = json.loads(pieces.pop(END)), Seal()
    for name, content in pieces.items():
        seal.add(name, len(content), sha256(content).hexdigest())
    pieces[END] = json.dumps(end | {"pieces": seal.pieces, "digest": seal.digest}).encode()
    return pack(pieces, folder / "forged")


def _more_places(line: bytes) -> Callable[[Pieces], Pieces]:
    return lambda pieces: pieces | {PLACES: pieces[PLACES] + line}


FILE_OF_NOBODY = _with("evidence/" + "0a" * 16, b"x")


@pytest.mark.parametrize(
    ("change", "about", "words"),
    [
        (_more_places(b'["x"]\n'), {}, "a row of places cannot be read"),
        (_more_places(b"{\n"), {}, "a row of places cannot be read"),
        (_more_places(b"[" * 100_000 + b"\n"), {}, "a row of places cannot be read"),
        (_without(RATES), {}, "living_wage_rates has 0 rows and should have"),
        (_without(PLACES), {}, "some of its rows refer to rows that it does not have"),
        (FILE_OF_NOBODY, {}, "it has a file that no row of it names"),
        (_with("tables/nothing/000000.jsonl", b"[]"), {}, "rows of nothing, which it does not name"),
        (lambda pieces: pieces, {"schema": "0999"}, "made by a newer release (schema 0999)"),
        (lambda pieces: pieces, {"schema": "0002"}, "its tables are not those of schema 0002"),
    ],
)
def test_a_backup_that_does_not_add_up_leaves_the_place_empty(
    change: Callable[[Pieces], Pieces], about: dict[str, str], words: str, tmp_path: Path
) -> None:
    database = open_database(sqlite_url(tmp_path, leave_empty))
    store = FolderStore(tmp_path / "evidence")
    with pytest.raises((NotABackup, RestoreRefused)) as refused:
        restore(_forged(tmp_path, change, **about), database, store)
    assert words in str(refused.value)
    assert inspect(database.writer).get_table_names() == [] == list(store.list())
    database.dispose()


def test_a_database_or_store_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path, leave_empty))
    other = FolderStore(tmp_path / "evidence")
    other.put("0d" * 16, b"somebody else's")
    with pytest.raises(RestoreRefused, match="the store of evidence is not empty"):
        restore(released("0001"), database, other)
    with database.writer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE users (id INTEGER)")
    with pytest.raises(RestoreRefused, match="the database is not empty"):
        restore(released("0001"), database, FolderStore(tmp_path / "none"))
    assert (inspect(database.writer).get_table_names(), [name for name, _ in other.list()]) == (["users"], ["0d" * 16])
    database.dispose()


@contextmanager
def _on_latin_1() -> Iterator[str]:
    """The address of an empty database on PostgreSQL that holds the signs of Western Europe alone."""
    with postgres_url(leave_empty) as beside:
        engine = create_engine(beside, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"))
            try:
                yield make_url(beside).set(database="latin").render_as_string(hide_password=False)
            finally:
                connection.execute(text("DROP DATABASE latin WITH (FORCE)"))
        engine.dispose()


def test_a_database_that_cannot_hold_every_sign_is_not_restored_into(tmp_path: Path) -> None:
    with _on_latin_1() as url:
        database = open_database(url)
        with pytest.raises(RestoreRefused, match="LATIN1, which cannot hold every sign: make one with UTF8"):
            restore(released("0001"), database, FolderStore(tmp_path / "evidence"))
        assert inspect(database.writer).get_table_names() == []
        database.dispose()


def test_what_the_doctor_finds_wrong_is_restored_only_where_that_is_wanted(tmp_path: Path) -> None:
    def tamper(pieces: Pieces) -> Pieces:
        name = "tables/submissions/000000.jsonl"
        return pieces | {name: pieces[name].replace(b"local", b"vocal", 1)}

    forged = _forged(tmp_path, tamper)
    database, store = open_database(sqlite_url(tmp_path, leave_empty)), FolderStore(tmp_path / "evidence")
    with pytest.raises(FoundWrong) as refused:
        restore(forged, database, store)
    assert [finding.what for finding in refused.value.findings] == ["signed returns"]
    assert inspect(database.writer).get_table_names() == []
    assert "changed after signing" in restore(forged, database, store, bear_findings=True).findings[0].wrong
    database.dispose()
