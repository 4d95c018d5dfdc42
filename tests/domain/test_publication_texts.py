"""What is kept with published figures: written and read again alike, marked by what stands behind, compared cell by cell."""

import random
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from anchor_portal.domain.figures.definitions import INDICATOR_12, INDICATOR_20
from anchor_portal.domain.figures.indicator_json import view_as_json
from anchor_portal.domain.figures.indicators import inside
from anchor_portal.domain.figures.inputs import (
    Entry,
    Frame,
    InputsError,
    Member,
    Source,
    read_inputs,
    write_entries,
    write_frame,
)
from anchor_portal.domain.figures.lineage import why_not_counted
from anchor_portal.domain.figures.marks import Mark, inside_as_json, published_before
from anchor_portal.domain.figures.recompute import figures_of, first_difference, freeze
from anchor_portal.domain.figures.view_cells import changes_between, hidden_in
from anchor_portal.domain.lifecycle import Status
from anchor_portal.services.figures.solver import solve
from tests.generated_tables import figure_of, ordinary

SLUGS = ("torus", "miaa", "ångström & söhne “ltd”\n")


def member(slug: str, headcount: int | None = 100) -> Member:
    amount = None if headcount is None else Decimal(headcount)
    return Member(slug, slug.title(), "council", "several", "general", True, False, amount)


def frame_of(*sources: Source, revision: int = 1, members: Iterable[Member] | None = None) -> Frame:
    return Frame(
        round="2026-07",
        threshold=70,
        sources=sources,
        members={each.slug: each for each in members or map(member, SLUGS)},
        groups={"sector": {"council": "Councils"}, "place": {"several": "Several places"}, "tier": {"board": "Board"}},
        tiers={"general": {"board": "board"}, "nhs": {}},
        revision=revision,
        reason="Because.",
    )


def entry(
    slug: str, part: str, whole: str, *, row: str = "", code: str = "2026-07", definition: Any = INDICATOR_12
) -> Entry:
    numbers = (Decimal(part), Decimal(whole), Decimal("0.00"), None)
    return Entry(definition.measure, code, slug, row, *numbers, 1)


FTE = Source("12.v1", "p2.local_fte", "2025-07", True, True)
LEVELS = Source("20.v1", "workforce.levels", not_compared="there is no earlier round")


def test_what_is_written_is_read_again_alike() -> None:
    entries = [
        *(entry(slug, "1.50", "20.00") for slug in SLUGS),
        entry(SLUGS[2], "0.25", "1.00", code="2025-07"),
        Entry("p2.local_fte", "2025-07", "torus", "", None, None, Decimal(0), Decimal("12.5"), 3),
        entry("torus", "4", "40", row="board", definition=INDICATOR_20),
    ]
    frame = frame_of(FTE, LEVELS)
    lines = [*write_frame(frame), *(line for line, _ in write_entries(entries))]
    again, read = read_inputs("".join(lines))
    assert (again, list(read)) == (frame, entries)
    assert "".join(lines).count("\n") == len("".join(lines).splitlines())


@pytest.mark.parametrize("text", ["", "\n", "[]", "null", '{"format":1}', "[[1]]", "not json"])
def test_another_text_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InputsError):
        read_inputs(text)


def test_a_mark_tells_returns_and_numbers_apart_and_not_their_order() -> None:
    entries = [
        ("a", "", Decimal(1), Decimal(2)),
        ("b", "", Decimal(1), Decimal(2)),
        ("a", "board", Decimal(1), Decimal(2)),
    ]

    def mark(*given: Any) -> str:
        made = Mark()
        for each in given:
            made.add(*each)
        return str(made)

    assert len({mark(*order) for order in permutations(entries)}) == 1
    others = [entries[:2], entries[1:], [*entries, entries[0]], [*entries[:2], ("a", "board", Decimal(1), Decimal(3))]]
    assert len({mark(*given) for given in ([], entries, *others)}) == 6
    assert mark(("a", "", Decimal("1.00"), Decimal(2))) == mark(("a", "", Decimal(1), Decimal("2.0")))
    assert mark() == ""


def published(part: str, code: str = "2026-07", definition: Any = INDICATOR_12) -> tuple[Any, dict[str, Any]]:
    """A figure of three organisations, and how it was kept when it was published."""
    source = FTE if definition is INDICATOR_12 else LEVELS
    entries = [
        entry("torus", part, "40.00", definition=definition),
        *(entry(slug, "7", "30", definition=definition) for slug in SLUGS[1:]),
    ]
    (figure,) = figures_of(frame_of(source), entries)
    view = inside(figure)
    kept = {"inside": inside_as_json(view, view, figure), "outside": view_as_json(view)}
    for side in kept.values():
        side["round"] = code
    return figure, kept


@pytest.mark.parametrize(
    ("part", "code", "definition", "is_same"),
    [
        ("9.00", "2026-07", INDICATOR_12, True),
        ("9.01", "2026-07", INDICATOR_12, False),
        ("9.00", "2026-01", INDICATOR_12, False),
        ("9.00", "2026-01", INDICATOR_20, True),
    ],
)
def test_disclosure_control_is_told_of_publications_of_the_same_returns(
    part: str, code: str, definition: Any, is_same: bool
) -> None:
    figure, _ = published("9.00", definition=definition)
    _, kept = published(part, code, definition)
    found = published_before(figure, [kept])
    assert bool(found) is is_same
    for each in found:
        assert each.figure.behind == figure.behind and each.figure.total == figure.total
        assert [group.behind for group in each.figure.groups("sector")] == [figure.groups("sector")[0].behind]


@pytest.mark.parametrize("seed", range(6))
def test_members_and_everyone_are_shown_the_same_cells_once_nothing_is_withheld(seed: int) -> None:
    frame, members = frame_of(LEVELS), ordinary(random.Random(seed))
    low, high = (
        replace(figure_of(INDICATOR_20, each), headcount_counted=Decimal(part), headcount_expected=Decimal(100))
        for each, part in ((members[:-1], 60), (members, 80))
    )
    inner, outer = freeze(frame, low, solve)
    assert outer["state"] == "withheld" and inner["within"]["state"] != "withheld"
    inner, outer = freeze(replace(frame, before=({"inside": inner, "outside": outer},)), high, solve)
    assert inner["within"]["breakdowns"] == outer["breakdowns"] and inner["within"]["value"] == outer["value"]


def test_each_changed_figure_is_listed_with_both_sides_and_nothing_else() -> None:
    before, after = (inside(published(part)[0]) for part in ("9.00", "10.00"))
    assert changes_between(before, before) == []
    changes = changes_between(before, after)
    assert [(change.where, change.what, change.before, change.after) for change in changes][:2] == [
        ("All signatories", "Share", "23.0%", "24.0%"),
        ("All signatories", "Live here", "23.00", "24.00"),
    ]
    assert {change.where for change in changes} == {"All signatories", "Councils", "Several places"}
    assert all(change.before == "" for change in changes_between(None, after))


def test_what_is_not_there_is_listed_with_its_reason() -> None:
    (figure,) = figures_of(frame_of(FTE), [])
    hidden = {why.state: names for why, names in hidden_in(inside(figure)).items()}
    assert hidden == {"not_provided": ["All signatories", "Councils", "Several places"]}


def test_the_first_difference_names_definition_path_and_both_values() -> None:
    view = view_as_json(inside(published("9.00")[0]))
    other = view_as_json(inside(published("9.50")[0]))
    assert first_difference("inside", [view], [view]) is None
    assert str(first_difference("outside", [view], [other])).startswith("12.v1, outside, value: published 23")
    shorter = {name: value for name, value in view.items() if name != "numerator"}
    assert 'numerator: published "nothing"' in str(first_difference("inside", [shorter], [view]))
    assert first_difference("inside", [view, view], [view]) is not None


@pytest.mark.parametrize(
    ("status", "accepted", "answer", "percent", "says"),
    [
        (Status.NOT_STARTED, 0, {}, None, "No return"),
        (Status.NIL, 0, {}, None, "Nil return"),
        (Status.SUBMITTED, 0, {}, None, "Not accepted: submitted"),
        (Status.ACCEPTED, 1, {"percent": "12"}, Decimal(12), "Only a percentage, which cannot be added up"),
        (Status.ACCEPTED, 1, {"state": "not_known"}, None, "Answered “not known”"),
        (Status.ACCEPTED, 1, {"state": "not_applicable"}, None, "Answered “not applicable”"),
        (Status.CORRECTING, 1, {}, None, "Not answered"),
    ],
)
def test_why_a_return_is_not_counted(
    status: Status, accepted: int, answer: dict[str, str], percent: Decimal | None, says: str
) -> None:
    assert why_not_counted(status, accepted, answer, percent, tier=False) == says
