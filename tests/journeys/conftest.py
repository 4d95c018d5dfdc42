"""The portal served on a free port, and a real browser that looks at it."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, ViewportSize, sync_playwright
from waitress.server import create_server

from tests.conftest import make_app, with_demo
from tests.engines import skip_or_fail, sqlite_url
from tests.pages import Browser

CHROMIUM = Path("/usr/bin/chromium")
SIZES: dict[str, ViewportSize] = {
    "wide": {"width": 1280, "height": 900},
    "phone": {"width": 360, "height": 740},
    "narrowest": {"width": 320, "height": 740},
}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """The browser, started once."""
    if not CHROMIUM.exists():
        skip_or_fail("Chromium is not installed, so nothing is tested in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Flask]:
    """The portal with the demonstration, on SQLite: what the browser looks at, and what is behind it."""
    app = make_app(sqlite_url(tmp_path, with_demo))
    yield app
    app.extensions["database"].dispose()


@pytest.fixture
def site(portal: Flask) -> Iterator[str]:
    """The address at which it is served."""
    server = create_server(portal, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


Visit = Callable[..., Page]


@pytest.fixture
def visit(chromium: Chromium, portal: Flask, site: str) -> Iterator[Visit]:
    """Open a browser of one's own, as somebody or as nobody; what it complains of fails the test at the end."""
    contexts, complaints = [], []

    def open_as(email: str = "", size: str = "wide", *, javascript: bool = True) -> Page:
        context = chromium.new_context(viewport=SIZES[size], java_script_enabled=javascript, base_url=site)
        context.set_default_timeout(15_000)
        contexts.append(context)
        if email:
            cookie = Browser(portal).sign_in(email).client.get_cookie("anchor_session")
            assert cookie is not None
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
        page = context.new_page()
        page.on("console", lambda line: complaints.append(line.text) if _is_complaint(line.text, line.type) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert not complaints, complaints


def _is_complaint(words: str, kind: str) -> bool:
    """An error in the console, but for a page that was meant to answer 4xx."""
    return kind == "error" and "the server responded with a status of 4" not in words
