"""Figures frozen by hand, in every state, for the public pages that are read from them."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.figures.definitions import get_definition
from anchor_portal.domain.figures.figure import (
    Absent,
    NotProvided,
    Shown,
    Suppressed,
    Withheld,
    shown_count,
    shown_percent,
    shown_points,
)
from anchor_portal.domain.figures.indicator_json import view_as_json
from anchor_portal.domain.figures.indicators import IndicatorView, Matched, RoundFigure, Row, inside
from anchor_portal.domain.figures.proportions import Total
from anchor_portal.domain.findings.distribution import Distribution
from anchor_portal.domain.rounds import Stage
from anchor_portal.engine import open_database
from anchor_portal.models import Publication, Round
from anchor_portal.services.rounds.life import add_round

ROUNDS = ("2025-01", "2025-07", "2026-01", "2026-07")
RAW = "987654"
"""A count that stands in the figures for inside only."""
SUPPRESSED = Suppressed("fewer than three returns are counted")
WITHHELD = Withheld("the signatories counted employ less than 70 per cent of the known workforce")
NO_DATA = NotProvided("no accepted return has these figures")


def percent(text: str) -> Shown:
    return shown_percent(Decimal(text))


def row_of(code: str, name: str, share: tuple[str, str, str], part: int, whole: int) -> Row:
    value, lower, upper = map(percent, share)
    counts = (shown_count(Decimal(amount), "people") for amount in (part, whole, 5))
    return Row(code, name, value, lower, upper, *counts)


def hidden_row(code: str, name: str, why: Absent) -> Row:
    return Row(code, name, why, why, why, why, why, why)


SECTORS = (
    row_of("nhs-trust", "NHS trusts", ("31", "29", "33"), 1550, 5000),
    row_of("council", "Councils", ("0", "0", "1"), 0, 900),
    row_of("vcse", "Voluntary and community organisations", ("20", "15", "26"), 60, 300),
    hidden_row("housing", "Housing associations", SUPPRESSED),
    hidden_row("company", "Companies", WITHHELD),
    hidden_row("primary-care", "Primary care", NO_DATA),
)
SPLIT = Matched(
    "2026-01",
    shown_count(Decimal(15), "organisations"),
    percent("19.0"),
    percent("20.4"),
    *(shown_points(Decimal(points)) for points in ("1.4", "0.6", "-0.7", "-0.1", "1.3")),
)


def bare(code: str, round_: str, total: Total | None) -> IndicatorView:
    """A view as it is frozen for everyone, without breakdowns."""
    figure = RoundFigure(
        definition=get_definition(code),
        round=round_,
        status="published",
        total=total,
        returns_expected=21,
        headcount_counted=Decimal(19),
        headcount_expected=Decimal(20),
        breakdowns={"sector": (), "place": (), "tier": ()},
    )
    return replace(inside(figure), protected=True)


def shown(code: str, round_: str, share: str, part: int = 1000, whole: int = 5000) -> IndicatorView:
    """A view with a share as it is printed."""
    view = bare(code, round_, Total(Decimal(part), Decimal(whole), Decimal(250), 18))
    if view.definition.kind_of_number == "organisations":
        return view
    limits = (percent("18.5"), percent("22.0")) if view.definition.has_interval else (view.lower, view.upper)
    headline = replace(view.headline, value=percent(share), lower=limits[0], upper=limits[1])
    return replace(view, headline=headline, sensitivity=(percent("19.8"), percent("24.1")))


def hidden(code: str, round_: str, why: Absent) -> IndicatorView:
    view = bare(code, round_, None)
    row = replace(hidden_row("all", "All signatories", why), returns_counted=shown_count(Decimal(12), "organisations"))
    withheld = f"Not published: {why.reason}." if isinstance(why, Withheld) else None
    return replace(view, headline=row, unknown=why, sensitivity=(why, why), withheld=withheld)


def figures_of(round_: str) -> list[IndicatorView]:
    """What is published of a round: of indicator 20 no data, withheld, shown, and shown with everything."""
    twenty = {
        "2025-01": hidden("20.v1", "2025-01", NO_DATA),
        "2025-07": hidden("20.v1", "2025-07", WITHHELD),
        "2026-01": shown("20.v1", "2026-01", "19.4"),
        "2026-07": replace(
            shown("20.v1", "2026-07", "20.7"),
            breakdowns={"sector": SECTORS, "place": (), "tier": ()},
            matched=SPLIT,
            distribution=Distribution(shown_count(Decimal(18), "organisations"), *map(percent, ("12", "18", "31"))),
        ),
    }[round_]
    twelve = hidden("12.v1", round_, SUPPRESSED)
    charter = bare("p5.charter_signed.v1", round_, Total(Decimal(14), Decimal(18), Decimal(0), 18))
    return [twelve, twenty, shown("21.v1", round_, "38"), charter, *odd_figures_of(round_)]


def odd_figures_of(round_: str) -> list[IndicatorView]:
    """Nothing to take a share of, one organisation, vast amounts, nobody asked, none of all, and one frozen only once."""
    vast = 10**30
    few = hidden("p2.local_staff.v1", round_, SUPPRESSED)
    odd = [
        bare("p1.rlw_staff.v1", round_, Total(Decimal(0), Decimal(0), Decimal(0), 3)),
        replace(few, headline=replace(few.headline, returns_counted=SUPPRESSED), coverage=SUPPRESSED),
        shown("p2.local_contracts.v1", round_, "50", vast, 2 * vast),
        bare("p3.free_use.v1", round_, Total(Decimal(0), Decimal(0), Decimal(0), 3)),
        bare("p4.green_plan.v1", round_, Total(Decimal(0), Decimal(18), Decimal(0), 18)),
    ]
    return [*odd, bare("p6.initiatives.v1", round_, None)] if round_ == "2025-01" else odd


def freeze(url: str) -> None:
    """Publish four rounds, the third in two revisions."""
    database = open_database(url)
    with Session(database.writer) as session, session.begin():
        for code in ROUNDS:
            made = add_round(session, code, "2024-07", date(2024, 1, 1), date(2024, 2, 1))
            made.stage, made.published_at = Stage.PUBLISHED, datetime(int(code[:4]), 9, 14, tzinfo=UTC)
            session.add_all(publication(made, revision) for revision in ((1, 2) if code == "2026-01" else (1,)))
    database.dispose()


def withhold(app: Flask, number: int) -> None:
    """Publish the last round again, without the figure of an indicator."""
    with Session(app.extensions["database"].writer) as session, session.begin():
        newest = select(Publication).join(Round, Round.id == Publication.round_id)
        found = session.scalars(newest.order_by(Round.code.desc(), Publication.revision.desc()).limit(1)).one()
        views = json.loads(found.outside)
        round_ = views[0]["round"]
        absent = view_as_json(hidden(f"{number}.v1", round_, WITHHELD))
        outside = json.dumps([absent if each["number"] == number else each for each in views])
        again = Publication(
            round_id=found.round_id,
            revision=found.revision + 1,
            reason="Too few are counted.",
            inside=found.inside,
            outside=outside,
            inputs="[]",
            digest="withheld",
            published_at=found.published_at,
        )
        session.add(again)


def publication(round_: Round, revision: int) -> Publication:
    """A revision of a round, with raw counts in the figures for inside."""
    views = [view_as_json(view) for view in figures_of(round_.code)]
    if (round_.code, revision) == ("2026-01", 1):
        views[1]["value"] = 18.8
    return Publication(
        round_id=round_.id,
        revision=revision,
        reason="A council sent a corrected table." if revision == 2 else "",
        inside=json.dumps([{**view, "numerator": RAW} for view in views]),
        outside=json.dumps(views),
        inputs="[]",
        digest=f"{round_.code}-{revision}",
        published_at=datetime(int(round_.code[:4]), 9, 13 + revision, tzinfo=UTC),
    )
