"""Publishing a version of the questionnaire: checked by itself and beside the versions before it, then never changed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.figures.trend_effects import misfits_of
from anchor_portal.domain.questionnaire.continuity import faults_of_new_version
from anchor_portal.domain.questionnaire.version import Questionnaire, QuestionnaireError, parse
from anchor_portal.models import QuestionnaireVersion
from anchor_portal.models.base import now
from anchor_portal.queries.questionnaires import find_version, load_published


class VersionRefused(Exception):
    """A questionnaire cannot be published under its code; the text is a sentence."""


def check_new_version(session: Session, source: str, name: str) -> Questionnaire:
    """Read the text of a version to be. Raises QuestionnaireError with everything that is wrong with it, by line."""
    questionnaire = parse(source, name)
    earlier = [each.questionnaire for each in load_published(session)]
    faults = faults_of_new_version(source, questionnaire, earlier, misfits_of(questionnaire))
    if faults:
        raise QuestionnaireError(f"{name}, line {line}: {text}" for line, text in faults)
    return questionnaire


def _hold_versions(session: Session) -> None:
    """Take turns with whoever else publishes: each is checked beside the ones before it."""
    query = select(QuestionnaireVersion.id).order_by(QuestionnaireVersion.id)
    session.execute(query.with_for_update(key_share=True)).all()


def publish_questionnaire(session: Session, source: str, name: str) -> tuple[Questionnaire, bool]:
    """Publish a version as one row that never changes; False where exactly this was published before.

    Raises QuestionnaireError with every error of the file, and VersionRefused where the code is taken.
    """
    questionnaire = parse(source, name)
    _hold_versions(session)
    existing = find_version(session, questionnaire.code)
    if existing is not None:
        if existing.digest == questionnaire.digest:
            return questionnaire, False
        raise VersionRefused(
            f"version {questionnaire.code} is already published, with other words, and never changes: "
            "give the new one a code of its own"
        )
    check_new_version(session, source, name)
    session.add(
        QuestionnaireVersion(
            code=questionnaire.code,
            title=questionnaire.title,
            source=source,
            digest=questionnaire.digest,
            published_at=now(),
        )
    )
    session.flush()
    return questionnaire, True
