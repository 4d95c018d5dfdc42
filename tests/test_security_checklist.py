"""The checklist of docs/security.md: complete, and every place that it names is there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from scans.wapiti import load_explained

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
SECTIONS = """
    1.1=22 1.2=1111122223 1.3=112222222223 1.4=222 1.5=123 2.1=122 2.2=112 2.3=12223 2.4=23
    3.1=3 3.2=113 3.3=12223 3.4=11222233 3.5=11122333 3.6=3 3.7=22333 4.1=12233 4.2=23333 4.3=22 4.4=1222
    5.1=2 5.2=112333 5.3=113 5.4=222
    6.1=122 6.2=111111112222 6.3=11223333 6.4=112233 6.5=22222333 6.6=2223 6.7=33 6.8=2222
    7.1=222 7.2=1111 7.3=22 7.4=11222 7.5=223 7.6=22 8.1=1233 8.2=1123 8.3=133 8.4=23 9.1=111 9.2=1222
    10.1=22 10.2=223 10.3=22223 10.4=1111122222233333 10.5=22222 10.6=22 10.7=222
    11.1=2233 11.2=22233 11.3=11233 11.4=1222 11.5=23 11.6=23 11.7=33 12.1=12233 12.2=11 12.3=22223
    13.1=2333 13.2=222223 13.3=2233 13.4=1222233 14.1=22 14.2=12223333 14.3=122
    15.1=12233 15.2=12233 15.3=1222222 15.4=3333 16.1=2 16.2=22222 16.3=2222 16.4=222 16.5=2223 17.1=23 17.2=22223333 17.3=22
"""
"""The sections of ASVS 5.0.0, and of each the levels of its requirements, in their order."""
LEVELS = dict(re.findall(r"(\S+)=(\d+)", SECTIONS))
REQUIRED = {
    f"{section}.{number}": level
    for section, levels in LEVELS.items()
    for number, level in enumerate(levels, 1)
    if level != "3"
}
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| (\d) \| (.+?) \| \*\*(\w+)\*\* \| (.+) \|$", PAGE, re.MULTILINE)
FOLDERS = ("anchor_portal", "docs", "domain", "scans", "services", "static", "templates", "tests", "web")


@cache
def names_in(file: Path) -> frozenset[str]:
    """The functions of a module of tests."""
    return frozenset(
        node.name for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)
    )


def test_every_requirement_of_levels_one_and_two_is_answered_once() -> None:
    assert len(REQUIRED) == 253
    assert {number: level for number, level, *_ in ROWS} == REQUIRED
    assert len(ROWS) == len(REQUIRED)


def test_an_answer_is_one_of_five_and_what_is_met_names_where() -> None:
    for number, _, asked, answer, where in ROWS:
        assert answer in {"yes", "partly", "no", "runs", "none"}, number
        assert asked.strip() and where.strip(), number
    silent = [
        number
        for number, *_, answer, where in ROWS
        if answer == "yes" and not re.search(r"`|above|There are none|No password|The token|plug-ins", where)
    ]
    assert len(silent) < 12, silent


@pytest.mark.parametrize("place", sorted(set(re.findall(r"`([^`\s]+)`", PAGE))))
def test_every_place_that_is_named_is_there(place: str) -> None:
    path, _, test = place.partition("::")
    if (
        path.split("/")[0] not in FOLDERS
        and not (ROOT / path).exists()
        or "/" not in path
        and not (ROOT / path).exists()
    ):
        return  # a setting, a header, an address
    file = next((each for each in (ROOT / path, ROOT / "anchor_portal" / path) if each.exists()), None)
    assert file is not None, f"docs/security.md names {path}, which is not there"
    assert not test or test in names_in(file), f"docs/security.md names {place}, which is not there"


def test_every_finding_of_the_scanner_that_is_explained_stands_on_the_page() -> None:
    for each in load_explained():
        assert each.category in PAGE, f"docs/security.md does not explain “{each.category}”"
