"""Where the project's own folders are: beside the package in a checkout, inside it once installed."""

from pathlib import Path

PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder `templates`, `static`, `migrations` or `seeds`. Raises FileNotFoundError."""
    for parent in (PACKAGE, PACKAGE.parent):
        if (parent / name).is_dir():
            return parent / name
    raise FileNotFoundError(f"the folder {name} is missing from this installation")
