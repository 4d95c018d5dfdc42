"""Proving a publication: its figures worked out again from nothing but its own kept inputs."""

import json
from dataclasses import dataclass
from datetime import UTC
from itertools import count, zip_longest
from typing import Any

from sqlalchemy.orm import Session

from anchor_portal.domain.figures.inputs import Frame, InputsError, read_inputs
from anchor_portal.domain.figures.recompute import Difference, first_difference, work_out
from anchor_portal.models import Publication, Round
from anchor_portal.services.figures.publication import digest_of, find_publication
from anchor_portal.services.figures.solver import solve


class NotProven(Exception):
    """A publication does not follow from its inputs, or cannot be worked out again; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proven: definitions worked out again for inside, members and outside, from the returns of so many."""

    revision: int
    definitions: tuple[str, ...]
    organisations: int
    numbers: int
    threshold: int
    digest: str


def recompute(session: Session, round_: Round, revision: int | None = None) -> Proof:
    """Work out a revision, by default the newest, from its inputs. Raises NotProven at the first difference."""
    publication = find_publication(session, round_, revision)
    if publication is None:
        which = f"revision {revision}" if revision else "no revision"
        raise NotProven(
            f"Of round {round_.code} {which} was published" if not revision else f"Round {round_.code} has no {which}"
        )
    frame, numbers = _prove(round_, publication)
    if digest_of(publication.inside, publication.outside, publication.inputs) != publication.digest:
        raise NotProven("The digest does not hold: what is kept is not what was published")
    return Proof(
        publication.revision,
        tuple(source.definition for source in frame.sources),
        len(frame.members),
        numbers,
        frame.threshold,
        publication.digest,
    )


def _prove(round_: Round, publication: Publication) -> tuple[Frame, int]:
    """The frame, and how many numbers were read."""
    frozen = zip_longest(json.loads(publication.inside), json.loads(publication.outside))
    try:
        frame, entries = read_inputs(publication.inputs)
        _refuse_other_frame(round_, publication, frame)
        counted = count()
        again = work_out(frame, (entry for entry, _ in zip(entries, counted, strict=False)), solve)
        nothing: tuple[Any, Any] = ({}, {})
        for kept, views in zip_longest(frozen, again, fillvalue=nothing):
            _refuse_difference(kept, views)
    except InputsError as error:
        raise NotProven(f"Revision {publication.revision} of round {round_.code}: {error}") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise NotProven(f"The inputs that were kept cannot be worked out: {type(error).__name__}, {error}") from None
    return frame, next(counted)


def _refuse_difference(kept: tuple[Any, Any], views: tuple[Any, Any]) -> None:
    """Compare one definition, for inside and for outside."""
    for side, one, other in zip(("inside", "outside"), kept, views, strict=True):
        found = first_difference(side, [one or {}], [other])
        if found:
            raise NotProven(f"The first difference: {found}")


def _refuse_other_frame(round_: Round, publication: Publication, frame: Frame) -> None:
    """The inputs say of which publication they are."""
    beside = {
        "round": (round_.code, frame.round),
        "revision": (publication.revision, frame.revision),
        "reason": (publication.reason, frame.reason),
        "who published": (publication.published_by, frame.published_by),
        "coverage threshold": (publication.threshold, frame.threshold),
        "moment": (publication.published_at.astimezone(UTC).isoformat(), frame.published_at),
    }
    for name, (kept, again) in beside.items():
        if kept != again:
            raise NotProven(f"The first difference: {Difference('the publication', '', name, kept, again)}")
