"""The demo's numbers: heads, shares, contracts, pounds and levels of one organisation in one round."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor

from anchor_portal.domain.answers.numbers import plain
from anchor_portal.domain.answers.parts import PLACES
from anchor_portal.domain.answers.shares import percent_of, round_half_up
from anchor_portal.domain.questionnaire.questions import Unit
from anchor_portal.services.demo.seeds import LevelShare, Situation, level_shares

Answer = dict[str, str]

STEP_BY_GROUP = {"lower": 1.0, "middle": 0.9, "upper": 0.6, "medical": 0.8, "board": 0.0}
"""How much of an organisation's rise in diversity reaches each group of levels."""


@dataclass(frozen=True)
class Counts:
    """A share in whole people or contracts, or in hundredths of an FTE or a pound."""

    unit: Unit
    whole: int
    unknown: int
    percent: float

    def parts(self) -> Answer:
        """The answer's parts, with the numerator that the percentage gives."""
        known = self.whole - self.unknown
        numerator = min(known, max(0, round(known * self.percent / 100)))
        amounts = {"numerator": numerator, "denominator": known, "unknown": self.unknown}
        return {part: write_amount(amount, self.unit) for part, amount in amounts.items()} | {"basis": "actual"}


def write_amount(amount: int, unit: Unit) -> str:
    """Canonical text: 812 people, or 81250 hundredths as 812.50."""
    return f"{amount // 100}.{amount % 100:02}" if PLACES[unit] else str(amount)


def headcount(situation: Situation) -> int:
    """Employees; small organisations move by ones and twos, large ones by less than half a per cent."""
    profile = situation.profile
    trend = 1 + profile.growth / 1000 * situation.position
    noise = 1 + situation.jitter("headcount", 0.02 if profile.is_small else 0.003)
    grown = 1 + situation.amount("about.headcount", "grow") / 100
    return round(profile.headcount * trend * noise * grown)


def fte(situation: Situation) -> int:
    """Full-time equivalents in hundredths, never above the headcount."""
    heads = headcount(situation)
    return min(heads * 100, round(heads * (situation.profile.fte + situation.jitter("fte", 0.25))))


def snapshot_on(situation: Situation) -> date | None:
    """The day of the workforce figures, not one to come; None before the period has begun."""
    profile, begins, latest = situation.profile, situation.round.period_from, situation.last_day
    month, day = map(int, (profile.july_day if situation.round.is_july else profile.january_day).split("-"))
    wanted = date(begins.year, month, day)
    if wanted <= latest:
        return wanted
    months_end = latest.replace(day=1) - timedelta(days=1)
    return next((one for one in (months_end, latest) if one >= begins), None)


def rlw_staff(situation: Situation) -> Answer:
    """Employees paid at least the real living wage, rising."""
    profile = situation.profile
    percent = profile.rlw + profile.rlw_step * situation.position
    if percent < 100:
        percent = min(99.8, percent + situation.jitter("rlw", 0.2))
    return Counts(Unit.PEOPLE, headcount(situation), 0, min(100.0, percent)).parts()


def rlw_agency(situation: Situation) -> Answer:
    """Agency staff paid at least the real living wage, as far as agencies say."""
    profile = situation.profile
    whole = round(profile.agency * (1 + situation.jitter("agency", 0.08)))
    unknown = round(whole * situation.amount("p1.rlw_agency", "unknown") / 100)
    percent = profile.agency_rlw + situation.position + situation.jitter("agency_rlw", 1.5)
    return Counts(Unit.PEOPLE, whole, unknown, percent if whole else 0).parts() | {"basis": "notional"}


def local_staff(situation: Situation) -> Answer:
    """Employees who live in the area, of those whose address is known."""
    whole = headcount(situation)
    unknown = round(whole * _unknown(situation, "p2.local_staff") / 100)
    return Counts(Unit.PEOPLE, whole, unknown, _local_percent(situation)).parts()


def local_fte(situation: Situation) -> Answer:
    """FTE of those who live in the area and are kept for a year, or for the whole of a shorter contract."""
    whole = fte(situation)
    unknown = round(whole * _unknown(situation, "p2.local_fte") / 100)
    kept = situation.profile.kept + situation.jitter("kept", 0.15)
    return Counts(Unit.FTE, whole, unknown, _local_percent(situation) * kept / 100).parts()


def _local_percent(situation: Situation) -> float:
    profile = situation.profile
    return profile.local + profile.local_step * situation.position + situation.jitter("local", 0.15)


def _unknown(situation: Situation, question: str) -> float:
    usual = max(0.5, situation.profile.unknown - 0.15 * situation.position) if situation.profile.unknown else 0.0
    return situation.amount(question, "unknown", usual)


def local_contracts(situation: Situation) -> Answer:
    """Contracts awarded to local suppliers in the financial year so far."""
    profile = situation.profile
    whole = max(1, round(profile.contracts * _year_so_far(situation) * _yearly(situation, "contracts", 0.06)))
    percent = profile.contracts_local + 0.5 * situation.position + situation.amount("p2.local_contracts", "shift")
    return Counts(Unit.CONTRACTS, whole, 0, percent).parts()


def local_spend(situation: Situation) -> Answer:
    """Pounds to local suppliers under contract in the financial year so far, in pence."""
    profile = situation.profile
    scale = situation.amount("p2.local_spend", "scale", 100) / 100
    year = profile.spend * 100_000 * (1 + 0.015 * situation.position) * _yearly(situation, "spend", 0.02)
    pence = round(year * _year_so_far(situation) * scale) + situation.random("pence").randrange(100)
    percent = profile.spend_local + profile.spend_step * situation.position + situation.jitter("spend_local", 0.3)
    return Counts(Unit.GBP, pence, 0, percent + situation.amount("p2.local_spend", "shift")).parts()


def _year_so_far(situation: Situation) -> float:
    """The part of the financial year, which begins on 1 April, that the round's figures hold."""
    begins = date(situation.round.period_to.year, 4, 1)
    days = (situation.last_day - begins).days + 1
    return max(days, 91) / 365


def _yearly(situation: Situation, key: str, spread: float) -> float:
    """A factor that stays the same all through one financial year, so that January holds July."""
    year = str(situation.round.period_to.year)
    draw = situation.stable(f"{key} {year}").random()
    return 1 + (draw * 2 - 1) * spread


def as_percent(parts: Answer, places: int = 1) -> Answer:
    """The percentage alone, as version 2024-01 asked for it; blank where the whole is nothing."""
    percent = percent_of(parts)
    return {} if percent is None else {"percent": plain(round_half_up(percent, places))}


def levels(situation: Situation) -> Answer:
    """Employees by level and ethnicity; the NHS scale holds the table of the last 31 March."""
    rows = level_shares(situation.profile.mix)
    held = _last_july(situation) if rows[0].scale == "nhs" else situation
    people = round(headcount(held) * (1 - situation.amount("workforce.levels", "short") / 100))
    parts: Answer = {}
    for row, heads in zip(rows, _spread(people, rows), strict=True):
        parts |= _level_row(held, row, heads)
    found = situation.deviation("workforce.levels", "short")
    return parts | ({"reason": found.words} if found else {})


def _last_july(situation: Situation) -> Situation:
    codes = [one.code for one in situation.rounds if one.is_july and one.code <= situation.round.code]
    return situation.in_round(codes[-1])


def _spread(people: int, rows: Sequence[LevelShare]) -> list[int]:
    """The people over the rows by weight, whole, adding up: the largest remainders get the rest."""
    total = sum(row.weight for row in rows)
    exact = [people * row.weight / total for row in rows]
    counts = [floor(amount) for amount in exact]
    order = sorted(range(len(rows)), key=lambda index: counts[index] - exact[index])
    for index in order[: people - sum(counts)]:
        counts[index] += 1
    return counts


def _level_row(situation: Situation, row: LevelShare, heads: int) -> Answer:
    profile = situation.profile
    not_stated = min(heads, _rounded(situation, f"{row.row} not stated", heads * profile.not_stated / 100))
    rate = profile.minority_rate(row.group)
    rate += profile.em_step * situation.position * STEP_BY_GROUP[row.group] if rate else 0
    minority = min(heads - not_stated, _rounded(situation, row.row, (heads - not_stated) * rate / 100))
    counts = {"ethnic_minority": minority, "white": heads - not_stated - minority, "not_stated": not_stated}
    return {f"{row.row}.{column}": str(count) for column, count in counts.items()}


def _rounded(situation: Situation, key: str, amount: float) -> int:
    """Up or down by a draw that stays the same in every round, so that small counts do not flicker."""
    return floor(amount + situation.stable(f"level {key}").random())
