"""Publishing a round, and publishing it again after a correction: figures frozen with all that they are made from."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import zip_longest
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.figures.definitions import DEFINED, earlier_round
from anchor_portal.domain.figures.indicator_json import view_as_json, view_from_json
from anchor_portal.domain.figures.indicators import IndicatorView, inside
from anchor_portal.domain.figures.inputs import Entry, Frame, write_entries, write_frame
from anchor_portal.domain.figures.marks import Kept, sharing
from anchor_portal.domain.figures.recompute import figures_of, first_difference, freeze, freeze_outside, sums_of
from anchor_portal.domain.rounds import FROZEN, PUBLISHABLE, RoundRefused, Stage
from anchor_portal.domain.running.steps import RoundAct
from anchor_portal.models import Organisation, Publication, Round
from anchor_portal.models.base import now
from anchor_portal.queries.figures import load_figures
from anchor_portal.queries.inputs import load_entries, load_frame
from anchor_portal.queries.reference import Reference, load_reference
from anchor_portal.queries.releases import load_corrected
from anchor_portal.queries.rounds import load_rounds, status_of
from anchor_portal.services.audit import OPERATOR
from anchor_portal.services.figures.members import keep_members
from anchor_portal.services.figures.solver import solve
from anchor_portal.services.figures.totals import hold_rounds, remake_totals
from anchor_portal.services.rounds.noting import note_step

MOST_WORDS = 2_000
"""Characters of a reason for publishing again."""
LINES = 20_000
"""Lines of inputs that are joined at a time, so that a large round does not lie in memory as millions of texts."""
PIECE = 2**22
"""Characters of inputs that are encoded at a time."""
BESIDE = frozenset({"behind", "within"})
"""What is frozen beside a figure: the marks of its returns, and the view for members, which follows from it."""


class SumsDiffer(RuntimeError):
    """The stored sums do not follow from the returns: a mistake of ours, so that nothing is published."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What publishing now would make public, as it would be frozen; `frame` has what was published before."""

    inside: list[dict[str, Any]]
    outside: list[dict[str, Any]]
    frame: Frame

    @property
    def views(self) -> list[IndicatorView]:
        """What would become public, definition by definition."""
        return [view_from_json(each) for each in self.outside]

    def published_of(self, code: str, side: str = "outside") -> list[dict[str, Any]]:
        """What stands of a round: its newest revision, empty where nothing was published of it."""
        newest = {each[side]["definition"]: each[side] for each in self.frame.before if each[side]["round"] == code}
        return list(newest.values())

    def changes_nothing(self, code: str) -> bool:
        """Whether every figure of a round is as it was published last, for inside and for outside."""
        sides = (("inside", self.inside), ("outside", self.outside))
        return not any(_differ(self.published_of(code, side), mine) for side, mine in sides)


def preview(session: Session, round_: Round, rounds: Sequence[Round], threshold: int, reference: Reference) -> Draft:
    """Exactly what publishing now would make public; `rounds` are all that there are. It changes nothing."""
    frame = load_frame(session, round_, rounds, threshold, reference, for_members=False)
    figures = figures_of(frame, load_entries(session, round_, rounds, frame))
    inner, outer = [], []
    for figure in figures:
        inner.append(view_as_json(inside(figure, threshold)))
        outer.append(freeze_outside(frame, figure, solve))
    return Draft(inner, outer, frame)


def publish_round(
    session: Session, round_: Round, today: date, threshold: int, at: datetime | None = None, *, by: str = OPERATOR
) -> Publication:
    """Freeze the figures of a closed round. Raises RoundRefused with a sentence where it is not closed.

    `threshold` is the coverage in per cent below which a headline is withheld; `by` is who publishes.
    """
    _hold(session)
    status = status_of(round_, today)
    if status not in PUBLISHABLE:
        raise RoundRefused(f"round {round_.code} is {status}: close it before it is published")
    _refuse_stale(session, round_, threshold)
    remake_totals(session, round_)
    round_.stage = Stage.PUBLISHED
    round_.published_at = at or now()
    session.flush()
    made, frame = _publish(session, round_, _Act(1, "", by, round_.published_at), threshold)
    session.add(made)
    keep_members(session, round_, frame.members)
    session.flush()
    note_step(session, round_, RoundAct.PUBLISH, by, at=made.published_at)
    return made


def correct_figures(
    session: Session,
    round_: Round,
    today: date,
    threshold: int,
    reason: str,
    at: datetime | None = None,
    *,
    by: str = OPERATOR,
) -> Publication:
    """Publish a round again, as a new revision beside the earlier ones, with the reason for it.

    Raises RoundRefused with a sentence where the round is not published, no reason is given, or nothing changed.
    """
    _hold(session)
    reason = clean_text(reason)
    if refusal := why_not_again(round_, today, reason):
        raise RoundRefused(refusal)
    _refuse_stale(session, round_, threshold)
    remake_totals(session, round_)
    last = get_last(session, round_)
    made, frame = _publish(session, round_, _Act(last.revision + 1, reason, by, at or now()), threshold)
    if _changes_nothing(last, made):
        raise RoundRefused(f"no figure of round {round_.code} has changed since revision {last.revision}")
    session.add(made)
    keep_members(session, round_, frame.members)
    session.flush()
    note_step(session, round_, RoundAct.PUBLISH_AGAIN, by, reason, made.published_at)
    return made


def why_not_again(round_: Round, today: date, reason: str) -> str:
    """Why a round cannot be published again for this reason; empty where it can."""
    status = status_of(round_, today)
    if status not in FROZEN:
        return f"round {round_.code} is {status}: it has no published figures to correct yet"
    if not reason:
        return "write the reason: it is published beside the figures"
    if len(reason) > MOST_WORDS:
        return f"the reason can be at most {MOST_WORDS:,} characters long, and this has {len(reason):,}"
    return ""


def find_stale(
    session: Session, round_: Round, rounds: Sequence[Round], threshold: int, reference: Reference
) -> Round | None:
    """The round that has to be published again before this one is published; None where there is none.

    A change is measured from the earlier round's returns as they stand, and is published beside its figures as
    published. Where a return was accepted since, and no figure is another by it, nothing is stale.
    """
    codes = [each.code for each in rounds]
    compared = {earlier_round(round_.code, each, codes) for each in DEFINED}
    corrected = load_corrected(session, [each.id for each in rounds if each.code in compared])
    candidates = (each for each in rounds if each.id in corrected)
    drafts = ((each, preview(session, each, rounds, threshold, reference)) for each in candidates)
    return next((each for each, draft in drafts if not draft.changes_nothing(each.code)), None)


def say_stale(stale: Round) -> str:
    """Why a round cannot be published before another one is published again."""
    return (
        f"returns of {stale.title} were accepted after its figures were published: publish {stale.title} again first, so "
        "that the change is measured from what is published"
    )


def _refuse_stale(session: Session, round_: Round, threshold: int) -> None:
    stale = find_stale(session, round_, load_rounds(session), threshold, load_reference(session))
    if stale is not None:
        raise RoundRefused(say_stale(stale))


def _hold(session: Session) -> None:
    """Take turns with whoever changes the register, and then with whoever changes figures, until the commit."""
    session.execute(select(Organisation.id).order_by(Organisation.id).with_for_update(read=True, key_share=True)).all()
    hold_rounds(session)


def get_last(session: Session, round_: Round) -> Publication:
    """The newest revision of a round. Raises RoundRefused where nothing was published of it."""
    found = find_publication(session, round_)
    if found is None:
        raise RoundRefused(f"nothing was published of round {round_.code}")
    return found


def find_publication(session: Session, round_: Round, revision: int | None = None) -> Publication | None:
    """A revision of a round's publication, by default the newest."""
    query = select(Publication).where(Publication.round_id == round_.id).order_by(Publication.revision.desc()).limit(1)
    if revision is not None:
        query = query.where(Publication.revision == revision)
    return session.scalars(query).one_or_none()


def _changes_nothing(last: Publication, made: Publication) -> bool:
    sides = ((last.inside, made.inside), (last.outside, made.outside))
    return not any(_differ(json.loads(before), json.loads(after)) for before, after in sides)


def _differ(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> bool:
    return first_difference("", *(list(map(_figure_of, each)) for each in (before, after))) is not None


def _figure_of(frozen: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in frozen.items() if name not in BESIDE}


@dataclass(frozen=True, slots=True)
class _Act:
    """One publishing: the revision, why, by whom and when."""

    revision: int
    reason: str
    by: str
    at: datetime


def _publish(session: Session, round_: Round, act: _Act, threshold: int) -> tuple[Publication, Frame]:
    """The publication, not added yet, and its frame: worked out in plain Python, and refused where stored sums differ."""
    rounds = load_rounds(session)
    frame = replace(
        load_frame(session, round_, rounds, threshold, load_reference(session)),
        revision=act.revision,
        reason=act.reason,
        published_by=act.by,
        published_at=act.at.astimezone(UTC).isoformat(),
    )
    codes = [each.code for each in rounds]
    stored = load_figures(session, [round_], codes, threshold, DEFINED)[round_.code]
    ledger, sides = _Ledger(), []
    used: list[Kept] = []
    figures = figures_of(frame, ledger.note(load_entries(session, round_, rounds, frame)))
    for figure, sums in zip_longest(figures, stored):
        if figure is None or sums is None or sums_of(figure) != sums_of(sums):
            raise SumsDiffer(
                f"the sums of round {round_.code} do not follow from its returns: run anchor-portal doctor"
            )
        sides.append(freeze(frame, figure, solve))
        used += sharing(figure, frame.before)
    inner, outer = (_as_text([views[side] for views in sides]) for side in (0, 1))
    inputs = ledger.text(replace(frame, before=tuple(used)))
    made = Publication(
        round_id=round_.id,
        revision=act.revision,
        reason=act.reason,
        published_by=act.by,
        threshold=threshold,
        inside=inner,
        outside=outer,
        inputs=inputs,
        digest=digest_of(inner, outer, inputs),
        published_at=act.at,
    )
    return made, frame


def _as_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def digest_of(inside: str, outside: str, inputs: str) -> str:
    """The SHA-256 of everything that is frozen, as hexadecimal digits: of the three texts with a line feed between."""
    digest = sha256()
    for text in (inside, "\n", outside, "\n"):
        digest.update(text.encode())
    for start in range(0, len(inputs), PIECE):
        digest.update(inputs[start : start + PIECE].encode())
    return digest.hexdigest()


class _Ledger:
    """Takes down entries while they are counted."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def note(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """The same entries, each taken down."""
        lines: list[str] = []
        for line, entry in write_entries(entries):
            lines.append(line)
            if len(lines) == LINES:
                self._pieces.append("".join(lines))
                lines.clear()
            yield entry
        self._pieces.append("".join(lines))

    def text(self, frame: Frame) -> str:
        """The whole text of the inputs."""
        return "".join((*write_frame(frame), *self._pieces))
