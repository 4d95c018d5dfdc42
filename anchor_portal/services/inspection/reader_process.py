"""The process apart (see `apart`): a file on standard input, the reason of a refusal as JSON on standard output.

It is started as a file, and lays out the packages without running them, since loading the whole application for one
file takes longer than reading it.
"""

import importlib
import json
import resource
import sys
from pathlib import Path
from types import ModuleType

SECONDS_OF_WORK = 20
MEMORY = 1024 * 1024 * 1024
PACKAGE = Path(__file__).parents[2]
LAID_OUT = {
    "anchor_portal": PACKAGE,
    "anchor_portal.services": PACKAGE / "services",
    "anchor_portal.services.inspection": PACKAGE / "services" / "inspection",
}


def main() -> None:
    """Read what is on standard input with the reader that the command names as "module:function"."""
    for limit, most in (
        (resource.RLIMIT_CPU, SECONDS_OF_WORK),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    for name, folder in LAID_OUT.items():
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    module, _, function = sys.argv[1].partition(":")
    examine = getattr(importlib.import_module(module), function)
    refusal: type[Exception] = importlib.import_module("anchor_portal.domain.answers.evidence").FileRefused
    refused = ""
    try:
        examine(sys.stdin.buffer.read())
    except refusal as why:
        refused = str(why)
    sys.stdout.write(json.dumps({"refused": refused}))


if __name__ == "__main__":
    main()
