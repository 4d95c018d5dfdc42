"""Pages of people who are signed in, compressed only where nobody else can have had a hand in the request.

What a compressed answer weighs can tell an onlooker about secrets in it, if he can make the browser ask again and again
with guesses of his own in the address (BREACH). Browsers say who made them ask: `Sec-Fetch-Site` is `same-origin` for
links and forms of our own pages and `none` for what the person typed. Only then an answer is compressed; one that another
site brought about, or of a browser that does not say, goes out as it is. Public pages hold no secret (unchanged.py).
"""

import gzip

from flask import Flask, Response, request

OF_ONES_OWN = frozenset({"same-origin", "none"})
SMALLEST = 2000
"""Bytes below which it is not worth the time."""
LEVEL = 4


def set_up(app: Flask) -> None:
    """Compress pages after they are made."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if not _may_be_compressed() or response.mimetype != "text/html" or response.is_streamed:
        return response
    if "Content-Encoding" in response.headers or len(content := response.get_data()) < SMALLEST:
        return response
    response.set_data(gzip.compress(content, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.vary.update(["Accept-Encoding", "Sec-Fetch-Site"])
    return response


def _may_be_compressed() -> bool:
    asked = request.environ
    return (
        asked.get("HTTP_SEC_FETCH_SITE") in OF_ONES_OWN
        and "gzip" in asked.get("HTTP_ACCEPT_ENCODING", "")
        and request.accept_encodings["gzip"] > 0
    )
