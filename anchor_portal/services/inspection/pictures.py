"""Images: whole, of the kind that they say, and not so large that opening one fills the memory."""

import io
import warnings

from PIL import Image, UnidentifiedImageError

from anchor_portal.domain.answers.evidence import FileRefused

MOST_PIXELS = 100_000_000
FORMATS = {"png": "PNG", "jpg": "JPEG", "gif": "GIF", "webp": "WEBP"}


def examine(code: str, content: bytes) -> None:
    """Look through an image without unpacking it. Raises FileRefused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[FORMATS[code]]) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise FileRefused("the image has more than 100 million points: make it smaller")
                image.verify()
    except Image.DecompressionBombError:
        raise FileRefused("the image has more than 100 million points: make it smaller") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError, OverflowError):
        raise FileRefused("the image is damaged: save it again and try once more") from None
