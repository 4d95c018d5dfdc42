"""Styles, scripts and pictures of our own: addresses that change with the content, kept for good, sent compressed.

`url_for("static", …)` names the file with the first letters of its digest. A browser keeps what such an address gave for
a year without asking again; after an upgrade the pages name another address. An address without the digest, or with an
old one, gives the file as it is now, to be asked for each time. What set-up compressed beforehand (portal.py) goes out
as it lies there.
"""

import os
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request, send_from_directory
from werkzeug.security import safe_join

LASTING = "public, max-age=31536000, immutable"
ASKED_EACH_TIME = "public, no-cache"


def set_up(app: Flask) -> None:
    """Name files by their digest, and serve them."""
    app.url_default_functions.setdefault(None, []).append(_name)
    app.view_functions["static"] = serve


def serve(filename: str) -> Response:
    """A file of the folder `static`; 404 where there is none."""
    folder = str(current_app.static_folder)
    place = safe_join(folder, filename) or ""
    is_zipped = "gzip" in request.headers.get("Accept-Encoding", "") and _has_zipped(place)
    response = send_from_directory(folder, filename + ".gz" * is_zipped, mimetype=_kind(filename), conditional=True)
    if is_zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    is_this = request.args.get("v") == digest_of(place)
    response.headers["Cache-Control"] = LASTING if is_this else ASKED_EACH_TIME
    return response


def digest_of(place: str) -> str:
    """The first letters of a file's digest; empty where there is no such file."""
    try:
        return _digest(place, os.stat(place).st_mtime_ns)  # without a Path: three times with every page
    except (OSError, ValueError):
        return ""


@cache
def _digest(place: str, _changed_at: int) -> str:
    return sha256(Path(place).read_bytes()).hexdigest()[:12]


def _has_zipped(place: str) -> bool:
    try:
        return bool(place) and Path(place + ".gz").is_file()
    except ValueError:
        return False


def _kind(filename: str) -> str | None:
    """The kind by the name; scripts as browsers want modules to be."""
    return {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}.get(filename.rpartition(".")[2])


def _name(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and (filename := values.get("filename")):
        values.setdefault("v", digest_of(f"{current_app.static_folder}/{filename}") or None)
