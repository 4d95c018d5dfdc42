"""What the demo is made from: the tables and texts under seeds/demo, read into typed rows."""

import csv
import tomllib
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from hashlib import sha256
from random import Random
from typing import Any, Literal

from anchor_portal.domain.lifecycle import Status
from anchor_portal.folders import folder

RoundStatus = Literal["published", "open"]


@dataclass(frozen=True)
class DemoRound:
    """A round of the demo; all but the last are published and have fixed dates."""

    code: str
    title: str
    questionnaire: str
    opens_on: date
    closes_on: date
    period_from: date
    period_to: date
    status: RoundStatus

    @property
    def is_july(self) -> bool:
        """Rounds of July hold the figures of a new financial year's first quarter."""
        return self.code.endswith("-07")


@dataclass(frozen=True)
class Profile:
    """An organisation's invented figures, as of July 2024.

    Percentages are written as numbers (71.5); steps are percentage points a round; `growth` is in thousandths
    of the headcount a round; `contracts` and `spend` (in thousands of pounds) are for a whole financial year.
    """

    organisation: str
    kind: str
    mix: str
    area: str
    town: str
    july_day: str
    january_day: str
    headcount: float
    growth: float
    fte: float
    local: float
    local_step: float
    unknown: float
    kept: float
    rlw: float
    rlw_step: float
    agency: float
    agency_rlw: float
    em_lower: float
    em_middle: float
    em_upper: float
    em_medical: float
    em_board: float
    em_step: float
    not_stated: float
    contracts: float
    contracts_local: float
    spend: float
    spend_local: float
    spend_step: float

    @property
    def is_small(self) -> bool:
        """Under 300 people: counts move by ones, and texts speak of smaller numbers."""
        return self.headcount < 300

    def minority_rate(self, group: str) -> float:
        """Percentage of known ethnicity that is from an ethnic minority, in a group of levels."""
        return float(getattr(self, f"em_{group}"))


@dataclass(frozen=True)
class Commitment:
    """What an organisation signed, adopted and planned, and since when; an empty date means never."""

    organisation: str
    free_use: str
    free_use_yes_from: str
    plan_begun_on: str
    plan_approved_on: str
    target_year: str
    charter_on: str
    award_on: str
    prevention_on: str
    initiatives_from: str
    marmot: str
    core20plus5: str
    early_rate: str
    levels: str


@dataclass(frozen=True)
class Deviation:
    """What an organisation does differently from its profile for one question, in some rounds.

    `change` is blank, not_known, percent, basis, shift (percentage points), unknown (per cent of the whole),
    scale, short or grow (per cent), late (days), or explain; `words` are the reason, basis or explanation.
    """

    organisation: str
    question: str
    first_round: str
    last_round: str
    change: str
    amount: str
    words: str


@dataclass(frozen=True)
class LevelShare:
    """A row of the levels table: its group, and its weight among the others of a mix of jobs."""

    scale: str
    row: str
    group: str
    weight: float


@dataclass(frozen=True)
class Situation:
    """One organisation in one round, on the day of seeding; everything invented is drawn from here."""

    profile: Profile
    commitment: Commitment
    round: DemoRound
    rounds: tuple[DemoRound, ...]
    today: date
    last_accepted: str = ""

    @property
    def position(self) -> int:
        """Rounds since July 2024, where profiles stand; negative before it."""
        codes = [one.code for one in self.rounds]
        return codes.index(self.round.code) - codes.index("2024-07")

    @property
    def last_day(self) -> date:
        """The last day that the figures can be about: the period's end, or today where that is to come."""
        return self.round.period_to if self.round.status == "published" else min(self.round.period_to, self.today)

    def random(self, key: str) -> Random:
        """A source of chance of its own for this organisation, round and key: the same on every machine."""
        return chance(self.profile.organisation, self.round.code, key)

    def stable(self, key: str) -> Random:
        """A source of chance that is the same in every round."""
        return chance(self.profile.organisation, "", key)

    def jitter(self, key: str, spread: float) -> float:
        """A number between minus and plus `spread`."""
        return (self.random(key).random() * 2 - 1) * spread

    def deviation(self, question: str, change: str) -> Deviation | None:
        """What this organisation does differently here, if anything."""
        for one in _deviations().get((self.profile.organisation, question), ()):
            if one.change == change and one.first_round <= self.round.code <= one.last_round:
                return one
        return None

    def amount(self, question: str, change: str, default: float = 0.0) -> float:
        """The amount of a deviation, or the default without one."""
        found = self.deviation(question, change)
        return float(found.amount) if found else default

    def in_round(self, code: str) -> "Situation":
        """The same organisation in another round."""
        return replace(self, round=next(one for one in self.rounds if one.code == code))


def chance(*keys: str) -> Random:
    """A random source seeded by its keys alone."""
    seed = int.from_bytes(sha256("|".join(keys).encode()).digest()[:8])
    return Random(seed)  # noqa: S311 - invented figures, no secrets


@cache
def read_rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a table under seeds/, as text."""
    with (folder("seeds") / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def read_toml(name: str) -> dict[str, Any]:
    """A file of texts under seeds/demo/."""
    return tomllib.loads((folder("seeds") / "demo" / name).read_text(encoding="utf-8"))


@cache
def profiles() -> tuple[Profile, ...]:
    """The 21 signatories, in the order of the files."""
    texts = {field.name for field in fields(Profile) if field.type is str}
    rows = read_rows("demo/organisations.csv")
    return tuple(
        Profile(**{name: text if name in texts else float(text or 0) for name, text in row.items()})  # type: ignore[arg-type]
        for row in rows
    )


@cache
def commitments() -> dict[str, Commitment]:
    """By organisation."""
    return {row["organisation"]: Commitment(**row) for row in read_rows("demo/commitments.csv")}


@cache
def _deviations() -> dict[tuple[str, str], tuple[Deviation, ...]]:
    found: dict[tuple[str, str], tuple[Deviation, ...]] = {}
    for row in read_rows("demo/exceptions.csv"):
        one = Deviation(**row)
        key = (one.organisation, one.question)
        found[key] = (*found.get(key, ()), one)
    return found


@cache
def level_shares(mix: str) -> tuple[LevelShare, ...]:
    """The rows of the scale that this mix of jobs uses."""
    rows = [row for row in read_rows("demo/level_mix.csv") if row[mix]]
    return tuple(LevelShare(row["scale"], row["row"], row["group"], float(row[mix])) for row in rows)


@cache
def statuses() -> dict[tuple[str, str], Status]:
    """Where each return stands, by organisation and round; who did not take part is not in it."""
    return {
        (row["organisation"], code): Status(text)
        for row in read_rows("demo/returns.csv")
        for code, text in row.items()
        if code != "organisation" and text
    }
