"""People: accounts, roles, passwords."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.text import clean_line
from anchor_portal.domain.people import OF_AN_ORGANISATION, Role
from anchor_portal.models import Grant, Interest, Job, JobState, Organisation, Return, ReviewAssignment, User
from anchor_portal.queries.viewer import Viewer, find_credentials
from anchor_portal.services.accounts.passwords import refuse_password
from anchor_portal.services.audit import OPERATOR, record

_hasher = PasswordHasher()


class PersonRefused(Exception):
    """An account or a role cannot be made as asked; the text is a sentence."""


@cache
def _nobodys_hash() -> str:
    """Checked where there is no such account, so that an answer takes as long as it does for a real one."""
    return _hasher.hash("nobody signs in with this")


def prove_password(session: Session, email: str, password: str) -> tuple[Viewer, str] | None:
    """The person with this address and password, and the hash that it was checked against: it may be another one by then.

    None, after as long a time, for anybody else.
    """
    found = find_credentials(session, email)
    viewer, stored = found if found else (None, None)
    nobodys = _nobodys_hash()  # whoever it is: the first to sign in waits for it, with or without an account
    try:
        _hasher.verify(stored or nobodys, password)
    except (VerificationError, InvalidHashError):
        return None
    return (viewer, stored) if viewer and stored else None


def read_email(typed: str) -> str:
    """The address in the form in which it is kept. Raises PersonRefused."""
    try:
        return validate_email(typed.strip(), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise PersonRefused(f"“{typed[:100]}” is not an email address: {error}") from None


def add_role(
    session: Session,
    email: str,
    role: Role,
    organisation: Organisation | None,
    name: str = "",
    password: str = "",
    *,
    by: str = OPERATOR,
) -> tuple[User, bool]:
    """Give a person a role, with an account if they have none; False where they hold it already. `by` is who gives it.

    Raises PersonRefused where the role needs an organisation and has none, or has one and may not.
    """
    if (role in OF_AN_ORGANISATION) != (organisation is not None):
        needs = "is held for an organisation: name it" if organisation is None else "is held for the whole partnership"
        raise PersonRefused(f"the role {role} {needs}")
    user = _find_or_add(session, read_email(email), name, password)
    organisation_id = organisation.id if organisation else None
    held = select(Grant).where(
        Grant.user_id == user.id, Grant.role == role, Grant.organisation_id.is_not_distinct_from(organisation_id)
    )
    if session.scalars(held).one_or_none() is not None:
        return user, False
    session.add(given := Grant(user_id=user.id, role=role, organisation_id=organisation_id))
    if organisation is not None:
        void_packs(session, user.id)
    session.flush()
    follow_roles(session, user, [given], by)
    return user, True


def void_packs(session: Session, user_id: int) -> None:
    """Hand out no pack that was made for a person before, and have one that is being made begun anew."""
    theirs = update(Job).where(Job.user_id == user_id, Job.kind == "pack")
    session.execute(theirs.values(result_key=""))
    begun_anew = {"state": JobState.WAITING, "holder": "", "attempts": Job.attempts - 1}  # none of them failed
    session.execute(theirs.where(Job.state == JobState.RUNNING).values(**begun_anew))


def hold_person(session: Session, which: ColumnElement[bool]) -> None:
    """Hold somebody until the commit, before anything that is theirs: everybody holds people first."""
    session.execute(select(User.id).where(which).with_for_update())


def hold_people(session: Session, user_ids: Iterable[int]) -> None:
    """Hold people until the commit, so that meanwhile nobody closes, hands over or declares anything of theirs."""
    query = select(User.id).where(User.id.in_(set(user_ids))).order_by(User.id)
    session.execute(query.with_for_update(read=True, key_share=True))


def _find_or_add(session: Session, email: str, name: str, password: str) -> User:
    known = select(User).where(User.email == email).with_for_update().execution_options(populate_existing=True)
    user = session.scalars(known).one_or_none()
    if user is None:
        try:
            with session.begin_nested():
                session.add(user := User(email=email, name=clean_line(name) or email.partition("@")[0]))
        except IntegrityError:  # somebody else added them in this very moment
            user = session.scalars(known).one()
    if password:
        set_password(user, password)
    session.flush()
    return user


def set_password(user: User, password: str) -> None:
    """Give an account a password. Raises PersonRefused where it is too short or too easy to guess."""
    if refusal := refuse_password(password, (user.name, user.email)):
        raise PersonRefused(refusal)
    user.password_hash = hash_password(password)


def is_password(stored: str | None, typed: str) -> bool:
    """Whether this is the password that a hash was made of; slow on purpose."""
    try:
        return _hasher.verify(stored, typed) if stored else False
    except (VerificationError, InvalidHashError):
        return False


def hash_password(password: str) -> str:
    """The Argon2 hash of a password."""
    return _hasher.hash(password)


def get_user(session: Session, email: str) -> User:
    """The person with an address. Raises PersonRefused where there is none."""
    user = session.scalars(select(User).where(User.email == read_email(email))).one_or_none()
    if user is None:
        raise PersonRefused(f"nobody with the address {email} has an account")
    return user


def declare_interest(session: Session, user: User, organisation: Organisation) -> None:
    """Note that a member has an interest in an organisation, so that they decide nothing about it.

    Whatever of it they were asked to review, they are no longer asked to. Packs that were made for them before are
    not handed out any more: what concerns the organisation stands in them.
    """
    session.merge(Interest(user_id=user.id, organisation_id=organisation.id))
    theirs = select(Return.id).where(Return.organisation_id == organisation.id)
    void_packs(session, user.id)
    session.execute(
        delete(ReviewAssignment).where(ReviewAssignment.user_id == user.id, ReviewAssignment.return_id.in_(theirs))
    )
    session.flush()


def follow_roles(session: Session, user: User, given: Collection[Grant], by: str) -> None:
    """Have the organisations in which an Assembly member was given roles just now count as an interest across mergers.

    With the role of a member, all in which they have a role. Of the others nothing is new: what the team ended stays ended.
    """
    is_member = select(Grant.id).where(Grant.user_id == user.id, Grant.role == Role.MEMBER).exists()
    theirs = select(Grant.organisation_id).where(Grant.user_id == user.id, is_member)
    if all(each.role != Role.MEMBER for each in given):
        theirs = theirs.where(Grant.organisation_id.in_({each.organisation_id for each in given}))
    organisations = select(Organisation).where(Organisation.id.in_(theirs)).order_by(Organisation.id)
    for organisation in session.scalars(organisations).all():
        follow_mergers(session, user, organisation, by)


def follow_mergers(session: Session, user: User, organisation: Organisation, by: str) -> None:
    """Have an interest in an organisation count for what it became part of, and for what became part of that or of it.

    After each declaration, which waits for whoever is recording a merger, it is looked again for what belongs together.
    """
    known = {organisation.id}
    while found := load_merged_with(session, known):
        for other in found:
            known.add(other.id)
            if session.get(Interest, (user.id, other.id)) is None:
                declare_interest(session, user, other)
                record(session, by, "interest declared", user.email, f"{other.slug}, for that in {organisation.slug}")


def load_merged_with(session: Session, organisation_ids: Collection[int]) -> Sequence[Organisation]:
    """The others that became part of one of these, or that one of these became part of, in the order of their numbers."""
    into = select(Organisation.merged_into_id).where(Organisation.id.in_(organisation_ids))
    tied = or_(Organisation.merged_into_id.in_(organisation_ids), Organisation.id.in_(into))
    query = select(Organisation).where(tied, Organisation.id.not_in(organisation_ids)).order_by(Organisation.id)
    return session.scalars(query).all()
