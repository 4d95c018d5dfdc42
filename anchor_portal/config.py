"""Settings, read from the environment; the README lists them all."""

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from anchor_portal.domain.signing_in.providers import Provider
from anchor_portal.domain.signing_in.second_factors import POLICIES, TEAM_AND_ASSEMBLY
from anchor_portal.domain.well_known import read_contact
from anchor_portal.mail import MailServer, read_mail_server
from anchor_portal.providers import read_providers

DRIVERS = frozenset({"sqlite", "sqlite+pysqlite", "postgres", "postgresql", "postgresql+psycopg"})


class SettingRefused(Exception):
    """A setting is missing or cannot be used; the text is a sentence."""


@dataclass(frozen=True)
class Settings:
    """How this installation is set up."""

    # what may hold a secret is never printed with the rest
    database_url: str = field(repr=False)
    secret_key: str = field(default="", repr=False)
    secure_cookies: bool = True
    base_url: str = "http://127.0.0.1:5000"
    portal_name: str = "Anchor Portal"
    partnership: str = "Cheshire and Merseyside"
    logo: str = ""
    coverage_threshold: int = 70
    licence: str = "Open Government Licence v3.0"
    """Under which the open data may be used, until the partnership confirms it."""
    licence_url: str = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
    session_hours: int = 12
    idle_minutes: int = 60
    """A session that was not used for so long ends."""
    second_factor: str = TEAM_AND_ASSEMBLY
    """Who may not sign in without one; the team and the Assembly never may, but in a demonstration."""
    trusted_hosts: tuple[str, ...] = ()
    proxies: int = 0
    """How many servers in front add to X-Forwarded-For the address they were asked from; with 0 it is not believed."""
    mail: MailServer | None = field(default=None, repr=False)
    providers: tuple[Provider, ...] = ()
    """Of accounts elsewhere with which people sign in here."""
    evidence: str = "var/evidence"
    """The folder of the files that are handed in as evidence, or s3://bucket/folder?endpoint=https://…."""
    results: str = "var/results"
    """Where results of long work lie until they are fetched: a folder or s3://…, as for evidence."""
    evidence_megabytes: int = 20
    clamd: str = ""
    """The ClamAV daemon that scans them, host:port or unix:/path; without it nothing is scanned."""
    team_contact: str = ""
    """How people reach the sustainability team, mailto:… or https://…; stands below every page."""
    security_contact: str = ""
    """Whom to tell of a weakness, mailto:… or https://…; without it there is no security.txt."""
    metrics_token: str = field(default="", repr=False)
    """What whoever reads /metrics has to show; without it there are no metrics."""


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in an environment, by default this process's. Raises SettingRefused."""
    env = os.environ if environment is None else environment
    return Settings(
        database_url=_database(env),
        secret_key=_secret(env),
        secure_cookies=_yes_no(env, "ANCHOR_SECURE_COOKIES", default=True),
        base_url=env.get("ANCHOR_BASE_URL", Settings.base_url).rstrip("/"),
        portal_name=env.get("ANCHOR_PORTAL_NAME", Settings.portal_name),
        partnership=env.get("ANCHOR_PARTNERSHIP", Settings.partnership),
        logo=_logo(env),
        coverage_threshold=_number(env, "ANCHOR_COVERAGE_THRESHOLD", Settings.coverage_threshold, 0, 100),
        licence=env.get("ANCHOR_LICENCE") or Settings.licence,
        licence_url=_licence_url(env),
        session_hours=_number(env, "ANCHOR_SESSION_HOURS", Settings.session_hours, 1, 24 * 7),
        idle_minutes=_number(env, "ANCHOR_IDLE_MINUTES", Settings.idle_minutes, 5, 24 * 60),
        second_factor=_one_of(env, "ANCHOR_SECOND_FACTOR", POLICIES, Settings.second_factor),
        trusted_hosts=tuple(env.get("ANCHOR_TRUSTED_HOSTS", "").replace(",", " ").split()),
        evidence=env.get("ANCHOR_EVIDENCE") or str(Path.cwd() / "var" / "evidence"),
        results=env.get("ANCHOR_RESULTS") or str(Path.cwd() / "var" / "results"),
        evidence_megabytes=_number(env, "ANCHOR_EVIDENCE_MB", Settings.evidence_megabytes, 1, 200),
        clamd=_clamd(env),
        proxies=_number(env, "ANCHOR_PROXIES", Settings.proxies, 0, 10),
        mail=_mail(env),
        providers=_providers(env),
        team_contact=_contact(env, "ANCHOR_TEAM_CONTACT"),
        security_contact=_contact(env, "ANCHOR_SECURITY_CONTACT"),
        metrics_token=_metrics_token(env),
    )


def _database(env: Mapping[str, str]) -> str:
    """The address of a database on one of the two engines."""
    url = env.get("ANCHOR_DATABASE_URL") or f"sqlite:///{Path.cwd() / 'var' / 'portal.sqlite3'}"
    try:
        driver = make_url(url).drivername
    except (ArgumentError, ValueError):
        raise SettingRefused(
            "ANCHOR_DATABASE_URL is not a database address like sqlite:////srv/portal.sqlite3"
        ) from None
    if driver not in DRIVERS:
        raise SettingRefused(
            "ANCHOR_DATABASE_URL must name a database of SQLite or PostgreSQL (sqlite:// or postgresql://)"
        )
    return url


def _secret(env: Mapping[str, str], name: str = "ANCHOR_SECRET_KEY") -> str:
    """A secret from the setting of this name, or from the file that NAME_FILE names."""
    path = env.get(f"{name}_FILE", "")
    if not path:
        return env.get(name, "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingRefused(f"{name}_FILE cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingRefused(f"{name}_FILE must be a file of text in UTF-8") from None


def _contact(env: Mapping[str, str], name: str) -> str:
    try:
        return read_contact(env.get(name, ""), name)
    except ValueError as error:
        raise SettingRefused(str(error)) from None


def _metrics_token(env: Mapping[str, str]) -> str:
    token = _secret(env, "ANCHOR_METRICS_TOKEN").strip()
    if token and not re.fullmatch("[!-~]{16,}", token):
        raise SettingRefused("ANCHOR_METRICS_TOKEN must have at least 16 characters, and no space")
    return token


def _mail(env: Mapping[str, str]) -> MailServer | None:
    if not (address := env.get("ANCHOR_SMTP", "").strip()):
        return None
    try:
        return read_mail_server(address, _secret(env, "ANCHOR_SMTP_PASSWORD"), env.get("ANCHOR_MAIL_FROM", "").strip())
    except ValueError as error:
        raise SettingRefused(str(error)) from None


def _providers(env: Mapping[str, str]) -> tuple[Provider, ...]:
    try:
        return read_providers(env, _secret)
    except ValueError as error:
        raise SettingRefused(str(error)) from None


def _logo(env: Mapping[str, str]) -> str:
    """An image that pages and certificates can both show."""
    path = env.get("ANCHOR_LOGO", "")
    if path and not (Path(path).is_file() and Path(path).suffix.lower() in {".png", ".jpg", ".jpeg"}):
        raise SettingRefused("ANCHOR_LOGO must be the path of a PNG or JPEG file that is there")
    return path


def _licence_url(env: Mapping[str, str]) -> str:
    """Where the licence can be read; another licence than the default needs an address of its own."""
    address = env.get("ANCHOR_LICENCE_URL", "").strip()
    if not address and env.get("ANCHOR_LICENCE"):
        raise SettingRefused("set ANCHOR_LICENCE_URL too: the address of the licence that ANCHOR_LICENCE names")
    if address and not re.fullmatch(r"https?://[!-~]+", address):
        raise SettingRefused("ANCHOR_LICENCE_URL must be an address like https://licence.example/v1")
    return address or Settings.licence_url


def _clamd(env: Mapping[str, str]) -> str:
    address = env.get("ANCHOR_CLAMD", "").strip()
    if address and not re.fullmatch(r"unix:/.+|[^\s/]+:[0-9]{1,5}", address):
        raise SettingRefused("ANCHOR_CLAMD must be like 127.0.0.1:3310 or unix:/run/clamav/clamd.ctl")
    return address


def _yes_no(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = env.get(name, "").strip().lower()
    if text in {"", "yes", "no", "1", "0", "true", "false"}:
        return text in {"yes", "1", "true"} if text else default
    raise SettingRefused(f"{name} must be yes or no")


def _one_of(env: Mapping[str, str], name: str, words: Collection[str], default: str) -> str:
    """One of some words, whatever their capitals. Raises SettingRefused."""
    text = env.get(name, "").strip().lower()
    fitting = [word for word in words if word.lower() == text]
    if text and not fitting:
        raise SettingRefused(f"{name} must be one of: {', '.join(words)}")
    return fitting[0] if fitting else default


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name, "").strip() or str(default)
    if not re.fullmatch("[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise SettingRefused(f"{name} must be a whole number from {least} to {most}")
    return int(text)
