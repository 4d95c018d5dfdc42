"""Signatories for everyone: who signed, since when, what do they do?"""

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from anchor_portal.clock import today
from anchor_portal.domain.case_studies.studies import lead_of
from anchor_portal.domain.register.holdings import HOLDINGS, Standing, last_day, standing_on
from anchor_portal.domain.sectors import SECTOR_OF_ONE, SECTORS
from anchor_portal.extensions import db, reference
from anchor_portal.models import Holding
from anchor_portal.queries.case_studies import load_told_by
from anchor_portal.queries.certificates import load_of_organisation
from anchor_portal.queries.organisations import Profile, Wanted, find_profile, load_signatories
from anchor_portal.services.certificates.issuing import is_signatory
from anchor_portal.web.access import open_to_all
from anchor_portal.web.library.case_studies import send_card, share_organisation

blueprint = Blueprint("organisations", __name__)
PRIVATE = frozenset({"toms"})
"""What an organisation takes part in for its own reporting, and nobody else's list."""


@blueprint.get("/organisations")
@open_to_all
def index() -> str:
    """The signatories of today, or those of them that fit."""
    args, codes = request.args, {option.code for option in reference().places}
    page = args.get("page", "")
    wanted = Wanted(
        name="".join(sign for sign in args.get("name", "")[:100] if sign.isprintable()),
        sector=args.get("sector", "") if args.get("sector") in SECTORS else "",
        place=args.get("place", "") if args.get("place") in codes else "",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )
    chosen: dict[str, Any] = {name: value for name in ("name", "sector", "place") if (value := getattr(wanted, name))}
    return render_template(
        "library/organisations.html",
        found=load_signatories(db(), wanted, today()),
        wanted=wanted,
        places=reference().places,
        sectors=SECTORS,
        is_filtered=bool(chosen),
        page_url=lambda number: url_for("organisations.index", **chosen, page=number),
    )


@blueprint.get("/organisations/<slug>")
@open_to_all
def show(slug: str) -> str | AnyResponse:
    """One organisation: since when it signed, its case studies, certificates and awards; figures of none."""
    profile = _profile_or_404(slug)
    organisation = profile.organisation
    if organisation.merged_into_id is not None and organisation.merged_on and organisation.merged_on <= today():
        return redirect(url_for("organisations.show", slug=profile.relations[organisation.merged_into_id].slug))
    certificates = [each for each in load_of_organisation(db(), organisation.id, today()) if each.is_valid]
    return render_template(
        "library/organisation.html",
        profile=profile,
        organisation=organisation,
        sector=SECTOR_OF_ONE[organisation.sector],
        is_signatory=is_signatory(organisation, today()),
        holdings=[_held(each) for each in profile.holdings if each.kind not in PRIVATE],
        certificates=certificates,
        told=load_told_by(db(), organisation.id),
        lead_of=lead_of,
        share=share_organisation(organisation),
    )


def _held(holding: Holding) -> dict[str, object]:
    """What is held, in words, with its last day and whether it still is."""
    standing = standing_on(today(), holding.kind, holding.since, holding.until)
    return {
        "words": HOLDINGS[holding.kind],
        "holding": holding,
        "until": last_day(holding.kind, holding.since, holding.until),
        "is_held": standing is Standing.HELD,
        "standing": standing,
    }


@blueprint.get("/organisations/<slug>/picture.png")
@open_to_all
def picture(slug: str) -> Response:
    """The picture that stands beside a shared link to the page."""
    organisation = _profile_or_404(slug).organisation
    return send_card(organisation.name, SECTOR_OF_ONE[organisation.sector], "Anchor Framework")


def _profile_or_404(slug: str) -> Profile:
    profile = find_profile(db(), slug)
    if profile is None:
        abort(404)
    return profile
