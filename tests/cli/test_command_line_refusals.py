"""What the command line says when it cannot do what was asked: a sentence on standard error, and an exit code."""

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.engine import open_database
from anchor_portal.folders import folder
from anchor_portal.models import AuditEntry, Grant, QuestionnaireVersion, User
from anchor_portal.services.people import prove_password
from tests.cli.conftest import JULY
from tests.command import refusal, run, run_command
from tests.make import Parts, returns_file, signed


def _write(folder_: Path, organisations: dict[str, dict[str, Parts]]) -> Path:
    file = folder_ / "returns.csv"
    file.write_bytes(returns_file("2026-07", organisations))
    return file


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
def test_without_a_migration_a_command_says_what_torun(empty_url: str, words: tuple[str, ...]) -> None:
    assert "Was “anchor-portal migrate” run?" in refusal(empty_url, *words)


def test_without_a_migration_the_doctor_says_what_torun(empty_url: str) -> None:
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
    said = refusal(address_.format(folder=tmp_path), *command)
    assert "database" in said and "secret" not in said and "migrate” run" not in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ANCHOR_COVERAGE_THRESHOLD", "most", "ANCHOR_COVERAGE_THRESHOLD must be a whole number from 0 to 100"),
        ("ANCHOR_SECURE_COOKIES", "perhaps", "ANCHOR_SECURE_COOKIES must be yes or no"),
        ("ANCHOR_PROXIES", "²", "ANCHOR_PROXIES must be a whole number from 0 to 10"),
        ("ANCHOR_SECRET_KEY_FILE", "/nowhere/key", "ANCHOR_SECRET_KEY_FILE cannot be read"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str, said: str) -> None:
    assert said in refusal("sqlite://", "rounds", "list", **{name: value})


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
    assert refusal(july, *filled) == "there is no round “2031-07”; there are: 2026-07"
    assert sorted(path.name for path in tmp_path.glob("x.*")) == []


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (("2026-06-15", "9999-12-31"), "the year of the closing date must be between 2000 and 2100"),
        (("1026-06-15", "2026-07-31"), "the year of the opening date must be between 2000 and 2100"),
        (
            ("2026-06-15", "2026-07-31", "--from", "2026-01-01", "--to", "3026-06-30"),
            "the year of the last day of the period must be between 2000 and 2100",
        ),
    ],
)
def test_a_round_in_a_year_that_nobody_means_is_refused(url: str, dates: tuple[str, ...], said: str) -> None:
    opens, closes, *more = dates
    words = ("rounds", "add", "2026-07", "--questionnaire", "2024-07", "--opens", opens, "--closes", closes, *more)
    assert refusal(url, *words) == said


@pytest.mark.parametrize(
    "words",
    [
        ("returns", "pdf", "torus", "--round", "2026-07", "--out", "x.pdf", "--revision"),
        ("open-data", "--round", "2026-07", "--format", "csv", "--revision"),
        ("messages", "list", "--limit"),
        ("messages", "send", "--watch"),
    ],
)
def test_a_number_larger_than_a_database_knows_is_refused(july: str, words: tuple[str, ...]) -> None:
    assert "is not in the range 1<=x<=2147483647" in refusal(july, *words, "9" * 20, code=2)


def test_files_that_cannot_be_read_or_written_are_named(july: str, tmp_path: Path) -> None:
    missing = tmp_path / "missing.csv"
    for command in (("returns", "import", missing, "--round", "2026-07"), ("questionnaires", "publish", missing)):
        assert refusal(july, *command) == f"{missing} cannot be read: No such file or directory"
    assert "Is a directory" in refusal(july, "returns", "import", tmp_path, "--round", "2026-07")
    out = tmp_path / "nowhere" / "out.csv"
    said = refusal(july, "returns", "export", "--round", "2026-07", "--out", out)
    assert said == f"{out} cannot be written: No such file or directory"
    assert refusal(july, "export", "--round", "2026-07", "--out", out) == said
    assert ".xlsx" in refusal(july, "export", "--round", "2026-07", "--out", tmp_path / "out.doc")


def test_an_organisation_that_is_missing_is_named(july: str, tmp_path: Path) -> None:
    out = tmp_path / "x.pdf"
    for command in (
        ("returns", "export", "--round", "2026-07", "--organisation", "tourist"),
        ("certificate", "tourist", "--round", "2026-07", "--out", out),
        ("users", "add", "ada@torus.example", "--role", "lead", "--organisation", "tourist"),
    ):
        assert "there is no organisation “tourist” in the register" in refusal(july, *command)
    assert not out.exists()


def test_there_is_no_certificate_before_a_return_is_accepted(july: str, tmp_path: Path) -> None:
    out = tmp_path / "torus.pdf"
    words = ("certificate", "torus", "--round", "2026-07", "--out", out)
    said = "torus has no accepted return in round 2026-07, so there is no certificate"
    assert refusal(july, *words) == said
    run(july, "returns", "import", _write(tmp_path, {"torus": signed()}), "--round", "2026-07")
    assert refusal(july, *words) == said
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
    assert said in refusal(july, "rounds", "add", *words)


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
def test_a_command_that_is_typed_wrongly_is_explained_and_ends_with_2(words: tuple[str, ...]) -> None:
    said = refusal("sqlite://", *words, code=2)
    assert said.startswith("Usage: anchor-portal") and "\nError: " in said


def test_a_round_is_closed_before_it_is_published_and_each_once(july: str) -> None:
    assert refusal(july, "rounds", "publish", "2026-07") == (
        "round 2026-07 is soft-closed: close it before it is published"
    )
    run(july, "rounds", "close", "2026-07")
    assert refusal(july, "rounds", "close", "2026-07") == "round 2026-07 is closed already"
    run(july, "rounds", "publish", "2026-07")
    assert "is published" in refusal(july, "rounds", "publish", "2026-07")


# Questionnaires


def test_a_questionnaire_is_published_once_and_never_with_other_words(url: str, tmp_path: Path) -> None:
    source = (folder("seeds") / "questionnaires" / "2024-07.toml").read_text(encoding="utf-8")
    file = tmp_path / "new.toml"
    file.write_text(source.replace('code = "2024-07"', 'code = "2027-01"'), encoding="utf-8")
    assert run(url, "questionnaires", "publish", file).text == "Version 2027-01 is published.\n"
    again = run(url, "questionnaires", "publish", file).text
    assert again == "Version 2027-01 was published before, unchanged.\n"
    file.write_text(file.read_text(encoding="utf-8") + "# other words\n", encoding="utf-8")
    assert "version 2027-01 is already published" in refusal(url, "questionnaires", "publish", file)


def test_every_error_of_a_questionnaire_is_named_with_its_line(url: str, tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    file.write_text('code = "2027-01"\ntitel = "A slip"\n[[sections]]\ncode = "about"\nintroo = "Another"\n')
    said = refusal(url, "questionnaires", "publish", file).splitlines()
    assert {line.split(":")[0] for line in said} >= {"new.toml, line 2", "new.toml, line 5"}
    file.write_bytes(b'code = "\xff"')
    assert refusal(url, "questionnaires", "publish", file) == "new.toml is not UTF-8 text"
    database = open_database(url)
    with Session(database.reader) as session:
        assert session.scalar(select(func.count()).select_from(QuestionnaireVersion)) == 2
    database.dispose()


# People


def test_people_are_added_with_roles_and_a_password_of_their_own(url: str) -> None:
    lead = ("users", "add", "Ada@Torus.example", "--role", "lead", "--organisation", "torus", "--name", "Ada Example")
    assert "ada@torus.example is now lead of torus.\nNo password is set yet" in run(url, *lead).text
    linked = run(url, *lead, "--link", ANCHOR_BASE_URL="https://portal.example").text
    assert "once, for 14 days:\nhttps://portal.example/invitation/" in linked
    again = run(url, *lead, ANCHOR_NEW_PASSWORD="correct horse battery").text
    assert again == "ada@torus.example was already lead of torus.\n"
    assert "has a password" in refusal(url, *lead, "--link")
    run(url, "users", "add", "ada@torus.example", "--role", "member")
    database = open_database(url)
    with Session(database.reader) as session:
        proved = prove_password(session, "ada@torus.example", "correct horse battery")
        assert proved is not None and proved[0].name == "Ada Example"
        assert sorted(held.role for held in proved[0].held) == ["lead", "member"]
        recorded = session.execute(select(AuditEntry.who, AuditEntry.subject, AuditEntry.detail)).all()
    database.dispose()
    assert [tuple(entry) for entry in recorded] == [
        ("operator", "ada@torus.example", "lead torus"),
        ("operator", "ada@torus.example", "lead torus"),
        ("operator", "ada@torus.example", "on the command line"),
        ("operator", "ada@torus.example", "lead torus"),
        ("operator", "ada@torus.example", "member"),
    ]


@pytest.mark.parametrize(
    ("words", "password", "said"),
    [
        (("ada", "--role", "team"), "", "“ada” is not an email address"),
        (("ada@torus.example", "--role", "lead"), "", "the role lead is held for an organisation"),
        (("ada@torus.example", "--role", "team", "--organisation", "torus"), "", "held for the whole partnership"),
        (("ada@torus.example", "--role", "team"), "too short", "A password needs at least 12 characters"),
    ],
)
def test_people_who_cannot_be_added_leave_nothing_behind(
    url: str, words: tuple[str, ...], password: str, said: str
) -> None:
    assert said in refusal(url, "users", "add", *words, ANCHOR_NEW_PASSWORD=password)
    database = open_database(url)
    with Session(database.reader) as session:
        assert [session.scalar(select(func.count()).select_from(model)) for model in (User, Grant, AuditEntry)] == [
            0
        ] * 3
    database.dispose()


def test_where_no_terminal_can_be_asked_a_password_comes_from_the_variable(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = ("users", "add", "ada@torus.example", "--role", "member", "--password")
    with Path("/dev/null").open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        said = refusal(url, *ada)
        assert "ANCHOR_NEW_PASSWORD" in said and "--link" in said and len(said.splitlines()) == 1
        assert run(url, *ada, ANCHOR_NEW_PASSWORD="correct horse battery").text == "ada@torus.example is now member.\n"
    database = open_database(url)
    with Session(database.reader) as session:
        assert prove_password(session, "ada@torus.example", "correct horse battery") is not None
    database.dispose()


@pytest.mark.parametrize("reason", ["", " ", "\u200b", "x" * 5000])
def test_nobody_is_helped_back_in_without_a_reason(url: str, reason: str) -> None:
    run(url, "users", "add", "ada@torus.example", "--role", "member", ANCHOR_NEW_PASSWORD="correct horse battery")
    said = refusal(url, "users", "recover", "ada@torus.example", "--reason", reason)
    assert said.startswith("Say why, and how you know that it is they who ask" if len(reason) < 2 else "Say it in at")
    database = open_database(url)
    with Session(database.reader) as session:
        assert prove_password(session, "ada@torus.example", "correct horse battery") is not None
    database.dispose()
