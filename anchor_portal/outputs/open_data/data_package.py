"""The description of the CSV files as a Frictionless Data Package, with a Table Schema for each.

Source: Data Package and Table Schema, version 1 (specs.frictionlessdata.io), which the public validator reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from anchor_portal.domain.open_data.columns import DICTIONARY, FIGURES, KEY, Column
from anchor_portal.domain.open_data.document import SYNTHETIC, say_moment
from anchor_portal.domain.open_data.rows import Edition, Publisher

OPEN_GOVERNMENT_LICENCE = "Open Government Licence v3.0"
DICTIONARY_KEY = ("File", "Position")


@dataclass(frozen=True, slots=True)
class RoundFile:
    """The newest CSV of a round, with the bytes that are served."""

    edition: Edition
    content: bytes


def describe_files(rounds: Sequence[RoundFile], dictionary: bytes, publisher: Publisher) -> dict[str, Any]:
    """The package: the newest revision of every published round, the newest first, and the data dictionary."""
    about = f"Figures of {publisher.name}, one file for each round, in the columns of a Fingertips download."
    package: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": "anchor-framework-figures",
        "id": f"{publisher.base_url}/data/datapackage.json",
        "title": f"{publisher.name}: figures",
        "description": f"{about} {SYNTHETIC}" if publisher.is_demo else about,
        "homepage": f"{publisher.base_url}/data",
        "licenses": [_licence(publisher)],
        "sources": [
            {
                "title": "Returns of the signatory organisations to the Anchor Assembly",
                "path": f"{publisher.base_url}/how-figures-are-made",
            }
        ],
        "contributors": [{"title": publisher.name, "role": "publisher"}],
        "keywords": ["anchor institutions", "public health", "fair employment", "local procurement"],
        "resources": [*(_round(each, publisher) for each in rounds), _dictionary(dictionary, publisher)],
    }
    if rounds:
        newest = max((each.edition for each in rounds), key=lambda edition: edition.published_at)
        package |= {"version": f"{newest.round}.{newest.revision}", "created": say_moment(newest)}
    return package


def _licence(publisher: Publisher) -> dict[str, str]:
    licence = {"title": publisher.licence, "path": publisher.licence_url}
    return {"name": "OGL-UK-3.0", **licence} if publisher.licence == OPEN_GOVERNMENT_LICENCE else licence


def _round(file: RoundFile, publisher: Publisher) -> dict[str, Any]:
    edition = file.edition
    more = {
        "version": f"{edition.round}.{edition.revision}",
        "description": f"Revision {edition.revision}, of {say_moment(edition)}."
        + (f" Revised because: {edition.reason}" if edition.reason else ""),
    }
    title = f"Figures of {edition.title}"
    return _resource(f"figures-{edition.round}", f"{edition.round}.csv", title, file.content, publisher) | {
        **more,
        "schema": _schema(FIGURES, KEY),
    }


def _dictionary(content: bytes, publisher: Publisher) -> dict[str, Any]:
    resource = _resource("dictionary", "dictionary.csv", "Data dictionary", content, publisher)
    return resource | {"schema": _schema(DICTIONARY, DICTIONARY_KEY)}


def _resource(name: str, path: str, title: str, content: bytes, publisher: Publisher) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": path,
        "title": title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{sha256(content).hexdigest()}",
        "licenses": [_licence(publisher)],
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
    }


def _schema(columns: Sequence[Column], key: Sequence[str]) -> dict[str, Any]:
    return {"fields": [_field(each) for each in columns], "missingValues": [""], "primaryKey": list(key)}


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": column.type, "description": column.meaning}
    if column.unit:
        field["unit"] = column.unit
    constraints = _constraints(column)
    return field | {"constraints": constraints} if constraints else field


def _constraints(column: Column) -> dict[str, Any]:
    """What the validator checks: percentages lie in 0 to 100, counts are not negative."""
    constraints: dict[str, Any] = {"required": True} if column.is_required else {}
    if column.allowed:
        constraints["enum"] = [int(each) for each in column.allowed] if column.type == "integer" else [*column.allowed]
    if column.pattern:
        constraints["pattern"] = column.pattern
    if column.is_number and not column.allowed:
        constraints["minimum"] = 0
    if column.unit.startswith("per cent"):
        constraints["maximum"] = 100
    return constraints
