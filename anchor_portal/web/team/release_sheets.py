"""A publication on paper, so to speak: each definition with every figure of it, for the preview and for reading."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import url_for

from anchor_portal.domain.figures.definitions import Definition
from anchor_portal.domain.figures.figure import Figure, Shown
from anchor_portal.domain.figures.indicators import BREAKDOWNS, IndicatorView, Row
from anchor_portal.domain.figures.view_cells import (
    MATCHED,
    SPREAD,
    STATES,
    CellChange,
    changes_between,
    hidden_in,
    of_measure,
)
from anchor_portal.domain.findings import sentences
from anchor_portal.domain.findings.page_words import PageWords, words_of
from anchor_portal.domain.rounds import title_of

GROUPS = {"sector": "By kind of organisation", "place": "By main place", "tier": "By pay band and level"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One definition: what it says in words, its table in parts, what is not shown and why, what changed."""

    view: IndicatorView
    words: PageWords
    says: tuple[str, ...]
    head: tuple[str, ...]
    parts: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]
    lists: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    hidden: tuple[tuple[str, str, tuple[str, ...]], ...]
    changes: tuple[CellChange, ...]

    @property
    def definition(self) -> Definition:
        """The definition, in the version that was in force."""
        return self.view.definition

    @property
    def ident(self) -> str:
        """A name for links within the page."""
        return "figure-" + self.definition.key.replace(".", "-").replace("_", "-")

    @property
    def caption(self) -> str:
        """What kind of figure it is: an indicator with its number, or a measure of a pledge."""
        if self.definition.number is not None:
            return f"Indicator {self.definition.number}"
        return f"Pledge {self.words.pledge}" if self.words.pledge else "Workforce"


def make_sheets(views: Iterable[IndicatorView], before: Sequence[IndicatorView] | None = None) -> list[Sheet]:
    """A sheet for each view; `before` are the views of the earlier revision, None where there is none."""
    return [_sheet(view, before) for view in views]


def _sheet(view: IndicatorView, before: Sequence[IndicatorView] | None) -> Sheet:
    words = words_of(view.definition)
    earlier = of_measure(before, view.definition.measure) if before is not None else None
    return Sheet(
        view=view,
        words=words,
        says=tuple(filter(None, _sentences(view, words))),
        head=_head(view, words),
        parts=tuple(_parts(view)),
        lists=tuple(_lists(view)),
        hidden=tuple((STATES[why.state], why.reason, tuple(names)) for why, names in hidden_in(view).items()),
        changes=tuple(changes_between(earlier, view)) if before is not None else (),
    )


def _sentences(view: IndicatorView, words: PageWords) -> Iterable[str | None]:
    yield sentences.in_words(view)
    yield sentences.interval_in_words(view)
    yield sentences.coverage_in_words(view)
    lowest, highest = view.sensitivity
    if words.unknown and isinstance(lowest, Shown) and isinstance(highest, Shown):
        yield words.unknown.format(unknown=say(view.unknown), lowest=lowest.text, highest=highest.text)
    yield sentences.change_in_words(view)


def say(figure: Figure) -> str:
    """A figure in a table: its text, else the word for why there is none."""
    return figure.text if isinstance(figure, Shown) else STATES[figure.state]


def _head(view: IndicatorView, words: PageWords) -> tuple[str, ...]:
    limits = ("Lower limit", "Upper limit") if view.definition.has_interval else ()
    return ("Group", "Share", *limits, words.numerator, words.denominator, "Signatories counted")


def _parts(view: IndicatorView) -> Iterable[tuple[str, tuple[tuple[str, ...], ...]]]:
    yield "Everyone", (_line(view, view.headline),)
    for name in BREAKDOWNS:
        if view.breakdowns[name]:
            yield GROUPS[name], tuple(_line(view, row) for row in view.breakdowns[name])


def _line(view: IndicatorView, row: Row) -> tuple[str, ...]:
    limits = (row.lower, row.upper) if view.definition.has_interval else ()
    figures = (row.value, *limits, row.numerator, row.denominator, row.returns_counted)
    return (row.name, *map(say, figures))


def _lists(view: IndicatorView) -> Iterable[tuple[str, tuple[tuple[str, str], ...]]]:
    """The change and the spread, as terms and figures."""
    if view.matched:
        parts = tuple((what, say(getattr(view.matched, name))) for name, what in MATCHED.items())
        yield f"The change on {title_of(view.matched.round)}, in percentage points", parts
    if view.distribution:
        spread = view.distribution
        yield (
            "The spread over organisations",
            tuple((what, say(getattr(spread, name))) for name, what in SPREAD.items()),
        )


def address_of(definition: Definition) -> str:
    """The page of an indicator or measure."""
    if definition.number is not None:
        return url_for("public.indicator", number=definition.number)
    return url_for("public.measure", key=definition.measure)
