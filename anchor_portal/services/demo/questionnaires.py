"""A version of the questionnaire in preparation: the one in use with some words made plainer."""

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from anchor_portal.domain.questionnaire.wording import change_words
from anchor_portal.domain.questionnaire.writing import write_source
from anchor_portal.models import QuestionnaireDraft
from anchor_portal.models.base import now
from anchor_portal.queries.questionnaires import load_published, read_draft
from anchor_portal.services.questionnaires.drafts import start_from

CODE = "2027-07"
BY = "team@team.example"
WORDS = {
    "p1.rlw_staff:label": "How many of your own employees are paid the real living wage or more?",
    "p1.rlw_rate_year:hint": "A new rate is announced in October and has to be paid by 1 May. Between those days either "
    "rate is right: choose the one that you compared with.",
    "section:intro": "The real living wage is the voluntary rate that the Living Wage Foundation announces each October. "
    "It is not the national living wage that the law requires.\n\n"
    "If you do not know the counts, give the percentage alone, or say that the answer is not known and why.",
}


def load_questionnaire_demo(session: Session) -> None:
    """Begin the draft, three weeks ago, with the words of one pledge changed."""
    newest = load_published(session)[-1]
    draft = start_from(session, newest, CODE, "Anchor Assembly Measurement Tool, July 2027", BY)
    asked = read_draft(draft)
    sections = change_words(asked, asked.section("pledge-1"), WORDS)
    draft.source = write_source(asked.code, asked.title, asked.pledges, sections)
    session.flush()
    begun = now() - timedelta(days=21)
    dated = update(QuestionnaireDraft).where(QuestionnaireDraft.id == draft.id)
    session.execute(dated.values(made_at=begun, changed_at=begun + timedelta(days=4)))
