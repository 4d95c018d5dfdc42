"""Office files of both families, which are archives of XML: no macros, no passwords, nothing that unpacks to too much."""

import io
import re
import zipfile
from collections.abc import Iterator

from anchor_portal.domain.answers.evidence import MEGABYTE, FileRefused
from anchor_portal.services.inspection.kinds import PASSWORD

MOST_UNPACKED = 300 * MEGABYTE
MOST_OF_A_PART = 40 * MEGABYTE
"""Bytes of one XML part, sheets of a workbook aside, which are read row by row."""
MOST_ENTRIES = 5000
MOST_RATIO, RATIO_COUNTS_FROM = 200, 8 * MEGABYTE
"""How much smaller an entry may be packed, from which size on: text packs well, but not so well."""
STEP = 256 * 1024
BOMB = "it unpacks to far more than such a file needs. Save it again in your office program and try once more"
MACROS = "it carries macros or other program parts: save it without them"
DAMAGED = "it is damaged: open it, save it again and try once more"

_MACRO_PART = re.compile(
    r"(vba(project|data)[^/]*\.(bin|xml)$)|/macrosheets/|/activex/|^(basic|scripts)/|/embeddings/[^/]*\.bin$|/oleobject[^/]*$"
)
_XML = re.compile(r"\.(xml|rels|vml|rdf)$")
_SHEET = re.compile(r"^(xl/(worksheets|sharedstrings)|content\.xml)")
_FAR_AWAY = re.compile(
    rb'Type\s*=\s*"[^"]*/(attachedTemplate|oleObject|frame|subDocument)"[^>]*TargetMode\s*=\s*"External"|TargetMode\s*=\s*"External"[^>]*Type\s*=\s*"[^"]*/(attachedTemplate|oleObject|frame|subDocument)"'
)


def examine(code: str, content: bytes) -> None:
    """Look through an Office file. Raises FileRefused with what is wrong."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_entries(archive.infolist())
            for entry in archive.infolist():
                if _XML.search(entry.filename.lower()):
                    _check_part(archive, entry)
    except FileRefused:
        raise
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
        raise FileRefused(DAMAGED) from None
    except Exception as fault:  # what zlib and lzma raise has no common name
        raise FileRefused(DAMAGED) from fault


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise FileRefused(BOMB)
    if len({entry.filename for entry in entries}) < len(entries):
        raise FileRefused(DAMAGED)
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise FileRefused(PASSWORD)
        if _MACRO_PART.search(f"{entry.filename.lower()}"):
            raise FileRefused(MACROS)
        if entry.file_size > RATIO_COUNTS_FROM and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise FileRefused(BOMB)


def _check_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """One XML part, read in pieces, so that what the archive says of its size need not be believed."""
    name = entry.filename.lower()
    most = MOST_UNPACKED if _SHEET.match(name) else MOST_OF_A_PART
    for piece in _pieces(archive, entry, most):
        plain = piece.replace(b"\0", b"") if b"\0" in piece else piece  # so that UTF-16 hides nothing
        if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
            raise FileRefused("its XML declares entities of its own, which no office program writes")
        if name == "[content_types].xml" and b"macroenabled" in plain.lower():
            raise FileRefused(MACROS)
        if name == "meta-inf/manifest.xml" and b"encryption-data" in plain:
            raise FileRefused(PASSWORD)
        if name.endswith(".rels") and _FAR_AWAY.search(plain):
            raise FileRefused("it fetches a template or an object from elsewhere when it is opened")


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """The part in pieces that overlap a little, so that no word is cut in two unseen."""
    total, kept = 0, b""
    with archive.open(entry) as part:
        while piece := part.read(STEP):
            total += len(piece)
            if total > most:
                raise FileRefused(BOMB)
            yield kept + piece
            kept = (kept + piece)[-1024:]
