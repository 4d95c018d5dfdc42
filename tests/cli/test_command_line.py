"""The command line: every command, what it says when it cannot do what was asked, and how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.engine import open_database
from anchor_portal.folders import folder
from anchor_portal.models import AuditEntry, Grant, QuestionnaireVersion, Round, User
from anchor_portal.services.people import check_password
from tests.command import Outcome, run_command
from tests.conftest import ENGINES, address
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
    "indicators",
    "questionnaires publish",
    "certificate",
    "export",
    "users add",
    "doctor",
    "demo-accounts",
)
JULY = ("--questionnaire", "2024-07", "--opens", "2026-06-15", "--closes", "2026-07-31")


def _leave_empty(url: str) -> None:
    """A database without a single table."""


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with ExitStack() as stack:
        yield address(request.param, tmp_path, _leave_empty, stack)


@pytest.fixture
def july(url: str) -> str:
    """A seeded database with the round of July 2026."""
    _run(url, "rounds", "add", "2026-07", *JULY)
    return url


def _run(url: str, *words: object, **environment: str) -> Outcome:
    """Run a command that must do what it was asked."""
    outcome = run_command(url, *words, **environment)
    assert (outcome.code, outcome.errors) == (0, ""), outcome.errors
    return outcome


def _refusal(url: str, *words: object, code: int = 1, **environment: str) -> str:
    """What a command says that refuses; never a traceback, and nothing on standard output."""
    outcome = run_command(url, *words, **environment)
    assert (outcome.code, outcome.text) == (code, ""), outcome
    assert outcome.errors.endswith("\n") and "Traceback" not in outcome.errors
    return outcome.errors.removesuffix("\n")


def _write(folder_: Path, organisations: dict[str, dict[str, Parts]]) -> Path:
    file = folder_ / "returns.csv"
    file.write_bytes(returns_file("2026-07", organisations))
    return file


# Help


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    long, short = (_run("sqlite://", *command.split(), word).text for word in ("--help", "-h"))
    usage, _, words, *_ = long.splitlines()
    assert long == short
    assert usage.startswith(f"Usage: anchor-portal {command} ")
    assert words.strip().endswith(tuple(".:;,abcdefghijklmnopqrstuvwxyz`)0123456789")) and len(words) > 20


def test_the_help_of_the_whole_shows_a_first_round_and_every_command() -> None:
    text = _run("sqlite://", "--help").text
    assert "anchor-portal rounds add 2026-07 --questionnaire 2024-07" in text
    assert "ANCHOR_DATABASE_URL" in text
    for command in COMMANDS:
        assert f"\n  {command.split()[0]} " in text


# From nothing to a published round


def test_a_round_goes_from_an_empty_database_to_published_figures(empty_url: str, tmp_path: Path) -> None:
    url = empty_url
    _run(url, "migrate")
    _run(url, "seed")
    added = _run(url, "rounds", "add", "2026-07", *JULY)
    assert added.text == "Round 2026-07 (July 2026) is added, under questionnaire 2024-07.\n"
    assert _run(url, "rounds", "list").text.split() == ["2026-07", "soft-closed", "2026-06-15", "to", "2026-07-31"]
    three = {slug: signed(p2__local_fte=share("30.00", "40.00")) for slug in ("torus", "roche", "miaa")}
    drafts = {"one-wirral-cic": {"about.boundary": {"": "Begun"}}}
    imported = _run(url, "returns", "import", _write(tmp_path, three | drafts), "--round", "2026-07", "--accept")
    assert imported.text == "Imported 1 draft and 3 submitted returns, of which 3 were accepted.\n"
    report = _run(url, "indicators", "--round", "2026-07", "--json").json()
    assert (report["round"], report["status"], report["indicators"][0]["value"]) == ("2026-07", "provisional", 75.0)
    certificate = tmp_path / "torus.pdf"
    _run(url, "certificate", "torus", "--round", "2026-07", "--out", certificate)
    assert "Torus" in PdfReader(certificate).pages[0].extract_text()
    workbook = tmp_path / "round.xlsx"
    _run(url, "export", "--round", "2026-07", "--out", workbook)
    assert workbook.read_bytes().startswith(b"PK")
    assert _run(url, "rounds", "close", "2026-07").text == "Round 2026-07 is closed.\n"
    assert "digest" in _run(url, "rounds", "publish", "2026-07").text
    assert _run(url, "indicators", "--round", "2026-07", "--json").json()["status"] == "published"
    _run(url, "doctor")


def test_migrating_and_seeding_again_is_safe(url: str) -> None:
    for command in ("migrate", "seed", "migrate", "seed"):
        _run(url, command)


def test_indicators_are_printed_for_people_and_protected_for_the_public(july: str, tmp_path: Path) -> None:
    three = {slug: signed(p2__local_fte=share("33.33", "44.44")) for slug in ("torus", "roche", "miaa")}
    _run(july, "returns", "import", _write(tmp_path, three), "--round", "2026-07", "--accept")
    lines = _run(july, "indicators", "--round", "2026-07").text.splitlines()
    assert lines[0].split()[:2] == ["12", "75.0%"] and "3 of 21 counted" in lines[0]
    assert lines[1].split()[:2] == ["20", "-"]
    inside, outside = (
        _run(july, "indicators", "--round", "2026-07", "--json", *words).json()["indicators"][0]
        for words in ((), ("--public",))
    )
    assert (inside["numerator"], inside["denominator"], inside["state"]) == ("99.99", "133.32", "shown")
    assert (outside["value"], outside["numerator"], outside["state"]) == (None, None, "withheld")
    assert outside["reason"] and inside.keys() == outside.keys()


def test_an_export_goes_to_standard_output_or_into_a_file_and_comes_in_again(july: str, tmp_path: Path) -> None:
    given = {"roche": {"about.boundary": {"": "“Größe”, 🎉"}}, "torus": signed()}
    _run(july, "returns", "import", _write(tmp_path, given), "--round", "2026-07")
    printed = _run(july, "returns", "export", "--round", "2026-07").output
    _run(july, "returns", "export", "--round", "2026-07", "--out", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == printed
    alone = _run(july, "returns", "export", "--round", "2026-07", "--organisation", "roche").output
    (tmp_path / "again.csv").write_bytes(alone)
    _run(july, "returns", "import", tmp_path / "again.csv", "--round", "2026-07")
    assert _run(july, "returns", "export", "--round", "2026-07").output == printed
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
    said = _refusal(july, "returns", "import", file, "--round", "2026-07")
    assert "\x1b" not in said and "[2Jtorus" in said


# Refusals


@pytest.mark.parametrize(
    "words",
    [
        ("seed",),
        ("rounds", "list"),
        ("rounds", "add", "2026-07", *JULY),
        ("rounds", "close", "2026-07"),
        ("indicators", "--round", "2026-07"),
        ("returns", "export", "--round", "2026-07"),
        ("users", "add", "ada@team.example", "--role", "team"),
        ("demo-accounts",),
    ],
)
def test_without_a_migration_a_command_says_what_to_run(empty_url: str, words: tuple[str, ...]) -> None:
    assert "Was “anchor-portal migrate” run?" in _refusal(empty_url, *words)


def test_without_a_migration_the_doctor_says_what_to_run(empty_url: str) -> None:
    outcome = run_command(empty_url, "doctor")
    assert outcome.code == 1 and "run “anchor-portal migrate”" in outcome.text


@pytest.mark.parametrize(
    "address_",
    [
        "nonsense",
        "://",
        "mysql://somebody:secret@localhost/portal",
        "oracle://somebody:secret@localhost/portal",
        "unheard-of://somebody:secret@localhost/portal",
        "postgresql://somebody:secret@127.0.0.1:1/portal",
        "postgresql://somebody:secret@127.0.0.1:port/portal",
        "sqlite:////proc/nowhere/portal.sqlite3",
        "sqlite:////",
        "sqlite:///{folder}",
        "sqlite:///{folder}/no-database.txt",
        "sqlite:///{folder}/no-database.txt/portal.sqlite3",
    ],
)
@pytest.mark.parametrize("command", [("migrate",), ("rounds", "list"), ("doctor",)])
def test_a_database_that_cannot_be_used_is_said_in_a_sentence(
    tmp_path: Path, address_: str, command: tuple[str, ...]
) -> None:
    (tmp_path / "no-database.txt").write_text("Only words. " * 100)
    said = _refusal(address_.format(folder=tmp_path), *command)
    assert "database" in said and "secret" not in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ANCHOR_COVERAGE_THRESHOLD", "most", "ANCHOR_COVERAGE_THRESHOLD must be a whole number from 0 to 100"),
        ("ANCHOR_SECURE_COOKIES", "perhaps", "ANCHOR_SECURE_COOKIES must be yes or no"),
        ("ANCHOR_SECRET_KEY_FILE", "/nowhere/key", "ANCHOR_SECRET_KEY_FILE cannot be read"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str, said: str) -> None:
    assert said in _refusal("sqlite://", "rounds", "list", **{name: value})


@pytest.mark.parametrize(
    "words",
    [
        ("rounds", "close", "2031-07"),
        ("rounds", "publish", "2031-07"),
        ("indicators", "--round", "2031-07", "--json"),
        ("returns", "export", "--round", "2031-07"),
        ("returns", "import", "{file}", "--round", "2031-07"),
        ("certificate", "torus", "--round", "2031-07", "--out", "{folder}/x.pdf"),
        ("export", "--round", "2031-07", "--out", "{folder}/x.xlsx"),
    ],
)
def test_a_round_that_is_missing_is_refused_with_those_that_there_are(
    july: str, tmp_path: Path, words: tuple[str, ...]
) -> None:
    file = _write(tmp_path, {"torus": signed()})
    filled = [word.format(file=file, folder=tmp_path) for word in words]
    assert _refusal(july, *filled) == "there is no round “2031-07”; there are: 2026-07"
    assert sorted(path.name for path in tmp_path.glob("x.*")) == []


def test_files_that_cannot_be_read_or_written_are_named(july: str, tmp_path: Path) -> None:
    missing = tmp_path / "missing.csv"
    for command in (("returns", "import", missing, "--round", "2026-07"), ("questionnaires", "publish", missing)):
        assert _refusal(july, *command) == f"{missing} cannot be read: No such file or directory"
    assert "Is a directory" in _refusal(july, "returns", "import", tmp_path, "--round", "2026-07")
    out = tmp_path / "nowhere" / "out.csv"
    said = _refusal(july, "returns", "export", "--round", "2026-07", "--out", out)
    assert said == f"{out} cannot be written: No such file or directory"
    assert "ends in .xlsx" in _refusal(july, "export", "--round", "2026-07", "--out", out).replace("not end", "ends")


def test_an_organisation_that_is_missing_is_named(july: str, tmp_path: Path) -> None:
    out = tmp_path / "x.pdf"
    for command in (
        ("returns", "export", "--round", "2026-07", "--organisation", "tourist"),
        ("certificate", "tourist", "--round", "2026-07", "--out", out),
        ("users", "add", "ada@torus.example", "--role", "lead", "--organisation", "tourist"),
    ):
        assert "there is no organisation “tourist” in the register" in _refusal(july, *command)
    assert not out.exists()


def test_there_is_no_certificate_before_a_return_is_accepted(july: str, tmp_path: Path) -> None:
    out = tmp_path / "torus.pdf"
    words = ("certificate", "torus", "--round", "2026-07", "--out", out)
    said = "torus has no accepted return in round 2026-07, so there is no certificate"
    assert _refusal(july, *words) == said
    _run(july, "returns", "import", _write(tmp_path, {"torus": signed()}), "--round", "2026-07")
    assert _refusal(july, *words) == said
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("2026-07", *JULY), "there is already a round 2026-07"),
        (("2026-13", *JULY), "“2026-13” is no round code: write year and month, like 2026-07"),
        (("2027-01", "--questionnaire", "2030-01", *JULY[2:]), "there are: 2024-01, 2024-07"),
        (("2027-01", *JULY[:2], "--opens", "2027-02-01", "--closes", "2027-01-01"), "cannot close before it opens"),
        (("2027-01", *JULY, "--from", "2026-07-01"), "give both --from and --to, or neither"),
        (("2027-05", *JULY), "give its period with --from and --to"),
    ],
)
def test_a_round_that_cannot_be_added_is_refused(july: str, words: tuple[str, ...], said: str) -> None:
    assert said in _refusal(july, "rounds", "add", *words)


@pytest.mark.parametrize(
    "words",
    [
        ("rounds", "add", "2027-01"),
        ("rounds", "add", "2027-01", *JULY[:2], "--opens", "soon", "--closes", "2027-01-31"),
        ("rounds", "add", "2027-01", *JULY[:2], "--opens", "2027-02-30", "--closes", "2027-03-31"),
        ("rounds", "add", "2027-01", *JULY[:2], "--opens", "20270101", "--closes", "2027-W05-1"),
        ("indicators",),
        ("returns", "import"),
        ("users", "add", "ada@team.example", "--role", "chair"),
        ("sing",),
        ("rounds", "open", "2026-07"),
    ],
)
def test_a_command_that_is_typed_wrongly_is_explained_and_ends_with_2(url: str, words: tuple[str, ...]) -> None:
    said = _refusal(url, *words, code=2)
    assert said.startswith("Usage: anchor-portal") and "\nError: " in said


def test_a_round_is_closed_before_it_is_published_and_each_once(july: str) -> None:
    assert _refusal(july, "rounds", "publish", "2026-07") == (
        "round 2026-07 is soft-closed: close it before it is published"
    )
    _run(july, "rounds", "close", "2026-07")
    assert _refusal(july, "rounds", "close", "2026-07") == "round 2026-07 is closed already"
    _run(july, "rounds", "publish", "2026-07")
    assert "is published" in _refusal(july, "rounds", "publish", "2026-07")


# Questionnaires


def test_a_questionnaire_is_published_once_and_never_with_other_words(url: str, tmp_path: Path) -> None:
    source = (folder("seeds") / "questionnaires" / "2024-07.toml").read_text(encoding="utf-8")
    file = tmp_path / "new.toml"
    file.write_text(source.replace('code = "2024-07"', 'code = "2027-01"'), encoding="utf-8")
    assert _run(url, "questionnaires", "publish", file).text == "Version 2027-01 is published.\n"
    again = _run(url, "questionnaires", "publish", file).text
    assert again == "Version 2027-01 was published before, unchanged.\n"
    file.write_text(file.read_text(encoding="utf-8") + "# other words\n", encoding="utf-8")
    assert "version 2027-01 is already published" in _refusal(url, "questionnaires", "publish", file)


def test_every_error_of_a_questionnaire_is_named_with_its_line(url: str, tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    file.write_text('code = "2027-01"\ntitel = "A slip"\n[[sections]]\ncode = "about"\nintroo = "Another"\n')
    said = _refusal(url, "questionnaires", "publish", file).splitlines()
    assert {line.split(":")[0] for line in said} >= {"new.toml, line 2", "new.toml, line 5"}
    file.write_bytes(b'code = "\xff"')
    assert _refusal(url, "questionnaires", "publish", file) == "new.toml is not UTF-8 text"
    database = open_database(url)
    with Session(database.reader) as session:
        assert session.scalar(select(func.count()).select_from(QuestionnaireVersion)) == 2
    database.dispose()


# People


def test_people_are_added_with_roles_and_a_password_of_their_own(url: str) -> None:
    lead = ("users", "add", "Ada@Torus.example", "--role", "lead", "--organisation", "torus", "--name", "Ada Example")
    assert "ada@torus.example is now lead of torus.\nNo password is set yet" in _run(url, *lead).text
    again = _run(url, *lead, ANCHOR_NEW_PASSWORD="correct horse battery").text
    assert again == "ada@torus.example was already lead of torus.\n"
    _run(url, "users", "add", "ada@torus.example", "--role", "member")
    database = open_database(url)
    with Session(database.reader) as session:
        viewer = check_password(session, "ada@torus.example", "correct horse battery")
        assert viewer is not None and viewer.name == "Ada Example"
        assert sorted(held.role for held in viewer.held) == ["lead", "member"]
        recorded = session.execute(select(AuditEntry.who, AuditEntry.subject, AuditEntry.detail)).all()
    database.dispose()
    assert [tuple(entry) for entry in recorded] == [
        ("operator", "ada@torus.example", "lead torus"),
        ("operator", "ada@torus.example", "lead torus"),
        ("operator", "ada@torus.example", "member"),
    ]


@pytest.mark.parametrize(
    ("words", "password", "said"),
    [
        (("ada", "--role", "team"), "", "“ada” is not an email address"),
        (("ada@torus.example", "--role", "lead"), "", "the role lead is held for an organisation"),
        (("ada@torus.example", "--role", "team", "--organisation", "torus"), "", "held for the whole partnership"),
        (("ada@torus.example", "--role", "team"), "too short", "a password needs at least 12 characters"),
    ],
)
def test_people_who_cannot_be_added_leave_nothing_behind(
    url: str, words: tuple[str, ...], password: str, said: str
) -> None:
    assert said in _refusal(url, "users", "add", *words, ANCHOR_NEW_PASSWORD=password)
    database = open_database(url)
    with Session(database.reader) as session:
        assert [session.scalar(select(func.count()).select_from(model)) for model in (User, Grant, AuditEntry)] == [
            0
        ] * 3
    database.dispose()


# The demonstration


def test_the_demonstration_is_loaded_once_and_its_sign_ins_can_be_printed(demo_url: str) -> None:
    assert "are there already" in _run(demo_url, "seed", "--demo").text
    accounts = _run(demo_url, "demo-accounts").text
    for email in ("lead@trust.example", "member@assembly.example", "team@team.example"):
        assert email in accounts
    password = accounts.strip().splitlines()[-1].split()[-1]
    database = open_database(demo_url)
    with Session(database.reader) as session:
        assert check_password(session, "team@team.example", password) is not None
        assert session.scalar(select(func.count()).select_from(Round)) == 8
    database.dispose()
    _run(demo_url, "doctor")


def test_without_the_demonstration_there_are_no_sign_ins_to_print(url: str) -> None:
    assert _refusal(url, "demo-accounts") == "this database holds no demonstration data"


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
