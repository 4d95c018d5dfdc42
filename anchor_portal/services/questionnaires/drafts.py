"""Versions that are being prepared: taken in as a file, made from an earlier one by changing words, published."""

from collections.abc import Sequence
from itertools import takewhile

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.text import all_of, clean_line
from anchor_portal.domain.figures.trend_effects import misfits_of
from anchor_portal.domain.questionnaire.continuity import asked_no_more
from anchor_portal.domain.questionnaire.keys import FILE_KEYS, Misfit
from anchor_portal.domain.questionnaire.wording import change_words, following
from anchor_portal.domain.questionnaire.writing import write_source
from anchor_portal.models import QuestionnaireDraft
from anchor_portal.models.base import now
from anchor_portal.queries.questionnaires import Published, find_version, load_published, read_draft
from anchor_portal.services.audit import record
from anchor_portal.services.questionnaires.publishing import VersionRefused, check_new_version, publish_questionnaire

LARGEST = 200 * 1024
"""Bytes of a file that is taken; a questionnaire has some 25,000."""
LONGEST_TITLE = 200


class DraftChanged(Exception):
    """Somebody else changed the draft since the page was opened; nothing was changed now."""


class StartRefused(Exception):
    """A draft cannot be begun so; `problems` has a sentence by the name of the box."""

    def __init__(self, **problems: str) -> None:
        self.problems = problems
        super().__init__("; ".join(problems.values()))


def read_file(content: bytes) -> str:
    """The text of an uploaded file. Raises VersionRefused where it is none."""
    if not content.strip():
        raise VersionRefused("The file is empty")
    if len(content) > LARGEST:
        raise VersionRefused(f"The file is larger than {LARGEST // 1024:,} KB: a questionnaire has some 25 KB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise VersionRefused(
            f"The file is not text in UTF-8: see line {line}. Save it as UTF-8 and try again"
        ) from None


def take_in(session: Session, source: str, name: str, by: str) -> tuple[QuestionnaireDraft, bool]:
    """Keep a file as a draft, in place of one with the same code; False where there was one.

    Raises QuestionnaireError with everything that is wrong with it, and VersionRefused where its code is published, or
    where words of that draft were changed since it was made or uploaded.
    """
    questionnaire = check_new_version(session, source, name)
    if find_version(session, questionnaire.code) is not None:
        raise VersionRefused(
            f"Version {questionnaire.code} is published and never changes: give the new one a code of its own"
        )
    draft = _find_by_code(session, questionnaire.code)
    is_new = draft is None
    if draft is None:
        published = load_published(session)
        draft = QuestionnaireDraft(code=questionnaire.code, based_on_id=published[-1].row.id if published else None)
        session.add(draft)
    elif _is_reworded(draft):
        raise VersionRefused(
            f"{draft.changed_by} changed words of the draft {draft.code} since it was made: change yours there, or throw "
            "that draft away before you upload the file"
        )
    draft.title, draft.source = questionnaire.title, source
    _begin(draft, by)
    session.flush()
    record(session, by, "questionnaire uploaded", draft.code, "" if is_new else "in place of an earlier draft")
    return draft, is_new


def _begin(draft: QuestionnaireDraft, by: str) -> None:
    """Note who made what it says now: one moment for both, by which later changes are told."""
    draft.made_by = draft.changed_by = by
    draft.made_at = draft.changed_at = now()


def _is_reworded(draft: QuestionnaireDraft) -> bool:
    """Whether words were changed since it was made or uploaded."""
    return draft.version > 1 and draft.changed_at != draft.made_at


def _find_by_code(session: Session, code: str) -> QuestionnaireDraft | None:
    return session.scalars(select(QuestionnaireDraft).where(QuestionnaireDraft.code == code)).one_or_none()


def start_from(session: Session, version: Published, code: str, title: str, by: str) -> QuestionnaireDraft:
    """Begin a draft with all that a published version asks, for changing words. Raises StartRefused."""
    published = load_published(session)
    if refusal := say_lost(version, published):
        raise StartRefused(version=refusal)
    code, title = _read_code(session, code), _read_title(title)
    asked = version.questionnaire
    last = published[-1].questionnaire
    source = write_source(code, title, asked.pledges, following(asked.sections, last), _remarks(asked.code))
    draft = QuestionnaireDraft(code=code, title=title, source=source, based_on_id=version.row.id)
    _begin(draft, by)
    session.add(draft)
    session.flush()
    record(session, by, "questionnaire draft begun", code, f"from {asked.code}")
    return draft


def say_lost(version: Published, published: Sequence[Published]) -> str:
    """Why a draft that asks what a version asks could never be published, whatever its words; empty where it could."""
    asked = version.questionnaire
    lost = {each.key for each in asked_no_more(asked, [each.questionnaire for each in published])}
    lost |= misfits_of(asked).keys()
    if not lost:
        return ""
    headings = all_of([f"“{each.short}”" for each in asked.questions if each.key in lost])
    newest = published[-1].row.code
    return (
        f"Version {asked.code} asks what cannot be asked so again: {headings}. Begin the draft from version {newest}, or "
        "upload a file of your own"
    )


def _remarks(code: str) -> tuple[str, ...]:
    return (f"Made on the portal from version {code} by changing words.",)


def _read_code(session: Session, typed: str) -> str:
    try:
        code: str = FILE_KEYS["code"].read(typed.strip())
    except Misfit:
        raise StartRefused(code="Use small letters, digits and dashes, like 2027-01") from None
    if find_version(session, code) is not None:
        raise StartRefused(code=f"There is a version {code} already: choose another code")
    if _find_by_code(session, code) is not None:
        raise StartRefused(code=f"There is a draft {code} already: choose another code, or go on with that draft")
    return code


def _read_title(typed: str) -> str:
    title = clean_line(typed)
    if not title:
        raise StartRefused(title="Enter a title")
    if len(title) > LONGEST_TITLE:
        raise StartRefused(title=f"A title has at most {LONGEST_TITLE} characters")
    return title


def reword(
    session: Session, draft: QuestionnaireDraft, section_code: str, typed: dict[str, str], seen: int, by: str
) -> bool:
    """Change words of one section of a draft; False where all stayed as it was.

    Raises WordsRefused where a text cannot stand, DraftChanged where `seen` is not the draft's version any more.
    """
    asked = read_draft(draft)
    sections = change_words(asked, asked.section(section_code), typed)
    if sections == asked.sections:
        return False
    if draft.version != seen:
        raise DraftChanged
    draft.source = write_source(asked.code, asked.title, asked.pledges, sections, _remarks_of(draft.source))
    draft.changed_by = by
    session.flush()
    record(session, by, "questionnaire reworded", draft.code, f"section {section_code}")
    return True


def _remarks_of(source: str) -> list[str]:
    """The remarks at the top of a file: those elsewhere are not kept when its words are changed here."""
    lines = takewhile(lambda line: line.startswith("#"), source.splitlines())
    return [line.lstrip("#").strip() for line in lines]


def publish_draft(session: Session, draft: QuestionnaireDraft, seen: int, by: str) -> None:
    """Make a draft a version that never changes.

    Raises DraftChanged where `seen` is not the draft's version any more, QuestionnaireError or VersionRefused where
    other versions that were published meanwhile forbid it.
    """
    if draft.version != seen:
        raise DraftChanged
    publish_questionnaire(session, draft.source, f"{draft.code}.toml")
    record(session, by, "questionnaire published", draft.code)
    session.delete(draft)
    session.flush()


def discard(session: Session, draft: QuestionnaireDraft, by: str) -> None:
    """Throw a draft away."""
    record(session, by, "questionnaire draft thrown away", draft.code)
    session.delete(draft)
    session.flush()
