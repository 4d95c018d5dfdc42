"""One certificate against the same page drawn straight onto a ReportLab canvas, with segno's QR code.

The bare page is given every line with its place, size and font, and the finished artwork, so that it pays for
drawing alone; the certificate also fits its texts, checks its characters, describes itself and is tagged (PDF/UA-1).
"""

from __future__ import annotations

from datetime import date
from io import BytesIO
from statistics import median
from time import perf_counter

import segno
from reportlab.pdfgen.canvas import Canvas

from anchor_portal.outputs.pdf.certificate_art import HEIGHT, WIDTH, artwork, emblem
from anchor_portal.outputs.pdf.certificate_pdf import (
    INK,
    QR_SIDE,
    RIGHT,
    CertificateContent,
    draw_certificate,
    write_out,
)
from anchor_portal.outputs.pdf.page.sheet import Written
from anchor_portal.outputs.pdf.qr_code import qr_path
from benchmarks import Result

PAIRS = 60
CONTENT = CertificateContent(
    number="AF-2026-07-0012",
    organisation="Cheshire and Merseyside Integrated Care Board",
    kind="return",
    round_name="July 2026",
    pledges=(
        "Real living wage",
        "Local jobs and suppliers",
        "Community buildings",
        "Net zero",
        "Social value",
    ),
    issued_on=date(2026, 9, 3),
    revision=1,
    check_url="https://portal.example/certificates/AF-2026-07-0012",
    partnership="Cheshire and Merseyside Health and Care Partnership",
    portal_name="Anchor Portal",
)


def measure() -> Result:
    """The median of paired runs in one process, after one of each to load fonts and artwork."""
    draw_certificate(CONTENT)
    lines = write_out(CONTENT)
    draw_bare(lines)
    ratios = [_time_pair(lines, ours_first=bool(pair % 2)) for pair in range(PAIRS)]
    return Result("certificate, tagged", median(ratios), "the same page on a bare canvas with segno", "at most 0.9")


def _time_pair(lines: tuple[Written, ...], ours_first: bool) -> float:
    if ours_first:
        ours, bare = _time_ours(), _time_bare(lines)
    else:
        bare, ours = _time_bare(lines), _time_ours()
    return ours / bare


def _time_ours() -> float:
    begun = perf_counter()
    draw_certificate(CONTENT)
    return perf_counter() - begun


def _time_bare(lines: tuple[Written, ...]) -> float:
    begun = perf_counter()
    draw_bare(lines)
    return perf_counter() - begun


def draw_bare(lines: tuple[Written, ...], address: str = CONTENT.check_url) -> bytes:
    """The page that the certificate is compared with, as a PDF."""
    output = BytesIO()
    canvas = Canvas(output, pagesize=(WIDTH, HEIGHT), pageCompression=1, invariant=1)
    canvas.addLiteral(artwork())
    canvas.addLiteral(emblem())
    for line in lines:
        canvas.setFont(line.font, line.size)
        canvas.setFillColorRGB(*line.colour)
        canvas.drawString(line.x, line.y, line.words, charSpace=line.spacing)
    _draw_code(canvas, address)
    canvas.showPage()
    canvas.save()
    return output.getvalue()


def _draw_code(canvas: Canvas, address: str) -> None:
    """Runs merged as on the certificate, so that only the maker of the code differs."""
    rows = [bytes(0 if module else 255 for module in row) for row in segno.make(address, error="m").matrix]
    canvas.addLiteral(f"{INK} rg {qr_path(rows, RIGHT - QR_SIDE, 62, QR_SIDE)}")
