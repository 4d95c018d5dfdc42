"""Every step of a return, from every status, by every role: held against a table written from workflow.md alone."""

import re
from itertools import product

import pytest

from anchor_portal.domain.lifecycle import (
    DONE,
    EDITABLE,
    NAMES,
    Person,
    Status,
    Step,
    StepRefused,
    available_steps,
    before_asking,
    take_step,
    takes_answers,
    takes_decisions,
)
from anchor_portal.domain.people import NAMES as ROLE_NAMES
from anchor_portal.domain.people import OF_AN_ORGANISATION, Role
from anchor_portal.domain.rounds import RoundStatus

# step: who may, from which statuses, to which, and whether a reason is asked for.
# The signatory "signs and submits": after having been asked, or of their own accord.
WORKFLOW = {
    "start": ("contributor lead", "not_started", "in_progress", False),
    "ask_to_sign": ("lead", "in_progress returned withdrawn correcting", "ready_for_sign_off", False),
    "send_back": ("signatory", "ready_for_sign_off", "in_progress", True),
    "submit": ("signatory", "in_progress ready_for_sign_off returned withdrawn correcting", "submitted", False),
    "return": ("member", "submitted", "returned", True),
    "accept": ("member", "submitted", "accepted", False),
    "declare_nil": ("signatory", "not_started in_progress ready_for_sign_off", "nil_return", True),
    "withdraw": ("signatory", "submitted", "withdrawn", True),
    "correct": ("lead signatory", "accepted", "correcting", True),
}
BY_THE_ASSEMBLY = {"return", "accept"}
REASON = "Table 3 needs its total."


def person(*roles: Role, interested: bool = False) -> Person:
    return Person(frozenset(roles), interested)


def may(step: Step, status: Status, role: Role) -> bool:
    roles, before, _, _ = WORKFLOW[step.value]
    return role.value in roles.split() and status.value in before.split()


def test_the_table_knows_every_step() -> None:
    assert set(WORKFLOW) == {step.value for step in Step} == {step.value for step in DONE}


@pytest.mark.parametrize(("step", "status", "role"), list(product(Step, Status, Role)))
def test_a_step_is_open_to_its_roles_from_its_statuses_and_to_nobody_else(
    step: Step, status: Status, role: Role
) -> None:
    somebody = person(role)
    if may(step, status, role):
        assert take_step(step, status, somebody, REASON) == WORKFLOW[step.value][2]
    else:
        with pytest.raises(StepRefused):
            take_step(step, status, somebody, REASON)
    assert (step in available_steps(status, somebody)) == may(step, status, role)


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_step_that_needs_a_reason_is_refused_without_one(step: Step, reason: str) -> None:
    roles, before, after, needs_reason = WORKFLOW[step.value]
    somebody, status = person(Role(roles.split()[0])), Status(before.split()[0])
    if needs_reason:
        with pytest.raises(StepRefused, match="^Write the reason"):
            take_step(step, status, somebody, reason)
    else:
        assert take_step(step, status, somebody, reason) == after


@pytest.mark.parametrize("step", Step)
def test_an_interest_in_the_organisation_shuts_out_its_reviewer_and_nobody_else(step: Step) -> None:
    roles, before, after, _ = WORKFLOW[step.value]
    status = Status(before.split()[0])
    somebody = person(Role(roles.split()[0]), interested=True)
    if step.value in BY_THE_ASSEMBLY:
        with pytest.raises(StepRefused, match="somebody else must decide"):
            take_step(step, status, somebody, REASON)
    else:
        assert take_step(step, status, somebody, REASON) == after
    assert (step in available_steps(status, somebody)) == (step.value not in BY_THE_ASSEMBLY)


def test_one_person_may_do_what_any_of_their_roles_may() -> None:
    everybody = person(*Role)
    for step, status in product(Step, Status):
        assert (step in available_steps(status, everybody)) == any(may(step, status, role) for role in Role)


def test_nobody_without_a_role_and_no_one_from_the_team_takes_a_step() -> None:
    for status in Status:
        assert available_steps(status, person()) == ()
        assert available_steps(status, person(Role.TEAM)) == ()


def test_a_refusal_says_whose_step_it_is() -> None:
    with pytest.raises(StepRefused, match=re.escape("it is for the signatory of the organisation")):
        take_step(Step.SUBMIT, Status.READY, person(Role.LEAD))
    with pytest.raises(StepRefused, match=re.escape("it is for the contributor or lead of the organisation")):
        take_step(Step.START, Status.NOT_STARTED, person(Role.MEMBER))
    with pytest.raises(StepRefused, match=re.escape("it is for an Assembly member")):
        take_step(Step.ACCEPT, Status.SUBMITTED, person(Role.SIGNATORY))


def test_a_refusal_names_the_status_that_the_return_has_now() -> None:
    with pytest.raises(StepRefused, match="^This return is now “Accepted”, so this step is no longer possible"):
        take_step(Step.SUBMIT, Status.ACCEPTED, person(Role.SIGNATORY))


def test_answers_may_be_changed_only_where_nobody_reads_or_signs_them() -> None:
    assert {status.value for status in EDITABLE} == {
        "not_started",
        "in_progress",
        "returned",
        "withdrawn",
        "correcting",
    }


def test_every_status_has_a_name_and_every_role_too() -> None:
    assert set(NAMES) == set(Status)
    assert len(set(NAMES.values())) == len(Status)
    assert set(ROLE_NAMES) == set(Role)


def test_roles_have_the_codes_of_the_command_line() -> None:
    assert [role.value for role in Role] == ["contributor", "lead", "signatory", "member", "team"]
    assert {role.value for role in OF_AN_ORGANISATION} == {"contributor", "lead", "signatory"}


def test_the_whole_way_leads_from_nothing_to_acceptance() -> None:
    lead, signatory, member = person(Role.LEAD), person(Role.SIGNATORY), person(Role.MEMBER)
    status = Status.NOT_STARTED
    for step, somebody in (
        (Step.START, lead),
        (Step.ASK_TO_SIGN, lead),
        (Step.SEND_BACK, signatory),
        (Step.ASK_TO_SIGN, lead),
        (Step.SUBMIT, signatory),
        (Step.RETURN, member),
        (Step.ASK_TO_SIGN, lead),
        (Step.SUBMIT, signatory),
        (Step.WITHDRAW, signatory),
        (Step.SUBMIT, signatory),
        (Step.ACCEPT, member),
    ):
        status = take_step(step, status, somebody, REASON)
    assert status is Status.ACCEPTED
    assert available_steps(status, person(*Role)) == (Step.CORRECT,), "what is accepted can only be corrected"


def test_a_correction_is_signed_and_decided_like_any_return() -> None:
    lead, signatory, member = person(Role.LEAD), person(Role.SIGNATORY), person(Role.MEMBER)
    for somebody in (lead, signatory):
        status = take_step(Step.CORRECT, Status.ACCEPTED, somebody, REASON)
        assert status is Status.CORRECTING
        status = take_step(Step.ASK_TO_SIGN, status, lead)
        status = take_step(Step.SUBMIT, status, signatory)
        assert take_step(Step.ACCEPT, status, member) is Status.ACCEPTED


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ("in_progress ready_for_sign_off", "in_progress"),
        ("in_progress ready_for_sign_off submitted returned ready_for_sign_off", "returned"),
        ("in_progress submitted withdrawn ready_for_sign_off", "withdrawn"),
        ("in_progress submitted accepted correcting ready_for_sign_off", "correcting"),
        ("in_progress submitted accepted correcting submitted returned ready_for_sign_off", "returned"),
        ("ready_for_sign_off", "in_progress"),
        ("", "in_progress"),
    ],
)
def test_what_is_sent_back_to_the_lead_stands_where_it_stood_before_a_signature_was_asked_for(
    history: str, expected: str
) -> None:
    assert before_asking([Status(each) for each in history.split()]) == expected


@pytest.mark.parametrize(
    ("round_status", "revision", "accepted", "expected"),
    [
        (RoundStatus.DRAFT, 0, 0, False),
        (RoundStatus.OPEN, 0, 0, True),
        (RoundStatus.SOFT_CLOSED, 0, 0, True),
        (RoundStatus.CLOSED, 0, 0, False),
        (RoundStatus.CLOSED, 1, 0, True),
        (RoundStatus.UNDER_REVIEW, 2, 1, True),
        (RoundStatus.PUBLISHED, 1, 0, False),
        (RoundStatus.PUBLISHED, 2, 1, True),
        (RoundStatus.ARCHIVED, 1, 0, False),
        (RoundStatus.ARCHIVED, 1, 1, True),
    ],
)
def test_what_was_signed_is_answered_until_publication_and_what_was_accepted_is_corrected_after_it(
    round_status: RoundStatus, revision: int, accepted: int, expected: bool
) -> None:
    assert takes_answers(round_status, revision, accepted) is expected


@pytest.mark.parametrize(
    ("round_status", "accepted", "expected"),
    [
        (RoundStatus.OPEN, 0, True),
        (RoundStatus.UNDER_REVIEW, 0, True),
        (RoundStatus.PUBLISHED, 0, False),
        (RoundStatus.PUBLISHED, 1, True),
        (RoundStatus.ARCHIVED, 3, True),
        (RoundStatus.DRAFT, 0, False),
    ],
)
def test_after_publication_the_assembly_decides_on_corrections_alone(
    round_status: RoundStatus, accepted: int, expected: bool
) -> None:
    assert takes_decisions(round_status, accepted) is expected
