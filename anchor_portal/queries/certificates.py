"""Certificates: by number for anyone who checks one, by return for the organisation, by what they are for the team."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from anchor_portal.domain.certificates.standing import CertificateState, Stands, earliest_award, stands_on
from anchor_portal.domain.certificates.words import AWARD_NAMES, CertificateKind, Wording, pledge_titles
from anchor_portal.models import Certificate, Holding, Organisation, Return, Round
from anchor_portal.models.register import is_signatory_on
from anchor_portal.queries.storable import is_storable

STANDING = and_(Certificate.superseded_by.is_(None), Certificate.withdrawn_on.is_(None))
MOST_FOUND = 50
_Successor = aliased(Organisation)
_ITS_HOLDING = and_(
    Certificate.kind == CertificateKind.AWARD,
    Holding.organisation_id == Certificate.organisation_id,
    Holding.since == Certificate.held_since,
    or_(*(and_(Holding.kind == kind, Certificate.award == award) for kind, award in AWARD_NAMES.items())),
)
"""What an award's certificate rests on: the award as the register has it now."""


@dataclass(frozen=True, slots=True)
class Known:
    """A certificate with what became of it and of its organisation: its name today, and into which it merged."""

    certificate: Certificate
    organisation: Organisation
    stands: Stands
    merged_into: str

    @property
    def is_valid(self) -> bool:
        """Whether it stands today."""
        return self.stands.state is CertificateState.VALID


def _known() -> Select[Certificate, Organisation, str, Holding]:
    return (
        select(Certificate, Organisation, _Successor.name, Holding)
        .join(Organisation, Organisation.id == Certificate.organisation_id)
        .outerjoin(_Successor, _Successor.id == Organisation.merged_into_id)
        .outerjoin(Holding, _ITS_HOLDING)
    )


def _make_known(
    certificate: Certificate, organisation: Organisation, merged_into: str | None, holding: Holding | None, day: date
) -> Known:
    is_signatory, is_award = (certificate.kind == kind for kind in (CertificateKind.SIGNATORY, CertificateKind.AWARD))
    ends = [each for each in (certificate.held_until, holding.until if holding else None) if each is not None]
    stands = stands_on(
        day,
        withdrawn_on=certificate.withdrawn_on,
        replaced_by=certificate.superseded_by,
        replaced_on=certificate.superseded_on,
        held_until=min(ends, default=None),
        left_on=organisation.left_on if is_signatory else None,
        is_in_register=holding is not None or not is_award,
    )
    is_merged = organisation.merged_on is not None and organisation.merged_on <= day
    return Known(certificate, organisation, stands, merged_into if merged_into and is_merged else "")


def wording_of(certificate: Certificate) -> Wording:
    """The words of a certificate as it was issued."""
    return Wording(
        certificate.kind,
        certificate.round_title,
        pledge_titles(certificate.pledges),
        certificate.award,
        certificate.held_since,
        certificate.held_until,
        certificate.revision,
    )


def find_known(session: Session, number: str, day: date) -> Known | None:
    """The certificate with this number, as people copy it, with what became of it until a day."""
    query = _known().where(Certificate.number == "".join(number.split()).upper())
    row = session.execute(query).one_or_none() if is_storable(number) else None
    return _make_known(*row, day) if row else None


def find_standing(session: Session, return_id: int) -> Certificate | None:
    """The certificate of a return that stands now."""
    query = select(Certificate).where(Certificate.return_id == return_id, Certificate.superseded_by.is_(None))
    return session.scalars(query).one_or_none()


def find_current(session: Session, like: Certificate) -> Certificate | None:
    """The certificate of the same return, signatory or award that nothing has superseded, withdrawn or not."""
    query = select(Certificate).where(
        Certificate.kind == like.kind,
        Certificate.organisation_id == like.organisation_id,
        Certificate.return_id.is_not_distinct_from(like.return_id),
        Certificate.superseded_by.is_(None),
    )
    if like.kind == CertificateKind.AWARD:
        query = query.where(Certificate.award == like.award, Certificate.held_since == like.held_since)
    return session.scalars(query).one_or_none()


def find_resting_on(session: Session, holding: Holding, day: date) -> Certificate | None:
    """The certificate of an award that is valid on a day and rests on this holding."""
    query = _known().where(Holding.id == holding.id, STANDING)
    found = (_make_known(*row, day) for row in session.execute(query))
    return next((known.certificate for known in found if known.is_valid), None)


def find_its_holding(session: Session, certificate: Certificate) -> Holding | None:
    """The award that a certificate rests on, as the register has it now."""
    query = select(Holding).join(Certificate, _ITS_HOLDING).where(Certificate.number == certificate.number)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def load_of_organisation(session: Session, organisation_id: int, day: date) -> list[Known]:
    """Every certificate of an organisation, the newest first."""
    query = _known().where(Certificate.organisation_id == organisation_id)
    rows = session.execute(query.order_by(Certificate.issued_on.desc(), Certificate.number.desc()))
    return [_make_known(*row, day) for row in rows]


def search_certificates(session: Session, words: str, day: date) -> list[Known]:
    """Certificates whose number or name holds these words, the newest first; at most fifty."""
    bare = "".join(letter for letter in words.casefold() if letter not in "\\%_")
    if not bare or not is_storable(bare):
        return []
    like = f"%{bare}%"
    query = _known().where(
        or_(
            func.lower(Certificate.number).like(like),
            func.lower(Certificate.organisation_name).like(like),
            Organisation.sort_name.like(like),
        )
    )
    rows = session.execute(query.order_by(Certificate.issued_on.desc(), Certificate.number).limit(MOST_FOUND))
    return [_make_known(*row, day) for row in rows]


def load_withdrawn(session: Session, day: date, limit: int) -> list[Known]:
    """The certificates that were withdrawn last."""
    query = _known().where(Certificate.withdrawn_on.is_not(None))
    rows = session.execute(query.order_by(Certificate.withdrawn_on.desc(), Certificate.number).limit(limit))
    return [_make_known(*row, day) for row in rows]


# what stands, for the files that hold all of it


@dataclass(frozen=True, slots=True)
class Selection:
    """Which certificates a file is to hold: those of a round's returns, of all signatories, or of all awards."""

    kind: CertificateKind
    round_code: str = ""

    def condition(self, day: date) -> ColumnElement[bool]:
        """Whether a certificate, joined with its organisation, belongs to them and stands on a day."""
        mine = and_(STANDING, Certificate.kind == self.kind)
        if self.kind == CertificateKind.SIGNATORY:
            return and_(mine, is_signatory_on(day))
        if self.kind == CertificateKind.AWARD:
            lasts = or_(Certificate.held_until.is_(None), Certificate.held_until >= day)
            is_held = exists().where(_ITS_HOLDING, or_(Holding.until.is_(None), Holding.until >= day))
            return and_(mine, lasts, is_held)
        of_round = select(Return.id).join(Round, Round.id == Return.round_id).where(Round.code == self.round_code)
        return and_(mine, Certificate.return_id.in_(of_round))


@dataclass(frozen=True, slots=True)
class Listed:
    """A certificate that stands, and the short name of its organisation, for the name of its file."""

    certificate: Certificate
    slug: str


def load_standing(session: Session, selection: Selection, day: date, after: str = "", limit: int = 50) -> list[Listed]:
    """A page of the certificates that stand, by number, from the one after `after`."""
    query = (
        select(Certificate, Organisation.slug)
        .join(Organisation, Organisation.id == Certificate.organisation_id)
        .where(selection.condition(day), Certificate.number > after)
        .order_by(Certificate.number)
        .limit(limit)
    )
    return [Listed(*row) for row in session.execute(query)]


def load_standing_numbers(session: Session, selection: Selection, day: date) -> list[str]:
    """The numbers of all of them, in order."""
    query = (
        select(Certificate.number)
        .join(Organisation, Organisation.id == Certificate.organisation_id)
        .where(selection.condition(day))
        .order_by(Certificate.number)
    )
    return list(session.scalars(query))


def load_listed(session: Session, numbers: Sequence[str]) -> list[Listed]:
    """Some certificates by number, in order."""
    query = (
        select(Certificate, Organisation.slug)
        .join(Organisation, Organisation.id == Certificate.organisation_id)
        .where(Certificate.number.in_(numbers))
        .order_by(Certificate.number)
    )
    return [Listed(*row) for row in session.execute(query)]


def count_by_round(session: Session) -> Mapping[int, int]:
    """How many certificates stand, by the round of their return."""
    query = (
        select(Return.round_id, func.count())
        .join(Certificate, Certificate.return_id == Return.id)
        .where(STANDING)
        .group_by(Return.round_id)
    )
    return {round_id: number for round_id, number in session.execute(query)}


def count_standing(session: Session, day: date) -> Mapping[CertificateKind, int]:
    """How many certificates of signatories, and of awards, stand on a day."""
    kinds = (CertificateKind.SIGNATORY, CertificateKind.AWARD)
    counts = [
        select(func.count())
        .select_from(Certificate)
        .join(Organisation, Organisation.id == Certificate.organisation_id)
        .where(Selection(kind).condition(day))
        .scalar_subquery()
        for kind in kinds
    ]
    return dict(zip(kinds, session.execute(select(*counts)).one(), strict=True))


# what has none yet


def signatories_without(session: Session, day: date) -> Sequence[Organisation]:
    """Signatories of a day without a certificate that stands or was withdrawn, by name."""
    issued = exists().where(
        Certificate.organisation_id == Organisation.id,
        Certificate.kind == CertificateKind.SIGNATORY,
        Certificate.superseded_by.is_(None),
    )
    query = select(Organisation).where(is_signatory_on(day), not_(issued)).order_by(Organisation.sort_name)
    return session.scalars(query).all()


def awards_without(session: Session, day: date) -> list[tuple[Holding, Organisation]]:
    """Awards held on a day without a certificate that stands or was withdrawn, by the name of their organisation."""
    issued = exists().where(
        Certificate.organisation_id == Holding.organisation_id,
        Certificate.kind == CertificateKind.AWARD,
        Certificate.held_since == Holding.since,
        Certificate.superseded_by.is_(None),
    )
    query = _held_awards(day).where(not_(issued)).order_by(Organisation.sort_name, Holding.id)
    return [(holding, organisation) for holding, organisation in session.execute(query)]


def load_held_awards(session: Session, organisation_id: int, day: date) -> list[Holding]:
    """The awards that an organisation holds on a day."""
    query = _held_awards(day).where(Organisation.id == organisation_id).order_by(Holding.since)
    return [holding for holding, _ in session.execute(query)]


def _held_awards(day: date) -> Select[Holding, Organisation]:
    """Holdings of the kinds that are awards, in force; one without a last day lasts as long as an award does."""
    lasts = or_(Holding.until >= day, and_(Holding.until.is_(None), Holding.since >= earliest_award(day)))
    return (
        select(Holding, Organisation)
        .join(Organisation, Organisation.id == Holding.organisation_id)
        .where(Holding.kind.in_(AWARD_NAMES), Holding.since <= day, lasts)
    )
