"""Looking inside a file that somebody hands in: what it really is, and whether it may be kept.

Every reader has limits in size and time; those of PDFs and workbooks run in a process apart, which is ended when it
takes too much of either.
"""

from anchor_portal.domain.answers.evidence import FileKind, FileRefused, kind_of, safe_name, say_size
from anchor_portal.services.inspection import office, pictures, tables
from anchor_portal.services.inspection.apart import run_apart
from anchor_portal.services.inspection.kinds import recognise

READERS_APART = {
    "pdf": "anchor_portal.services.inspection.pdf:examine",
    "xlsx": "anchor_portal.services.inspection.tables:examine_workbook",
}


def inspect(typed_name: str, content: bytes, most_megabytes: int) -> tuple[str, FileKind]:
    """The safe name and the kind of a file that may be kept. Raises FileRefused with the reason.

    `content` may end early where the file has more than `most_megabytes` (of 1024 x 1024 bytes).
    """
    name = safe_name(typed_name)
    kind = kind_of(name)
    if not content:
        raise FileRefused(f"“{name}” is empty")
    if len(content) > most_megabytes * 1024 * 1024:
        raise FileRefused(f"“{name}” is larger than {most_megabytes} MB, which is the most that one file may have")
    try:
        _examine(kind, content)
    except FileRefused as refusal:
        raise FileRefused(f"“{name}” was not taken: {refusal}") from None
    return name, kind


def _examine(kind: FileKind, content: bytes) -> None:
    code, words = recognise(content)
    if code != kind.code and not (kind.code == "csv" and code == "text"):
        raise FileRefused(f"its name says that it is {kind.words}, but inside it is {words}")
    if kind.code in {"docx", "xlsx", "pptx", "odt", "ods", "odp"}:
        office.examine(kind.code, content)
    if kind.code in {"png", "jpg", "gif", "webp"}:
        pictures.examine(kind.code, content)
    if kind.code == "csv":
        tables.examine_csv(content)
    if kind.code == "ods":
        tables.examine_opendocument(content)
    if kind.code in READERS_APART:
        run_apart(READERS_APART[kind.code], content)


__all__ = ["FileRefused", "inspect", "say_size"]
