"""The table of kinds: for each kind of question how it is read, said and ordered. A new kind is one entry here."""

from collections.abc import Callable
from dataclasses import dataclass

from anchor_portal.domain.answers.parts import Asking, Parts, Reading
from anchor_portal.domain.answers.reading import (
    read_case_studies,
    read_choice,
    read_choices,
    read_date_answer,
    read_files,
    read_levels,
    read_link,
    read_narrative,
    read_number,
    read_signoff,
    read_year,
    read_yes_no,
)
from anchor_portal.domain.answers.saying import (
    order_choices,
    order_items,
    order_levels,
    order_one,
    order_share,
    order_signoff,
    say_case_studies,
    say_choice,
    say_choices,
    say_date_answer,
    say_files,
    say_levels,
    say_narrative,
    say_number_answer,
    say_plain,
    say_share,
    say_signoff,
)
from anchor_portal.domain.answers.shares import read_share
from anchor_portal.domain.questionnaire.version import Kind, Question


@dataclass(frozen=True, slots=True)
class Handling:
    """What is done with one kind of question."""

    read: Callable[[Question, Parts, Asking], Reading]
    say: Callable[[Question, Parts, Asking], tuple[str, ...]]
    order: Callable[[Question, Parts, Asking], tuple[str, ...]]


KINDS: dict[Kind, Handling] = {
    Kind.SHARE: Handling(read_share, say_share, order_share),
    Kind.CHOICE: Handling(read_choice, say_choice, order_one),
    Kind.YES_NO: Handling(read_yes_no, say_choice, order_one),
    Kind.CHOICES: Handling(read_choices, say_choices, order_choices),
    Kind.NUMBER: Handling(read_number, say_number_answer, order_one),
    Kind.DATE: Handling(read_date_answer, say_date_answer, order_one),
    Kind.YEAR: Handling(read_year, say_plain, order_one),
    Kind.LINK: Handling(read_link, say_plain, order_one),
    Kind.NARRATIVE: Handling(read_narrative, say_narrative, order_one),
    Kind.LEVELS: Handling(read_levels, say_levels, order_levels),
    Kind.CASE_STUDIES: Handling(read_case_studies, say_case_studies, order_items),
    Kind.FILES: Handling(read_files, say_files, order_items),
    Kind.SIGNOFF: Handling(read_signoff, say_signoff, order_signoff),
}
