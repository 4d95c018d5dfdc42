"""A real provider of accounts elsewhere (OpenID Connect), served over HTTP on a free port of this machine."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import unescape
from re import search
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import requests
from flask import Flask

from anchor_portal.domain.signing_in.providers import Provider
from tests.pages import Browser, Page, check


@dataclass(frozen=True)
class Elsewhere:
    """The provider, at its address."""

    issuer: str

    def person(self, subject: str, **claims: Any) -> None:
        """Somebody with an account there, and what the provider says of them."""
        kept = requests.put(f"{self.issuer}/users/{quote(subject)}", json=claims, timeout=10)
        assert kept.status_code == 204, kept.text

    def sign_in(self, address: str, subject: str) -> str:
        """Sign in there, where the portal sent somebody; the way back to the portal."""
        answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def deny(self, address: str) -> str:
        """Refuse there to sign in; the way back."""
        answer = requests.post(address, data={"action": "deny"}, allow_redirects=False, timeout=10)
        return answer.headers["Location"]


@contextmanager
def serving_provider() -> Iterator[Elsewhere]:
    """Serve a provider."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is built on parts of Authlib that are going
        from oidc_provider_mock import run_server_in_thread

        with run_server_in_thread() as server:
            yield Elsewhere(f"http://localhost:{server.server_port}")


@contextmanager
def with_providers(app: Flask, *providers: Provider) -> Iterator[Flask]:
    """The application with these providers in its settings, for a while."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, providers=providers)
    app.extensions.pop("providers", None)
    yield app
    app.extensions["settings"] = before
    app.extensions.pop("providers", None)


def leave(browser: Browser, code: str, path: str = "/sign-in/with/{}", **more: str) -> str:
    """Press the button of a provider; the address that the page leads on to."""
    page = browser.post(path.format(code), more)
    refresh = page.soup.select_one("meta[http-equiv=refresh]")
    assert refresh is not None, page.words
    address = search("url=(.*)", unescape(str(refresh["content"])))
    assert address
    return address[1]


def straight(browser: Browser, elsewhere: Elsewhere, subject: str) -> Page:
    """There and back again without looking at the pages between, to where it must lead to nothing."""
    token = {"csrf_token": browser.token()}
    page = browser.client.post("/sign-in/with/nhsmail", data=token).text
    address = search('0; url=([^"]*)', page)
    assert address
    given = parse_qsl(urlsplit(elsewhere.sign_in(unescape(address[1]), subject)).query)
    return check(browser.client.post("/sign-in/with/nhsmail/back", data={**token, **dict(given)}), 422)


def come_back(browser: Browser, way_back: str, status: int = 200) -> Page:
    """Follow the way back, and press the button of the page that it leads to."""
    split = urlsplit(way_back)
    page = browser.get(f"{split.path}?{split.query}")
    return browser.post(split.path, page.form(), status)
