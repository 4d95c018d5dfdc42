"""The pack on the command line."""

from pathlib import Path

from pypdf import PdfReader

from tests.command import run, run_command
from tests.conftest import with_demo
from tests.engines import sqlite_url


def test_the_pack_of_a_round_is_written_or_refused_with_a_sentence(tmp_path: Path) -> None:
    url, out = sqlite_url(tmp_path, with_demo), tmp_path / "pack.pdf"
    done = run(url, "pack", "--round", "2027-01", "--out", out, "--for", "member@assembly.example")
    assert "is written to" in done.text
    words = PdfReader(out).pages[0].extract_text()
    assert "Contents" in words and "Action log" in words
    for wrong in (("--out", "pack.txt"), ("--out", out, "--for", "nobody@nowhere.example")):
        refused = run_command(url, "pack", "--round", "2027-01", *wrong)
        assert refused.code == 1 and refused.errors.strip()
