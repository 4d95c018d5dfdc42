"""An import is all or nothing: every error is named with the line of what is wrong, and nothing is stored."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.lifecycle import Status
from anchor_portal.engine import Database, open_database
from anchor_portal.models import Answer, Return, Round, Submission
from anchor_portal.services.figures.publication import publish_round
from anchor_portal.services.returns.interchange import ImportRefused, import_returns
from anchor_portal.services.rounds.life import close_round
from tests.command import run_command
from tests.make import Parts, find, import_answers, make_round, returns_file, signed

EVERY_KIND = (Path(__file__).parents[1] / "data" / "every_kind_of_answer.csv").read_bytes()
HEADER = "round,organisation,question,part,value"
TOMORROW = (today() + timedelta(days=1)).isoformat()
LEVELS = {"operational.ethnic_minority": "5", "operational.white": "80"}


def _problems(session: Session, content: str | bytes, code: str = "2026-07") -> list[str]:
    """What an import says; it must be refused, and must have stored nothing."""
    round_ = session.scalars(select(Round).where(Round.code == code)).one()
    before = _rows(session)
    with pytest.raises(ImportRefused) as refused:
        import_returns(session, round_, content.encode() if isinstance(content, str) else content, today())
    assert _rows(session) == before
    return list(refused.value.problems)


def _rows(session: Session) -> list[int | None]:
    return [session.scalar(select(func.count()).select_from(model)) for model in (Return, Answer, Submission)]


def _lines(*lines: str) -> str:
    return "".join(f"{line}\n" for line in (HEADER, *lines))


WRONG_LINES = [
    ("2026-07,nobody,about.headcount,,5", "there is no organisation “nobody” in the register"),
    ("2026-07,,about.headcount,,5", "there is no organisation “” in the register"),
    ("2026-07,torus,about.height,,5", "torus: version 2024-07 has no question “about.height”"),
    ("2026-07,torus,about.headcount,people,5", "torus: Headcount has no part “people”"),
    ("2026-07,torus,p1.rlw_staff,,5", "torus: Employees paid the real living wage has no part “”"),
    ("2026-07,torus,workforce.levels,band_1.white,5", "Employees by level and ethnicity has no part “band_1.white”"),
    ("2026-01,torus,about.headcount,,5", "the round is “2026-01”, but this import is for 2026-07"),
    ("2026-07,torus,about.headcount,,-5", "Headcount cannot be negative"),
    ("2026-07,torus,about.headcount,,12.5", "Headcount must be a whole number"),
    ("2026-07,torus,about.headcount,,200001", "Headcount must be 200,000 or less"),
    ("2026-07,torus,about.headcount,,twelve", "Headcount must be a number in figures"),
    ("2026-07,torus,p4.green_plan,,Yes", "“Yes” is not one of the answers"),
    ("2026-07,torus,p6.initiatives,,maybe", "“maybe” is not one of the answers"),
    ("2026-07,torus,p1.level_now,,5", "“5” is not one of the answers"),
    ("2026-07,torus,about.headcount,state,not_applicable", "give an answer, or say that it is not known and why"),
    ("2026-07,torus,about.headcount,state,not_known", "say why this is not known"),
    ("2026-07,torus,about.headcount,state,suppressed", "not “suppressed”"),
    (f"2026-07,torus,p1.evidence,1.about,{TOMORROW}", "the date cannot be in the future"),
    ("2026-07,torus,p1.evidence,1.link,javascript:alert(1)", "must be a whole web address"),
    (f"2026-07,torus,signoff,date,{TOMORROW}", "the date cannot be in the future"),
    ("2026-07,torus,about.snapshot_date,,2025-12-31", "must lie in this round’s period"),
    ("2026-07,torus,about.snapshot_date,,30/02/2026", "must be a real date"),
    ("2026-07,torus,p4.approved_on,,2020-01-01", "p4.approved_on is not asked here: it goes with “yes” at p4.green_plan"),
    ("2026-07,torus,p6.prevention_pledge,,no", "not asked here: only some kinds of organisation answer it"),
    ("2026-07,torus,p6.prevention_pledge_date,,2020-01-01", "not asked here: only some kinds of organisation"),
    ("2026-07,torus,p1.rlw_staff,percent,100.5", "the percentage must be 100 or less"),
    ("2026-07,torus,p2.local_fte,numerator,5", "fill in “FTE of all employees whose home address is known” too"),
    ("2026-07,torus,p2.local_fte,numerator,5.125", "can have at most 2 decimal places"),
    ("2026-07,torus,about.headcount,\x00,5", "Headcount has no part"),
    ("2026-07,torus,about.head\x00count,,5", "has no question “about.head\x00count”"),
    ("2026-07,tor\x00us,about.headcount,,5", "there is no organisation “tor\x00us”"),
    ("2026-07,torus,p4.green_plan,,y\x00es", "is not one of the answers"),
    ("2026-07,torus", "2 columns instead of 5"),
    ("2026-07,torus,about.headcount,,5,6", "6 columns instead of 5"),
    ('2026-07,torus,about.boundary,,"never closed', "from here on this is not well-formed CSV"),
    ('2026-07,torus,about.boundary,,"closed"too early', "from here on this is not well-formed CSV"),
]  # fmt: skip


def test_a_wrong_line_refuses_the_file_and_is_named(session: Session) -> None:
    make_round(session)
    for line, message in WRONG_LINES:
        problems = _problems(session, _lines("2026-07,roche,about.headcount,,120", line))
        assert any(message in problem for problem in problems), (line, problems)
        assert all(problem.startswith("line 3: ") for problem in problems), (line, problems)


def test_every_error_is_named_at_once_in_the_order_of_the_file(session: Session) -> None:
    make_round(session)
    content = _lines(
        "2026-07,torus,about.boundary,,\"Two\nlines, and\nthree\"",
        "2026-07,torus,about.headcount,,-1",
        "2026-07,torus",
        "2026-07,torus,about.headcount,,7",
        "",
        "2025-07,roche,about.headcount,,7",
        "2026-07,nobody,about.headcount,,7",
        "2026-07,roche,p9.narrative,,\"and\r\nthree\"",
        "2026-07,roche,about.headcount,,seven",
        "2026-07,roche,about.headcount",
    )  # fmt: skip
    assert [problem.split(": ")[0] for problem in _problems(session, content)] == [
        f"line {number}" for number in (5, 6, 7, 9, 10, 11, 13, 14)
    ]


def test_a_repeated_row_is_refused_with_both_lines(session: Session) -> None:
    make_round(session)
    content = _lines(
        "2026-07,torus,about.headcount,,5",
        "2026-07,roche,about.headcount,,5",
        "2026-07,torus,about.headcount,,5",
    )
    assert _problems(session, content) == ["line 4: about.headcount was given before, on line 2"]


def _line_of(content: bytes, beginning: str) -> int:
    return next(n for n, line in enumerate(content.decode().split("\n"), 1) if line.startswith(beginning))


@pytest.mark.parametrize(
    ("answers", "blamed", "message"),
    [
        (
            {"p2__local_fte": {"numerator": "12.00", "denominator": "11.99"}},
            "p2.local_fte,numerator",
            "(12.00) cannot be more than",
        ),
        (
            {"about__headcount": {"": "100"}, "about__fte": {"": "100.01"}},
            "about.fte,",
            "Full-time equivalent employees (100.01) cannot be more than headcount (100)",
        ),
        (
            {"about__headcount": {"": "100"}, "workforce__levels": LEVELS | {"operational.not_stated": "9"}},
            "workforce.levels,operational.ethnic_minority",
            "the table adds up to 94, which is more than 5 per cent away from your headcount of 100",
        ),
        (
            {"workforce__levels": LEVELS | {"board.ethnic_minority": "1"}},
            "workforce.levels,board.ethnic_minority",
            "Board: fill in “White” too",
        ),
        (
            {"p7__case_studies": {"3.title": "A", "3.story": "B", "8.title": "C", "8.story": "D", "8.pledge": "8"}},
            "p7.case_studies,8.pledge",
            "“8” is not one of the pledges",
        ),
        (
            {"p7__case_studies": {"1.title": "A", "3.title": "A", "3.story": "B", "8.story": "D"}},
            "p7.case_studies,8.story",
            "Case study 3: give it a title",
        ),
        (
            {"p3__evidence": {"2.link": "https://example.org", "2.caption": "x", "5.caption": "C"}},
            "p3.evidence,5.caption",
            "item 2: give its link",
        ),
    ],
)
def test_a_contradiction_is_named_at_the_line_of_its_part(
    session: Session, answers: dict[str, Parts], blamed: str, message: str
) -> None:
    make_round(session)
    content = returns_file("2026-07", {"roche": signed(), "torus": signed(**answers)})
    problems = _problems(session, content)
    line = _line_of(content, f"2026-07,torus,{blamed}")
    assert [problem for problem in problems if problem.startswith(f"line {line}: torus: ") and message in problem], (
        line,
        problems,
    )


@pytest.mark.parametrize(("total", "is_refused"), [("94", True), ("95", False), ("105", False), ("106", True)])
def test_a_levels_table_may_differ_from_headcount_by_five_per_cent(
    session: Session, total: str, is_refused: bool
) -> None:
    round_ = make_round(session)
    levels = {"operational.ethnic_minority": "0", "operational.white": total}
    torus = signed(about__headcount={"": "100"}, workforce__levels=levels)
    if is_refused:
        assert "give the reason" in _problems(session, returns_file("2026-07", {"torus": torus}))[0]
        torus["workforce.levels"] = levels | {"reason": "Counted in May."}
    import_answers(session, round_, {"torus": torus})
    assert find(session, "2026-07", "torus").status is Status.SUBMITTED


def test_a_required_answer_may_be_blank_in_a_draft_but_not_under_a_signature(session: Session) -> None:
    round_ = make_round(session)
    torus = signed()
    del torus["p3.narrative"]
    content = returns_file("2026-07", {"roche": signed(), "torus": torus})
    line = _line_of(content, "2026-07,torus")
    problems = _problems(session, content)
    assert problems == [f"line {line}: torus: Pledge 3 progress: this must be answered before the return is submitted"]
    del torus["signoff"]
    import_answers(session, round_, {"roche": signed(), "torus": torus})


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"name": "Ada", "role": "Chair"}, "give the date"),
        ({"name": "Ada", "date": "2026-07-10"}, "give the role"),
        ({"role": "Chair", "date": "2026-07-10"}, "give the name"),
        ({"name": " ", "role": " ", "date": " "}, "this must be answered"),
    ],
)
def test_a_sign_off_needs_name_role_and_date(session: Session, given: Parts, missing: str) -> None:
    make_round(session)
    problems = _problems(session, returns_file("2026-07", {"torus": signed() | {"signoff": given}}))
    assert len(problems) == 1 and missing in problems[0]


def test_an_organisation_that_has_already_submitted_is_refused(session: Session) -> None:
    round_ = make_round(session)
    import_answers(session, round_, {"torus": signed()})
    import_answers(session, round_, {"roche": signed()}, accept=True)
    content = returns_file("2026-07", {"miaa": signed(), "roche": {"about.headcount": {"": "5"}}, "torus": signed()})
    roche, torus = (_line_of(content, f"2026-07,{slug}") for slug in ("roche", "torus"))
    assert _problems(session, content) == [
        f"line {roche}: roche has already submitted its return for 2026-07",
        f"line {torus}: torus has already submitted its return for 2026-07",
    ]


NO_FILES_OF_RETURNS: list[tuple[bytes, str]] = [
    (b"", "the file is empty: it needs at least the header round,organisation,question,part,value"),
    (b"\xef\xbb\xbf", "the file is empty"),
    (b"\n", "line 1: the header must be round,organisation,question,part,value"),
    (b"2026-07,torus,about.headcount,,5\n", "line 1: the header must be round"),
    (b"Round,Organisation,Question,Part,Value\n", "line 1: the header must be round"),
    (b"round;organisation;question;part;value\n", "line 1: the header must be round"),
    (f"{HEADER}\n2026-07,torus,about.boundary,,caf\u00e9\n".encode("latin-1"), "line 2: the file is not UTF-8"),
    (f"{HEADER}\n".encode("utf-16"), "line 1: the file is not UTF-8"),
    (b"PK\x03\x04\xff\xfe", "line 1: the file is not UTF-8"),
]


def test_a_file_that_is_no_file_of_returns_is_refused_in_a_sentence(session: Session) -> None:
    make_round(session)
    for content, message in NO_FILES_OF_RETURNS:
        problems = _problems(session, content)
        assert len(problems) == 1 and problems[0].startswith(message), (content, problems)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_bytes_a_file_holds_they_end_in_returns_or_in_sentences(session: Session, data: st.DataObject) -> None:
    session.rollback()
    round_ = make_round(session)
    begins = data.draw(st.integers(0, len(EVERY_KIND)))
    ends = data.draw(st.integers(begins, min(begins + 400, len(EVERY_KIND))))
    text = st.text(st.sampled_from("\x00\n\r,\"'=-.0179%£eé\u0301\u202e🎉abcyes"), max_size=40).map(str.encode)
    content = EVERY_KIND[:begins] + data.draw(st.one_of(st.binary(max_size=40), text)) + EVERY_KIND[ends:]
    try:
        import_returns(session, round_, content, today(), accept=True)
    except ImportRefused as refusal:
        assert all(problem[:1].islower() and len(problem) > 20 for problem in refusal.problems)


def test_a_header_alone_brings_nothing_and_is_no_error(session: Session) -> None:
    done = import_answers(session, make_round(session), {})
    assert (done.drafts, done.submitted, done.accepted) == (0, 0, 0)


def test_nothing_can_be_imported_into_a_published_round(session: Session) -> None:
    round_ = make_round(session)
    close_round(session, round_, today())
    import_answers(session, round_, {"torus": signed()})
    publish_round(session, round_, today(), 70)
    assert _problems(session, returns_file("2026-07", {"roche": signed()})) == [
        "round 2026-07 is published: nothing can be imported into it"
    ]


@pytest.fixture
def with_a_round(url: str) -> str:
    database = open_database(url)
    with Session(database.writer) as session, session.begin():
        make_round(session)
    database.dispose()
    return url


def test_the_command_names_the_file_counts_the_errors_and_ends_with_1(
    with_a_round: str, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "july.csv"
    file.write_text(_lines("2026-07,torus,about.headcount,,5", "2026-07,torus,about.fte,,x", "2026-07,nobody,,,"))
    outcome = run_command(with_a_round, "returns", "import", file, "--round", "2026-07", "--accept")
    assert (outcome.code, outcome.text) == (1, "")
    first, second, last = outcome.errors.splitlines()
    assert first.startswith("july.csv: line 3: torus: Full-time equivalent employees must be a number")
    assert second == "july.csv: line 4: there is no organisation “nobody” in the register"
    assert last == "Nothing was imported: 2 errors."
    with Session(database.reader) as session:
        assert _rows(session) == [0, 0, 0]
