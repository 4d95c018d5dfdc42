"""Charters, awards, pledges and programmes, for the team: who holds what since when, and what has lapsed."""

from collections.abc import Sequence
from math import ceil

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from anchor_portal.clock import today
from anchor_portal.domain.people import Role
from anchor_portal.domain.register.holdings import HOLDINGS, HoldingRefused, check_days, last_day, standing_on
from anchor_portal.extensions import db, viewer
from anchor_portal.models import Certificate, Holding
from anchor_portal.queries import register as stored
from anchor_portal.queries.certificates import find_resting_on
from anchor_portal.queries.register import Profile
from anchor_portal.services.register import holdings
from anchor_portal.services.register.organisations import ChangedMeanwhile, RegisterRefused, get_to_change
from anchor_portal.web.access import open_to
from anchor_portal.web.forms.register import HoldingForm
from anchor_portal.web.team.register import ONE, REGISTER, as_csv, holding_words, profile_or_404, seen_version
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("register_holdings", __name__)
AnyResponse = str | Answer | tuple[str, int]


@blueprint.get(f"{REGISTER}/holdings")
@open_to(Role.TEAM)
def index() -> str:
    """Who holds what: how many of each, and the list of one kind."""
    kind = request.args.get("kind", "")
    kind = kind if kind in HOLDINGS else next(iter(HOLDINGS))
    counts = stored.count_holdings(db(), today())
    number = sum(many for (each, _), many in counts.items() if each == kind)
    pages = max(1, ceil(number / stored.HOLDINGS_ON_A_PAGE))
    page = request.args.get("page", 1, type=int)
    page = page if 1 <= page <= pages else 1
    lines = stored.load_all_holdings(db(), kind, page)
    words = holding_words()
    return render_template(
        "register/holdings.html", kind=kind, lines=lines, counts=counts, page=page, pages=pages, **words
    )


@blueprint.get(f"{REGISTER}/holdings.csv")
@open_to(Role.TEAM)
def export() -> Response:
    """All of it, as a file that can be read in again."""
    rows = stored.load_all_holdings(db())
    keep_entry(viewer().email, "exported", "charters and awards", f"{len(rows)} holdings, CSV")
    lines: list[Sequence[str]] = []
    for row, organisation in rows:
        last = last_day(row.kind, row.since, row.until)
        stands = standing_on(today(), row.kind, row.since, row.until)
        cells = [organisation.name, HOLDINGS[row.kind].title, row.since.isoformat(), last.isoformat() if last else ""]
        lines.append([*cells, row.level, row.evidence, str(stands)])
    header = ["Organisation", "Charter", "Since", "Until", "Level", "Evidence", "Where it stands"]
    return as_csv(header, lines, "anchor-charters-and-awards.csv")


@blueprint.route(f"{ONE}/holdings/add", methods=["GET", "POST"])
@open_to(Role.TEAM)
def add(slug: str) -> AnyResponse:
    """Note what an organisation signed, earned or takes part in."""
    profile = profile_or_404(slug)
    form = HoldingForm()
    if request.method == "GET":
        form.kind.data = request.args.get("kind", "")
        return _form(form, profile)
    if not form.validate() or not _has_sound_days(form):
        return _form(form, profile), 422
    try:
        held = get_to_change(db(), profile.organisation.id)
        holdings.add_holding(db(), held, form.kind.data or "", form.words, viewer().email)
    except RegisterRefused as refusal:
        form.since.refuse(str(refusal))
        return _form(form, profile), 422
    except ChangedMeanwhile:
        abort(404)
    flash(f"{HOLDINGS[form.kind.data or ''].title} is noted.", "success")
    return _back(slug)


def _has_sound_days(form: HoldingForm) -> bool:
    try:
        check_days(form.kind.data or "", form.words.since, form.words.until, today())
    except HoldingRefused as refusal:
        is_late = bool(form.until.data and form.until.data < form.words.since)
        return (form.until if is_late else form.since).refuse(str(refusal))
    return True


def _back(slug: str) -> Answer:
    return redirect(url_for("register.show", slug=slug) + "#holdings")


def _form(form: HoldingForm, profile: Profile, holding: Holding | None = None, *, is_stale: bool = False) -> str:
    seen = request.form.get("seen", "") if form.errors else holding.version if holding else 0
    return render_template(
        "register/holding.html",
        form=form,
        profile=profile,
        holding=holding,
        is_stale=is_stale,
        seen=seen,
        resting=find_resting_on(db(), holding, today()) if holding else None,
        **holding_words(),
    )


def _holding_or_404(profile: Profile, ident: int) -> Holding:
    found = next((each for each in profile.holdings if each.id == ident), None)
    if found is None:
        abort(404)
    return found


def _held_or_404(ident: int) -> Holding:
    """A holding of an organisation that is held, as it is now: somebody may have removed it since it was found."""
    held = db().get(Holding, ident, populate_existing=True, with_for_update=True)
    if held is None:
        abort(404)
    return held


@blueprint.route(f"{ONE}/holdings/<int:ident>", methods=["GET", "POST"])
@open_to(Role.TEAM)
def change(slug: str, ident: int) -> AnyResponse:
    """Change what is said of a holding. Where somebody else did meanwhile, theirs is shown and nothing is stored."""
    profile = profile_or_404(slug)
    holding = _holding_or_404(profile, ident)
    form = HoldingForm(holding.kind)
    if request.method == "GET":
        form.offer(holding)
        return _form(form, profile, holding)
    if not form.validate() or not _has_sound_days(form):
        return _form(form, profile, holding), 422
    try:
        held = get_to_change(db(), profile.organisation.id)
        holding = _held_or_404(ident)
        resting = find_resting_on(db(), holding, today())
        is_changed = holdings.change_holding(db(), held, holding, form.words, seen_version(), viewer().email)
    except ChangedMeanwhile:
        return _form(form, profile, holding, is_stale=True), 409
    except RegisterRefused as refusal:
        form.since.refuse(str(refusal))
        return _form(form, profile, holding), 422
    is_over = resting is not None and find_resting_on(db(), holding, today()) is None
    flash(f"It is saved.{_say_ended(resting if is_over else None)}" if is_changed else "Nothing was changed.")
    return _back(slug)


@blueprint.route(f"{ONE}/holdings/<int:ident>/remove", methods=["GET", "POST"])
@open_to(Role.TEAM)
def remove(slug: str, ident: int) -> AnyResponse:
    """Ask whether a holding was noted by mistake, and remove it."""
    profile = profile_or_404(slug)
    holding = _holding_or_404(profile, ident)
    if request.method == "GET":
        resting = find_resting_on(db(), holding, today())
        return render_template(
            "register/remove_holding.html", profile=profile, holding=holding, resting=resting, **holding_words()
        )
    try:
        held = get_to_change(db(), profile.organisation.id)
    except ChangedMeanwhile:
        abort(404)
    holding = _held_or_404(ident)
    resting = find_resting_on(db(), holding, today())
    holdings.remove_holding(db(), held, holding, viewer().email)
    flash(f"{HOLDINGS[holding.kind].title} of {held.name} is removed.{_say_ended(resting)}", "success")
    return _back(slug)


def _say_ended(certificate: Certificate | None) -> str:
    """What became of the certificate that rested on what was removed or changed."""
    return f" Certificate {certificate.number} is not valid any more." if certificate else ""
