"""Forms as workbooks: made for a return, filled in cell by cell as a person would, and answers of every kind."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook

from anchor_portal.config import Settings
from anchor_portal.domain.answers.completeness import is_for
from anchor_portal.domain.answers.parts import Answers, Asking, Last
from anchor_portal.domain.answers.reading import LEVEL_COLUMNS, YES_NO
from anchor_portal.domain.questionnaire.version import Kind, Question, Questionnaire
from anchor_portal.models import Organisation, Round
from anchor_portal.outputs.form.layout import box_for
from anchor_portal.queries.returns import Found
from anchor_portal.services.returns.forms import form_for
from anchor_portal.services.returns.offline import Upload, read_upload

SETTINGS = Settings(database_url="sqlite://")


def found_for(questionnaire: Questionnaire, asking: Asking) -> Found:
    """A return that nobody has started, of an organisation and a round that are in no database."""
    round_ = Round(
        code="2026-07",
        title="July 2026",
        stage="open",
        opens_on=date(2026, 6, 15),
        closes_on=date(2026, 7, 31),
        period_from=asking.period_from,
        period_to=asking.period_to,
    )
    organisation = Organisation(slug="example", name="Example & Sons", sector=asking.sector, scale=asking.scale)
    return Found.of(round_, organisation, None, questionnaire, asking)


def make(found: Found, stored: Answers, last: Last | None = None) -> bytes:
    """The form of a return."""
    return form_for(found, stored, ("2026-01", last) if last else None, SETTINGS, is_demo=False)


def read(found: Found, content: bytes, stored: Answers) -> Upload:
    """What a form would change, for somebody who may change everything."""
    return read_upload(found, content, stored, None, lambda section: True)


def cells_of(book: Workbook) -> Iterator[tuple[str, Any]]:
    """Every box of a form: its key, and its cell."""
    for page in book.worksheets:
        for row in page.iter_rows(min_row=2):
            for pair in str(row[0].value or "").split():
                column, equals, key = pair.partition("=")
                if equals and ":" in key:
                    yield key, page[f"{column}{row[0].row}"]


class Formula(str):
    """A formula as a person types one; any other text that begins with = is typed with an apostrophe before it."""


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    output = BytesIO()
    book.save(output)
    return output.getvalue()


def fill(content: bytes, values: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    """Type values into boxes by key, as openpyxl saves them (as other programs do); gives the cells as people say them."""
    book = load_workbook(BytesIO(content))
    cells = dict(cells_of(book))
    for key, value in values.items():
        cells[key].value = value
        if isinstance(value, str) and not isinstance(value, Formula):
            cells[key].data_type = "s"
    return saved(book), {key: f"{cell.parent.title}!{cell.coordinate}" for key, cell in cells.items()}


def as_typed(found: Found, answers: Answers) -> dict[str, Any]:
    """What a person would put into the cells for these answers: labels from lists, numbers as numbers, real dates."""
    values: dict[str, Any] = {}
    for key, parts in answers.items():
        question = found.questionnaire.question(key)
        for part, text in parts.items():
            if "state" in parts and part in {"state", "reason"}:
                continue
            values[f"{key}:{part}"] = _cell(question, part, text, found.asking)
        if "state" in parts:
            box = box_for(question, "state", found.asking, parts)
            assert box is not None
            values[f"{key}:state"] = next(option.label for option in box.options if option.code == box.value)
            values[f"{key}:reason"] = None if box.value.endswith(parts["reason"]) else parts["reason"]
    return values


def _cell(question: Question, part: str, text: str, asking: Asking) -> Any:
    box = box_for(question, part, asking)
    assert box is not None, f"{question.key}:{part}"
    if box.options:
        return next((option.label for option in box.options if option.code == text), text)
    if box.input == "date":
        return datetime.fromisoformat(text)
    return float(text) if box.input in {"amount", "percent", "year"} else text


def every_kind(questionnaire: Questionnaire, asking: Asking) -> dict[str, dict[str, str]]:
    """An answer to every question that is asked, of every kind and form: counts, percentages, states, dates, items."""
    answers = {}
    for number, question in enumerate(questionnaire.questions):
        if is_for(question, asking) and question.kind is not Kind.SIGNOFF:
            answers[question.key] = _answer(question, asking, number)
    return answers


def _answer(question: Question, asking: Asking, number: int) -> dict[str, str]:
    kind = question.kind
    if kind is Kind.SHARE:
        return _share(question, number)
    if kind is Kind.LEVELS:
        cells = [f"{level.code}.{column}" for level in asking.levels for column in LEVEL_COLUMNS]
        return {cell: str(place) for place, cell in enumerate(cells)} | {"reason": "=Counted, a year ago"}
    if kind is Kind.CASE_STUDIES:
        one = {"1.title": "=1+1", "1.story": "A story 🎉\n\nin lines", "1.pledge": "4", "1.publish": "yes"}
        return one | {"1.place": asking.places[0].code, "2.title": "Second", "2.story": "Told", "2.publish": "no"}
    if kind is Kind.FILES:
        return {"1.link": f"https://www.trust.example/{number}", "1.caption": "+5 per cent", "1.about": "2026-05-01"}
    if kind is Kind.CHOICES:
        return {option.code: "yes" for option in asking.options(question)[::2]}
    if question.not_applicable and number % 2:
        return {"state": "not_applicable", "reason": question.not_applicable[0]}
    one = {
        Kind.NUMBER: "1500" if question.unit == "people" else "1499.50",
        Kind.DATE: "2026-06-30" if question.check else "2019-02-28",
        Kind.YEAR: "2038",
        Kind.NARRATIVE: f"  @{question.key}: what we did.\nשלום, “café” & <b>more</b>",
        Kind.LINK: "https://www.trust.example/",
        Kind.YES_NO: YES_NO[0].code,
    }
    text = one.get(kind) or asking.offered(question)[0].code
    return {"": text} | ({"explanation": "-5 was a slip."} if kind is Kind.NUMBER else {})


def _share(question: Question, number: int) -> dict[str, str]:
    notional = {"basis": question.default_basis}
    if question.percent_only:
        return {"percent": "62.5"} | (notional if question.default_basis != "actual" else {})
    if number % 4 == 0:
        return {"state": "not_known", "reason": "The system is being replaced."}
    if number % 4 == 1:
        return {"percent": "98.25", "basis": "estimate"}
    whole, part = ("123456789.10", "0.30") if question.unit in {"fte", "gbp"} else ("1200", "0")
    return {"numerator": part, "denominator": whole, "unknown": part, "basis": "actual"}
