"""Requests that bring files: each file is counted while it is read, so that one too large spoils nothing else.

Of a file that is larger than allowed one byte more than that is kept, by which it is recognised; the rest is dropped.
The form around it arrives whole.
"""

from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, cast

from flask import Flask, Request, request, session

from anchor_portal.domain.answers.evidence import MEGABYTE
from anchor_portal.extensions import settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

TAKES_FILES = frozenset(
    {"sections.save", "evidence.upload", "offline.upload", "beacon_uploads.upload", "register_imports.upload"}
)
"""Endpoints to which people who are signed in may send files larger than a form usually is."""
MOST_IN_ALL = 1024 * MEGABYTE
"""Bytes of a whole request, more than any browser is likely to send at once."""
FILES_AT_ONCE = 20
"""How many files of the largest size one request may bring; of further ones nothing is kept."""
IN_MEMORY = 256 * 1024


class CappedFile(SpooledTemporaryFile[bytes]):
    """A temporary file that drops what is written beyond `room` bytes; `is_surplus` where there is no room at all.

    Where the disk does not take it, that is said to whoever reads it: the form around it arrives all the same.
    """

    def __init__(self, room: int) -> None:
        super().__init__(max_size=IN_MEMORY)
        self.room, self.is_surplus = room, room == 0
        self._failure: OSError | None = None

    def write(self, piece: Any) -> int:
        """Keep what there is room for; the number of bytes given, as if all were kept."""
        kept = piece[: max(self.room, 0)]
        self.room -= len(kept)
        self._try(lambda: super(CappedFile, self).write(kept))
        return len(piece)

    def seek(self, *where: int) -> int:
        """Go to a place, which also brings to the disk what is still on the way there."""
        return self._try(lambda: super(CappedFile, self).seek(*where)) or 0

    def read(self, *size: int) -> bytes:
        """The next bytes. Raises OSError where the disk did not take them."""
        if self._failure is not None:
            raise self._failure
        return super().read(*size)

    def close(self) -> None:
        """Let go of it; nobody asks any more whether it is whole."""
        try:
            super().close()
        except OSError as failure:
            self._failure = failure

    def _try(self, act: Callable[[], Any]) -> Any:
        """Do it, unless an earlier attempt failed."""
        if self._failure is None:
            try:
                return act()
            except OSError as failure:
                self._failure = failure
        return None


class PortalRequest(Request):
    """A request whose files are capped while they are read, and in which HEAD asks for a page as GET does.

    Else a view that tells a page from what its form does by `method == "GET"` would do for HEAD what the form does, and
    no token against forged forms is asked for then. The server leaves the body away; what was really sent stands in
    `environ["REQUEST_METHOD"]`.
    """

    begun: tuple[CappedFile, ...] = ()

    def __init__(self, environ: "WSGIEnvironment", **more: Any) -> None:
        super().__init__(environ, **more)
        if self.method == "HEAD":
            self.method = "GET"

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        most = settings().evidence_megabytes * MEGABYTE + 1
        file = CappedFile(most if len(self.begun) < FILES_AT_ONCE else 0)
        self.begun = (*self.begun, file)
        return cast(IO[bytes], file)

    def close(self) -> None:
        """Let go of all files, those included of a request that was never read to its end."""
        for file in self.begun:
            file.close()
        super().close()


def set_up(app: Flask) -> None:
    """Count files while they are read, and let people who are signed in send larger requests where files are taken."""
    app.request_class = PortalRequest
    # before the check against forged forms, which is the first to read the form
    app.before_request_funcs.setdefault(None, []).insert(1, _make_room)


def _make_room() -> None:
    # only where files can be: a form without them is read whole into memory, whatever its boxes may hold
    brings_files = request.mimetype == "multipart/form-data"
    if brings_files and request.endpoint in TAKES_FILES and "_user_id" in session:
        request.max_content_length = MOST_IN_ALL
