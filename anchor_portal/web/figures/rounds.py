"""A published round of one figure: what was frozen up to it, other rounds to choose, where its data are, how to cite it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.figures.definitions import Definition
from anchor_portal.domain.figures.indicators import IndicatorView
from anchor_portal.domain.findings.page_words import words_of
from anchor_portal.domain.rounds import title_of
from anchor_portal.extensions import settings
from anchor_portal.queries.published import thaw
from anchor_portal.queries.releases import Release, load_latest


@dataclass(frozen=True, slots=True)
class FigureRound:
    """One figure as it was published in a round, with the rounds before it, the earliest first.

    `releases` are the latest revisions of every published round, the newest round first: those to choose from.
    """

    release: Release
    releases: tuple[Release, ...]
    views: tuple[IndicatorView, ...]

    @property
    def is_newest(self) -> bool:
        """Whether no later round is published."""
        return self.release == self.releases[0]

    @property
    def definition(self) -> Definition:
        """The definition that the figure was made by."""
        return self.views[-1].definition


def load_figure_rounds(session: Session, measures: Iterable[str], code: str = "") -> dict[str, FigureRound]:
    """The figures of these measures as published up to a round, by default the newest: one statement.

    Empty where nothing, or nothing of that round, is published; without measures that were not frozen with the round.
    """
    releases = tuple(load_latest(session))
    release = next((each for each in releases if code in {"", each.round_code}), None)
    if release is None:
        return {}
    wanted, views = {*measures}, dict[str, list[IndicatorView]]()
    for each in reversed([each for each in releases if each.round_code <= release.round_code]):
        for view in thaw(each.outside, wanted):
            views.setdefault(view.definition.measure, []).append(view)
    return {
        measure: FigureRound(release, releases, tuple(found))
        for measure, found in views.items()
        if found[-1].round == release.round_code
    }


def address_of(definition: Definition, code: str = "", *, external: bool = False) -> str:
    """The address of a figure's page: of the newest round, or of one round for good."""
    which = {"number": definition.number} if definition.number else {"key": definition.measure}
    endpoint = "public.indicator" if definition.number else "public.measure"
    path = url_for(endpoint, **which, round_code=code or None)
    return f"{settings().base_url}{path}" if external else path


def citation_of(shown: FigureRound) -> str:
    """A sentence to cite a figure by: who, what, when, which revision, and where it stays."""
    definition, release = shown.definition, shown.release
    title = words_of(definition).title
    what = f"{title} (indicator {definition.number})" if definition.number else f"{title} ({definition.measure})"
    published = say_date(release.published_at.date())
    return (
        f"Anchor Framework of {settings().partnership}, {what}, {title_of(release.round_code)}, definition "
        f"{definition.code}, revision {release.revision}, published on {published}. "
        f"{address_of(definition, release.round_code, external=True)}. {settings().licence}."
    )


def choices(shown: FigureRound) -> Sequence[tuple[str, str]]:
    """Code and name of every published round, the newest first."""
    return [(each.round_code, title_of(each.round_code)) for each in shown.releases]
