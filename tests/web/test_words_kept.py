"""Words that were typed or confirmed, and those that nobody confirmed: neither is lost nor made up by what others do."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from anchor_portal.models import CarriedAnswer, EvidenceFile, Organisation, Return, Round, SectionOwner
from anchor_portal.models.base import now
from anchor_portal.services.evidence.files import forget_unnamed
from tests import hostile
from tests.conftest import fresh_app
from tests.offline import fill as fill_form
from tests.pages import Browser, Page
from tests.web.sections import RETURN, ROUND, SECTION, TRUST, send, stored
from tests.web.test_evidence import post
from tests.web.test_meanwhile import CONTRIBUTOR, LEAD, at_work, person
from tests.web.test_offline import apply, download, upload
from tests.web.test_too_late import stopped_after

PLEDGE = f"{SECTION}/pledge-3"
WORDS = "Typed on the train."
KEEP = {"then": "later"}


@pytest.fixture
def served() -> Iterator[Flask]:
    """The application on PostgreSQL: on SQLite whoever writes has the whole database alone."""
    with fresh_app("postgres") as app:
        yield app


def own_nothing(app: Flask) -> None:
    with at_work(app) as session:
        session.execute(delete(SectionOwner))


def give(session: Session, section: str, email: str) -> None:
    its = (
        select(Return)
        .join(Organisation, Organisation.id == Return.organisation_id)
        .join(Round, Round.id == Return.round_id)
        .where(Organisation.slug == TRUST, Round.code == ROUND)
    )
    who, row = person(session, email), session.scalars(its).one()
    session.add(SectionOwner(return_id=row.id, section=section, user_id=who.id, given_by="Lead", given_at=now()))


@pytest.mark.parametrize("more", [{}, {"p4.narrative:": "And this one."}])
def test_words_of_a_form_for_a_section_that_was_given_to_somebody_else_are_not_passed_over_in_silence(
    app: Flask, more: dict[str, str]
) -> None:
    own_nothing(app)
    contributor = Browser(app).sign_in(CONTRIBUTOR)
    content, _ = fill_form(download(contributor, TRUST), {"p3.narrative:": WORDS, **more})
    page = upload(contributor, TRUST, content)
    with at_work(app) as session:
        give(session, "pledge-3", LEAD)
        give(session, "pledge-4", CONTRIBUTOR)
    path, before = f"{RETURN}/offline/apply", stored(app)
    answer = contributor.client.post(path, data=page.form(path))
    again = Page(answer)
    assert answer.status_code == 409 and stored(app) == before
    assert "given to people while you looked at this page, and “Pledge 3" in again.words
    if more:
        send(contributor, path, again.form(path))
        assert stored(app)["p4.narrative"] == {"": "And this one."}
        assert stored(app).get("p3.narrative") == before.get("p3.narrative")


def carried(app: Flask) -> tuple[Browser, dict[str, str]]:
    """Pledge 3 emptied and last time's answers carried forward: the lead, and the page as they have it open."""
    own_nothing(app)
    lead = Browser(app).sign_in(LEAD)
    form = lead.get(PLEDGE).form()
    send(lead, PLEDGE, form | {name: "" for name in form if name.startswith("p3.")} | KEEP)
    send(lead, PLEDGE, lead.get(PLEDGE).form() | {"then": "carry"})
    form = lead.get(PLEDGE).form()
    assert form["p3.free_use:"] and "p3.free_use" not in stored(app), "carried, not confirmed"
    return lead, form


def drop(app: Flask) -> None:
    """A colleague does not want last time's answer."""
    colleague = Browser(app).sign_in(CONTRIBUTOR)
    send(colleague, PLEDGE, colleague.get(PLEDGE).form() | {"p3.free_use:": ""} | KEEP)


def test_an_answer_of_last_time_that_a_colleague_dropped_does_not_become_an_answer_unconfirmed(app: Flask) -> None:
    lead, form = carried(app)
    drop(app)
    send(lead, PLEDGE, form | KEEP)
    assert "p3.free_use" not in stored(app)


@pytest.mark.parametrize("how", [{"confirm": "p3.free_use"}, {"then": "confirm"}])
def test_an_answer_of_last_time_that_a_colleague_dropped_is_one_where_it_is_confirmed(
    app: Flask, how: dict[str, str]
) -> None:
    lead, form = carried(app)
    drop(app)
    send(lead, PLEDGE, form | KEEP | how)
    assert stored(app)["p3.free_use"] == {"": form["p3.free_use:"]}


def test_an_answer_of_last_time_that_a_colleague_confirmed_stays_one(app: Flask) -> None:
    lead, form = carried(app)
    colleague = Browser(app).sign_in(CONTRIBUTOR)
    send(colleague, PLEDGE, colleague.get(PLEDGE).form() | {"then": "confirm"})
    send(lead, PLEDGE, form | KEEP)
    assert stored(app)["p3.free_use"] == {"": form["p3.free_use:"]}


def test_what_a_colleague_answered_stands_before_what_was_carried_and_never_confirmed(app: Flask) -> None:
    lead, form = carried(app)
    colleague = Browser(app).sign_in(CONTRIBUTOR)
    send(colleague, PLEDGE, colleague.get(PLEDGE).form() | {"p3.narrative:": WORDS} | KEEP)
    assert form["p3.narrative:"] not in {"", WORDS}
    send(lead, PLEDGE, form | KEEP)
    assert stored(app)["p3.narrative"] == {"": WORDS}


def test_an_answer_that_was_cleared_and_typed_again_as_last_time_is_one(app: Flask) -> None:
    lead, form = carried(app)
    headers = {"Accept": "application/json"}
    said = lead.client.post(PLEDGE, data=form | {"p3.free_use:": ""}, headers=headers).json
    assert "p3.free_use" not in stored(app)
    lead.client.post(PLEDGE, data=form | {"seen": said["seen"]}, headers=headers)
    assert stored(app)["p3.free_use"] == {"": form["p3.free_use:"]}


def test_what_was_answered_by_a_form_and_then_cleared_does_not_come_back_from_last_time(app: Flask) -> None:
    lead, _ = carried(app)
    content, _ = fill_form(download(lead, TRUST), {"p3.narrative:": WORDS})
    apply(lead, TRUST, upload(lead, TRUST, content))
    assert stored(app)["p3.narrative"] == {"": WORDS}
    send(lead, PLEDGE, lead.get(PLEDGE).form() | {"p3.narrative:": ""} | KEEP)
    assert "p3.narrative" not in stored(app)
    assert lead.get(PLEDGE).form()["p3.narrative:"] == ""


def confirm_all(app: Flask) -> None:
    colleague = Browser(app).sign_in(CONTRIBUTOR)
    send(colleague, PLEDGE, colleague.get(PLEDGE).form() | {"then": "confirm"})


def test_words_typed_over_what_a_colleague_only_confirmed_stand(app: Flask) -> None:
    lead, form = carried(app)
    confirm_all(app)
    words = form["p3.narrative:"] + " And more."
    send(lead, PLEDGE, form | KEEP | {"p3.narrative:": words})
    assert stored(app)["p3.narrative"] == {"": words}


def test_an_answer_of_last_time_that_one_drops_while_a_colleague_confirms_all_is_dropped(app: Flask) -> None:
    lead, form = carried(app)
    confirm_all(app)
    page = send(lead, PLEDGE, form | KEEP | {"p3.free_use:": ""})
    assert "Both changes are kept" not in page.words
    assert "p3.free_use" not in stored(app)
    assert lead.get(PLEDGE).form().get("p3.free_use:", "") == ""


def test_what_was_answered_beside_a_choice_between_two_versions_does_not_come_back_from_last_time(app: Flask) -> None:
    lead, form = carried(app)
    colleague = Browser(app).sign_in(CONTRIBUTOR)
    send(colleague, PLEDGE, colleague.get(PLEDGE).form() | {"p3.narrative:": "By a colleague."} | KEEP)
    page = send(lead, PLEDGE, form | KEEP | {"p3.narrative:": WORDS, "p3.free_use:": "no"}, 409)
    send(lead, PLEDGE, page.form() | {"choose:p3.narrative": "mine", "then": "later"})
    assert stored(app)["p3.free_use"] == {"": "no"}
    send(lead, PLEDGE, lead.get(PLEDGE).form() | KEEP | {"p3.free_use:": ""})
    assert "p3.free_use" not in stored(app)
    assert lead.get(PLEDGE).form().get("p3.free_use:", "") == ""


def waiting(app: Flask) -> set[str]:
    """The questions to which something was carried forward and not confirmed."""
    with at_work(app) as session:
        return set(session.scalars(select(CarriedAnswer.question)))


def test_what_a_colleague_carried_forward_meanwhile_waits_on_when_an_old_page_is_saved(app: Flask) -> None:
    lead, _ = carried(app)
    colleague = Browser(app).sign_in(CONTRIBUTOR)
    send(colleague, PLEDGE, colleague.get(PLEDGE).form() | {"p3.narrative:": WORDS} | KEEP)
    form = lead.get(PLEDGE).form()
    send(colleague, PLEDGE, colleague.get(PLEDGE).form() | {"p3.narrative:": ""} | KEEP)
    send(colleague, PLEDGE, colleague.get(PLEDGE).form() | {"then": "carry"})
    assert "p3.narrative" in waiting(app)
    send(lead, PLEDGE, form | KEEP)
    assert "p3.narrative" in waiting(app)


def carry_anew(app: Flask, typed: dict[str, str]) -> None:
    """A colleague carries last time's answers forward, after what they typed."""
    colleague = Browser(app).sign_in(CONTRIBUTOR)
    send(colleague, PLEDGE, colleague.get(PLEDGE).form() | typed | {"then": "carry"})


def test_what_is_typed_as_last_time_on_a_page_opened_before_it_was_carried_is_an_answer(app: Flask) -> None:
    own_nothing(app)
    lead = Browser(app).sign_in(LEAD)
    form = lead.get(PLEDGE).form()
    send(lead, PLEDGE, form | {name: "" for name in form if name.startswith("p3.")} | KEEP)
    form = lead.get(PLEDGE).form()
    carry_anew(app, {})
    with at_work(app) as session:
        last = session.scalars(select(CarriedAnswer.parts).where(CarriedAnswer.question == "p3.free_use")).one()
    send(lead, PLEDGE, form | KEEP | {"p3.free_use:": last[""]})
    assert stored(app)["p3.free_use"] == last
    assert "p3.free_use" not in waiting(app) and "p3.narrative" in waiting(app)


def test_what_is_typed_as_last_time_over_an_own_answer_that_a_colleague_cleared_is_chosen_or_kept(app: Flask) -> None:
    """On a page where another answer waits as carried: last time's words were typed there, and not left as they came."""
    lead, first = carried(app)
    colleague = Browser(app).sign_in(CONTRIBUTOR)
    send(colleague, PLEDGE, colleague.get(PLEDGE).form() | {"p3.narrative:": WORDS} | KEEP)
    form = lead.get(PLEDGE).form() | KEEP | {"p3.narrative:": first["p3.narrative:"]}
    send(colleague, PLEDGE, colleague.get(PLEDGE).form() | {"p3.narrative:": ""} | KEEP)
    carry_anew(app, {})
    page = send(lead, PLEDGE, form, 409)
    send(lead, PLEDGE, page.form() | {"choose:p3.narrative": "mine", "then": "later"})
    assert stored(app)["p3.narrative"] == {"": first["p3.narrative:"]}
    assert "p3.narrative" not in waiting(app)


def test_an_own_answer_as_last_time_that_a_colleague_cleared_and_carried_forward_waits_on(app: Flask) -> None:
    lead, form = carried(app)
    send(lead, PLEDGE, form | KEEP | {"confirm": "p3.free_use"})
    form = lead.get(PLEDGE).form()
    carry_anew(app, {"p3.free_use:": ""})
    send(lead, PLEDGE, form | KEEP)
    assert "p3.free_use" in waiting(app) and "p3.free_use" not in stored(app)


def test_a_file_is_not_removed_while_somebody_saves_the_answer_that_names_it(served: Flask) -> None:
    app, key = served, "p3.evidence"
    lead = Browser(app).sign_in(LEAD)
    data = {"csrf_token": lead.token(), "number": "1", "upload": (BytesIO(hostile.pdf()), "report.pdf")}
    assert post(lead, f"{RETURN}/evidence/{key}", data).status_code == 200
    with at_work(app) as session:
        file = session.scalars(select(EvidenceFile).order_by(EvidenceFile.uploaded_at.desc())).first()
        file_id, file.uploaded_at = file.id, now() - timedelta(days=3)
    typed = {f"{key}:1.file": file_id, f"{key}:1.caption": "What we did", "then": "continue"}
    form = lead.get(PLEDGE).form() | typed

    def tidy() -> list[str]:
        with at_work(app) as session:
            return list(forget_unnamed(session, now()))

    saved, removed = stopped_after(
        app, "FROM evidence_files", lambda: lead.client.post(PLEDGE, data=form).status_code, tidy
    )
    assert (saved, removed) == (302, [])
    assert file_id in stored(app)[key].values()
    with at_work(app) as session:
        assert session.get(EvidenceFile, file_id) is not None
