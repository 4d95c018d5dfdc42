"""What a questionnaire's declarations are called in sentences: kinds, units, needs, and who is asked."""

from anchor_portal.domain.answers.text import all_of, any_of
from anchor_portal.domain.questionnaire.questions import Kind, Need, Option, Question, ShowIf, Unit
from anchor_portal.domain.sectors import SECTORS

KINDS = {
    Kind.SHARE: "how many out of how many",
    Kind.CHOICE: "one of several answers",
    Kind.YES_NO: "yes or no",
    Kind.CHOICES: "any of several answers",
    Kind.NUMBER: "a number",
    Kind.DATE: "a date",
    Kind.YEAR: "a year",
    Kind.LINK: "a web address",
    Kind.NARRATIVE: "text",
    Kind.LEVELS: "a table of employees by level",
    Kind.CASE_STUDIES: "case studies",
    Kind.FILES: "files and links",
    Kind.SIGNOFF: "the signature",
}
UNITS = {
    Unit.PEOPLE: "people",
    Unit.FTE: "full-time equivalents",
    Unit.CONTRACTS: "contracts",
    Unit.GBP: "pounds",
    None: "whole numbers",
}
NEEDS = {
    Need.REQUIRED: "must be answered before a return is submitted",
    Need.EXPECTED: "is expected, and a blank is pointed out",
    Need.OPTIONAL: "is optional",
}
YES_NO = (Option("yes", "Yes"), Option("no", "No"))


def say_asked_of(question: Question) -> str:
    """Who is asked: "everyone", or the sectors, with those that may answer unasked."""
    if not question.asked_of:
        return "everyone"
    asked = all_of([SECTORS[sector] for sector in question.asked_of])
    may = all_of([SECTORS[sector] for sector in question.may_answer])
    return f"{asked} ({may} may answer)" if may else asked


def say_show_if(rule: ShowIf | None) -> str:
    """When a question is shown: "always", or after which answer."""
    return f"only where {rule.question} is answered {any_of(rule.equals)}" if rule else "always"


def codes_and_labels(question: Question) -> dict[str, str]:
    """The answers that a choice offers, by code; none where a table gives them."""
    options = YES_NO if question.kind is Kind.YES_NO else question.options
    return {option.code: option.label for option in options}
