"""Case studies for everyone: what works, that we could do too? Searched by words, pledge, place and sector."""

from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for

from anchor_portal.domain.case_studies.search import LONGEST
from anchor_portal.domain.case_studies.studies import lead_of
from anchor_portal.domain.pledges import PLEDGES
from anchor_portal.domain.sectors import SECTOR_OF_ONE, SECTORS
from anchor_portal.extensions import db, reference, settings
from anchor_portal.models import Organisation
from anchor_portal.outputs.pictures.share_card import Card, draw_card
from anchor_portal.queries.case_studies import Told, Wanted, find_told, search_studies
from anchor_portal.web.access import open_to_all

blueprint = Blueprint("case_studies", __name__)


@blueprint.get("/case-studies")
@open_to_all
def index() -> str:
    """The library, or what of it fits."""
    wanted, places = _read_wanted(), reference().places
    found = search_studies(db(), wanted)
    chosen: dict[str, Any] = {name: value for name, value in request.args.items() if name in CHOICES and value}
    return render_template(
        "library/case_studies.html",
        found=found,
        wanted=wanted,
        places=places,
        sectors=SECTORS,
        lead_of=lead_of,
        is_filtered=bool(chosen),
        page_url=lambda page: url_for("case_studies.index", **chosen, page=page),
    )


CHOICES = ("words", "pledge", "place", "sector")


def _read_wanted() -> Wanted:
    """What the address asks for; what makes no sense does not matter."""
    args = request.args
    pledge, page = args.get("pledge", ""), args.get("page", "")
    codes = {option.code for option in reference().places}
    return Wanted(
        words="".join(sign for sign in args.get("words", "")[:LONGEST] if sign.isprintable()),
        pledge=int(pledge) if pledge in {str(number) for number in PLEDGES} else 0,
        place=args.get("place", "") if args.get("place") in codes else "",
        sector=args.get("sector", "") if args.get("sector") in SECTORS else "",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )


@blueprint.get("/case-studies/<slug>")
@open_to_all
def show(slug: str) -> str | tuple[str, int]:
    """One case study, to be read and shared; one that was withdrawn says only that."""
    told = _told_or_404(slug)
    if told.study.withdrawn_at is not None:
        return render_template("library/withdrawn.html"), 410
    return render_template("library/case_study.html", told=told, lead=lead_of(told.study.story), share=share(told))


@blueprint.get("/case-studies/<slug>/picture.png")
@open_to_all
def picture(slug: str) -> Response:
    """The picture that stands beside a shared link. It is kept by nobody, so that it goes with the case study."""
    told = _told_or_404(slug)
    if told.study.withdrawn_at is not None:
        abort(410)
    return send_card(told.study.title, told.organisation.name, PLEDGES.get(told.study.pledge, ""))


def _told_or_404(slug: str) -> Told:
    told = find_told(db(), slug)
    if told is None:
        abort(404)
    return told


def share(told: Told) -> dict[str, Any]:
    """What other sites show of a link to it (Open Graph)."""
    slug = told.study.slug
    return {
        "title": told.study.title,
        "description": f"{told.organisation.name}: {lead_of(told.study.story)}",
        "url": settings().base_url + url_for("case_studies.show", slug=slug),
        "picture": settings().base_url + url_for("case_studies.picture", slug=slug),
        "alt": f"{told.study.title}, a case study of {told.organisation.name}",
    }


def share_organisation(organisation: Organisation) -> dict[str, Any]:
    """The same for the page of an organisation."""
    sector = SECTOR_OF_ONE[organisation.sector]
    return {
        "title": organisation.name,
        "description": f"{organisation.name}, {sector}, in the Anchor Framework of {settings().partnership}",
        "url": settings().base_url + url_for("organisations.show", slug=organisation.slug),
        "picture": settings().base_url + url_for("organisations.picture", slug=organisation.slug),
        "alt": f"{organisation.name} in the Anchor Framework",
    }


def send_card(title: str, owner: str, about: str) -> Response:
    """A share card as PNG."""
    portal = f"{settings().portal_name} · {settings().partnership}"
    return Response(draw_card(Card(title, owner, about, portal, reference().is_demo)), content_type="image/png")
