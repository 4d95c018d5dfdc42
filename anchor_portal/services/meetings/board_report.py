"""The report to an organisation's board, from its latest accepted return: for the page and for paper."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.figures.definitions import DEFINITIONS
from anchor_portal.domain.findings.page_words import words_of
from anchor_portal.domain.findings.self_assessment import NOTHING
from anchor_portal.domain.meetings.themes import Counted, themes_served, why_no_work
from anchor_portal.domain.questionnaire.version import Kind, Questionnaire
from anchor_portal.models import BeaconIndicator, Organisation, Return, Round, Theme
from anchor_portal.outputs.pdf.board_report_pdf import BoardReport
from anchor_portal.queries.meetings import load_log
from anchor_portal.queries.profiles import load_returned, profile_of, say_facts
from anchor_portal.queries.reference import Reference
from anchor_portal.queries.review import load_outcomes

HEALTH = 6
"""The pledge on health inequalities, whose work names the themes."""


def find_reported_round(session: Session, organisation: Organisation, code: str | None) -> Round | None:
    """The round with this code, or the latest, for which a return of the organisation was accepted."""
    accepted = (Return.organisation_id == organisation.id, Return.accepted_revision > 0)
    query = select(Round).join(Return, Return.round_id == Round.id).where(*accepted).order_by(Round.code.desc())
    return session.scalars((query.where(Round.code == code) if code else query).limit(1)).first()


def board_report(
    session: Session, organisation: Organisation, round_: Round, reference: Reference, settings: Settings
) -> BoardReport:
    """The report of an organisation for a round in which its return was accepted: four statements."""
    returned = load_returned(session, organisation.id, round_)
    latest = returned.rounds[-1]
    answers: Answers = latest.answers or NOTHING
    row = returned.row
    outcomes = load_outcomes(session, [row.id]).get(row.id, {}) if row else {}
    actions = [each for each in load_log(session, organisation_id=organisation.id) if each.is_open]
    themes, counted = _themes(session)
    return BoardReport(
        round_title=round_.title,
        profile=profile_of(organisation.name, say_facts(organisation, reference), returned, outcomes),
        themes=themes_served(themes, answers, counted),
        why_no_work=why_no_work(latest.questionnaire, answers),
        work=_work(latest.questionnaire, answers),
        actions=[each.words for each in actions],
        partnership=settings.partnership,
        portal_name=settings.portal_name,
        demo=reference.is_demo,
    )


def _themes(session: Session) -> tuple[dict[str, tuple[int, str]], list[Counted]]:
    """The Marmot themes by code, and the Beacon indicators that returns are counted in, each with its theme."""
    query = select(Theme, BeaconIndicator.number).outerjoin(BeaconIndicator, BeaconIndicator.theme_code == Theme.code)
    rows = session.execute(query).all()
    ours = {definition.number: definition for definition in DEFINITIONS}
    themes = {theme.code: (theme.position, theme.title) for theme, _ in rows}
    counted = [
        Counted(number, theme.code, words_of(ours[number]).title.lower(), ours[number].measure)
        for theme, number in sorted(rows, key=lambda row: row[1] or 0)
        if number in ours
    ]
    return themes, counted


def _work(questionnaire: Questionnaire, answers: Answers) -> list[str]:
    """What the return tells of the work on health inequalities, paragraph by paragraph."""
    keys = [
        question.key
        for section in questionnaire.form_sections
        if section.pledge == HEALTH
        for question in section.questions
        if question.kind is Kind.NARRATIVE
    ]
    texts = [answers.get(key, {}).get("", "") for key in keys]
    return [part.strip() for text in texts for part in text.split("\n") if part.strip()]
