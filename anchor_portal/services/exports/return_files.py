"""Each return of a round as files: a copy on paper, every revision as it was signed, certificate, evidence, record."""

from collections.abc import Callable, Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.domain.answers.evidence import is_file_id, safe_name
from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.answers.reading import FILE_PARTS
from anchor_portal.domain.answers.saying import items_of
from anchor_portal.domain.questionnaire.version import Kind
from anchor_portal.models import (
    Certificate,
    EvidenceFile,
    FileState,
    Organisation,
    Return,
    ReturnStep,
    Round,
    Submission,
)
from anchor_portal.outputs.pdf.certificate_pdf import NameTooLong
from anchor_portal.outputs.pdf.fonts import MissingGlyph
from anchor_portal.outputs.tables import write_lines
from anchor_portal.queries.reference import load_reference
from anchor_portal.queries.returns import Found
from anchor_portal.queries.round_returns import StoredReturn, read_round_returns
from anchor_portal.services.documents import certificate_pdf, return_pdf
from anchor_portal.services.evidence.store import ContentMissing, open_store
from anchor_portal.services.exports.packing import PIECE, Packer, plain
from anchor_portal.services.exports.reading import read_questionnaire

RECORD = ("organisation", "step", "then", "revision", "at", "who", "reason")
BATCH = 500


class ReturnPacker:
    """Puts the returns of a round into an archive, one after the other."""

    def __init__(
        self, packer: Packer, session: Session, round_: Round, today: date, settings: Settings, *, evidence: bool
    ) -> None:
        self.packer, self.session, self.round, self.today = packer, session, round_, today
        self.settings, self.evidence = settings, evidence
        self.questionnaire = read_questionnaire(session, round_)
        self.reference = load_reference(session)
        self.store = open_store(settings.evidence)

    def add_all(self, told: Callable[[int], None]) -> None:
        """Add every return that somebody began, then the record of them all."""
        begun = (each for each in read_round_returns(self.session, self.round) if each.row is not None)
        for number, each in enumerate(begun, start=1):
            self._add(each, f"returns/{plain(each.organisation.slug)}")
            told(number)
        lines = write_lines(RECORD, self._record())
        self.packer.add_pieces("record.csv", (line.encode() for line in lines))

    def _add(self, each: StoredReturn, folder: str) -> None:
        if each.row is None:
            return
        asking = self.reference.asking(each.asked, self.round, self.today)
        newest = self._add_revisions(each.row, folder)
        found = Found.of(self.round, each.organisation, each.row, self.questionnaire, asking)
        content = return_pdf(found, newest, each.answers or {}, self.settings, is_demo=self.reference.is_demo)
        self.packer.add_bytes(f"{folder}/return{f'-revision-{newest.revision}' if newest else '-draft'}.pdf", content)
        self._add_certificates(each.row, folder)
        if self.evidence:
            self._add_evidence(each.row, each.answers or {}, folder)

    def _add_revisions(self, row: Return, folder: str) -> Submission | None:
        """Every revision to the byte as it was signed; the newest of them."""
        newest = None
        query = select(Submission).where(Submission.return_id == row.id).order_by(Submission.revision)
        for newest in self.session.scalars(query):
            name = f"{folder}/signed-revision-{newest.revision}.json"
            digest = self.packer.add_pieces(name, (newest.answers.encode(),))
            if digest != newest.digest:
                self.packer.remark("this is not what was signed: the digest that was kept with it is another")
        return newest

    def _add_certificates(self, row: Return, folder: str) -> None:
        standing = (Certificate.superseded_by.is_(None), Certificate.withdrawn_on.is_(None))
        for certificate in self.session.scalars(select(Certificate).where(Certificate.return_id == row.id, *standing)):
            name = f"{folder}/certificate-{certificate.number}.pdf"
            try:
                content = certificate_pdf(certificate, self.settings, is_demo=self.reference.is_demo)
            except (MissingGlyph, NameTooLong) as refusal:
                self.packer.note_missing(name, str(refusal))
            else:
                self.packer.add_bytes(name, content)

    def _add_evidence(self, row: Return, answers: Answers, folder: str) -> None:
        """The files that the answers name, in the order in which they are named."""
        query = select(EvidenceFile).where(EvidenceFile.return_id == row.id)
        kept = {file.id: file for file in self.session.scalars(query)}
        for question, number, file_id, name in self._named(answers):
            path = f"{folder}/evidence/{plain(question.replace('.', '-'))}/{number}-{safe_name(name)}"
            file = kept.get(file_id)
            if file is None or file.state != FileState.CLEAN:
                self.packer.note_missing(path, "it is not kept" if file is None else f"it is {file.state}")
            else:
                self._add_content(path, file)

    def _named(self, answers: Answers) -> Iterator[tuple[str, int, str, str]]:
        for question in self.questionnaire.questions:
            if question.kind is Kind.FILES:
                for number, item in enumerate(items_of(answers.get(question.key, {}), FILE_PARTS), start=1):
                    if is_file_id(item.get("file", "")):
                        yield question.key, number, item["file"], item.get("name", "")

    def _add_content(self, path: str, file: EvidenceFile) -> None:
        try:
            content = self.store.open(file.id)
        except ContentMissing:
            self.packer.note_missing(path, "the store does not have it")
            return
        try:
            digest = self.packer.add_pieces(path, iter(lambda: content.read(PIECE), b""))
        finally:
            content.close()
        if digest != file.digest:
            self.packer.remark("this is not what was handed in: the digest that was kept of it is another")

    def _record(self) -> Iterator[tuple[str, ...]]:
        """Every step of every return, in the order in which they were taken."""
        columns = (
            ReturnStep.step,
            ReturnStep.after,
            ReturnStep.revision,
            ReturnStep.at,
            ReturnStep.who,
            ReturnStep.reason,
        )
        query = (
            select(Organisation.slug, *columns)
            .join(Return, Return.id == ReturnStep.return_id)
            .join(Organisation, Organisation.id == Return.organisation_id)
            .where(Return.round_id == self.round.id)
            .order_by(ReturnStep.id)
        )
        for slug, step, after, revision, at, who, reason in self.session.execute(
            query.execution_options(yield_per=BATCH)
        ):
            yield slug, step, after, str(revision), at.isoformat(timespec="seconds"), who, reason
