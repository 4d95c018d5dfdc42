"""An indicator of a round: from small stored sums to the figures shown, here unprotected, for inside."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from anchor_portal.domain.figures.change import Panel, split_change
from anchor_portal.domain.figures.definitions import Definition
from anchor_portal.domain.figures.figure import (
    Absent,
    Figure,
    NotApplicable,
    NotProvided,
    exact_count,
    reason_of,
    shown_composition,
    shown_count,
    shown_percent,
    shown_points,
)
from anchor_portal.domain.figures.proportions import Largest, Total, share_of, wilson_limits
from anchor_portal.domain.findings.distribution import Distribution, spread
from anchor_portal.domain.sectors import SECTORS

Status = Literal["provisional", "published"]

DEFAULT_THRESHOLD = 70
"""Coverage in per cent below which a headline is withheld outside, until the Assembly decides."""

NO_DATA = NotProvided("no accepted return has these figures")
NOT_ASKED = NotApplicable("organisations of this kind are not asked")
NO_WHOLE = NotApplicable("there is nothing to take a share of")
NO_INTERVAL = NotApplicable("there is no confidence interval, because these are not counts of people")
NO_HEADCOUNT = NotProvided("no headcount is known")


@dataclass(frozen=True, slots=True)
class Group:
    """The sums of one row of a breakdown, None where no return has them. The two largest are for pounds.

    `behind` stands for the very returns (and their revisions) in the sums: groups with the same mark are one unknown
    to whoever subtracts. Empty where nobody asked.
    """

    code: str
    name: str
    total: Total | None
    largest: Largest | None = None
    behind: str = ""


@dataclass(frozen=True, slots=True)
class RoundFigure:
    """Everything that an indicator of a round is made from: sums, however many organisations are behind them.

    Headcounts are of the organisations counted and of all that are expected; `without_headcount` names those
    left out of both. `percentage_only` counts the returns that gave a bare percentage. `breakdowns` has the
    rows of sector, place and tier. `shares` has one total for each organisation counted, given on publication only.
    `carried` is the part of the denominator whose level tables were only carried forward from an earlier return.
    `not_compared` says why there is no panel, as the end of a sentence.
    """

    definition: Definition
    round: str
    status: Status
    total: Total | None
    returns_expected: int
    headcount_counted: Decimal
    headcount_expected: Decimal
    without_headcount: tuple[str, ...] = ()
    breakdowns: Mapping[str, tuple[Group, ...]] | None = None
    percentage_only: int = 0
    largest: Largest | None = None
    panel: Panel | None = None
    shares: tuple[Total, ...] = ()
    behind: str = ""
    carried: Decimal = Decimal(0)
    not_compared: str | None = None

    @property
    def returns(self) -> int:
        """How many returns are counted."""
        return self.total.returns if self.total else 0

    @property
    def coverage(self) -> Fraction | None:
        """Headcount of those counted over the headcount of all expected, per cent; None if none is known."""
        share = share_of(self.headcount_counted, self.headcount_expected)
        return None if share is None else 100 * share

    @property
    def is_carried(self) -> bool:
        """Whether more than half of the denominator was only carried forward: no new round for a trend."""
        return self.total is not None and 2 * self.carried > self.total.denominator

    def groups(self, breakdown: str) -> tuple[Group, ...]:
        """The rows of "sector", "place" or "tier"."""
        return (self.breakdowns or {}).get(breakdown, ())


BREAKDOWNS = ("sector", "place", "tier")


@dataclass(frozen=True, slots=True)
class Row:
    """One share with its counts: the headline, or a row of a breakdown. Percentages 0 to 100."""

    code: str
    name: str
    value: Figure
    lower: Figure
    upper: Figure
    numerator: Figure
    denominator: Figure
    returns_counted: Figure

    @property
    def state(self) -> str:
        """The state of the value."""
        return self.value.state

    @property
    def reason(self) -> str | None:
        """Why the value is not shown; None where it is."""
        return reason_of(self.value)


@dataclass(frozen=True, slots=True)
class Matched:
    """The change since the earlier round `round`: percentages of the panel, parts in percentage points."""

    round: str
    organisations: Figure
    before: Figure
    after: Figure
    real_change: Figure
    joined_change: Figure
    left_change: Figure
    composition_change: Figure
    total_change: Figure


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """An indicator of a round as it is shown; `protected` where it may leave the house.

    `sensitivity` is the share if none, and if all, of the unknown belonged to the part. `distribution` is over the
    organisations counted, made on publication; None before. `is_carried`: most of it was carried forward.
    `not_compared` says why nothing is matched, as the end of a sentence.
    """

    definition: Definition
    round: str
    status: Status
    protected: bool
    headline: Row
    unknown: Figure
    sensitivity: tuple[Figure, Figure]
    returns_expected: int
    coverage: Figure
    withheld: str | None
    without_headcount: tuple[str, ...]
    percentage_only: int
    breakdowns: Mapping[str, tuple[Row, ...]]
    matched: Matched | None
    distribution: Distribution | None = None
    is_carried: bool = False
    not_compared: str | None = None

    @property
    def value(self) -> Figure:
        """The share of everyone counted, 0 to 100."""
        return self.headline.value

    @property
    def counts_organisations(self) -> bool:
        """Whether it counts answers of organisations, which are said as "14 of 18" and not as a share."""
        return self.definition.kind_of_number == "organisations"

    @property
    def figure(self) -> Figure:
        """What a reader looks for: the share, or where organisations are counted how many they are."""
        return self.figure_of(self.headline)

    def figure_of(self, row: Row) -> Figure:
        """The same of a row of a breakdown."""
        return row.numerator if self.counts_organisations else row.value

    @property
    def lower(self) -> Figure:
        """Lower limit of the 95 per cent interval."""
        return self.headline.lower

    @property
    def upper(self) -> Figure:
        """Upper limit of the 95 per cent interval."""
        return self.headline.upper

    @property
    def numerator(self) -> Figure:
        """The sum of the parts, in the unit of the measure."""
        return self.headline.numerator

    @property
    def denominator(self) -> Figure:
        """The sum of the known wholes, in the unit of the measure."""
        return self.headline.denominator

    @property
    def returns_counted(self) -> Figure:
        """How many returns are counted."""
        return self.headline.returns_counted

    @property
    def state(self) -> str:
        """The state of the value."""
        return self.headline.state

    @property
    def reason(self) -> str | None:
        """Why the value is not shown; None where it is."""
        return self.headline.reason


def headline_group(figure: RoundFigure) -> Group:
    """Everyone counted, as one group."""
    return Group("all", "All signatories", figure.total, figure.largest)


def inside(figure: RoundFigure, threshold: int | Decimal = DEFAULT_THRESHOLD) -> IndicatorView:
    """The view for those who may see raw figures: nothing rounded, nothing hidden, always with its coverage.

    `threshold` is the coverage in per cent below which `withheld` says why the headline is not published.
    """
    coverage = figure.coverage
    reason = withheld_reason(figure, threshold)
    return IndicatorView(
        definition=figure.definition,
        round=figure.round,
        status=figure.status,
        protected=False,
        headline=_row(figure.definition, headline_group(figure)),
        unknown=_count(figure.total.unknown, figure.definition) if figure.total and figure.returns else NO_DATA,
        sensitivity=_sensitivity(figure.total),
        returns_expected=figure.returns_expected,
        coverage=NO_HEADCOUNT if coverage is None else shown_percent(coverage),
        withheld=withheld_sentence(reason),
        without_headcount=figure.without_headcount,
        percentage_only=figure.percentage_only,
        breakdowns={name: tuple(_row(figure.definition, each) for each in figure.groups(name)) for name in BREAKDOWNS},
        matched=_matched(figure.panel),
        distribution=spread(figure.shares, figure.definition),
        is_carried=figure.is_carried,
        not_compared=figure.not_compared,
    )


def withheld_reason(figure: RoundFigure, threshold: int | Decimal) -> str | None:
    """Why coverage (unrounded) keeps the headline in; None where it does not, or nothing is counted."""
    if not figure.returns:
        return None
    if figure.coverage is None:
        return "coverage cannot be worked out, because no headcount is known"
    if figure.coverage < Fraction(threshold):
        return f"the signatories counted employ less than {threshold} per cent of the known workforce"
    return None


def withheld_sentence(reason: str | None) -> str | None:
    """The reason as a sentence."""
    return f"Not published: {reason}." if reason else None


def empty_row(group: Group, why: Absent, returns_counted: Figure) -> Row:
    """A row that shows no figure."""
    return Row(group.code, group.name, why, why, why, why, why, returns_counted)


def why_empty(definition: Definition, group: Group) -> Absent:
    """Why a group without returns has no figure: nobody gave one, or nobody in it is asked."""
    is_asked = not definition.asked_of or group.code not in SECTORS or group.code in definition.asked_of
    return NO_DATA if is_asked else NOT_ASKED


def _row(definition: Definition, group: Group) -> Row:
    total = group.total
    if total is None or not total.returns:
        return empty_row(group, why_empty(definition, group), shown_count(Decimal(0), "organisations"))
    share = total.share()
    lower, upper = _limits(definition, total)
    return Row(
        code=group.code,
        name=group.name,
        value=NO_WHOLE if share is None else shown_percent(100 * share),
        lower=lower,
        upper=upper,
        numerator=_count(total.numerator, definition),
        denominator=_count(total.denominator, definition),
        returns_counted=shown_count(Decimal(total.returns), "organisations"),
    )


def _limits(definition: Definition, total: Total) -> tuple[Figure, Figure]:
    if not total.denominator:
        return NO_WHOLE, NO_WHOLE
    if not definition.has_interval:
        return NO_INTERVAL, NO_INTERVAL
    lower, upper = wilson_limits(total.numerator, total.denominator)
    return shown_percent(100 * Fraction(lower)), shown_percent(100 * Fraction(upper))


def _count(amount: Decimal, definition: Definition) -> Figure:
    return shown_count(exact_count(amount, definition.kind_of_number), definition.kind_of_number)


def _sensitivity(total: Total | None) -> tuple[Figure, Figure]:
    if total is None or not total.returns:
        return NO_DATA, NO_DATA
    limits = sensitivity_of(total)
    if limits is None:
        return NO_WHOLE, NO_WHOLE
    return shown_percent(limits[0]), shown_percent(limits[1])


def sensitivity_of(total: Total) -> tuple[Fraction, Fraction] | None:
    """n/(d+u) and (n+u)/(d+u), per cent: none, and all, of the unknown in the part; None without a whole."""
    numerator, unknown = Fraction(total.numerator), Fraction(total.unknown)
    whole = Fraction(total.denominator) + unknown
    if not whole:
        return None
    return 100 * numerator / whole, 100 * (numerator + unknown) / whole


def _matched(panel: Panel | None) -> Matched | None:
    change = split_change(panel) if panel else None
    if panel is None or change is None:
        return None
    return Matched(
        round=panel.earlier,
        organisations=shown_count(Decimal(panel.organisations), "organisations"),
        before=shown_percent(change.before),
        after=shown_percent(change.after),
        real_change=shown_points(change.real),
        joined_change=shown_points(change.joined),
        left_change=shown_points(change.left),
        composition_change=shown_composition(change.composition, change.real, change.total),
        total_change=shown_points(change.total),
    )
