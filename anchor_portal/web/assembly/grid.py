"""The grid of pledges on the page: the filter read from the address, said in words, and each row with its links."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote

from flask import url_for
from markupsafe import Markup, escape

from anchor_portal.domain.answers.text import clean_line
from anchor_portal.domain.lifecycle import NAMES
from anchor_portal.domain.people import Role
from anchor_portal.domain.pledges import OUTCOME_NAMES, PLEDGES
from anchor_portal.domain.pledges import Outcome as Finding
from anchor_portal.domain.questionnaire.questions import Option
from anchor_portal.domain.sectors import SECTORS, SEVERAL_PLACES
from anchor_portal.queries.grid import MISSING, Cell, GridFilter, GridRow, Outcome
from anchor_portal.queries.returns import REVIEWABLE
from anchor_portal.queries.viewer import Viewer
from anchor_portal.web.outcome_words import SHAPES as FOUND_SHAPES

CELLS: tuple[Cell, ...] = (*Finding, *Outcome)
WORDS = {cell: OUTCOME_NAMES[cell] if isinstance(cell, Finding) else str(cell) for cell in CELLS}
"""Every outcome in words: those of the Assembly, and those counted from the answers."""
OUTCOME_CODES = {words.lower().replace(" ", "-"): outcome for outcome, words in WORDS.items()}
"""Outcomes as they stand in an address: "not-yet"."""
COUNTED_SHAPES = {Outcome.EVIDENCED: "", Outcome.PARTLY: "half", Outcome.NOT_YET: "ring", Outcome.NOT_ASKED: "dash"}
SHAPES = {cell: FOUND_SHAPES[cell] if isinstance(cell, Finding) else COUNTED_SHAPES[cell] for cell in CELLS}
"""The shape beside each outcome, as the style sheet has it; a full disc where none is named, which saves kilobytes."""
STATUSES = {MISSING: "Not answered yet", **{str(status): name for status, name in NAMES.items()}}
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Choices:
    """The filter of an address as the form shows it: what is chosen, what can be, and what could not be read."""

    wanted: GridFilter
    places: Mapping[str, str]
    problems: Sequence[str] = ()

    @property
    def outcome(self) -> str:
        """The chosen outcome as in an address; empty where none is."""
        return next((code for code, outcome in OUTCOME_CODES.items() if outcome is self.wanted.outcome), "")

    @property
    def selects(self) -> list[tuple[str, str, Mapping[str, str], str]]:
        """Name, label, choices and the chosen one of each list of the form."""
        wanted = self.wanted
        return [
            ("sector", "Kind of organisation", SECTORS, wanted.sector),
            ("place", "Main place", self.places, wanted.place),
            ("status", "Where the return stands", STATUSES, wanted.status),
            ("pledge", "Pledge", {str(number): f"{number}. {title}" for number, title in PLEDGES.items()}, self.pledge),
            (
                "outcome",
                "Outcome of that pledge",
                {code: WORDS[each] for code, each in OUTCOME_CODES.items()},
                self.outcome,
            ),
        ]

    @property
    def pledge(self) -> str:
        """The number of the chosen pledge; empty for any."""
        return str(self.wanted.pledge or "")

    @property
    def in_address(self) -> dict[str, str]:
        """What an address carries of it, so that a link keeps the filter."""
        wanted = self.wanted
        chosen = {
            "sector": wanted.sector,
            "place": wanted.place,
            "status": wanted.status,
            "pledge": self.pledge,
            "outcome": self.outcome,
            "name": wanted.name,
        }
        return {name: text for name, text in chosen.items() if text}

    @property
    def words(self) -> str:
        """What is listed, in words: "Councils; Halton; pledge 3: Partly"."""
        return "; ".join(self._words())

    def _words(self) -> Iterator[str]:
        wanted = self.wanted
        yield from filter(None, (SECTORS.get(wanted.sector), self.places.get(wanted.place)))
        yield from filter(None, (STATUSES.get(wanted.status),))
        if wanted.outcome:
            yield f"{f'pledge {wanted.pledge}' if wanted.pledge else 'any pledge'}: {WORDS[wanted.outcome]}"
        if wanted.name:
            yield f"“{wanted.name}” in the name"


def read_filter(given: Mapping[str, str], places: Sequence[Option]) -> Choices:
    """The filter of an address. What is not known there is left out and said, and never an error."""
    named = {place.code: place.label for place in places} | {SEVERAL_PLACES: "Several places"}
    problems: list[str] = []

    def chosen(name: str, label: str, known: Mapping[str, object]) -> str:
        code = given.get(name, "").strip()
        if code and code not in known:
            problems.append(f"The address asks for {label} that there is not, so all are listed")
        return code if code in known else ""

    sector, place = chosen("sector", "a kind of organisation", SECTORS), chosen("place", "a main place", named)
    status, outcome = chosen("status", "a status", STATUSES), chosen("outcome", "an outcome", OUTCOME_CODES)
    pledge = int(chosen("pledge", "a pledge", {str(number): "" for number in PLEDGES}) or 0)
    if pledge and not outcome and not given.get("outcome"):
        problems.append(f"Choose an outcome as well, to list organisations by what they say on pledge {pledge}")
    wanted = GridFilter(
        sector, place, pledge, OUTCOME_CODES.get(outcome), status, _name(given.get("name", ""), problems)
    )
    return Choices(wanted, named, tuple(problems))


def _name(typed: str, problems: list[str]) -> str:
    name = clean_line(typed)
    if len(name) > LONGEST_NAME:
        problems.append(f"Only the first {LONGEST_NAME} characters of the name are searched for")
    return name[:LONGEST_NAME]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the grid, the address of its review where this person may read it, and what stands under its name.

    `cells` are its outcomes as HTML, one for each pledge; empty where its return has none.
    """

    row: GridRow
    address: str
    note: str
    cells: Markup


def make_lines(rows: Sequence[GridRow], round_code: str, viewer: Viewer, anchors: Mapping[int, str]) -> list[Line]:
    """Rows as this person may use them: of their own organisation or interest no link, and no outcome for a member.

    `anchors` say where the answers on each pledge begin in a review.
    """
    reviews = url_for("reviews.review", round_code=round_code, slug="-").removesuffix("-")
    not_theirs, withheld = viewer.interests | viewer.organisation_ids, withheld_outcomes(viewer)
    rows = [replace(row, outcomes=()) if row.organisation_id in withheld else row for row in rows]
    written = _write_cells(tuple(anchors.items()))
    return [_line(row, f"{reviews}{quote(row.slug)}", row.organisation_id in not_theirs, written) for row in rows]


@dataclass(frozen=True, slots=True)
class _Written:
    """The 56 different cells of a grid: what stands before and after the address of a row, and those without one."""

    before: Mapping[Cell, str]
    after: Mapping[tuple[int, Cell], str]
    plain: Mapping[Cell, str]

    def cells(self, outcomes: Sequence[Cell], address: str) -> Markup:
        """The cells of a row, with links where there is an address."""
        if not address:
            return Markup("".join(self.plain[each] for each in outcomes))  # noqa: S704 - our own constants
        link = escape(address)
        parts = [f"{self.before[each]}{link}{self.after[place, each]}" for place, each in enumerate(outcomes, 1)]
        return Markup("".join(parts))  # noqa: S704 - our own constants, and an address that is escaped


@lru_cache(maxsize=50)
def _write_cells(anchors: tuple[tuple[int, str], ...]) -> _Written:
    """A page of the grid has hundreds of cells, so each is written once, as short as it can be."""
    before, after, plain = {}, {}, {}
    for cell, shape in SHAPES.items():
        kind = f' class="{shape}"' if shape else ""
        before[cell] = f'<td role="cell"><a{kind} href="'
        plain[cell] = f'<td role="cell"><b{kind}>{escape(WORDS[cell])}</b></td>'
        for number, anchor in anchors:
            after[number, cell] = f'#{escape(anchor)}">{escape(WORDS[cell])}</a></td>'
    return _Written(before, after, plain)


def withheld_outcomes(viewer: Viewer) -> frozenset[int]:
    """The organisations whose outcomes are not for this person: of an interest, unless they see the raw figures."""
    return frozenset() if Role.TEAM in viewer.roles else viewer.interests | viewer.organisation_ids


def _line(row: GridRow, address: str, is_interested: bool, written: _Written) -> Line:
    if is_interested:
        return Line(row, "", "You have an interest", written.cells(row.outcomes, ""))
    note = f"Changed after the decision: {NAMES[row.status]}" if row.is_changed else ""
    link = address if row.was_accepted or row.status in REVIEWABLE else ""
    return Line(row, link, note, written.cells(row.outcomes, link))
