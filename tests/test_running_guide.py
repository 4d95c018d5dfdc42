"""The guide for administrators and the files they install, against what the portal really reads and has."""

import configparser
import re
from itertools import chain
from pathlib import Path

import pytest

from anchor_portal.config import read_settings

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "running.md", *sorted((ROOT / "docs" / "running").glob("*.md")))
SETTINGS = ROOT / "docs" / "running" / "settings.md"
NAME = re.compile(r"\bANCHOR_[A-Z_]*[A-Z]")
READ_IN = (
    "anchor_portal/config.py",
    "anchor_portal/providers.py",
    "anchor_portal/cli/people.py",
    "anchor_portal/outputs/pdf/fonts.py",
    "gunicorn.conf.py",
)
UNITS = sorted((ROOT / "deploy").glob("*.service"))


def names_in(*paths: Path) -> set[str]:
    """Every setting that is named there, without the endings that any of them may have."""
    found = chain.from_iterable(NAME.findall(path.read_text(encoding="utf-8")) for path in paths)
    return {name.removesuffix("_FILE") for name in found if not name.startswith("ANCHOR_OIDC_")}


def test_every_setting_that_is_read_is_in_the_table_and_no_other() -> None:
    assert names_in(SETTINGS) == names_in(*(ROOT / place for place in READ_IN))


def test_the_guide_names_only_settings_that_there_are() -> None:
    assert names_in(*GUIDE, ROOT / "deploy" / "environment") <= names_in(SETTINGS)


@pytest.mark.parametrize("page", GUIDE, ids=lambda page: page.name)
def test_every_link_of_the_guide_leads_somewhere(page: Path) -> None:
    targets = [
        target for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")) if "://" not in target
    ]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", ["one-machine.md", "upgrades.md"])
def test_a_release_is_set_up_so_that_the_portal_s_account_can_run_it_and_tried_before_it_is_used(page: str) -> None:
    lines = [line.strip() for line in (ROOT / "docs" / "running" / page).read_text(encoding="utf-8").splitlines()]
    places = [
        next(place for place, line in enumerate(lines) if line.startswith(command))
        for command in (
            "umask 022",
            "python3 portal.py setup",
            "runuser -u anchor -- .venv/bin/anchor-portal",
            "ln -sfn",
        )
    ]
    assert places == sorted(places)


def test_nginx_is_told_in_words_that_debian_12_knows_too() -> None:
    lines = [line.split("#")[0].strip() for line in (ROOT / "deploy" / "nginx.conf").read_text().splitlines()]
    assert [line for line in lines if line.startswith("http2")] == [], "a word of nginx 1.25.1; Debian 12 has 1.22"
    assert {"listen 443 ssl http2;", "listen [::]:443 ssl http2;"} <= set(lines)


def test_the_guide_says_what_nginx_lets_through_where_evidence_may_be_larger() -> None:
    [most] = re.findall(r"client_max_body_size (\d+)m;", (ROOT / "deploy" / "nginx.conf").read_text())
    [row] = [line for line in SETTINGS.read_text(encoding="utf-8").splitlines() if "`ANCHOR_EVIDENCE_MB`" in line]
    assert f"`client_max_body_size`, {most} MB" in row


def test_every_file_that_the_guide_installs_is_there() -> None:
    named = set(re.findall(r"\bdeploy/[\w.-]+\w", "".join(page.read_text(encoding="utf-8") for page in GUIDE)))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_settings_that_are_installed_can_be_read(tmp_path: Path) -> None:
    lines = [line for line in (ROOT / "deploy" / "environment").read_text().splitlines() if line and line[0] != "#"]
    given = dict(line.split("=", 1) for line in lines)
    secret = tmp_path / "secret"
    secret.write_text("s" * 40)
    environment = {name: str(secret) if name.endswith("_FILE") else text.strip('"') for name, text in given.items()}
    settings = read_settings(environment)
    assert (settings.proxies, settings.base_url, settings.secure_cookies) == (1, "https://portal.example", True)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_what_runs_as_a_service_has_an_account_of_its_own_and_few_rights(unit: Path) -> None:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(unit)
    service = read["Service"]
    expected = {"User": "anchor", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "UMask": "0077"}
    assert {name: service[name] for name in expected} == expected


def test_what_the_store_needs_is_what_was_tested() -> None:
    pins = re.compile(r"^[\w.-]+==\S+ .*(?:\n +--hash=.*)+", re.MULTILINE)
    tested = set(pins.findall((ROOT / "requirements-dev.txt").read_text()))
    wanted = pins.findall((ROOT / "deploy" / "s3-requirements.txt").read_text())
    assert len(wanted) >= 7
    assert set(wanted) <= tested
