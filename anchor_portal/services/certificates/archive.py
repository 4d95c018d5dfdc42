"""Certificates as files of a ZIP, with a text that says what is in it, and what is missing and why."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from tempfile import TemporaryFile
from typing import IO
from zlib import crc32

from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.certificates.words import CertificateKind
from anchor_portal.domain.rounds import title_of
from anchor_portal.outputs.exports.stored_zip import StoredZip
from anchor_portal.outputs.pdf.certificate_pdf import NameTooLong
from anchor_portal.outputs.pdf.fonts import MissingGlyph
from anchor_portal.queries.certificates import Listed, Selection, load_standing
from anchor_portal.queries.reference import load_reference
from anchor_portal.services.documents import certificate_pdf

READ_ME = "read-me.txt"
PAGE = 10
"""So many certificates are read, and kept as one piece, at a time."""
PIECE = 64 * 1024
NUMBER_LENGTH = len("2026-07-7KQ4XD")
TITLES = {CertificateKind.SIGNATORY: "Certificates of all signatories", CertificateKind.AWARD: "Certificates of awards"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A certificate as a file."""

    number: str
    organisation: str
    file_name: str
    content: bytes
    issued_on: date


@dataclass(frozen=True, slots=True)
class Missing:
    """A certificate that could not be made, and why, in a sentence."""

    number: str
    organisation: str
    why: str


def title_of_selection(selection: Selection) -> str:
    """What a file of these certificates is called: "Certificates of the July 2026 round"."""
    return TITLES.get(selection.kind) or f"Certificates of the {title_of(selection.round_code)} round"


def file_name_of(selection: Selection) -> str:
    """The name under which it is saved."""
    which = f"round-{selection.round_code}" if selection.round_code else f"{selection.kind}"
    return f"anchor-certificates-{which}.zip"


def draw(listed: Listed, settings: Settings, *, is_demo: bool) -> Drawn | Missing:
    """One certificate as a file, or the reason why it cannot be printed."""
    certificate = listed.certificate
    number, organisation = certificate.number, certificate.organisation_name
    try:
        content = certificate_pdf(certificate, settings, is_demo=is_demo)
    except (MissingGlyph, NameTooLong) as refusal:
        return Missing(number, organisation, str(refusal))
    return Drawn(number, organisation, f"{listed.slug}-{number}.pdf", content, certificate.issued_on)


def number_in(file_name: str) -> str:
    """The number of the certificate in a file's name."""
    return file_name.removesuffix(".pdf")[-NUMBER_LENGTH:]


@dataclass
class Contents:
    """What came of making a file: how many certificates, what is missing, and what was left out.

    `gone` are certificates that stood when they were drawn, and were replaced or withdrawn before the file was done.
    The names of the files are kept outside of memory, however many there are.
    """

    made: int = 0
    missing: list[Missing] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    _names: IO[bytes] = field(default_factory=TemporaryFile)

    def note(self, file_name: str) -> None:
        """A certificate is in the file, under this name."""
        self.made += 1
        self._names.write(f"  {file_name}\r\n".encode())

    def names(self) -> Iterator[bytes]:
        """The lines that list the files."""
        self._names.seek(0)
        while piece := self._names.read(PIECE):
            yield piece

    def close(self) -> None:
        """Let go of the names; all else stays."""
        self._names.close()

    @property
    def outcome(self) -> str:
        """How it ended, in a sentence without its stop."""
        made = _count(self.made)
        if not self.missing:
            return made
        are = "is" if len(self.missing) == 1 else "are"
        return f"{made}; {len(self.missing)} {are} missing, and {READ_ME} in the file says why"


def _count(number: int) -> str:
    return f"{number} {'certificate' if number == 1 else 'certificates'}"


def add_read_me(archive: StoredZip, contents: Contents, title: str, settings: Settings, today: date) -> None:
    """The text that says what is in the file; it is gone through twice, to know its checksum first."""
    above = _lines(
        title,
        f"Made on {say_date(today)} by {settings.portal_name}, {settings.partnership}",
        "",
        *_say_missing(contents.missing),
        *_say_gone(contents.gone),
        f"In this file: {_count(contents.made)}",
    )
    below = _lines(
        "",
        "A certificate may be replaced or withdrawn after this file was made. Before you hand one out, check its number:",
        f"{settings.base_url}/certificates",
    )

    def pieces() -> Iterator[bytes]:
        yield above
        yield from contents.names()
        yield below

    size = checksum = 0
    for piece in pieces():
        size, checksum = size + len(piece), crc32(piece, checksum)
    archive.add_pieces(READ_ME, pieces(), size, checksum, today)


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()


def _say_missing(missing: Sequence[Missing]) -> Iterable[str]:
    if missing:
        yield f"MISSING: {_count(len(missing))} could not be made"
        for each in missing:
            yield f"  {each.organisation} ({each.number})"
            yield f"    {each.why}"
        yield "  Correct the name in the register, then issue the certificate again and make this file anew."
        yield ""


def _say_gone(gone: Sequence[str]) -> Iterable[str]:
    if gone:
        yield f"LEFT OUT: {_count(len(gone))} replaced, withdrawn or removed while this file was made"
        yield from (f"  {number}" for number in gone)
        yield ""


def write_archive(session: Session, selection: Selection, settings: Settings, today: date, file: IO[bytes]) -> Contents:
    """Write the ZIP of certificates in one go, as one moment of the database has them."""
    contents, after = Contents(), ""
    is_demo = load_reference(session).is_demo
    with closing(contents), StoredZip(file) as archive:
        while page := load_standing(session, selection, today, after, PAGE):
            for listed in page:
                made = draw(listed, settings, is_demo=is_demo)
                if isinstance(made, Missing):
                    contents.missing.append(made)
                else:
                    archive.add(made.file_name, made.content, made.issued_on)
                    contents.note(made.file_name)
            after = page[-1].certificate.number
        add_read_me(archive, contents, title_of_selection(selection), settings, today)
    return contents
