"""Programmes and milestones of the Beacon themes: added, changed, ordered and removed by the team."""

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy.orm import Session

from anchor_portal.models import ActionKind, ActionState, BeaconAction
from anchor_portal.models.base import now
from anchor_portal.queries.beacon import load_siblings
from anchor_portal.services.audit import record


class ChangedMeanwhile(Exception):
    """Somebody else changed it after the page was opened; nothing was stored."""


@dataclass(frozen=True, slots=True)
class ActionWords:
    """What is said of a programme or milestone. `owner` is an organisation or team, never a person."""

    title: str
    text: str = ""
    owner: str = ""
    due: date | None = None
    state: str = ActionState.PLANNED

    @classmethod
    def of(cls, action: BeaconAction) -> "ActionWords":
        """What is said of it now."""
        return cls(action.title, action.text, action.owner, action.due, action.state)


def add_action(session: Session, theme_code: str, kind: ActionKind, words: ActionWords, who: str) -> BeaconAction:
    """Add one at the end of its theme."""
    position = len(load_siblings(session, theme_code, kind)) + 1
    action = BeaconAction(theme_code=theme_code, kind=kind, position=position, changed_by=who, **asdict(words))
    session.add(action)
    session.flush()
    record(session, who, f"beacon {kind} added", theme_code, words.title)
    return action


def change_action(session: Session, action: BeaconAction, words: ActionWords, seen: int, who: str) -> bool:
    """Change what is said; False where it says that already. `seen` is the version shown. Raises ChangedMeanwhile."""
    if ActionWords.of(action) == words:
        return False
    if action.version != seen:
        raise ChangedMeanwhile
    for name, value in asdict(words).items():
        setattr(action, name, value)
    action.version, action.changed_by, action.changed_at = action.version + 1, who, now()
    session.flush()
    record(session, who, f"beacon {action.kind} changed", action.theme_code, action.title)
    return True


def remove_action(session: Session, action: BeaconAction, seen: int, who: str) -> None:
    """Remove it; the record keeps its title. Raises ChangedMeanwhile."""
    if action.version != seen:
        raise ChangedMeanwhile
    record(session, who, f"beacon {action.kind} removed", action.theme_code, action.title)
    session.delete(action)
    session.flush()


def move_action(session: Session, action: BeaconAction, by: int, who: str) -> bool:
    """Move it one up (-1) or down (1) among those of its theme; False at the end.

    It is not held before the others are. Raises ChangedMeanwhile where it is no longer one of them.
    """
    every = load_siblings(session, action.theme_code, action.kind)
    if action not in every:
        raise ChangedMeanwhile
    here = every.index(action)
    there = here + by
    if not 0 <= there < len(every):
        return False
    every[here], every[there] = every[there], every[here]
    for position, each in enumerate(every, start=1):
        each.position = position
    session.flush()
    record(session, who, f"beacon {action.kind} moved", action.theme_code, action.title)
    return True
