"""From a number of the house to the returns behind it: what each says, who signed, who accepted, which revision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, abort, render_template, request, url_for

from anchor_portal.clock import today
from anchor_portal.domain.answers.reading import FILE_PARTS
from anchor_portal.domain.answers.saying import items_of
from anchor_portal.domain.figures.definitions import DEFINED, Definition, in_force
from anchor_portal.domain.figures.figure import exact_count, shown_count
from anchor_portal.domain.figures.lineage import add_up, why_not_counted
from anchor_portal.domain.figures.measures import measures_of
from anchor_portal.domain.figures.proportions import Total
from anchor_portal.domain.findings.page_words import words_of
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.people import Role
from anchor_portal.domain.sectors import SECTORS, SEVERAL_PLACES, TIERS
from anchor_portal.extensions import db, reference, viewer
from anchor_portal.models import Round, Submission
from anchor_portal.outputs.rows import Item, piece_of
from anchor_portal.queries.lineage import (
    PAGE_SIZE,
    Acceptance,
    Behind,
    Numbers,
    Wanted,
    find_frozen,
    find_placed,
    find_total,
    load_acceptances,
    load_counted,
    load_missing,
    load_signed,
)
from anchor_portal.queries.published import read_frozen
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.returns import answers_of
from anchor_portal.web.access import open_to
from anchor_portal.web.team.release_sheets import say
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("lineage", __name__)
EVERYONE = "All signatories"


@dataclass(frozen=True, slots=True)
class Line:
    """One organisation: what it adds, or why it adds nothing, and where to read on; empty where it is hidden."""

    name: str
    slug: str
    amounts: tuple[str, ...] = ()
    why_not: str = ""
    revision: int = 0
    signed: str = ""
    accepted: Acceptance | None = None
    evidence: tuple[Item, ...] = ()
    notes: tuple[str, ...] = ()
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Traced:
    """The figure whose returns are shown: of which round, by which definition, frozen when and as which revision."""

    round: Round
    digest: str
    definition: Definition
    wanted: Wanted
    group: str
    frozen: str = ""
    revision: int = 0
    published_at: datetime | None = None

    def rows_of(self, scale: str) -> frozenset[str]:
        """The rows of an organisation's answer that count for the figure, on its scale."""
        if self.wanted.breakdown != "tier":
            return frozenset({""})
        return frozenset(level.code for level in reference().levels[scale] if level.tier == self.wanted.code)


@blueprint.get("/assembly/<round_code>/indicators/<int:number>/returns")
@open_to(Role.MEMBER, Role.TEAM)
def indicator_returns(round_code: str, number: int) -> str:
    """The returns behind an indicator, or one row of its breakdowns."""
    return _show(round_code, next((each for each in DEFINED if each.number == number), None))


@blueprint.get("/assembly/<round_code>/measures/<key>/returns")
@open_to(Role.MEMBER, Role.TEAM)
def measure_returns(round_code: str, key: str) -> str:
    """The returns behind a measure, or one row of its breakdowns."""
    return _show(round_code, next((each for each in DEFINED if each.measure == key), None))


def _show(round_code: str, definition: Definition | None) -> str:
    traced = _trace(round_code, definition)
    page, beyond = (max(request.args.get(name, 1, type=int), 1) for name in ("page", "missing"))
    counted = load_counted(db(), traced.round, traced.wanted, page)
    missing = load_missing(db(), traced.round, traced.wanted, beyond)
    shown, absent = counted[:PAGE_SIZE], missing[:PAGE_SIZE]
    lines = _lines(traced, [*shown, *absent])
    is_team = Role.TEAM in viewer().roles
    if is_team:
        seen = f"returns behind {traced.definition.code}, {traced.group}, round {round_code}"
        keep_entry(viewer().email, "raw figures seen", seen)
    return render_template(
        "lineage/returns.html",
        traced=traced,
        words=words_of(traced.definition),
        counted=lines[: len(shown)],
        missing=lines[len(shown) :],
        page=page,
        beyond=beyond,
        has_more=len(counted) > PAGE_SIZE,
        has_more_missing=len(missing) > PAGE_SIZE,
        figure=_figure(traced) if is_team else (),
        address=_address(traced.round, traced.definition),
        filter={traced.wanted.breakdown: traced.wanted.code} if traced.wanted.breakdown else {},
    )


def _address(round_: Round, definition: Definition) -> str:
    """The house's page of the figure."""
    if definition.number is not None:
        return url_for("dashboards.indicator", round_code=round_.code, number=definition.number)
    return url_for("dashboards.measure", round_code=round_.code, key=definition.measure)


def _trace(round_code: str, definition: Definition | None) -> Traced:
    """The figure that is asked for, or 404."""
    placed = find_placed(db(), round_code)
    if placed is None or definition is None:
        abort(404)
    round_, digest = placed
    version = next(each for each in in_force(DEFINED, round_.code) if each.key == definition.key)
    wanted, group = _wanted(version)
    frozen = find_frozen(db(), round_)
    inside, revision, published_at = frozen or ("", 0, None)
    return Traced(round_, digest, version, wanted, group, inside, revision, published_at)


def _wanted(definition: Definition) -> tuple[Wanted, str]:
    """Which group is asked for, and what it is called; more than one filter, or none that there is, ends in 404."""
    places = {place.code: place.label for place in reference().places} | {SEVERAL_PLACES: "Several places"}
    names = {"sector": SECTORS, "place": places, "tier": TIERS if definition.by_ethnicity else {}}
    given = [(name, request.args[name]) for name in names if request.args.get(name)]
    if not given:
        return Wanted(definition.measure), EVERYONE
    (breakdown, code), *others = given
    if others or code not in names[breakdown]:
        abort(404)
    return Wanted(definition.measure, breakdown, code), names[breakdown][code]


def _figure(traced: Traced) -> tuple[str, ...]:
    """The figure that the returns add up to, for the team: numerator, denominator, not known, returns."""
    if traced.frozen:
        view = next((each for each in read_frozen(traced.frozen) if each.definition.key == traced.definition.key), None)
        groups = {name: {row.code: row for row in rows} for name, rows in view.breakdowns.items()} if view else {}
        row = groups.get(traced.wanted.breakdown, {}).get(traced.wanted.code, view.headline if view else None)
        return () if row is None else tuple(map(say, (row.numerator, row.denominator, row.returns_counted)))
    total = find_total(db(), traced.round, traced.wanted)
    if total is None:
        return ()
    numbers, returns = total
    return (*_amounts(traced.definition, numbers)[:2], f"{returns:,}")


def _amounts(definition: Definition, numbers: Numbers | Total) -> tuple[str, str, str]:
    kind = definition.kind_of_number
    part, whole, unknown = (
        shown_count(exact_count(each, kind), kind).text
        for each in (numbers.numerator, numbers.denominator, numbers.unknown)
    )
    return part, whole, unknown


def _lines(traced: Traced, behind: Sequence[Behind]) -> list[Line]:
    """Each organisation as it stands in the figure: where the round is published, as it stood on that day."""
    accepted = load_acceptances(db(), behind)
    frozen = {each.row.id: _at_publication(traced, accepted.get(each.row.id, [])) for each in behind if each.row}
    changed = {each.row.id: frozen[each.row.id] for each in behind if each.row and frozen[each.row.id] != each.revision}
    signed = load_signed(db(), {return_id: number for return_id, number in changed.items() if number})
    return [_line(traced, each, accepted, changed, signed) for each in behind]


def _at_publication(traced: Traced, accepted: Sequence[Acceptance]) -> int:
    """The revision that stood when the figures were frozen, or stands now where they are not; 0 where none did."""
    until = traced.published_at
    return max((each.revision for each in accepted if until is None or each.at <= until), default=0)


def _line(
    traced: Traced,
    each: Behind,
    accepted: Mapping[int, Sequence[Acceptance]],
    changed: Mapping[int, int],
    signed: Mapping[int, Submission],
) -> Line:
    name, slug = each.organisation.name, each.organisation.slug
    if each.organisation.id in viewer().interests and Role.TEAM not in viewer().roles:
        return Line(name, slug, is_hidden=True)
    return_id = each.row.id if each.row else 0
    if return_id not in changed:
        return _as_it_stands(traced, each, accepted.get(return_id, ()))
    then = signed.get(return_id)
    line = _as_signed(traced, each, then, accepted.get(return_id, ()))
    what = f"Revision {each.revision} was accepted after the figures were published, and is not in them"
    return replace(line, notes=(what,))


def _as_it_stands(traced: Traced, each: Behind, accepted: Sequence[Acceptance]) -> Line:
    answers = answers_of(each.submission) if each.submission else {}
    why = "" if each.numbers else _why_not(traced, each, answers)
    amounts = _amounts(traced.definition, each.numbers) if each.numbers else ()
    return _told(Line(each.organisation.name, each.organisation.slug, amounts, why), traced, each.submission, accepted)


def _as_signed(traced: Traced, each: Behind, then: Submission | None, accepted: Sequence[Acceptance]) -> Line:
    """As the revision of that day says it, worked out from its signed answers."""
    if then is None:
        return Line(
            each.organisation.name, each.organisation.slug, why_not="Not accepted when the figures were published"
        )
    questionnaire = get_questionnaire(db(), traced.round.questionnaire_id, traced.digest)
    tables = reference()
    asking = tables.as_signed(tables.asking(each.organisation, traced.round, today()), then)
    measures = measures_of(questionnaire, answers_of(then), asking)
    total = add_up(measures, traced.wanted.measure, traced.rows_of(asking.scale))
    amounts = _amounts(traced.definition, total) if total else ()
    why = "" if total else _why_not(traced, each, answers_of(then))
    return _told(Line(each.organisation.name, each.organisation.slug, amounts, why), traced, then, accepted)


def _why_not(traced: Traced, each: Behind, answers: Mapping[str, Mapping[str, str]]) -> str:
    status = Status(each.row.status) if each.row else Status.NOT_STARTED
    answer = answers.get(traced.wanted.measure, {})
    return why_not_counted(status, each.revision, answer, each.percent, traced.wanted.breakdown == "tier")


def _told(line: Line, traced: Traced, submission: Submission | None, accepted: Sequence[Acceptance]) -> Line:
    """With who signed and accepted the revision, and the evidence that stands beside the answer."""
    if submission is None:
        return line
    evidence = answers_of(submission).get(f"{traced.wanted.measure.partition('.')[0]}.evidence", {})
    return replace(
        line,
        revision=submission.revision,
        signed=f"{submission.signed_name}, {submission.signed_role}",
        accepted=next((each for each in reversed(accepted) if each.revision == submission.revision), None),
        evidence=tuple(map(piece_of, items_of(evidence, FILE_PARTS))),
    )
