"""What the portal refuses to serve to others, and the names that it answers to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from anchor_portal import create_app
from anchor_portal.config import SettingRefused, Settings, read_settings
from anchor_portal.production import hosts_answered, is_try_out, refuse_unsafe
from tests.conftest import STRONG_SECRET, with_demo
from tests.engines import sqlite_url

PUBLIC = "https://portal.example"
ROOT = Path(__file__).parent.parent
GUNICORN = Path(sys.executable).with_name("gunicorn")


def settings(secret: str = STRONG_SECRET, base_url: str = PUBLIC, *, secure: bool = True, hosts: str = "") -> Settings:
    return Settings("", secret, base_url=base_url, secure_cookies=secure, trusted_hosts=tuple(hosts.split()))


def test_a_long_random_secret_behind_https_is_served() -> None:
    refuse_unsafe(settings())
    refuse_unsafe(settings("0f8d2c61b7a94e35" * 2))


@pytest.mark.parametrize(
    "secret",
    [
        "0123456789abcdef0123456789abcdef0123",
        "a secret for tests only, and long enough for the rule of the length",
        "please-CHANGEME-please-changeme-please-changeme",
        "x" * 64,
        "abcabcabcabcabcabcabcabcabcabcabcabc",
        "kU3x-8vQ2m_Zr7Lw0Ty5Bn1Hs9Cd4G",
        "my-password-is-not-a-random-secret-at-all",
    ],
)
@pytest.mark.parametrize("base_url", [PUBLIC, "http://127.0.0.1:5000"])
def test_an_example_or_a_short_secret_is_never_served_with_cookies_for_https(secret: str, base_url: str) -> None:
    with pytest.raises(SettingRefused, match="ANCHOR_SECRET_KEY.*openssl rand"):
        refuse_unsafe(settings(secret, base_url))


def test_to_try_it_on_one_s_own_machine_sixteen_characters_will_do() -> None:
    tried = settings("0123456789abcdef", "http://localhost:5000", secure=False)
    assert is_try_out(tried)
    refuse_unsafe(tried)
    with pytest.raises(SettingRefused, match="at least 16"):
        refuse_unsafe(settings("0123456789abcde", "http://localhost:5000", secure=False))


@pytest.mark.parametrize("secret", ["", "0f8d2c61b7a94e3"])
def test_a_key_that_is_too_short_is_refused_with_the_number_that_will_be_demanded(secret: str) -> None:
    for base_url in (PUBLIC, "http://127.0.0.1:5000"):
        with pytest.raises(SettingRefused, match="ANCHOR_SECRET_KEY_FILE, to at least 32 random characters"):
            refuse_unsafe(settings(secret, base_url))


@pytest.mark.parametrize(
    ("base_url", "secure", "says"),
    [
        ("http://portal.example", True, "must begin with https://"),
        ("http://10.0.0.7", True, "must begin with https://"),
        ("https://", True, "must begin with https://"),
        ("https://[::1", True, "must begin with https://"),
        ("portal.example", True, "must begin with https://"),
        (PUBLIC, False, "ANCHOR_SECURE_COOKIES must be yes"),
    ],
)
def test_what_others_can_reach_is_served_over_https_alone(base_url: str, secure: bool, says: str) -> None:
    with pytest.raises(SettingRefused, match=says):
        refuse_unsafe(settings(base_url=base_url, secure=secure))


def test_only_the_host_of_the_base_url_is_answered_and_the_machine_itself() -> None:
    assert hosts_answered(settings()) == ["portal.example", "localhost", "127.0.0.1", "[::1]"]
    assert hosts_answered(settings(hosts="one.example two.example")) == ["one.example", "two.example"]
    assert hosts_answered(settings(base_url="http://127.0.0.1:5000", secure=False)) is None


def test_another_host_is_refused_and_stands_in_no_answer(tmp_path: Path) -> None:
    own = Settings(sqlite_url(tmp_path, with_demo), STRONG_SECRET, base_url=PUBLIC)
    app = create_app(own)
    client = app.test_client()
    for host, status in (
        ("portal.example", 200),
        ("127.0.0.1:8000", 200),
        ("evil.example", 400),
        ("portal.example.evil", 400),
    ):
        for address in ("/", "/sign-in", "/data/datapackage.json", "/data/releases.atom"):
            answer = client.get(address, headers={"Host": host})
            assert answer.status_code == status, f"{host} {address}"
            assert "evil" not in answer.text
            assert answer.text.count("127.0.0.1") == 0
    forged = {"X-Forwarded-Host": "evil.example", "X-Original-URL": "/evil.example", "Forwarded": "host=evil.example"}
    assert "evil.example" not in client.get("/data/datapackage.json", headers={"Host": "portal.example"} | forged).text
    app.extensions["database"].dispose()


def test_a_secret_comes_from_the_environment_or_a_file_and_is_never_part_of_what_is_printed(tmp_path: Path) -> None:
    place = tmp_path / "secret"
    place.write_text(STRONG_SECRET + "\n", encoding="utf-8")
    read = read_settings({"ANCHOR_SECRET_KEY_FILE": str(place), "ANCHOR_BASE_URL": PUBLIC})
    assert read.secret_key == STRONG_SECRET
    assert STRONG_SECRET not in repr(read)
    with pytest.raises(SettingRefused, match="cannot be read"):
        read_settings({"ANCHOR_SECRET_KEY_FILE": str(tmp_path / "missing")})
    place.write_bytes(bytes(range(256)))
    with pytest.raises(SettingRefused, match="ANCHOR_SECRET_KEY_FILE must be a file of text in UTF-8"):
        read_settings({"ANCHOR_SECRET_KEY_FILE": str(place)})


# How the process that serves says it


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ANCHOR_DATABASE_URL", "foo", "ANCHOR_DATABASE_URL is not a database address like"),
        ("ANCHOR_SECRET_KEY", "short", "set ANCHOR_SECRET_KEY, or ANCHOR_SECRET_KEY_FILE, to at least 32"),
        ("ANCHOR_PROCESSES", "x", "ANCHOR_PROCESSES must be a whole number from 1 to "),
        ("ANCHOR_THREADS", "0", "ANCHOR_THREADS must be a whole number from 1 to "),
    ],
)
def test_a_server_that_refuses_its_settings_says_so_in_one_line_and_ends(
    name: str, value: str, said: str, tmp_path: Path
) -> None:
    own = {"ANCHOR_SECRET_KEY": STRONG_SECRET, "ANCHOR_BASE_URL": PUBLIC, name: value}
    command = [GUNICORN, f"--bind=unix:{tmp_path / 'door'}", "wsgi:app"]
    ended = subprocess.run(command, cwd=ROOT, env=os.environ | own, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert "Traceback" not in ended.stderr and "traceback" not in ended.stderr
    assert sum(said in line for line in ended.stderr.splitlines()) == 1


def test_a_process_started_without_the_others_ends_the_server_too(tmp_path: Path) -> None:
    """What gunicorn calls a failed boot: it begins no process anew for ever."""
    (tmp_path / "conf.py").write_text("control_socket_disable = True")
    own = {"ANCHOR_SECRET_KEY": "", "ANCHOR_BASE_URL": PUBLIC}
    command = [GUNICORN, f"--config={tmp_path / 'conf.py'}", f"--bind=unix:{tmp_path / 'door'}", "wsgi:app"]
    ended = subprocess.run(command, cwd=ROOT, env=os.environ | own, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0 and "at least 32 random characters" in ended.stderr
