"""An organisation's own measures over the rounds, beside the protected figures of its sector."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from anchor_portal.domain.answers.answer import say_reason
from anchor_portal.domain.answers.checks import sum_of_levels
from anchor_portal.domain.answers.parts import Answers, Parts, is_blank, is_state
from anchor_portal.domain.answers.reading import YES_NO
from anchor_portal.domain.answers.shares import round_half_up
from anchor_portal.domain.figures.figure import Figure, NotApplicable, NotProvided, Shown, printed, shown_percent
from anchor_portal.domain.questionnaire.version import Kind, Question, Questionnaire
from anchor_portal.domain.rounds import read_code, title_of

NO_RETURN = NotProvided("no return was accepted")
NOT_ASKED = NotProvided("this was not asked")
BLANK = NotProvided("no answer was given")
NO_WHOLE = NotProvided("there is nothing to take a share of")
CHARTED = (Kind.SHARE, Kind.LEVELS)
ANSWERED = (Kind.YES_NO, Kind.CHOICE)
OWN_VIEW = (".level_now", ".level_aim")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What an organisation said in a round, as it was accepted; no answers where nothing was accepted."""

    code: str
    questionnaire: Questionnaire
    answers: Answers | None

    def find_question(self, key: str) -> Question | None:
        """The question as this round asked it, if it did."""
        return next((question for question in self.questionnaire.questions if question.key == key), None)


@dataclass(frozen=True, slots=True)
class OwnFigure:
    """The organisation's own figure in a round, unprotected: a percentage, or why there is none.

    `is_new` says that the question changed with this round, so that it cannot be compared with those before.
    """

    code: str
    value: Figure
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One measure of an organisation over the rounds that may stand side by side, the earliest first."""

    question: Question
    figures: tuple[OwnFigure, ...]
    month: int | None = None
    """The month of these rounds, where January and July count different things."""


def own_series(rounds: Sequence[Accepted]) -> list[Series]:
    """Each measure in per cent over the rounds; figures of a financial year by month, the latest round's first."""
    return [
        series
        for question in _asked(rounds, CHARTED)
        for series in _by_month(question, [_own_figure(question.key, each, rounds) for each in rounds])
        if any(isinstance(figure.value, Shown) for figure in series.figures)
    ]


def _asked(rounds: Sequence[Accepted], kinds: Sequence[Kind]) -> list[Question]:
    """The questions of some kinds, as the latest version has them; options of a table are none of ours."""
    latest = rounds[-1].questionnaire if rounds else None
    return [each for each in latest.questions if each.kind in kinds and not each.options_from] if latest else []


def _own_figure(key: str, accepted: Accepted, rounds: Sequence[Accepted]) -> OwnFigure:
    question = accepted.find_question(key)
    if accepted.answers is None:
        return OwnFigure(accepted.code, NO_RETURN, _is_new(key, accepted, rounds))
    if question is None:
        return OwnFigure(accepted.code, NOT_ASKED)
    value = _percentage(question, accepted.answers.get(key, {}))
    return OwnFigure(accepted.code, value, _is_new(key, accepted, rounds))


def _is_new(key: str, accepted: Accepted, rounds: Sequence[Accepted]) -> bool:
    """Whether this round is the first under a version whose question is not comparable with the one before."""
    place = rounds.index(accepted)
    question = accepted.find_question(key)
    if not place or question is None or question.comparable:
        return False
    before = rounds[place - 1]
    return before.questionnaire.code != accepted.questionnaire.code and before.find_question(key) is not None


def _percentage(question: Question, parts: Parts) -> Figure:
    if is_state(parts):
        kind = NotApplicable if parts["state"] == "not_applicable" else NotProvided
        return kind(_lower(say_reason(parts.get("reason", ""))))
    if is_blank(parts) or set(parts) <= {"basis"}:
        return BLANK
    percent = _share_of(question, parts)
    return NO_WHOLE if percent is None else shown_percent(round_half_up(percent, 1))


def _share_of(question: Question, parts: Parts) -> Decimal | None:
    if question.kind is Kind.LEVELS:
        minority = sum_of_levels({part: text for part, text in parts.items() if part.endswith(".ethnic_minority")})
        known = sum_of_levels({part: text for part, text in parts.items() if not part.endswith(".not_stated")})
    elif "numerator" in parts:
        minority, known = Decimal(parts["numerator"]), Decimal(parts["denominator"])
    else:
        return Decimal(parts["percent"])
    return minority * 100 / known if known else None


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _by_month(question: Question, figures: Sequence[OwnFigure]) -> list[Series]:
    if not question.financial_year:
        return [Series(question, tuple(figures))]
    months = dict.fromkeys(read_code(figure.code)[1] for figure in reversed(figures))
    return [
        Series(question, tuple(each for each in figures if read_code(each.code)[1] == month), month) for month in months
    ]


def say_change(series: Series, sector: Mapping[str, Figure], sector_name: str) -> str:
    """The latest figure, what changed since the one before, and the sector beside it, in sentences."""
    shown = [figure for figure in series.figures if isinstance(figure.value, Shown)]
    latest = shown[-1]
    sentence = f"{_text(latest)} in {title_of(latest.code)}{_since(series, shown)}."
    beside = sector.get(latest.code)
    if isinstance(beside, Shown):
        sentence += f" {sector_name} together: {beside.text}."
    return sentence


def _text(figure: OwnFigure) -> str:
    return figure.value.text if isinstance(figure.value, Shown) else ""


def _since(series: Series, shown: Sequence[OwnFigure]) -> str:
    if len(shown) < 2:
        return ", the first figure that we have"
    before, latest = shown[-2], shown[-1]
    places = (series.figures.index(before) + 1, series.figures.index(latest) + 1)
    if any(figure.is_new for figure in series.figures[slice(*places)]):
        return f"; the question changed since {title_of(before.code)}, so the two cannot be compared"
    points = _value(latest) - _value(before)
    if not points:
        return f", the same as in {title_of(before.code)}"
    way = "more" if points > 0 else "less"
    unit = "percentage point" if abs(points) == 1 else "percentage points"
    return f", {abs(points).normalize():f} {unit} {way} than in {title_of(before.code)} ({_text(before)})"


def _value(figure: OwnFigure) -> Decimal:
    return printed(figure.value.value) if isinstance(figure.value, Shown) else Decimal(0)


@dataclass(frozen=True, slots=True)
class Said:
    """What an organisation answered to a question with few answers: now, and before it was different."""

    question: Question
    code: str
    now: str
    before: str
    is_new: bool


def own_answers(rounds: Sequence[Accepted]) -> list[Said]:
    """The latest answer to each question of yes, no or one of a few, and what it was before that."""
    questions = [each for each in _asked(rounds, ANSWERED) if not each.key.endswith(OWN_VIEW)]
    return [said for question in questions if (said := _said(question, rounds))]


def _said(question: Question, rounds: Sequence[Accepted]) -> Said | None:
    given = [(each, words) for each in rounds if (words := _word(question.key, each))]
    if not given:
        return None
    latest, now = given[-1]
    other = next(((each, words) for each, words in reversed(given) if words != now), None)
    before = f"{other[1]} in {title_of(other[0].code)}" if other else ""
    place = rounds.index(other[0]) if other else len(rounds)
    is_new = any(_is_new(question.key, each, rounds) for each in rounds[place + 1 :])
    return Said(question, latest.code, now, before, is_new)


def _word(key: str, accepted: Accepted) -> str:
    """The answer in a word, empty where there is none."""
    question = accepted.find_question(key)
    parts = (accepted.answers or {}).get(key, {})
    if question is None or is_blank(parts) or is_state(parts):
        return "Not applicable" if parts.get("state") == "not_applicable" else ""
    options = YES_NO if question.kind is Kind.YES_NO else question.options
    return next((option.label for option in options if option.code == parts[""]), "")
