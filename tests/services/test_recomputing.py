"""Published figures are proven from their own inputs, and a single digit that was changed is found."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from anchor_portal.engine import Database, open_database
from anchor_portal.models import MeasureRow, Organisation, Place, Publication, Total
from anchor_portal.services.figures.publication import digest_of
from anchor_portal.services.figures.recomputing import NotProven, recompute
from tests.command import refusal, run
from tests.engines import sqlite_url
from tests.services.publishing import CODE, EARLIER, get_published, with_published_rounds

PUBLICATIONS: Any = Publication.__table__


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The arithmetic needs no second engine; that both give the same is tested with the second revision."""
    opened = open_database(sqlite_url(tmp_path_factory.mktemp("published"), with_published_rounds))
    yield opened
    opened.dispose()


@pytest.fixture
def session(published: Database) -> Iterator[Session]:
    """What it does is never committed."""
    with Session(published.writer) as opened:
        yield opened


def frozen(session: Session) -> dict[str, str]:
    """The texts of the second round's publication."""
    columns = (Publication.inside, Publication.outside, Publication.inputs, Publication.digest)
    query = select(*columns).where(Publication.round_id == get_published(session).id)
    return dict(session.execute(query).mappings().one())


def forge(session: Session, *, keeps_digest: bool = False, **changes: Any) -> None:
    """Change a publication behind the portal's back; with a digest that holds, so that it gives nothing away."""
    texts = frozen(session) | {name: text for name, text in changes.items() if isinstance(text, str)}
    digest = texts["digest"] if keeps_digest else digest_of(texts["inside"], texts["outside"], texts["inputs"])
    mine = PUBLICATIONS.c.round_id == get_published(session).id
    session.execute(update(PUBLICATIONS).where(mine).values(**changes | {"digest": digest}))
    session.expire_all()


def failure(session: Session) -> str:
    """Why the second round is not proven."""
    with pytest.raises(NotProven) as problem:
        recompute(session, get_published(session))
    return str(problem.value)


@pytest.mark.parametrize("code", [EARLIER, CODE])
def test_published_figures_follow_from_their_inputs(session: Session, code: str) -> None:
    proof = recompute(session, get_published(session, code))
    assert len(proof.definitions) == 12
    assert (proof.revision, proof.threshold, proof.organisations) == (1, 70, 21)
    assert proof.numbers > 20


def test_nothing_but_the_publication_is_needed(session: Session) -> None:
    tables: list[Any] = [MeasureRow.__table__, Total.__table__]
    for table in tables:
        assert isinstance(table, Table)
        session.execute(table.delete())
    session.execute(update(Organisation).values(sector="vcse", headcount=1, main_place_code=None, scale="nhs"))
    session.execute(update(Place).values(name=Place.name + " as it is called now"))
    assert len(recompute(session, get_published(session)).definitions) == 12


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ('"529.37"', '"528.37"', r"12\.v1, inside, value: published 60\.52[0-9]+, worked out again 60\.50[0-9]+"),
        ('"3.25"', '"3.26"', r"12\.v1, inside, unknown"),
        ('"1634572.89"', '"1634562.89"', r"21\.v1, inside, value"),
        ('["walton-centre","band_5","77.00"', '["walton-centre","band_5","78.00"', r"20\.v1, inside, breakdowns\.tier"),
        ('"98.25"', "null", r"p1\.rlw_staff\.v1, inside, percentage_only: published 1, worked out again 0"),
        ('"902.00"', '"903.00"', r"p1\.rlw_staff\.v1, inside, coverage_percent"),
        ('"vcse","E08000014"', '"company","E08000014"', r"12\.v1, inside, breakdowns\.sector\.vcse"),
        ('"threshold":70', '"threshold":71', r"coverage threshold: published 70, worked out again 71"),
        ('"vsm":"upper"', '"vsm":"lower"', r"20\.v1, inside, breakdowns\.tier"),
        ('"shown_outside":true', '"shown_outside":false', r"12\.v1, outside, matched"),
        ('"Councils"', '"Council"', r"12\.v1, inside, breakdowns\.sector\.council\.name"),
        ('"revision":1', '"revision":2', r"revision: published 1, worked out again 2"),
    ],
)
def test_a_digit_changed_in_the_inputs_is_found_and_named(session: Session, was: str, becomes: str, says: str) -> None:
    inputs = frozen(session)["inputs"]
    assert was in inputs
    forge(session, inputs=inputs.replace(was, becomes, 1))
    found = failure(session)
    assert re.search(f"^The first difference: .*{says}", found), found


@pytest.mark.parametrize("side", ["inside", "outside"])
@pytest.mark.parametrize(
    "path",
    [
        (0, "numerator"),
        (1, "breakdowns", "sector", 2, "denominator"),
        (2, "matched", "total_change"),
    ],
)
def test_a_digit_changed_in_a_figure_is_found_and_named_with_both_values(
    session: Session, side: str, path: tuple[str | int, ...]
) -> None:
    views = json.loads(frozen(session)[side])
    *way, last = path
    row = views
    for each in way:
        row = row[each]
    was = row[last]
    row[last] = str(int(float(was)) + 1) if isinstance(was, str) else (was or 0) + 1
    forge(session, **{side: json.dumps(views)})
    names = [str(each) for each in (*way[1:], last) if not isinstance(each, int)]
    found = failure(session)
    assert f", {side}, " in found and names[-1] in found
    assert f"published {json.dumps(row[last])}, worked out again {json.dumps(was)}" in found


def test_a_number_that_is_in_no_figure_is_guarded_by_the_digest(session: Session) -> None:
    inputs = frozen(session)["inputs"]
    forge(session, keeps_digest=True, inputs=inputs.replace('null,1]\n["halton', 'null,2]\n["halton', 1))
    assert failure(session) == "The digest does not hold: what is kept is not what was published"


@pytest.mark.parametrize("inputs", ["", "[]", "{", '{"format":2}', "\x00", '{"format":2,"sources":[],"before":[]}'])
def test_inputs_that_cannot_be_read_are_said_to_be_so(session: Session, inputs: str) -> None:
    forge(session, inputs=inputs.replace("\x00", " "))
    assert "cannot be" in failure(session)


def test_figures_published_before_everything_was_kept_are_said_to_be_so(session: Session) -> None:
    forge(session, inputs='[["torus","p2.local_fte","","500.37","851.50","3.25",null,1]]')
    assert "published before everything that they are made from was kept with them" in failure(session)


def test_a_changed_reason_or_publisher_is_found(session: Session) -> None:
    forge(session, reason="Another one")
    assert "reason" in failure(session)


def test_the_command_says_what_was_proven_and_fails_where_it_is_not(published: Database) -> None:
    url = published.writer.url.render_as_string(hide_password=False)
    said = run(url, "indicators", "--round", CODE, "--recompute").text
    assert "every published figure follows from its kept inputs" in said
    assert "12.v1, 20.v1, 21.v1, p1.rlw_staff.v1" in said
    assert refusal(url, "indicators", "--round", CODE, "--recompute", "--revision", 2) == (
        "Round 2026-07 has no revision 2"
    )
    assert "--revision belongs to --recompute" in refusal(url, "indicators", "--round", CODE, "--revision", 1)
