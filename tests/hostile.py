"""Files for tests of evidence: sound ones of every kind, and those that somebody means harm with."""

import base64
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence

import openpyxl
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
)
TABLE = (
    '<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    '<table:table table:name="Sheet1">{}</table:table></o:document-content>'
)
STAFF = [["Surname", "Forename", "NI number"], ["Example", "Jo", "AB123456C"], ["Sample", "Al", "AB123457C"]]
COUNTS = [["Ethnicity", "Band 2", "Band 3"], ["White", 120, 88], ["Asian", 12, 9], ["Not stated", 3, 0]]


def pdf(words: str = "A report") -> bytes:
    """A PDF of one page."""
    output = io.BytesIO()
    canvas = Canvas(output)
    canvas.drawString(100, 700, words)
    canvas.save()
    return output.getvalue()


def changed_pdf(*, password: str = "", script: str = "", attachment: bytes = b"") -> bytes:
    """A PDF with a password, a script, or a file inside."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    if script:
        action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(script)}
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(action))
    if attachment:
        writer.add_attachment("inside.exe", attachment)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def launching_pdf() -> bytes:
    """A PDF that starts a program when it is opened."""
    return pdf().replace(b"/Type /Catalog", b"/OpenAction << /S /Launch /F (cmd.exe) >> /Type /Catalog", 1)


def picture(kind: str = "PNG", size: tuple[int, int] = (4, 4)) -> bytes:
    """A small image."""
    output = io.BytesIO()
    Image.new("RGB", size).save(output, kind)
    return output.getvalue()


def vast_png(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few bytes that says it has thousands of millions of points."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    written = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def archive(parts: Mapping[str, bytes | str]) -> bytes:
    """An archive of parts."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return output.getvalue()


def docx(more: Mapping[str, bytes | str] | None = None, types: str = "") -> bytes:
    """A Word document, with further parts and content types."""
    body = '<?xml version="1.0"?><w:document xmlns:w="w"><w:body/></w:document>'
    return archive({"[Content_Types].xml": CONTENT_TYPES.format(types), "word/document.xml": body, **(more or {})})


def pptx() -> bytes:
    """A PowerPoint presentation, near enough."""
    return archive({"[Content_Types].xml": CONTENT_TYPES.format(""), "ppt/presentation.xml": "<p/>"})


def xlsx(rows: Sequence[Sequence[object]] = COUNTS) -> bytes:
    """An Excel workbook of one sheet."""
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(list(row))
    output = io.BytesIO()
    workbook.save(output)
    return output.getvalue()


def with_part(content: bytes, name: str, part: bytes | str) -> bytes:
    """The same archive with one part added or replaced."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        parts: dict[str, bytes | str] = {each: opened.read(each) for each in opened.namelist()}
    return archive({**parts, name: part})


def open_document(kind: str = "text", more: Mapping[str, bytes | str] | None = None) -> bytes:
    """An OpenDocument file: text, spreadsheet or presentation."""
    return archive({"mimetype": OPEN_DOCUMENT + kind, "content.xml": "<x/>", **(more or {})})


def ods(rows: Sequence[Sequence[object]] = COUNTS) -> bytes:
    """An OpenDocument spreadsheet of one sheet."""
    written = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in rows
    )
    return open_document("spreadsheet", {"content.xml": TABLE.format(written)})


def csv(rows: Sequence[Sequence[object]] = COUNTS, encoding: str = "utf-8") -> bytes:
    """A CSV table."""
    return "".join(",".join(map(str, row)) + "\r\n" for row in rows).encode(encoding)


def bomb() -> bytes:
    """A Word document of some hundred kilobytes that unpacks to 400 megabytes."""
    return docx({f"word/media/{number}.xml": bytes(100 * 1024 * 1024) for number in range(4)})


def laughs(encoding: str = "utf-8") -> bytes:
    """A Word document whose XML unfolds to thousands of millions of laughs."""
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, 10)
    )
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [{entities}]><x>&a9;</x>'
    return docx({"word/document.xml": text.encode(encoding)})


def locked_zip() -> bytes:
    """A Word document whose entries say that they are encrypted."""
    content = bytearray(docx())
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    content[6] |= 1
    return bytes(content)


EXE = b"MZ\x90\x00" + bytes(200)
HTML = b"\xef\xbb\xbf \n<!DOCTYPE html><html><script>alert(1)</script></html>"
ENCRYPTED_OFFICE = OLE + "EncryptedPackage".encode("utf-16-le") + bytes(400)
OLD_OFFICE = OLE + "WordDocument".encode("utf-16-le") + bytes(400)
EICAR_LIKE = base64.b64decode("QU5DSE9SLVBPUlRBTC1URVNULVNJR05BVFVSRS1GSUxF")
"""Harmless letters for which the tests' scanner has a signature of its own."""
