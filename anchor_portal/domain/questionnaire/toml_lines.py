"""Where each key of a TOML text stands, since tomllib gives values without their lines."""

import re
import tomllib
from collections.abc import Mapping

Place = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""
      (?P<skip>   [^\S\n]+ | \#[^\n]* )
    | (?P<string> \"{3}(?:\\[\s\S]|[^\\])*?\"{3,5} | '{3}[\s\S]*?'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
    | (?P<mark>   [\n\[\]{}=,.] )
    | (?P<bare>   [^\s\[\]{}=,.\#"']+ )
    """,
    re.VERBOSE,
)
_ENDS_A_VALUE = frozenset(("\n", ",", "]", "}", ""))


def key_lines(source: str) -> Mapping[Place, int]:
    """Give the line, from 1, of every table, key and list item of a text that tomllib has read.

    A place is the way to a value in what tomllib gives: ("sections", 0, "questions", 2, "label").
    """
    scanner = _Scanner(source.replace("\r\n", "\n"))
    scanner.read_document()
    return scanner.lines


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """Give the line of a place or of the nearest thing around it; line 1 when there is none."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


class _Scanner:
    """Walks through the marks of a TOML text without reading its values."""

    def __init__(self, source: str) -> None:
        self.lines: dict[Place, int] = {}
        self._tokens = _tokens(source)
        self._next = 0
        self._array_lengths: dict[Place, int] = {}

    def read_document(self) -> None:
        table: Place = ()
        while self._peek():
            if self._peek() == "\n":
                self._take()
            elif self._peek() == "[":
                table = self._read_header()
            else:
                self._read_pair(table)

    def _peek(self) -> str:
        return self._tokens[self._next][0] if self._next < len(self._tokens) else ""

    def _line(self) -> int:
        return self._tokens[min(self._next, len(self._tokens) - 1)][1]

    def _take(self) -> str:
        text = self._peek()
        self._next += 1
        return text

    def _read_header(self) -> Place:
        line = self._line()
        self._take()
        is_array = self._peek() == "["
        place = self._enter(self._read_key(), line, is_array=is_array)
        while self._peek() not in ("\n", ""):
            self._take()
        return place

    def _enter(self, keys: list[str], line: int, *, is_array: bool) -> Place:
        place: Place = ()
        for position, key in enumerate(keys):
            place = (*place, key)
            self.lines.setdefault(place, line)
            length = self._array_lengths.get(place)
            if is_array and position == len(keys) - 1:
                length = self._array_lengths[place] = (length or 0) + 1
            if length:
                place = (*place, length - 1)
                self.lines.setdefault(place, line)
        self.lines[place] = line
        return place

    def _read_key(self) -> list[str]:
        """Take the parts of a key, up to the = or ] after it."""
        keys = []
        while self._peek() not in ("=", "]", "\n", ""):
            text = self._take()
            if text not in (".", "["):
                keys.append(_plain(text))
        return keys

    def _read_pair(self, table: Place) -> None:
        line = self._line()
        place = table
        for key in self._read_key():
            place = (*place, key)
            self.lines.setdefault(place, line)
        self._take()
        self._read_value(place)

    def _read_value(self, place: Place) -> None:
        opening = self._peek()
        if opening in ("[", "{"):
            self._take()
            self._read_items(place, in_list=opening == "[")
            return
        while self._peek() not in _ENDS_A_VALUE:
            self._take()

    def _read_items(self, place: Place, *, in_list: bool) -> None:
        """Take what stands between brackets or braces, and the closing one."""
        index = 0
        while self._peek() not in ("]", "}", ""):
            if self._peek() in ("\n", ","):
                index += self._take() == ","
            elif in_list:
                self.lines[(*place, index)] = self._line()
                self._read_value((*place, index))
            else:
                self._read_pair(place)
        self._take()


def _tokens(source: str) -> list[tuple[str, int]]:
    found = []
    line = 1
    for match in _TOKEN.finditer(source):
        if match.lastgroup != "skip":
            found.append((match.group(), line))
        line += match.group().count("\n")
    return found


def _plain(key: str) -> str:
    """Take the quotes and escapes off a quoted key."""
    if key[0] not in "\"'":
        return key
    value = tomllib.loads(f"key = {key}")["key"]
    return str(value)
