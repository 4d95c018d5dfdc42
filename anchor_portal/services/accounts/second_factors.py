"""Second factors as a whole: proving one, setting an authenticator up, new recovery codes, taking one away.

Each change ends the person's other sessions, is noted in the audit, and is told to the person by message: who did not do
it themselves learns of it.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from anchor_portal.domain.signing_in.second_factors import is_recovery_code
from anchor_portal.queries.viewer import Viewer
from anchor_portal.services.accounts.authenticators import keep_authenticator, remove_authenticator, use_code
from anchor_portal.services.accounts.recovery_codes import count_codes, make_codes, remove_codes, use_recovery_code
from anchor_portal.services.accounts.sessions import FACTOR_CHANGED, end_sessions
from anchor_portal.services.audit import record
from anchor_portal.services.messages.outbox import write_message

TOTP, RECOVERY_CODE = "totp", "recovery_code"
ACCOUNT_PAGE = "/account"
NOT_YOU = "If this was not you, sign in, end the other sessions on the page “Your sign-in”, and tell the team."


def prove(session: Session, secret_key: str, who: Viewer, code: str, at: datetime) -> str:
    """What a code proves, "totp" or "recovery_code", using it up; empty where it is wrong, used or void."""
    if not is_recovery_code(code):
        return TOTP if use_code(session, secret_key, who.user_id, code, at) else ""
    if not use_recovery_code(session, who.user_id, code, at):
        return ""
    left = count_codes(session, who.user_id)
    record(session, who.email, "recovery code used", who.email, f"{left} left")
    said = f"Somebody signed in to your account with one of your recovery codes. {left} of them are left. {NOT_YOU}"
    _tell(session, who, "A recovery code of yours was used", said)
    return RECOVERY_CODE


def set_up(session: Session, secret_key: str, who: Viewer, secret: str, step: int, at: datetime) -> list[str]:
    """Give a person an authenticator that was confirmed with the code of a step, and ten recovery codes."""
    had_one = keep_authenticator(session, secret_key, who.user_id, secret, step, at)
    codes = make_codes(session, who.user_id, at)
    _end_others(session, who)
    record(session, who.email, "authenticator replaced" if had_one else "authenticator added", who.email)
    said = "From now on signing in with your password asks for a code of your authenticator app as well."
    _tell(session, who, "Your authenticator app was set up", f"{said} {NOT_YOU}")
    return codes


def renew_codes(session: Session, who: Viewer, at: datetime) -> list[str]:
    """Ten new recovery codes; those before are void."""
    codes = make_codes(session, who.user_id, at)
    record(session, who.email, "recovery codes made", who.email)
    _tell(session, who, "You have new recovery codes", f"Those that you had before are void. {NOT_YOU}")
    return codes


def remove(session: Session, who: Viewer, *, keeps_codes: bool) -> bool:
    """Take a person's authenticator away, with the recovery codes unless passkeys still need them; False without one."""
    if not remove_authenticator(session, who.user_id):
        return False
    if not keeps_codes:
        remove_codes(session, who.user_id)
    _end_others(session, who)
    record(session, who.email, "authenticator removed", who.email)
    said = "Signing in with your password no longer asks for a code of your authenticator app."
    _tell(session, who, "Your authenticator app was removed", f"{said} {NOT_YOU}")
    return True


def _end_others(session: Session, who: Viewer) -> None:
    end_sessions(session, who.user_id, FACTOR_CHANGED, but=who.sign_in.id if who.sign_in else None)


def _tell(session: Session, who: Viewer, subject: str, body: str) -> None:
    write_message(session, who.email, who.name, "second_factor", subject, body, ACCOUNT_PAGE)
