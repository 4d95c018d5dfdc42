"""Every version that ships stays readable, printable and exportable: a full return of each, as rows, file and PDF copy."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.domain.answers.answer import order_parts
from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.engine import open_database
from anchor_portal.folders import folder
from anchor_portal.models import Organisation, Return, Round, Submission
from anchor_portal.outputs.rows import BLANK, Row, answer_rows
from anchor_portal.outputs.tables import write_cells
from anchor_portal.queries.reference import load_reference
from anchor_portal.queries.returns import Found, answers_of, get_submission
from anchor_portal.services.documents import DRAFT, return_pdf
from anchor_portal.services.returns.interchange import export_cells, import_returns
from tests.conftest import seeded
from tests.domain.circumstances import (
    TODAY,
    Parts,
    asking,
    full_answers,
    full_printed_answers,
    seed_rows,
    version,
)
from tests.engines import sqlite_url
from tests.make import make_round, returns_file

# A published version never changes. To ask something else, publish a new version, and add it here.
DIGESTS = {
    "2024-01": "17edcf659ccf016cb6803f35722c0c1383b6cf35b218c0d7372d25cdd441383f",
    "2024-07": "fb6a06c4c884a0922ac99ab6eadd34d20169bac946cd596903eb1bcd208d1368",
}
FULL = {"2024-01": full_printed_answers, "2024-07": full_answers}
SECTORS = {row["slug"]: row["sector"] for row in seed_rows("signatories")}
SLUGS = tuple(sorted(next(s for s, kind in SECTORS.items() if kind == sector) for sector in ("nhs-trust", "council")))
SETTINGS = Settings(database_url="", partnership="Cheshire and Merseyside")


@dataclass
class Kept:
    """A version with a full return of a trust and of a council, accepted and stored."""

    session: Session
    round: Round
    questionnaire: Questionnaire
    imported: bytes

    def found(self, slug: str) -> Found:
        """An organisation's return."""
        organisation = self.session.scalars(select(Organisation).where(Organisation.slug == slug)).one()
        row = self.session.scalars(select(Return).where(Return.organisation_id == organisation.id)).one()
        asked = load_reference(self.session).asking(organisation, self.round, TODAY)
        return Found.of(self.round, organisation, row, self.questionnaire, asked)

    def signed(self, slug: str) -> Submission:
        """What the organisation signed."""
        return get_submission(self.session, self.found(slug).get_row())


def in_order(questionnaire: Questionnaire, answers: dict[str, Parts], sector: str) -> dict[str, Parts]:
    """Answers in the questionnaire's order, with their parts in that of exports."""
    return {
        question.key: {part: parts[part] for part in order_parts(question, parts, asking(sector))}
        for question in questionnaire.questions
        if (parts := answers.get(question.key))
    }


@pytest.fixture(scope="module", params=sorted(DIGESTS))
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    code, questionnaire = request.param, version(request.param)
    answers = {slug: in_order(questionnaire, FULL[code](SECTORS[slug]), SECTORS[slug]) for slug in SLUGS}
    content = returns_file("2026-07", answers)
    database = open_database(sqlite_url(tmp_path_factory.mktemp(code), seeded))
    with Session(database.writer) as session:
        round_ = make_round(session, version=code)
        import_returns(session, round_, content, TODAY, accept=True)
        yield Kept(session, round_, questionnaire, content)
    database.dispose()


def test_every_version_that_ships_is_tested_here() -> None:
    shipped = {path.stem for path in (folder("seeds") / "questionnaires").glob("*.toml")}
    assert shipped == set(DIGESTS) == set(FULL)


@pytest.mark.parametrize("code", DIGESTS)
def test_a_published_version_never_changes(code: str) -> None:
    assert version(code).digest == DIGESTS[code]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_question_has_a_row_with_its_answer(kept: Kept, slug: str) -> None:
    for row in rows_of(kept.found(slug), answers_of(kept.signed(slug))):
        assert row.is_answered == (row.key != "p5.award_date"), row.key
        assert all(line is not None for line in row.lines)
        assert "".join(row.lines).strip()
        assert row.lines != (BLANK,)
        assert row.problems == ()


@pytest.mark.parametrize("slug", SLUGS)
def test_what_was_signed_is_what_was_given(kept: Kept, slug: str) -> None:
    sector = SECTORS[slug]
    assert answers_of(kept.signed(slug)) == FULL[kept.questionnaire.code](sector)


def test_the_exported_file_is_the_file_that_was_imported(kept: Kept) -> None:
    cells = export_cells(kept.session, kept.round, TODAY)
    assert "".join(write_cells(cells)).encode() == kept.imported


@pytest.mark.parametrize("slug", SLUGS)
def test_every_question_and_every_answer_is_in_the_pdf_copy(kept: Kept, slug: str) -> None:
    found, signed = kept.found(slug), kept.signed(slug)
    text = letters_of(return_pdf(found, signed, {}, SETTINGS, is_demo=False))
    for row in rows_of(found, answers_of(signed)):
        for words in (row.short, *(row.lines if row.table is None else [cell for line in row.table for cell in line])):
            assert "".join(words.split()) in text, (row.key, words)
    for words in (*kept.questionnaire.pledges, signed.digest, signed.signed_name, found.organisation.name):
        assert "".join(words.split()) in text


def test_a_blank_form_of_every_version_can_be_printed(kept: Kept) -> None:
    found = kept.found(SLUGS[0])
    text = letters_of(return_pdf(found, None, {}, SETTINGS, is_demo=False))
    rows = list(rows_of(found, {}))
    assert {row.lines for row in rows} == {(BLANK,)}
    assert "".join(DRAFT.split()) in text
    assert all("".join(row.short.split()) in text for row in rows)


def rows_of(found: Found, answers: Answers) -> Iterator[Row]:
    """The rows of the form, without the sign-off, which a copy shows on its own."""
    for section in answer_rows(found.questionnaire, answers, found.asking):
        yield from section.rows


def letters_of(document: bytes) -> str:
    """All that a PDF says, without white space, since long words may be broken."""
    pages = PdfReader(BytesIO(document)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)
