"""Answers that were read already: the same words to the same question, by the same organisation on the same day.

Every page about a return reads all of its answers again, though at most a section of them changed since. What was read is
kept beside the questionnaire and who is asked; both are compared whole, so that nothing is ever read for somebody else.
"""

from collections import OrderedDict
from threading import Lock
from typing import Any

from anchor_portal.domain.answers.answer import read_answer
from anchor_portal.domain.answers.parts import Asking, Parts, Reading
from anchor_portal.domain.questionnaire.version import Question, Questionnaire

MOST_ASKED, MOST_READ = 200, 1000
"""Questionnaires with who is asked that are remembered, and answers of each."""


class Readings:
    """What was read of one questionnaire for one kind of asking."""

    def __init__(self, questionnaire: Questionnaire, asking: Asking) -> None:
        self._questionnaire, self._asking = questionnaire, asking
        self._read: dict[tuple[str, tuple[tuple[str, str], ...]], Reading] = {}
        self.draft_sections: dict[tuple[tuple[str, str], ...], Any] = {}
        """What draft_sections.py worked out of whole drafts."""

    def read(self, question: Question, typed: Parts) -> Reading:
        """The answer as `read_answer` reads it; what it gives is never changed by anybody."""
        key = (question.key, tuple(typed.items()))
        found = self._read.get(key)
        if found is None:
            if len(self._read) >= MOST_READ:
                self._read.clear()
            found = self._read[key] = read_answer(question, typed, self._asking)
        return found


_kept: OrderedDict[tuple[int, Asking], tuple[Questionnaire, Readings]] = OrderedDict()
_turn = Lock()


def readings_of(questionnaire: Questionnaire, asking: Asking) -> Readings:
    """What is known by now of this questionnaire and who is asked; the one that waited longest is forgotten."""
    key = (id(questionnaire), asking)  # kept together with the questionnaire, so that no other one has its number
    with _turn:
        if key not in _kept:
            _kept[key] = (questionnaire, Readings(questionnaire, asking))
            if len(_kept) > MOST_ASKED:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return _kept[key][1]
