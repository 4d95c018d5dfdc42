"""Health, metrics and the identifier of a request, as whoever watches over the portal meets them."""

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from anchor_portal.config import SettingRefused, read_settings
from anchor_portal.engine import open_database
from anchor_portal.models import JobWorker
from anchor_portal.services.monitoring.readiness import Lookout, look
from tests.conftest import make_app, with_demo
from tests.engines import sqlite_url
from tests.pages import Browser

TOKEN = "token-of-the-tests-only"
PARTS = {"database": "ok", "schema": "ok", "store": "ok", "worker": "none is running"}
AWAY = "it does not answer"
UNKNOWN = {"schema": "unknown", "worker": "unknown"}


@pytest.fixture(scope="module")
def own_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with metrics and a server in front; each test leaves it as it was."""
    url = sqlite_url(tmp_path_factory.mktemp("monitoring"), with_demo)
    made = make_app(url, metrics_token=TOKEN, proxies=1)
    yield made
    made.extensions["database"].dispose()


@contextmanager
def schema(app: Flask, revision: str) -> Iterator[None]:
    """The database as if another release had migrated it."""
    with app.extensions["database"].writer.begin() as connection:
        kept = connection.scalar(text("SELECT version_num FROM alembic_version"))
    set_schema(app, revision)
    yield
    set_schema(app, kept)


def set_schema(app: Flask, revision: str) -> None:
    with app.extensions["database"].writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def ask(app: Flask) -> tuple[int, dict[str, Any]]:
    """What /readyz says to somebody who asks for the first time."""
    app.extensions["lookout"] = Lookout(app.extensions["settings"])
    response = app.test_client().get("/readyz")
    return response.status_code, response.json  # type: ignore[return-value]


def test_a_whole_installation_is_ready_and_says_whether_anybody_does_long_work(own_app: Flask) -> None:
    assert ask(own_app) == (200, {"ready": True, **PARTS})
    with Session(own_app.extensions["database"].writer) as session:
        session.add(JobWorker(id="one"))
        session.commit()
        assert ask(own_app) == (200, {"ready": True, **PARTS, "worker": "ok"})
        session.delete(session.get_one(JobWorker, "one"))
        session.commit()


def test_a_process_is_alive_but_not_ready_while_its_database_is_away(own_app: Flask, tmp_path: Path) -> None:
    there = own_app.extensions["database"]
    own_app.extensions["database"] = open_database(f"sqlite:///{tmp_path / 'no' / 'such.sqlite3'}")
    status, found = ask(own_app)
    assert (status, found) == (503, {"ready": False, "database": AWAY, "store": "ok", **UNKNOWN})
    alive = own_app.test_client().get("/healthz")
    assert (alive.status_code, alive.text) == (200, "ok\n")
    assert "anchor_database_up 0.0" in scrape(own_app).text
    own_app.extensions["database"] = there


def test_a_database_to_be_migrated_is_not_served_but_one_of_a_newer_release_is(own_app: Flask) -> None:
    with schema(own_app, "0006"):
        assert ask(own_app)[0] == 503
        assert ask(own_app)[1]["schema"] == "it is older than this release"
    with schema(own_app, "9999"):
        assert ask(own_app)[0] == 200, "another host was upgraded first"


def test_an_empty_database_and_a_store_that_takes_no_files_are_not_ready(own_app: Flask, tmp_path: Path) -> None:
    empty = open_database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    (tmp_path / "taken").write_text("a file where a folder should be")
    settings = replace(own_app.extensions["settings"], evidence=str(tmp_path / "taken" / "evidence"))
    with Session(empty.reader) as session:
        found = look(session, settings)
    assert (found.is_ready, found.database, found.schema, found.store) == (False, "ok", "it has no tables", AWAY)
    with Session(own_app.extensions["database"].reader) as session:
        found = look(session, settings)
    assert (found.is_ready, found.schema, found.store) == (False, "ok", AWAY)
    empty.dispose()


def test_one_look_counts_for_a_moment_whoever_asks(own_app: Flask) -> None:
    ask(own_app)
    with schema(own_app, "0006"):
        assert own_app.test_client().get("/readyz").status_code == 200


def test_nobody_waits_for_somebody_elses_look_at_a_store_that_hangs(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "tests")
    with socket.create_server(("127.0.0.1", 0)) as silent:  # a store that takes connections and says nothing
        store = f"s3://bucket?endpoint=http://127.0.0.1:{silent.getsockname()[1]}"
        own_app.extensions["lookout"] = Lookout(replace(own_app.extensions["settings"], evidence=store))
        with ThreadPoolExecutor(1) as other:
            looks = other.submit(own_app.test_client().get, "/readyz")
            silent.settimeout(30)
            asked, _ = silent.accept()  # the other one waits for the store from now on
            mine = own_app.test_client().get("/readyz")
            assert not looks.done(), "nobody has waited"
            asked.close()
            assert looks.result().get_json()["store"] == AWAY
    assert (mine.status_code, mine.get_json()["store"]) == (503, "no answer yet")


# Metrics


def scrape(app: Flask, token: str = TOKEN) -> TestResponse:
    return app.test_client().get("/metrics", headers={"Authorization": f"Bearer {token}"})


def test_metrics_are_for_whoever_shows_the_token(own_app: Flask, sqlite_app: Flask) -> None:
    assert scrape(own_app).status_code == 200
    for wrong in ("", "wrong", TOKEN[:-1], "\xe9" * 16):
        assert scrape(own_app, wrong).status_code == 401
    assert scrape(sqlite_app).status_code == 404, "no token is set, so there is nothing"


def test_metrics_count_by_endpoint_and_hold_no_address_and_no_person(own_app: Flask) -> None:
    browser = Browser(own_app).sign_in("lead@trust.example")
    for address in ("/certificates/2026-07-CANARY", "/canary", "/certificates?number=canary", "/work"):
        browser.client.get(address)
    browser.client.open("/work", method="CANARY")
    lines = scrape(own_app).text.splitlines()
    assert 'anchor_requests_total{endpoint="public.certificate",method="GET",status="404"} 1.0' in lines
    assert 'anchor_requests_total{endpoint="none",method="other",status="405"} 1.0' in lines
    assert 'anchor_request_seconds_count{endpoint="returns.work"} 1.0' in lines
    assert "anchor_database_up 1.0" in lines
    assert "anchor_workers 0.0" in lines
    assert [float(line.split()[1]) for line in lines if line.startswith("anchor_messages_waiting ")][0] > 0
    for secret in ("canary", "mid-cheshire", "@", "Ada"):
        assert not [line for line in lines if secret.lower() in line.lower()]


SCRAPED_TWICE = """
from anchor_portal.metrics import Metrics

metrics = Metrics()
metrics.count("returns.work", "GET", 200, 0.1)
for workers in (3, 2):
    text = metrics.write({"anchor_database_up": ("Whether it answers.", 1), "anchor_workers": ("Workers.", workers)})
print(text.decode())
"""


def test_figures_of_the_moment_stand_once_where_several_processes_count(tmp_path: Path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    asked = subprocess.run(
        [sys.executable, "-c", SCRAPED_TWICE], env=environment, capture_output=True, text=True, check=True
    )
    lines = asked.stdout.splitlines()
    assert 'anchor_requests_total{endpoint="returns.work",method="GET",status="200"} 1.0' in lines
    standing = [line for line in lines if line.startswith(("anchor_database_up", "anchor_workers"))]
    assert standing == ["anchor_database_up 1.0", "anchor_workers 2.0"], "else an alarm for 0 never ends"
    assert "# TYPE anchor_workers gauge" in lines
    assert [path.name for path in tmp_path.glob("gauge*")] == []


@pytest.mark.parametrize("token", ["short", "fifteen-signs-x", "with a space in it", "n\xe4t-ascii-at-all-x"])
def test_a_token_that_can_be_guessed_or_not_be_sent_is_refused(token: str) -> None:
    with pytest.raises(SettingRefused, match="ANCHOR_METRICS_TOKEN"):
        read_settings({"ANCHOR_METRICS_TOKEN": token})


def test_the_token_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    assert read_settings({"ANCHOR_METRICS_TOKEN_FILE": str(tmp_path / "token")}).metrics_token == TOKEN


# The identifier of a request


@contextmanager
def logged() -> Iterator[list[logging.LogRecord]]:
    """What the portal logs meanwhile."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logger = logging.getLogger("anchor_portal")
    logger.addHandler(handler)
    yield records
    logger.removeHandler(handler)


def identify(app: Flask, given: str) -> str:
    """The identifier of a request, which its page, its header and its line of the log must share."""
    with logged() as records:
        page = Browser(app)
        response = page.client.get("/nowhere", headers={"X-Request-ID": given})
    [found] = [record.facts["request"] for record in records if record.getMessage() == "request"]  # type: ignore[attr-defined]
    assert found == response.headers["X-Request-ID"]
    assert f"give this reference: {found}<" in response.text
    return str(found)


def test_the_identifier_of_a_server_in_front_is_taken_over(own_app: Flask, sqlite_app: Flask) -> None:
    given = "7b1c9d5e2f4a4c0f8d6e5b3a1c2d3e4f"
    assert identify(own_app, given) == given
    assert identify(sqlite_app, given) != given, "without such a server anybody could choose it"


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "<script>alert(1)</script>", "line\tbreak123", "\xe9" * 10])
def test_an_identifier_that_is_none_is_replaced(own_app: Flask, given: str) -> None:
    assert identify(own_app, given) != given
    assert len(identify(own_app, given)) == 12


def test_looks_at_health_are_not_logged_as_long_as_it_is_good(own_app: Flask) -> None:
    with logged() as records:
        ask(own_app)
        for address in ("/healthz", "/static/src/anchor.svg"):
            own_app.test_client().get(address).close()
        with schema(own_app, "0006"):
            ask(own_app)
    assert [record.facts["status"] for record in records if record.getMessage() == "request"] == [503]  # type: ignore[attr-defined]
