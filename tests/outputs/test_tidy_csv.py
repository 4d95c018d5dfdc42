"""Whole returns as CSV: byte for byte what the library's writer gives, whatever stands in them."""

from hypothesis import example, given
from hypothesis import strategies as st

from anchor_portal.outputs.exports import tidy_csv
from anchor_portal.outputs.exports.tidy_csv import Exported, Ordered, write_returns
from anchor_portal.outputs.tables import RISKY, Cell, write_cells

texts = st.one_of(st.text(max_size=12), st.text("\r\n\t\"', =+-@;\0a", max_size=6))
answers = st.builds(
    lambda question, parts: Ordered(question, tuple(parts), parts), texts, st.dictionaries(texts, texts, max_size=3)
)
returns = st.lists(st.builds(Exported, texts, st.lists(answers, max_size=3)), max_size=3)


def _by_the_library(code: str, given_: list[Exported]) -> str:
    return "".join(
        write_cells(
            Cell(code, slug, question, part, parts[part])
            for slug, many in given_
            for question, order, parts in many
            for part in order
        )
    )


@given(texts, returns)
@example("2026-07", [Exported("torus", [Ordered("p1.x", ("",), {"": text})]) for text in (*RISKY, "", "\r", "a\r\nb")])
def test_returns_are_written_as_the_library_would(code: str, given_: list[Exported]) -> None:
    assert "".join(write_returns(code, given_)) == _by_the_library(code, given_)


def test_more_kinds_of_answers_than_are_remembered_are_written_all_the_same() -> None:
    many = [Ordered(f"q{number}", ("a", "b"), {"a": "1", "b": "=2"}) for number in range(tidy_csv.MOST + 2)]
    given_ = [Exported("torus", many), Exported("roche", many[:3])]
    assert "".join(write_returns("2026-07", given_)) == _by_the_library("2026-07", given_)


def test_the_header_comes_by_itself_and_then_one_piece_for_each_return() -> None:
    pieces = list(write_returns("2026-07", [Exported("torus", []), Exported("roche", [])]))
    assert pieces == ["round,organisation,question,part,value\n", "", ""]
