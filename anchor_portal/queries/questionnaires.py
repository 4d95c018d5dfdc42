"""Published questionnaires, parsed once for each digest: a return is read under its version's row for ever; and drafts."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.questionnaire.version import Questionnaire, parse
from anchor_portal.models import QuestionnaireDraft, QuestionnaireVersion, Round
from anchor_portal.queries.storable import is_storable

_parsed: dict[str, Questionnaire] = {}
MOST_DRAFTS_KEPT = 20
_drafts: dict[str, Questionnaire] = {}


@dataclass(frozen=True, slots=True)
class Published:
    """A published version, and what it asks."""

    row: QuestionnaireVersion
    questionnaire: Questionnaire


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
    query = select(QuestionnaireVersion).where(QuestionnaireVersion.code == code)
    return session.scalars(query).one_or_none() if is_storable(code) else None


def load_published(session: Session) -> list[Published]:
    """Every published version in the order in which they were published, the first one first."""
    rows = session.scalars(select(QuestionnaireVersion).order_by(QuestionnaireVersion.id))
    return [Published(row, get_questionnaire(session, row.id, row.digest)) for row in rows]


def load_rounds_by_version(session: Session) -> Mapping[int, list[Round]]:
    """The rounds that are bound to each version, by the version's identifier, the earliest first."""
    found: dict[int, list[Round]] = {}
    for round_ in session.scalars(select(Round).order_by(Round.code)):
        found.setdefault(round_.questionnaire_id, []).append(round_)
    return found


def load_drafts(session: Session) -> list[QuestionnaireDraft]:
    """Every version that is being prepared, the one changed last first."""
    query = select(QuestionnaireDraft).order_by(QuestionnaireDraft.changed_at.desc(), QuestionnaireDraft.id.desc())
    return list(session.scalars(query))


def find_draft(session: Session, ident: int, *, to_change: bool = False) -> QuestionnaireDraft | None:
    """The draft with this number, held until the commit where it is to be changed."""
    query = select(QuestionnaireDraft).where(QuestionnaireDraft.id == ident)
    return session.scalars(query.with_for_update() if to_change else query).one_or_none()


def read_draft(draft: QuestionnaireDraft) -> Questionnaire:
    """What a draft asks; the text is read once for each change of it."""
    digest = sha256(draft.source.encode()).hexdigest()
    if digest not in _drafts:
        if len(_drafts) >= MOST_DRAFTS_KEPT:
            _drafts.clear()
        _drafts[digest] = parse(draft.source, f"{draft.code}.toml")
    return _drafts[digest]
