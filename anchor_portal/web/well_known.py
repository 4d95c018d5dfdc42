"""What programs look for at fixed addresses: security.txt, robots.txt and a map of the public pages."""

from flask import Blueprint, Response, abort, url_for

from anchor_portal.clock import today
from anchor_portal.domain.figures.definitions import DEFINITIONS
from anchor_portal.domain.well_known import robots_txt, security_txt, sitemap_xml
from anchor_portal.extensions import db, reference, settings
from anchor_portal.production import is_loopback
from anchor_portal.queries.releases import load_releases
from anchor_portal.web.access import open_to_all

blueprint = Blueprint("well_known", __name__)
PAGES = (
    *(
        "public.home",
        "public.indicators",
        "publications.index",
        "open_data.index",
        "open_data.dictionary",
        "beacon.table",
    ),
    *(
        "organisations.index",
        "case_studies.index",
        "public.method",
        "public.check",
        "public.accessibility",
        "public.privacy",
    ),
)
A_DAY = "public, max-age=86400"


@blueprint.get("/.well-known/security.txt")
@open_to_all
def security() -> Response:
    """Whom to tell of a weakness; not found where the installation names nobody."""
    if not settings().security_contact:
        abort(404)
    return _text(security_txt(settings().security_contact, settings().base_url, today()))


@blueprint.get("/robots.txt")
@open_to_all
def robots() -> Response:
    """What search engines may read. A demonstration that others can reach asks to be left out: its figures are invented."""
    is_shown_to_others = reference().is_demo and not is_loopback(settings().base_url)
    return _text(robots_txt(settings().base_url, may_be_searched=not is_shown_to_others))


@blueprint.get("/sitemap.xml")
@open_to_all
def site_map() -> Response:
    """The public pages: fixed ones, indicators, and every publication."""
    paths = [url_for(page) for page in PAGES]
    paths += [url_for("public.indicator", number=each.number) for each in DEFINITIONS]
    paths += [
        url_for("publications.show", round_code=each.round_code, revision=each.revision) for each in load_releases(db())
    ]
    return _keep_a_day(Response(sitemap_xml(settings().base_url + path for path in paths), mimetype="application/xml"))


def _text(content: str) -> Response:
    return _keep_a_day(Response(content, mimetype="text/plain"))


def _keep_a_day(response: Response) -> Response:
    response.headers["Cache-Control"] = A_DAY
    return response
