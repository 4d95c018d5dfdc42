"""Objects put together into a PDF file."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def write_file(objects: Sequence[bytes], root: int, info: int) -> bytes:
    """A file of these objects, numbered from 1; `root` is the number of its catalogue, `info` of what it says of itself.

    Its identifier is made from its content, so that the same objects give the same bytes.
    """
    pieces, places, at = [HEAD], [b"0000000000 65535 f \n"], len(HEAD)
    for number, content in enumerate(objects, 1):
        piece = b"%d 0 obj\n%b\nendobj\n" % (number, content)
        places.append(b"%010d 00000 n \n" % at)
        pieces.append(piece)
        at += len(piece)
    ident = sha256(b"".join(pieces)).hexdigest()[:32].encode("ascii")
    size = len(objects) + 1
    pieces += [
        b"xref\n0 %d\n" % size,
        *places,
        b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]>>\n" % (size, root, info, ident, ident),
        b"startxref\n%d\n%%%%EOF\n" % at,
    ]
    return b"".join(pieces)
