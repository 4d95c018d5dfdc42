"""What was published, for everyone: every revision of every round, and each of them to be read."""

from flask import Blueprint, abort, render_template

from anchor_portal.extensions import db
from anchor_portal.queries.published import read_frozen
from anchor_portal.queries.releases import Release, load_releases, load_revisions_of
from anchor_portal.web.access import open_to_all
from anchor_portal.web.team.release_sheets import address_of, make_sheets

blueprint = Blueprint("publications", __name__)


@blueprint.get("/publications")
@open_to_all
def index() -> str:
    """Every revision of every round: when, why, and where to read it."""
    releases = load_releases(db())
    rounds: dict[str, list[Release]] = {}
    for release in sorted(releases, key=lambda each: (each.round_code, each.revision), reverse=True):
        rounds.setdefault(release.round_code, []).append(release)
    return render_template("publications/index.html", rounds=rounds)


@blueprint.get("/publications/<round_code>/<int:revision>")
@open_to_all
def show(round_code: str, revision: int) -> str:
    """One revision: every figure, and what changed against the one before."""
    revisions = load_revisions_of(db(), round_code)
    release = next((each for each in revisions if each.revision == revision), None)
    if release is None:
        abort(404)
    before = next((each for each in revisions if each.revision == revision - 1), None)
    after = next((each for each in revisions if each.revision == revision + 1), None)
    views = read_frozen(release.outside)
    earlier = read_frozen(before.outside) if before else None
    sheets = make_sheets(views, earlier)
    return render_template(
        "publications/show.html",
        release=release,
        before=before,
        after=after,
        newest=revisions[0],
        sheets=sheets,
        changed=[sheet for sheet in sheets if sheet.changes],
        address_of=address_of,
    )
