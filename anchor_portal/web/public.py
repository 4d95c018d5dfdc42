"""The pages for everyone: how we are doing, whether a certificate stands, and how figures are made."""

import re
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.figures.definitions import DEFINITIONS, Definition
from anchor_portal.domain.findings.page_words import EVERY, by_pledge, definition_of, words_of
from anchor_portal.domain.findings.sentences import absence_in_words, up_to_last_shown
from anchor_portal.domain.open_data.rows import say_period
from anchor_portal.domain.rounds import Period
from anchor_portal.extensions import db, settings
from anchor_portal.queries.certificates import Known, find_known, wording_of
from anchor_portal.web.access import open_to_all
from anchor_portal.web.figures.indicator_pages import Card, make_card, make_page
from anchor_portal.web.figures.rounds import FigureRound, address_of, choices, citation_of, load_figure_rounds

blueprint = Blueprint("public", __name__)

THREE = tuple(definition.measure for definition in DEFINITIONS)


@blueprint.get("/")
@open_to_all
def home() -> str:
    """What the Anchor Framework is, how we are doing, and where to sign in."""
    rounds = load_figure_rounds(db(), THREE)
    if not rounds:
        return render_template("public/home.html", release=None, cards=[])
    shown = [rounds[each] for each in THREE if each in rounds]
    return render_template(
        "public/home.html",
        release=shown[0].release,
        newest=shown[0].views[-1],
        newest_words=words_of(shown[0].definition),
        cards=[_last_shown(each, f"spark-{number}") for number, each in enumerate(shown)],
    )


def _last_shown(found: FigureRound, ident: str) -> tuple[Card, str]:
    """The card of the last round whose figure is shown, and why the newest round's is not; empty where it is."""
    return make_card(up_to_last_shown(found.views), ident), absence_in_words(found.views[-1])


@blueprint.get("/indicators")
@open_to_all
def indicators() -> str:
    """How we are doing on every pledge: the three indicators and the nine other measures, with their last figures."""
    rounds = load_figure_rounds(db(), [definition.measure for definition in EVERY])
    release = next((shown.release for shown in rounds.values()), None)
    groups = [
        (pledge, [_listed(definition, rounds.get(definition.measure)) for definition in definitions])
        for pledge, definitions in by_pledge()
    ]
    return render_template("public/indicators.html", release=release, groups=groups)


def _listed(definition: Definition, shown: FigureRound | None) -> dict[str, Any]:
    """A figure in the list: what it is called, where its page is, and its card where anything is published."""
    ident = f"spark-{definition.measure.replace('.', '-')}"
    return {
        "definition": definition,
        "words": words_of(definition),
        "href": address_of(definition),
        "card": make_card(shown.views, ident) if shown else None,
    }


@blueprint.get("/indicators/<int:number>")
@blueprint.get("/indicators/<int:number>/<round_code>")
@open_to_all
def indicator(number: int, round_code: str = "") -> str | Response:
    """One indicator: is it getting better, by how much, how sure are we, and who is counted?"""
    definition = next((each for each in DEFINITIONS if each.number == number), None)
    return _figure_page(definition, round_code)


@blueprint.get("/measures/<key>")
@blueprint.get("/measures/<key>/<round_code>")
@open_to_all
def measure(key: str, round_code: str = "") -> str | Response:
    """One pledge measure, as an indicator is shown; the measure of an indicator leads there."""
    definition = definition_of(key)
    if definition is not None and definition.number:
        return redirect(address_of(definition, round_code))
    return _figure_page(definition, round_code)


def _figure_page(definition: Definition | None, round_code: str) -> str | Response:
    """The page of a figure in the newest round or in the one asked for; a round that is not published is not found."""
    if definition is None:
        abort(404)
    asked = request.args.get("round", round_code)
    shown = load_figure_rounds(db(), [definition.measure], asked).get(definition.measure)
    if asked and shown is None:
        abort(404)
    if asked != round_code:
        return redirect(address_of(definition, asked))
    if shown is None:
        return render_template("public/indicator.html", page=None, definition=definition, words=words_of(definition))
    return render_template(
        "public/indicator.html",
        page=make_page(shown.views),
        definition=shown.definition,
        words=words_of(shown.definition),
        shown=shown,
        choices=choices(shown),
        citation=citation_of(shown),
        period=say_period(shown.definition, Period(shown.release.period_from, shown.release.period_to)),
        newest_href=address_of(definition),
        number=definition.number,
    )


@blueprint.get("/certificates")
@open_to_all
def check() -> str | Response:
    """Ask for a number; one that is known leads to its certificate."""
    typed = request.args.get("number", "").strip()
    certificate = _find(typed)
    if certificate is not None:
        return redirect(url_for("public.certificate", number=certificate.certificate.number))
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
    """Whether a certificate is real and still stands, with all that is printed on it."""
    found = _find(number)
    if found is None:
        return render_template("public/no_certificate.html", typed=_echo(number)), 404
    return render_template(
        "public/certificate.html",
        known=found,
        certificate=found.certificate,
        state=found.stands.state,
        printed=wording_of(found.certificate),
        check_url=f"{settings().base_url}/certificates/{found.certificate.number}",
    )


def _echo(typed: str) -> str:
    """What was typed, as it may stand on a page: not endless, and without control characters."""
    return "".join(each for each in typed if each.isprintable())[:100]


def _find(typed: str) -> Known | None:
    """The certificate with a number as people type it: in small letters, with spaces, or with other dashes."""
    bare = re.sub(r"[^0-9A-Za-z]", "", typed).upper()
    if len(bare) != len("202607") + 6:
        return None
    return find_known(db(), f"{bare[:4]}-{bare[4:6]}-{bare[6:]}", today())


@blueprint.get("/how-figures-are-made")
@open_to_all
def method() -> str:
    """How a figure is made, in plain words."""
    return render_template("public/method.html", groups=by_pledge(), words_of=words_of, address_of=address_of)


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
