"""Where the sections of a draft stand, worked out once for the same texts and anew for any other."""

import json

import pytest

from anchor_portal.domain.answers.completeness import SectionStatus, asked_in, review, section_status
from anchor_portal.domain.answers.draft_sections import Texts, sections_of
from anchor_portal.domain.answers.parts import Answers
from tests.domain.circumstances import CURRENT, asking, full_answers


def texts_of(answers: Answers) -> Texts:
    return tuple((key, json.dumps(dict(parts))) for key, parts in answers.items())


@pytest.mark.parametrize("sector", ["nhs-trust", "local-authority"])
def test_they_stand_as_the_whole_review_says_also_when_they_are_asked_for_again(sector: str) -> None:
    whole = full_answers(sector)
    for answers in ({}, whole, whole | {"about.headcount": {"": "minus one"}}, whole):
        reviewed = review(CURRENT, answers, asking(sector), complete=False)
        for each, section in zip(
            sections_of(CURRENT, asking(sector), texts_of(answers)), CURRENT.form_sections, strict=True
        ):
            assert each.section is section
            assert each.status is section_status(section, reviewed, asking(sector))
            assert each.asked == len(asked_in(section, reviewed.answers, asking(sector)))


def test_what_waits_to_be_confirmed_is_said_of_its_own_section_and_never_before_what_is_to_be_mended() -> None:
    answers = full_answers("nhs-trust") | {"about.headcount": {"": "minus one"}}
    about, first, *_ = sections_of(CURRENT, asking("nhs-trust"), texts_of(answers))
    waiting = {"about.boundary", first.section.questions[0].key}
    assert about.status is about.with_unconfirmed(waiting) is SectionStatus.TO_MEND
    assert first.status is first.with_unconfirmed(()) is SectionStatus.COMPLETED
    assert first.with_unconfirmed(waiting) is SectionStatus.TO_CONFIRM
    assert first.with_unconfirmed({"about.boundary"}) is SectionStatus.COMPLETED
