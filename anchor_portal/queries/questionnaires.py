"""Published questionnaires, parsed once for each digest: a return is read under its version's row for ever."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.questionnaire.version import Questionnaire, parse
from anchor_portal.models import QuestionnaireVersion

_parsed: dict[str, Questionnaire] = {}


def get_questionnaire(session: Session, version_id: int, digest: str) -> Questionnaire:
    """The questionnaire of a published version; its text is read only the first time. Raises LookupError."""
    if digest not in _parsed:
        row = session.get(QuestionnaireVersion, version_id)
        if row is None:
            raise LookupError(f"no questionnaire version {version_id}")
        _parsed[digest] = parse(row.source, f"{row.code}.toml")
    return _parsed[digest]


def find_version(session: Session, code: str) -> QuestionnaireVersion | None:
    """The published version with this code."""
    return session.scalars(select(QuestionnaireVersion).where(QuestionnaireVersion.code == code)).one_or_none()
