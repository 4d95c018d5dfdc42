"""Every table, key and list item of a TOML text is found on its line."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchor_portal.domain.questionnaire.toml_lines import Place, key_lines, line_of
from anchor_portal.domain.questionnaire.version import parse


@pytest.mark.parametrize("version", ["2024-01.toml", "2024-07.toml"])
def test_every_question_of_the_shipped_files_is_found_on_its_own_line(version: str) -> None:
    source = (Path(__file__).parents[2] / "seeds" / "questionnaires" / version).read_text(encoding="utf-8")
    lines, rows = key_lines(source), source.splitlines()
    questions = parse(source, version).questions
    found = [rows[line - 1] for place, line in lines.items() if place[-3:-1] and place[-1] == "key"]
    assert found == [f'key = "{question.key}"' for question in questions]


def test_keys_are_found_through_quotes_dots_strings_and_nested_lists() -> None:
    source = (
        "# a = 1 ]\n"
        '"quoted \\u0061" = "]] # not a comment"\n'
        "dotted . 'key' = ['''\n[[no]]\nno = 1''', [\n  1.5, # ] \n  { in = 2 },\n]]\n"
        'end = """"\n""quotes"""""\n'
        "[[list]]\n[list.inner]\nlast = 1979-05-27 07:32:00\n[[list]]\nx = 1\n"
    )
    assert dict(key_lines(source)) == {
        ("quoted a",): 2,
        ("dotted",): 3,
        ("dotted", "key"): 3,
        ("dotted", "key", 0): 3,
        ("dotted", "key", 1): 5,
        ("dotted", "key", 1, 0): 6,
        ("dotted", "key", 1, 1): 7,
        ("dotted", "key", 1, 1, "in"): 7,
        ("end",): 9,
        ("list",): 11,
        ("list", 0): 11,
        ("list", 0, "inner"): 12,
        ("list", 0, "inner", "last"): 13,
        ("list", 1): 14,
        ("list", 1, "x"): 15,
    }


def test_a_place_without_a_line_of_its_own_has_that_of_what_is_around_it() -> None:
    lines = key_lines("\n\n[table]\nkey = 1\n")
    assert line_of(lines, ("table", "key")) == 4
    assert line_of(lines, ("table", "missing", 0)) == 3
    assert line_of(lines, ("elsewhere",)) == 1


def places_in(value: object, place: Place = ()) -> Iterator[Place]:
    if place:
        yield place
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places_in(inner, (*place, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places_in(inner, (*place, index))


VALUES = st.recursive(
    st.sampled_from(["1", "-0.5", "true", '""', '"]} # \\""', "1979-05-27 07:32:00", "'''\n[a]\n'''", "{}"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        inner.map(lambda item: f'{{ code = {item}, "question" = {item} }}'),
    ),
    max_leaves=4,
)


KEYS = st.sampled_from(["bare", "a.b", "'quo.ted'", '"dou\\"ble" . x', "3.14"])
HEADERS = st.sampled_from(["", "[[list]]\n", "[[list]]\n[[list.inner]]\n", "[[list]]\n[list.one.two]\n"])


@settings(deadline=None)
@given(st.lists(st.tuples(HEADERS, KEYS, VALUES), max_size=4))
def test_everything_that_tomllib_reads_has_its_line(entries: list[tuple[str, str, str]]) -> None:
    tables = [
        f"{header or f'[table-{number}]'}\n{key} = {value} # ]\n" for number, (header, key, value) in enumerate(entries)
    ]
    source = "\n".join(tables)
    lines = key_lines(source)
    assert set(lines) == set(places_in(tomllib.loads(source)))
    assert all(source.splitlines()[line - 1].strip() for line in lines.values())
