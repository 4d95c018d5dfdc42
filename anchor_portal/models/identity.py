"""How people prove who they are: sessions, second factors, passkeys, accounts elsewhere, and attempts counted."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from anchor_portal.models.base import Base, Moment, now
from anchor_portal.models.people import User


class SignIn(Base):
    """A session: somebody signed in with one browser. The cookie holds a secret; only its SHA-256 is kept here."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index(None, "user_id", "ended_at"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    method: Mapped[str]
    """What it began with: password, invitation, passkey or the code of a provider."""
    second_factor: Mapped[str] = mapped_column(default="")
    """What confirmed it: totp, recovery_code, passkey or provider; empty where nothing did."""
    began_at: Mapped[datetime] = mapped_column(Moment, default=now)
    used_at: Mapped[datetime] = mapped_column(Moment, default=now)
    """When it was last used, noted every few minutes."""
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_because: Mapped[str] = mapped_column(default="")
    device: Mapped[str] = mapped_column(default="")
    """The browser in words, such as "Firefox on Windows", for the list of one's sessions."""
    address: Mapped[str] = mapped_column(default="")


class Attempts(Base):
    """Failed attempts of late, for an account or a network address, whose name is kept as a keyed digest only."""

    __tablename__ = "attempts"
    digest: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(Moment, default=now)
    barred_until: Mapped[datetime | None] = mapped_column(Moment)


class Authenticator(Base):
    """Somebody's authenticator app (TOTP); the secret is encrypted with a key made from the installation's secret."""

    __tablename__ = "authenticators"
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(Moment, default=now)
    last_step: Mapped[int] = mapped_column(default=0)
    """The step of 30 seconds whose code was used last: no code works twice."""


class RecoveryCode(Base):
    """A code that stands in for a lost second factor, once; only its digest is kept."""

    __tablename__ = "recovery_codes"
    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class Passkey(Base):
    """A passkey (WebAuthn credential): its public key, and the name that its owner gave it."""

    __tablename__ = "passkeys"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    credential: Mapped[str] = mapped_column(unique=True)
    """The credential's identifier in base64url."""
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str]]
    name: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(Moment, default=now)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class Identity(Base):
    """An account elsewhere (OpenID Connect) with which somebody signs in here."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    provider: Mapped[str]
    """The provider's code in the settings."""
    issuer: Mapped[str]
    subject: Mapped[str]
    email: Mapped[str]
    linked_at: Mapped[datetime] = mapped_column(Moment, default=now)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class DisconnectedIdentity(Base):
    """An account elsewhere that was disconnected: its verified address alone connects it no more, only its owner does."""

    __tablename__ = "disconnected_identities"
    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class UsedOnce(Base):
    """Something that works once only and was used, such as a challenge: its digest, until nobody could use it anyway."""

    __tablename__ = "used_once"
    digest: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime] = mapped_column(Moment, index=True)
