"""Security headers on every answer, a fresh nonce for the one inline script, and nothing kept in caches."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import make_app, with_demo
from tests.engines import sqlite_url
from tests.pages import Browser, Page
from tests.web.sections import RETURN, SECTION

POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'nonce-NONCE'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "manifest-src": "'self'",
}
PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# status, method, address, who
ANSWERS = [
    (200, "GET", "/", ""),
    (200, "HEAD", "/", ""),
    (200, "OPTIONS", "/", ""),
    (200, "GET", "/sign-in", ""),
    (200, "GET", "/indicators/12", ""),
    (302, "GET", "/work", ""),
    (404, "GET", "/nowhere", ""),
    (404, "GET", "/static/nowhere.css", ""),
    (404, "GET", "/static/../../etc/passwd", ""),
    (405, "GET", "/sign-out", ""),
    (400, "POST", "/sign-out", ""),
    (400, "POST", f"{SECTION}/pledge-1", "lead@trust.example"),
    (413, "POST", "/sign-in", ""),
    (200, "GET", RETURN, "lead@trust.example"),
    (200, "GET", f"{SECTION}/pledge-1", "lead@trust.example"),
    (200, "GET", f"{RETURN}/return.pdf", "lead@trust.example"),
    (200, "GET", f"{RETURN}/return.csv", "lead@trust.example"),
    (403, "GET", "/reviews", "lead@trust.example"),
    (404, "GET", "/returns/2027-01/walton-centre", "lead@trust.example"),
    (200, "GET", "/assembly", "member@assembly.example"),
    (200, "GET", "/static/build/portal.css", ""),
    (200, "GET", "/static/build/portal.js", ""),
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for all: nothing here changes anything."""
    made = make_app(sqlite_url(tmp_path_factory.mktemp("headers"), with_demo))
    yield made
    made.extensions["database"].dispose()


def answer(app: Flask, status: int, method: str, address: str, who: str) -> TestResponse:
    browser = Browser(app).sign_in(who) if who else Browser(app)
    data = {"email": "x" * 5_000_000} if status == 413 else {} if method == "POST" else None
    response = browser.client.open(address, method=method, data=data, buffered=True)
    assert response.status_code == status
    return response


def policy_of(response: TestResponse) -> dict[str, str]:
    [policy] = response.headers.getlist("Content-Security-Policy")
    return dict(part.strip().split(" ", 1) for part in policy.split(";"))


@pytest.mark.parametrize(("status", "method", "address", "who"), ANSWERS)
def test_every_answer_carries_the_same_strict_headers(
    app: Flask, status: int, method: str, address: str, who: str
) -> None:
    response = answer(app, status, method, address, who)
    found = policy_of(response)
    [nonce] = re.findall(r"'nonce-([\w-]{20,})'", found["script-src"])
    assert found == {name: value.replace("NONCE", nonce) for name, value in POLICY.items()}
    assert {name: response.headers.getlist(name) for name in PLAIN} == {name: [value] for name, value in PLAIN.items()}
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in response.headers, "not over plain http"


@pytest.mark.parametrize(("status", "method", "address", "who"), ANSWERS)
def test_pages_are_kept_by_no_cache_and_styles_by_all(
    app: Flask, status: int, method: str, address: str, who: str
) -> None:
    response = answer(app, status, method, address, who)
    is_static = address.startswith("/static/build")
    assert ("no-store" in response.headers["Cache-Control"]) is not is_static


@pytest.mark.parametrize(("status", "method", "address", "who"), [each for each in ANSWERS if each[1] == "GET"])
def test_the_one_inline_script_has_the_nonce_of_its_own_answer(
    app: Flask, status: int, method: str, address: str, who: str
) -> None:
    response = answer(app, status, method, address, who)
    if response.mimetype != "text/html" or status == 302:
        return
    page = Page(response)
    inline = [script for script in page.soup.select("script") if not script.get("src")]
    assert len(inline) == 1
    assert f"'nonce-{inline[0]['nonce']}'" in policy_of(response)["script-src"]
    assert not page.soup.select("style, [style]")


def test_a_nonce_is_never_used_twice(app: Flask) -> None:
    browser = Browser(app)
    nonces = [policy_of(browser.client.get("/privacy"))["script-src"] for _ in range(20)]
    assert len(set(nonces)) == 20


def test_over_https_the_browser_is_told_to_stay_there(app: Flask) -> None:
    response = app.test_client().get("/", base_url="https://localhost")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_no_page_asks_another_host_for_anything(app: Flask) -> None:
    for _, method, address, who in (each for each in ANSWERS if each[:2] == (200, "GET")):
        response = answer(app, 200, method, address, who)
        if response.mimetype != "text/html":
            continue
        page = Page(response)
        sources = [str(tag.get("src") or tag.get("href")) for tag in page.soup.select("[src], link[href]")]
        assert all(source.startswith("/") and not source.startswith("//") for source in sources), address
