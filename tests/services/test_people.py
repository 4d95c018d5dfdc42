"""Accounts, roles and passwords."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from anchor_portal.domain.people import Role
from anchor_portal.models import AuditEntry, Grant, Organisation, User
from anchor_portal.queries.viewer import find_credentials, find_viewer
from anchor_portal.services.audit import record
from anchor_portal.services.people import (
    PersonRefused,
    add_role,
    declare_interest,
    hash_password,
    prove_password,
    read_email,
    set_password,
)

PASSWORD = "correct horse battery"
HASHED = hash_password(PASSWORD)


def _organisation(session: Session, slug: str = "torus") -> Organisation:
    return session.scalars(select(Organisation).where(Organisation.slug == slug)).one()


def _add(session: Session, role: Role = Role.LEAD, email: str = "ada@torus.example", slug: str = "torus") -> User:
    organisation = _organisation(session, slug) if role in {Role.LEAD, Role.SIGNATORY, Role.CONTRIBUTOR} else None
    user, _ = add_role(session, email, role, organisation, "Ada Example")
    user.password_hash = HASHED
    session.flush()
    return user


def test_a_person_holds_several_roles_for_several_organisations_in_one_account(session: Session) -> None:
    user = _add(session, Role.LEAD)
    _add(session, Role.SIGNATORY)
    _add(session, Role.SIGNATORY, slug="roche")
    _add(session, Role.MEMBER)
    assert session.scalar(select(func.count()).select_from(User)) == 1
    viewer = find_viewer(session, user.id)
    assert viewer is not None
    torus, roche, miaa = (_organisation(session, slug).id for slug in ("torus", "roche", "miaa"))
    assert viewer.roles_for(torus) == {Role.LEAD, Role.SIGNATORY, Role.MEMBER}
    assert viewer.own_roles_for(roche) == {Role.SIGNATORY}
    assert viewer.roles_for(miaa) == {Role.MEMBER}
    assert viewer.organisation_ids == {torus, roche}


def test_a_role_is_given_once(session: Session) -> None:
    for role in (Role.LEAD, Role.MEMBER):
        organisation = _organisation(session) if role is Role.LEAD else None
        assert add_role(session, "ada@torus.example", role, organisation)[1] is True
        assert add_role(session, " Ada@TORUS.example ", role, organisation)[1] is False
    assert session.scalar(select(func.count()).select_from(Grant)) == 2


@pytest.mark.parametrize("role", [Role.MEMBER, Role.TEAM])
def test_the_database_itself_refuses_a_role_of_the_partnership_twice(session: Session, role: Role) -> None:
    user = _add(session, role)
    session.add(Grant(user_id=user.id, role=role, organisation_id=None))
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_held_for_an_organisation_or_for_the_partnership_never_the_other_way(
    session: Session, role: Role
) -> None:
    wrong = _organisation(session) if role in {Role.MEMBER, Role.TEAM} else None
    with pytest.raises(PersonRefused, match="name it" if wrong is None else "for the whole partnership"):
        add_role(session, "ada@torus.example", role, wrong)
    user = _add(session, Role.TEAM, "bea@team.example")
    session.add(Grant(user_id=user.id, role=role, organisation_id=wrong.id if wrong else None))
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "ada@",
        "@torus.example",
        "a da@torus.example",
        "ada@torus.example\x00",
        "ada@torus..example",
        "ada\n@torus.example",
    ],
)
def test_what_is_no_address_is_refused_in_a_sentence(session: Session, typed: str) -> None:
    with pytest.raises(PersonRefused, match="is not an email address"):
        add_role(session, typed, Role.TEAM, None)
    assert session.scalars(select(User)).all() == []


def test_addresses_are_kept_in_small_letters(session: Session) -> None:
    assert read_email("  Ada.Example@Torus.EXAMPLE ") == "ada.example@torus.example"


def test_a_password_is_kept_as_a_slow_hash_and_needs_twelve_characters(session: Session) -> None:
    user, _ = add_role(session, "ada@torus.example", Role.TEAM, None, password=PASSWORD)
    assert user.password_hash is not None and user.password_hash.startswith("$argon2id$")
    assert PASSWORD not in user.password_hash
    with pytest.raises(PersonRefused, match="at least 12 characters"):
        set_password(user, "short secret"[:11])


def test_the_right_password_gives_the_person_however_the_address_is_written(session: Session) -> None:
    user = _add(session)
    for email in ("ada@torus.example", " ADA@torus.EXAMPLE "):
        proved = prove_password(session, email, PASSWORD)
        assert proved is not None and proved[0].user_id == user.id


def test_anything_else_gives_nobody(session: Session) -> None:
    _add(session)
    for email, password in (
        ("ada@torus.example", "correct horse batterx"),
        ("ada@torus.example", ""),
        ("ada@torus.example", "\x00"),
        ("bea@torus.example", PASSWORD),
        ("", PASSWORD),
        ("ada@torus.example\x00", PASSWORD),
        ("ada%", PASSWORD),
    ):
        assert prove_password(session, email, password) is None, (email, password)


def test_nobody_signs_in_without_a_password_of_their_own_or_with_a_disabled_account(session: Session) -> None:
    add_role(session, "new@torus.example", Role.TEAM, None)
    assert prove_password(session, "new@torus.example", "") is None
    assert prove_password(session, "new@torus.example", "nobody signs in with this") is None
    user = _add(session)
    user.is_enabled = False
    session.flush()
    assert prove_password(session, "ada@torus.example", PASSWORD) is None
    assert find_viewer(session, user.id) is None
    assert find_credentials(session, "ada@torus.example") is None


def test_an_interest_declared_or_a_role_held_is_an_interest_in_the_organisation(session: Session) -> None:
    user = _add(session, Role.MEMBER)
    _add(session, Role.SIGNATORY, slug="roche")
    for _ in range(2):
        declare_interest(session, user, _organisation(session, "miaa"))
    viewer = find_viewer(session, user.id)
    assert viewer is not None
    interested = {
        slug: viewer.person_for(_organisation(session, slug).id).is_interested for slug in ("torus", "roche", "miaa")
    }
    assert interested == {"torus": False, "roche": True, "miaa": True}


def test_the_record_of_administration_takes_any_text(session: Session) -> None:
    record(session, "somebody\x00", "sign-in refused", "an account", "typed \x00")
    session.flush()
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.who, entry.detail) == ("somebody", "typed")
