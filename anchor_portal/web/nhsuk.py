"""NHS.UK's own component templates, rendered in an environment of their own.

The package wants undefined names to be silent; our templates want them to be errors. So they never meet: ours call
`nhs("button", text=…)` and get safe HTML back.

The macros are most of what a page costs, and most components are the same as on the page before. So the HTML is kept by
the parameters that it was made from, all of them: whoever asks for the same gets the same, and nobody anything else.
"""

import pickle
from collections import OrderedDict
from functools import cache
from threading import Lock
from typing import Any

from jinja2 import ChainableUndefined, Environment, PackageLoader
from jinja2.runtime import Macro
from markupsafe import Markup

MACROS = {"tables": "table", "do-dont-list": "list"}
"""Components whose macro is not named as their folder."""

_environment = Environment(
    loader=PackageLoader("nhsuk_frontend_jinja"),
    undefined=ChainableUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,  # else every use of a component looks at its files, which are as they were installed
    cache_size=-1,
)


class _Shelf:
    """HTML that was made lately, by what it was made from; the oldest goes when there is too much."""

    MOST = 4000
    LONGEST = 20_000

    def __init__(self) -> None:
        self._made: OrderedDict[bytes, Markup] = OrderedDict()
        self._turn = Lock()

    def find(self, key: bytes) -> Markup | None:
        with self._turn:
            if key in self._made:
                self._made.move_to_end(key)
            return self._made.get(key)

    def keep(self, key: bytes, html: Markup) -> None:
        if len(html) > self.LONGEST:
            return
        with self._turn:
            self._made[key] = html
            if len(self._made) > self.MOST:
                self._made.popitem(last=False)


_shelf = _Shelf()


def component(name: str, /, **params: Any) -> Markup:
    """The HTML of a component, such as `button` or `date-input`, from the parameters that NHS.UK documents."""
    key = _key(name, params)
    made = _shelf.find(key) if key else None
    if made is None:
        made = Markup(_macro(name)(params))  # noqa: S704 - rendered by a template that escapes
        if key:
            _shelf.keep(key, made)
    return made


def _key(name: str, params: dict[str, Any]) -> bytes:
    """Everything that decides about the HTML, as bytes that are equal only for the same; empty where it has none."""
    try:
        return pickle.dumps((name, params), protocol=5)
    except (TypeError, AttributeError, pickle.PicklingError):
        return b""


@cache
def _macro(name: str) -> Macro:
    module = _environment.get_template(f"nhsuk/components/{name}/macro.jinja").module
    first, *rest = MACROS.get(name, name).split("-")
    macro: Macro = getattr(module, first + "".join(word.capitalize() for word in rest))
    return macro
