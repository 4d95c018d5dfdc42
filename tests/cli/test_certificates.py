"""`anchor-portal certificates`: a ZIP of what stands, with what cannot be printed named."""

from pathlib import Path
from zipfile import ZipFile

from sqlalchemy.orm import Session

from anchor_portal.engine import open_database
from anchor_portal.models import Certificate
from tests.command import refusal, run, run_command
from tests.make import returns_file, signed


def test_all_certificates_of_a_round_are_written_and_the_one_that_is_missing_is_named(
    july: str, tmp_path: Path
) -> None:
    answers = tmp_path / "returns.csv"
    answers.write_bytes(returns_file("2026-07", {"torus": signed(), "roche": signed()}))
    out = tmp_path / "certificates.ZIP"
    assert "no return of round 2026-07 has been accepted" in refusal(
        july, "certificates", "--round", "2026-07", "--out", out
    )
    assert not out.exists()
    run(july, "returns", "import", answers, "--round", "2026-07", "--accept")
    database = open_database(july)
    with Session(database.writer) as session, session.begin():
        session.query(Certificate).filter_by(organisation_name="Roche").update({"organisation_name": "日本 Roche"})
    database.dispose()
    done = run_command(july, "certificates", "--round", "2026-07", "--out", out)
    assert done.code == 0 and "1 certificate is written" in done.text and "missing: 日本 Roche" in done.errors
    with ZipFile(out) as archive:
        (pdf,) = (name for name in archive.namelist() if name.startswith("torus-2026-07-"))
        assert archive.read(pdf).startswith(b"%PDF")
        assert "MISSING: 1 certificate" in archive.read("read-me.txt").decode()


def test_what_cannot_be_is_refused_with_a_sentence(july: str, tmp_path: Path) -> None:
    assert "does not end in .zip" in refusal(july, "certificates", "--round", "2026-07", "--out", tmp_path / "x.pdf")
    assert "there is no round “1999-07”" in refusal(
        july, "certificates", "--round", "1999-07", "--out", tmp_path / "x.zip"
    )
    assert "cannot be written" in refusal(
        july, "certificates", "--round", "2026-07", "--out", tmp_path / "no" / "x.zip"
    )
