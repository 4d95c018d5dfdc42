"""Our progress: each measure of an organisation over the rounds, beside its sector, with levels and certificates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, render_template
from markupsafe import Markup

from anchor_portal.domain.figures.figure import Figure, Shown, reason_of
from anchor_portal.domain.findings.level_words import LEVEL_NAMES
from anchor_portal.domain.findings.progress import Accepted, Said, Series, own_answers, own_series, say_change
from anchor_portal.domain.findings.self_assessment import asks_levels, standings
from anchor_portal.domain.people import Role
from anchor_portal.domain.pledges import PLEDGES
from anchor_portal.domain.rounds import title_of
from anchor_portal.domain.sectors import SECTORS
from anchor_portal.extensions import db, viewer
from anchor_portal.models import Organisation
from anchor_portal.queries.progress import Beside, load_progress, load_sector
from anchor_portal.queries.rounds import find_organisation
from anchor_portal.web.access import ORGANISATION, open_to
from anchor_portal.web.figures.indicator_tables import Table, say_why
from anchor_portal.web.figures.pictures import NO_SECTOR, progress_picture
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("progress", __name__)
NOTHING: Mapping[str, Figure] = {}


@dataclass(frozen=True, slots=True)
class MeasureShown:
    """One measure as the page shows it; `why_no_sector` is a sentence where nothing of the sector is shown."""

    ident: str
    title: str
    sentence: str
    picture: Markup
    table: Table
    why_no_sector: str
    is_year_to_date: bool


@blueprint.get("/organisations/<slug>/progress")
@open_to(*ORGANISATION, Role.MEMBER, Role.TEAM)
def show(slug: str) -> str:
    """How are we doing over time, and beside our sector?"""
    organisation = _own_organisation_or_404(slug)
    progress = load_progress(db(), organisation)
    beside = load_sector(db(), organisation.sector)
    name = SECTORS[organisation.sector]
    measures = [
        _measure(index, series, beside.shares.get(series.question.key, NOTHING), name)
        for index, series in enumerate(own_series(progress.rounds))
    ]
    return render_template(
        "progress/show.html",
        organisation=organisation,
        sector=_lower(name),
        rounds=progress.rounds,
        measures=measures,
        answers=_answers_table(own_answers(progress.rounds), beside, name),
        levels=_levels_table(progress.rounds),
        certificates=progress.certificates,
        latest=progress.rounds[-1].code if progress.rounds else "",
    )


def _own_organisation_or_404(slug: str) -> Organisation:
    """The organisation, for its own people; the team sees it too, which is kept."""
    organisation, person = find_organisation(db(), slug), viewer()
    if organisation is None or not (organisation.id in person.organisation_ids or Role.TEAM in person.roles):
        abort(404)
    if organisation.id not in person.organisation_ids:
        keep_entry(person.email, "raw figures seen", f"progress of {organisation.name}")
    return organisation


def _measure(index: int, series: Series, sector: Mapping[str, Figure], name: str) -> MeasureShown:
    month = f", {date(2000, series.month, 1):%B} rounds" if series.month else ""
    title = f"{series.question.short}{month}"
    hidden = not any(isinstance(sector.get(each.code), Shown) for each in series.figures)
    return MeasureShown(
        ident=f"measure-{index}",
        title=title,
        sentence=say_change(series, sector, name),
        picture=progress_picture(series, sector, name, title, f"progress-{index}"),
        table=_rounds_table(series, sector, name),
        why_no_sector=_why_no_sector(series, sector, name) if hidden else "",
        is_year_to_date=series.question.financial_year,
    )


def _why_no_sector(series: Series, sector: Mapping[str, Figure], name: str) -> str:
    if not series.question.pooled:
        return "This is shown for each organisation alone, and never added to that of others."
    reasons = {reason_of(sector.get(each.code, NO_SECTOR)) for each in series.figures}
    return f"Nothing of {_lower(name)} is shown beside it: {'; '.join(sorted(filter(None, reasons)))}."


def _lower(words: str) -> str:
    """A sector's name within a sentence; "NHS trusts" stays as it is."""
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def _rounds_table(series: Series, sector: Mapping[str, Figure], name: str) -> Table:
    rows = [
        (
            title_of(each.code) + (" (the question changed)" if each.is_new else ""),
            say_why(each.value),
            say_why(sector.get(each.code, NO_SECTOR)),
        )
        for each in reversed(series.figures)
    ]
    return Table(f"{series.question.short}, the latest round first", ("Round", "Our organisation", name), tuple(rows))


def _answers_table(answers: Sequence[Said], beside: Beside, name: str) -> Table:
    rows = tuple(
        (
            said.question.short,
            f"{said.now} ({title_of(said.code)})",
            _before(said),
            _say_count(beside, said.question.key),
        )
        for said in answers
    )
    head = ("Question", "Our answer", "Before", f"{name} that said yes")
    return Table("Questions of yes and no", head, rows)


def _before(said: Said) -> str:
    if not said.before:
        return "The same in every round"
    return f"{said.before}, when another question was asked" if said.is_new else said.before


def _say_count(beside: Beside, measure: str) -> str:
    """How many of the sector said yes, of how many: "4 of 5 (July 2026)"."""
    if measure not in beside.counts:
        return "Not published yet"
    code, yes, answering = beside.counts[measure]
    if isinstance(yes, Shown) and isinstance(answering, Shown):
        return f"{yes.text} of {answering.text} ({title_of(code)})"
    return say_why(yes)


def _levels_table(rounds: Sequence[Accepted]) -> Table | None:
    """The level on each pledge in every round that asked, the latest first; None where none was ever given."""
    rows = []
    for accepted in reversed(rounds):
        if accepted.answers is not None and asks_levels(accepted.questionnaire):
            levels = [each.now for each in standings(accepted.answers)]
            rows.append((title_of(accepted.code), *(_level(level) for level in levels)))
    if all(cell == _level(None) for row in rows for cell in row[1:]):
        return None
    head = ("Round", *(f"{number}. {title}" for number, title in PLEDGES.items()))
    return Table("Levels by round, the latest first", head, tuple(rows))


def _level(level: int | None) -> str:
    return f"{level} {LEVEL_NAMES[level]}" if level else "–"
