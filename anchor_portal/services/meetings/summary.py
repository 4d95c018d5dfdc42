"""Where the partnership stands in a round, for a pack: as the Assembly sees it, whoever asks for the pack."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.figures.figure import Shown, reason_of
from anchor_portal.domain.figures.indicators import IndicatorView
from anchor_portal.domain.findings.page_words import words_of
from anchor_portal.domain.findings.promises import say_all, say_movement
from anchor_portal.domain.findings.sentences import figure_in_words
from anchor_portal.domain.lifecycle import NAMES, Status
from anchor_portal.domain.meetings.outcomes import count_outcomes
from anchor_portal.domain.rounds import title_of
from anchor_portal.models import Return, Round
from anchor_portal.outputs.pdf.pack_content import FigureLine, Summary
from anchor_portal.queries.dashboard import Listed, load_listed, load_trends
from anchor_portal.queries.returns import REVIEWABLE
from anchor_portal.queries.review import load_outcomes
from anchor_portal.queries.rounds import count_statuses, status_of
from anchor_portal.services.figures.house import protect_for_members

LEFT_OUT = "Organisations in which you have an interest are not among them."


def summary_of(session: Session, round_: Round, threshold: int, today: date, withheld: Collection[int]) -> Summary:
    """The figures of a round, protected as for Assembly members, with the outcomes but those in `withheld`."""
    listed = load_listed(session)
    wanted = [each for each in listed if each.round.code <= round_.code]
    mine = next(each for each in wanted if each.round.id == round_.id)
    trends = load_trends(session, wanted, lambda figure: protect_for_members(figure, threshold), is_raw=False)
    lines = [_history(trends, view) for view in trends[round_.code]]
    counts = count_statuses(session, round_)
    outcomes = _outcomes(session, round_, withheld)
    return Summary(
        round_title=title_of(round_.code),
        standing=_say_standing(mine, today),
        sentence=say_all(lines),
        returns=[(NAMES[status], counts[status]) for status in Status if counts.get(status)],
        indicators=[_line(views) for views in lines if views[-1].definition.number is not None],
        measures=[_line(views) for views in _by_pledge(lines) if views[-1].definition.number is None],
        outcomes=count_outcomes(outcomes),
        sent=len(outcomes),
        note=LEFT_OUT if withheld else "",
    )


def _outcomes(session: Session, round_: Round, withheld: Collection[int]) -> dict[int, Mapping[int, str]]:
    """The outcomes of every return that was sent, by return and pledge."""
    query = select(Return.id).where(Return.round_id == round_.id, Return.organisation_id.not_in(withheld))
    sent = session.scalars(query.where(Return.status.in_(REVIEWABLE), Return.revision > 0)).all()
    found = load_outcomes(session, sent)
    return {ident: {pledge: row.outcome for pledge, row in found.get(ident, {}).items()} for ident in sent}


def _history(trends: Mapping[str, Sequence[IndicatorView]], latest: IndicatorView) -> list[IndicatorView]:
    key = latest.definition.key
    return [view for views in trends.values() for view in views if view.definition.key == key]


def _by_pledge(lines: Iterable[list[IndicatorView]]) -> list[list[IndicatorView]]:
    return sorted(lines, key=lambda views: words_of(views[-1].definition).pledge)


def _line(views: Sequence[IndicatorView]) -> FigureLine:
    view = views[-1]
    words, number = words_of(view.definition), view.definition.number
    figure = figure_in_words(view)
    counted = view.returns_counted.text if isinstance(view.returns_counted, Shown) else "Fewer than 3"
    return FigureLine(
        title=f"{number}. {words.title}" if number else words.title,
        figure=figure or "Not shown",
        counted=f"{counted} of {view.returns_expected}",
        movement=say_movement(views) if figure else f"{(reason_of(view.value) or '').capitalize()}.",
    )


def _say_standing(listed: Listed, today: date) -> str:
    if listed.release is not None:
        return f"Published on {say_date(listed.release[1].date())}."
    return f"The round is {status_of(listed.round, today)}. Its figures are provisional until it is published."
