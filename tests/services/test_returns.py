"""What may be done to a return, and that nothing of it is ever lost or changed behind somebody's back."""

from datetime import date, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.answers.merging import stamp_of
from anchor_portal.domain.lifecycle import Status, Step, StepRefused
from anchor_portal.domain.people import Role
from anchor_portal.models import Return, Round, Submission
from anchor_portal.queries.returns import Found, answers_of, find_submission, get_submission, load_answers, load_steps
from anchor_portal.services.returns import saving
from anchor_portal.services.returns import steps as returns
from anchor_portal.services.returns.interchange import OPERATOR
from anchor_portal.services.rounds.life import add_round, close_round
from tests.make import SIGNED, Parts, actor, answers, find, import_answers, make_round, share

CODE = "2026-07"
LEAD, SIGNATORY, MEMBER = actor(Role.LEAD), actor(Role.SIGNATORY), actor(Role.MEMBER)


@pytest.fixture
def round_(session: Session) -> Round:
    """A round that is open today."""
    return make_round(session, CODE, is_open=True)


def _save(session: Session, code: str, typed: dict[str, Parts], seen: dict[str, Parts] | None = None) -> Found:
    """Save a section as somebody who saw `seen` in it: by default what is stored."""
    found = find(session, CODE, "torus")
    section = found.questionnaire.section(code)
    stored = load_answers(session, found.row.id) if found.row else {}
    stamp = stamp_of(section, stored if seen is None else seen)
    saving.save_section(session, found, section, typed, stamp, LEAD)
    return find(session, CODE, "torus")


def _stored(session: Session) -> dict[str, dict[str, str]]:
    return load_answers(session, find(session, CODE, "torus").get_row().id)


def _at(session: Session, round_: Round, status: Status) -> Found:
    """A complete return of Torus that stands somewhere, with a history that is irrelevant."""
    import_answers(session, round_, {"torus": answers()})
    found = find(session, CODE, "torus")
    if status in {Status.SUBMITTED, Status.RETURNED, Status.ACCEPTED, Status.WITHDRAWN}:
        returns.submit(session, found, SIGNED, OPERATOR, is_operator=True)
    found.get_row().status = status
    session.flush()
    return find(session, CODE, "torus")


# Saving


def test_saving_keeps_readable_answers_in_one_form_and_others_as_typed(session: Session, round_: Round) -> None:
    found = find(session, CODE, "torus")
    section = found.questionnaire.section("about")
    typed = {"about.headcount": {"": " 1,234 "}, "about.fte": {"": "about 900"}, "about.boundary": {"": "  "}}
    problems = saving.save_section(session, found, section, typed, stamp_of(section, {}), LEAD).problems
    assert [(problem.question, problem.part) for problem in problems] == [("about.fte", "")]
    assert _stored(session) == {"about.headcount": {"": "1234"}, "about.fte": {"": "about 900"}}


def test_saving_starts_a_return_and_notes_who_did(session: Session, round_: Round) -> None:
    found = _save(session, "about", {"about.headcount": {"": "5"}})
    assert found.status is Status.IN_PROGRESS
    (step,) = load_steps(session, found.get_row().id)
    assert (step.step, step.who, step.after) == ("start", "Somebody Example", "in_progress")


def test_saving_nothing_starts_nothing(session: Session, round_: Round) -> None:
    assert _save(session, "about", {"about.headcount": {"": " "}}).row is None


def test_saving_a_section_leaves_the_others_alone_and_takes_out_what_was_emptied(
    session: Session, round_: Round
) -> None:
    _save(session, "about", {"about.headcount": {"": "5"}, "about.boundary": {"": "All"}})
    _save(session, "pledge-1", {"p1.narrative": {"": "One"}, "p2.narrative": {"": "of another section"}})
    _save(session, "about", {"about.headcount": {"": "6"}, "about.boundary": {"": ""}})
    assert _stored(session) == {"about.headcount": {"": "6"}, "p1.narrative": {"": "One"}}


def test_saving_the_same_twice_is_no_conflict(session: Session, round_: Round) -> None:
    typed = {"about.headcount": {"": "5"}}
    _save(session, "about", typed, seen={})
    _save(session, "about", typed, seen={})
    assert _stored(session) == typed
    assert session.scalar(select(func.count()).select_from(Return)) == 1


def test_a_section_that_somebody_else_saved_meanwhile_is_not_overwritten(session: Session, round_: Round) -> None:
    _save(session, "about", {"about.headcount": {"": "5"}}, seen={})
    with pytest.raises(saving.Conflict):
        _save(session, "about", {"about.headcount": {"": "6"}}, seen={})
    assert _stored(session) == {"about.headcount": {"": "5"}}


def test_somebody_else_in_another_section_is_no_conflict(session: Session, round_: Round) -> None:
    _save(session, "about", {"about.headcount": {"": "5"}}, seen={})
    _save(session, "pledge-1", {"p1.narrative": {"": "One"}}, seen={})
    assert set(_stored(session)) == {"about.headcount", "p1.narrative"}


@pytest.mark.parametrize("sign", ["\x00", "\ud800", "\U0010ffff"])
def test_signs_that_a_database_may_not_like_are_kept_as_typed(session: Session, round_: Round, sign: str) -> None:
    _save(session, "about", {"about.headcount": {"": f"1{sign}"}})
    session.expire_all()
    assert _stored(session) == {"about.headcount": {"": f"1{sign}"}}


@pytest.mark.parametrize("status", [Status.READY, Status.SUBMITTED, Status.ACCEPTED, Status.NIL])
def test_answers_cannot_be_changed_once_they_wait_for_somebody(session: Session, round_: Round, status: Status) -> None:
    _at(session, round_, status)
    before = _stored(session)
    with pytest.raises(StepRefused, match="no longer open for changes"):
        _save(session, "about", {"about.boundary": {"": "Something else"}})
    assert _stored(session) == before


@pytest.mark.parametrize("status", [Status.IN_PROGRESS, Status.RETURNED, Status.WITHDRAWN])
def test_answers_can_be_changed_while_they_wait_for_nobody(session: Session, round_: Round, status: Status) -> None:
    _at(session, round_, status)
    _save(session, "about", {"about.boundary": {"": "Something else"}})
    assert _stored(session)["about.boundary"] == {"": "Something else"}


def test_answers_cannot_be_changed_before_a_round_opens_or_after_it_closed(session: Session) -> None:
    day = today() + timedelta(days=3)
    round_ = add_round(session, CODE, "2024-07", day, day)
    with pytest.raises(StepRefused, match="This round is draft"):
        _save(session, "about", {"about.headcount": {"": "5"}})
    close_round(session, round_, today())
    with pytest.raises(StepRefused, match="This round is closed"):
        _save(session, "about", {"about.headcount": {"": "5"}})


# Steps


STEPS: dict[Step, tuple[Role, set[Status], Status]] = {
    Step.ASK_TO_SIGN: (
        Role.LEAD,
        {Status.IN_PROGRESS, Status.RETURNED, Status.WITHDRAWN, Status.CORRECTING},
        Status.READY,
    ),
    Step.SEND_BACK: (Role.SIGNATORY, {Status.READY}, Status.IN_PROGRESS),
    Step.RETURN: (Role.MEMBER, {Status.SUBMITTED}, Status.RETURNED),
    Step.DECLARE_NIL: (Role.SIGNATORY, {Status.IN_PROGRESS, Status.READY}, Status.NIL),
    Step.WITHDRAW: (Role.SIGNATORY, {Status.SUBMITTED}, Status.WITHDRAWN),
}
"""Who takes which step, from where, to where, as workflow.md has it."""


def test_every_step_is_possible_from_its_own_statuses_and_refused_from_all_others(
    session: Session, round_: Round
) -> None:
    found = _at(session, round_, Status.SUBMITTED)
    for step, (role, before, after) in STEPS.items():
        for status in set(Status) - {Status.NOT_STARTED}:
            found.get_row().status = status
            if status in before:
                assert returns.take(session, found, step, actor(role), "A reason").status == after
            else:
                with pytest.raises(StepRefused, match="no longer possible"):
                    returns.take(session, found, step, actor(role), "A reason")
                assert found.get_row().status == status


def test_every_step_is_refused_to_other_roles(session: Session, round_: Round) -> None:
    found = _at(session, round_, Status.SUBMITTED)
    for step, (role, before, _) in STEPS.items():
        found.get_row().status = min(before)
        for other in set(Role) - {role}:
            with pytest.raises(StepRefused, match="roles do not allow"):
                returns.take(session, found, step, actor(other), "A reason")


def test_a_step_is_written_down_with_who_when_why_and_what_revision(session: Session, round_: Round) -> None:
    found = _at(session, round_, Status.SUBMITTED)
    returns.take(session, found, Step.RETURN, MEMBER, "Say more about\x00 pledge 3. \r\n ")
    step = load_steps(session, found.get_row().id)[-1]
    assert (step.step, step.after, step.revision, step.who) == ("return", "returned", 1, "Somebody Example")
    assert step.reason == "Say more about pledge 3."
    assert step.at.tzinfo is not None


@pytest.mark.parametrize("step", [Step.SEND_BACK, Step.RETURN, Step.DECLARE_NIL, Step.WITHDRAW])
def test_steps_that_go_against_somebody_need_a_reason(session: Session, round_: Round, step: Step) -> None:
    role, before, _ = STEPS[step]
    found = _at(session, round_, min(before))
    for reason in ("", " \n", "\x00"):
        with pytest.raises(StepRefused, match="Write the reason"):
            returns.take(session, found, step, actor(role), reason)


def test_a_return_is_sent_for_sign_off_only_when_it_could_be_signed(session: Session, round_: Round) -> None:
    _save(session, "about", {"about.headcount": {"": "5"}, "about.fte": {"": "6"}})
    with pytest.raises(returns.Incomplete) as refused:
        returns.take(session, find(session, CODE, "torus"), Step.ASK_TO_SIGN, LEAD)
    missing = {"about.boundary", *(f"p{number}.narrative" for number in range(1, 7))}
    assert {problem.question for problem in refused.value.problems} == missing | {"about.fte"}


def test_organisations_can_do_nothing_in_a_closed_round_and_the_assembly_can(session: Session, round_: Round) -> None:
    _at(session, round_, Status.SUBMITTED)
    close_round(session, round_, today())
    found = find(session, CODE, "torus")
    with pytest.raises(StepRefused, match="This round is closed"):
        returns.take(session, found, Step.WITHDRAW, SIGNATORY, "A slip")
    assert returns.take(session, found, Step.RETURN, MEMBER, "Say more").status == Status.RETURNED


# Signing


def test_a_submission_holds_the_answers_exactly_as_signed_whatever_is_saved_later(
    session: Session, round_: Round
) -> None:
    _save(session, "pledge-2", {"p2.local_fte": share("812.5", "1,000", "3")})
    for key, parts in answers().items():
        _save(
            session, find(session, CODE, "torus").questionnaire.question(key).section, {key: parts} | _of(session, key)
        )
    returns.submit(session, find(session, CODE, "torus"), SIGNED, SIGNATORY)
    row = find(session, CODE, "torus").get_row()
    submission = get_submission(session, row)
    kept, digest = submission.answers, submission.digest
    returns.take(session, find(session, CODE, "torus"), Step.RETURN, MEMBER, "Say more")
    _save(session, "about", {"about.boundary": {"": "Something else entirely"}})
    session.expire_all()
    again = find_submission(session, row.id, 1)
    assert again is not None and (again.answers, again.digest) == (kept, digest)
    assert sha256(kept.encode()).hexdigest() == digest
    expected = answers() | {"p2.local_fte": {"numerator": "812.50", "denominator": "1000.00", "unknown": "3.00"}}
    assert answers_of(again) == expected | {"signoff": SIGNED}
    assert (again.signed_name, again.signed_role, again.signed_on) == (
        "Ada Example",
        "Chief executive",
        date(2026, 7, 10),
    )


def _of(session: Session, key: str) -> dict[str, dict[str, str]]:
    """What is stored in the section of a question, so that saving it keeps the rest."""
    found = find(session, CODE, "torus")
    section = found.questionnaire.section(found.questionnaire.question(key).section)
    stored = _stored(session)
    return {each.key: stored[each.key] for each in section.questions if each.key in stored and each.key != key}


def test_a_resubmission_is_a_second_revision_and_the_first_stays(session: Session, round_: Round) -> None:
    found = _at(session, round_, Status.RETURNED)
    _save(session, "about", {"about.boundary": {"": "Mended"}})
    returns.submit(session, find(session, CODE, "torus"), SIGNED, SIGNATORY)
    row = found.get_row()
    assert (row.revision, row.status) == (2, Status.SUBMITTED)
    texts = [
        answers_of(one)["about.boundary"][""]
        for revision in (1, 2)
        if (one := find_submission(session, row.id, revision))
    ]
    assert texts == ["All sites and all services.", "Mended"]


def test_a_double_click_on_submit_submits_once(session: Session, round_: Round) -> None:
    found = _at(session, round_, Status.READY)
    returns.submit(session, found, SIGNED, SIGNATORY)
    with pytest.raises(StepRefused, match="now “Submitted”"):
        returns.submit(session, find(session, CODE, "torus"), SIGNED, SIGNATORY)
    assert session.scalar(select(func.count()).select_from(Submission)) == 1


@pytest.mark.parametrize(
    ("signoff", "parts"),
    [
        ({}, {"name", "role", "date"}),
        ({"name": " ", "role": "", "date": ""}, {"name", "role", "date"}),
        ({"name": "Ada", "role": "", "date": "2026-07-10"}, {"role"}),
        (SIGNED | {"date": (today() + timedelta(days=1)).isoformat()}, {"date"}),
    ],
)
def test_a_return_is_not_submitted_without_a_whole_sign_off(
    session: Session, round_: Round, signoff: Parts, parts: set[str]
) -> None:
    found = _at(session, round_, Status.READY)
    with pytest.raises(returns.Incomplete) as refused:
        returns.submit(session, found, signoff, SIGNATORY)
    assert {problem.part for problem in refused.value.problems} == parts
    assert (found.get_row().status, found.get_row().revision) == (Status.READY, 0)


def test_a_return_with_errors_is_not_submitted(session: Session, round_: Round) -> None:
    import_answers(session, round_, {"torus": answers(about__headcount={"": "10"})})
    _save(session, "about", {"about.headcount": {"": "10"}, "about.fte": {"": "11"}})
    with pytest.raises(returns.Incomplete) as refused:
        returns.submit(session, find(session, CODE, "torus"), SIGNED, SIGNATORY)
    assert [problem.question for problem in refused.value.problems] == ["about.boundary", "about.fte"]


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.ACCEPTED, Status.NIL])
def test_only_what_is_unsigned_can_be_signed(session: Session, round_: Round, status: Status) -> None:
    with pytest.raises(StepRefused):
        returns.submit(session, _at(session, round_, status), SIGNED, SIGNATORY)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SIGNATORY}))
def test_only_a_signatory_signs(session: Session, round_: Round, role: Role) -> None:
    with pytest.raises(StepRefused, match="roles do not allow"):
        returns.submit(session, _at(session, round_, Status.READY), SIGNED, actor(role))


def test_a_return_is_marked_late_after_the_deadline(session: Session) -> None:
    make_round(session, "2026-07")
    round_ = make_round(session, "2027-01", is_open=True)
    for code in ("2026-07", "2027-01"):
        found = find(session, code, "torus")
        row = returns.start(session, found, LEAD)
        saving.replace_answers(session, row, answers(), LEAD)
        returns.submit(session, find(session, code, "torus"), SIGNED, SIGNATORY)
    late = session.execute(
        select(Round.code, Submission.is_late).join(Return, Return.id == Submission.return_id).join(Round)
    )
    assert dict(tuple(row) for row in late) == {"2026-07": True, round_.code: False}
