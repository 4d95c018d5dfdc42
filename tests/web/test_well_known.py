"""security.txt, robots.txt and the map of the public pages."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from anchor_portal.domain.well_known import read_contact, robots_txt, security_txt, sitemap_xml
from tests.conftest import make_app, with_demo
from tests.engines import sqlite_url
from tests.pages import Browser

BASE = "https://portal.example"


def test_security_txt_names_the_contact_and_an_end_within_a_year() -> None:
    assert security_txt("mailto:security@portal.example", BASE, date(2026, 11, 22)) == (
        "Contact: mailto:security@portal.example\n"
        "Expires: 2027-04-30T00:00:00Z\n"
        "Preferred-Languages: en\n"
        "Canonical: https://portal.example/.well-known/security.txt\n"
    )


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", ""),
        (" security@portal.example ", "mailto:security@portal.example"),
        ("mailto:security@portal.example", "mailto:security@portal.example"),
        ("https://portal.example/report", "https://portal.example/report"),
    ],
)
def test_a_contact_is_an_address_or_a_page(typed: str, read: str) -> None:
    assert read_contact(typed) == read


@pytest.mark.parametrize(
    "typed", ["http://portal.example", "the team", "a@b\nContact: c@d", "a@b c@d", "javascript:a@b"]
)
def test_any_other_contact_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="ANCHOR_SECURITY_CONTACT"):
        read_contact(typed)


def test_a_site_map_is_escaped() -> None:
    assert "<loc>https://portal.example/?a=1&amp;b=2</loc>" in sitemap_xml([f"{BASE}/?a=1&b=2"])


def test_a_demonstration_that_others_can_reach_asks_not_to_be_searched(sqlite_app: Flask) -> None:
    client, own = sqlite_app.test_client(), sqlite_app.extensions["settings"]
    assert "Disallow: /returns\n" in client.get("/robots.txt").text
    try:
        sqlite_app.extensions["settings"] = replace(own, base_url=BASE, security_contact="mailto:a@portal.example")
        assert (
            client.get("/robots.txt").text == robots_txt(BASE, may_be_searched=False) == "User-agent: *\nDisallow: /\n"
        )
        told = client.get("/.well-known/security.txt")
    finally:
        sqlite_app.extensions["settings"] = own
    assert told.content_type == "text/plain; charset=utf-8"
    assert told.text.startswith("Contact: mailto:a@portal.example\n")


def test_every_address_of_the_site_map_is_there_for_everybody(sqlite_app: Flask) -> None:
    browser = Browser(sqlite_app)
    addresses = re.findall("<loc>([^<]+)</loc>", browser.client.get("/sitemap.xml").text)
    assert len(addresses) > 15
    base = sqlite_app.extensions["settings"].base_url
    for address in addresses:
        assert browser.client.get(address.removeprefix(base)).status_code == 200, address


def test_whoever_cannot_sign_in_finds_how_to_reach_the_team(tmp_path: Path) -> None:
    app = make_app(sqlite_url(tmp_path, with_demo), team_contact="mailto:team@portal.example")
    page = Browser(app).get("/sign-in")
    assert len(page.soup.select('a[href="mailto:team@portal.example"]')) == 2, "beside the form, and below every page"
    assert "Write to the sustainability team" in page.text("footer")
