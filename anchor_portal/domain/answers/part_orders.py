"""The order of an answer's parts, remembered while many returns of one round go by: most have parts of the same names."""

from anchor_portal.domain.answers.answer import order_parts
from anchor_portal.domain.answers.parts import Asking, Parts
from anchor_portal.domain.questionnaire.version import Question

MOST = 5_000
"""Orders that are remembered; then it begins anew, so that any number of returns takes the same room."""


class PartOrders:
    """For one version of the questionnaire, with one set of levels, rates and places."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], tuple[str, ...]] = {}

    def of(self, question: Question, parts: Parts, asking: Asking) -> tuple[str, ...]:
        """What `order_parts` gives."""
        names = (question.key, asking.scale, *parts)
        found = self._known.get(names)
        if found is None:
            if len(self._known) >= MOST:
                self._known.clear()
            found = self._known[names] = order_parts(question, parts, asking)
        return found
