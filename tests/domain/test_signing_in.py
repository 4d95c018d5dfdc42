"""Rules of signing in: when a session is over, how attempts are slowed down, who needs a second factor."""

from datetime import UTC, datetime, timedelta

import pytest

from anchor_portal.domain.people import Role
from anchor_portal.domain.signing_in.second_factors import (
    EVERYONE,
    TEAM_AND_ASSEMBLY,
    needs_second_factor,
    read_code,
    say_recovery_code,
    steps_around,
)
from anchor_portal.domain.signing_in.sessions import is_over, is_proof_fresh, say_device, say_method
from anchor_portal.domain.signing_in.throttling import (
    ACCOUNT,
    ACCOUNT_ANYWHERE,
    ADDRESS,
    Limit,
    Tally,
    count_one,
    find_bar,
    say_wait,
    still_counted,
)

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def fail(number: int, limit: Limit, every: timedelta = timedelta(0)) -> Tally:
    """Where one stands after so many failures, one after the other."""
    tally: Tally | None = None
    for index in range(number):
        tally = count_one(tally, AT + index * every, limit)
    assert tally is not None
    return tally


@pytest.mark.parametrize(
    ("age", "unused", "over"),
    [
        (0 * HOUR, 0 * MINUTE, False),
        (12 * HOUR - MINUTE, 0 * MINUTE, False),
        (12 * HOUR, 0 * MINUTE, True),
        (2 * HOUR, 64 * MINUTE, False),
        (2 * HOUR, 65 * MINUTE, True),
        (-3 * HOUR, -3 * HOUR, False),
    ],
)
def test_a_session_is_over_at_either_limit_and_not_when_the_clock_was_put_back(
    age: timedelta, unused: timedelta, over: bool
) -> None:
    assert is_over(AT - age, AT - unused, AT, 12 * HOUR, HOUR) is over


def test_a_proof_is_fresh_for_a_quarter_of_an_hour_and_never_one_from_the_future() -> None:
    fresh = [is_proof_fresh(AT - minutes * MINUTE, AT) for minutes in (0, 14, 15, -1)]
    assert fresh == [True, True, False, False]


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/128 Safari/537 Edg/128", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) AppleWebKit/605 Version/17 Safari/604", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537 Chrome/128 Mobile Safari/537", "Chrome on Android"),
        ("curl/8.5", "curl"),
        ("", "A browser that does not say its name"),
        ("<script>alert(1)</script>", "A browser that does not say its name"),
        ("Mozilla/5.0 (Windows NT 10.0)", "A browser on Windows"),
    ],
)
def test_a_browser_is_said_in_words(user_agent: str, said: str) -> None:
    assert say_device(user_agent) == said


def test_how_somebody_signed_in_is_said_in_words() -> None:
    assert say_method("password", "totp") == "password and authenticator app"
    assert (say_method("passkey", "passkey"), say_method("entra", "")) == ("passkey", "entra")


def test_five_failures_are_free_then_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    waits = [(fail(number, ACCOUNT).barred_until or AT) - AT for number in range(1, 12)]
    assert waits == [minutes * MINUTE for minutes in (0, 0, 0, 0, 1, 2, 4, 8, 15, 15, 15)]


def test_an_address_with_many_people_behind_it_is_slowed_down_much_later() -> None:
    assert fail(49, ADDRESS).barred_until is None
    assert fail(50, ADDRESS).barred_until is not None
    assert fail(500, ADDRESS, every=MINUTE).barred_until is None, "one wrong password a minute is an office at work"


def test_failures_run_off_and_nobody_is_locked_out_for_good() -> None:
    many = fail(10_000, ACCOUNT)
    assert find_bar(many, AT, ACCOUNT) == AT + ACCOUNT.most
    assert find_bar(many, AT + ACCOUNT.most, ACCOUNT) is None
    assert still_counted(many, AT + 25 * ACCOUNT.forgets_one_every, ACCOUNT) == 0


def test_somebody_who_guesses_for_a_day_has_about_a_hundred_guesses() -> None:
    tally, at, guesses = None, AT, 0
    while at < AT + 24 * HOUR:
        if find_bar(tally, at, ACCOUNT) is None:
            tally, guesses = count_one(tally, at, ACCOUNT), guesses + 1
        at += MINUTE
    assert guesses < 110


def test_one_network_that_guesses_for_a_month_never_bars_the_account_for_the_others() -> None:
    here = anywhere = None
    at = AT
    while at < AT + 30 * 24 * HOUR:
        if find_bar(here, at, ACCOUNT) is None:
            here, anywhere = count_one(here, at, ACCOUNT), count_one(anywhere, at, ACCOUNT_ANYWHERE)
        assert anywhere is None or anywhere.barred_until is None
        at += MINUTE


def test_a_bar_that_a_wrong_clock_wrote_does_not_last_until_its_time() -> None:
    assert find_bar(Tally(9, AT + 24 * HOUR, AT + 25 * HOUR), AT, ACCOUNT) is None
    assert still_counted(Tally(3, AT + 24 * HOUR, None), AT, ACCOUNT) == 3


def test_how_long_to_wait_is_rounded_up() -> None:
    waits = [say_wait(AT + timedelta(seconds=seconds), AT) for seconds in (1, 60, 61, 900)]
    assert waits == ["1 minute", "1 minute", "2 minutes", "15 minutes"]


@pytest.mark.parametrize(
    ("roles", "policy", "is_demo", "needed"),
    [
        ({Role.TEAM}, TEAM_AND_ASSEMBLY, False, True),
        ({Role.MEMBER, Role.SIGNATORY}, TEAM_AND_ASSEMBLY, False, True),
        ({Role.LEAD, Role.SIGNATORY}, TEAM_AND_ASSEMBLY, False, False),
        ({Role.CONTRIBUTOR}, EVERYONE, False, True),
        (set(), EVERYONE, False, True),
        ({Role.TEAM}, EVERYONE, True, False),
    ],
)
def test_team_and_assembly_always_need_a_second_factor_the_rest_by_the_setting_and_nobody_in_a_demonstration(
    roles: set[Role], policy: str, is_demo: bool, needed: bool
) -> None:
    assert needs_second_factor(roles, policy, is_demo=is_demo) is needed


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("123456", "123456"),
        (" 123 456\n", "123456"),
        ("abcd-efgh-jkmn-pqrs-tuvw-xyz2", "ABCDEFGHJKMNPQRSTUVWXYZ2"),
        ("ABCD EFGH\u2013JKMN PQRS TUVW XYZ2", "ABCDEFGHJKMNPQRSTUVWXYZ2"),
        ("12345", ""),
        ("1234567", ""),
        ("\u0661\u0662\u0663\u0664\u0665\u0666", ""),
        ("ABCD-EFGH-JKMN-PQRS-TUVW-XYZ0", ""),
        ("\0", ""),
        ("", ""),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str, code: str) -> None:
    assert read_code(typed) == code


def test_a_recovery_code_is_read_as_it_is_printed() -> None:
    code = "ABCDEFGHJKMNPQRSTUVWXYZ2"
    assert (say_recovery_code(code), read_code(say_recovery_code(code))) == ("ABCD-EFGH-JKMN-PQRS-TUVW-XYZ2", code)


def test_a_code_may_be_a_little_early_or_late_and_never_older_than_the_last_one() -> None:
    assert steps_around(100, 0) == (99, 100, 101)
    assert steps_around(100, 100) == (101,)
    assert steps_around(100, 200) == ()
