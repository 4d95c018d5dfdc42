"""The register of organisations, for the team: found by any name, added, changed, renamed, removed."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from anchor_portal.clock import today
from anchor_portal.domain.people import Role
from anchor_portal.domain.register.duplicates import LIKENESS_WORDS, Alike, NameIndex, begins_like
from anchor_portal.domain.register.holdings import HOLDINGS, last_day, standing_on
from anchor_portal.domain.register.identifiers import SCHEMES
from anchor_portal.domain.register.relations import RelationRefused, say_rests
from anchor_portal.domain.sectors import SECTOR_OF_ONE, SEVERAL_PLACES
from anchor_portal.extensions import db, reference, viewer
from anchor_portal.models import Organisation
from anchor_portal.outputs.tables import write_lines
from anchor_portal.queries import register as stored
from anchor_portal.queries.register import BELONGS_WORDS, Belongs, Profile, RegisterFilter
from anchor_portal.services.certificates.issuing import CertificateRefused, is_signatory, issue_signatory_certificate
from anchor_portal.services.register import organisations
from anchor_portal.services.register.organisations import ChangedMeanwhile, Details, RegisterRefused
from anchor_portal.web.access import open_to
from anchor_portal.web.forms.boxes import printable
from anchor_portal.web.forms.register import SCALE_WORDS, AddForm, DetailsForm
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("register", __name__)
REGISTER = "/team/register"
ONE = f"{REGISTER}/<slug>"
MOST_ALIKE = 6
FIRST_CODES = ("ods", "gss", "companies-house", "charity-commission")
"""Schemes whose boxes are open on the form; the others unfold."""


@blueprint.get(REGISTER)
@open_to(Role.TEAM)
def index() -> str:
    """The organisations of the register, by name."""
    wanted = wanted_from_address()
    page = stored.load_page(db(), wanted, request.args.get("page", 1, type=int), today())
    return render_template(
        "register/index.html",
        wanted=wanted,
        page=page,
        counts=stored.count_register(db(), today()),
        selects=_selects(wanted),
        address=_address_of_page(wanted),
        **holding_words(),
    )


def holding_words() -> dict[str, object]:
    """What templates need to say of holdings."""
    return {
        "HOLDINGS": HOLDINGS,
        "SCHEMES": SCHEMES,
        "today": today(),
        "last_day": last_day,
        "standing_on": standing_on,
        "places": {each.code: each.label for each in reference().places},
    }


def wanted_from_address() -> RegisterFilter:
    """The filter that the address names; what nobody knows is no filter."""
    taken = {
        name: printable(request.args.get(name, "")).strip()[:100] for name in ("q", "sector", "place", "of", "holds")
    }
    places = {each.code for each in reference().places} | {SEVERAL_PLACES}
    return RegisterFilter(
        words=taken["q"],
        sector=taken["sector"] if taken["sector"] in SECTOR_OF_ONE else "",
        place=taken["place"] if taken["place"] in places else "",
        belongs=Belongs(taken["of"]) if taken["of"] in set(Belongs) else Belongs.ALL,
        holds=taken["holds"] if taken["holds"] in HOLDINGS else "",
    )


def _selects(wanted: RegisterFilter) -> Sequence[tuple[str, str, dict[str, str], str]]:
    places = {each.code: each.label for each in reference().places} | {SEVERAL_PLACES: "No one main place"}
    return (
        ("of", "Which", {str(code): words for code, words in BELONGS_WORDS.items()}, wanted.belongs),
        ("sector", "Sector", SECTOR_OF_ONE, wanted.sector),
        ("place", "Main place", places, wanted.place),
        ("holds", "Holds", {code: words.title for code, words in HOLDINGS.items()}, wanted.holds),
    )


def _address_of_page(wanted: RegisterFilter) -> dict[str, str]:
    given = {
        "q": wanted.words,
        "sector": wanted.sector,
        "place": wanted.place,
        "of": str(wanted.belongs),
        "holds": wanted.holds,
    }
    return {name: text for name, text in given.items() if text}


@blueprint.get(f"{REGISTER}/export.csv")
@open_to(Role.TEAM)
def export() -> Response:
    """The organisations that are listed, as a file that can be read in again."""
    rows = stored.load_everyone(db(), wanted_from_address(), today())
    keep_entry(viewer().email, "exported", "register", f"{len(rows)} organisations, CSV")
    places = {each.code: each.label for each in reference().places}
    lines: list[Sequence[str]] = []
    fields = ("Name", "Short name", "Sector", "Main place", "Works in", "Headcount", "Signatory from", "Signatory to")
    for row in rows:
        codes = {each.scheme: each.code for each in row.identifiers}
        works_in = "; ".join(sorted(places.get(each.gss_code, each.gss_code) for each in row.places))
        days = [day.isoformat() if day and row.is_signatory else "" for day in (row.joined_on, row.left_on)]
        main_place, headcount = places.get(row.main_place_code or "", ""), str(row.headcount or "")
        cells = [row.name, row.printed_name, row.sector, main_place, works_in, headcount, *days]
        cells += [codes.get(scheme, "") for scheme in SCHEMES]
        lines.append([*cells, row.note])
    return as_csv([*fields, *SCHEMES, "Note"], lines, "anchor-register.csv")


def as_csv(header: Sequence[str], lines: Sequence[Sequence[str]], name: str) -> Response:
    """A CSV file with the mark by which spreadsheets know its encoding."""
    response = Response("\ufeff" + "".join(write_lines(header, lines)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get(f"{REGISTER}/alike")
@open_to(Role.TEAM)
def alike() -> str:
    """A piece of a page: organisations that the name being typed may be of."""
    typed = printable(request.args.get("name", "")).strip()[:300]
    return render_template("register/_alike.html", found=_find_alike(typed), words=LIKENESS_WORDS, typed=typed)


def _find_alike(*typed: str) -> list[tuple[Alike | None, str, str]]:
    """How alike (None for "begins like it"), slug and name of organisations that a name may be of, the surest first."""
    names = stored.load_names(db())
    slugs = {ident: slug for ident, slug, _ in names}
    titles: dict[int, str] = {}
    for ident, _, name in names:
        titles.setdefault(ident, name)
    index = NameIndex((ident, name) for ident, _, name in names)
    sure = {each.organisation_id: each for text in typed if text for each in index.find(text)}
    found: list[tuple[Alike | None, str, str]] = [
        (each, slugs[ident], titles[ident]) for ident, each in sorted(sure.items(), key=lambda item: -item[1].likeness)
    ]
    if typed and len(typed[0]) >= 3:
        begun = dict.fromkeys(ident for ident, _, name in names if ident not in sure and begins_like(typed[0], name))
        found += [(None, slugs[ident], titles[ident]) for ident in begun]
    return found[:MOST_ALIKE]


@blueprint.route(f"{REGISTER}/add", methods=["GET", "POST"])
@open_to(Role.TEAM)
def add() -> str | Answer | tuple[str, int]:
    """Add an organisation; one whose name is alike is shown first."""
    form = AddForm(reference().places, find_organisation)
    if request.method == "GET":
        return _add_page(form)
    if not form.validate():
        return _add_page(form), 422
    near = [each for each in _find_alike(form.name.data or "", form.printed_name.data or "") if each[0]]
    if near and request.form.get("is_another") != "yes":
        return _add_page(form, near), 422
    try:
        made = organisations.add_organisation(
            db(), form.name.data or "", form.printed_name.data or "", form.details, viewer().email
        )
    except RegisterRefused as refusal:
        return _add_page(form, refused=str(refusal)), 422
    certify(made)
    flash(f"{made.name} is in the register.", "success")
    return redirect(url_for("register.show", slug=made.slug))


def certify(organisation: Organisation) -> None:
    """Issue the certificate of a signatory, on joining; where that cannot be drawn, say so and keep the rest."""
    if is_signatory(organisation, today()):
        try:
            issue_signatory_certificate(db(), organisation, viewer().email)
        except CertificateRefused as refusal:
            flash(f"No certificate was issued: {refusal}.")


def find_organisation(typed: str) -> Organisation | None:
    """The organisation that somebody means by a name or a code."""
    return stored.find_by_slug_or_name(db(), typed)


def _add_page(form: AddForm, near: Sequence[tuple[Alike | None, str, str]] = (), refused: str = "") -> str:
    return render_template(
        "register/add.html",
        form=form,
        near=near,
        refused=refused,
        words=LIKENESS_WORDS,
        choices=stored.load_choices(db()),
        SCHEMES=SCHEMES,
        first_codes=FIRST_CODES,
    )


def profile_or_404(slug: str) -> Profile:
    """The organisation with an address."""
    profile = stored.find_profile(db(), slug)
    if profile is None:
        abort(404)
    return profile


@blueprint.get(ONE)
@open_to(Role.TEAM)
def show(slug: str) -> str:
    """Everything that the register says of an organisation."""
    return render_template("register/show.html", profile=profile_or_404(slug), scales=SCALE_WORDS, **holding_words())


@blueprint.route(f"{ONE}/change", methods=["GET", "POST"])
@open_to(Role.TEAM)
def change(slug: str) -> str | Answer | tuple[str, int]:
    """Change its details. Where somebody else did meanwhile, what is there now is shown and nothing is stored."""
    profile = profile_or_404(slug)
    form = DetailsForm(reference().places, find_organisation)
    if request.method == "GET":
        related = {how: next((each.name for each in profile.related[how]), "") for how in ("hosted_by", "member_of")}
        form.offer(Details.of(profile.organisation), **related)
        return _change_page(form, profile)
    if not form.validate():
        return _change_page(form, profile), 422
    was_signatory = is_signatory(profile.organisation, today())
    try:
        organisations.hold_ties(db(), {profile.organisation.id}, form.details)
        held = organisations.get_to_change(db(), profile.organisation.id, seen_version())
        is_changed = organisations.change_details(db(), held, form.details, viewer().email)
    except ChangedMeanwhile:
        return _change_page(form, profile_or_404(slug), is_stale=True), 409
    except (RegisterRefused, RelationRefused) as refusal:
        return _change_page(form, profile, refused=str(refusal)), 422
    if not was_signatory:
        certify(held)
    flash(f"{held.name} is saved." if is_changed else "Nothing was changed.", "success" if is_changed else "message")
    return redirect(url_for("register.show", slug=slug))


def seen_version() -> int:
    """The version that the page showed; -1 where it says none."""
    text = request.form.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _change_page(form: DetailsForm, profile: Profile, *, is_stale: bool = False, refused: str = "") -> str:
    seen = request.form.get("seen", "") if form.errors or form.code_faults or refused else profile.organisation.version
    return render_template(
        "register/change.html",
        form=form,
        profile=profile,
        is_stale=is_stale,
        refused=refused,
        seen=seen,
        scales=SCALE_WORDS,
        first_codes=FIRST_CODES,
        choices=stored.load_choices(db()),
        **holding_words(),
    )


@blueprint.route(f"{ONE}/remove", methods=["GET", "POST"])
@open_to(Role.TEAM)
def remove(slug: str) -> str | Answer | tuple[str, int]:
    """Ask whether an organisation was entered by mistake, and remove it where nothing rests on it."""
    organisation = profile_or_404(slug).organisation
    rests = say_rests(organisations.count_rests(db(), organisation.id))
    if request.method == "GET":
        return render_template("register/remove.html", organisation=organisation, rests=rests)
    try:
        held = organisations.get_to_change(db(), organisation.id)
        organisations.remove_organisation(db(), held, viewer().email)
    except (RegisterRefused, ChangedMeanwhile) as refusal:
        flash(f"{refusal}." if str(refusal) else "It was removed already.")
        return redirect(url_for("register.show", slug=slug) if str(refusal) else url_for("register.index"))
    flash(f"{organisation.name} is out of the register.", "success")
    return redirect(url_for("register.index"))
