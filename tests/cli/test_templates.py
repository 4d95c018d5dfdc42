"""The form on the command line: written, filled in, shown, taken back; and blank forms of any version and sector."""

from pathlib import Path

from pypdf import PdfReader

from tests.command import refusal, run
from tests.offline import fill

SLUG, ROUND = "torus", "2026-07"


def test_a_form_is_written_filled_in_and_taken_back(july: str, tmp_path: Path) -> None:
    made, filled = tmp_path / "form.xlsx", tmp_path / "filled.xlsx"
    run(july, "rounds", "add", "2026-12", "--questionnaire", "2024-07", "--opens", "2026-01-01", "--closes", "2099-12-31",
        "--from", "2026-01-01", "--to", "2026-06-30")  # fmt: skip
    run(july, "returns", "template", SLUG, "--round", "2026-12", "--out", made)
    content, places = fill(made.read_bytes(), {"p1.narrative:": "From the form", "about.headcount:": 1200})
    filled.write_bytes(content)
    words = ("returns", "upload", SLUG, filled, "--round", "2026-12")
    shown = run(july, *words, "--dry-run").text
    assert "Pledge 1: the real living wage: Pledge 1 progress: Not answered -> From the form" in shown
    assert shown.endswith("2 answers would change; nothing was stored.\n")
    assert "From the form" not in run(july, "returns", "export", "--round", "2026-12").text
    assert run(july, *words).text.endswith("2 answers changed.\n")
    assert "torus,p1.narrative,,From the form" in run(july, "returns", "export", "--round", "2026-12").text
    assert run(july, *words).text == "The form changes nothing.\n"
    content, _ = fill(made.read_bytes(), {"about.headcount:": "many", "p1.narrative:": "Another"})
    filled.write_bytes(content)
    said = refusal(july, *words)
    assert f"filled.xlsx: {places['about.headcount:']}: Headcount must be a number in figures" in said
    assert "Pledge 1 progress: changed in the portal after the form was made" in said
    assert said.endswith("Nothing was stored: 3 errors.")


def test_what_cannot_be_taken_is_refused_in_a_sentence(july: str, tmp_path: Path) -> None:
    file = tmp_path / "form.xlsx"
    assert "does not end in .xlsx" in refusal(july, "returns", "template", SLUG, "--round", ROUND, "--out", "form.csv")
    assert "no organisation" in refusal(july, "returns", "template", "nobody", "--round", ROUND, "--out", file)
    assert "no round" in refusal(july, "returns", "upload", SLUG, __file__, "--round", "2030-01")
    run(july, "rounds", "close", ROUND)
    assert "not open for changes" in refusal(july, "returns", "upload", SLUG, __file__, "--round", ROUND)
    assert "no published version" in refusal(
        july, "questionnaires", "form", "1999-01", "--sector", "council", "--out", file
    )


def test_a_blank_form_of_any_version_and_sector_is_written_on_paper_and_as_a_workbook(url: str, tmp_path: Path) -> None:
    for version, sector in (("2024-01", "company"), ("2024-07", "nhs-icb")):
        for kind in ("pdf", "xlsx"):
            run(url, "questionnaires", "form", version, "--sector", sector, "--out", tmp_path / f"{version}.{kind}")
    assert "Agenda for Change band 1" in PdfReader(tmp_path / "2024-07.pdf").pages[-1].extract_text()
    scaled = tmp_path / "general.pdf"
    run(url, "questionnaires", "form", "2024-07", "--sector", "nhs-icb", "--scale", "general", "--out", scaled)
    assert "Operational" in PdfReader(scaled).pages[-1].extract_text()
    assert (tmp_path / "2024-01.xlsx").read_bytes().startswith(b"PK")
