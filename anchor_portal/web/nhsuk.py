"""NHS.UK's own component templates, rendered in an environment of their own.

The package wants undefined names to be silent; our templates want them to be errors. So they never meet: ours call
`nhs("button", text=…)` and get safe HTML back.
"""

from functools import cache
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
)


def component(name: str, /, **params: Any) -> Markup:
    """The HTML of a component, such as `button` or `date-input`, from the parameters that NHS.UK documents."""
    return Markup(_macro(name)(params))  # noqa: S704 - rendered by a template that escapes


@cache
def _macro(name: str) -> Macro:
    module = _environment.get_template(f"nhsuk/components/{name}/macro.jinja").module
    first, *rest = MACROS.get(name, name).split("-")
    macro: Macro = getattr(module, first + "".join(word.capitalize() for word in rest))
    return macro
