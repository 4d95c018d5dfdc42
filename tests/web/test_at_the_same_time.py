"""Two who write into the register at the same time: the second waits, then reads what the first one left; nobody fails."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.models import (
    Holding,
    Interest,
    Job,
    JobState,
    Organisation,
    RegisterImportRow,
    Reminder,
    ReminderPlan,
    Round,
)
from anchor_portal.models.base import now
from anchor_portal.queries.rounds import find_round
from anchor_portal.services.jobs.work import run
from anchor_portal.services.register.organisations import Details, add_organisation
from anchor_portal.services.rounds.reminding import preview
from tests.conftest import fresh_app
from tests.pages import Browser, check
from tests.web.identity import database_of
from tests.web.returning import MEMBER, READY, READY_SIGNATORY
from tests.web.sections import ROUND, TRUST
from tests.web.test_at_once import TEAM, while_at_commit
from tests.web.test_meanwhile import SIGNED, at_work, person
from tests.web.test_register_pages import NEW, REGISTER, address, day, upload
from tests.web.test_too_late import stopped_after

HELD = "FROM organisations WHERE organisations.id"


@pytest.fixture
def served() -> Iterator[Flask]:
    """The application on PostgreSQL: on SQLite whoever writes has the whole database alone."""
    with fresh_app("postgres") as app:
        yield app


def two(app: Flask) -> tuple[Browser, Browser]:
    return Browser(app).sign_in(TEAM), Browser(app).sign_in(TEAM)


def sends(browser: Browser, path: str, form: dict[str, str] | None = None) -> Callable[[], int]:
    """What sends a form, with the token that it needs, and gives the status of the answer."""
    data = form or {"csrf_token": browser.token()}
    return lambda: browser.client.post(path, data=data).status_code


def added(app: Flask, *names: str) -> list[Organisation]:
    """New organisations that are no signatories."""
    with Session(database_of(app).writer, expire_on_commit=False) as session, session.begin():
        return [add_organisation(session, name, "", Details("vcse", "general"), TEAM) for name in names]


def changing(browser: Browser, organisation: Organisation, **boxes: str) -> Callable[[], int]:
    """Opens the page that changes an organisation; what it gives sends it."""
    path = f"{REGISTER}/{organisation.slug}/change"
    return sends(browser, path, browser.get(path).form() | boxes)


def applying(browser: Browser, content: str) -> Callable[[], int]:
    """Sends a file to be looked at; what it gives applies it."""
    page = upload(browser, content)
    path = f"{address(page)}/apply"
    return sends(browser, path, page.form(path))


def test_an_organisation_that_two_add_at_once_is_there_once(served: Flask) -> None:
    adding = [sends(each, f"{REGISTER}/add", {"csrf_token": each.token()} | NEW) for each in two(served)]
    assert stopped_after(served, "INSERT INTO organisations", *adding) == (302, 422)


def test_a_code_that_is_given_to_two_organisations_at_once_is_the_first_ones(served: Flask) -> None:
    pairs = zip(two(served), added(served, "Quay Homes", "Harbour Homes"), strict=True)
    giving = [changing(browser, organisation, **{"code-ods": "XYZ99"}) for browser, organisation in pairs]
    assert stopped_after(served, "INSERT INTO identifiers", *giving) == (302, 422)


def test_nothing_is_hosted_by_an_organisation_that_is_removed_in_that_moment(served: Flask) -> None:
    first, second = two(served)
    guest, host = added(served, "Quay Homes", "Harbour Homes")
    removing = sends(first, f"{REGISTER}/{host.slug}/remove")
    assert while_at_commit(served, removing, changing(second, guest, hosted_by=host.name)) == (302, 422)


def test_two_who_tie_organisations_at_once_make_no_circle(served: Flask) -> None:
    first, second = two(served)
    one, middle, last = added(served, "Quay Homes", "Harbour Homes", "Jetty Homes")
    with at_work(served) as session:
        session.get_one(Organisation, middle.id).hosted_by_id = last.id
    ended = stopped_after(
        served,
        "WHERE organisations.hosted_by_id IS NOT NULL",
        changing(first, one, hosted_by=middle.name),
        changing(second, last, hosted_by=one.name),
    )
    assert ended == (302, 422)


def noted(app: Flask) -> str:
    """The address of a holding that is noted."""
    with at_work(app) as session:
        its = session.scalars(select(Organisation.id).where(Organisation.slug == TRUST)).one()
        held = Holding(organisation_id=its, kind="social_value_award", since=date(2011, 1, 2), noted_by=TEAM)
        session.add(held)
        session.flush()
        return f"{REGISTER}/{TRUST}/holdings/{held.id}"


def test_words_for_a_holding_that_was_removed_meanwhile_are_shown_to_be_copied(served: Flask) -> None:
    first, second = two(served)
    path = noted(served)
    form = second.get(path).form() | {"evidence": "Words that were typed."}
    nothing = {"csrf_token": first.token()}
    _, answer = while_at_commit(
        served,
        lambda: first.client.post(f"{path}/remove", data=nothing),
        lambda: second.client.post(path, data=form),
    )
    assert "Words that were typed." in check(answer, 404).words


def test_a_holding_is_removed_once(served: Flask) -> None:
    path = noted(served)
    assert while_at_commit(served, *(sends(each, f"{path}/remove") for each in two(served))) == (302, 404)


def test_two_files_about_the_same_organisations_in_opposite_order_do_not_wait_for_each_other(served: Flask) -> None:
    first, second = two(served)
    names = [each.name for each in added(served, "Quay Homes", "Harbour Alliance")]
    one = applying(first, "Name,Headcount\n" + "".join(f"{name},12\n" for name in names))
    other = applying(second, "Name,Works in\n" + "".join(f"{name},Halton\n" for name in reversed(names)))
    assert stopped_after(served, HELD, one, other) == (302, 302)


def with_no_headcount(app: Flask, *slugs: str) -> list[str]:
    """Their names; what a file says of them is new."""
    with at_work(app) as session:
        query = select(Organisation).where(Organisation.slug.in_(slugs))
        every = {each.slug: each for each in session.scalars(query)}
        for each in every.values():
            each.headcount = None
        return [every[slug].name for slug in slugs]


def test_a_file_of_more_than_a_hundred_lines_and_a_signature_do_not_wait_for_each_other(served: Flask) -> None:
    team, signatory = Browser(served).sign_in(TEAM), Browser(served).sign_in(READY_SIGNATORY)
    signed, last = with_no_headcount(served, "torus", READY)
    new = [f"Quite Other Society {chr(65 + at // 26)}{chr(65 + at % 26)},5" for at in range(110)]
    file = applying(team, "\n".join(["Name,Headcount", f"{signed},120", *new, f"{last},77"]))
    path = f"/returns/{ROUND}/{READY}/sign"
    signing = sends(signatory, path, signatory.get(path).form() | SIGNED)
    assert stopped_after(served, "FROM rounds ORDER BY rounds.id FOR NO KEY UPDATE", file, signing) == (302, 302)


def test_a_signature_that_is_sent_back_and_a_change_of_the_register_count_in_one_order(served: Flask) -> None:
    team, signatory = Browser(served).sign_in(TEAM), Browser(served).sign_in(READY_SIGNATORY)
    path = f"{REGISTER}/{TRUST}/rename"
    renaming = sends(team, path, team.get(path).form() | {"name": "Another Name", "why": "slip"})
    page = signatory.get(f"/returns/{ROUND}/{READY}/sign")
    back = next(str(form["action"]) for form in page.soup.select("form") if "back" in str(form.get("action")))
    sending = sends(signatory, back, {"csrf_token": signatory.token(), "reason": "One site is missing."})
    assert stopped_after(served, "INSERT INTO return_counts", sending, renaming) == (302, 302)


def plan_of_nobody_yet(app: Flask) -> tuple[int, dict[str, str]]:
    """A reminder that nobody had, and what the form that sends it by hand says."""
    with at_work(app) as session:
        query = select(ReminderPlan).join(Round, Round.id == ReminderPlan.round_id).where(Round.code == ROUND)
        plan = session.scalars(query.order_by(ReminderPlan.id)).all()[0]
        session.execute(delete(Reminder).where(Reminder.plan_id == plan.id))
        return plan.id, {"version": str(plan.version)}


def reminded(app: Flask, plan: int) -> list[str]:
    """The organisations that a reminder would be sent to, in the order of its letters."""
    with Session(database_of(app).reader) as session:
        round_, written = find_round(session, ROUND), session.get_one(ReminderPlan, plan)
        assert round_
        letters = preview(session, round_, written, today())
        return [each.standing.organisation.slug for each in letters if each.is_to_send]


def test_a_reminder_that_was_corrected_meanwhile_is_not_sent_as_it_was_read(served: Flask) -> None:
    first, second = two(served)
    plan, form = plan_of_nobody_yet(served)
    path = f"/rounds/{ROUND}/reminders/{plan}"
    corrected = second.get(f"{path}/change").form() | {"subject": "A corrected subject"}
    correcting = sends(second, f"{path}/change", corrected)
    sending = sends(first, f"{path}/send", form | {"csrf_token": first.token()})
    assert while_at_commit(served, correcting, sending) == (302, 409)


def test_reminders_and_a_file_about_the_same_organisations_do_not_wait_for_each_other(served: Flask) -> None:
    first, second = two(served)
    plan, form = plan_of_nobody_yet(served)
    slugs = reminded(served, plan)
    early, late = with_no_headcount(served, slugs[0], slugs[-1])
    file = applying(second, f"Name,Headcount\n{late},12\n{early},13\n")
    sending = sends(first, f"/rounds/{ROUND}/reminders/{plan}/send", form | {"csrf_token": first.token()})
    assert stopped_after(served, "INSERT INTO reminders", sending, file) == (302, 302)


def test_a_file_is_written_once_where_its_worker_is_taken_over_in_the_middle_of_a_piece(served: Flask) -> None:
    page = upload(
        team := Browser(served).sign_in(TEAM), "Name\n" + "\n".join(f"Quay Lantern {at}" for at in range(201))
    )
    path = f"{address(page)}/apply"
    started = team.client.post(path, data=page.form(path))
    job = int(started.location.rpartition("/")[2])
    database, settings = database_of(served), served.extensions["settings"]

    def take_over() -> JobState | None:
        with at_work(served) as session:
            session.execute(update(Job).where(Job.id == job).values(beat_at=now() - timedelta(hours=1)))
        return run(database, settings, job)

    ended = stopped_after(served, "INSERT INTO organisations", lambda: run(database, settings, job), take_over)
    assert ended == (None, JobState.DONE)
    with Session(database.reader) as session:
        written = select(func.count()).select_from(RegisterImportRow).where(RegisterImportRow.is_applied)
        assert session.scalar(written.where(RegisterImportRow.verdict == "new")) == 201
        lanterns = select(func.count()).select_from(Organisation).where(Organisation.name.startswith("Quay Lantern "))
        assert session.scalar(lanterns) == 201


def test_another_name_that_two_remove_at_once_is_removed_once(served: Flask) -> None:
    first, second = two(served)
    (organisation,) = added(served, "Quay Homes")
    first.post(f"{REGISTER}/{organisation.slug}/names", {"name": "Quay Lantern"})
    path = str(first.get(f"{REGISTER}/{organisation.slug}").soup.select('form[action*="/names/alias/"]')[0]["action"])
    assert while_at_commit(served, sends(first, path), sends(second, path)) == (302, 302)


def test_an_organisation_whose_signature_goes_over_while_another_is_tied_is_joined(served: Flask) -> None:
    first, second = two(served)
    twin, original, other = added(served, "Quay Homes", "Harbour Homes", "Jetty Homes")
    with at_work(served) as session:
        session.get_one(Organisation, twin.id).hosted_by_id = other.id
    path = f"{REGISTER}/{twin.slug}/merge"
    joining = sends(first, path, first.get(path).form() | {"how": "twice", "other": original.name})
    assert while_at_commit(served, joining, changing(second, other, hosted_by=original.name)) == (302, 422)


@pytest.mark.parametrize("who_is_first", ["merging", "declaring"])
def test_an_interest_that_is_declared_while_a_merger_is_recorded_counts_for_both(
    served: Flask, who_is_first: str
) -> None:
    team, member = Browser(served).sign_in(TEAM), Browser(served).sign_in(MEMBER)
    one, other = added(served, "Quay Homes", "Harbour Homes")
    path = f"{REGISTER}/{one.slug}/merge"
    form = team.get(path).form() | {"how": "merged", "other": other.name} | day("on", today())
    declared = {"csrf_token": member.token(), "organisation": str(one.id)}
    sent = [sends(team, path, form), sends(member, "/interests", declared)]
    assert while_at_commit(served, *(sent if who_is_first == "merging" else reversed(sent))) == (302, 302)
    with at_work(served) as session:
        its = select(Interest.organisation_id).where(Interest.organisation_id.in_({one.id, other.id}))
        assert set(session.scalars(its)) == {one.id, other.id}


def test_two_who_record_mergers_the_other_way_round_do_not_wait_for_each_other(served: Flask) -> None:
    first, second = two(served)
    one, other = added(served, "Quay Homes", "Harbour Homes")
    sent = []
    for browser, mine, its in ((first, one, other), (second, other, one)):
        path = f"{REGISTER}/{mine.slug}/merge"
        form = browser.get(path).form() | {"how": "merged", "other": its.name} | day("on", today())
        sent.append(sends(browser, path, form))
    assert while_at_commit(served, *sent) == (302, 422)


def test_a_merger_and_a_change_of_what_became_part_before_do_not_wait_for_each_other(served: Flask) -> None:
    """Whoever has an interest in the second that becomes part of it has one in the first from then on."""
    team, other = two(served)
    before, now_part, whole = added(served, "Quay Homes", "Jetty Homes", "Harbour Homes")
    with at_work(served) as session:
        part = session.get_one(Organisation, before.id)
        part.merged_into_id, part.merged_on = whole.id, today()
        session.add(Interest(user_id=person(session, MEMBER).id, organisation_id=now_part.id))
    path = f"{REGISTER}/{now_part.slug}/merge"
    form = team.get(path).form() | {"how": "merged", "other": whole.name} | day("on", today())
    merging, change = sends(team, path, form), changing(other, before, hosted_by=whole.name)
    assert stopped_after(served, "UPDATE organisations SET", merging, change) == (302, 302)
    with at_work(served) as session:
        assert session.get(Interest, (person(session, MEMBER).id, before.id)) is not None
