"""Where evidence lies: the same promises of a folder and of an S3-compatible server; and the scanner's protocol."""

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anchor_portal.config import SettingRefused, read_settings
from anchor_portal.services.evidence.scanner import ScannerUnreachable, scan
from anchor_portal.services.evidence.store import ContentMissing, Store, StoreUnreachable, open_store
from tests import hostile
from tests.scanners import clamd, s3_server

ONE, OTHER = "0f" * 16, "f0" * 16


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    if request.param == "folder":
        yield open_store(str(tmp_path / "evidence"))
        return
    opened = open_store(f"s3://evidence/{tmp_path.name}?endpoint={s3_server()}")
    yield opened
    for name, _ in list(opened.list()):
        opened.delete(name)


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
def test_a_store_gives_back_what_it_was_given_and_forgets_what_was_removed(store: Store) -> None:
    content = bytes(range(256)) * 5000
    store.put(ONE, content)
    store.put(OTHER, b"x")
    store.reach()
    opened = store.open(ONE)
    assert opened.read(10) + opened.read() == content
    opened.close()
    listed = dict(store.list())
    assert set(listed) == {ONE, OTHER}
    assert all(abs(datetime.now(UTC) - at) < timedelta(minutes=5) for at in listed.values())
    store.delete(ONE)
    store.delete(ONE)
    assert [name for name, _ in store.list()] == [OTHER]
    with pytest.raises(ContentMissing):
        store.open(ONE)
    for name in ("../../etc/passwd", "", "0F" * 16):
        with pytest.raises(ValueError, match="32 hexadecimal"):
            store.put(name, b"x")


def test_files_of_the_folder_are_open_to_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    open_store(str(folder)).put(ONE, b"x")
    [place] = [path for path in folder.rglob("*") if path.is_file()]
    assert place.name == ONE
    assert place.stat().st_mode & 0o777 == 0o600
    assert place.parent.stat().st_mode & 0o077 == 0


def test_a_store_that_does_not_answer_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnreachable):
        open_store(str(tmp_path / "file")).put(ONE, b"x")
    with pytest.raises(StoreUnreachable):
        open_store(f"s3://no-such-bucket?endpoint={s3_server()}").put(ONE, b"x")


@pytest.mark.parametrize(
    ("name", "value"),
    [("ANCHOR_CLAMD", "localhost"), ("ANCHOR_CLAMD", "unix:relative"), ("ANCHOR_EVIDENCE_MB", "0")],
)
def test_a_setting_that_cannot_be_used_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingRefused, match=name):
        read_settings({name: value})


def test_an_address_of_a_store_that_cannot_be_used_is_refused() -> None:
    for setting in ("s3://", "s3://bucket?endpoint=nonsense"):
        with pytest.raises(SettingRefused, match="ANCHOR_EVIDENCE"):
            open_store(setting)


def test_the_daemon_finds_what_it_has_a_signature_for_and_nothing_else() -> None:
    assert scan(clamd(), hostile.pdf()) == ""
    assert scan(clamd(), hostile.csv() + hostile.EICAR_LIKE) == "Portal.Test.Letters.UNOFFICIAL"
    assert scan(clamd(), hostile.docx({"word/x.txt": hostile.EICAR_LIKE})) == "Portal.Test.Letters.UNOFFICIAL"
    assert scan(clamd(), bytes(5 * 1024 * 1024)) == ""


def test_a_daemon_that_is_not_there_or_talks_nonsense_is_unreachable_and_never_clean(tmp_path: Path) -> None:
    with pytest.raises(ScannerUnreachable, match="does not answer"):
        scan(f"unix:{tmp_path}/none.sock", b"x")
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_answer_nonsense, args=(server,), daemon=True).start()
        with pytest.raises(ScannerUnreachable):
            scan(f"127.0.0.1:{server.getsockname()[1]}", b"x")


def _answer_nonsense(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(b"stream: OK, or so I think\0")


def test_what_could_not_be_written_to_the_end_leaves_nothing_and_what_a_crash_left_is_swept_away(
    tmp_path: Path,
) -> None:
    store = open_store(str(tmp_path / "evidence"))
    with pytest.raises(StoreUnreachable):
        store.put_file(ONE, Path("/proc/self/mem"))  # which cannot be read from its beginning
    assert [each for each in (tmp_path / "evidence").rglob("*") if each.is_file()] == []
    part = tmp_path / "evidence" / ONE[:2] / ".left-by-a-crash"
    part.write_bytes(b"half")
    store.put(ONE, b"whole")
    put_at = datetime.fromtimestamp(part.stat().st_mtime, UTC)
    assert store.sweep(put_at) == 0, "somebody may still be writing it"
    assert store.sweep(put_at + timedelta(seconds=1)) == 1
    assert not part.exists() and [name for name, _ in store.list()] == [ONE]
