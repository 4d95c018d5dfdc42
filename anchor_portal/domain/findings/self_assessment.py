"""Self-assessment: for each pledge the level now, the level aimed for, and last time's aim, in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.findings.level_words import LEVEL_NAMES, LEVEL_WORDS
from anchor_portal.domain.pledges import NUMBERS
from anchor_portal.domain.questionnaire.version import Option, Question, Questionnaire

NOTHING: Answers = {}
_LEVEL_KEY = re.compile(r"p([1-7])\.level_(now|aim)")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an organisation stands on a pledge; levels are 1 to 4, None where it did not say.

    `earlier_aim` is the aim that it gave in its last accepted return, for now.
    """

    pledge: int
    now: int | None = None
    aim: int | None = None
    earlier_now: int | None = None
    earlier_aim: int | None = None

    @property
    def is_assessed(self) -> bool:
        """Whether anything was said about now or the aim."""
        return self.now is not None or self.aim is not None

    @property
    def is_reached(self) -> bool | None:
        """Whether last time's aim is reached; None where one of the two is not known."""
        if self.now is None or self.earlier_aim is None:
            return None
        return self.now >= self.earlier_aim

    @property
    def words_now(self) -> str:
        """What the level means on this pledge; empty where it was not given."""
        return LEVEL_WORDS[self.pledge][self.now - 1] if self.now else ""

    @property
    def words_aim(self) -> str:
        """What the level aimed for means on this pledge; empty where it was not given."""
        return LEVEL_WORDS[self.pledge][self.aim - 1] if self.aim else ""


def asks_levels(questionnaire: Questionnaire) -> bool:
    """Whether this version of the questionnaire asks for a self-assessment at all."""
    return any(_LEVEL_KEY.fullmatch(question.key) for question in questionnaire.questions)


def describe_options(question: Question, options: Sequence[Option]) -> tuple[Option, ...]:
    """The options of a level with what they mean on its pledge; those of any other question as they are."""
    found = _LEVEL_KEY.fullmatch(question.key)
    if found is None:
        return tuple(options)
    words = {str(number): text for number, text in enumerate(LEVEL_WORDS[int(found[1])], start=1)}
    return tuple(replace(option, hint=words.get(option.code, option.hint)) for option in options)


def standings(answers: Answers, earlier: Answers = NOTHING) -> tuple[Standing, ...]:
    """Where an organisation stands on each of the seven pledges, beside its last accepted return."""
    return tuple(
        Standing(
            number,
            _level(answers, f"p{number}.level_now"),
            _level(answers, f"p{number}.level_aim"),
            _level(earlier, f"p{number}.level_now"),
            _level(earlier, f"p{number}.level_aim"),
        )
        for number in NUMBERS
    )


def _level(answers: Answers, key: str) -> int | None:
    """A level that can be read; what a draft holds besides is none."""
    text = answers.get(key, {}).get("", "")
    return int(text) if text in {"1", "2", "3", "4"} else None


def say_standing(standing: Standing, earlier_round: str) -> str:
    """One sentence: "Pledge 3: developing; the aim of July 2026 was established: not reached yet."."""
    now = LEVEL_NAMES[standing.now] if standing.now else "not assessed"
    return f"Pledge {standing.pledge}: {'; '.join(filter(None, (now, say_earlier(standing, earlier_round))))}."


def say_earlier(standing: Standing, earlier_round: str) -> str:
    """Last time's aim and whether it is reached, as a clause; empty where there was none."""
    if standing.earlier_aim is None:
        return ""
    outcome = {True: ": reached", False: ": not reached yet", None: ""}[standing.is_reached]
    if standing.is_reached and standing.now != standing.earlier_aim:
        outcome = ": passed"
    return f"the aim of {earlier_round} was {LEVEL_NAMES[standing.earlier_aim]}{outcome}"


def say_all(every: Sequence[Standing], earlier_round: str) -> str:
    """How many of last time's aims are reached, or how many pledges are assessed where there were none.

    Aims of pledges that are not assessed now are counted apart: of them nobody knows.
    """
    with_aim = [standing for standing in every if standing.earlier_aim is not None]
    unknown = sum(standing.is_reached is None for standing in with_aim)
    if len(with_aim) > unknown:
        reached = sum(standing.is_reached is True for standing in with_aim)
        if len(with_aim) == 1:
            return f"The one aim of {earlier_round} is {'reached' if reached else 'not reached yet'}."
        known = (
            f"{reached or 'None'} of {len(with_aim)} aims of {earlier_round} {'is' if reached == 1 else 'are'} reached"
        )
        return f"{known}; {unknown} {'is' if unknown == 1 else 'are'} not assessed yet." if unknown else f"{known}."
    assessed = sum(standing.is_assessed for standing in every)
    return f"{assessed or 'None'} of the {len(every)} pledges {'is' if assessed == 1 else 'are'} assessed."
