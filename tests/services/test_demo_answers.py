"""The demo's returns are sound under the portal's own checks, the same everywhere, and safe in a file."""

import os
import subprocess
import sys
import unicodedata
from datetime import date
from hashlib import sha256
from time import process_time
from urllib.parse import urlsplit

import pytest

from anchor_portal.domain.answers.answer import order_parts
from anchor_portal.domain.answers.completeness import Reviewed
from anchor_portal.folders import folder
from anchor_portal.services.demo.answers import DemoReturn, demo_people, demo_returns, demo_rounds
from tests.services.demo_checks import (
    OPEN_ROUND,
    REGISTER,
    SIGNED,
    TODAY,
    asking_of,
    questionnaires,
    returns_on,
    reviews,
    rows_of,
)

DIGEST = (
    "import hashlib, datetime; from anchor_portal.services.demo.answers import demo_returns; "
    "print(hashlib.sha256(repr(demo_returns(datetime.date(2026, 11, 22))).encode()).hexdigest())"
)


@pytest.fixture
def returns() -> tuple[DemoReturn, ...]:
    return returns_on(TODAY)


@pytest.fixture(scope="module")
def reviewed() -> list[tuple[DemoReturn, Reviewed]]:
    return list(reviews(TODAY))


def test_the_same_day_gives_the_same_returns_in_another_process() -> None:
    """The other process orders its sets differently, as another machine would."""
    here = os.environ.get("PYTHONHASHSEED", "0")
    made = subprocess.run(
        [sys.executable, "-c", DIGEST],
        capture_output=True,
        check=True,
        text=True,
        cwd=folder("seeds").parent,
        env=os.environ | {"PYTHONHASHSEED": "1" if here != "1" else "2"},
    )
    assert made.stdout.strip() == sha256(repr(demo_returns(TODAY)).encode()).hexdigest()


def test_published_rounds_do_not_depend_on_the_day_of_seeding(returns: tuple[DemoReturn, ...]) -> None:
    later = demo_returns(date(2027, 4, 30))
    assert [one for one in later if one.round < "2027-01"] == [one for one in returns if one.round < "2027-01"]
    assert [one for one in demo_rounds(TODAY)][:7] == [one for one in demo_rounds(date(2027, 4, 30))][:7]


def test_everything_is_made_within_two_seconds() -> None:
    begun = process_time()
    demo_returns(date(2026, 12, 1))
    assert process_time() - begun < 2


def test_every_answer_reads_back_as_it_stands_and_is_asked(
    reviewed: list[tuple[DemoReturn, Reviewed]],
) -> None:
    for one, found in reviewed:
        assert found.answers == one.answers, (one.round, one.organisation)


def test_no_return_breaks_a_hard_check(reviewed: list[tuple[DemoReturn, Reviewed]]) -> None:
    assert [(one.round, one.organisation, found.hard) for one, found in reviewed if found.hard] == []


@pytest.mark.parametrize("today", [date(2026, 8, 1), date(2027, 1, 8), date(2028, 2, 29)])
def test_the_open_round_is_sound_on_other_days_of_seeding(today: date) -> None:
    found = [(one.organisation, result.hard) for one, result in reviews(today, OPEN_ROUND)]
    assert len(found) == 21
    assert [(name, problems) for name, problems in found if problems] == []


def test_parts_stand_in_the_order_of_exports(returns: tuple[DemoReturn, ...]) -> None:
    rounds = {one.code: one for one in demo_rounds(TODAY)}
    for one in returns:
        held = rounds[one.round]
        version, asking = questionnaires()[held.questionnaire], asking_of(one, held, TODAY)
        for key, parts in one.answers.items():
            assert tuple(parts) == order_parts(version.question(key), parts, asking), (one.organisation, key)


def test_every_warning_about_a_signed_return_is_explained(
    reviewed: list[tuple[DemoReturn, Reviewed]],
) -> None:
    warned = [(one, problem) for one, found in reviewed if one.status in SIGNED for problem in found.soft]
    assert 10 < len(warned) < 60
    assert all("explanation" in one.answers[problem.question] for one, problem in warned)


def test_levels_add_up_to_the_headcount_or_say_why_not(returns: tuple[DemoReturn, ...]) -> None:
    reasons = 0
    for one in returns:
        if "workforce.levels" not in one.answers:
            continue
        parts = one.answers["workforce.levels"]
        total = sum(int(text) for part, text in parts.items() if "." in part)
        heads = int(one.answers["about.headcount"][""])
        reasons += "reason" in parts
        is_general = REGISTER[one.organisation]["scale"] == "general"
        assert total == heads if is_general else "reason" in parts or abs(total - heads) * 20 <= heads
    assert reasons > 0


def test_only_what_needs_a_reason_has_one(returns: tuple[DemoReturn, ...]) -> None:
    for one in returns:
        assert bool(one.reason) == (one.status in {"returned", "nil_return", "withdrawn"})
        assert bool(one.answers) == (one.status not in {"not_started", "nil_return"})
        assert ("signoff" in one.answers) == (one.status in SIGNED)


def test_every_state_of_an_answer_occurs(
    returns: tuple[DemoReturn, ...],
) -> None:
    full = [one for one in returns if one.status == "accepted" and one.round >= "2024-07"]
    answers = [(key, parts) for one in full for key, parts in one.answers.items()]
    states = {(parts.get("state"), key) for key, parts in answers}
    assert ("not_applicable", "p3.free_use") in states
    assert ("not_known", "p2.local_fte") in states
    assert all(parts["reason"] for key, parts in answers if "state" in parts)
    assert any(set(parts) == {"percent"} for key, parts in answers if key == "p2.local_staff")
    assert {parts["basis"] for key, parts in answers if "basis" in parts} == {
        "actual",
        "estimate",
        "notional",
    }
    assert any(parts.get("numerator") == "0" for key, parts in answers)
    assert any(int(parts.get("unknown", "0")) > 0 for key, parts in answers if key == "p2.local_staff")
    assert any("p2.local_spend" not in one.answers for one in full)


def test_the_prevention_pledge_is_answered_by_trusts_and_primary_care_alone(
    returns: tuple[DemoReturn, ...],
) -> None:
    sectors = {REGISTER[one.organisation]["sector"] for one in returns if "p6.prevention_pledge" in one.answers}
    assert sectors == {"nhs-trust", "primary-care"}


def test_a_level_that_changed_has_a_reason_and_some_did(returns: tuple[DemoReturn, ...]) -> None:
    given = [parts for one in returns for key, parts in one.answers.items() if key.endswith("level_now")]
    assert {parts[""] for parts in given} == {"1", "2", "3", "4"}
    assert 20 < sum("reason" in parts for parts in given) < len(given) / 3


def test_texts_are_of_a_readable_length_and_safe_to_put_into_a_file(returns: tuple[DemoReturn, ...]) -> None:
    for one in returns:
        for key, parts in one.answers.items():
            for part, text in parts.items():
                assert text and text[0] not in "=+-@'\t" and "{" not in text, (one.organisation, key, part)
                assert text == unicodedata.normalize("NFC", text)
                assert all(line == line.rstrip() for line in text.split("\n")) and "\r" not in text
            if key.endswith(".narrative"):
                assert 300 <= len(parts[""]) <= 900, (one.round, one.organisation, key)


def test_no_narrative_is_that_of_the_round_before_or_of_another_organisation(
    returns: tuple[DemoReturn, ...],
) -> None:
    seen: set[tuple[str, str]] = set()
    last: dict[tuple[str, str], str] = {}
    for one in returns:
        for key, parts in one.answers.items():
            if key.endswith(".narrative"):
                assert (one.round, parts[""]) not in seen and last.get((one.organisation, key)) != parts[""]
                seen.add((one.round, parts[""]))
                last[one.organisation, key] = parts[""]


def test_case_studies_are_given_with_and_without_permission_to_publish(
    returns: tuple[DemoReturn, ...],
) -> None:
    given = [parts for one in returns for key, parts in one.answers.items() if key == "p7.case_studies"]
    assert {parts["1.publish"] for parts in given} == {"yes", "no"}
    assert len({parts["1.title"] for parts in given}) > 20


def test_every_address_ends_in_example(returns: tuple[DemoReturn, ...]) -> None:
    links = [
        text
        for one in returns
        for parts in one.answers.values()
        for part, text in parts.items()
        if part.endswith(".link")
    ]
    assert len(links) > 100
    assert all((urlsplit(link).hostname or "").endswith(".example") for link in links)
    assert all(person.email.endswith(".example") for person in demo_people())


def test_every_table_of_the_demo_names_signatories_and_questions_that_exist() -> None:
    for name in ("organisations", "commitments", "returns"):
        assert {row["organisation"] for row in rows_of(f"demo/{name}.csv")} == REGISTER.keys()
    keys = {question.key for question in questionnaires()["2024-07"].questions}
    for row in rows_of("demo/exceptions.csv"):
        assert row["organisation"] in REGISTER and row["question"] in keys
