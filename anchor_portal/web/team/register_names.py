"""The names of an organisation over time, for the team: a new name, other names, and what it became part of."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.answers.text import clean_line
from anchor_portal.domain.people import Role
from anchor_portal.domain.register.names import LONGEST_NAME, plain
from anchor_portal.domain.register.relations import RelationRefused
from anchor_portal.extensions import db, viewer
from anchor_portal.models import Alias, Organisation, OrganisationName
from anchor_portal.queries import register as stored
from anchor_portal.queries.register import Profile
from anchor_portal.queries.register_imports import LARGEST_ID
from anchor_portal.services.certificates.issuing import is_signatory
from anchor_portal.services.register import merging, names, organisations
from anchor_portal.services.register.organisations import ChangedMeanwhile, Details, RegisterRefused
from anchor_portal.web.access import open_to
from anchor_portal.web.forms.boxes import printable
from anchor_portal.web.forms.register import MergingForm, RenameForm
from anchor_portal.web.team.register import ONE, certify, find_organisation, profile_or_404, seen_version

blueprint = Blueprint("register_names", __name__)
AnyResponse = str | Response | tuple[str, int]


def _back(slug: str, place: str = "names") -> Response:
    return redirect(url_for("register.show", slug=slug) + f"#{place}")


@blueprint.route(f"{ONE}/rename", methods=["GET", "POST"])
@open_to(Role.TEAM)
def rename(slug: str) -> AnyResponse:
    """Give it another name; the address and everything that rests on it stay."""
    profile = profile_or_404(slug)
    form = RenameForm()
    if request.method == "GET":
        form.name.data, form.printed_name.data = profile.organisation.name, profile.organisation.printed_name
        return _rename_page(form, profile)
    if not form.validate():
        return _rename_page(form, profile), 422
    try:
        held = organisations.get_to_change(db(), profile.organisation.id, seen_version())
        since = form.since.data if form.why.data == "new" else None
        is_changed = organisations.rename(
            db(), held, form.name.data or "", form.printed_name.data or "", since, viewer().email
        )
    except ChangedMeanwhile:
        return _rename_page(form, profile_or_404(slug), is_stale=True), 409
    except RegisterRefused as refusal:
        form.since.refuse(str(refusal))
        return _rename_page(form, profile), 422
    flash(f"It is called {held.name} now." if is_changed else "It has that name already. Nothing was changed.")
    return _back(slug)


def _rename_page(form: RenameForm, profile: Profile, *, is_stale: bool = False) -> str:
    seen = request.form.get("seen", "") if form.errors else profile.organisation.version
    return render_template("register/rename.html", form=form, profile=profile, is_stale=is_stale, seen=seen)


@blueprint.route(f"{ONE}/names", methods=["GET", "POST"])
@open_to(Role.TEAM)
def add_alias(slug: str) -> AnyResponse:
    """Know it by another name too."""
    profile = profile_or_404(slug)
    if request.method == "GET":
        return render_template("register/alias.html", profile=profile, typed="", error="")
    typed = clean_line(printable(request.form.get("name", "")))
    error = _check_alias(typed)
    if not error:
        try:
            held = organisations.get_to_change(db(), profile.organisation.id)
            added = names.add_alias(db(), held, typed, viewer().email)
            flash(f"“{typed}” finds it now." if added else f"It is known as “{typed}” already. Nothing was changed.")
            return _back(slug)
        except RegisterRefused as refusal:
            error = str(refusal)
        except ChangedMeanwhile:
            abort(404)
    return render_template("register/alias.html", profile=profile, typed=typed, error=error), 422


def _check_alias(typed: str) -> str:
    if not typed or not plain(typed):
        return "A name needs letters or digits" if typed else "Enter the other name"
    return f"A name has at most {LONGEST_NAME} characters" if len(typed) > LONGEST_NAME else ""


@blueprint.post(f"{ONE}/names/<any(alias,former):which>/<int:ident>/remove")
@open_to(Role.TEAM)
def remove_name(slug: str, which: str, ident: int) -> Response:
    """Forget another name, or a former one that was noted by mistake."""
    profile = profile_or_404(slug)
    try:
        held = organisations.get_to_change(db(), profile.organisation.id)
    except ChangedMeanwhile:
        abort(404)
    found = _find_name(which, ident)
    if found is None or found.organisation_id != held.id:
        flash("That name was removed already. Nothing was changed.")
        return _back(slug)
    if isinstance(found, Alias):
        names.remove_alias(db(), held, found, viewer().email)
    else:
        names.remove_former_name(db(), held, found, viewer().email)
    flash(f"“{found.name}” is removed.", "success")
    return _back(slug)


def _find_name(which: str, ident: int) -> Alias | OrganisationName | None:
    if ident > LARGEST_ID:
        return None
    return db().get(Alias, ident) if which == "alias" else db().get(OrganisationName, ident)


@blueprint.route(f"{ONE}/merge", methods=["GET", "POST"])
@open_to(Role.TEAM)
def merge(slug: str) -> AnyResponse:
    """Record that it became part of another organisation, or that it was entered twice."""
    profile = profile_or_404(slug)
    form = MergingForm(find_organisation)
    if request.method == "GET":
        form.other.data = printable(request.args.get("other", ""))[:300]
        return _merge_page(form, profile)
    if not form.validate() or form.found is None:
        return _merge_page(form, profile), 422
    try:
        mine, other = _hold_both(profile.organisation, form.found, form.how.data == "twice")
        name = mine.name
        if form.how.data == "twice":
            was_signatory = is_signatory(other, today())
            merging.join_duplicates(db(), mine, other, viewer().email)
            if not was_signatory:
                certify(other)
            flash(f"{name} and {other.name} are one entry now.", "success")
            return redirect(url_for("register.show", slug=other.slug))
        if form.on.data is None:
            abort(400)
        merging.merge(db(), mine, other, form.on.data, viewer().email)
    except ChangedMeanwhile:
        return _merge_page(form, profile_or_404(slug), is_stale=True), 409
    except (RegisterRefused, RelationRefused) as refusal:
        form.other.errors = [str(refusal)]
        return _merge_page(form, profile), 422
    flash(f"{name} is recorded as part of {other.name}.", "success")
    return _back(slug, "relations")


def _hold_both(mine: Organisation, other: Organisation, is_twice: bool) -> tuple[Organisation, Organisation]:
    """Both, held until the commit, and whom it concerns before them. Raises ChangedMeanwhile.

    In the order of their identifiers, so that two people who merge the other way round do not wait for each other, and
    with what belongs together with the two by mergers: interests are declared in that, too.
    """
    merging.hold_concerned(db(), mine.id, other.id)
    together = merging.load_merged(db(), mine.id, other.id)
    if is_twice:
        organisations.hold_ties(db(), together, Details.of(mine))
    held: dict[int, Organisation] = {}
    for each in sorted(together):
        if each in {mine.id, other.id}:
            held[each] = organisations.get_to_change(db(), each)
        else:
            merging.hold_there(db(), each)
    if held[mine.id].version != seen_version():
        raise ChangedMeanwhile
    return held[mine.id], held[other.id]


def _merge_page(form: MergingForm, profile: Profile, *, is_stale: bool = False) -> str:
    seen = request.form.get("seen", "") if form.errors else profile.organisation.version
    choices = stored.load_choices(db())
    return render_template(
        "register/merge.html", form=form, profile=profile, is_stale=is_stale, seen=seen, choices=choices
    )


@blueprint.post(f"{ONE}/merge/undo")
@open_to(Role.TEAM)
def undo_merge(slug: str) -> Response:
    """Take back that it became part of another, as the page showed it."""
    organisation = profile_or_404(slug).organisation
    try:
        held = organisations.get_to_change(db(), organisation.id, seen_version())
        is_undone = merging.undo_merge(db(), held, viewer().email)
    except ChangedMeanwhile:
        flash(f"Somebody else changed {organisation.name} meanwhile. Nothing was changed: look at what stands now.")
        return _back(slug, "relations")
    if is_undone:
        flash(f"{organisation.name} stands by itself again.", "success")
    else:
        flash("It is not recorded as part of another organisation. Nothing was changed.")
    return _back(slug, "relations")
