"""What people do while the server is killed; each knows what was acknowledged, and compares it with what is there.

After a kill the database may hold what was acknowledged, and besides it the one thing that was being sent, all of it.
"""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Status, Step
from anchor_portal.models import (
    Answer,
    EvidenceFile,
    FileState,
    Job,
    JobState,
    Organisation,
    Publication,
    Return,
    ReturnStep,
    Round,
    Submission,
)
from anchor_portal.services.evidence.store import FolderStore
from tests.hostile import picture
from tests.kills.people import Person, value_of

CLOSED, OPEN = "2026-07", "2027-01"
OUTCOMES = {f"outcome-{number}": "met" for number in range(1, 8)}


class Traffic(Protocol):
    """Somebody who does one thing after another."""

    acknowledged: int
    people: tuple[Person, ...]
    weight: int
    """How often it is their action in which the kill comes."""
    seconds: float
    """About how long their action takes."""
    pause: float
    """Seconds between two actions."""

    @property
    def pages(self) -> list[tuple[Person, str]]:
        """What is opened again and again, and by whom."""
        ...

    def turn(self) -> None:
        """Do the next thing. Raises Cut where it is not known whether it was done."""
        ...

    def settle(self, session: Session) -> None:
        """Compare with what is there, and go on from it."""
        ...


def return_of(session: Session, code: str, slug: str) -> Return:
    """The row of a return."""
    query = select(Return).join(Return.round).join(Return.organisation)
    return session.scalars(query.where(Round.code == code, Organisation.slug == slug)).one()


class Saver:
    """Saves a section again and again, each time with one number in all of its boxes."""

    weight, seconds, pause = 2, 0.08, 0.02

    def __init__(self, person: Person, slug: str) -> None:
        self.person, self.slug, self.people = person, slug, (person,)
        self.path = f"/returns/{OPEN}/{slug}/sections/pledge-1"
        self.acknowledged = self.kept = self.sent = 0
        self._form: dict[str, str] = {}

    @property
    def pages(self) -> list[tuple[Person, str]]:
        """The section."""
        return [(self.person, self.path)]

    def turn(self) -> None:
        """Save as the page's script does."""
        if not self._form:
            form = self.person.get(self.path).form("seen")
            self._form = {name: form[name] for name in ("seen", "csrf_token")}
        self.sent = self.kept + 1
        answer = self.person.post(self.path, self._form | self._typed(), Accept="application/json")
        assert answer.status == 200, (self.slug, answer)
        self._form["seen"] = json.loads(answer.text)["seen"]
        self.kept = self.sent
        self.acknowledged += 1

    def _typed(self) -> dict[str, str]:
        shares = {f"{key}:numerator": str(self.sent) for key in ("p1.rlw_staff", "p1.rlw_agency")}
        shares |= {f"{key}:denominator": "100000" for key in ("p1.rlw_staff", "p1.rlw_agency")}
        return {**shares, "p1.narrative:": f"Save {self.sent}"}

    def settle(self, session: Session) -> None:
        """All boxes hold the last number that was acknowledged, or all of them the one after it."""
        row = return_of(session, OPEN, self.slug)
        held = {
            answer.question: answer.parts
            for answer in session.scalars(select(Answer).where(Answer.return_id == row.id))
            if answer.question in {"p1.narrative", "p1.rlw_staff", "p1.rlw_agency"}
        }
        words = held.get("p1.narrative", {}).get("", "")
        found = int(words.removeprefix("Save ")) if words.startswith("Save ") else 0
        assert found in {self.kept, self.sent}, f"{self.slug}: save {self.kept} was acknowledged, there is {found}"
        if found:
            numbers = {held[key]["numerator"] for key in ("p1.rlw_staff", "p1.rlw_agency")}
            assert numbers == {str(found)}, f"{self.slug}: half a save: {held}"
        self.kept = self.sent = found
        self._form = {}


class RoundGoer:
    """Corrects an accepted return, signs it, has it accepted and the figures published again, for ever."""

    weight, seconds, pause = 4, 0.6, 0.0

    def __init__(self, slug: str, lead: Person, signatory: Person, member: Person, team: Person) -> None:
        self.lead, self.signatory, self.member, self.team = lead, signatory, member, team
        self.people = (lead, signatory, member, team)
        self.slug, self.path = slug, f"/returns/{CLOSED}/{slug}"
        self.acknowledged = 0
        self._steps: list[str] = []
        self._doing = ""
        self._saved, self._saving, self._revision = 0, 0, 0
        self._is_saved = self._is_stale = self._knows = False
        self.done: list[str] = []

    @property
    def pages(self) -> list[tuple[Person, str]]:
        """Those that can be opened while the return is accepted, and the page of another return's signature."""
        return [
            (self.lead, f"{self.path}/correct"),
            (self.signatory, f"/returns/{OPEN}/wirral-community/sign"),
            (self.member, f"/reviews/{CLOSED}/{self.slug}"),
            (self.team, f"/rounds/{CLOSED}/revise"),
        ]

    def turn(self) -> None:
        """Whatever comes next."""
        if not self._knows:
            return
        doing, act = self._next()
        self._doing = doing
        act()
        self._note(doing)
        self._doing = ""
        self.acknowledged += 1
        self.done.append(doing)

    def _next(self) -> tuple[str, Callable[[], None]]:
        last = self._steps[-1]
        if last == Step.ACCEPT:
            return ("publish", self._publish) if self._is_stale else (Step.CORRECT, self._correct)
        if last == Step.CORRECT:
            return (Step.SUBMIT, self._sign) if self._is_saved else ("save", self._save)
        return Step.ACCEPT, self._accept

    def _note(self, done: str) -> None:
        if done == "save":
            self._saved, self._is_saved = self._saving, True
        elif done == "publish":
            self._revision, self._is_stale = self._revision + 1, False
        else:
            self._steps.append(done)
            self._is_stale = self._is_stale or done == Step.ACCEPT
            self._is_saved = self._is_saved and done != Step.CORRECT

    def _correct(self) -> None:
        form = self.lead.get(f"{self.path}/correct").form("reason")
        self._send(self.lead, f"{self.path}/correct", form | {"reason": "A slip"}, self.path)

    def _save(self) -> None:
        path = f"{self.path}/sections/pledge-2"
        form = self.lead.get(path).form("seen")
        self._saving = self._saved + 1
        typed = {"p2.local_staff:numerator": str(self._saving), "p2.local_staff:denominator": "5000"}
        self._send(self.lead, path, form | typed | {"then": "later"}, self.path)

    def _sign(self) -> None:
        path = f"{self.path}/sign"
        form = self.signatory.get(path).form("read")
        typed = {"signoff:name": "Sol Example", "signoff:role": "Chief executive", "confirm": "yes"}
        self._send(self.signatory, path, form | typed, self.path)

    def _accept(self) -> None:
        path = f"/reviews/{CLOSED}/{self.slug}"
        form = self.member.get(path).form("revision")
        self._send(self.member, f"{path}/accept", form | OUTCOMES, "/reviews")

    def _publish(self) -> None:
        path = f"/rounds/{CLOSED}/revise"
        form = self.team.get(path).form("reason")
        revision = f"/publications/{CLOSED}/{self._revision + 1}"
        self._send(self.team, path, form | {"reason": "A correction"}, revision)

    def _send(self, person: Person, path: str, fields: dict[str, str], target: str) -> None:
        answer = person.post(path, fields)
        arrived = answer.status == 302 and answer.location.partition("?")[0] == target
        assert arrived, f"{self._doing}: {answer.status} {answer.location} {answer.title}"

    def settle(self, session: Session) -> None:
        """The steps are those that were acknowledged or one more, and whatever goes with a step is there with it."""
        row = return_of(session, CLOSED, self.slug)
        steps = list(session.scalars(select(ReturnStep.step).filter_by(return_id=row.id).order_by(ReturnStep.id)))
        saved, revision = self._held(session, row)
        if self._knows:
            expected = [(self._steps, self._saved, self._revision), *self._one_more()]
            assert (steps, saved, revision) in expected, f"there is {steps, saved, revision}, expected {expected}"
        self._steps, self._knows = steps, True
        self._is_saved = saved > self._saved or self._is_saved if self._steps[-1] == Step.CORRECT else False
        self._is_stale = self._is_stale if revision == self._revision else False
        if steps[-1:] == [Step.ACCEPT] and self._doing == Step.ACCEPT:
            self._is_stale = True
        self._saved, self._revision, self._doing = saved, revision, ""
        self._whole(session, row)

    def _one_more(self) -> list[tuple[list[str], int, int]]:
        """What there is if the thing that was being sent was done."""
        if self._doing == "save":
            return [(self._steps, self._saving, self._revision)]
        if self._doing == "publish":
            return [(self._steps, self._saved, self._revision + 1)]
        return [([*self._steps, self._doing], self._saved, self._revision)] if self._doing else []

    def _held(self, session: Session, row: Return) -> tuple[int, int]:
        parts = session.scalars(select(Answer.parts).filter_by(return_id=row.id, question="p2.local_staff")).one()
        number = int(parts["numerator"]) if parts["denominator"] == "5000" else 0
        revisions = select(func.max(Publication.revision)).join(Round, Round.id == Publication.round_id)
        return number, session.scalars(revisions.where(Round.code == CLOSED)).one() or 0

    def _whole(self, session: Session, row: Return) -> None:
        """Status, revisions and what was signed follow from the steps."""
        expected = {
            Step.ACCEPT: Status.ACCEPTED,
            Step.CORRECT: Status.CORRECTING,
            Step.SUBMIT: Status.SUBMITTED,
        }
        assert row.status == expected[Step(self._steps[-1])], (row.status, self._steps)
        signed = session.scalars(select(Submission).filter_by(return_id=row.id).order_by(Submission.revision)).all()
        assert len(signed) == row.revision == self._steps.count(Step.SUBMIT)
        if row.status != Status.CORRECTING and self._saved:
            assert json.loads(signed[-1].answers)["p2.local_staff"]["numerator"] == str(self._saved)


class Uploader:
    """Hands in one file after another."""

    weight, seconds, pause = 2, 0.1, 0.05

    def __init__(self, person: Person, slug: str, store: FolderStore) -> None:
        self.person, self.slug, self.people, self._store = person, slug, (person,), store
        self.acknowledged = self._unknown = 0
        self._known: set[str] = set()
        self._is_new = True
        self._token = ""

    @property
    def pages(self) -> list[tuple[Person, str]]:
        """Much the same as anybody's section."""
        return []

    def turn(self) -> None:
        """Hand in a small picture, no two of which are the same."""
        path = f"/returns/{OPEN}/{self.slug}/evidence/p3.evidence"
        if not self._token:
            form = self.person.get(f"/returns/{OPEN}/{self.slug}/sections/pledge-3").form("seen")
            self._token = form["csrf_token"]
        self._unknown += 1
        number = self.acknowledged + self._unknown
        content = picture(size=(4 + number % 50, 4 + number // 50))
        answer = self.person.upload(path, {"csrf_token": self._token, "number": "1"}, f"picture {number}.png", content)
        assert answer.status == 200, (answer.status, answer.text)
        self._known.add(value_of(answer, r'value=\\"([0-9a-f]{32})\\"'))
        self._unknown -= 1
        self.acknowledged += 1

    def settle(self, session: Session) -> None:
        """Every file that was acknowledged is there, and every file that is there is whole."""
        row = return_of(session, OPEN, self.slug)
        files = session.scalars(select(EvidenceFile).filter_by(return_id=row.id)).all()
        held = {file.id for file in files}
        missing, surplus = self._known - held, held - self._known
        assert not missing, f"files that were acknowledged are gone: {missing}"
        assert self._is_new or len(surplus) <= self._unknown, f"files that nobody sent: {surplus}"
        for file in files:
            if file.id in self._known or not self._is_new:
                self._whole(file)
        self._known, self._unknown, self._is_new, self._token = held, 0, False, ""

    def _whole(self, file: EvidenceFile) -> None:
        content = self._store.open(file.id)
        with_digest = sha256(content.read()).hexdigest()
        content.close()
        assert (file.state, with_digest) == (FileState.CLEAN, file.digest), f"half a file: {file.name}"


class Asker:
    """Asks for long work that a worker does meanwhile."""

    weight, seconds, pause = 1, 0.2, 0.2

    def __init__(self, person: Person) -> None:
        self.person, self.people = person, (person,)
        self.acknowledged = 0
        self._asked: set[int] = set()
        self._token = ""

    @property
    def pages(self) -> list[tuple[Person, str]]:
        """The page with the form."""
        return [(self.person, "/team/audit")]

    def turn(self) -> None:
        """Ask for the certificates, or for a check of the audit."""
        if not self._token:
            self._token = self.person.get("/team/audit").form("mark")["csrf_token"]
        path = "/team/audit/check" if self.acknowledged % 4 else "/team/certificates/archive"
        answer = self.person.post(path, {"csrf_token": self._token, "kind": "signatory", "mark": ""})
        assert answer.status == 302 and answer.location.startswith("/jobs/"), answer
        self._asked.add(int(answer.location.rpartition("/")[2]))
        self.acknowledged += 1

    def settle(self, session: Session) -> None:
        """Whatever was asked for is waiting, being done or done."""
        held = set(session.scalars(select(Job.id)))
        assert self._asked <= held, f"work that was asked for is gone: {self._asked - held}"
        failed = session.scalars(select(Job).where(Job.id.in_(self._asked), Job.state == JobState.FAILED)).all()
        # whose workers were killed five times over: that is said, and one can ask for it again
        unforeseen = [(job.id, job.outcome) for job in failed if not job.outcome.startswith("Given up after")]
        assert not unforeseen, unforeseen
        self._token = ""

    def unfinished(self, session: Session) -> int:
        """How many have not ended yet."""
        query = select(func.count()).select_from(Job).where(Job.id.in_(self._asked), Job.ended_at.is_(None))
        return session.scalars(query).one()


def everybody(port: int, store: FolderStore) -> list[Traffic]:
    """Those who do something, all of them signed in."""
    wirral, trust, council = "wirral-university-hospital", "mid-cheshire-hospitals", "sefton-council"
    lead = Person(port, "tomos.hadderley@wirral-university-hospital.example").sign_in()
    signatory = Person(port, "signatory@wirral-two.example").sign_in()
    member = Person(port, "member@assembly.example").sign_in()
    team = Person(port, "team@team.example").sign_in()
    asker = Person(port, team.email)
    asker.cookies = dict(team.cookies)
    saver = Person(port, "lead@trust.example").sign_in()
    uploader = Person(port, "iestyn.molyneaux-dale@sefton-council.example").sign_in()
    return [
        Saver(saver, trust),
        RoundGoer(wirral, lead, signatory, member, team),
        Uploader(uploader, council, store),
        Asker(asker),
    ]
