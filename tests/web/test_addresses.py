"""Addresses that are remembered: the same as Flask makes them, whoever asks, and from wherever."""

from flask import Flask, url_for

from tests.pages import Browser

ONE = {"round_code": "2026-07", "slug": "torus"}


def test_an_address_is_remembered_for_its_values_alone(sqlite_browser: Browser) -> None:
    app = sqlite_browser.app
    with app.test_request_context("/"):
        assert url_for("returns.tasks", **ONE) == url_for("returns.tasks", **ONE) == "/returns/2026-07/torus"
        assert url_for("returns.tasks", **(ONE | {"slug": "roche"})) == "/returns/2026-07/roche"
        assert url_for("reviews.review", **ONE, _anchor="decided") == "/reviews/2026-07/torus#decided"
        assert url_for("accounts.index", page=1) == "/team/people?page=1"
        assert url_for("accounts.index", page=True) == "/team/people?page=True"


def test_a_remembered_address_begins_where_this_request_began(sqlite_browser: Browser) -> None:
    app: Flask = sqlite_browser.app
    for root in ("", "/portal", ""):
        with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
            assert url_for("returns.tasks", **ONE) == f"{root}/returns/2026-07/torus"


def test_a_whole_address_is_never_remembered_from_another_host(sqlite_browser: Browser) -> None:
    for host in ("one.example", "two.example"):
        with sqlite_browser.app.test_request_context("/", headers={"Host": host}):
            assert url_for("public.home", _external=True) == f"http://{host}/"
            assert url_for("public.home", _scheme="https") == f"https://{host}/"
