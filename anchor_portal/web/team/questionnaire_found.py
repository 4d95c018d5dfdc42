"""What every page about a version of the questionnaire asks: the version or draft itself, and what it is compared with."""

from dataclasses import dataclass
from typing import Any

from flask import abort, url_for

from anchor_portal.domain.figures.trend_effects import AFTER_ALL, Effect, PledgeEffect, effects_of, pledge_effects
from anchor_portal.domain.questionnaire.comparing import VersionChanges, compare
from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.extensions import db
from anchor_portal.models import QuestionnaireDraft, QuestionnaireVersion, Round
from anchor_portal.queries.questionnaires import (
    Published,
    find_draft,
    load_published,
    load_rounds_by_version,
    read_draft,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A published version or a draft, with all versions published before it, the first one first."""

    questionnaire: Questionnaire
    row: QuestionnaireVersion | None
    draft: QuestionnaireDraft | None
    earlier: tuple[Published, ...]

    @property
    def name(self) -> str:
        """ "Version 2024-07", or "Draft 2027-01"."""
        return f"{'Draft' if self.draft else 'Version'} {self.questionnaire.code}"

    def address(self, endpoint: str, **more: Any) -> str:
        """The address of a page about it."""
        which = {"ident": self.draft.id} if self.draft else {"code": self.questionnaire.code}
        return url_for(endpoint, **which, **more)

    def find_earlier(self, code: str) -> Published | None:
        """The earlier version with this code; where none is named, the one published just before it."""
        if not code:
            return self.earlier[-1] if self.earlier else None
        return next((each for each in self.earlier if each.row.code == code), None)


def shown_or_404(code: str, ident: int) -> Shown:
    """The draft with that number, or else the published version with that code."""
    published = load_published(db())
    if ident:
        draft = draft_or_404(ident)
        return Shown(read_draft(draft), None, draft, tuple(published))
    place = next((place for place, each in enumerate(published) if each.row.code == code), None)
    if place is None:
        abort(404)
    return Shown(published[place].questionnaire, published[place].row, None, tuple(published[:place]))


def draft_or_404(ident: int, *, to_change: bool = False) -> QuestionnaireDraft:
    """The draft with that number."""
    draft = find_draft(db(), ident, to_change=to_change) if ident < 2**31 else None
    if draft is None:
        abort(404)
    return draft


@dataclass(frozen=True, slots=True)
class Comparison:
    """An earlier version beside a later one, and what that means for the figures."""

    before: Published
    changes: VersionChanges
    effects: tuple[Effect, ...]
    pledges: tuple[PledgeEffect, ...]


def compare_with(shown: Shown, before: Published) -> Comparison:
    """The version beside an earlier one."""
    place = shown.earlier.index(before)
    between = [each.questionnaire for each in shown.earlier[place + 1 :]]
    changes = compare(before.questionnaire, shown.questionnaire, between)
    rounds = load_rounds_by_version(db())
    last, first = _last_round(before, shown, rounds), _first_round(shown, rounds)
    effects = effects_of(before.questionnaire, shown.questionnaire, changes, last, first)
    return Comparison(before, changes, effects, pledge_effects(before.questionnaire, shown.questionnaire))


def _last_round(before: Published, shown: Shown, rounds: Any) -> str:
    """The last round with the earlier version; where it has none, the newest of all."""
    mine: list[Round] = rounds.get(before.row.id, [])
    every = [round_.code for each in rounds.values() for round_ in each]
    return mine[-1].code if mine else max(every, default="")


def _first_round(shown: Shown, rounds: Any) -> str:
    mine: list[Round] = rounds.get(shown.row.id, []) if shown.row else []
    return mine[0].code if mine else AFTER_ALL
