"""Long work: how far it is, stopping it, its result; a page that may be closed and found again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, g, jsonify, redirect, render_template, request, url_for
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain import long_work
from anchor_portal.domain.people import Role
from anchor_portal.extensions import db, settings, viewer
from anchor_portal.logs import logger
from anchor_portal.models import Job, JobState
from anchor_portal.models.base import now
from anchor_portal.models.jobs import UNFINISHED
from anchor_portal.queries.jobs import PAGE, Standing, find_job, find_standing, is_anybody_working, load_jobs
from anchor_portal.services.audit import record
from anchor_portal.services.certificates import handed_out
from anchor_portal.services.evidence.store import Content, ContentMissing, StoreUnreachable, open_store
from anchor_portal.services.jobs.board import ask, stop
from anchor_portal.services.jobs.kinds import CHORES, READERS
from anchor_portal.services.meetings.pack import leaves_out_enough, withheld_from
from anchor_portal.web.access import open_to
from anchor_portal.web.filters import say_moment
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("jobs", __name__)
ASKERS = (Role.MEMBER, Role.TEAM)
PIECE = 256 * 1024
TAGS = {
    JobState.WAITING: ("Waiting", "nhsuk-tag--grey"),
    JobState.RUNNING: ("Being done", "nhsuk-tag--blue"),
    JobState.DONE: ("Done", "nhsuk-tag--green"),
    JobState.FAILED: ("Failed", "nhsuk-tag--red"),
    JobState.CANCELLED: ("Stopped", "nhsuk-tag--grey"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A job as a page shows it."""

    job: Job
    still_holds: bool = True
    """Whether what the result says holds by now, where the page asked that."""

    @property
    def tag(self) -> tuple[str, str]:
        """Where it stands, in words and as a class."""
        return TAGS[JobState(self.job.state)]

    @property
    def progress(self) -> str:
        """How far it is."""
        return long_work.say_progress(self.job.done, self.job.total, self.job.unit)

    @property
    def is_unfinished(self) -> bool:
        """Whether something may still come of it."""
        return self.job.state in UNFINISHED

    @property
    def is_silent(self) -> bool:
        """Whether who did it is taken for dead."""
        return self.job.state == JobState.RUNNING and long_work.is_silent(self.job.beat_at, now())

    @property
    def size(self) -> str:
        """How large the result is."""
        return long_work.say_size(self.job.result_bytes)

    @property
    def is_withheld(self) -> bool:
        """Whether it was made for somebody else, and may hold what this person sees nothing of."""
        job, person = self.job, viewer()
        return job.kind in READERS and job.user_id != person.user_id and bool(withheld_from(person))

    @property
    def is_let_go(self) -> bool:
        """Whether it is not handed out any more: something in it no longer holds, or is withheld from them since."""
        job, person = self.job, viewer()
        is_own = job.kind in READERS and job.user_id == person.user_id
        return not job.result_key or not self.still_holds or (is_own and not leaves_out_enough(job.memory, person))

    @property
    def kept_until(self) -> datetime | None:
        """How long the result can be fetched; None where there is none for this person."""
        job = self.job
        if self.is_withheld or self.is_let_go or not job.ended_at:
            return None
        return long_work.kept_until(job.ended_at)


@blueprint.get("/jobs")
@open_to(*ASKERS)
def index() -> str:
    """The jobs that the person may see, the newest first."""
    is_chores = request.args.get("which") == "chores" and Role.TEAM in viewer().roles
    typed = request.args.get("before", "")
    before = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 11 else 0
    jobs = load_jobs(db(), viewer(), READERS, tuple(CHORES), before=before, is_chores=is_chores)
    return render_template(
        "jobs/index.html",
        lines=[Line(job) for job in jobs[:PAGE]],
        older=jobs[PAGE - 1].id if len(jobs) > PAGE else None,
        is_chores=is_chores,
        is_first=not before,
        is_working=is_anybody_working(db(), now()),
    )


@blueprint.get("/jobs/<int:job_id>")
@open_to(*ASKERS)
def show(job_id: int) -> str:
    """How far a job is, or what came of it."""
    standing = _standing_or_404(job_id)
    line = Line(standing.job, _still_holds(standing.job))
    return render_template("jobs/show.html", line=line, says=_says(standing), facts=_facts(standing.job))


@blueprint.get("/jobs/<int:job_id>/progress")
@open_to(*ASKERS)
def progress(job_id: int) -> FlaskResponse:
    """How far it is, for the script on the page."""
    standing = _standing_or_404(job_id)
    job = standing.job
    return jsonify(state=job.state, done=job.done, total=job.total, words=Line(job).progress, says=_says(standing))


@blueprint.post("/jobs/<int:job_id>/stop")
@open_to(*ASKERS)
def cancel(job_id: int) -> Response:
    """Stop it."""
    job = _job_or_404(job_id)
    if not stop(db(), job):
        flash("It had ended already. Nothing was changed.")
    else:
        record(db(), viewer().email, "long work stopped", job.title)
        flash("It is being stopped." if job.state == JobState.RUNNING else "It was stopped.", "success")
    return redirect(url_for("jobs.show", job_id=job_id))


@blueprint.post("/jobs/<int:job_id>/again")
@open_to(*ASKERS)
def again(job_id: int) -> Response:
    """Ask once more for work that failed or was stopped."""
    job = _job_or_404(job_id)
    if job.state not in {JobState.FAILED, JobState.CANCELLED}:
        flash("Only work that failed or was stopped can be asked for again. Nothing was changed.")
        return redirect(url_for("jobs.show", job_id=job_id))
    is_personal = job.kind in READERS  # it stays theirs whoever presses, so that they see it
    who = (job.asked_by, job.user_id) if is_personal else (viewer().email, viewer().user_id)
    asked = ask(db(), job.kind, job.title, job.arguments, *who)
    return redirect(url_for("jobs.show", job_id=asked.id))


@blueprint.get("/jobs/<int:job_id>/result")
@open_to(*ASKERS)
def result(job_id: int) -> Response | tuple[str, int]:
    """The file that came of it; the page of the job says why, where the file says what no longer holds."""
    job = _job_or_404(job_id)
    if not _still_holds(job):
        return redirect(url_for("jobs.show", job_id=job_id))
    line = Line(job)
    if job.state != JobState.DONE or line.is_withheld or line.is_let_go:
        abort(404)
    try:
        content = open_store(settings().results).open(job.result_key)
    except (ContentMissing, StoreUnreachable):
        logger.exception("a result could not be read", extra={"facts": {"request": g.get("request_id", "")}})
        return _say_unreachable()
    keep_entry(viewer().email, "exported", job.result_name, job.title)
    headers = {"Content-Length": str(job.result_bytes)}
    answer = FlaskResponse(_pieces(content), content_type=job.result_type, headers=headers)
    answer.headers.set("Content-Disposition", "attachment", filename=job.result_name)
    return answer


def _still_holds(job: Job) -> bool:
    is_file = job.kind == handed_out.KIND and bool(job.result_key)
    return not is_file or handed_out.still_stand(db(), job.arguments, job.memory, today())


def _pieces(content: Content) -> Iterator[bytes]:
    try:
        while piece := content.read(PIECE):
            yield piece
    finally:
        content.close()


def _say_unreachable() -> tuple[str, int]:
    words = (
        "The place where results are kept does not answer, or the file is no longer there. Try again in a few minutes."
    )
    page: Any = render_template(
        "errors/error.html",
        title="This file cannot be fetched just now",
        advice=words,
        request_id=g.get("request_id", ""),
    )
    return page, 503


def _job_or_404(job_id: int) -> Job:
    job = find_job(db(), viewer(), job_id, READERS)
    if job is None:
        abort(404)
    return job


def _standing_or_404(job_id: int) -> Standing:
    standing = find_standing(db(), viewer(), job_id, READERS, now())
    if standing is None:
        abort(404)
    return standing


def _facts(job: Job) -> list[dict[str, Any]]:
    """Who asked, and what happened when."""
    facts = {"Asked for": f"{say_moment(job.asked_at)} by {job.asked_by}"}
    if job.attempts > 1:
        facts["Attempts"] = f"{job.attempts}: what did it broke off, and another went on"
    if job.ended_at:
        facts["Ended"] = say_moment(job.ended_at)
    return [{"key": {"text": name}, "value": {"text": text}} for name, text in facts.items()]


def _says(standing: Standing) -> str:
    """What is going on, in a sentence."""
    job = standing.job
    if job.state not in UNFINISHED:
        return job.outcome
    if not standing.is_anybody_working:
        return "Nothing is being done at present: no worker is running. It goes on by itself once one is started."
    if job.state == JobState.WAITING:
        return f"Nobody has begun it yet. {long_work.say_position(standing.before)}."
    if job.is_stopping:
        return "It is being stopped."
    if Line(job).is_silent:
        return "What did it has fallen silent. Another worker takes it over within a minute and goes on where it was."
    return "It is being done now."
