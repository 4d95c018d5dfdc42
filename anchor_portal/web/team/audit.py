"""The audit: who did what, when, from where; filtered, exported, checked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask import Response as FlaskResponse
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from anchor_portal.domain.answers.numbers import Unreadable, read_date
from anchor_portal.domain.answers.text import clean_line
from anchor_portal.domain.audit_chain import Entry, digest_of, read_mark
from anchor_portal.domain.people import Role
from anchor_portal.extensions import database, db, viewer
from anchor_portal.outputs.audit_table import write_audit
from anchor_portal.queries.audit import PAGE, Wanted, find_head, load_actions, load_page, read_entries
from anchor_portal.queries.storable import is_storable
from anchor_portal.services.audit import record
from anchor_portal.services.jobs.board import ask
from anchor_portal.web.access import open_to
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("audit", __name__)
FIELDS = ("who", "action", "about", "since", "until")
LONGEST = 200


@dataclass
class Asked:
    """What was typed into the filter, read, and what cannot be read."""

    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def read(self) -> Wanted:
        """Which entries are wanted; days that cannot be read leave a sentence in `errors`."""
        since, until = self._day("since", "The first day"), self._day("until", "The last day")
        if since and until and since > until:
            self.errors["until"] = "The last day must not be before the first day"
        words = {name: self.typed[name] for name in ("who", "action", "about")}
        return Wanted(**words, since=since, until=until)

    def _day(self, name: str, what: str) -> date | None:
        try:
            return read_date(self.typed[name], what=what) if self.typed[name] else None
        except Unreadable as error:
            self.errors[name] = str(error)
            return None

    @property
    def chosen(self) -> dict[str, str]:
        """What was typed, for an address."""
        return {name: text for name, text in self.typed.items() if text}


def _read_filter() -> Asked:
    typed = {name: request.args.get(name, "") for name in FIELDS}
    return Asked({name: clean_line(text[:LONGEST]) if is_storable(text) else "" for name, text in typed.items()})


@blueprint.get("/team/audit")
@open_to(Role.TEAM)
def show() -> str | tuple[str, int]:
    """A page of the audit, the newest first."""
    asked = _read_filter()
    wanted = asked.read()
    return _page(asked, [] if asked.errors else load_page(db(), wanted, _before())), 422 if asked.errors else 200


def _before() -> int:
    typed = request.args.get("before", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _page(asked: Asked, found: list[Entry], mark: str = "", mark_error: str = "") -> str:
    entries = found[:PAGE]
    return render_template(
        "audit/show.html",
        asked=asked,
        entries=entries,
        older=entries[-1].position if len(found) > PAGE else None,
        changed={entry.position for entry in entries if digest_of(entry) != entry.digest},
        actions=load_actions(db()),
        head=find_head(db()),
        is_first=not _before(),
        mark=mark,
        mark_error=mark_error,
    )


@blueprint.get("/team/audit.csv")
@open_to(Role.TEAM)
def export() -> FlaskResponse | tuple[str, int]:
    """The entries chosen, as CSV, written as they are read; the export itself is in it."""
    asked = _read_filter()
    wanted = asked.read()
    if asked.errors:
        return _page(asked, []), 422
    keep_entry(viewer().email, "exported", "anchor-audit.csv", ", ".join(f"{k}: {v}" for k, v in asked.chosen.items()))
    headers = {"Content-Disposition": 'attachment; filename="anchor-audit.csv"'}
    return FlaskResponse(_lines(wanted), content_type="text/csv; charset=utf-8", headers=headers)


def _lines(wanted: Wanted) -> Iterator[str]:
    """Read in a session of its own: the request's is over when the answer is sent."""
    opened = database()

    def lines() -> Iterator[str]:
        with Session(opened.reader) as session:
            yield from write_audit(read_entries(session, wanted))

    return lines()


@blueprint.post("/team/audit/check")
@open_to(Role.TEAM)
def check() -> Response | tuple[str, int]:
    """Follow the whole chain, and compare it with a mark that somebody noted."""
    mark = clean_line(request.form.get("mark", "")[:LONGEST])
    try:
        arguments = {"mark": str(read_mark(mark))} if mark else {}
    except ValueError as error:
        return _page(Asked(dict.fromkeys(FIELDS, "")), load_page(db(), Wanted()), mark, f"{error}"), 422
    record(db(), viewer().email, "audit checked", mark or "without a mark")
    job = ask(db(), "audit_check", "Check of the audit", arguments, viewer().email, viewer().user_id)
    return redirect(url_for("jobs.show", job_id=job.id))
