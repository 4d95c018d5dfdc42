"""Files as evidence: which kinds are taken, how their names are made safe, and how an answer names them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from anchor_portal.domain.answers.text import clean_line

MEGABYTE = 1024 * 1024
LONGEST_NAME = 100
"""Characters of a file's name, its ending included."""
SHOWN_DIGITS = 12
"""Digits of a file's SHA-256 that people are shown."""
_ID = re.compile("[0-9a-f]{32}")
_DIGEST = re.compile("[0-9a-f]{64}")
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")
"""Names that some systems keep for devices."""


class FileRefused(Exception):
    """A file is not taken; the text is a sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that is taken: its endings, its media type, what people call it."""

    code: str
    suffixes: tuple[str, ...]
    media_type: str
    words: str


_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
KINDS: Mapping[str, FileKind] = {
    kind.code: kind
    for kind in (
        FileKind("pdf", (".pdf",), "application/pdf", "a PDF"),
        FileKind("docx", (".docx",), f"{_OPEN_XML}.wordprocessingml.document", "a Word document"),
        FileKind("xlsx", (".xlsx",), f"{_OPEN_XML}.spreadsheetml.sheet", "an Excel workbook"),
        FileKind("pptx", (".pptx",), f"{_OPEN_XML}.presentationml.presentation", "a PowerPoint presentation"),
        FileKind("odt", (".odt",), f"{_OPEN_DOCUMENT}.text", "an OpenDocument text"),
        FileKind("ods", (".ods",), f"{_OPEN_DOCUMENT}.spreadsheet", "an OpenDocument spreadsheet"),
        FileKind("odp", (".odp",), f"{_OPEN_DOCUMENT}.presentation", "an OpenDocument presentation"),
        FileKind("png", (".png",), "image/png", "a PNG image"),
        FileKind("jpg", (".jpg", ".jpeg"), "image/jpeg", "a JPEG image"),
        FileKind("gif", (".gif",), "image/gif", "a GIF image"),
        FileKind("webp", (".webp",), "image/webp", "a WebP image"),
        FileKind("csv", (".csv",), "text/csv", "a CSV table"),
    )
}
_BY_SUFFIX = {suffix: kind for kind in KINDS.values() for suffix in kind.suffixes}
SUFFIXES = tuple(_BY_SUFFIX)
TAKEN = "PDF, Word, Excel, PowerPoint, OpenDocument, CSV, or an image (PNG, JPEG, GIF, WebP)"
INSTEAD = {
    ".doc": "save it as .docx",
    ".xls": "save it as .xlsx",
    ".ppt": "save it as .pptx",
    ".docm": "it can carry macros: save it as .docx",
    ".xlsm": "it can carry macros: save it as .xlsx",
    ".xlsb": "it can carry macros: save it as .xlsx",
    ".pptm": "it can carry macros: save it as .pptx",
    ".zip": "add the files in it one by one",
    ".heic": "save it as JPEG",
    ".svg": "save it as PNG",
    ".txt": "save it as PDF, or put the words into the section’s own text",
}


def kind_of(name: str) -> FileKind:
    """The kind that a file's ending names. Raises FileRefused for one that is not taken."""
    suffix = suffix_of(name)
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    what = f"files that end in {suffix} are not taken" if suffix else "its name has no ending that says what it is"
    raise FileRefused(f"“{name}”: {what}: {INSTEAD.get(suffix, f'use {TAKEN}')}")


def suffix_of(name: str) -> str:
    """The ending of a name, in small letters: ".pdf"; empty where there is none."""
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem and re.fullmatch("[A-Za-z0-9]{1,8}", ending) else ""


def safe_name(typed: str) -> str:
    """A name that no system misreads: no folders, no signs that command or turn the text, at most 100 characters."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", typed)[-1])
    name = "".join(
        sign for sign in name if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    name = clean_line(_UNSAFE.sub("-", name)).strip(" .")
    suffix = suffix_of(name)
    stem = name[: len(name) - len(suffix)][: LONGEST_NAME - len(suffix)].strip(" .") or "file"
    return f"{'file-' if _RESERVED.match(stem) else ''}{stem}{suffix}"


OPENS = {"png": "picture", "jpg": "picture", "gif": "picture", "webp": "picture", "csv": "table", "pdf": "document"}
"""Kinds that can be looked at inside the portal; others can carry what a page must not run, and are only saved."""


def opens_as(name: str) -> str:
    """How a file can be looked at in place: as a picture, a table or a document; empty where it is only saved."""
    kind = _BY_SUFFIX.get(suffix_of(name))
    return OPENS.get(kind.code, "") if kind else ""


def is_file_id(text: str) -> bool:
    """Whether a text is shaped like the identifier of a file: 32 hexadecimal digits."""
    return _ID.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """Whether a text is shaped like a SHA-256: 64 hexadecimal digits."""
    return _DIGEST.fullmatch(text) is not None


def say_size(size: int) -> str:
    """A number of bytes in words: "812 KB", "3.4 MB"."""
    if size < MEGABYTE:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / MEGABYTE:.1f} MB"
