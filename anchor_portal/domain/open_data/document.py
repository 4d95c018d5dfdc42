"""The figures of a published round as one JSON document: the Interchange of the command line, and what is about it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.figures.definitions import Definition
from anchor_portal.domain.figures.indicator_json import view_as_json
from anchor_portal.domain.figures.indicators import BREAKDOWNS, IndicatorView
from anchor_portal.domain.findings.comparison import compare
from anchor_portal.domain.findings.trend import Trend
from anchor_portal.domain.open_data.rows import Edition, Publisher, revisions_until, say_period

SYNTHETIC = "Every figure here is synthetic. Nothing says anything about the real organisations named."


def document_of(
    edition: Edition, every: Iterable[Edition], trends: Mapping[str, Trend], publisher: Publisher
) -> dict[str, Any]:
    """Everything that was published in one revision of a round."""
    return {
        "round": edition.round,
        "status": "published",
        "title": f"{publisher.name}: figures of {edition.title}",
        "demonstration": publisher.is_demo,
        "note": SYNTHETIC if publisher.is_demo else None,
        "period": {"from": edition.period.first.isoformat(), "to": edition.period.last.isoformat()},
        "revision": edition.revision,
        "published_at": say_moment(edition),
        "reason": edition.reason or None,
        "digest": edition.digest,
        "revisions": [_revision(each, publisher) for each in revisions_until(edition, every)],
        "publisher": publisher.name,
        "licence": {"name": publisher.licence, "url": publisher.licence_url},
        "citation": citation(edition, publisher),
        "links": _links(edition, publisher),
        "definitions": [_definition(view.definition, edition) for view in edition.views],
        "indicators": [view_as_json(view) for view in edition.views],
        "trends": [_trend(view.definition, trends[view.definition.measure]) for view in edition.views],
        "comparisons": [each for view in edition.views for each in _comparisons(view)],
    }


def say_moment(edition: Edition) -> str:
    """When it was published, in UTC: 2026-09-14T11:20:00Z."""
    return edition.published_at.isoformat(timespec="seconds").replace("+00:00", "Z")


def address_of(edition: Edition, publisher: Publisher, kind: str) -> str:
    """Where this very revision lies; `kind` is csv or json."""
    return f"{publisher.base_url}/data/{edition.round}/revision-{edition.revision}.{kind}"


def citation(edition: Edition, publisher: Publisher) -> str:
    """How to cite it."""
    words = f"{publisher.name}, figures of {edition.title}, revision {edition.revision}, published "
    words += (
        f"{say_date(edition.published_on)}. {publisher.base_url}/data/{edition.round}/revision-{edition.revision}.csv"
    )
    return f"{words} (synthetic demonstration figures)" if publisher.is_demo else words


def _revision(edition: Edition, publisher: Publisher) -> dict[str, Any]:
    return {
        "revision": edition.revision,
        "published_at": say_moment(edition),
        "reason": edition.reason or None,
        "digest": edition.digest,
        "csv": address_of(edition, publisher, "csv"),
        "json": address_of(edition, publisher, "json"),
    }


def _links(edition: Edition, publisher: Publisher) -> dict[str, str]:
    data = f"{publisher.base_url}/data"
    return {
        "self": address_of(edition, publisher, "json"),
        "csv": address_of(edition, publisher, "csv"),
        "latest": f"{data}/{edition.round}.json",
        "page": data,
        "dictionary": f"{data}/dictionary.csv",
        "data_package": f"{data}/datapackage.json",
        "description": f"{data}/openapi.json",
        "feed": f"{data}/releases.atom",
    }


def _definition(definition: Definition, edition: Edition) -> dict[str, Any]:
    return {
        "definition": definition.code,
        "number": definition.number,
        "measure": definition.measure,
        "count_unit": definition.kind_of_number,
        "time_period": say_period(definition, edition.period),
        **dict(definition.fingertips),
    }


def _trend(definition: Definition, trend: Trend) -> dict[str, Any]:
    return {
        "definition": definition.code,
        "direction": trend.direction,
        "words": trend.words,
        "rounds": list(trend.rounds),
    }


def _comparisons(view: IndicatorView) -> Iterator[dict[str, str]]:
    """Each row of a breakdown that can be compared with all signatories by its interval."""
    for breakdown in BREAKDOWNS:
        for row in view.breakdowns[breakdown]:
            outcome = compare(row, view.headline).outcome
            if outcome != "not_compared":
                yield {
                    "definition": view.definition.code,
                    "breakdown": breakdown,
                    "code": row.code,
                    "compared_to_all": outcome,
                }
