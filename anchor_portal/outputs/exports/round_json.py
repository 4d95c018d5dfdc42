"""A whole round as one JSON document, written piece by piece; what grows with the round stands last."""

import json
from collections.abc import Iterator
from typing import Any

from anchor_portal.domain.figures.indicator_json import view_as_json
from anchor_portal.outputs.workbook.content import ReturnFacts, RoundContent
from anchor_portal.outputs.workbook.plain import DEMONSTRATION

RAW = "Raw figures: nothing is rounded or hidden. Not for publication."


def write_round_json(content: RoundContent) -> Iterator[str]:
    """The document in pieces, a line for each return; values are the canonical texts of the CSV."""
    head = _dump(_head(content), indent=1)
    yield f'{head.removesuffix("}").rstrip()},\n "returns": ['
    for number, each in enumerate(content.returns):
        yield f"{',' if number else ''}\n  {_dump(_return(each))}"
    yield "\n ]\n}\n"


def _dump(value: dict[str, Any], indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _head(content: RoundContent) -> dict[str, Any]:
    return {
        "round": content.code,
        "title": content.title,
        "status": content.status,
        "opens_on": content.opens_on.isoformat(),
        "closes_on": content.closes_on.isoformat(),
        "period": dict(zip(("from", "to"), (day.isoformat() for day in content.period), strict=True)),
        "questionnaire": {"code": content.questionnaire.code, "title": content.questionnaire.title},
        "made_on": content.made_on.isoformat(),
        "demonstration": content.demo,
        "note": f"{RAW} {DEMONSTRATION}" if content.demo else RAW,
        "indicators": [view_as_json(view) for view in content.views],
    }


def _return(each: ReturnFacts) -> dict[str, Any]:
    signed = each.signed
    return {
        "organisation": each.slug,
        "name": each.name,
        "kind": each.sector,
        "main_place": each.place,
        "status": str(each.status),
        "revision": signed.revision if signed else None,
        "signed": {"name": signed.name, "role": signed.role, "on": signed.signed_on.isoformat()} if signed else None,
        "late": signed.is_late if signed else None,
        "outcomes": {
            str(pledge): {"outcome": str(found.outcome), "revision": found.revision}
            for pledge, found in each.outcomes.items()
        },
        "answers": each.answers,
    }
