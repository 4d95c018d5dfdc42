"""What each indicator and pledge measure is called on a page, in plain words; its definition has the exact ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from anchor_portal.domain.figures.definitions import DEFINITIONS, MEASURES, Definition


@dataclass(frozen=True, slots=True)
class PageWords:
    """A title, a note under the first sentence, labels for numerator and denominator, and what is not known.

    `unknown` holds {unknown}, {highest} and {lowest}; it is empty where nothing unknown is asked for. `pledge` is the
    pledge that the figure belongs to, 0 for the workforce.
    """

    title: str
    note: str
    numerator: str
    denominator: str
    unknown: str = ""
    pledge: int = 0


_HERE = "“Here” means in one of the nine places of Cheshire and Merseyside."
_LOCAL_SUPPLIER = (
    "A supplier is local if it trades or delivers from one of the nine places of Cheshire and Merseyside, wherever "
    "its head office is."
)
_ANSWERED = "Asked and answering"


def _of_organisations(title: str, note: str, numerator: str, pledge: int) -> PageWords:
    return PageWords(
        title, f"{note} Every signatory counts the same, whatever its size.", numerator, _ANSWERED, "", pledge
    )


PAGE_WORDS = {
    "p2.local_fte": PageWords(
        "Jobs for local people",
        f"{_HERE} Counted in full-time equivalents: two half-time jobs count as one.",
        "Live here",
        "Home address known",
        "The home address of {unknown} full-time equivalent employees is not known. If all of them lived here, the "
        "share would be {highest}; if none of them did, {lowest}.",
        2,
    ),
    "workforce.levels": PageWords(
        "Ethnic diversity at work",
        "Everybody employed counts as one, whatever their hours. An ethnic minority background means any ethnic "
        "group other than White.",
        "From an ethnic minority background",
        "Ethnicity known",
        "The ethnicity of {unknown} employees is not known. If all of them were from an ethnic minority background, "
        "the share would be {highest}; if none of them were, {lowest}.",
    ),
    "p2.local_spend": PageWords(
        "Local spending",
        _LOCAL_SUPPLIER,
        "Spent with local suppliers",
        "Spent under contract",
        "For {unknown} it is not known whether the supplier is local. If all of it were, the share would be "
        "{highest}; if none of it were, {lowest}.",
        2,
    ),
    "p1.rlw_staff": PageWords(
        "Paid the real living wage",
        "The real living wage is worked out from what people need to live on, and is higher than the minimum wage. "
        "Agency staff are not counted.",
        "Paid at least the real living wage",
        "Pay known",
        "The pay of {unknown} employees is not known. If all of them were paid at least the real living wage, the "
        "share would be {highest}; if none of them were, {lowest}.",
        1,
    ),
    "p2.local_staff": PageWords(
        "Employees who live here",
        f"{_HERE} Everybody employed counts as one, whatever their hours or contract.",
        "Live here",
        "Home address known",
        "The home address of {unknown} employees is not known. If all of them lived here, the share would be "
        "{highest}; if none of them did, {lowest}.",
        2,
    ),
    "p2.local_contracts": PageWords(
        "Contracts with local suppliers",
        f"{_LOCAL_SUPPLIER} A small contract counts as much as a large one.",
        "Awarded to local suppliers",
        "Contracts awarded",
        "For {unknown} contracts it is not known whether the supplier is local. If all of them were, the share would "
        "be {highest}; if none of them were, {lowest}.",
        2,
    ),
    "p3.free_use": _of_organisations(
        "Buildings open to community groups",
        "Signatories that let community organisations use their buildings free of charge. An answer of “some” does not "
        "count as yes.",
        "Let them be used free of charge",
        3,
    ),
    "p4.green_plan": _of_organisations(
        "Green plans",
        "Signatories that have a net zero or green plan. A plan in progress does not count as yes.",
        "Have a plan",
        4,
    ),
    "p5.charter_signed": _of_organisations(
        "Social Value Charter",
        "Signatories that have signed the partnership’s Social Value Charter.",
        "Have signed it",
        5,
    ),
    "p5.award_achieved": _of_organisations(
        "Social Value Award",
        "Signatories that have achieved the Social Value Award, which lasts five years.",
        "Have achieved it",
        5,
    ),
    "p6.prevention_pledge": _of_organisations(
        "NHS Prevention Pledge",
        "NHS trusts are asked, and primary care may answer; it does not apply to other signatories.",
        "Have been awarded or adopted it",
        6,
    ),
    "p6.initiatives": _of_organisations(
        "Work on health inequalities",
        "Signatories that deliver initiatives which aim to address health inequalities.",
        "Deliver such initiatives",
        6,
    ),
}
"""By the measure of the definition, so that a new version of a definition keeps its words."""

_OTHER_WORDS = {
    "p3.free_use.v1": _of_organisations(
        PAGE_WORDS["p3.free_use"].title,
        "Signatories that let community organisations use their buildings free of charge, by an answer of yes or no.",
        "Let them be used free of charge",
        3,
    ),
    "p4.green_plan.v1": _of_organisations(
        PAGE_WORDS["p4.green_plan"].title,
        "Signatories that have a net zero or green plan, by an answer of yes or no.",
        "Have a plan",
        4,
    ),
    "p6.prevention_pledge.v1": _of_organisations(
        PAGE_WORDS["p6.prevention_pledge"].title,
        PAGE_WORDS["p6.prevention_pledge"].note.removesuffix(" Every signatory counts the same, whatever its size."),
        "Have been awarded it",
        6,
    ),
}
"""By code: the words of versions to which those of the newest one do not apply."""

EVERY: tuple[Definition, ...] = (*DEFINITIONS, *MEASURES)
"""The three indicators and the nine pledge measures that have a page."""


def words_of(definition: Definition) -> PageWords:
    """What a definition is called on a page. Raises KeyError for one that has no page."""
    return _OTHER_WORDS.get(definition.code) or PAGE_WORDS[definition.measure]


def definition_of(measure: str, definitions: Sequence[Definition] = EVERY) -> Definition | None:
    """The newest definition of a measure like "p1.rlw_staff"; None where there is none."""
    return next((each for each in reversed(definitions) if each.measure == measure), None)


def by_pledge() -> list[tuple[int, list[Definition]]]:
    """Every definition under the number of its pledge, in the order of the pledges; the workforce (0) last."""
    found: dict[int, list[Definition]] = {}
    for definition in EVERY:
        found.setdefault(words_of(definition).pledge, []).append(definition)
    return sorted(found.items(), key=lambda item: (not item[0], item[0]))
