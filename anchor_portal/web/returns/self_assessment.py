"""Where we are: the self-assessment of a return as a page, as a picture and as one page for a board paper."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template

from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.findings.level_words import LEVEL_NAMES, LEVEL_WORDS
from anchor_portal.domain.findings.self_assessment import (
    NOTHING,
    Standing,
    asks_levels,
    say_all,
    say_standing,
    standings,
)
from anchor_portal.domain.lifecycle import EDITABLE, Status
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import title_of
from anchor_portal.extensions import db, reference, settings, viewer
from anchor_portal.outputs.charts.levels import levels
from anchor_portal.outputs.charts.svg import to_svg_file
from anchor_portal.outputs.pdf.levels_pdf import LevelsContent, draw_levels, levels_table
from anchor_portal.outputs.rows import anchor_of
from anchor_portal.queries.returns import Found, answers_of, find_submission
from anchor_portal.web.access import ORGANISATION, open_to
from anchor_portal.web.figures.indicator_tables import Table
from anchor_portal.web.figures.pictures import levels_picture
from anchor_portal.web.returns.found import (
    ADDRESS,
    can_write,
    draft_of,
    last_of,
    return_or_404,
    roles_in,
    section_address,
)
from anchor_portal.web.team.downloads import PDF, send

blueprint = Blueprint("self_assessment", __name__)
READERS = (*ORGANISATION, Role.MEMBER, Role.TEAM)
SVG = "image/svg+xml"
TITLE = "Where we are on the seven pledges"


@dataclass(frozen=True, slots=True)
class Assessed:
    """A return's self-assessment; `status` says in a sentence whether it is signed."""

    standings: tuple[Standing, ...]
    earlier_round: str
    status: str

    @property
    def title(self) -> str:
        """What the picture is called."""
        return f"{TITLE}: now, the aim, and the aim of {self.earlier_round}" if self.earlier_round else TITLE


@blueprint.get(f"{ADDRESS}/self-assessment")
@open_to(*READERS)
def show(round_code: str, slug: str) -> str:
    """The picture with its words and table, and what the levels mean."""
    found = return_or_404(round_code, slug)
    assessed = _assessed(found)
    head, *rows = levels_table(assessed.standings, assessed.earlier_round)
    return render_template(
        "self_assessment/show.html",
        found=found,
        assessed=assessed,
        is_asked=asks_levels(found.questionnaire),
        is_begun=any(standing.is_assessed for standing in assessed.standings),
        summary=say_all(assessed.standings, assessed.earlier_round),
        picture=levels_picture(assessed.standings, assessed.earlier_round, assessed.title, "levels"),
        table=Table("The levels of each pledge", head, tuple(rows)),
        sentences={each.pledge: say_standing(each, assessed.earlier_round) for each in assessed.standings},
        places=_places(found, assessed.standings),
        level_names=LEVEL_NAMES,
        level_words=LEVEL_WORDS,
    )


@blueprint.get(f"{ADDRESS}/self-assessment.svg")
@open_to(*READERS)
def picture(round_code: str, slug: str) -> Response:
    """The picture as a file, for a document of one's own."""
    assessed = _assessed(return_or_404(round_code, slug))
    scene = levels(assessed.standings, title=assessed.title, earlier_round=assessed.earlier_round)
    return send(to_svg_file(scene), SVG, f"{slug}-self-assessment-{round_code}.svg")


@blueprint.get(f"{ADDRESS}/self-assessment.pdf")
@open_to(*READERS)
def page(round_code: str, slug: str) -> Response:
    """The picture and its table on one page, for a board paper."""
    found = return_or_404(round_code, slug)
    assessed = _assessed(found)
    content = LevelsContent(
        organisation=found.organisation.name,
        round_name=found.round.title,
        standings=assessed.standings,
        earlier_round=assessed.earlier_round,
        standing=assessed.status,
        partnership=settings().partnership,
        portal_name=settings().portal_name,
        demo=reference().is_demo,
    )
    return send(draw_levels(content), PDF, f"{slug}-self-assessment-{round_code}.pdf")


def _assessed(found: Found) -> Assessed:
    """The levels of the draft for its own people and the team while it may change, else those that were signed."""
    answers, status = _answers(found)
    last = last_of(found)
    earlier = last[1].answers if last else NOTHING
    every = standings(answers, earlier)
    has_aims = any(standing.earlier_aim for standing in every)
    return Assessed(every, title_of(last[0]) if last and has_aims else "", status)


def _answers(found: Found) -> tuple[Answers, str]:
    sees_drafts = bool(roles_in(found)) or Role.TEAM in viewer().roles
    if sees_drafts and found.status in EDITABLE | {Status.READY}:
        return draft_of(found), "From the draft of the return, which is not signed."
    signed = find_submission(db(), found.row.id, found.row.revision) if found.row else None
    if signed is None:
        return NOTHING, "No return was signed."
    day = f"{signed.signed_on.day} {signed.signed_on:%B %Y}"
    return answers_of(signed), f"From the return that {signed.signed_name} signed on {day}, revision {signed.revision}."


def _places(found: Found, every: Sequence[Standing]) -> dict[int, str]:
    """Where each pledge's levels are given, for those who may change them."""
    if not can_write(found):
        return {}
    sections = {section.pledge: section for section in found.questionnaire.form_sections if section.pledge}
    return {
        each.pledge: section_address(found, sections[each.pledge], _anchor=anchor_of(f"p{each.pledge}.level_now"))
        for each in every
        if each.pledge in sections
    }
