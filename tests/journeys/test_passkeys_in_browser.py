"""Passkeys in a real browser with an authenticator of its own: added, used in place of the password, refused, removed."""

import dataclasses
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.conftest import fresh_app
from tests.journeys.conftest import Visit, serving
from tests.journeys.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
ADD = "/account/passkeys/add"


@pytest.fixture
def site() -> Iterator[str]:
    """The portal at a name, as browsers make passkeys for names only; its settings know it."""
    with fresh_app("sqlite") as app, serving(app) as address:
        named = address.replace("127.0.0.1", "localhost")
        before = app.extensions["settings"]
        app.extensions["settings"] = dataclasses.replace(before, base_url=named)
        yield named
        app.extensions["settings"] = before


def with_authenticator(page: Page) -> tuple[CDPSession, str]:
    """Give the browser a device that keeps passkeys, and always has the right finger on it."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return devices, devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def test_a_passkey_is_added_used_refused_with_the_wrong_finger_and_removed(visit: Visit) -> None:
    page = visit("lead@trust.example", "phone")
    devices, device = with_authenticator(page)
    page.goto(ADD)
    assert violations(page) == []
    page.get_by_label("What do you want to call it?").fill("my phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("“my phone” is added")
    page.goto(ADD)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("[data-said]")).to_contain_text("has a passkey for your account already")
    page.get_by_role("button", name="Sign out", exact=True).click()
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("[data-said]")).to_contain_text("No passkey was used")
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    page.goto("/sign-in")  # by itself, as autofill offers it; else by the button
    page.wait_for_timeout(500)
    if page.url.endswith("/sign-in"):
        page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/work")
    page.goto("/account")
    page.get_by_role("link", name=re.compile("Remove.*my phone")).click()
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("is removed")


def test_without_script_the_pages_say_what_to_do_instead(visit: Visit) -> None:
    page = visit(javascript=False)
    page.goto("/sign-in")
    expect(page.get_by_text("needs JavaScript")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
