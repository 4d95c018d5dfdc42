"""Open data: a page that says what there is, and files with addresses that stay."""

import re
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, render_template, request

from anchor_portal.domain.beacon.fingertips import COLUMNS
from anchor_portal.domain.open_data.columns import FIGURES
from anchor_portal.domain.open_data.document import citation
from anchor_portal.domain.open_data.rows import Edition, Publisher
from anchor_portal.extensions import db, reference, settings
from anchor_portal.outputs.open_data.files import write_json
from anchor_portal.outputs.open_data.open_api import describe_addresses
from anchor_portal.outputs.open_data.release_feed import write_feed
from anchor_portal.services.figures.open_data import (
    Kind,
    find_edition,
    latest_of,
    load_all,
    publisher_of,
    write_dictionary,
    write_figures,
    write_package,
)
from anchor_portal.web.access import open_to_all
from anchor_portal.web.caching import answer, open_to_other_sites

blueprint = Blueprint("open_data", __name__)
MEDIA: dict[Kind, str] = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
ATOM = "application/atom+xml; charset=utf-8"
PAGES = frozenset({"open_data.index", "open_data.dictionary"})
LONGEST_REVISION = 9
"""Digits of a revision's number in an address."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A revision as the page lists it, with the sizes of its files in bytes."""

    edition: Edition
    is_latest: bool
    csv: int
    json: int


@blueprint.after_request
def allow_asking_before(response: Response) -> Response:
    """Let scripts of other sites send the tag of what they have: browsers ask first whether they may."""
    if request.method == "OPTIONS" and request.endpoint not in PAGES:
        open_to_other_sites(response)
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
    return response


@blueprint.get("/data")
@open_to_all
def index() -> str:
    """What data there is, under which licence, and how to cite it."""
    every, publisher = load_all(db()), _publisher()
    latest = latest_of(every)
    listed = [_listed(each, every, publisher) for each in sorted(every, key=_newest_first)]
    cited = citation(latest[0], publisher) if latest else ""
    return render_template("open_data/index.html", listed=listed, latest=latest, citation=cited)


def _newest_first(edition: Edition) -> tuple[int, int]:
    return -int(edition.round.replace("-", "")), -edition.revision


def _listed(edition: Edition, every: list[Edition], publisher: Publisher) -> Listed:
    sizes = (len(write_figures(edition, every, publisher, kind)) for kind in MEDIA)
    return Listed(edition, edition == find_edition(every, edition.round), *sizes)


@blueprint.get("/data/dictionary")
@open_to_all
def dictionary() -> str:
    """What every column means."""
    return render_template("open_data/dictionary.html", columns=FIGURES, fingertips=len(COLUMNS))


@blueprint.get("/data/dictionary.csv")
@open_to_all
def dictionary_csv() -> Response:
    """The same as a file."""
    return _file(write_dictionary(), MEDIA["csv"], None, name="anchor-framework-data-dictionary.csv")


@blueprint.get("/data/datapackage.json")
@open_to_all
def package() -> Response:
    """The files described for programs: Frictionless Data Package with Table Schemas."""
    every = load_all(db())
    return _file(write_package(every, _publisher()), MEDIA["json"], _newest(every))


@blueprint.get("/data/releases.atom")
@open_to_all
def feed() -> Response:
    """Releases and revisions, for feed readers."""
    every = load_all(db())
    return _file(write_feed(every, _publisher()), ATOM, _newest(every))


@blueprint.get("/data/openapi.json")
@open_to_all
def description() -> Response:
    """The addresses and the JSON described for programs: OpenAPI."""
    return _file(write_json(describe_addresses(_publisher())), MEDIA["json"], None)


@blueprint.get("/data/<round_code>.csv")
@open_to_all
def round_csv(round_code: str) -> Response:
    """The latest revision of a round."""
    return _figures(round_code, None, "csv")


@blueprint.get("/data/<round_code>.json")
@open_to_all
def round_json(round_code: str) -> Response:
    """The latest revision of a round."""
    return _figures(round_code, None, "json")


@blueprint.get("/data/<round_code>/revision-<revision>.csv")
@open_to_all
def revision_csv(round_code: str, revision: str) -> Response:
    """One revision of a round, for ever."""
    return _figures(round_code, _number_or_404(revision), "csv")


@blueprint.get("/data/<round_code>/revision-<revision>.json")
@open_to_all
def revision_json(round_code: str, revision: str) -> Response:
    """One revision of a round, for ever."""
    return _figures(round_code, _number_or_404(revision), "json")


def _figures(round_code: str, revision: int | None, kind: Kind) -> Response:
    every = load_all(db())
    edition = find_edition(every, round_code, revision)
    if edition is None:
        abort(404)
    which = f"{edition.round}-revision-{edition.revision}"
    name = f"anchor-framework-{which}.csv" if kind == "csv" else ""
    content = write_figures(edition, every, _publisher(), kind)
    return _file(content, MEDIA[kind], edition.published_at, is_lasting=revision is not None, name=name)


def _number_or_404(revision: str) -> int:
    """A number in the one way in which addresses write it: 1, and neither 01 nor +1."""
    if not re.fullmatch("[1-9][0-9]*", revision) or len(revision) > LONGEST_REVISION:
        abort(404)
    return int(revision)


def _publisher() -> Publisher:
    return publisher_of(settings(), is_demo=reference().is_demo)


def _newest(every: list[Edition]) -> datetime | None:
    return max((each.published_at for each in every), default=None)


def _file(
    content: bytes, kind: str, modified_at: datetime | None, *, is_lasting: bool = False, name: str = ""
) -> Response:
    return open_to_other_sites(answer(content, kind, modified_at=modified_at, is_lasting=is_lasting, name=name))
