"""PDFs: not encrypted, no script, nothing that starts a program, no files inside."""

import io
import logging
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from anchor_portal.domain.answers.evidence import FileRefused
from anchor_portal.services.inspection.kinds import PASSWORD

MOST_OBJECTS = 200_000
FORBIDDEN = {
    "/JS": "it carries a script",
    "/JavaScript": "it carries a script",
    "/EmbeddedFiles": "it has other files inside: hand them in by themselves",
    "/EF": "it has other files inside: hand them in by themselves",
    "/XFA": "it is a form with a program in it: print it to a PDF",
    "/RichMedia": "it has films or programs in it: print it to a PDF",
}
STARTERS = frozenset({"/Launch", "/JavaScript", "/ImportData", "/RichMediaExecute"})
"""Kinds of actions that do something when the file is opened or clicked."""


def examine(content: bytes) -> None:
    """Look through a PDF, object by object. Raises FileRefused."""
    logging.disable(logging.CRITICAL)  # what the library says of odd files is of no use to anybody here
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise FileRefused(PASSWORD)
        if len(reader.pages) == 0:
            raise FileRefused("it has no pages")
        for found in _dictionaries(reader):
            _check(found)
    except FileRefused:
        raise
    except Exception as fault:  # a damaged file can raise nearly anything in the library
        raise FileRefused("it is damaged: open it, print it to a PDF and try once more") from fault


def _check(found: DictionaryObject) -> None:
    for key, why in FORBIDDEN.items():
        if key in found:
            raise FileRefused(why)
    if str(found.raw_get("/S") if "/S" in found else "") in STARTERS:
        raise FileRefused("it starts a script or a program when it is used")


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary that can be reached from the trailer, each once."""
    waiting: list[Any] = [reader.trailer]
    seen: set[tuple[int, int]] = set()
    while waiting:
        each = waiting.pop()
        if isinstance(each, IndirectObject):
            if (each.idnum, each.generation) in seen:
                continue
            seen.add((each.idnum, each.generation))
            if len(seen) > MOST_OBJECTS:
                raise FileRefused("it has more parts than can be looked through: print it to a PDF")
            each = reader.get_object(each)
        if isinstance(each, DictionaryObject):
            yield each
            waiting.extend(each.raw_get(key) for key in each)
        elif isinstance(each, ArrayObject):
            waiting.extend(list.__iter__(each))
