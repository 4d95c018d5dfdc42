"""What a question is: its kinds, its units, and everything that a questionnaire file may say of it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of answer a question takes."""

    SHARE = "share"
    CHOICE = "choice"
    YES_NO = "yes_no"
    CHOICES = "choices"
    NUMBER = "number"
    DATE = "date"
    YEAR = "year"
    LINK = "link"
    NARRATIVE = "narrative"
    LEVELS = "levels"
    CASE_STUDIES = "case_studies"
    FILES = "files"
    SIGNOFF = "signoff"


class Unit(StrEnum):
    """What a share or a number counts: people and contracts are whole, FTE and pounds have two decimals."""

    PEOPLE = "people"
    FTE = "fte"
    CONTRACTS = "contracts"
    GBP = "gbp"


class Need(StrEnum):
    """What a blank answer means: a hard error at submission, a warning, or nothing."""

    REQUIRED = "required"
    EXPECTED = "expected"
    OPTIONAL = "optional"


NOT_APPLICABLE_REASONS = ("no_public_buildings", "not_nhs_provider")
BASES = ("actual", "estimate", "notional")
YES_OR_NO = ("yes", "no")
OPTION_TABLES = ("rlw_rates",)
CHECKS = {"within_period": Kind.DATE, "levels_sum": Kind.LEVELS}


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers that a choice offers; the code is what is stored, exported and imported."""

    code: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ShowIf:
    """A question is shown when an earlier question's answer is one of `equals`."""

    question: str
    equals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question as declared; the form field, the checks, the rows, the exports and the PDF follow from it.

    `label` is the question as asked, `short` its heading in review, export and PDF. `options_from` names a
    table that gives the options at the time of answering. `asked_of` empty means everyone; the sectors in
    `may_answer` are not asked but may answer. `not_applicable` empty means that the answer cannot be that.
    """

    key: str
    kind: Kind
    section: str
    label: str
    short: str
    hint: str = ""
    pledge: int | None = None
    need: Need = Need.EXPECTED
    unit: Unit | None = None
    options: tuple[Option, ...] = ()
    options_from: str = ""
    show_if: ShowIf | None = None
    at_most: str = ""
    maximum: int | None = None
    max_length: int = 5000
    max_items: int = 10
    not_applicable: tuple[str, ...] = ()
    asked_of: tuple[str, ...] = ()
    may_answer: tuple[str, ...] = ()
    percent_only: bool = False
    default_basis: str = "actual"
    pooled: bool = True
    financial_year: bool = False
    comparable: bool = True
    check: str = ""
    numerator_label: str = ""
    denominator_label: str = ""
    unknown_label: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the form; `pledge` is 1 to 7, or None where the section belongs to no pledge."""

    code: str
    title: str
    questions: tuple[Question, ...]
    pledge: int | None = None
    intro: str = ""
