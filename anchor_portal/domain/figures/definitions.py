"""What each indicator and pledge measure means, in words and as rules: one versioned definition for each."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Literal

from anchor_portal.domain.figures.proportions import NumberKind
from anchor_portal.domain.rounds import read_code

Comparison = Literal["previous", "year_before"]


@dataclass(frozen=True, slots=True)
class Words:
    """The sentence for a share: "Of every 100 … of the 18 signatories counted, 63 live here".

    `opening` ends before "the 18 signatories counted", `many` and `one` hold {n}.
    For organisations only `many` is used: "14 of the 18 signatories asked and answering have signed …".
    """

    many: str
    one: str = ""
    opening: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of a definition, in the field names of OHID's Fingertips where it has them.

    `measure` is the key under which the sums are stored. `answers_counted` are the answers that a measure of
    organisations counts in its numerator. `by_ethnicity` asks for the suppression of small counts of staff. `since` is
    the code of the first round that this version is for, empty for the first version. `asked_of` are the sectors that
    are asked at all, empty where every sector is.
    """

    number: int | None
    code: str
    measure: str
    name: str
    definition: str
    rationale: str
    numerator: str
    denominator: str
    methodology: str
    source: str
    caveats: str
    disclosure_control: str
    polarity: str
    kind_of_number: NumberKind
    words: Words
    unit: str = "%"
    value_type: str = "Proportion"
    compares_with: Comparison = "previous"
    financial_year: bool = False
    by_ethnicity: bool = False
    answers_counted: tuple[str, ...] = ()
    since: str = ""
    asked_of: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The code without its version: what all versions of a definition share."""
        return self.code.rpartition(".")[0]

    @property
    def has_interval(self) -> bool:
        """Only counts of people have one: FTE, pounds, contracts and organisations are something else."""
        return self.kind_of_number == "people"

    @property
    def fingertips(self) -> tuple[tuple[str, str], ...]:
        """Field name and text, in Fingertips' names, for the page and the files."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return tuple((label, values[name]) for name, label in _FINGERTIPS.items())


_FINGERTIPS = {
    "name": "Indicator name",
    "definition": "Definition",
    "rationale": "Rationale",
    "numerator": "Numerator definition",
    "denominator": "Denominator definition",
    "methodology": "Methodology",
    "source": "Source",
    "caveats": "Caveats",
    "disclosure_control": "Disclosure control",
    "polarity": "Polarity",
    "unit": "Unit",
    "value_type": "Value type",
}

_RATIO = (
    "The sum of all numerators over the sum of all denominators, never a mean of percentages, in exact "
    "arithmetic; rounded only to be shown. A return without one of the two counts is left out of both sums."
)
_WILSON = f"{_RATIO} The 95% confidence interval is the Wilson score interval, as in PHEindicatormethods."
_RETURNS = "Returns of the signatory organisations to the Assembly, signed by a named senior person and accepted."
_SELECTED = (
    "Only signatories that gave both counts are in it, so that it describes them and not all employers. "
    "Those of whom it is not known stand beside it."
)
_ROUNDED = (
    "Published counts are rounded to the nearest 5, and percentages made from the rounded counts. A group of "
    "fewer than three returns is not shown, nor one that could be worked out from the others."
)
_POUNDS = (
    "Published pounds are rounded to the nearest £1,000, and percentages made from the rounded pounds. A "
    "group of fewer than three returns is not shown, nor one in which one organisation makes up most of the "
    "sum, nor one that could be worked out from the others."
)
_ORGANISATIONS = "A group of fewer than three returns is not shown, nor one that could be worked out from the others."

INDICATOR_12 = Definition(
    number=12,
    code="12.v1",
    measure="p2.local_fte",
    name=(
        "Percentage of employees who are local (FTE) employed on contract for one year "
        "or the whole duration of the contract, whichever is shorter"
    ),
    definition=(
        "Full-time equivalent of employees who live in Cheshire and Merseyside and are employed for at least "
        "a year, or for the whole of a shorter contract, as a percentage of the full-time equivalent of "
        "employees whose home address is known."
    ),
    rationale="Beacon indicator of theme 3: create fair employment and good work for all.",
    numerator=(
        "Full-time equivalent of employees who live in one of the nine places of Cheshire and Merseyside and "
        "are employed for at least a year, or for the whole of a shorter contract."
    ),
    denominator="Full-time equivalent of employees whose home address is known.",
    methodology=f"{_RATIO} There is no confidence interval: full-time equivalents are not counts of people.",
    source=_RETURNS,
    caveats=_SELECTED,
    disclosure_control=_ROUNDED,
    polarity="High is good",
    kind_of_number="fte",
    words=Words("{n} live here", "{n} lives here", "Of every 100 full-time equivalent employees of"),
)

INDICATOR_20 = Definition(
    number=20,
    code="20.v1",
    measure="workforce.levels",
    name="Percentage of employees who are from an ethnic minority background, and band or level",
    definition=(
        "Employees from an ethnic minority background as a percentage of employees whose ethnicity is known, "
        "in all and by tier."
    ),
    rationale="Beacon indicator of theme 7: tackle racism, discrimination and their outcomes.",
    numerator="Employees (headcount) of all ethnic groups other than White.",
    denominator="Employees (headcount) whose ethnicity is known.",
    methodology=_WILSON,
    source=(
        f"{_RETURNS} NHS organisations hold the table once a year, at 31 March (workforce race equality standard)."
    ),
    caveats=f"{_SELECTED} White includes White minorities. NHS figures may be those of the last 31 March.",
    disclosure_control=(
        "Counts of 1 to 7 employees are not shown, nor counts that would tell everybody's group. Further counts are "
        "hidden wherever total, sectors, places and tiers together would leave a hidden count fewer than five possible "
        f"values. {_ROUNDED}"
    ),
    polarity="No judgement",
    kind_of_number="people",
    by_ethnicity=True,
    words=Words(
        "{n} are from an ethnic minority background",
        "{n} is from an ethnic minority background",
        "Of every 100 employees whose ethnicity is known, at",
    ),
)

INDICATOR_21 = Definition(
    number=21,
    code="21.v1",
    measure="p2.local_spend",
    name="Percentage (£) spent in the local supply chain through contracts",
    definition=(
        "Pounds spent under contract with local suppliers as a percentage of all pounds spent under "
        "contract, in the financial year to date."
    ),
    rationale="Beacon indicator of theme 8: pursue environmental sustainability and health equity together.",
    numerator=("Pounds spent under contract this financial year with suppliers established in one of the nine places."),
    denominator="Pounds spent under contract this financial year.",
    methodology=f"{_RATIO} There is no confidence interval: pounds are not counts.",
    source=_RETURNS,
    caveats=(
        "VAT, payments to other signatories and NHS commissioning flows are left out. Figures are cumulative "
        "over a financial year, so January contains July: a round is compared with the same month a year "
        "before. A supplier is local where it has substantive business operations, whatever its head office "
        "or the postcode on the invoice."
    ),
    disclosure_control=_POUNDS,
    polarity="Information",
    kind_of_number="gbp",
    compares_with="year_before",
    financial_year=True,
    words=Words("{n} went to local suppliers", "{n} went to local suppliers", "Of every £100 spent under contract by"),
)

DEFINITIONS: tuple[Definition, ...] = (INDICATOR_12, INDICATOR_20, INDICATOR_21)
"""The three indicators that are made from the returns."""

_RLW_STAFF = Definition(
    number=None,
    code="p1.rlw_staff.v1",
    measure="p1.rlw_staff",
    name="Percentage of employees paid at least the real living wage",
    definition=("Employees paid at least the real living wage as a percentage of employees whose pay is known."),
    rationale="Pledge 1 of the Anchor Framework.",
    numerator=("Employees (headcount) paid at least the real living wage of the rate year that the signatory used."),
    denominator="Employees (headcount) whose pay is known.",
    methodology=_WILSON,
    source=_RETURNS,
    caveats=f"{_SELECTED} From October to 1 May two yearly rates are valid. Agency staff are not in it.",
    disclosure_control=_ROUNDED,
    polarity="High is good",
    kind_of_number="people",
    words=Words(
        "{n} are paid at least the real living wage",
        "{n} is paid at least the real living wage",
        "Of every 100 employees of",
    ),
)

_LOCAL_STAFF = replace(
    _RLW_STAFF,
    code="p2.local_staff.v1",
    measure="p2.local_staff",
    name="Percentage of employees who live in Cheshire and Merseyside",
    definition=(
        "Employees who live in Cheshire and Merseyside as a percentage of employees whose home address is known."
    ),
    rationale="Pledge 2 of the Anchor Framework.",
    numerator="Employees (headcount) who live in one of the nine places of Cheshire and Merseyside.",
    denominator="Employees (headcount) whose home address is known.",
    caveats=_SELECTED,
    words=Words("{n} live here", "{n} lives here", "Of every 100 employees of"),
)

_LOCAL_CONTRACTS = replace(
    INDICATOR_21,
    number=None,
    code="p2.local_contracts.v1",
    measure="p2.local_contracts",
    name="Percentage of contracts awarded to local suppliers",
    definition=(
        "Contracts awarded to local suppliers as a percentage of all contracts awarded, in the financial year to date."
    ),
    rationale="Pledge 2 of the Anchor Framework.",
    numerator="Contracts awarded this financial year to suppliers established in one of the nine places.",
    denominator="Contracts awarded this financial year.",
    methodology=f"{_RATIO} There is no confidence interval: contracts are not counts of people.",
    caveats=(
        "A small contract counts as much as a large one. Figures are cumulative over a financial year, so "
        "January contains July: a round is compared with the same month a year before."
    ),
    disclosure_control=_ROUNDED,
    kind_of_number="contracts",
    words=Words("{n} went to local suppliers", "{n} went to local suppliers", "Of every 100 contracts awarded by"),
)


_TWO_ANSWERS = "This is for the rounds before July 2024. The question had two answers, yes and no,"
_BEFORE_JULY_2024 = "It is not compared with rounds before July 2024, when"


def _of_organisations(measure: str, name: str, doing: str, caveats: str = "", since: str = "") -> Definition:
    """A measure that counts the organisations answering yes, out of those asked and answering.

    With a first round (`since`) it is the second version.
    """
    return Definition(
        number=None,
        code=f"{measure}.v{2 if since else 1}",
        measure=measure,
        name=name,
        definition=f"Signatories that {doing}, out of those that were asked and answered.",
        rationale=f"Pledge {measure[1]} of the Anchor Framework.",
        numerator="Signatories that answered yes.",
        denominator="Signatories that were asked and answered; not applicable and not known are no answers.",
        methodology="A count of organisations: n of N asked and answering. There is no confidence interval.",
        source=_RETURNS,
        caveats=f"Every organisation counts the same, whatever its size. {caveats}".rstrip(),
        disclosure_control=_ORGANISATIONS,
        polarity="High is good",
        kind_of_number="organisations",
        answers_counted=("yes",),
        words=Words(doing),
        since=since,
        asked_of=("nhs-trust", "primary-care") if measure == "p6.prevention_pledge" else (),
    )


_VERSIONS: tuple[Definition, ...] = (
    _RLW_STAFF,
    _LOCAL_STAFF,
    _LOCAL_CONTRACTS,
    _of_organisations(
        "p3.free_use",
        "Signatories whose buildings community organisations use free of charge",
        "let voluntary, community, faith and social enterprise organisations use their buildings free of charge",
        f"{_TWO_ANSWERS} and none for the use of some buildings.",
    ),
    _of_organisations(
        "p3.free_use",
        "Signatories whose buildings community organisations use free of charge",
        "let voluntary, community, faith and social enterprise organisations use their buildings free of charge",
        f"An answer of “some” is counted as answering, and not as yes. {_BEFORE_JULY_2024} there was no such answer.",
        since="2024-07",
    ),
    _of_organisations(
        "p4.green_plan",
        "Signatories with a net zero or green plan",
        "have a net zero or green plan",
        f"{_TWO_ANSWERS} and none for a plan in progress.",
    ),
    _of_organisations(
        "p4.green_plan",
        "Signatories with a net zero or green plan",
        "have a net zero or green plan",
        f"A plan in progress is counted as answering, and not as yes. {_BEFORE_JULY_2024} there was no such answer.",
        since="2024-07",
    ),
    _of_organisations(
        "p5.charter_signed",
        "Signatories that signed the Social Value Charter",
        "have signed the Social Value Charter",
    ),
    _of_organisations(
        "p5.award_achieved",
        "Signatories that achieved the Social Value Award",
        "have achieved the Social Value Award",
        "An award lasts five years; answers are counted as given.",
    ),
    _of_organisations(
        "p6.prevention_pledge",
        "Signatories that were awarded the NHS Prevention Pledge",
        "have been awarded the NHS Prevention Pledge",
        "Asked of NHS trusts; primary care may answer. This is for the rounds before July 2024, when the question was "
        "about an award alone.",
    ),
    _of_organisations(
        "p6.prevention_pledge",
        "Signatories that adopted the NHS Prevention Pledge",
        "have been awarded or have adopted the NHS Prevention Pledge",
        f"Asked of NHS trusts; primary care may answer. {_BEFORE_JULY_2024} the question was about an award alone.",
        since="2024-07",
    ),
    _of_organisations(
        "p6.initiatives",
        "Signatories that deliver initiatives to address health inequalities",
        "deliver initiatives that aim to address health inequalities",
    ),
)
"""Every version of the other pledge measures, an earlier one before a later one.

A question that the questionnaire of July 2024 marks as not comparable has a second version from that round on.
"""

MEASURES: tuple[Definition, ...] = tuple({definition.key: definition for definition in _VERSIONS}.values())
"""Every other pledge measure of the questionnaire of July 2024, each once: its newest version."""

DEFINED: tuple[Definition, ...] = (*DEFINITIONS, *_VERSIONS)
"""Every version of every definition; lists take the newest ones, DEFINITIONS and MEASURES, or those `in_force`."""

_BY_CODE = {definition.code: definition for definition in DEFINED}


def get_definition(code: str) -> Definition:
    """The definition with that code, like "12.v1". Raises KeyError."""
    return _BY_CODE[code]


def in_force(definitions: Iterable[Definition], code: str) -> tuple[Definition, ...]:
    """Of several versions the one that holds for a round: the last whose first round is not after it."""
    found: dict[str, Definition] = {}
    for definition in definitions:
        other = found.get(definition.key)
        if definition.since <= code and (other is None or other.since <= definition.since):
            found[definition.key] = definition
    return tuple(found.values())


def earlier_round(code: str, definition: Definition, codes: Iterable[str]) -> str | None:
    """The round that a round is compared with, of the rounds with these codes; None where there is none.

    The one before it, or for a financial year's figures the same month a year before. Raises RoundRefused.
    """
    if definition.compares_with == "year_before":
        year, month = read_code(code)
        before = f"{year - 1:04}-{month:02}"
        return before if before in set(codes) else None
    return max((other for other in codes if other < code), default=None)
