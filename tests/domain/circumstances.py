"""Both versions, the tables that questions draw on, and a full set of answers: what tests of answers start from."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from anchor_portal.domain.answers.answer import read_answer
from anchor_portal.domain.answers.completeness import Reviewed, review
from anchor_portal.domain.answers.parts import Answers, Asking, Last, Level, Problem, Rate, Reading
from anchor_portal.domain.questionnaire.version import Option, Question, Questionnaire, parse
from anchor_portal.folders import folder

Parts = dict[str, str]

TODAY = date(2026, 7, 20)
JULY = (date(2026, 1, 1), date(2026, 6, 30))
JANUARY_AFTER = (date(2026, 7, 1), date(2026, 12, 31))
NHS = ("nhs-trust", "nhs-icb", "nhs-shared-service")


def version(code: str) -> Questionnaire:
    """A version that ships."""
    path = folder("seeds") / "questionnaires" / f"{code}.toml"
    return parse(path.read_text(encoding="utf-8"), path.name)


def seed_rows(name: str) -> list[dict[str, str]]:
    """The rows of a table under seeds/."""
    with (folder("seeds") / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PRINTED, CURRENT = version("2024-01"), version("2024-07")
SIGNOFF = CURRENT.signoff
LEVELS = {
    scale: tuple(Level(row["code"], row["name"], row["tier"]) for row in seed_rows("levels") if row["scale"] == scale)
    for scale in ("nhs", "general")
}
PLACES = tuple(Option(row["gss_code"], row["name"]) for row in seed_rows("places"))
RATES = tuple(
    Rate(
        row["year"],
        f"{row['year']} (£{row['uk_rate']} an hour)",
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]),
    )
    for row in seed_rows("rlw_rates")
)


def asking(sector: str = "nhs-trust", **changes: Any) -> Asking:
    """An organisation that is asked in July 2026, on its own scale of levels, on 20 July 2026."""
    scale = "nhs" if sector in NHS else "general"
    usual = Asking(sector, scale, TODAY, *JULY, levels=LEVELS[scale], rates=RATES, places=PLACES)
    return replace(usual, **changes)


def question(key: str, questionnaire: Questionnaire = CURRENT, **changes: Any) -> Question:
    """A question as it ships, with changes."""
    return replace(questionnaire.question(key), **changes)


def read(key: str, parts: Mapping[str, str] | str, sector: str = "nhs-trust") -> Reading:
    """What the portal makes of an answer under 2024-07; a text is the answer of a question with one value."""
    typed = {"": parts} if isinstance(parts, str) else parts
    return read_answer(question(key), typed, asking(sector))


def only_problem(reading: Reading) -> Problem:
    """The one thing that is wrong with an answer."""
    assert len(reading.problems) == 1, reading.problems
    return reading.problems[0]


def reviewed(
    typed: Answers,
    sector: str = "nhs-trust",
    *,
    complete: bool = False,
    before: Answers | None = None,
    before_to: date = date(2025, 12, 31),
    questionnaire: Questionnaire = CURRENT,
    **changes: Any,
) -> Reviewed:
    """A return read as a whole, beside an accepted one of an earlier round where `before` is given."""
    last = Last(before, before_to) if before is not None else None
    return review(questionnaire, typed, asking(sector, **changes), complete=complete, last=last)


def warnings(typed: Answers, **more: Any) -> list[str]:
    """What is unusual about a return, in words."""
    return [problem.message for problem in reviewed(typed, **more).soft]


def share(part: str, whole: str, unknown: str = "") -> Parts:
    """The parts of a share."""
    return {"numerator": part, "denominator": whole} | ({"unknown": unknown} if unknown else {})


def level_table(sector: str = "nhs-trust") -> Parts:
    """Ten, a hundred and one people at every level of the sector's scale."""
    columns = {"ethnic_minority": "10", "white": "100", "not_stated": "1"}
    return {f"{level.code}.{column}": n for level in asking(sector).levels for column, n in columns.items()}


def full_answers(sector: str = "nhs-trust") -> dict[str, Parts]:
    """An answer to everything that 2024-07 asks, each part of each kind among them, and no warning."""
    people = 111 * len(asking(sector).levels)
    answers: dict[str, Parts] = {
        "about.boundary": {"": "All sites and all services.\nBank staff are left out."},
        "about.snapshot_date": {"": "2026-06-30"},
        "about.headcount": {"": str(people)},
        "about.fte": {"": f"{people - 40}.50"},
        "p1.rlw_staff": share(str(people - 21), str(people - 11), "11") | {"basis": "estimate"},
        "p1.rlw_rate_year": {"": "2025-26"},
        "p1.rlw_agency": {"basis": "notional", "percent": "97.5"},
        "p2.local_staff": share(str(people - 90), str(people)),
        "p2.local_fte": share(f"{people - 150}.25", f"{people - 40}.50", "0.00"),
        "p2.local_contracts": share("31", "52", "4"),
        "p2.local_spend": share("1234567.80", "4000000.00"),
        "p3.free_use": {"": "some"},
        "p4.green_plan": {"": "yes"},
        "p4.approved_on": {"": "2022-03-31"},
        "p4.target_year": {"": "2038"},
        "p5.charter_signed": {"": "yes"},
        "p5.charter_date": {"": "2023-11-02"},
        "p5.award_achieved": {"": "no"},
        "p6.initiatives": {"": "yes"},
        "p6.marmot": {"theme-1": "yes", "theme-3": "yes"},
        "p6.core20plus5": {"state": "not_known", "reason": "not_held"},
        "p7.case_studies": {
            "1.title": "A kitchen for the estate",
            "1.story": "We opened it in May.\n\nForty people came.",
            "1.pledge": "3",
            "1.place": "E08000012",
            "1.publish": "yes",
            "2.title": "Second",
            "2.story": "Short.",
        },
        "workforce.levels": level_table(sector),
        "signoff": {"name": "Siân O’Example", "role": "Chief executive", "date": "2026-07-10"},
    }
    for number in range(1, 8):
        link = f"https://www.example.org/pledge-{number}"
        answers[f"p{number}.evidence"] = {"1.link": link, "1.caption": "Report", "1.about": "2026-05-01"}
        answers[f"p{number}.level_now"] = {"": "2", "reason": "We began to measure it."}
        answers[f"p{number}.level_aim"] = {"": "3"}
        if number < 7:
            answers[f"p{number}.narrative"] = {"": f"What we did on pledge {number}."}
    if sector in {"nhs-trust", "primary-care"}:
        answers["p6.prevention_pledge"] = {"": "yes"}
        answers["p6.prevention_pledge_date"] = {"": "2024-02-29"}
    return answers


def full_printed_answers(sector: str = "nhs-trust") -> dict[str, Parts]:
    """An answer to everything that 2024-01 asks."""
    answers: dict[str, Parts] = {
        "p1.rlw_staff": {"percent": "99.2"},
        "p1.rlw_agency": {"percent": "95", "basis": "notional"},
        "p2.local_staff": {"percent": "87.25"},
        "p2.local_contracts": {"percent": "41.5"},
        "p3.free_use": {"": "yes"},
        "p4.green_plan": {"": "no"},
        "p5.charter_signed": {"": "yes"},
        "p5.award_achieved": {"": "no"},
        "p6.initiatives": {"": "yes"},
        "p6.aligned": {"": "yes"},
        "p7.case_study": {"": "A kitchen for the estate.\nForty people came."},
        "signoff": {"name": "Ada Example", "role": "Leader", "date": "2026-07-10"},
    }
    answers |= {f"p{number}.narrative": {"": f"What we did on pledge {number}."} for number in range(1, 7)}
    if sector in {"nhs-trust", "primary-care"}:
        answers["p6.prevention_pledge"] = {"": "no"}
    return answers
