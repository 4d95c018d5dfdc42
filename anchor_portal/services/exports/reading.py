"""What a round's exports are made from: read once, and never all in memory."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.domain.answers.part_orders import PartOrders
from anchor_portal.domain.answers.parts import Answers, Asking
from anchor_portal.domain.figures.definitions import DEFINITIONS
from anchor_portal.domain.figures.indicators import IndicatorView, inside
from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.domain.sectors import SECTOR_OF_ONE
from anchor_portal.models import QuestionnaireVersion, Round
from anchor_portal.outputs.tables import Cell
from anchor_portal.outputs.workbook.content import Found, ReturnFacts, RoundContent, Signed
from anchor_portal.queries.chasing import Signature
from anchor_portal.queries.dashboard import load_listed, load_trends
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.reference import Reference, load_reference
from anchor_portal.queries.round_returns import StoredReturn, read_round_returns
from anchor_portal.queries.rounds import status_of
from anchor_portal.services.returns.interchange import cells_of

SEVERAL_PLACES = "Several places"
Told = Callable[[int], None]
"""Called after each return with how many there were."""


def open_round(
    session: Session, round_: Round, today: date, settings: Settings, told: Told | None = None
) -> RoundContent:
    """Everything of a round, with raw figures: its answers are those of the CSV. The returns are read as they are used."""
    questionnaire = read_questionnaire(session, round_)
    reference = load_reference(session)
    history = read_history(session, round_, settings.coverage_threshold)
    places = {option.code: option.label for option in reference.places}
    reader = _Reader(round_, today, questionnaire, reference, places)
    returns = map(reader.facts, read_round_returns(session, round_))
    return RoundContent(
        code=round_.code,
        title=round_.title,
        status=str(status_of(round_, today)),
        opens_on=round_.opens_on,
        closes_on=round_.closes_on,
        period=(round_.period_from, round_.period_to),
        questionnaire=questionnaire,
        returns=_counted(returns, told) if told else returns,
        views=history[round_.code],
        history=history,
        partnership=settings.partnership,
        portal_name=settings.portal_name,
        made_on=today,
        demo=reference.is_demo,
    )


def read_questionnaire(session: Session, round_: Round) -> Questionnaire:
    """The version that a round is bound to."""
    version = session.get_one(QuestionnaireVersion, round_.questionnaire_id)
    return get_questionnaire(session, version.id, version.digest)


def read_history(session: Session, round_: Round, threshold: int) -> dict[str, tuple[IndicatorView, ...]]:
    """The three indicators of this round and the earlier ones, raw: frozen where a round is published."""
    listed = [each for each in load_listed(session) if each.round.code <= round_.code]
    views = load_trends(
        session,
        listed,
        lambda figure: inside(figure, threshold),
        is_raw=True,
        definitions=DEFINITIONS,
        detailed=round_.code,
    )
    return {code: tuple(each) for code, each in views.items()}


def _counted(returns: Iterator[ReturnFacts], told: Told) -> Iterator[ReturnFacts]:
    for number, each in enumerate(returns, start=1):
        yield each
        told(number)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes of what is stored what exports say."""

    round: Round
    today: date
    questionnaire: Questionnaire
    reference: Reference
    places: dict[str, str]
    orders: PartOrders = field(default_factory=PartOrders)

    def facts(self, each: StoredReturn) -> ReturnFacts:
        """An organisation with its answers, without those that an import would refuse."""
        organisation = each.organisation
        asking = self.reference.asking(each.asked, self.round, self.today)
        cells: tuple[Cell, ...] = ()
        if each.answers is not None:
            cells = self._cells(each, each.answers, asking)
        return ReturnFacts(
            slug=organisation.slug,
            name=organisation.name,
            sector=SECTOR_OF_ONE[organisation.sector],
            place=self.places.get(organisation.main_place_code or "", SEVERAL_PLACES),
            status=each.status,
            asking=asking,
            answers=_gather(cells) if each.answers is not None else None,
            signed=_signed(each.signature) if each.signature else None,
            cells=cells,
            outcomes={found.pledge: Found(found.outcome, found.revision) for found in each.outcomes},
        )

    def _cells(self, each: StoredReturn, answers: Answers, asking: Asking) -> tuple[Cell, ...]:
        is_signed, where = each.signature is not None, (self.round.code, each.organisation.slug)
        return tuple(cells_of(self.questionnaire, answers, asking, *where, is_signed=is_signed, orders=self.orders))


def _gather(cells: Iterable[Cell]) -> Answers:
    """One organisation's answers by question and part."""
    answers: dict[str, dict[str, str]] = {}
    for cell in cells:
        answers.setdefault(cell.question, {})[cell.part] = cell.value
    return answers


def _signed(signature: Signature) -> Signed:
    return Signed(signature.revision, signature.name, signature.role, signature.signed_on, signature.is_late)
