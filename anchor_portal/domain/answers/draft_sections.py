"""Where each section of a draft stands, from its answers as they are kept: worked out once for the same texts.

Lists of drafts are opened far more often than drafts change. What was worked out is kept beside the questionnaire and who
is asked, as readings are.
"""

import json
from collections.abc import Collection
from typing import NamedTuple

from anchor_portal.domain.answers.completeness import SectionStatus, asked_in, review, section_status
from anchor_portal.domain.answers.kept_readings import readings_of
from anchor_portal.domain.answers.parts import Asking
from anchor_portal.domain.questionnaire.version import Questionnaire, Section

Texts = tuple[tuple[str, str], ...]
"""Questions with their answers as JSON, in any order."""
MOST_DRAFTS = 300
"""Drafts that are remembered for one kind of asking."""


class DraftSection(NamedTuple):
    """A section with its status, as long as nothing waits to be confirmed, and how many questions it asks."""

    section: Section
    status: SectionStatus
    asked: int

    def with_unconfirmed(self, unconfirmed: Collection[str]) -> SectionStatus:
        """The status where answers to these questions were carried forward and are not confirmed."""
        waits = unconfirmed and any(question.key in unconfirmed for question in self.section.questions)
        return SectionStatus.TO_CONFIRM if waits and self.status is not SectionStatus.TO_MEND else self.status


def sections_of(questionnaire: Questionnaire, asking: Asking, texts: Texts) -> tuple[DraftSection, ...]:
    """Each section that an organisation fills in; nothing of it is ever changed by anybody."""
    known = readings_of(questionnaire, asking).draft_sections
    found = known.get(texts)
    if found is None:
        if len(known) >= MOST_DRAFTS:
            known.clear()
        found = known[texts] = _work_out(questionnaire, asking, texts)
    return found


def _work_out(questionnaire: Questionnaire, asking: Asking, texts: Texts) -> tuple[DraftSection, ...]:
    answers = {question: json.loads(text) for question, text in texts}
    reviewed = review(questionnaire, answers, asking, complete=False, warns=False)
    return tuple(
        DraftSection(
            section, section_status(section, reviewed, asking), len(asked_in(section, reviewed.answers, asking))
        )
        for section in questionnaire.form_sections
    )
