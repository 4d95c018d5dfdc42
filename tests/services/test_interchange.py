"""Returns in and out as tidy CSV: what was exported can be imported, and gives the same bytes."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.answers.merging import stamp_of
from anchor_portal.engine import Database
from anchor_portal.models import (
    Answer,
    ReturnStep,
    Round,
)
from anchor_portal.models.base import Base
from anchor_portal.outputs.tables import write_cells
from anchor_portal.queries.returns import get_submission, load_answers
from anchor_portal.services.returns.interchange import Imported, export_cells, import_returns
from anchor_portal.services.returns.saving import save_section
from tests.make import actor, answers, find, import_answers, make_round, returns_file, signed

EVERY_KIND = (Path(__file__).parents[1] / "data" / "every_kind_of_answer.csv").read_bytes()
HEADER = "round,organisation,question,part,value\n"


def _export(session: Session, round_: Round, slug: str | None = None) -> bytes:
    return "".join(write_cells(export_cells(session, round_, today(), slug))).encode()


def _import(session: Session, round_: Round, content: bytes | str, *, accept: bool = False) -> Imported:
    return import_returns(
        session, round_, content.encode() if isinstance(content, str) else content, today(), accept=accept
    )


@pytest.mark.parametrize("accept", [False, True])
def test_a_file_of_every_kind_of_answer_comes_out_as_it_went_in(session: Session, accept: bool) -> None:
    round_ = make_round(session)
    done = _import(session, round_, EVERY_KIND, accept=accept)
    assert (done.drafts, done.submitted, done.accepted) == (1, 2, 2 if accept else 0)
    session.flush()
    session.expire_all()
    assert _export(session, round_) == EVERY_KIND


def test_one_organisation_can_be_exported_alone(session: Session) -> None:
    round_ = make_round(session)
    _import(session, round_, EVERY_KIND)
    lines = EVERY_KIND.decode().splitlines(keepends=True)
    own = [line for line in lines if ",one-wirral-cic," in line]
    assert _export(session, round_, "one-wirral-cic").decode() == HEADER + "".join(own)
    assert _export(session, round_, "torus").decode() == HEADER


def test_the_demos_rounds_come_out_as_they_went_in(demo_database: Database) -> None:
    with Session(demo_database.writer) as session:
        rounds = session.scalars(select(Round).where(Round.code.in_(["2024-01", "2026-01", "2027-01"]))).all()
        exported = {round_.code: _export(session, round_) for round_ in rounds}
        gone = {"publications", "totals", "measures", "returns"}
        for table in Base.metadata.sorted_tables:  # each after those that it points to
            if gone & {key.column.table.name for key in table.foreign_keys}:
                gone.add(table.name)
        for table in reversed(Base.metadata.sorted_tables):
            if table.name in gone:
                session.execute(table.delete())
        for round_ in rounds:
            round_.stage = "closed"
            done = _import(session, round_, exported[round_.code], accept=True)
            assert done.drafts + done.submitted > 5
            assert _export(session, round_) == exported[round_.code]


def test_values_are_kept_in_one_form_however_they_were_written(session: Session) -> None:
    round_ = make_round(session)
    rough = (
        "\ufeffround,organisation,question,part,value\r\n"
        "2026-07,torus,p4.narrative,, \u00a0\r\n"
        '2026-07,torus,about.fte,," 1,000.5 "\r\n'
        "\r\n"
        '2026-07,torus,about.headcount,,"1,200"\r\n'
        "2026-07,torus,about.snapshot_date,,30 June 2026\r\n"
        "2026-07,torus,p2.local_spend,denominator,£20000\r\n"
        '2026-07,torus,p2.local_spend,numerator,"10,000.5"\r\n'
        "2026-07,torus,p1.rlw_staff,percent, 95.50 % \r\n"
        "2026-07,torus,p2.local_staff,percent,50\r\n"
        "2026-07,torus,p2.local_staff,denominator,4\r\n"
        "2026-07,torus,p2.local_staff,numerator,2\r\n"
        "2026-07,torus,p4.green_plan,, yes \r\n"
        "2026-07,torus,p4.approved_on,,1/2/2020\r\n"
        '2026-07,torus,p1.narrative,,"cafe\u0301  \r\nsecond line\t \r\n\r\n"\r\n'
        "2026-07,torus,p7.case_studies,7.story,Told\r\n"
        '2026-07,torus,p7.case_studies,7.title,"  A \t title\n"\r\n'
    )
    _import(session, round_, rough)
    assert _export(session, round_).decode() == (
        HEADER + "2026-07,torus,about.snapshot_date,,2026-06-30\n"
        "2026-07,torus,about.headcount,,1200\n"
        "2026-07,torus,about.fte,,1000.50\n"
        "2026-07,torus,p1.rlw_staff,percent,95.5\n"
        '2026-07,torus,p1.narrative,,"café\nsecond line"\n'
        "2026-07,torus,p2.local_staff,numerator,2\n"
        "2026-07,torus,p2.local_staff,denominator,4\n"
        "2026-07,torus,p2.local_spend,numerator,10000.50\n"
        "2026-07,torus,p2.local_spend,denominator,20000.00\n"
        "2026-07,torus,p4.green_plan,,yes\n"
        "2026-07,torus,p4.approved_on,,2020-02-01\n"
        "2026-07,torus,p7.case_studies,1.title,A title\n"
        "2026-07,torus,p7.case_studies,1.story,Told\n"
    )


WRITTEN = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=40)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WRITTEN, WRITTEN, WRITTEN)
@example("'", "''=", "=\n'")
@example("\ufeff\u202eright to left\u2066", "\t", '"')
@example(",", "\u2028", "e\u0301\n\u0301")
def test_any_text_comes_out_as_it_went_in(session: Session, one: str, two: str, three: str) -> None:
    session.rollback()
    given_ = {
        "torus": answers(about__boundary={"": one}, p1__rlw_staff={"state": "not_known", "reason": f"x{two}"}),
        "roche": answers(p7__case_studies={"1.title": f"x{three}", "1.story": f"{two}x"}),
    }
    round_ = make_round(session)
    import_answers(session, round_, given_)
    exported = _export(session, round_)
    assert unicodedata.is_normalized("NFC", exported.decode()) and b"\r" not in exported
    session.rollback()
    round_ = make_round(session)
    _import(session, round_, exported)
    assert _export(session, round_) == exported


def test_control_characters_fall_out_of_a_text_and_harm_no_engine(session: Session) -> None:
    round_ = make_round(session)
    _import(session, round_, f"{HEADER}2026-07,torus,about.boundary,,all\x00\x01\x1b\x7f\x85 sites\n")
    assert _export(session, round_).decode() == f"{HEADER}2026-07,torus,about.boundary,,all sites\n"


def test_without_a_sign_off_a_return_is_a_draft_that_another_import_replaces(session: Session) -> None:
    round_ = make_round(session)
    import_answers(session, round_, {"torus": {"about.headcount": {"": "100"}, "about.boundary": {"": "All"}}})
    import_answers(session, round_, {"torus": {"about.headcount": {"": "200"}}})
    found = find(session, "2026-07", "torus")
    assert (found.status, found.get_row().revision) == ("in_progress", 0)
    assert load_answers(session, found.get_row().id) == {"about.headcount": {"": "200"}}


def test_with_a_sign_off_it_is_submitted_and_with_accept_accepted(session: Session) -> None:
    round_ = make_round(session)
    import_answers(session, round_, {"torus": signed()})
    import_answers(session, round_, {"roche": signed()}, accept=True)
    torus, roche = (find(session, "2026-07", slug) for slug in ("torus", "roche"))
    assert (torus.status, roche.status) == ("submitted", "accepted")
    submission = get_submission(session, torus.get_row())
    assert (submission.revision, submission.signed_name, submission.submitted_by) == (1, "Ada Example", "operator")
    steps = session.execute(select(ReturnStep.step, ReturnStep.who).where(ReturnStep.return_id == roche.get_row().id))
    assert [tuple(step) for step in steps] == [
        ("start", "operator"),
        ("submit", "operator"),
        ("accept", "operator"),
    ]


def test_a_draft_that_people_began_is_completed_by_an_import(session: Session) -> None:
    round_ = make_round(session, is_open=True)
    found = find(session, "2026-07", "torus")
    section = found.questionnaire.section("about")
    save_section(session, found, section, {"about.headcount": {"": "12"}}, stamp_of(section, {}), actor())
    import_answers(session, round_, {"torus": signed()})
    assert find(session, "2026-07", "torus").status == "submitted"


def test_soft_warnings_are_told_with_their_line_and_refuse_nothing(session: Session) -> None:
    round_ = make_round(session)
    given_ = {"torus": signed(p1__rlw_staff={"percent": "100"}, about__headcount={"": "10"})}
    content = returns_file("2026-07", given_)
    line = 1 + content.decode().splitlines().index("2026-07,torus,p1.rlw_staff,percent,100")
    done = _import(session, round_, content)
    assert done.submitted == 1
    assert [warning.split(": ")[:3] for warning in done.warnings] == [
        [f"line {line}", "torus", "Employees paid the real living wage"]
    ]


def test_a_change_since_the_last_accepted_return_is_warned_about(session: Session) -> None:
    before, after = make_round(session, "2026-01"), make_round(session, "2026-07")
    import_answers(session, before, {"torus": signed(about__headcount={"": "100"})}, accept=True)
    done = import_answers(session, after, {"torus": signed(about__headcount={"": "140"})})
    assert len(done.warnings) == 1
    assert "40 per cent above last time’s 100" in done.warnings[0]


def test_what_cannot_be_read_in_a_draft_stays_out_with_what_hangs_on_it(session: Session) -> None:
    """Otherwise the export could not be imported: the plan's date is only asked for after a clear yes."""
    make_round(session, is_open=True)
    found = find(session, "2026-07", "torus")
    section = found.questionnaire.section("pledge-4")
    typed = {
        "p4.green_plan": {"": "yes", "state": "not_known", "reason": "not_held"},
        "p4.approved_on": {"": "2020-01-01"},
        "p4.narrative": {"": "Typed"},
    }
    save_section(session, found, section, typed, stamp_of(section, {}), actor())
    exported = _export(session, found.round)
    assert exported.decode() == f"{HEADER}2026-07,torus,p4.narrative,,Typed\n"
    _import(session, found.round, exported)


def test_a_submitted_return_is_exported_as_signed_whatever_is_typed_later(session: Session) -> None:
    round_ = make_round(session, is_open=True)
    import_answers(session, round_, {"torus": signed()})
    exported = _export(session, round_)
    row = find(session, "2026-07", "torus").get_row()
    session.execute(delete(Answer).where(Answer.return_id == row.id))
    row.status = "returned"
    assert _export(session, round_) == exported


@pytest.mark.parametrize("parts", [{"": ""}, {"state": "not_applicable", "reason": "not_nhs_provider"}])
def test_a_question_that_is_not_asked_may_be_left_blank_or_called_not_applicable(
    session: Session, parts: dict[str, str]
) -> None:
    round_ = make_round(session)
    import_answers(session, round_, {"torus": signed(p6__prevention_pledge=parts)})
    assert find(session, "2026-07", "torus").status == "submitted"
