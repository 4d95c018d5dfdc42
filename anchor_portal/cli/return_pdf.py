"""One return as PDF: as it was signed last, an earlier revision, or its draft."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from anchor_portal.cli.base import COUNTING, Refused, get_organisation, get_round, reading, write_file
from anchor_portal.clock import today
from anchor_portal.config import read_settings
from anchor_portal.models import QuestionnaireVersion, Submission
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.reference import load_reference
from anchor_portal.queries.returns import Found, find_submission, load_answers, load_steps
from anchor_portal.queries.rounds import find_own_return
from anchor_portal.services.documents import return_pdf, say_revision


@click.command("pdf")
@click.argument("slug")
@click.option("--round", "code", required=True, help="The round.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The PDF to write.")
@click.option("--revision", type=COUNTING, help="An earlier signed revision; without it, the latest.")
def pdf(slug: str, code: str, out: Path, revision: int | None) -> None:
    """Write the return of organisation SLUG for a round: as it was signed last, else its draft."""
    if out.suffix.lower() != ".pdf":
        raise Refused(f"{out} does not end in .pdf")
    with reading() as session:
        found = _find(session, code, slug)
        row = found.get_row()
        number = revision or row.revision
        submission = find_submission(session, row.id, number)
        if revision and submission is None:
            raise Refused(_no_such(slug, code, row.revision))
        content = _draw(session, found, submission)
    write_file(out, content)
    which = f"Revision {number}" if submission else "The draft"
    click.echo(f"{which} of the return of {slug} for {code} is written to {out}.")


def _find(session: Session, code: str, slug: str) -> Found:
    round_, organisation = get_round(session, code), get_organisation(session, slug)
    row = find_own_return(session, round_, organisation)
    if row is None:
        raise Refused(f"{slug} has not started its return for round {code}")
    version = session.get_one(QuestionnaireVersion, round_.questionnaire_id)
    questionnaire = get_questionnaire(session, version.id, version.digest)
    asking = load_reference(session).asking(organisation, round_, today())
    return Found.of(round_, organisation, row, questionnaire, asking)


def _draw(session: Session, found: Found, submission: Submission | None) -> bytes:
    row, reference = found.get_row(), load_reference(session)
    draft = {} if submission else load_answers(session, row.id)
    status = say_revision(found, submission, load_steps(session, row.id)) if submission else ""
    read = found.as_signed(submission, lambda: reference)
    return return_pdf(read, submission, draft, read_settings(), is_demo=reference.is_demo, status=status)


def _no_such(slug: str, code: str, latest: int) -> str:
    if not latest:
        return f"the return of {slug} for round {code} was never signed: leave --revision out for its draft"
    return f"the return of {slug} for round {code} has no such revision: the latest is {latest}"
