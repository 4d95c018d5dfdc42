"""The demo's texts: narratives made of sentences, case studies, evidence, reasons and explanations."""

from datetime import date, timedelta
from random import Random
from typing import Any

from anchor_portal.services.demo.seeds import Profile, Situation, profiles, read_toml

Answer = dict[str, str]

SIZES = {
    True: {"few": (2, 6), "some": (8, 30), "many": (40, 160)},
    False: {"few": (3, 9), "some": (12, 60), "many": (90, 480)},
}
"""What the numbers in a sentence may be, for small organisations and for others."""
LONG_ENOUGH = 7
"""From this many sentences about a period on, a narrative may take three and have none of the last one's."""


def narrative(situation: Situation, pledge: int) -> str:
    """Progress on a pledge: what is in place, what happened in the period, what comes next."""
    sentences = _sentences(situation, pledge)
    turn = situation.position + 2
    start = _place_among_its_kind(situation.profile)
    period = sentences["period"]
    step = 3 if len(period) >= LONG_ENOUGH else 2
    taken = step if situation.random(f"p{pledge} length").random() < 0.6 else 2
    chosen = [_turned(sentences["base"], start + turn // 2)]
    chosen += [_turned(period, start + turn * step + index) for index in range(taken)]
    filled = [_filled(situation, pledge, sentence) for sentence in chosen]
    return " ".join(filled) + "\n\n" + _filled(situation, pledge, _turned(sentences["next"], start + turn))


def _sentences(situation: Situation, pledge: int) -> dict[str, list[str]]:
    kinds: dict[str, dict[str, list[str]]] = read_toml(f"narratives/pledge-{pledge}.toml")
    profile = situation.profile
    found = kinds.get(profile.organisation) or kinds[profile.kind]
    sort_of_trust = "community" if profile.mix == "community" else "hospital"
    return found | {"period": found["period"] + found.get(sort_of_trust, [])}


def _place_among_its_kind(profile: Profile) -> int:
    """0, 1, 2 …: those of one kind begin at different sentences, so that no two say the same at one time."""
    alike = [one.organisation for one in profiles() if one.kind == profile.kind]
    return alike.index(profile.organisation)


def _turned(sentences: list[str], turn: int) -> str:
    return sentences[turn % len(sentences)]


def _filled(situation: Situation, pledge: int, sentence: str) -> str:
    draw = situation.random(f"p{pledge} {sentence}")
    numbers = {name: draw.randint(*ends) for name, ends in SIZES[situation.profile.is_small].items()}
    return sentence.format(area=situation.profile.area, town=situation.profile.town, **numbers)


def boundary(situation: Situation) -> str:
    """What the return covers."""
    words: str = _words()["boundary"][situation.profile.organisation]
    return words


def case_studies(situation: Situation) -> Answer:
    """The organisation's case studies of this round, in parts."""
    parts: Answer = {}
    for number, study in enumerate(_studies(situation), start=1):
        for part in ("title", "story", "pledge", "place", "publish"):
            if part in study:
                parts[f"{number}.{part}"] = str(study[part])
    return parts


def case_study_text(situation: Situation) -> str:
    """The same as one text, as version 2024-01 asked for it; empty without one."""
    return "\n\n".join(f"{study['title']}\n\n{study['story']}" for study in _studies(situation))


def _studies(situation: Situation) -> list[dict[str, Any]]:
    return [
        study
        for study in read_toml("case_studies.toml")["studies"]
        if study["organisation"] == situation.profile.organisation
        and study["first"] <= situation.round.code <= study["last"]
    ]


def evidence(situation: Situation, pledge: int) -> Answer:
    """A link, now and then two, with caption and date."""
    draw = situation.random(f"p{pledge} evidence")
    if draw.random() > 0.4:
        return {}
    offered: list[list[str]] = _words()["evidence"][str(pledge)]
    parts: Answer = {}
    for number, (page, caption) in enumerate(draw.sample(offered, draw.choice([1, 1, 2])), start=1):
        parts |= _link(situation, number, page, caption, draw)
    return parts


def _link(situation: Situation, number: int, page: str, caption: str, draw: Random) -> Answer:
    parts = {
        f"{number}.link": f"https://www.{situation.profile.organisation}.example/{page}",
        f"{number}.caption": caption,
    }
    about = _day_in_period(situation, draw)
    return parts | ({f"{number}.about": about.isoformat()} if about else {})


BEFORE_SIGNING = 14
"""Days at the end of the period that evidence is never about, so that it is older than any signature."""


def _day_in_period(situation: Situation, draw: Random) -> date | None:
    days = (situation.last_day - situation.round.period_from).days - BEFORE_SIGNING
    return situation.round.period_from + timedelta(days=draw.randint(0, days)) if days >= 0 else None


def level_now(situation: Situation, pledge: int) -> Answer:
    """The self-assessed level, 1 to 4, with a reason where it is not that of the last accepted return."""
    level = _level(situation, pledge)
    if not level:
        return {}
    before = _level(situation.in_round(situation.last_accepted), pledge) if situation.last_accepted else level
    if level == before:
        return {"": str(level)}
    offered = _words()["levels"]["up"][str(pledge)] if level > before else _words()["levels"]["down"]
    return {"": str(level), "reason": situation.random(f"p{pledge} level").choice(offered)}


def level_aim(situation: Situation, pledge: int) -> Answer:
    """The level wanted by the next round: mostly the next one up."""
    level = _level(situation, pledge)
    if not level:
        return {}
    higher = situation.stable(f"p{pledge} aim").random() < 0.7
    return {"": str(min(4, level + higher))}


def _level(situation: Situation, pledge: int) -> int:
    """Zero for those who do not assess themselves; otherwise steps up, seldom down, since July 2024."""
    begins, organisation = situation.commitment.levels, situation.profile.organisation
    if not begins or situation.stable(f"p{pledge} assessed").random() < 0.08:
        return 0
    level = int(begins[pledge - 1])
    since = [one for one in situation.rounds if "2024-07" < one.code <= situation.round.code]
    for one in since:
        draw = situation.in_round(one.code).random(f"{organisation} p{pledge} step").random()
        level += 1 if draw < 0.14 else -1 if draw > 0.985 else 0
    return max(1, min(4, level))


def explanation(situation: Situation, question: str, *, is_exact: bool) -> str:
    """A sentence about something unusual: the organisation's own, or one that fits the question."""
    for change in ("shift", "unknown", "scale", "grow", "explain"):
        found = situation.deviation(question, change)
        if found and found.words:
            return found.words
    offered = _words()["explanations"]["exact" if is_exact else "change"]
    choice: str = situation.random(f"{question} explanation").choice(offered.get(question, offered["other"]))
    return choice


def reason(situation: Situation) -> str:
    """Why this return was returned, withdrawn, or has no figures; empty for all others."""
    return str(_words()["reasons"].get(f"{situation.round.code}.{situation.profile.organisation}", ""))


def queries(code: str, organisation: str) -> dict[str, str]:
    """What the Assembly asks about answers of a return that it sent back, by question."""
    return dict(_words()["queries"].get(f"{code}.{organisation}", {}))


def draft(organisation: str) -> tuple[frozenset[str], frozenset[str]]:
    """The sections that a draft holds, and the questions left out of them."""
    found = _words()["drafts"][organisation]
    return frozenset(found["sections"]), frozenset(found["without"])


def _words() -> dict[str, Any]:
    return read_toml("words.toml")
