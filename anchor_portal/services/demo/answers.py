"""The demo: invented rounds, returns and people that tell a story, the same on every machine."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from anchor_portal.domain.answers.parts import Asking, Last
from anchor_portal.domain.answers.shares import percent_of
from anchor_portal.domain.answers.soft_checks import soft_checks
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.people import Role
from anchor_portal.domain.questionnaire.version import Questionnaire, parse
from anchor_portal.folders import folder
from anchor_portal.services.demo import seeds, words
from anchor_portal.services.demo.sections import Answers, answers_of
from anchor_portal.services.demo.seeds import DemoRound, Situation

__all__ = [
    "DemoPerson",
    "DemoReturn",
    "DemoRound",
    "demo_people",
    "demo_returns",
    "demo_rounds",
    "register_headcounts",
]

DAYS_TO_THE_DEADLINE = 32
"""The deadline is the first Friday after this many days."""
DAYS_SINCE_THE_OPENING = 10
FRIDAY = 4
SIGNED = frozenset({Status.SUBMITTED, Status.ACCEPTED, Status.RETURNED, Status.WITHDRAWN})
WITHOUT_ANSWERS = frozenset({Status.NOT_STARTED, Status.NIL})


@dataclass(frozen=True)
class DemoReturn:
    """One organisation's return in one round; `answers` map a question to its parts in canonical text.

    `reason` is why it was returned, withdrawn, or declared a nil return.
    """

    round: str
    organisation: str
    status: str
    answers: Answers
    reason: str = ""


@dataclass(frozen=True)
class DemoPerson:
    """Somebody invented, who can sign in; each role goes with an organisation, or with "" for all."""

    email: str
    name: str
    roles: tuple[tuple[str, str], ...]


class _Signatory(NamedTuple):
    name: str
    job: str


def demo_rounds(today: date) -> tuple[DemoRound, ...]:
    """The eight rounds, in order; the dates of the open one are counted from `today`."""
    return tuple(_round(row, today) for row in seeds.read_rows("demo/rounds.csv"))


def _round(row: dict[str, str], today: date) -> DemoRound:
    is_open = not row["opens_on"]
    return DemoRound(
        code=row["code"],
        title=row["title"],
        questionnaire=row["questionnaire"],
        opens_on=today - timedelta(days=DAYS_SINCE_THE_OPENING) if is_open else date.fromisoformat(row["opens_on"]),
        closes_on=_closes_on(today) if is_open else date.fromisoformat(row["closes_on"]),
        period_from=date.fromisoformat(row["period_from"]),
        period_to=date.fromisoformat(row["period_to"]),
        status="open" if is_open else "published",
    )


def _closes_on(today: date) -> date:
    earliest = today + timedelta(days=DAYS_TO_THE_DEADLINE + 1)
    return earliest + timedelta(days=(FRIDAY - earliest.weekday()) % 7)


def demo_returns(today: date) -> tuple[DemoReturn, ...]:
    """Every return, round by round; those of the open round that nobody has started are among them."""
    rounds = demo_rounds(today)
    made = [one for profile in seeds.profiles() for one in _returns_of(profile, rounds, today)]
    return tuple(sorted(made, key=lambda one: (one.round, one.organisation)))


def _returns_of(profile: seeds.Profile, rounds: tuple[DemoRound, ...], today: date) -> Iterator[DemoReturn]:
    """One organisation's returns in order of time, each beside the last accepted one."""
    last: Last | None = None
    last_accepted = ""
    for one in rounds:
        status = seeds.statuses().get((profile.organisation, one.code))
        if status is None:
            continue
        situation = Situation(profile, seeds.commitments()[profile.organisation], one, rounds, today)
        if last and one.questionnaire == "2024-07" and last_accepted >= "2024-07":
            situation = replace(situation, last_accepted=last_accepted)
        answers = _answers(situation, status, last)
        yield DemoReturn(one.code, profile.organisation, status.value, answers, words.reason(situation))
        if status is Status.ACCEPTED:
            last, last_accepted = Last(answers, one.period_to), one.code


def _answers(situation: Situation, status: Status, last: Last | None) -> Answers:
    if status in WITHOUT_ANSWERS:
        return {}
    answers = answers_of(situation)
    if status is Status.IN_PROGRESS:
        return _drafted(answers, situation.profile.organisation)
    answers = _explained(situation, answers, last)
    return answers | {"signoff": _signoff(situation)} if status in SIGNED else answers


def _drafted(answers: Answers, organisation: str) -> Answers:
    """What a draft holds so far, without explanations of warnings."""
    sections, without = words.draft(organisation)
    return {key: parts for key, parts in answers.items() if _section(key) in sections and key not in without}


def _section(key: str) -> str:
    first = key.partition(".")[0]
    return f"pledge-{first[1:]}" if first[1:].isdigit() else first


def _explained(situation: Situation, answers: Answers, last: Last | None) -> Answers:
    """The answers, with a sentence wherever the portal would warn about one of them."""
    found = soft_checks(_questionnaire(situation.round.questionnaire), answers, _asking(situation), last)
    explained = dict(answers)
    for key in {problem.question for problem in found}:
        is_exact = percent_of(answers[key]) in {0, 100}
        explained[key] = answers[key] | {"explanation": words.explanation(situation, key, is_exact=is_exact)}
    return explained


@cache
def _questionnaire(code: str) -> Questionnaire:
    name = f"{code}.toml"
    return parse((folder("seeds") / "questionnaires" / name).read_text(encoding="utf-8"), name)


def _asking(situation: Situation) -> Asking:
    one = situation.round
    return Asking("", "", situation.today, one.period_from, one.period_to)


def _signoff(situation: Situation) -> dict[str, str]:
    signatory = _signatories()[situation.profile.organisation]
    return {"name": signatory.name, "role": signatory.job, "date": _signed_on(situation).isoformat()}


def _signed_on(situation: Situation) -> date:
    """A working day by the deadline, or later where the story says so; in the open round, last week."""
    one, draw = situation.round, situation.random("signed")
    if one.status == "open":
        return _working_day(situation.today - timedelta(days=draw.randint(1, DAYS_SINCE_THE_OPENING - 3)))
    if late := situation.amount("signoff", "late"):
        return _working_day(one.closes_on + timedelta(days=int(late)))
    return _working_day(one.closes_on - timedelta(days=draw.randint(0, (one.closes_on - one.period_to).days - 3)))


def _working_day(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - FRIDAY))


@cache
def _signatories() -> dict[str, _Signatory]:
    rows = [row for row in seeds.read_rows("demo/people.csv") if row["role"] == Role.SIGNATORY]
    return {row["organisation"]: _Signatory(row["name"], row["job"]) for row in rows}


def demo_people() -> tuple[DemoPerson, ...]:
    """Everybody who can sign in to the demo, each once, with every role that they hold."""
    names: dict[str, str] = {}
    roles: dict[str, list[tuple[str, str]]] = {}
    for row in seeds.read_rows("demo/people.csv"):
        names[row["email"]] = row["name"]
        roles.setdefault(row["email"], []).append((Role(row["role"]).value, row["organisation"]))
    return tuple(DemoPerson(email, name, tuple(roles[email])) for email, name in names.items())


def register_headcounts() -> dict[str, int]:
    """What the register holds for each signatory in round numbers, whether or not it ever returned."""
    return {profile.organisation: _to_ten(profile.headcount) for profile in seeds.profiles()}


def _to_ten(people: float) -> int:
    return max(10, round(people / 10) * 10)
