"""The ZIP that is written as it comes: read by others, with very many files, far into a file, in little memory."""

import tracemalloc
from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from zipfile import ZipFile
from zlib import crc32

import pytest

from anchor_portal.outputs.exports.stored_zip import StoredZip

DAY = date(2026, 9, 3)
FAR = 5_000_000_000


def test_what_was_put_in_is_there_under_its_name_with_its_day() -> None:
    out = BytesIO()
    with StoredZip(out) as archive:
        archive.add("a.pdf", b"first", DAY)
        archive.add("Ŵ.pdf", b"", date(1066, 10, 14))
        archive.add_pieces("c.txt", (b"in ", b"pieces"), 9, crc32(b"in pieces"), DAY)
    with ZipFile(out) as read:
        assert read.testzip() is None
        assert {name: read.read(name) for name in read.namelist()} == {
            "a.pdf": b"first",
            "Ŵ.pdf": b"",
            "c.txt": b"in pieces",
        }
        assert [each.date_time[:3] for each in read.infolist()] == [(2026, 9, 3), (1980, 10, 14), (2026, 9, 3)]


def test_the_same_files_give_the_same_bytes() -> None:
    outs = BytesIO(), BytesIO()
    for out in outs:
        with StoredZip(out) as archive:
            archive.add("a.pdf", b"first", DAY)
    assert outs[0].getvalue() == outs[1].getvalue()


def test_more_files_than_sixteen_bits_count_are_all_there() -> None:
    out = BytesIO()
    with StoredZip(out) as archive:
        for number in range(0x10001):
            archive.add(f"{number}", b"", DAY)
    with ZipFile(out) as read:
        assert len(read.namelist()) == 0x10001


def test_a_file_beyond_four_gigabytes_is_found(tmp_path: Path) -> None:
    with TemporaryFile(dir=tmp_path) as out:
        with StoredZip(out) as archive:
            archive.add("near", b"1", DAY)
            out.seek(FAR)  # a hole in the file costs nothing
            archive._at = FAR
            archive.add("far", b"2", DAY)
        with ZipFile(out) as read:
            assert (read.read("near"), read.read("far")) == (b"1", b"2")


def test_a_file_that_was_not_finished_has_no_end() -> None:
    out = BytesIO()
    with pytest.raises(KeyError), StoredZip(out) as archive:
        archive.add("a", b"1", DAY)
        raise KeyError
    assert b"PK\x05\x06" not in out.getvalue()


@pytest.mark.parametrize("number", [10, 2000])
def test_it_takes_as_much_memory_for_many_files_as_for_few(tmp_path: Path, number: int) -> None:
    with (tmp_path / "out.zip").open("wb") as out:
        tracemalloc.start()
        with StoredZip(out) as archive:
            for place in range(number):
                archive.add(f"a-file-with-a-name-{place}.pdf", b"content" * 10, DAY)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 300_000
