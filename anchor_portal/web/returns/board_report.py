"""The report to an organisation's board: which of the eight Marmot themes its work serves, as a page and on paper."""

from flask import Blueprint, Response, abort, render_template

from anchor_portal.domain.meetings.outcomes import say_outcome
from anchor_portal.domain.meetings.themes import say_themes
from anchor_portal.domain.people import Role
from anchor_portal.extensions import db, reference, settings, viewer
from anchor_portal.models import Organisation, Round
from anchor_portal.outputs.pdf.board_report_pdf import BoardReport, draw_board_report
from anchor_portal.queries.rounds import find_organisation
from anchor_portal.queries.storable import is_storable
from anchor_portal.services.meetings.board_report import board_report, find_reported_round
from anchor_portal.web.access import ORGANISATION, open_to
from anchor_portal.web.team.downloads import PDF, send
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("board_report", __name__)
ADDRESS = "/organisations/<slug>/board-report"


@blueprint.get(ADDRESS)
@blueprint.get(f"{ADDRESS}/<round_code>")
@open_to(*ORGANISATION, Role.TEAM)
def show(slug: str, round_code: str | None = None) -> str:
    """Which Marmot themes does our work serve, how do we stand on the pledges, what does the Assembly ask of us?"""
    organisation, round_ = _reported_or_404(slug, round_code)
    if round_ is None:
        return render_template("board_report/show.html", organisation=organisation, report=None)
    report = _report(organisation, round_)
    return render_template(
        "board_report/show.html",
        organisation=organisation,
        round=round_,
        report=report,
        sentence=say_themes(report.themes),
        say_outcome=say_outcome,
    )


@blueprint.get(f"{ADDRESS}/<round_code>/report.pdf")
@open_to(*ORGANISATION, Role.TEAM)
def pdf(slug: str, round_code: str) -> Response:
    """The same on paper, for a board's own pack."""
    organisation, round_ = _reported_or_404(slug, round_code)
    if round_ is None:
        abort(404)
    return send(draw_board_report(_report(organisation, round_)), PDF, f"{slug}-board-report-{round_.code}.pdf")


def _reported_or_404(slug: str, code: str | None) -> tuple[Organisation, Round | None]:
    """The organisation, for its own people and the team, and the round: None where nothing was ever accepted."""
    organisation, person = find_organisation(db(), slug), viewer()
    if organisation is None or not (organisation.id in person.organisation_ids or Role.TEAM in person.roles):
        abort(404)
    if code is not None and not is_storable(code):
        abort(404)
    round_ = find_reported_round(db(), organisation, code)
    if round_ is None and code is not None:
        abort(404)
    return organisation, round_


def _report(organisation: Organisation, round_: Round) -> BoardReport:
    if organisation.id not in viewer().organisation_ids:
        keep_entry(viewer().email, "raw figures seen", f"board report of {organisation.name}")
    return board_report(db(), organisation, round_, reference(), settings())
