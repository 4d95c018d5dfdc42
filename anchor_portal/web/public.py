"""The pages for everyone: how we are doing, whether a certificate stands, and how figures are made."""

import re
from pathlib import Path

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from anchor_portal.domain.definitions import DEFINITIONS
from anchor_portal.domain.indicators import IndicatorView
from anchor_portal.domain.pledges import PLEDGES
from anchor_portal.extensions import db, settings
from anchor_portal.models import Certificate, Round
from anchor_portal.queries.certificates import find_certificate
from anchor_portal.queries.published import load_published, of_number
from anchor_portal.web.access import open_to_all
from anchor_portal.web.indicator_pages import WORDS, make_card, make_page

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
@open_to_all
def home() -> str:
    """What the Anchor Framework is, how we are doing, and where to sign in."""
    published = load_published(db())
    if not published:
        return render_template("public/home.html", round=None, cards=[], signatories=0, words=WORDS)
    round_, views = published[0]
    cards = [
        make_card(_over_rounds(published, view.definition.number or 0), f"spark-{i}") for i, view in enumerate(views)
    ]
    return render_template(
        "public/home.html", round=round_, cards=cards, signatories=views[0].returns_expected, words=WORDS
    )


@blueprint.get("/indicators/<int:number>")
@open_to_all
def indicator(number: int) -> str:
    """One indicator: is it getting better, by how much, how sure are we, and who is counted?"""
    if number not in WORDS:
        abort(404)
    views = _over_rounds(load_published(db()), number)
    page = make_page(views) if views else None
    definition = next(each for each in DEFINITIONS if each.number == number)
    return render_template("public/indicator.html", page=page, words=WORDS[number], definition=definition)


def _over_rounds(published: list[tuple[Round, list[IndicatorView]]], number: int) -> list[IndicatorView]:
    """One indicator in every published round, the earliest first."""
    return [of_number(views, number) for _, views in reversed(published)]


@blueprint.get("/certificates")
@open_to_all
def check() -> str | Response:
    """Ask for a number; one that is known leads to its certificate."""
    typed = request.args.get("number", "").strip()
    certificate = _find(typed)
    if certificate is not None:
        return redirect(url_for("public.certificate", number=certificate.number))
    return render_template("public/check.html", typed=_echo(typed), error=_refusal(typed))


def _refusal(typed: str) -> str:
    """Why a number led nowhere; empty where none was sent."""
    if "number" not in request.args:
        return ""
    if not typed:
        return "Enter the number that is printed on the certificate"
    return "There is no certificate with this number. Check it against the certificate, digit by digit"


@blueprint.get("/certificates/<number>")
@open_to_all
def certificate(number: str) -> str | tuple[str, int]:
    """Whether a certificate is real and still stands, with what is printed on it."""
    found = _find(number)
    if found is None:
        return render_template("public/no_certificate.html", typed=_echo(number)), 404
    pledges = [PLEDGES[int(each)] for each in found.pledges if each.isdigit() and int(each) in PLEDGES]
    return render_template("public/certificate.html", certificate=found, pledges=pledges)


def _echo(typed: str) -> str:
    """What was typed, as it may stand on a page: not endless, and without control characters."""
    return "".join(each for each in typed if each.isprintable())[:100]


def _find(typed: str) -> Certificate | None:
    """The certificate with a number as people type it: in small letters, with spaces, or with other dashes."""
    bare = re.sub(r"[^0-9A-Za-z]", "", typed)
    if len(bare) != len("202607") + 6:
        return None
    return find_certificate(db(), f"{bare[:4]}-{bare[4:6]}-{bare[6:]}")


@blueprint.get("/how-figures-are-made")
@open_to_all
def method() -> str:
    """How a figure is made, in plain words."""
    return render_template("public/method.html", words=WORDS)


@blueprint.get("/accessibility")
@open_to_all
def accessibility() -> str:
    """What was done so that everyone can use the portal, and what was not tested."""
    return render_template("public/accessibility.html")


@blueprint.get("/privacy")
@open_to_all
def privacy() -> str:
    """What is kept about people, and the one cookie."""
    return render_template("public/privacy.html")


@blueprint.get("/logo")
@open_to_all
def logo() -> Response:
    """The partnership's own logo, where the settings name one."""
    path = Path(settings().logo).resolve()
    if not settings().logo or not path.is_file():
        abort(404)
    return send_file(path, max_age=3600)
