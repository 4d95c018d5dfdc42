"""The addresses of the open data described for programs, as OpenAPI 3.1."""

from typing import Any

from anchor_portal.domain.open_data.document import SYNTHETIC
from anchor_portal.domain.open_data.rows import Publisher
from anchor_portal.outputs.open_data.open_api_schemas import ROUND, SCHEMAS

VERSION = "1.0.0"
"""Of the description: the first number changes where a reader of the JSON would have to."""

_HEADERS = {
    "ETag": {"description": "Send it back as If-None-Match.", "schema": {"type": "string"}},
    "Last-Modified": {"description": "When the revision was published.", "schema": {"type": "string"}},
    "Cache-Control": {"schema": {"type": "string"}},
    "Access-Control-Allow-Origin": {"schema": {"const": "*"}},
}
_ROUND = {
    "name": "round",
    "in": "path",
    "required": True,
    "description": "Year and month of a published round.",
    "schema": {"type": "string", "pattern": ROUND},
    "example": "2026-07",
}
_REVISION = {
    "name": "revision",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 999999999},
    "example": 1,
}
_IF_NONE_MATCH = {"name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"}}


def describe_addresses(publisher: Publisher) -> dict[str, Any]:
    """The whole description."""
    about = (
        "Figures of the published rounds. Stable addresses, no key, no cookie; scripts of other sites may read them."
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{publisher.name}: open data",
            "version": VERSION,
            "description": f"{about} {SYNTHETIC}" if publisher.is_demo else about,
            "license": {"name": publisher.licence, "url": publisher.licence_url},
        },
        "servers": [{"url": publisher.base_url}],
        "paths": {**_of_rounds(), **_of_revisions(), **_about()},
        "components": {
            "schemas": SCHEMAS,
            "parameters": {"Round": _ROUND, "Revision": _REVISION, "IfNoneMatch": _IF_NONE_MATCH},
            "responses": {
                "Unchanged": {
                    "description": "The file is the one that you have.",
                    "headers": {"ETag": _HEADERS["ETag"]},
                },
                "NotPublished": {
                    "description": "No such round or revision was published. A page for people says so.",
                    "content": {"text/html": {"schema": {"type": "string"}}},
                },
            },
        },
    }


def _of_rounds() -> dict[str, Any]:
    return {
        "/data/{round}.json": _get("round_json", "The latest revision of a round", _JSON, "Round"),
        "/data/{round}.csv": _get("round_csv", "The latest revision of a round, as CSV", _CSV, "Round"),
    }


def _of_revisions() -> dict[str, Any]:
    names = ("Round", "Revision")
    return {
        "/data/{round}/revision-{revision}.json": _get("revision_json", "One revision, for ever", _JSON, *names),
        "/data/{round}/revision-{revision}.csv": _get("revision_csv", "One revision, for ever, as CSV", _CSV, *names),
    }


def _about() -> dict[str, Any]:
    package = {"application/json": {"schema": {"type": "object", "required": ["resources"]}}}
    feed = {"application/atom+xml": {"schema": {"type": "string"}}}
    return {
        "/data/dictionary.csv": _get("dictionary", "Every column of the CSV files", _CSV),
        "/data/datapackage.json": _get("data_package", "The CSV files as a Frictionless Data Package", package),
        "/data/releases.atom": _get("feed", "Releases and revisions, as Atom", feed),
    }


_JSON = {"application/json": {"schema": {"$ref": "#/components/schemas/Release"}}}
_CSV = {"text/csv": {"schema": {"type": "string"}}}


def _get(identifier: str, summary: str, content: dict[str, Any], *parameters: str) -> dict[str, Any]:
    """An address that is read; those with parameters may not be found."""
    responses: dict[str, Any] = {
        "200": {"description": summary, "headers": _HEADERS, "content": content},
        "304": {"$ref": "#/components/responses/Unchanged"},
    }
    if parameters:
        responses["404"] = {"$ref": "#/components/responses/NotPublished"}
    return {
        "get": {
            "operationId": identifier,
            "summary": summary,
            "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in (*parameters, "IfNoneMatch")],
            "responses": responses,
        }
    }
