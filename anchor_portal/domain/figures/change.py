"""The change between two rounds, split into real change and change of composition (method.md, rule 4)."""

from dataclasses import dataclass
from fractions import Fraction

from anchor_portal.domain.figures.proportions import Largest, Total


@dataclass(frozen=True, slots=True)
class Panel:
    """The sums that a change is made from: of the organisations counted in both rounds, and of all in each.

    `before` and `after` are the matched panel in the earlier and in the later round, `before_all` and
    `after_all` everyone. `joined` and `left` are numbers of organisations. `earlier_shown` is False where the
    earlier headline is not shown outside, so that the change does not tell it. The two largest: for pounds.
    `in_like_places`: its published percentages are all printed with the places of the coarsest.
    """

    earlier: str
    organisations: int
    joined: int
    left: int
    before: Total
    after: Total
    before_all: Total
    after_all: Total
    earlier_shown: bool
    before_largest: Largest | None = None
    after_largest: Largest | None = None
    in_like_places: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """Percentages of the panel before and after, and the parts of the change in percentage points, all exact.

    real + joined + left = total, and joined + left = composition. Real change includes shifts of size within
    the panel.
    """

    before: Fraction
    after: Fraction
    real: Fraction
    joined: Fraction
    left: Fraction
    composition: Fraction
    total: Fraction


def split_change(panel: Panel) -> Change | None:
    """The change in its parts; None where no organisation is counted in both rounds or a denominator is 0.

    real = R1(M) - R0(M), joined = R1(all) - R1(M), left = R0(M) - R0(all); R is a share, M the matched panel.
    """
    shares = [each.share() for each in (panel.before, panel.after, panel.before_all, panel.after_all)]
    known = [100 * share for share in shares if share is not None]
    if not panel.organisations or len(known) < len(shares):
        return None
    before, after, before_all, after_all = known
    return Change(
        before=before,
        after=after,
        real=after - before,
        joined=after_all - after,
        left=before - before_all,
        composition=after_all - after + before - before_all,
        total=after_all - before_all,
    )
