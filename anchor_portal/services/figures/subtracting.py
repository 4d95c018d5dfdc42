"""What the earlier revisions of a round and a new one would tell together."""

import json
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.figures.indicator_json import view_from_json
from anchor_portal.domain.figures.inputs import InputsError, read_inputs
from anchor_portal.domain.figures.subtracting import counted_in, told_by_subtracting
from anchor_portal.domain.figures.view_cells import of_measure
from anchor_portal.domain.lifecycle import Step
from anchor_portal.models import Organisation, Publication, Return, ReturnStep, Round
from anchor_portal.queries.inputs import load_entries
from anchor_portal.services.figures.publication import Draft


def find_told(session: Session, round_: Round, rounds: Sequence[Round], draft: Draft) -> dict[str, tuple[str, ...]]:
    """By measure the rows of a draft that would tell single returns beside some earlier revision of the round.

    Only organisations of which a return was accepted since it was published first can stand behind other rows than
    they did, so that only these are looked for in what was kept of the earlier revisions.
    """
    among = _load_accepted_since(session, round_)
    if not among:
        return {}
    after = counted_in(draft.frame, load_entries(session, round_, rounds, draft.frame), among)
    query = select(Publication.outside, Publication.inputs).where(Publication.round_id == round_.id)
    found: dict[str, dict[str, None]] = {}
    for outside, inputs in session.execute(query.order_by(Publication.revision)):
        try:
            before = counted_in(*read_inputs(inputs), among)
        except InputsError:
            continue  # of the earliest format, which did not keep who stands behind what
        views = [view_from_json(each) for each in json.loads(outside)]
        for view in draft.views:
            measure = view.definition.measure
            names = told_by_subtracting(before, after, of_measure(views, measure), view)
            found.setdefault(measure, {}).update(dict.fromkeys(names))
    return {measure: tuple(names) for measure, names in found.items() if names}


def _load_accepted_since(session: Session, round_: Round) -> frozenset[str]:
    """The organisations of which a return was accepted after the round was published first."""
    first = select(func.min(Publication.published_at)).where(Publication.round_id == round_.id).scalar_subquery()
    query = (
        select(Organisation.slug)
        .join(Return, Return.organisation_id == Organisation.id)
        .join(ReturnStep, ReturnStep.return_id == Return.id)
        .where(Return.round_id == round_.id, ReturnStep.step == Step.ACCEPT, ReturnStep.at > first)
    )
    return frozenset(session.scalars(query))
