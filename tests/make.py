"""Plain builders for tests: a round, a file of returns, a complete set of answers."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.lifecycle import Person
from anchor_portal.domain.people import Role
from anchor_portal.models import Round
from anchor_portal.outputs.tables import Cell, write_cells
from anchor_portal.queries.reference import load_reference
from anchor_portal.queries.returns import Found, find_return
from anchor_portal.queries.viewer import Held, Viewer
from anchor_portal.services.returns.interchange import Imported, import_returns
from anchor_portal.services.returns.steps import Actor
from anchor_portal.services.rounds.life import add_round

Parts = dict[str, str]
SIGNED: Parts = {"name": "Ada Example", "role": "Chief executive", "date": "2026-07-10"}


def make_round(session: Session, code: str = "2026-07", version: str = "2024-07", *, is_open: bool = False) -> Round:
    """A round; an open one has a deadline some weeks ahead."""
    opens = today() - timedelta(days=10) if is_open else date(2026, 6, 15)
    closes = today() + timedelta(days=30) if is_open else date(2026, 7, 31)
    return add_round(session, code, version, opens, closes)


def answers(**changes: Parts) -> dict[str, Parts]:
    """Everything that must be answered under 2024-07, with changes; keys are written with `__` for the dot."""
    base: dict[str, Parts] = {"about.boundary": {"": "All sites and all services."}}
    base |= {f"p{number}.narrative": {"": f"What we did on pledge {number}."} for number in range(1, 7)}
    return base | {key.replace("__", "."): parts for key, parts in changes.items()}


def share(part: str, whole: str, unknown: str = "") -> Parts:
    """The parts of a share."""
    return {"numerator": part, "denominator": whole} | ({"unknown": unknown} if unknown else {})


def returns_file(code: str, organisations: Mapping[str, Mapping[str, Parts]]) -> bytes:
    """A file of returns in the interchange format."""
    return "".join(write_cells(_cells(code, organisations))).encode()


def _cells(code: str, organisations: Mapping[str, Mapping[str, Parts]]) -> Iterable[Cell]:
    for slug, given in organisations.items():
        for question, parts in given.items():
            for part, value in parts.items():
                yield Cell(code, slug, question, part, value)


def signed(**changes: Parts) -> dict[str, Parts]:
    """The same with the sign-off, so that an import submits it."""
    return answers(**changes) | {"signoff": SIGNED}


def import_answers(
    session: Session, round_: Round, organisations: Mapping[str, Mapping[str, Parts]], *, accept: bool = False
) -> Imported:
    """Import answers of some organisations, as a file would bring them."""
    return import_returns(session, round_, returns_file(round_.code, organisations), today(), accept=accept)


TEAM = Viewer(0, "Team Example", "team@team.example", (Held(Role.TEAM, None, "", ""),), frozenset())


def find(session: Session, code: str, slug: str, *, lock: bool = False) -> Found:
    """A return as the team finds it, started or not."""
    found = find_return(session, TEAM, code, slug, load_reference(session), today(), lock=lock)
    assert found is not None
    return found


def actor(*roles: Role, is_interested: bool = False) -> Actor:
    """Somebody without an account who holds roles for the return in question."""
    return Actor("Somebody Example", None, Person(frozenset(roles), is_interested))
