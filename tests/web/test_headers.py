"""Security headers on every answer, the digest of the one inline script, and nothing kept in caches."""

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from anchor_portal import create_app
from anchor_portal.config import Settings
from anchor_portal.folders import folder
from tests.conftest import STRONG_SECRET, make_app, with_demo
from tests.engines import sqlite_url
from tests.pages import Browser, Page
from tests.web.sections import RETURN, SECTION

POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'sha256-DIGEST'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
    "manifest-src": "'self'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "anchor",
}
PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
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
    [digest] = re.findall(r"'sha256-([\w+/]{43}=)'", found["script-src"])
    assert found == {name: value.replace("DIGEST", digest) for name, value in POLICY.items()}
    assert {name: response.headers.getlist(name) for name in PLAIN} == {name: [value] for name, value in PLAIN.items()}
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in response.headers, "not over plain http"


@pytest.mark.parametrize(("status", "method", "address", "who"), ANSWERS)
def test_private_pages_are_kept_nowhere_and_public_ones_are_asked_for_again(
    app: Flask, status: int, method: str, address: str, who: str
) -> None:
    response = answer(app, status, method, address, who)
    kept = response.headers["Cache-Control"]
    if address.startswith("/static/build"):
        assert "no-store" not in kept
    elif not who and status == 200 and address in {"/", "/indicators/12"} and method != "OPTIONS":
        assert kept == "no-cache", "a browser may keep it, and has to ask each time"
    else:
        assert kept == "no-store"


@pytest.mark.parametrize(("status", "method", "address", "who"), [each for each in ANSWERS if each[1] == "GET"])
def test_the_one_inline_script_has_the_digest_that_the_policy_names(
    app: Flask, status: int, method: str, address: str, who: str
) -> None:
    response = answer(app, status, method, address, who)
    if response.mimetype != "text/html" or status == 302:
        return
    page = Page(response)
    inline = [str(script.string) for script in page.soup.select("script") if not script.get("src")]
    assert len(inline) == 1
    digest = b64encode(sha256(inline[0].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy_of(response)["script-src"]
    assert not page.soup.select("style, [style]")


def test_over_https_the_browser_is_told_to_stay_there(app: Flask) -> None:
    response = app.test_client().get("/", base_url="https://localhost")
    assert response.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


def test_no_page_asks_another_host_for_anything(app: Flask) -> None:
    for _, method, address, who in (each for each in ANSWERS if each[:2] == (200, "GET")):
        response = answer(app, 200, method, address, who)
        if response.mimetype != "text/html":
            continue
        page = Page(response)
        sources = [str(tag.get("src") or tag.get("href")) for tag in page.soup.select("[src], link[href]")]
        assert all(source.startswith("/") and not source.startswith("//") for source in sources), address


def test_of_an_installation_on_https_every_answer_says_so_whatever_the_server_in_front_forgets(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    url = sqlite_url(tmp_path_factory.mktemp("https"), with_demo)
    made = create_app(Settings(database_url=url, secret_key=STRONG_SECRET, base_url="https://portal.example"))
    for address, status in (("/", 200), ("/nowhere", 404), ("/static/build/portal.css", 200)):
        response = made.test_client().get(address, base_url="http://portal.example", buffered=True)
        assert response.status_code == status
        assert response.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    made.extensions["database"].dispose()


def test_signing_out_leaves_nothing_typed_in_the_browser(app: Flask) -> None:
    browser = Browser(app).sign_in("lead@trust.example")
    answered = browser.client.post("/sign-out", data={"csrf_token": browser.token()})
    assert answered.headers["Clear-Site-Data"] == '"storage"'
    forged = browser.client.post("/sign-out", data={})
    assert forged.status_code == 400
    assert "Clear-Site-Data" not in forged.headers, "another site could throw away what was typed"


def test_no_script_of_ours_makes_text_into_html_but_through_the_one_policy() -> None:
    for script in sorted(folder("static").glob("src/*.js")):
        text = script.read_text(encoding="utf-8")
        sinks = re.findall(
            r"(?:\.innerHTML\s*=(?!=)|\.outerHTML\s*=(?!=)|insertAdjacentHTML|parseFromString|document\.write|\beval\b|new Function"
            r"|setHTMLUnsafe|srcdoc|createContextualFragment)[^;\n]*",
            text,
        )
        assert all("htmlFrom(" in sink for sink in sinks), f"{script.name}: {sinks}"
        assert ("createPolicy" in text) == (script.name == "trusted.js")


def test_no_redirect_repeats_the_host_that_was_asked_for(app: Flask) -> None:
    asked = {"headers": {"Host": "evil.example"}, "environ_overrides": {"PATH_INFO": ""}}
    answered = app.test_client().get("/", **asked)
    assert (answered.status_code, answered.location) == (308, "/")
    for address in ("//evil.example", "//evil.example/%2e%2e", "/%2F%5Cevil.example", "/indicators//12"):
        answered = app.test_client().get("/", environ_overrides={"PATH_INFO": address})
        assert answered.status_code == 404, address
