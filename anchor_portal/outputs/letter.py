"""A message as plain text and as HTML: the same words in both, nothing fetched from anywhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_FONT = "font-family: Frutiger, Arial, sans-serif; font-size: 16px; line-height: 1.5; color: #212b32;"
_SMALL = "font-size: 14px; color: #4c6272;"
_BUTTON = (
    "display: inline-block; padding: 10px 16px; background: #007f3b; color: #ffffff; "
    "font-weight: bold; text-decoration: none; border-radius: 4px;"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message says: to whom, its text, where it leads, who sends it; how to get no more of its kind."""

    name: str
    subject: str
    body: str
    link: str
    portal: str
    base_url: str
    off_link: str = ""

    @property
    def greeting(self) -> str:
        """The first line."""
        return f"Dear {self.name}" if self.name else "Hello"

    @property
    def about_reminders(self) -> str:
        """Why they get it and how to stop it; empty where it cannot be stopped."""
        if not self.off_link:
            return ""
        return (
            "You get this reminder because you lead or sign a return. Messages that somebody writes to you, such as a "
            "request to sign, come in any case. To get no more reminders:"
        )


def as_text(letter: Letter) -> str:
    """The message for programs that show plain text."""
    return "\n\n".join(_paragraphs(letter)) + "\n"


def _paragraphs(letter: Letter) -> Iterator[str]:
    yield letter.greeting
    yield letter.body
    if letter.link:
        yield letter.link
    if letter.off_link:
        yield f"{letter.about_reminders}\n{letter.off_link}"
    yield f"-- \n{letter.portal}, {letter.base_url}"


def as_html(letter: Letter) -> str:
    """The message for programs that show HTML; what people typed is text in it and nothing else."""
    paragraphs = [letter.greeting, *re.split(r"\n{2,}", letter.body)]
    body = "".join(f'<p style="margin: 0 0 16px;">{_with_addresses(each)}</p>' for each in paragraphs)
    return (
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(letter.subject)}</title></head>\n"
        f'<body style="margin: 0; padding: 24px 16px; background: #ffffff; {_FONT}">'
        f'<div style="max-width: 600px;">\n{body}\n{_button(letter)}{_foot(letter)}</div></body></html>\n'
    )


def _button(letter: Letter) -> str:
    if not letter.link:
        return ""
    address = escape(letter.link)
    return (
        f'<p style="margin: 0 0 8px;"><a href="{address}" style="{_BUTTON}">Open it in the portal</a></p>'
        f'<p style="margin: 0 0 24px; {_SMALL} overflow-wrap: anywhere;">{address}</p>\n'
    )


def _foot(letter: Letter) -> str:
    off, home = escape(letter.off_link), escape(letter.base_url)
    why = f'{escape(letter.about_reminders)} <a href="{off}">turn them off</a><br>' if off else ""
    return (
        '<hr style="border: 0; border-top: 1px solid #d8dde0; margin: 0 0 12px;">'
        f'<p style="margin: 0; {_SMALL}">{why}{escape(letter.portal)}, <a href="{home}">{home}</a></p>'
    )


def _with_addresses(text: str) -> str:
    """A paragraph with its lines kept and its addresses as links."""
    pieces, place = [], 0
    for found in _ADDRESS.finditer(text):
        address = escape(found.group())
        pieces += [escape(text[place : found.start()]), f'<a href="{address}">{address}</a>']
        place = found.end()
    return "".join([*pieces, escape(text[place:])]).replace("\n", "<br>")
