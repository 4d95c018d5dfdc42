"""A round in each format: CSV and JSON in pieces as they are read, the workbook into a file, the summary as a whole."""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.models import Round
from anchor_portal.outputs.exports.round_json import write_round_json
from anchor_portal.outputs.exports.summary_pdf import Listed, SummaryContent, draw_summary
from anchor_portal.outputs.exports.tidy_csv import write_returns
from anchor_portal.outputs.workbook.sheets import write_round_workbook
from anchor_portal.queries.chasing import Signature, load_signatures
from anchor_portal.queries.reference import load_reference
from anchor_portal.queries.round_returns import count_outcomes
from anchor_portal.queries.rounds import count_statuses, load_standings, status_of
from anchor_portal.services.exports.reading import Told, open_round, read_history, read_questionnaire
from anchor_portal.services.returns.interchange import export_returns

PIECE = 64 * 1024
"""Characters that are handed on together: a line at a time would cost more than it brings."""
MOST_LISTED = 200
"""Organisations that the summary on paper names."""


class Format(StrEnum):
    """How a round is exported, by the ending of the file's name."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    PDF = "pdf"
    ZIP = "zip"


NAMES = {
    Format.XLSX: "anchor-round-{code}.xlsx",
    Format.CSV: "anchor-round-{code}-answers.csv",
    Format.JSON: "anchor-round-{code}.json",
    Format.PDF: "anchor-round-{code}-summary.pdf",
    Format.ZIP: "anchor-round-{code}-everything.zip",
}
MEDIA_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON: "application/json",
    Format.PDF: "application/pdf",
    Format.ZIP: "application/zip",
}


def name_of(code: str, kind: Format) -> str:
    """The name under which a round's file is downloaded."""
    return NAMES[kind].format(code=code)


def csv_pieces(session: Session, round_: Round, today: date) -> Iterator[str]:
    """Every answer, tidy: the header at once, then as it is read."""
    return join_lines(write_returns(round_.code, export_returns(session, round_, today)))


def json_pieces(
    session: Session, round_: Round, today: date, settings: Settings, told: Told | None = None
) -> Iterator[str]:
    """The round as one JSON document."""
    return join_lines(write_round_json(open_round(session, round_, today, settings, told)))


def join_lines(lines: Iterable[str]) -> Iterator[str]:
    """The first line by itself, so that a download begins at once; then many together."""
    gathered: list[str] = []
    size = PIECE
    for line in lines:
        gathered.append(line)
        size += len(line)
        if size >= PIECE:
            yield "".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield "".join(gathered)


def write_workbook(
    target: Path | BinaryIO, session: Session, round_: Round, today: date, settings: Settings, told: Told | None = None
) -> None:
    """The round's workbook, into a file."""
    write_round_workbook(target, open_round(session, round_, today, settings, told))


def summary_pdf(session: Session, round_: Round, today: date, settings: Settings) -> bytes:
    """The round's summary on paper: from what is counted already, whatever the number of returns."""
    questionnaire = read_questionnaire(session, round_)
    history = read_history(session, round_, settings.coverage_threshold)
    return draw_summary(
        SummaryContent(
            title=round_.title,
            status=str(status_of(round_, today)),
            period=(round_.period_from, round_.period_to),
            opens_on=round_.opens_on,
            closes_on=round_.closes_on,
            questionnaire=f"{questionnaire.title} (version {questionnaire.code})",
            counts=count_statuses(session, round_),
            history=history,
            views=history[round_.code],
            outcomes=count_outcomes(session, round_),
            listed=_listed(session, round_),
            partnership=settings.partnership,
            portal_name=settings.portal_name,
            made_on=today,
            demo=load_reference(session).is_demo,
        )
    )


def _listed(session: Session, round_: Round) -> list[Listed]:
    standings = load_standings(session, round_, MOST_LISTED)
    signatures = load_signatures(session, round_, [each.row.id for each in standings if each.row])
    return [
        Listed(each.organisation.name, each.status, *_signed(signatures.get(each.row.id) if each.row else None))
        for each in standings
    ]


def _signed(signature: Signature | None) -> tuple[str, str]:
    """By whom, and when."""
    if signature is None:
        return "Not signed", ""
    return signature.name, say_date(signature.signed_on) + (", late" if signature.is_late else "")
