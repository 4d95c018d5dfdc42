"""Case studies: the library that everyone searches, and what could be put into it."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session

from anchor_portal.clock import local
from anchor_portal.domain.case_studies.search import search_words
from anchor_portal.domain.case_studies.studies import (
    QUESTION,
    InLibrary,
    Study,
    key_of,
    loses_permission,
    may_be_published,
    permitted_since,
    studies_in,
)
from anchor_portal.models import CaseStudy, Organisation, Place, Return, Round, Submission
from anchor_portal.queries.storable import is_storable

PAGE = 12
PERMITTED = '.publish":"yes"'
"""Stands in the text of every signed revision with a case study that may be published (services/returns/steps.canonical)."""
FULL_TEXT = table("case_study_words", column("rowid"), column("rank"))
"""SQLite's own full-text table, kept beside the case studies by triggers (migration 0006)."""
STEMMED = func.to_tsvector(literal_column("'english'::regconfig"), CaseStudy.words)
"""The expression of PostgreSQL's index."""

TOLD = (
    select(CaseStudy, Organisation, func.coalesce(Place.name, ""))
    .join(Organisation, Organisation.id == CaseStudy.organisation_id)
    .outerjoin(Place, Place.gss_code == CaseStudy.place_code)
)
"""Each with whose it is and where it happened; made once, because it takes as long as asking."""
NEWEST_FIRST = (CaseStudy.published_at.desc(), CaseStudy.id.desc())
IN_LIBRARY = (
    TOLD.add_columns(func.count().over())
    .where(CaseStudy.withdrawn_at.is_(None))
    .order_by(*NEWEST_FIRST)
    .limit(PAGE)
    .offset(bindparam("first", type_=Integer))
)
"""A page of those that everyone may read, with how many there are in all."""


@dataclass(frozen=True, slots=True)
class Told:
    """A case study with whose it is and where it happened; `place` is empty for all of the area."""

    study: CaseStudy
    organisation: Organisation
    place: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; what is empty or 0 does not matter."""

    words: str = ""
    pledge: int = 0
    place: str = ""
    sector: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """A page of case studies, how many there are in all, and which page it is of how many."""

    told: Sequence[Told] = ()
    total: int = 0
    page: int = 1
    pages: int = 1
    words: tuple[str, ...] = field(default=())


def search_studies(session: Session, wanted: Wanted) -> Found:
    """The page of case studies that fit: those that fit the words best first, without words the newest.

    Beyond the last page it is the first one.
    """
    words = search_words(wanted.words)
    if wanted.words.strip() and not words:
        return Found()
    page = min(max(wanted.page, 1), 10_000)
    query, order = _with_words(session, IN_LIBRARY, words)
    if order:
        query = query.order_by(None).order_by(*order, *NEWEST_FIRST)
    rows = session.execute(query.where(*_conditions(wanted)), {"first": (page - 1) * PAGE}).all()
    if not rows and page > 1:
        return search_studies(session, replace(wanted, page=1))
    total = rows[0][3] if rows else 0
    told = [Told(study, organisation, place) for study, organisation, place, _ in rows]
    return Found(told, total, page, max(1, -(-total // PAGE)), words)


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.pledge:
        yield CaseStudy.pledge == wanted.pledge
    if wanted.place:
        yield CaseStudy.place_code == wanted.place
    if wanted.sector:
        yield Organisation.sector == wanted.sector


def _with_words(
    session: Session, query: Select[Any], words: tuple[str, ...]
) -> tuple[Select[Any], tuple[ColumnElement[Any], ...]]:
    """The query with the words in it, each as the beginning of a word, and the order that comes of them."""
    if not words:
        return query, ()
    if session.get_bind().dialect.name == "sqlite":
        match = text("case_study_words MATCH :match").bindparams(match=" ".join(f'"{word}"*' for word in words))
        return query.join(FULL_TEXT, FULL_TEXT.c.rowid == CaseStudy.id).where(match), (FULL_TEXT.c.rank,)
    asked = func.to_tsquery(literal_column("'english'::regconfig"), " & ".join(f"{word}:*" for word in words))
    return query.where(STEMMED.op("@@")(asked)), (func.ts_rank_cd(STEMMED, asked).desc(),)


def find_told(session: Session, slug: str) -> Told | None:
    """The case study at an address, also where it was withdrawn."""
    row = session.execute(TOLD.where(CaseStudy.slug == slug)).one_or_none() if is_storable(slug) else None
    return Told(*row) if row else None


def load_told_by(session: Session, organisation_id: int, *, with_withdrawn: bool = False) -> list[Told]:
    """The case studies of an organisation, the newest first."""
    query = TOLD.where(CaseStudy.organisation_id == organisation_id)
    if not with_withdrawn:
        query = query.where(CaseStudy.withdrawn_at.is_(None))
    rows = session.execute(query.order_by(CaseStudy.round_code.desc(), CaseStudy.id.desc()))
    return [Told(*row) for row in rows]


def load_newest(session: Session, limit: int) -> list[Told]:
    """What was published or withdrawn last, for the team."""
    moment = func.coalesce(CaseStudy.withdrawn_at, CaseStudy.published_at)
    return [Told(*row) for row in session.execute(TOLD.order_by(moment.desc(), CaseStudy.id.desc()).limit(limit))]


# what could be put into the library


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case study of an accepted return that may be published."""

    study: Study
    organisation: Organisation
    submission: Submission
    round_code: str


def _accepted() -> Select[Submission, Organisation, str]:
    accepted = and_(Submission.return_id == Return.id, Submission.revision == Return.accepted_revision)
    return (
        select(Submission, Organisation, Round.code)
        .join(Return, accepted)
        .join(Organisation, Organisation.id == Return.organisation_id)
        .join(Round, Round.id == Return.round_id)
        .where(Submission.answers.contains(PERMITTED, autoescape=True))
    )


def load_candidates(session: Session, round_codes: Sequence[str]) -> list[Candidate]:
    """What could be published of some rounds, the newest first, by organisation."""
    query = _accepted().where(Round.code.in_(round_codes))
    query = query.order_by(Round.code.desc(), Organisation.sort_name, Organisation.id)
    return _candidates(session, session.execute(query).all())


def find_candidate(session: Session, return_id: int, number: int) -> Candidate | None:
    """One of them, by its return and its number in it."""
    rows = session.execute(_accepted().where(Return.id == return_id)).all()
    return next((each for each in _candidates(session, rows) if each.study.number == number), None)


def _candidates(session: Session, rows: Sequence[Row[Submission, Organisation, str]]) -> list[Candidate]:
    if not rows:
        return []
    ids = {organisation.id for _, organisation, _ in rows}
    known, later = _load_known(session, ids), _load_later(session, ids, min(code for *_, code in rows))
    signed = _load_signed(session, [submission for submission, organisation, _ in rows if organisation.id in known])
    candidates = []
    for submission, organisation, code in rows:
        told_later = [told for since, told in later.get(organisation.id, ()) if since > code]
        for study in studies_in(json.loads(submission.answers)):
            since = permitted_since(study.key, signed.get(submission.return_id, ())) or submission.signed_on
            is_permitted = may_be_published(study, since, known.get(organisation.id, ()))
            if is_permitted and not any(loses_permission(study.key, told, is_same_return=False) for told in told_later):
                candidates.append(Candidate(study, organisation, submission, code))
    return candidates


def _load_known(session: Session, organisation_ids: Collection[int]) -> dict[int, list[InLibrary]]:
    """What the library has, or had, of some organisations."""
    known: dict[int, list[InLibrary]] = {}
    query = select(CaseStudy.organisation_id, CaseStudy.title, CaseStudy.withdrawn_at)
    for owner, title, gone_at in session.execute(query.where(CaseStudy.organisation_id.in_(organisation_ids))):
        known.setdefault(owner, []).append(InLibrary(key_of(title), local(gone_at).date() if gone_at else None))
    return known


def _load_later(
    session: Session, organisation_ids: Collection[int], code: str
) -> dict[int, list[tuple[str, tuple[Study, ...]]]]:
    """What their accepted returns of the rounds after one tell, each with the code of its round."""
    accepted = and_(Submission.return_id == Return.id, Submission.revision == Return.accepted_revision)
    query = (
        select(Return.organisation_id, Round.code, Submission.answers)
        .join(Return, accepted)
        .join(Round, Round.id == Return.round_id)
        .where(Return.organisation_id.in_(organisation_ids), Round.code > code)
        .where(Submission.answers.contains(QUESTION, autoescape=True))
    )
    later: dict[int, list[tuple[str, tuple[Study, ...]]]] = {}
    for owner, since, answers in session.execute(query):
        later.setdefault(owner, []).append((since, studies_in(json.loads(answers))))
    return later


def _load_signed(
    session: Session, submissions: Collection[Submission]
) -> dict[int, list[tuple[date, tuple[Study, ...]]]]:
    """What the revisions of corrected returns tell, up to the accepted one, by return and the newest first."""
    accepted = {each.return_id: each.revision for each in submissions if each.revision > 1}
    signed: dict[int, list[tuple[date, tuple[Study, ...]]]] = {}
    if not accepted:
        return signed
    query = select(Submission.return_id, Submission.revision, Submission.signed_on, Submission.answers)
    query = query.where(Submission.return_id.in_(accepted)).order_by(Submission.revision.desc())
    for ident, revision, signed_on, answers in session.execute(query):
        if revision <= accepted[ident]:
            signed.setdefault(ident, []).append((signed_on, studies_in(json.loads(answers))))
    return signed


def has_accepted(session: Session) -> list[str]:
    """The codes of rounds with accepted returns, the newest first."""
    query = select(Round.code).where(
        select(Return.id).where(Return.round_id == Round.id, Return.accepted_revision > 0).exists()
    )
    return list(session.scalars(query.order_by(Round.code.desc())))
