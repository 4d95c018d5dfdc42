"""How answers are sent: as Werkzeug does, without what it looks for on each and hardly ever finds."""

import re
from typing import TYPE_CHECKING

from flask import Flask, Response
from werkzeug.datastructures import Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9/?&=#.%_~-]*")
"""One of which nothing has to be written otherwise to be sent."""
USUAL = frozenset({200, 302, 303, 403, 404, 409, 422})
"""Of these none forbids or changes a header."""


class PortalResponse(Response):
    """An answer whose headers are sent as they are; Werkzeug looks through those that it may have to change."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        """The headers to send, with the length of the content."""
        headers = self.headers
        is_plain = PLAIN_ADDRESS.fullmatch(headers.get("Location", "")) and "Content-Location" not in headers
        if not is_plain or self.status_code not in USUAL or not self.is_sequence:
            return super().get_wsgi_headers(environ)
        if "Content-Length" not in headers:
            headers["Content-Length"] = str(sum(map(len, self.iter_encoded())))
        return headers


class Unchanged(Response):
    """An answer without a content, none of whose headers says anything of one."""

    default_mimetype = None
    default_status = 304

    def get_wsgi_response(self, environ: "WSGIEnvironment") -> tuple[tuple[()], str, list[tuple[str, str]]]:
        """Status and headers as they are."""
        return (), self.status, self.headers.to_wsgi_list()


def set_up(app: Flask) -> None:
    """Answer so."""
    app.response_class = PortalResponse
