"""The open data files: from frozen publications to the bytes that the pages and the command line hand out alike."""

import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Literal

from sqlalchemy.orm import Session

from anchor_portal.clock import local
from anchor_portal.config import Settings
from anchor_portal.domain.answers.text import clean_line
from anchor_portal.domain.figures.indicator_json import view_from_json
from anchor_portal.domain.figures.indicators import IndicatorView
from anchor_portal.domain.open_data.columns import DICTIONARY, FIGURES, dictionary_rows
from anchor_portal.domain.open_data.document import document_of
from anchor_portal.domain.open_data.rows import Edition, Publisher, rows_of, trends_of
from anchor_portal.domain.rounds import Period
from anchor_portal.outputs.open_data.data_package import RoundFile, describe_files
from anchor_portal.outputs.open_data.files import write_json, write_rows
from anchor_portal.queries.releases import Release, load_editions

Kind = Literal["csv", "json"]

KEPT = 64
"""Revisions, and files of them, that a process keeps as they were read and written: they never change."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A file, told from others by everything that it is made from; views are told by their fingerprints."""

    kind: Kind
    publisher: Publisher
    made_from: tuple[Hashable, ...]
    edition: Edition = field(compare=False)
    every: Sequence[Edition] = field(compare=False)


def publisher_of(settings: Settings, *, is_demo: bool) -> Publisher:
    """Who publishes here, where and under which licence."""
    return Publisher(settings.partnership, settings.base_url, settings.licence, settings.licence_url, is_demo)


def load_all(session: Session) -> list[Edition]:
    """Every revision of every published round, the earliest publication first: one statement."""
    return [_edition(release) for release in load_editions(session)]


def _edition(release: Release) -> Edition:
    return Edition(
        round=release.round_code,
        title=clean_line(release.round_title),
        revision=release.revision,
        published_at=release.published_at,
        published_on=local(release.published_at).date(),
        reason=clean_line(release.reason),
        digest=release.digest,
        fingerprint=sha256(release.outside.encode()).hexdigest(),
        period=Period(release.period_from, release.period_to),
        views=_read(release.outside),
    )


@lru_cache(maxsize=KEPT)
def _read(frozen: str) -> tuple[IndicatorView, ...]:
    return tuple(view_from_json(each) for each in json.loads(frozen))


def find_edition(every: Sequence[Edition], round_code: str, revision: int | None = None) -> Edition | None:
    """A revision of a round, the latest where none is named; None where it was not published."""
    found = [each for each in every if each.round == round_code and revision in {None, each.revision}]
    return max(found, key=lambda each: each.revision, default=None)


def latest_of(every: Sequence[Edition]) -> list[Edition]:
    """The latest revision of each round, the newest round first."""
    codes = sorted({each.round for each in every}, reverse=True)
    return [edition for code in codes if (edition := find_edition(every, code))]


def write_figures(edition: Edition, every: Sequence[Edition], publisher: Publisher, kind: Kind) -> bytes:
    """The file of one revision; the same bytes whenever and however it is asked for."""
    made_from = tuple(_facts(each) for each in (edition, *every))
    return _write(_Asked(kind, publisher, made_from, edition, every))


def _facts(edition: Edition) -> tuple[Hashable, ...]:
    return (
        edition.round,
        edition.title,
        edition.period,
        edition.revision,
        edition.published_at,
        edition.reason,
        edition.digest,
        edition.fingerprint,
    )


@lru_cache(maxsize=2 * KEPT)
def _write(asked: _Asked) -> bytes:
    trends = trends_of(asked.edition, asked.every)
    if asked.kind == "json":
        return write_json(document_of(asked.edition, asked.every, trends, asked.publisher))
    return write_rows(FIGURES, rows_of(asked.edition, trends, is_demo=asked.publisher.is_demo))


def write_dictionary() -> bytes:
    """The data dictionary as CSV."""
    return write_rows(DICTIONARY, dictionary_rows())


def write_package(every: Sequence[Edition], publisher: Publisher) -> bytes:
    """The data package over the newest file of each round and the data dictionary."""
    files = [RoundFile(each, write_figures(each, every, publisher, "csv")) for each in latest_of(every)]
    return write_json(describe_files(files, write_dictionary(), publisher))
