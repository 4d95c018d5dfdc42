"""A second version of a definition holds from its first round on, and breaks the series there."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from anchor_portal.domain.figures.definitions import DEFINED, DEFINITIONS, MEASURES, get_definition, in_force
from anchor_portal.domain.figures.indicator_json import view_as_json
from anchor_portal.domain.figures.indicators import IndicatorView, inside
from anchor_portal.domain.findings.promises import say_movement
from anchor_portal.domain.findings.sentences import change_in_words, change_over
from anchor_portal.domain.findings.trend import comparable
from anchor_portal.models import Round
from anchor_portal.queries.figures import load_figures
from tests.domain.views import view_of
from tests.make import import_answers, make_round, share, signed

FIRST = get_definition("12.v1")
SECOND = replace(FIRST, code="12.v2", since="2026-01", numerator="Another rule for who is local.")
CODES = ("2025-07", "2026-01", "2026-07")


def views_of(session: Session, rounds: list[Round]) -> list[IndicatorView]:
    figures = load_figures(session, rounds, CODES, 70, [FIRST, SECOND])
    assert all(len(each) == 1 for each in figures.values()), "one version a round"
    return [inside(figures[code][0]) for code in CODES]


@pytest.fixture
def rounds(session: Session) -> list[Round]:
    made = [make_round(session, code) for code in CODES]
    for number, round_ in enumerate(made, start=5):
        import_answers(session, round_, {"torus": signed(p2__local_fte=share(f"{number}.00", "10.00"))}, accept=True)
    return made


def test_each_round_has_the_version_that_holds_for_it(session: Session, rounds: list[Round]) -> None:
    views = views_of(session, rounds)
    assert [view.definition.code for view in views] == ["12.v1", "12.v2", "12.v2"]
    assert [view_as_json(view)["definition"] for view in views] == ["12.v1", "12.v2", "12.v2"]


def test_nothing_is_compared_across_the_change_and_the_page_says_why(session: Session, rounds: list[Round]) -> None:
    first, changed, after = views_of(session, rounds)
    assert first.matched is None
    assert change_in_words(first) == "There is nothing to compare with: there is no earlier round."
    assert changed.matched is None
    assert change_in_words(changed) == (
        "There is nothing to compare with: the definition changed after July 2025, now it is 12.v2."
    )
    assert after.matched is not None and after.matched.round == "2026-01"
    assert [view.round for view in comparable([first, changed, after])] == ["2026-01", "2026-07"]


def test_every_version_has_its_own_code_and_a_round_has_each_definition_once() -> None:
    assert len({definition.code for definition in DEFINED}) == len(DEFINED) == 15
    assert in_force(DEFINED, "2026-07") == in_force(DEFINED, "2024-07") == (*DEFINITIONS, *MEASURES)
    first = in_force(DEFINED, "2024-01")
    assert [each.measure for each in first] == [each.measure for each in (*DEFINITIONS, *MEASURES)]
    assert {each.code.rpartition(".v")[2] for each in first} == {"1"}
    assert in_force([SECOND, FIRST], "2025-07") == (FIRST,)
    assert in_force([SECOND, FIRST], "2026-01") == (SECOND,)


def test_answers_are_not_set_beside_those_to_the_question_before() -> None:
    first, second = get_definition("p3.free_use.v1"), get_definition("p3.free_use.v2")
    before, after = view_of("2024-01", 12, 14, first), view_of("2025-01", 6, 15, second)
    changed = replace(view_of("2024-07", 5, 14, second), not_compared="the definition changed after January 2024")
    assert change_over([before, changed]) == (
        "There is nothing to compare with: the definition changed after January 2024."
    )
    assert say_movement([before, changed]) == "Not compared: the definition changed after January 2024"
    assert change_over([before, changed, after]) == "6 of 15, after 5 of 14 in July 2024."
    assert say_movement([before, changed, after]) == "After 5 of 14 in July 2024"


def test_pounds_say_what_stays_out() -> None:
    caveats = get_definition("21.v1").caveats
    assert "payments to other signatories and NHS commissioning flows are left out" in caveats
