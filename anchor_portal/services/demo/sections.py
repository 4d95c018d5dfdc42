"""The demo's answers to both versions of the questionnaire, for one organisation in one round."""

from datetime import date

from anchor_portal.domain.questionnaire.questions import Unit
from anchor_portal.services.demo import figures, words
from anchor_portal.services.demo.figures import Answer
from anchor_portal.services.demo.seeds import Situation, read_rows

Answers = dict[str, Answer]

MAY_ADOPT_PREVENTION_PLEDGE = frozenset({"nhs-trust", "primary-care"})


def answers_of(situation: Situation) -> Answers:
    """Everything that the organisation answers under the round's version, without what it leaves blank."""
    made = printed_answers(situation) if situation.round.questionnaire == "2024-01" else full_answers(situation)
    changed = {key: _deviate(situation, key, parts) for key, parts in made.items()}
    return {key: parts for key, parts in changed.items() if parts}


def printed_answers(situation: Situation) -> Answers:
    """Version 2024-01: percentages alone, yes or no, and texts."""
    answers: Answers = {
        "p1.rlw_staff": figures.as_percent(figures.rlw_staff(situation)),
        "p1.rlw_agency": figures.as_percent(figures.rlw_agency(situation), places=0),
        "p2.local_staff": figures.as_percent(figures.local_staff(situation)),
        "p2.local_contracts": figures.as_percent(figures.local_contracts(situation)),
        "p3.free_use": _yes_no(_free_use(situation) in {"yes", "some"}),
        "p4.green_plan": _yes_no(_plan(situation) == "yes"),
        **_signed(situation, "p5.charter_signed", "", situation.commitment.charter_on),
        **_signed(situation, "p5.award_achieved", "", situation.commitment.award_on),
        **_prevention(situation, ""),
        "p6.initiatives": _yes_no(_has_initiatives(situation)),
        "p6.aligned": _yes_no(True) if _has_initiatives(situation) else {},
        "p7.case_study": _text(words.case_study_text(situation)),
    }
    return answers | {f"p{pledge}.narrative": _old_narrative(situation, pledge) for pledge in range(1, 7)}


def _old_narrative(situation: Situation, pledge: int) -> Answer:
    wrote = situation.random(f"p{pledge} wrote").random() < 0.85
    return _text(words.narrative(situation, pledge)) if wrote else {}


def full_answers(situation: Situation) -> Answers:
    """Version 2024-07, section by section."""
    answers = _about(situation)
    for pledge, asked in enumerate((_pay, _local, _buildings, _net_zero, _social_value, _health, _showcase), start=1):
        answers |= asked(situation)
        if pledge < 7:
            answers[f"p{pledge}.narrative"] = _text(words.narrative(situation, pledge))
        answers[f"p{pledge}.evidence"] = words.evidence(situation, pledge)
        answers[f"p{pledge}.level_now"] = words.level_now(situation, pledge)
        answers[f"p{pledge}.level_aim"] = words.level_aim(situation, pledge)
    return answers | {"workforce.levels": figures.levels(situation)}


def _about(situation: Situation) -> Answers:
    day = figures.snapshot_on(situation)
    return {
        "about.boundary": _text(words.boundary(situation)),
        "about.snapshot_date": _text(day.isoformat() if day else ""),
        "about.headcount": _text(str(figures.headcount(situation))),
        "about.fte": _text(figures.write_amount(figures.fte(situation), Unit.FTE)),
    }


def _pay(situation: Situation) -> Answers:
    return {
        "p1.rlw_staff": figures.rlw_staff(situation),
        "p1.rlw_rate_year": _text(rate_year(situation)),
        "p1.rlw_agency": figures.rlw_agency(situation),
    }


def rate_year(situation: Situation) -> str:
    """Of the rates valid on the day of the figures the newest, or in January the one before for most."""
    day = (figures.snapshot_on(situation) or situation.round.period_from).isoformat()
    valid = [row["year"] for row in read_rows("rlw_rates.csv") if row["valid_from"] <= day <= row["valid_to"]]
    is_early = situation.round.is_july or situation.commitment.early_rate == "yes"
    return max(valid) if is_early else min(valid)


def _local(situation: Situation) -> Answers:
    return {
        "p2.local_staff": figures.local_staff(situation),
        "p2.local_fte": figures.local_fte(situation),
        "p2.local_contracts": figures.local_contracts(situation),
        "p2.local_spend": figures.local_spend(situation),
    }


def _buildings(situation: Situation) -> Answers:
    use = _free_use(situation)
    if use == "no_public_buildings":
        return {"p3.free_use": {"state": "not_applicable", "reason": use}}
    return {"p3.free_use": _text(use)}


def _free_use(situation: Situation) -> str:
    own = situation.commitment
    has_opened = own.free_use_yes_from and own.free_use_yes_from <= situation.round.code
    return {"no": "some", "some": "yes"}[own.free_use] if has_opened else own.free_use


def _net_zero(situation: Situation) -> Answers:
    plan = _plan(situation)
    dates = {
        "p4.approved_on": _text(situation.commitment.plan_approved_on),
        "p4.target_year": _text(situation.commitment.target_year),
    }
    return {"p4.green_plan": _text(plan)} | (dates if plan == "yes" else {})


def _plan(situation: Situation) -> str:
    if _has_come(situation, situation.commitment.plan_approved_on):
        return "yes"
    return "in_progress" if _has_come(situation, situation.commitment.plan_begun_on) else "no"


def _social_value(situation: Situation) -> Answers:
    own = situation.commitment
    charter = _signed(situation, "p5.charter_signed", "p5.charter_date", own.charter_on)
    return charter | _signed(situation, "p5.award_achieved", "p5.award_date", own.award_on)


def _signed(situation: Situation, question: str, dated: str, day: str) -> Answers:
    """Yes with its date where that has come, otherwise no; `dated` is empty where no date is asked."""
    if not _has_come(situation, day):
        return {question: _yes_no(False)}
    return {question: _yes_no(True)} | ({dated: _text(day)} if dated else {})


def _prevention(situation: Situation, dated: str) -> Answers:
    if situation.profile.kind not in MAY_ADOPT_PREVENTION_PLEDGE:
        return {}
    return _signed(situation, "p6.prevention_pledge", dated, situation.commitment.prevention_on)


def _health(situation: Situation) -> Answers:
    answers = _prevention(situation, "p6.prevention_pledge_date")
    answers["p6.initiatives"] = _yes_no(_has_initiatives(situation))
    if _has_initiatives(situation):
        answers["p6.marmot"] = _chosen(situation.commitment.marmot)
        answers["p6.core20plus5"] = _chosen(situation.commitment.core20plus5)
    return answers


def _has_initiatives(situation: Situation) -> bool:
    return situation.commitment.initiatives_from <= situation.round.code


def _showcase(situation: Situation) -> Answers:
    return {"p7.case_studies": words.case_studies(situation)}


def _has_come(situation: Situation, day: str) -> bool:
    return bool(day) and date.fromisoformat(day) <= situation.last_day


def _yes_no(is_so: bool) -> Answer:
    return {"": "yes" if is_so else "no"}


def _text(text: str) -> Answer:
    return {"": text} if text else {}


def _chosen(codes: str) -> Answer:
    return dict.fromkeys(codes.split(";"), "yes") if codes else {}


def _deviate(situation: Situation, question: str, parts: Answer) -> Answer:
    """The answer after what this organisation does differently with it."""
    if situation.deviation(question, "blank"):
        return {}
    if found := situation.deviation(question, "not_known"):
        return {"state": "not_known", "reason": found.words}
    if situation.deviation(question, "percent"):
        return figures.as_percent(parts)
    if found := situation.deviation(question, "basis"):
        return parts | {"basis": found.words}
    return parts
