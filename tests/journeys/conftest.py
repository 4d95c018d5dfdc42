"""The portal served on a free port, and a real browser that looks at it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from sqlalchemy import update
from sqlalchemy.orm import Session
from waitress import wasyncore
from waitress.server import TcpWSGIServer, create_server
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from anchor_portal.models import User
from tests.conftest import fresh_app
from tests.engines import skip_or_fail

CHROMIUM = Path("/usr/bin/chromium")
TURNED_OFF = (
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,"
    "AimEnabled,AvoidCorsURLLoaderRestartOnRedirect,AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,"
    "HttpsFirstBalancedModeAutoEnable,HttpsUpgrades,LensOverlay,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,"
    "PaintHolding,PreconnectToSearch,ThirdPartyStoragePartitioning"
)
"""The lists under the address bar, which nobody sees here: each window that is opened makes both ready, which takes longer
than what most tests do in it. The others are what Playwright turns off: Chromium heeds the last such list alone."""
UNHURRIED = "--js-flags=--no-opt --no-maglev"
"""Scripts are run as they were read: a page is left before what is made of them to run more quickly has paid. That takes a
third of what axe takes."""
PASSWORD = "a password for the journeys"
CHEAP_HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
"""A hash says itself how costly it is: signing in is as it always is, but for the half second that it takes."""
AXE, AXE_ADDRESS = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js", "/axe.min.js"
"""Half a megabyte: a browser that fetches it keeps it, one that is told it anew on each page takes a fifth of a second."""
LOOK, LOOK_ADDRESS = Path(__file__).with_name("look.js"), "/look.js"
SIZES: dict[str, ViewportSize] = {"wide": {"width": 1280, "height": 900}, "phone": {"width": 360, "height": 740}}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started once."""
    if not CHROMIUM.exists():
        skip_or_fail("Chromium is not installed, so nothing is tested in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", UNHURRIED, f"--disable-features={TURNED_OFF}"]
        )
        yield browser
        browser.close()


@pytest.fixture
def site() -> Iterator[str]:
    """The address of the portal with the demonstration, on SQLite."""
    with fresh_app("sqlite") as app, serving(app) as address:
        yield address


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application, in which everybody has the one password, on a free port; gives its address."""
    with Session(app.extensions["database"].writer) as session, session.begin():
        session.execute(update(User).values(password_hash=CHEAP_HASH))
    beside = DispatcherMiddleware(app, {AXE_ADDRESS: _script(AXE), LOOK_ADDRESS: _script(LOOK)})
    server = create_server(beside, host="127.0.0.1", port=0, threads=4)
    is_over = threading.Event()
    thread = threading.Thread(target=_serve, args=(server, is_over), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    is_over.set()
    server.pull_trigger()
    thread.join(timeout=20)


def _script(path: Path) -> Response:
    kept = {"Cache-Control": "public, max-age=86400, immutable"}
    return Response(path.read_bytes(), content_type="text/javascript; charset=utf-8", headers=kept)


def _serve(server: TcpWSGIServer, is_over: threading.Event) -> None:
    """Serve until told to end. Who watches the sockets closes them: another thread would close them under its watch."""
    while not is_over.is_set():
        wasyncore.loop(timeout=1, map=server._map, count=1)
    server.task_dispatcher.shutdown(cancel_pending=True, timeout=5)
    wasyncore.close_all(server._map)


PATIENCE = 60_000
"""Milliseconds: a machine that runs many tests at once may be slow, and that is no fault of a page."""
expect.set_options(timeout=PATIENCE)
Visit = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Visit]:
    """Open a browser of one's own, as somebody or as nobody; what it complains of fails the test at the end."""
    contexts, complaints = [], []

    def open_as(email: str = "", size: str = "wide", *, javascript: bool = True) -> Page:
        context = chromium.new_context(viewport=SIZES[size], java_script_enabled=javascript, base_url=site)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: complaints.append(line.text) if _is_complaint(line.text, line.type) else None)
        if email:
            page.goto("/sign-in")
            page.get_by_label("Email address").fill(email)
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url("**/work")
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert not complaints, complaints


def _is_complaint(words: str, kind: str) -> bool:
    """An error in the console, but for a page that was meant to answer 4xx, or a test that went offline."""
    meant = ("the server responded with a status of 4", "net::ERR_INTERNET_DISCONNECTED")
    return kind == "error" and not any(each in words for each in meant)
