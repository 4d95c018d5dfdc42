"""A process that is killed in the middle of saves: what it said to be saved is there, and nothing is half there.

A child works through a fixed sequence of changes and says after each commit which one it was. It is killed at a random
moment, and the database must hold either what it said last or exactly one change more.
"""

import multiprocessing
import os
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.answers.merging import stamp_of
from anchor_portal.domain.people import Role
from anchor_portal.engine import Database, open_database
from anchor_portal.queries.reference import load_reference
from anchor_portal.queries.returns import Found, find_last, find_return, load_answers, load_carried, load_steps
from anchor_portal.services.returns import saving
from tests.conftest import ENGINES, address, seeded
from tests.make import TEAM, actor, import_answers, make_round, signed

CODE, BEFORE = "2026-07", "2026-01"
PLACES = ("torus", "halton-borough-council", "st-helens-borough-council")
KILLS = 20
CHANGES = 4
"""How many changes one return goes through before it is the next one's turn."""
LEAD = actor(Role.LEAD)
Answers = dict[str, dict[str, str]]
CARRIED: Answers = {"p2.narrative": {"": "As last time."}, "p2.local_staff": {"numerator": "40", "denominator": "100"}}
State = tuple[Answers, Answers, list[str]]
"""What the database holds of one return: its answers, what was carried forward, its steps."""


def prepare(url: str) -> None:
    """An open round, and before it one in which the three returns were accepted."""
    seeded(url)
    database = open_database(url)
    with Session(database.writer) as session, session.begin():
        last = make_round(session, BEFORE)
        make_round(session, CODE, is_open=True)
        given = signed(**{key.replace(".", "__"): parts for key, parts in CARRIED.items()})
        import_answers(session, last, dict.fromkeys(PLACES, given), accept=True)
    database.dispose()


def typed(number: int) -> Answers:
    """The answers of the first section in the change of this number: all of them are of one moment."""
    share = {"numerator": str(number), "denominator": "100000"}
    return {"p1.narrative": {"": f"Save {number}"}, "p1.rlw_staff": share, "p1.rlw_agency": share}


# The child


def work(url: str, first: int, said: Connection) -> None:
    """Make change after change, from the one of number `first` on, and say each when it is committed."""
    database = open_database(url)
    for number in range(first, first + 10_000):
        with Session(database.writer) as session, session.begin():
            change(session, number)
        said.send(number)


def change(session: Session, number: int) -> None:
    found = get(session, PLACES[number // CHANGES % len(PLACES)])
    stored = load_answers(session, found.row.id) if found.row else {}
    kind = number % CHANGES
    section = found.questionnaire.section("pledge-2" if kind else "pledge-1")
    stamp = stamp_of(section, stored)
    carried = load_carried(session, found.row.id) if found.row else {}
    if kind == 1:
        last = find_last(session, found.organisation.id, CODE)
        assert last is not None
        saving.carry_forward(session, found, section, last, carried, LEAD)
    else:
        given: Mapping[str, Mapping[str, str]] = (typed(number), {}, CARRIED, {})[kind]
        saving.save_section(session, found, section, given, stamp, LEAD, carried=carried, confirmed=carried)


def get(session: Session, slug: str) -> Found:
    """The return, held until the commit: a transaction that somebody killed is over by then."""
    found = find_return(session, TEAM, CODE, slug, load_reference(session), today(), lock=True)
    assert found is not None
    return found


# The test


def expected(changes: int) -> dict[str, State]:
    """What the database holds after so many changes."""
    states: dict[str, State] = {slug: ({}, {}, []) for slug in PLACES}
    for number in range(changes):
        slug = PLACES[number // CHANGES % len(PLACES)]
        answers, carried, _ = states[slug]
        kind = number % CHANGES
        if kind == 0:
            answers = answers | typed(number)
        elif kind == 1:
            carried = CARRIED
        elif kind == 2:
            answers, carried = answers | CARRIED, {}
        else:
            answers = {key: parts for key, parts in answers.items() if key not in CARRIED}
        states[slug] = (answers, carried, ["start"])
    return states


def held(database: Database) -> dict[str, State]:
    """What it really holds."""
    states = {}
    with Session(database.writer) as session, session.begin():
        for slug in PLACES:
            row = get(session, slug).row
            states[slug] = (
                load_answers(session, row.id) if row else {},
                {key: dict(one.parts) for key, one in load_carried(session, row.id).items()} if row else {},
                [step.step for step in load_steps(session, row.id)] if row else [],
            )
    return states


def killed_while_it_works(url: str, first: int, chance: random.Random) -> int:
    """Start a child, kill it after some changes and a moment more; gives the number of the last change that it said."""
    context = multiprocessing.get_context("fork")  # it knows what is imported and read already: a start costs little
    mine, its = context.Pipe(duplex=False)
    child = context.Process(target=work, args=(url, first, its), daemon=True)
    child.start()
    its.close()
    said = [first - 1]
    try:
        for _ in range(chance.randint(1, 5)):
            assert mine.poll(60), "the child says nothing"
            said.append(mine.recv())
        time.sleep(chance.uniform(0, 0.04))
    finally:
        child.kill()
        child.join()
    said.extend(_rest(mine))
    return said[-1]


def _rest(pipe: Connection) -> Iterator[int]:
    try:
        while True:
            yield pipe.recv()
    except (EOFError, OSError):
        return


@pytest.mark.timeout(180)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_process_killed_while_it_saves_loses_nothing_that_it_said_was_saved(engine: str, tmp_path: Path) -> None:
    seed = os.environ.get("PORTAL_KILL_SEED") or str(random.SystemRandom().randrange(10**9))
    chance = random.Random(seed)
    again = f"(again with PORTAL_KILL_SEED={seed})"
    with ExitStack() as stack:
        url = address(engine, tmp_path, prepare, stack)
        database = open_database(url)
        stack.callback(database.dispose)
        done = 0
        assert held(database) == expected(0)
        for kill in range(KILLS):
            database.dispose()  # no connection is shared with the child
            last = killed_while_it_works(url, done, chance) + 1
            found = held(database)
            possible = [number for number in (last, last + 1) if expected(number) == found]
            assert possible, f"kill {kill}: after {last} changes the database holds {found} {again}"
            done = possible[0]
        assert done >= KILLS, again
