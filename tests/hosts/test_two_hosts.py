"""Two hosts' worth of the portal on one machine: PostgreSQL, an S3-compatible store, web processes and workers.

One host is killed in the middle of work, PostgreSQL is crashed and started again: whatever was acknowledged is there.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.engine import open_database
from anchor_portal.models import EvidenceFile
from anchor_portal.services.doctor import examine
from anchor_portal.services.evidence.store import open_store
from tests.conftest import with_demo
from tests.hosts.balancing import Visitor
from tests.hosts.traffic import Saver, Uploader, Worker, at_work
from tests.kills.people import Answer, Person
from tests.kills.postgres import OwnPostgres, own_postgres
from tests.kills.serving import Portal, portal
from tests.scanners import s3_server

PEOPLE = (
    (Saver, "lead@trust.example", "mid-cheshire-hospitals"),
    (Saver, "lead@council.example", "halton-borough-council"),
    (Uploader, "iestyn.molyneaux-dale@sefton-council.example", "sefton-council"),
)
MOST_SECONDS = 60
EACH = 4
"""Acknowledged things of everybody that are waited for between one mishap and the next."""
TOKEN = "token-of-the-tests-only"
TRIED_OUT = "http://127.0.0.1"


@pytest.fixture
def postgres() -> Iterator[OwnPostgres]:
    with own_postgres(with_demo) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"s3://evidence/{tmp_path.name}?endpoint={s3_server()}"


@pytest.fixture
def hosts(postgres: OwnPostgres, store: str, tmp_path: Path) -> Iterator[list[Portal]]:
    """Each with a folder of its own, in which nothing may be that matters."""
    with ExitStack() as stack:
        made = []
        for name in ("one", "two"):
            (tmp_path / name / "tmp").mkdir(parents=True)
            settings = {
                "ANCHOR_EVIDENCE": store,
                "ANCHOR_RESULTS": store,
                "ANCHOR_PROXIES": "1",
                "ANCHOR_METRICS_TOKEN": TOKEN,
                "ANCHOR_BASE_URL": TRIED_OUT,
                "TMPDIR": str(tmp_path / name / "tmp"),
            }
            made.append(stack.enter_context(portal(postgres.url, tmp_path / name, **settings)))
        for host in made:
            start(host)
        yield made


def start(host: Portal) -> None:
    host.serve("gunicorn")
    host.work()


def until(is_so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + MOST_SECONDS
    while not is_so():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def all_go_on(everybody: list[Worker]) -> None:
    """Until everybody has had some more things acknowledged; a fault of anybody ends the test."""
    before = [each.acknowledged for each in everybody]

    def is_so() -> bool:
        faults = [each.fault for each in everybody if each.fault]
        assert not faults, faults
        return all(each.acknowledged >= start + EACH for each, start in zip(everybody, before, strict=True))

    until(is_so, f"{[each.acknowledged for each in everybody]} after {before}")


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
# a host that dies in the middle of an answer leaves its reader with half of one
@pytest.mark.filterwarnings("ignore:.*unclosed <socket:ResourceWarning")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
def test_hosts_that_die_and_a_database_that_crashes_lose_nothing_acknowledged(
    hosts: list[Portal], postgres: OwnPostgres, store: str, tmp_path: Path
) -> None:
    one, two = hosts
    ports = [host.port for host in hosts]
    everybody: list[Worker] = []
    for kind, email, slug in PEOPLE:
        visitor = Visitor(ports, email)
        visitor.sign_in()
        everybody.append(kind(visitor, slug))
    team = Visitor(ports, "team@team.example")
    team.sign_in()
    with at_work(everybody):
        all_go_on(everybody)
        assert all(len(each.visitor.met) == 2 for each in everybody), "both hosts serve everybody"

        one.kill("server")
        one.kill("worker")
        all_go_on(everybody)
        job = ask_for_long_work(team)
        until(lambda: "Download " in team.get(job).text, "the worker of the other host does what was asked for")
        start(one)
        all_go_on(everybody)
        assert [get(host, f"{job}/result", team).status for host in hosts] == [200, 200]

        postgres.stop("immediate")
        until(lambda: all(each.refused for each in everybody), "everybody is told that the database is away")
        assert ready(one) == ready(two) == 503
        postgres.start()
        all_go_on(everybody)
        until(lambda: ready(one) == ready(two) == 200, "both hosts are ready again")
    team.hang_up()
    assert not [each.fault for each in everybody if each.fault]
    assert nothing_lost(postgres.url, store, everybody) == []
    assert files_in(tmp_path) == set(), "nothing on a host's own disk that matters"


def ask_for_long_work(team: Visitor) -> str:
    """The page of a job: the certificates of all signatories."""
    token = team.get("/team/certificates").form("csrf_token")["csrf_token"]
    answer = team.post("/team/certificates/archive", {"csrf_token": token, "kind": "signatory"})
    assert answer.location.startswith("/jobs/"), (answer.status, answer.title)
    return answer.location


def get(host: Portal, path: str, who: Person) -> Answer:
    """A page as one particular host shows it to somebody."""
    there = Person(host.port, who.email)
    there.cookies = dict(who.cookies)
    try:
        return there.get(path)
    finally:
        there.hang_up()


def ready(host: Portal) -> int:
    """What a host's /readyz answers."""
    return get(host, "/readyz", Person(host.port, "")).status


def nothing_lost(url: str, store: str, everybody: list[Worker]) -> list[str]:
    """What is missing of all that was acknowledged."""
    database = open_database(url)
    with Session(database.reader) as session:
        known = {file.id: file.digest for file in session.scalars(select(EvidenceFile))}
    missing = [finding.wrong for finding in examine(database) if finding.wrong]
    database.dispose()
    for each in everybody:
        if isinstance(each, Saver):
            each.look()  # raises where less is there than was acknowledged
        elif isinstance(each, Uploader):
            for identifier, digest in each.digests.items():
                content = open_store(store).open(identifier)
                whole = sha256(content.read()).hexdigest()
                content.close()
                missing += [identifier] if not whole == digest == known.get(identifier) else []
    return missing


def files_in(folder: Path) -> set[str]:
    """The names of all that lies on the hosts' own disks, besides what they log."""
    return {path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".log"}
