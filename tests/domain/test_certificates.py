"""Certificates: what each kind says, when one stands no longer, and that none carries a figure."""

from datetime import date, timedelta

import pytest

from anchor_portal.domain.certificates.standing import (
    CertificateState,
    Stands,
    earliest_award,
    last_day_of_award,
    stands_on,
)
from anchor_portal.domain.certificates.words import FigureOnCertificate, Wording, pledge_titles

DAY = date(2026, 9, 1)


def stands(**changes: object) -> Stands:
    nothing = dict.fromkeys(("withdrawn_on", "replaced_by", "replaced_on", "held_until", "left_on"))
    return stands_on(DAY, **{**nothing, **changes})  # type: ignore[arg-type]


def test_a_certificate_stands_until_something_happens() -> None:
    assert stands() == Stands(CertificateState.VALID)


def test_what_the_team_did_counts_before_what_time_did() -> None:
    over = {"held_until": date(2025, 1, 1), "left_on": date(2025, 2, 2)}
    replaced = {"replaced_by": "2026-07-AAAAAA", "replaced_on": date(2026, 5, 5)}
    assert stands(**over) == Stands(CertificateState.LAPSED, date(2025, 1, 1))
    assert stands(**over, **replaced) == Stands(CertificateState.REPLACED, date(2026, 5, 5))
    withdrawn = {"withdrawn_on": date(2026, 6, 6)}
    assert stands(**over, **replaced, **withdrawn) == Stands(CertificateState.WITHDRAWN, date(2026, 6, 6))


def test_an_award_is_held_on_its_last_day_and_has_lapsed_on_the_next() -> None:
    assert stands(held_until=DAY).state is CertificateState.VALID
    assert stands(held_until=DAY - timedelta(days=1)) == Stands(CertificateState.LAPSED, DAY - timedelta(days=1))


def test_a_signatory_that_leaves_is_none_from_that_day_on() -> None:
    assert stands(left_on=DAY + timedelta(days=1)).state is CertificateState.VALID
    assert stands(left_on=DAY) == Stands(CertificateState.LAPSED, DAY)


@pytest.mark.parametrize(
    ("since", "last"), [(date(2024, 3, 14), date(2029, 3, 14)), (date(2024, 2, 29), date(2029, 3, 1))]
)
def test_an_award_lasts_five_years(since: date, last: date) -> None:
    assert last_day_of_award(since) == last
    assert earliest_award(date(2029, 3, 14)) == date(2024, 3, 14)


def test_each_kind_says_what_it_certifies() -> None:
    accepted = Wording("return", "July 2026", revision=2)
    assert accepted.statement[0] == "took part in the July 2026 round of the Anchor Framework."
    assert accepted.own_fact == ("Revision", "2")
    signatory = Wording("signatory", held_since=date(2023, 3, 20))
    assert " ".join(signatory.statement) == "is a signatory of the Anchor Framework and has made its seven pledges."
    assert signatory.own_fact == ("Signatory since", "20 March 2023")
    assert Wording("signatory").own_fact is None
    award = Wording("award", award="Social Value Award", held_since=date(2024, 3, 14), held_until=date(2029, 3, 14))
    assert " ".join(award.statement) == "holds the Social Value Award, achieved on 14 March 2024."
    assert award.own_fact == ("Held until", "14 March 2029")


@pytest.mark.parametrize(
    "words", [{"pledges": ("98.5% local",)}, {"award": "Award for 40 per cent"}, {"round_title": "12 percent round"}]
)
def test_none_carries_a_figure(words: dict[str, object]) -> None:
    with pytest.raises(FigureOnCertificate, match="never carries a figure"):
        Wording("signatory", **words)  # type: ignore[arg-type]


def test_a_return_names_its_round_and_an_award_is_named() -> None:
    with pytest.raises(ValueError, match="names its round"):
        Wording("return")
    with pytest.raises(ValueError, match="names it"):
        Wording("award")


def test_pledges_that_are_not_known_are_left_out() -> None:
    assert pledge_titles(["2", "9", "x", "²"]) == ("Employ and buy locally",)
