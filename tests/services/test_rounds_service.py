"""Rounds are added, closed and published in that order, and questionnaires are published once and for all."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.questionnaire.version import QuestionnaireError
from anchor_portal.domain.rounds import Period, RoundRefused, Stage
from anchor_portal.folders import folder
from anchor_portal.models import Frozen, QuestionnaireVersion, Round
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.rounds import find_organisation, find_round, status_of
from anchor_portal.services.figures.publication import publish_round
from anchor_portal.services.questionnaires.publishing import VersionRefused, publish_questionnaire
from anchor_portal.services.rounds.life import add_round, close_round
from tests.make import find, import_answers, make_round, signed

FIRST, LAST = date(2026, 6, 15), date(2026, 7, 31)
SOURCE = (folder("seeds") / "questionnaires" / "2024-07.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "title", "first", "last"),
    [
        ("2026-07", "July 2026", date(2026, 1, 1), date(2026, 6, 30)),
        ("2027-01", "January 2027", date(2026, 7, 1), date(2026, 12, 31)),
    ],
)
def test_a_rounds_period_and_title_follow_from_its_code(
    session: Session, code: str, title: str, first: date, last: date
) -> None:
    round_ = add_round(session, code, "2024-07", FIRST, LAST)
    assert (round_.title, round_.period_from, round_.period_to) == (title, first, last)


def test_a_period_and_a_title_can_be_given(session: Session) -> None:
    period = Period(date(2026, 2, 1), date(2026, 3, 31))
    round_ = add_round(session, "2026-05", "2024-01", FIRST, LAST, period, "A trial in spring")
    assert (round_.title, round_.period_from, round_.period_to) == ("A trial in spring", period.first, period.last)
    assert find(session, "2026-05", "torus").asking.period_to == period.last


@pytest.mark.parametrize(
    "code", ["", "2026", "2026-13", "2026-7", "26-07", "2026-07 ", "2026-07\n", "0999-07", "२०२६-०७"]
)
def test_what_is_no_code_is_refused_whatever_else_is_given(session: Session, code: str) -> None:
    for more in ((), (Period(FIRST, LAST),), (Period(FIRST, LAST), "A title")):
        with pytest.raises(RoundRefused, match="is no round code"):
            add_round(session, code, "2024-07", FIRST, LAST, *more)


def test_a_month_between_the_two_rounds_of_a_year_needs_its_period(session: Session) -> None:
    with pytest.raises(RoundRefused, match="give its period with --from and --to"):
        add_round(session, "2026-05", "2024-07", FIRST, LAST)


def test_dates_in_the_wrong_order_are_refused(session: Session) -> None:
    with pytest.raises(RoundRefused, match="cannot close before it opens"):
        add_round(session, "2026-07", "2024-07", LAST, FIRST)
    with pytest.raises(RoundRefused, match="cannot end before it begins"):
        add_round(session, "2026-07", "2024-07", FIRST, LAST, Period(LAST, FIRST))
    assert session.scalars(select(Round)).all() == []


def test_a_code_is_used_once(session: Session) -> None:
    make_round(session)
    with pytest.raises(RoundRefused, match="there is already a round 2026-07"):
        make_round(session)


def test_an_unknown_version_is_refused_with_those_that_are_published(session: Session) -> None:
    with pytest.raises(RoundRefused, match="no questionnaire “2031-07” is published; there are: 2024-01, 2024-07"):
        add_round(session, "2026-07", "2031-07", FIRST, LAST)


def test_a_round_goes_by_its_dates_until_it_is_closed(session: Session) -> None:
    day = timedelta(days=1)
    round_ = add_round(session, "2026-07", "2024-07", FIRST, LAST)
    stands = [status_of(round_, on) for on in (FIRST - day, FIRST, LAST, LAST + day)]
    assert stands == ["draft", "open", "open", "soft-closed"]
    close_round(session, round_, FIRST)
    assert status_of(round_, FIRST) == "closed"


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.UNDER_REVIEW, Stage.PUBLISHED, Stage.ARCHIVED])
def test_a_round_is_closed_once(session: Session, stage: Stage) -> None:
    round_ = make_round(session)
    round_.stage = stage
    with pytest.raises(RoundRefused, match="already"):
        close_round(session, round_, today())


def test_publishing_needs_a_closed_round(session: Session) -> None:
    round_ = make_round(session)
    import_answers(session, round_, {"torus": signed()}, accept=True)
    with pytest.raises(RoundRefused, match="round 2026-07 is soft-closed: close it before it is published"):
        publish_round(session, round_, today(), 70)
    close_round(session, round_, today())
    publish_round(session, round_, today(), 70)
    with pytest.raises(RoundRefused, match="round 2026-07 is published"):
        publish_round(session, round_, today(), 70)


@pytest.mark.parametrize("text", ["\x00", "2026-07\x00", "’; DROP TABLE rounds", "\U0001f600", "x" * 10_000])
def test_codes_that_nobody_gave_are_not_found(session: Session, text: str) -> None:
    make_round(session)
    assert find_round(session, text) is None
    assert find_organisation(session, text) is None


# Questionnaires


def test_publishing_the_same_again_is_fine_and_changes_nothing(session: Session) -> None:
    before = session.scalars(select(QuestionnaireVersion).where(QuestionnaireVersion.code == "2024-07")).one()
    questionnaire, is_new = publish_questionnaire(session, SOURCE, "2024-07.toml")
    assert (questionnaire.digest, is_new) == (before.digest, False)


def test_other_words_under_a_published_code_are_refused(session: Session) -> None:
    with pytest.raises(VersionRefused, match="give the new one a code of its own"):
        publish_questionnaire(session, SOURCE.replace("Headcount", "Head count"), "2024-07.toml")


def test_a_new_version_can_be_published_and_used_while_older_rounds_keep_theirs(session: Session) -> None:
    older = make_round(session, "2026-07")
    fresh = SOURCE.replace('code = "2024-07"', 'code = "2027-01"').replace('short = "Headcount"', 'short = "Heads"')
    _, is_new = publish_questionnaire(session, fresh, "2027-01.toml")
    add_round(session, "2027-01", "2027-01", date(2027, 1, 1), date(2027, 1, 31))
    assert is_new
    shorts = {
        code: find(session, code, "torus").questionnaire.question("about.headcount").short
        for code in ("2026-07", "2027-01")
    }
    assert shorts == {"2026-07": "Headcount", "2027-01": "Heads"}
    version = session.get_one(QuestionnaireVersion, older.questionnaire_id)
    assert get_questionnaire(session, version.id, version.digest).code == "2024-07"


def test_every_error_of_a_file_is_named_with_its_line(session: Session) -> None:
    lines = SOURCE.splitlines()
    kind = lines.index('kind = "date"') + 1
    lines[kind - 1] = 'kind = "day"'
    lines.append('lable = "What?"')
    with pytest.raises(QuestionnaireError) as refused:
        publish_questionnaire(session, "\n".join(lines), "new.toml")
    assert [problem for problem in refused.value.problems if problem.startswith(f"new.toml, line {kind}: ")]
    assert [problem for problem in refused.value.problems if problem.startswith(f"new.toml, line {len(lines)}: ")]


def test_a_published_version_never_changes(session: Session) -> None:
    version = session.scalars(select(QuestionnaireVersion)).first()
    assert version is not None
    version.title = "Another title"
    with pytest.raises(Frozen, match="QuestionnaireVersion rows never change"):
        session.flush()
