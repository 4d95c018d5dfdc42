"""The command line: every command, from an empty database to published figures, and the installed program."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.engine import open_database
from anchor_portal.models import Round
from anchor_portal.services.people import prove_password
from tests.cli.conftest import JULY
from tests.command import refusal, run, run_command
from tests.make import Parts, returns_file, share, signed

PROGRAM = Path(sys.executable).with_name("anchor-portal")
COMMANDS = (
    "migrate",
    "seed",
    "rounds add",
    "rounds list",
    "rounds close",
    "rounds publish",
    "returns import",
    "returns export",
    "returns pdf",
    "returns template",
    "returns upload",
    "questionnaires form",
    "indicators",
    "questionnaires publish",
    "certificate",
    "export",
    "users add",
    "backup",
    "restore",
    "doctor",
    "demo-accounts",
)


def _write(folder_: Path, organisations: dict[str, dict[str, Parts]]) -> Path:
    file = folder_ / "returns.csv"
    file.write_bytes(returns_file("2026-07", organisations))
    return file


# Help


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    long, short = (run("sqlite://", *command.split(), word).text for word in ("--help", "-h"))
    usage, _, words, *_ = long.splitlines()
    assert long == short
    assert usage.startswith(f"Usage: anchor-portal {command} ")
    assert words.strip().endswith(tuple(".:;,abcdefghijklmnopqrstuvwxyz`)0123456789")) and len(words) > 20


def test_the_help_of_the_whole_shows_a_first_round_and_every_command() -> None:
    text = run("sqlite://", "--help").text
    assert "anchor-portal rounds add 2026-07 --questionnaire 2024-07" in text
    assert "ANCHOR_DATABASE_URL" in text
    for command in COMMANDS:
        assert f"\n  {command.split()[0]} " in text


# From nothing to a published round


def test_a_round_goes_from_an_empty_database_to_published_figures(empty_url: str, tmp_path: Path) -> None:
    url = empty_url
    run(url, "migrate")
    run(url, "seed")
    added = run(url, "rounds", "add", "2026-07", *JULY)
    assert added.text == "Round 2026-07 (July 2026) is added, under questionnaire 2024-07.\n"
    assert run(url, "rounds", "list").text.split() == ["2026-07", "soft-closed", "2026-06-15", "to", "2026-07-31"]
    three = {slug: signed(p2__local_fte=share("30.00", "40.00")) for slug in ("torus", "roche", "miaa")}
    drafts = {"one-wirral-cic": {"about.boundary": {"": "Begun"}}}
    imported = run(url, "returns", "import", _write(tmp_path, three | drafts), "--round", "2026-07", "--accept")
    assert imported.text == "Imported 1 draft and 3 submitted returns, of which 3 were accepted.\n"
    report = run(url, "indicators", "--round", "2026-07", "--json").json()
    assert (report["round"], report["status"], report["indicators"][0]["value"]) == ("2026-07", "provisional", 75.0)
    certificate = tmp_path / "torus.pdf"
    run(url, "certificate", "torus", "--round", "2026-07", "--out", certificate)
    assert "Torus" in PdfReader(certificate).pages[0].extract_text()
    workbook = tmp_path / "round.xlsx"
    run(url, "export", "--round", "2026-07", "--out", workbook)
    assert workbook.read_bytes().startswith(b"PK")
    assert run(url, "rounds", "close", "2026-07").text == "Round 2026-07 is closed.\n"
    assert "digest" in run(url, "rounds", "publish", "2026-07").text
    assert run(url, "indicators", "--round", "2026-07", "--json").json()["status"] == "published"
    run(url, "doctor")


def test_migrating_and_seeding_again_is_safe(url: str) -> None:
    for command in ("migrate", "seed", "migrate", "seed"):
        run(url, command)


def test_indicators_are_printed_for_people_and_protected_for_the_public(july: str, tmp_path: Path) -> None:
    three = {slug: signed(p2__local_fte=share("33.33", "44.44")) for slug in ("torus", "roche", "miaa")}
    run(july, "returns", "import", _write(tmp_path, three), "--round", "2026-07", "--accept")
    lines = run(july, "indicators", "--round", "2026-07").text.splitlines()
    assert lines[0].split()[:2] == ["12", "75.0%"] and "3 of 21 counted" in lines[0]
    assert lines[1].split()[:2] == ["20", "-"]
    inside, outside = (
        run(july, "indicators", "--round", "2026-07", "--json", *words).json()["indicators"][0]
        for words in ((), ("--public",))
    )
    assert (inside["numerator"], inside["denominator"], inside["state"]) == ("99.99", "133.32", "shown")
    assert (outside["value"], outside["numerator"], outside["state"]) == (None, None, "withheld")
    assert outside["reason"] and inside.keys() == outside.keys()


def test_an_export_goes_to_standard_output_or_into_a_file_and_comes_in_again(july: str, tmp_path: Path) -> None:
    given = {"roche": {"about.boundary": {"": "“Größe”, 🎉"}}, "torus": signed()}
    run(july, "returns", "import", _write(tmp_path, given), "--round", "2026-07")
    printed = run(july, "returns", "export", "--round", "2026-07").output
    run(july, "returns", "export", "--round", "2026-07", "--out", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == printed
    alone = run(july, "returns", "export", "--round", "2026-07", "--organisation", "roche").output
    (tmp_path / "again.csv").write_bytes(alone)
    run(july, "returns", "import", tmp_path / "again.csv", "--round", "2026-07")
    assert run(july, "returns", "export", "--round", "2026-07").output == printed
    assert "“Größe”, 🎉" in alone.decode()


def test_warnings_are_printed_beside_the_result_and_refuse_nothing(july: str, tmp_path: Path) -> None:
    file = _write(tmp_path, {"torus": signed(p1__rlw_staff={"percent": "100"})})
    outcome = run_command(july, "returns", "import", file, "--round", "2026-07")
    assert outcome.code == 0
    assert outcome.errors.startswith("warning: line ") and "torus" in outcome.errors
    assert outcome.text == "Imported 0 drafts and 1 submitted return, of which 0 were accepted.\n"


def test_control_signs_of_a_file_do_not_reach_the_terminal(july: str, tmp_path: Path) -> None:
    file = tmp_path / "returns.csv"
    file.write_text("round,organisation,question,part,value\n2026-07,\x1b[2Jtorus,about.headcount,,5\n")
    said = refusal(july, "returns", "import", file, "--round", "2026-07")
    assert "\x1b" not in said and "[2Jtorus" in said


# The demonstration


def test_the_demonstration_is_loaded_once_and_its_sign_ins_can_be_printed(demo_url: str) -> None:
    assert "are there already" in run(demo_url, "seed", "--demo").text
    accounts = run(demo_url, "demo-accounts").text
    for email in ("lead@trust.example", "member@assembly.example", "team@team.example"):
        assert email in accounts
    password = accounts.strip().splitlines()[-1].split()[-1]
    database = open_database(demo_url)
    with Session(database.reader) as session:
        assert prove_password(session, "team@team.example", password) is not None
        assert session.scalar(select(func.count()).select_from(Round)) == 8
    database.dispose()
    run(demo_url, "doctor")


def test_without_the_demonstration_there_are_no_sign_ins_to_print(url: str) -> None:
    assert refusal(url, "demo-accounts") == "this database holds no demonstration data"


# The program itself


def _program(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {name: value for name, value in os.environ.items() if not name.startswith("ANCHOR_")}
    return subprocess.run(
        [PROGRAM, *words], env=settings | environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_installed_program_refuses_in_a_sentence_and_ends_with_1(tmp_path: Path) -> None:
    done = _program("rounds", "list", ANCHOR_DATABASE_URL=f"sqlite:///{tmp_path}/new/folder/portal.sqlite3")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Was “anchor-portal migrate” run?" in done.stderr and "Traceback" not in done.stderr


def test_the_installed_program_prints_json_that_another_program_reads(july: str) -> None:
    done = _program("indicators", "--round", "2026-07", "--json", ANCHOR_DATABASE_URL=july)
    assert (done.returncode, done.stderr) == (0, "")
    assert [each["number"] for each in json.loads(done.stdout)["indicators"]] == [12, 20, 21]


def test_a_return_is_written_as_pdf_as_it_was_signed_or_as_a_draft(july: str, tmp_path: Path) -> None:
    file = tmp_path / "return.pdf"
    words = ("returns", "pdf", "torus", "--round", "2026-07", "--out", file)
    assert refusal(july, *words) == "torus has not started its return for round 2026-07"
    run(july, "returns", "import", _write(tmp_path, {"torus": {"about.boundary": {"": "Begun"}}}), "--round", "2026-07")
    assert run(july, *words).text == f"The draft of the return of torus for 2026-07 is written to {file}.\n"
    assert "Draft, not signed" in PdfReader(file).pages[0].extract_text()
    assert "was never signed" in refusal(july, *words, "--revision", 1)
    run(july, "returns", "import", _write(tmp_path, {"torus": signed()}), "--round", "2026-07", "--accept")
    assert run(july, *words).text.startswith("Revision 1 of the return of torus for 2026-07")
    first = " ".join(PdfReader(file).pages[0].extract_text().split())
    assert "Ada Example" in first and "Accepted on" in first and "SHA-256" in first
    assert "has no such revision: the latest is 1" in refusal(july, *words, "--revision", 2)
    assert "does not end in .pdf" in refusal(july, *words[:-1], tmp_path / "return.txt")
