"""What `anchor-portal indicators` prints equals what somebody else works out from the same answers."""

from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Step
from anchor_portal.domain.people import Role
from anchor_portal.engine import Database, open_database
from anchor_portal.models import Organisation
from anchor_portal.services.doctor import examine
from anchor_portal.services.returns import steps as returns
from anchor_portal.services.rounds.life import add_round
from tests.command import run_command
from tests.make import actor, find, returns_file
from tests.services.figures_by_hand import QUESTIONS, Hand
from tests.services.generated_rounds import ROUNDS, Given, World, make_world

SEEDS = (12, 21)
WORDS = {"name", "reason", "notes", "protected", "status", "withheld", "not_compared"}


def _load(url: str, world: World, folder: Path, order: Iterable[str]) -> None:
    """The register, the rounds, and the returns as an operator imports them, rounds in some order."""
    database = open_database(url)
    with Session(database.writer) as session, session.begin():
        for member in world.members.values():
            values = {"headcount": member.headcount, "joined_on": member.joined_on, "left_on": member.left_on}
            session.execute(update(Organisation).where(Organisation.slug == member.slug).values(values))
        for code in sorted(ROUNDS):
            add_round(session, code, "2024-07", ROUNDS[code].replace(day=1), ROUNDS[code])
    for code in order:
        given = world.returns[code]
        _import(url, code, folder, _with(given, "accepted"), "--accept")
        _import(url, code, folder, _with(given, "submitted", "draft"))
        _declare_nil(database, code, _with(given, "nil"))
    database.dispose()


def _with(given: dict[str, Given], *statuses: str) -> dict[str, Any]:
    return {slug: one.answers for slug, one in given.items() if one.status in statuses}


def _import(url: str, code: str, folder: Path, answers: dict[str, Any], *words: str) -> None:
    file = folder / "returns.csv"
    file.write_bytes(returns_file(code, answers))
    outcome = run_command(url, "returns", "import", file, "--round", code, *words)
    assert outcome.code == 0, outcome.errors


def _declare_nil(database: Database, code: str, slugs: Iterable[str]) -> None:
    with Session(database.writer) as session, session.begin():
        for slug in slugs:
            returns.take(
                session, find(session, code, slug), Step.DECLARE_NIL, actor(Role.SIGNATORY), "Nothing to report."
            )


def _printed(url: str, code: str) -> dict[int, dict[str, Any]]:
    outcome = run_command(url, "indicators", "--round", code, "--json")
    assert outcome.code == 0, outcome.errors
    report = outcome.json()
    assert (report["round"], report["status"]) == (code, "provisional")
    return {each["number"]: _without_words(each) for each in report["indicators"]}


def _without_words(indicator: dict[str, Any]) -> dict[str, Any]:
    rows = {
        breakdown: {row["code"]: _numbers(row, "code") for row in listed}
        for breakdown, listed in indicator["breakdowns"].items()
    }
    matched, distribution = indicator["matched"], indicator["distribution"]
    return _numbers(indicator) | {
        "distribution": None if distribution is None else _numbers(distribution),
        "is_withheld": indicator["withheld"] is not None,
        "breakdowns": rows,
        "matched": None if matched is None else _numbers(matched, "state"),
    }


def _numbers(values: dict[str, Any], *others: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in WORDS and name not in others}


def _assert_same(printed: Any, by_hand: Any, where: str) -> None:
    if isinstance(by_hand, dict):
        assert printed.keys() == by_hand.keys(), where
        for name, value in by_hand.items():
            _assert_same(printed[name], value, f"{where} {name}")
    elif isinstance(by_hand, float):
        assert printed == pytest.approx(by_hand, rel=1e-9, abs=1e-12), where
    else:
        assert printed == by_hand, where


@pytest.mark.parametrize("seed", SEEDS)
def test_figures_equal_those_worked_out_by_hand_in_whatever_order_rounds_are_accepted(
    url: str, tmp_path: Path, seed: int
) -> None:
    world = make_world(seed)
    order = sorted(ROUNDS)
    Random(seed).shuffle(order)
    _load(url, world, tmp_path, order)
    for code in ROUNDS:
        printed = _printed(url, code)
        assert list(printed) == list(QUESTIONS)
        for number in QUESTIONS:
            _assert_same(printed[number], Hand(world).indicator(code, number), f"{code} {number}")
    database = open_database(url)
    assert [finding for finding in examine(database) if finding.wrong] == []
    database.dispose()


def test_generated_rounds_hold_what_makes_figures_hard() -> None:
    """The comparison above would prove little if its worlds were tame."""
    found = [
        Hand(make_world(seed)).indicator(code, number) for seed in SEEDS for code in ROUNDS for number in QUESTIONS
    ]
    assert any(one["percentage_only"] for one in found)
    assert any(one["without_headcount"] for one in found)
    assert {one["is_withheld"] for one in found} == {True, False}
    assert any(one["returns_counted"] < one["returns_expected"] for one in found)
    changes = [one["matched"] for one in found if one["matched"]]
    assert any(one["joined_change"] and one["left_change"] for one in changes)
    assert {one["distribution"]["state"] for one in found if one["distribution"]} == {"shown", "not_applicable"}
    assert {one["carried_forward"] for one in found} == {True, False}
    states = {row["state"] for one in found for rows in one["breakdowns"].values() for row in rows.values()}
    assert states == {"shown", "not_provided", "not_applicable"}
