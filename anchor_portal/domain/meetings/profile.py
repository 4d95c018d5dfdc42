"""The one-page profile of an organisation: pledges with levels and outcomes, measures over time, a case study."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.answers.reading import CASE_STUDY_PARTS
from anchor_portal.domain.answers.saying import items_of
from anchor_portal.domain.answers.text import all_of
from anchor_portal.domain.figures.figure import Figure, Shown, printed, say_points
from anchor_portal.domain.findings.level_words import LEVEL_NAMES
from anchor_portal.domain.findings.progress import Accepted, OwnFigure, Series, own_answers, own_series
from anchor_portal.domain.findings.self_assessment import NOTHING, Standing, standings
from anchor_portal.domain.pledges import NUMBERS, PLEDGES
from anchor_portal.domain.questionnaire.version import Kind
from anchor_portal.domain.rounds import read_code, title_of

MOST_ROUNDS = 4
"""How many rounds stand side by side on one page, the latest among them."""
NONE, NOT_GIVEN = "–", "not given"
YEAR_TO_DATE = "Year-to-date figures are compared with the same month a year before"
LEVELS_TITLE = "Employees from an ethnic minority background"


@dataclass(frozen=True, slots=True)
class FoundOutcome:
    """What the Assembly found about a pledge, with the remark beside it; `ident` grows with each that is recorded."""

    outcome: str = ""
    who: str = ""
    note: str = ""
    ident: int = 0


@dataclass(frozen=True, slots=True)
class PledgeLine:
    """A pledge: the level that the organisation gives itself, its aim, and what the Assembly found."""

    standing: Standing
    found: FoundOutcome

    @property
    def number(self) -> int:
        """1 to 7."""
        return self.standing.pledge

    @property
    def title(self) -> str:
        """Its short title."""
        return PLEDGES[self.number]

    @property
    def level(self) -> str:
        """The level now in words, or that it was not given."""
        return f"{self.standing.now} {LEVEL_NAMES[self.standing.now]}" if self.standing.now else NOT_GIVEN

    @property
    def aim(self) -> str:
        """The level aimed for in words, or that it was not given."""
        return f"{self.standing.aim} {LEVEL_NAMES[self.standing.aim]}" if self.standing.aim else NOT_GIVEN


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A measure over the rounds of the profile, the earliest first; `values` may be missing, with the reason in words."""

    title: str
    figures: tuple[Figure | None, ...]
    is_new: tuple[bool, ...]
    change: str

    @property
    def texts(self) -> tuple[str, ...]:
        """As they are printed, a dash where there is none."""
        return tuple(each.text if isinstance(each, Shown) else NONE for each in self.figures)

    @property
    def numbers(self) -> tuple[float | None, ...]:
        """For a small chart."""
        return tuple(float(printed(each.value)) if isinstance(each, Shown) else None for each in self.figures)


@dataclass(frozen=True, slots=True)
class CaseStudy:
    """What the organisation tells of itself, and on which pledge; `others` is how many more it tells in this return."""

    title: str
    story: str
    pledge: str
    others: int = 0

    @property
    def about(self) -> str:
        """Its pledge and how many more there are, in words."""
        more = f"{self.others} more in the return" if self.others else ""
        return "; ".join(filter(None, (self.pledge, more)))


@dataclass(frozen=True, slots=True)
class Profile:
    """An organisation on one page. `status` says where its return stands, `rounds` are titles, the earliest first.

    `left_out` says why some measures have no figure in some of the rounds; empty where there are none such.
    """

    name: str
    facts: str
    status: str
    rounds: tuple[str, ...] = ()
    pledges: tuple[PledgeLine, ...] = ()
    measures: tuple[MeasureLine, ...] = ()
    commitments: tuple[tuple[str, str], ...] = ()
    case_study: CaseStudy | None = None
    earlier_round: str = ""
    actions: tuple[str, ...] = field(default=())
    left_out: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was returned that could be shown."""
        return not self.rounds


def make_profile(
    name: str, facts: str, status: str, rounds: Sequence[Accepted], outcomes: Mapping[int, FoundOutcome]
) -> Profile:
    """The profile from what an organisation returned, round by round, the earliest first and the one it is about last.

    A round without answers has none that can be shown.
    """
    if not rounds or rounds[-1].answers is None:
        return Profile(name, facts, status)
    latest = rounds[-1]
    answers: Answers = latest.answers or NOTHING
    before = next((each for each in reversed(rounds[:-1]) if each.answers is not None), None)
    every = standings(answers, (before.answers or NOTHING) if before else NOTHING)
    codes = [each.code for each in rounds][-MOST_ROUNDS:]
    measures = _series(rounds, codes)
    return Profile(
        name,
        facts,
        status,
        rounds=tuple(map(title_of, codes)),
        pledges=tuple(PledgeLine(each, outcomes.get(each.pledge, FoundOutcome())) for each in every),
        measures=tuple(_line(series, codes) for series in measures),
        left_out=_say_left_out(measures, codes),
        commitments=tuple((said.question.short, said.now) for said in own_answers(rounds) if said.code == latest.code),
        case_study=_case_study(latest, answers),
        earlier_round=title_of(before.code) if before else "",
    )


def _series(rounds: Sequence[Accepted], codes: Sequence[str]) -> list[Series]:
    """The measures over the rounds; those of a financial year in the month of the latest round."""
    month = read_code(codes[-1])[1]
    return [series for series in own_series(rounds) if series.month in {None, month}]


def _say_left_out(measures: Sequence[Series], codes: Sequence[str]) -> str:
    """Why figures of a financial year are missing in the rounds of other months; empty where none is missing."""
    month = read_code(codes[-1])[1]
    others = dict.fromkeys(title_of(code).split()[0] for code in codes if read_code(code)[1] != month)
    if not others or all(series.month is None for series in measures):
        return ""
    are = "is" if len(others) == 1 else "are"
    return f"{YEAR_TO_DATE}, so {all_of(list(others))} {are} left out here."


def _line(series: Series, codes: Sequence[str]) -> MeasureLine:
    by_code = {each.code: each for each in series.figures}
    mine = [by_code.get(code) for code in codes]
    return MeasureLine(
        title_of_series(series),
        tuple(each.value if each else None for each in mine),
        tuple(bool(each and each.is_new) for each in mine),
        _say_change(series.figures, codes[-1]),
    )


def title_of_series(series: Series) -> str:
    """What a share is called; a table of levels is named after the share that is taken of it."""
    return LEVELS_TITLE if series.question.kind is Kind.LEVELS else series.question.short


def _say_change(figures: Sequence[OwnFigure], latest: str) -> str:
    """How the latest figure moved since the one before it: "+1.3 points", or why that is not said."""
    shown = [each for each in figures if isinstance(each.value, Shown)]
    if not shown or shown[-1].code != latest:
        return NONE
    if len(shown) < 2:
        return "First figure"
    before, after = shown[-2], shown[-1]
    between = figures[figures.index(before) + 1 :]
    if any(each.is_new for each in between):
        return "Question changed"
    points = _value(after) - _value(before)
    return f"{say_points(points)} points" if points else "The same"


def _value(figure: OwnFigure) -> Decimal:
    return printed(figure.value.value) if isinstance(figure.value, Shown) else Decimal(0)


def _case_study(accepted: Accepted, answers: Answers) -> CaseStudy | None:
    """The first that is told; organisations put the one they care about most at the top."""
    asked = [question for question in accepted.questionnaire.questions if question.kind is Kind.CASE_STUDIES]
    told = [item for question in asked for item in items_of(answers.get(question.key, {}), CASE_STUDY_PARTS)]
    told = [item for item in told if item.get("title") or item.get("story")]
    if not told:
        return None
    pledge = told[0].get("pledge", "")
    named = f"Pledge {pledge}, {PLEDGES[int(pledge)]}" if pledge in set(map(str, NUMBERS)) else ""
    return CaseStudy(told[0].get("title", ""), told[0].get("story", ""), named, len(told) - 1)
