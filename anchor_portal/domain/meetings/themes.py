"""Which of the eight Marmot themes an organisation's work serves, for the report to its board."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from anchor_portal.domain.answers.parts import Answers, is_blank, is_state
from anchor_portal.domain.answers.text import all_of
from anchor_portal.domain.questionnaire.version import Questionnaire

MARMOT = "p6.marmot"
INITIATIVES = "p6.initiatives"
EIGHT = 8


@dataclass(frozen=True, slots=True)
class Counted:
    """A Beacon indicator that returns are counted in: its number, its theme's code, what it is about, its measure."""

    number: int
    theme: str
    title: str
    measure: str


@dataclass(frozen=True, slots=True)
class ThemeServed:
    """A Marmot theme and in which ways the organisation's work serves it; none where it does not."""

    position: int
    title: str
    ways: tuple[str, ...]

    @property
    def is_served(self) -> bool:
        """Whether the return says that some work serves it."""
        return bool(self.ways)


def themes_served(
    themes: Mapping[str, tuple[int, str]], answers: Answers, counted: Sequence[Counted]
) -> tuple[ThemeServed, ...]:
    """Each of the eight themes by what a return says: the work named under pledge 6, and the indicators counted in it.

    `themes` are position and title by code; the one at position 0, life expectancy, is what all the others are for.
    """
    chosen = _chosen(answers)
    return tuple(
        ThemeServed(position, title, tuple(_ways(code, chosen, answers, counted)))
        for code, (position, title) in sorted(themes.items(), key=lambda each: each[1])
        if position
    )


def _chosen(answers: Answers) -> Collection[str]:
    parts = answers.get(MARMOT, {})
    return {code for code, word in parts.items() if word == "yes"}


def _ways(code: str, chosen: Collection[str], answers: Answers, counted: Sequence[Counted]) -> list[str]:
    own = ["Our work on health inequalities (pledge 6)"] if code in chosen else []
    return own + [
        f"Beacon indicator {each.number}, {each.title}: our figures are counted in it"
        for each in counted
        if each.theme == code and _is_given(answers.get(each.measure, {}))
    ]


def _is_given(parts: Mapping[str, str]) -> bool:
    return not is_blank(parts) and not is_state(parts) and not set(parts) <= {"basis"}


def say_themes(every: Sequence[ThemeServed]) -> str:
    """How many of the eight are served, in a sentence that names them by number."""
    served = [str(each.position) for each in every if each.is_served]
    if not served:
        return f"Our return names no work that serves one of the {_eight(every)} Marmot themes."
    if len(served) == len(every):
        return f"Our work serves all {_eight(every)} Marmot themes."
    noun = "theme" if len(served) == 1 else "themes"
    return f"Our work serves {len(served)} of the {_eight(every)} Marmot themes: {noun} {all_of(served)}."


def _eight(every: Sequence[ThemeServed]) -> str:
    return "eight" if len(every) == EIGHT else str(len(every))


def why_no_work(questionnaire: Questionnaire, answers: Answers) -> str:
    """Why no theme of pledge 6 is named, as a sentence; empty where some are."""
    if _chosen(answers):
        return ""
    if not any(question.key == MARMOT for question in questionnaire.questions):
        return "This version of the questionnaire does not ask which themes the work on health inequalities serves."
    if answers.get(INITIATIVES, {}).get("") == "no":
        return "The return says that no initiatives on health inequalities are running."
    return "The return does not say which themes the work on health inequalities serves."
