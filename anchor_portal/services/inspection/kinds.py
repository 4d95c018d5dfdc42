"""What a file really is, from its content alone."""

import io
import zipfile
from typing import Any

import filetype

from anchor_portal.domain.answers.evidence import KINDS, FileRefused

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""How files of old Office begin, and encrypted ones of the new."""
PASSWORD = "it is protected by a password: save it without one"  # noqa: S105 - words about one
_PARTS = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_OPEN = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}
_WORDS = {
    "application/x-msdownload": "a Windows program",
    "application/x-executable": "a program",
    "application/x-dosexec": "a Windows program",
    "application/zip": "an archive of other files",
    "application/x-7z-compressed": "an archive of other files",
    "application/x-rar-compressed": "an archive of other files",
    "application/gzip": "a compressed file",
    "application/rtf": "a Rich Text document",
}
_MARKUP = (
    "<!doctype",
    "<html",
    "<head",
    "<body",
    "<script",
    "<svg",
    "<?xml",
    "<?php",
    "<iframe",
    "<img",
    "#!",
    "mime-version:",
)


def recognise(content: bytes) -> tuple[str, str]:
    """The code of the kind (or "text", or "other") and words for it. Raises FileRefused for an encrypted file."""
    if content.startswith(OLE):
        return _recognise_ole(content)
    if content.startswith(b"PK\x03\x04"):
        return _recognise_zip(content)
    if content.startswith(b"%PDF-"):
        _refuse_second_nature(content)
        return "pdf", KINDS["pdf"].words
    if content.startswith((b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe")):
        return "other", "a program"
    return _recognise_other(content)


def _recognise_ole(content: bytes) -> tuple[str, str]:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise FileRefused(PASSWORD)
    return "other", "a file of an older Office: save it as .docx, .xlsx or .pptx"


def _recognise_zip(content: bytes) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            said = archive.read("mimetype")[:100].decode("ascii", "replace") if _says_its_type(archive) else ""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
        raise FileRefused("it is damaged: open it, save it again and try once more") from None
    code = _OPEN.get(said.removeprefix(_OPEN_DOCUMENT).strip(), "") if said.startswith(_OPEN_DOCUMENT) else ""
    if not code and "[Content_Types].xml" in names:
        code = next((kind for folder, kind in _PARTS.items() if any(name.startswith(folder) for name in names)), "")
    return (code, KINDS[code].words) if code else ("other", _WORDS["application/zip"])


def _says_its_type(archive: zipfile.ZipFile) -> bool:
    """Whether there is a short entry `mimetype`, as OpenDocument has one."""
    return "mimetype" in archive.namelist() and archive.getinfo("mimetype").file_size < 200


def _recognise_other(content: bytes) -> tuple[str, str]:
    guess: Any = filetype.guess(content)
    if guess is None:
        return _recognise_text(content)
    if guess.extension in KINDS:
        _refuse_second_nature(content)
        return guess.extension, KINDS[guess.extension].words
    family = guess.mime.partition("/")[0]
    named = {
        "video": "a film",
        "audio": "a sound recording",
        "image": f"an image of the kind {guess.extension.upper()}",
    }
    return "other", _WORDS.get(guess.mime) or named.get(family) or f"a file of the kind {guess.extension}"


def _refuse_second_nature(content: bytes) -> None:
    """A file that is at the same time an archive, read from its end."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise FileRefused("it is two things at once, with an archive hidden in it")


def _recognise_text(content: bytes) -> tuple[str, str]:
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "other", "not readable as any kind that is taken"
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(tuple(mark.encode() for mark in _MARKUP)):
        return "other", "a web page or a script"
    return "text", "plain text"
