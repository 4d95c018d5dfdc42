"""The form to take away: a return as a workbook with its draft in it, and blank forms of any version and sector."""

from dataclasses import replace
from datetime import date

from anchor_portal.config import Settings
from anchor_portal.domain.answers.merging import marks_of, write_marks
from anchor_portal.domain.answers.parts import Answers, Asking, Last
from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.domain.rounds import title_of
from anchor_portal.domain.sectors import SECTOR_OF_ONE
from anchor_portal.outputs.form.blank_form_pdf import BlankFormFacts, draw_blank_form
from anchor_portal.outputs.form.layout import lay_out
from anchor_portal.outputs.form.workbook import FormFacts, make_form
from anchor_portal.queries.reference import Reference
from anchor_portal.queries.returns import Found


def form_for(
    found: Found, stored: Answers, last: tuple[str, Last] | None, settings: Settings, *, is_demo: bool
) -> bytes:
    """The workbook of a return, with the draft in it; `last` is the last accepted return."""
    questionnaire, asking = found.questionnaire, found.asking
    organisation, round_ = found.organisation, found.round
    facts = replace(
        _facts(questionnaire, asking, settings),
        demo=is_demo,
        slug=organisation.slug,
        organisation=organisation.name,
        round_code=round_.code,
        round_title=round_.title,
        period=(round_.period_from, round_.period_to),
        closes_on=found.due_on,
        last_time=title_of(last[0]) if last else "",
        marks=write_marks(marks_of((question.key for question in questionnaire.questions), stored)),
    )
    return make_form(facts, lay_out(questionnaire, asking, stored, last[1].answers if last else {}))


def asking_for(sector: str, scale: str, reference: Reference, today: date) -> Asking:
    """The circumstances of a blank form, which belongs to no round."""
    return Asking(
        sector=sector,
        scale=scale,
        today=today,
        period_from=date.min,
        period_to=date.max,
        levels=reference.levels[scale],
        rates=reference.rates,
        places=reference.places,
    )


def blank_workbook(questionnaire: Questionnaire, asking: Asking, settings: Settings) -> bytes:
    """A blank workbook for a version and a kind of organisation."""
    return make_form(_facts(questionnaire, asking, settings), lay_out(questionnaire, asking, {}, {}))


def _facts(questionnaire: Questionnaire, asking: Asking, settings: Settings) -> FormFacts:
    """What a form says of itself before anybody has it."""
    return FormFacts(
        questionnaire=questionnaire,
        sector=asking.sector,
        sector_name=SECTOR_OF_ONE[asking.sector],
        scale=asking.scale,
        portal_name=settings.portal_name,
        partnership=settings.partnership,
        made_on=asking.today,
        demo=False,
    )


def default_scale(sector: str) -> str:
    """The scale of levels that a kind of organisation uses where nothing else is known."""
    return "nhs" if sector.startswith("nhs-") else "general"


def blank_pdf(questionnaire: Questionnaire, asking: Asking, settings: Settings) -> bytes:
    """A blank form on paper for a version and a kind of organisation."""
    facts = BlankFormFacts(SECTOR_OF_ONE[asking.sector], settings.portal_name, settings.partnership)
    return draw_blank_form(facts, questionnaire, asking)
