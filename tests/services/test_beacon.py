"""Files of published values: looked at, applied in one go, superseded, undone; programmes and milestones."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.models import ActionKind, AuditEntry, BeaconUpload, BeaconValue, UploadState
from anchor_portal.queries.beacon import (
    find_upload,
    load_actions,
    load_latest_readings,
    load_own_views,
    load_readings,
    load_sources,
    load_themes,
)
from anchor_portal.services.beacon import actions as beacon_actions
from anchor_portal.services.beacon import uploads as beacon
from anchor_portal.services.beacon.actions import ActionWords, ChangedMeanwhile

HEAD = "Indicator ID,Indicator Name,Area Code,Sex,Age,Time period,Value,Value note"
TEAM, OTHER = "team@team.example", "other@team.example"
HALTON, WIRRAL = "E06000006", "E08000015"


def file(*lines: str) -> bytes:
    return "\n".join([HEAD, *lines]).encode()


def line(value: object, area: str = HALTON, period: str = "2023/24", ident: str = "7", note: str = "") -> str:
    return f"{ident},Ready for school,{area},Persons,5 yrs,{period},{value},{note}"


def stage(session: Session, *lines: str, number: int | None = 4) -> BeaconUpload:
    upload = beacon.stage(session, file(*lines), "values.csv", TEAM)
    if number is not None:
        beacon.choose(session, upload, {0: number})
    return upload


def apply(session: Session, *lines: str, number: int = 4) -> BeaconUpload:
    upload = stage(session, *lines, number=number)
    beacon.apply(session, upload, beacon.preview(session, upload).mark, TEAM)
    return upload


def values(session: Session, number: int = 4) -> dict[tuple[str, str], Decimal | None]:
    """What is shown, by area and period."""
    return {(area, period): each.value for (area, _, period), each in load_readings(session, [number])[number].items()}


def undone(session: Session, upload: BeaconUpload) -> None:
    found = find_upload(session, upload.id, to_change=True)
    assert found
    beacon.undo(session, found, "A wrong file", OTHER)


def entries(session: Session) -> Sequence[tuple[str, str, str, str]]:
    query = select(AuditEntry.who, AuditEntry.action, AuditEntry.subject, AuditEntry.detail).order_by(AuditEntry.id)
    return [(*row,) for row in session.execute(query)]


def test_a_file_is_shown_only_when_it_is_applied_and_who_applied_it_is_kept(session: Session) -> None:
    upload = stage(session, line("64.55"), line(70, WIRRAL))
    found = beacon.preview(session, upload)
    assert (found.new, found.changed, values(session)) == (2, 0, {})
    beacon.apply(session, upload, found.mark, TEAM)
    assert values(session) == {(HALTON, "2023/24"): Decimal("64.55"), (WIRRAL, "2023/24"): Decimal(70)}
    assert (upload.state, upload.applied_by, upload.staged) == (UploadState.APPLIED, TEAM, None)
    assert entries(session)[-1] == (TEAM, "beacon values applied", "values.csv", "indicators 4: 2 new, 0 changed")


def test_the_same_file_again_changes_nothing(session: Session) -> None:
    apply(session, line(64))
    again = stage(session, line("64.0"))
    found = beacon.preview(session, again)
    assert (found.new, found.changed, found.series[0].differences.same, found.can_apply) == (0, 0, 1, False)
    with pytest.raises(beacon.UploadRefused, match="changes nothing"):
        beacon.apply(session, again, found.mark, TEAM)
    assert session.scalar(select(func.count()).select_from(BeaconValue)) == 1


def test_a_later_file_supersedes_and_both_can_be_traced(session: Session) -> None:
    first = apply(session, line(64), line(60, period="2022/23"))
    second = apply(session, line(65))
    assert values(session) == {(HALTON, "2022/23"): Decimal(60), (HALTON, "2023/24"): Decimal(65)}
    every = session.execute(
        select(BeaconValue.upload_id, BeaconValue.value, BeaconValue.is_shown).order_by(BeaconValue.id)
    )
    assert [(*row,) for row in every] == [
        (first.id, Decimal(64), False),
        (first.id, Decimal(60), True),
        (second.id, Decimal(65), True),
    ]


SORTED = f"{HEAD},Time period Sortable".replace(",Value note", "")


@pytest.mark.parametrize("numbers", [("20300000", "20310000"), ("", "20310000"), ("20310000", "")])
def test_one_period_is_one_line_whether_or_not_a_file_says_how_it_sorts(
    numbers: tuple[str, str], session: Session
) -> None:
    lines = [
        f"7,Ready for school,{area},Persons,5 yrs,2030/31,{value},{number}"
        for area, value, number in zip((HALTON, WIRRAL), (50, 60), numbers, strict=True)
    ]
    for each in lines:
        upload = beacon.stage(session, f"{SORTED}\n{each}".encode(), "values.csv", TEAM)
        beacon.choose(session, upload, {0: 4})
        beacon.apply(session, upload, beacon.preview(session, upload).mark, TEAM)
    assert {each.area for each in load_latest_readings(session)[4]} == {HALTON, WIRRAL}
    upload = beacon.stage(session, "\n".join((SORTED, *lines)).encode(), "values.csv", TEAM)
    beacon.choose(session, upload, {0: 4})
    assert (beacon.preview(session, upload).changed, beacon.preview(session, upload).new) == (0, 0)


def test_undoing_shows_what_earlier_files_say_and_keeps_the_reason(session: Session) -> None:
    apply(session, line(64))
    second = apply(session, line(65), line(70, WIRRAL))
    undone(session, second)
    assert values(session) == {(HALTON, "2023/24"): Decimal(64)}
    assert (second.state, second.undone_by, second.undo_reason) == (UploadState.UNDONE, OTHER, "A wrong file")
    assert entries(session)[-1] == (OTHER, "beacon values undone", "values.csv", "A wrong file")


def test_undoing_an_earlier_file_leaves_what_a_later_one_confirmed(session: Session) -> None:
    first = apply(session, line(64), line(60, period="2022/23"))
    apply(session, line(64), line(66, period="2024/25"))
    undone(session, first)
    assert values(session) == {(HALTON, "2023/24"): Decimal(64), (HALTON, "2024/25"): Decimal(66)}


def test_what_was_undone_cannot_be_undone_or_applied_again(session: Session) -> None:
    upload = apply(session, line(64))
    undone(session, upload)
    with pytest.raises(beacon.UploadRefused):
        beacon.undo(session, upload, "again", TEAM)
    with pytest.raises(beacon.UploadRefused):
        beacon.apply(session, upload, "", TEAM)
    assert values(session) == {}


def test_a_file_applied_late_still_wins_over_one_applied_before_it(session: Session) -> None:
    early, late = stage(session, line(1)), stage(session, line(2))
    beacon.apply(session, late, beacon.preview(session, late).mark, TEAM)
    beacon.apply(session, early, beacon.preview(session, early).mark, TEAM)
    assert values(session) == {(HALTON, "2023/24"): Decimal(1)}


def test_a_preview_that_is_out_of_date_applies_nothing(session: Session) -> None:
    upload = stage(session, line(64))
    seen = beacon.preview(session, upload).mark
    apply(session, line(65))
    with pytest.raises(beacon.StalePreview):
        beacon.apply(session, upload, seen, TEAM)
    assert values(session) == {(HALTON, "2023/24"): Decimal(65)}


def test_one_line_that_cannot_be_read_keeps_the_whole_file_out(session: Session) -> None:
    upload = stage(session, line(64), line("many", WIRRAL))
    found = beacon.preview(session, upload)
    assert found.faults == ["Line 3, Wirral: “many” in “Value” is not a number"]
    with pytest.raises(beacon.UploadRefused, match="cannot be read"):
        beacon.apply(session, upload, found.mark, TEAM)
    assert values(session) == {}


def test_a_suppressed_value_takes_the_place_of_one_and_is_not_zero(session: Session) -> None:
    apply(session, line(64))
    apply(session, line("*", note="Value suppressed"))
    assert values(session) == {(HALTON, "2023/24"): None}
    assert load_latest_readings(session)[4][0].note == "Value suppressed"


def test_which_indicator_it_is_is_remembered_by_number_and_age(session: Session) -> None:
    apply(session, line(64))
    again = beacon.stage(
        session, file(line(65), line(65).replace("5 yrs", "6 yrs"), line(1, ident="8")), "next.csv", TEAM
    )
    assert [each.number for each in again.series] == [4, None, None]


@pytest.mark.parametrize(
    ("choices", "position", "expected"),
    [
        ({0: 20}, 0, "made from the returns"),
        ({0: 23}, 0, "one of the 22"),
        ({0: 0}, 0, "one of the 22"),
        ({0: 4, 1: 4}, 1, "chosen for “Ready for school” already"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(
    session: Session, choices: dict[int, int | None], position: int, expected: str
) -> None:
    upload = stage(session, line(64), line(1, ident="8"), number=None)
    with pytest.raises(beacon.ChoicesRefused) as refusal:
        beacon.choose(session, upload, choices)
    assert expected in refusal.value.faults[position]
    assert {each.number for each in upload.series} == {None}


def test_two_indicators_of_a_file_can_change_places(session: Session) -> None:
    upload = stage(session, line(64), line(1, ident="8"), number=None)
    beacon.choose(session, upload, {0: 4, 1: 3})
    beacon.choose(session, upload, {0: 3, 1: 4})
    assert [each.number for each in upload.series] == [3, 4]


def test_an_indicator_that_is_no_longer_local_keeps_its_values_and_says_so(session: Session) -> None:
    upload = stage(session, line(20, period="2014/15"), number=15)
    assert "no longer available at the local level" in beacon.preview(session, upload).series[0].remark
    beacon.apply(session, upload, beacon.preview(session, upload).mark, TEAM)
    assert values(session, 15) == {(HALTON, "2014/15"): Decimal(20)}


def test_where_values_come_from_is_known_until_their_file_is_undone(session: Session) -> None:
    first = apply(session, line(64))
    apply(session, line(65))
    assert [(each.file_name, each.ident, each.age) for each in load_sources(session, 4)] == [
        ("values.csv", "7", "5 yrs")
    ] * 2
    undone(session, first)
    assert len(load_sources(session, 4)) == 1 and not load_sources(session, 5)


def test_only_the_latest_period_is_read_for_the_table(session: Session) -> None:
    apply(session, *(line(50 + year, period=f"20{year}/{year + 1}") for year in range(10, 24)))
    assert [each.period for each in load_latest_readings(session)[4]] == ["2023/24"]


def test_a_value_keeps_every_decimal(session: Session) -> None:
    exact = "64.55555555555555555"
    apply(session, line(exact))
    assert values(session) == {(HALTON, "2023/24"): Decimal(exact)}


def test_all_22_stand_under_nine_themes_and_ours_need_a_published_round(session: Session) -> None:
    themes = load_themes(session)
    assert [each.number for _, every in themes for each in every] == list(range(1, 23))
    assert len(themes) == 9 and load_own_views(session) == {}


# Programmes and milestones


def add(session: Session, *titles: str, theme: str = "theme-1") -> None:
    for title in titles:
        beacon_actions.add_action(session, theme, ActionKind.PROGRAMME, ActionWords(title), TEAM)


def titles(session: Session) -> list[str]:
    return [action.title for action in load_actions(session)]


def test_programmes_keep_their_order_and_can_be_moved(session: Session) -> None:
    add(session, "one", "two", "three")
    last = load_actions(session)[-1]
    assert beacon_actions.move_action(session, last, -1, TEAM)
    assert titles(session) == ["one", "three", "two"]
    assert not beacon_actions.move_action(session, load_actions(session)[0], -1, TEAM)
    assert entries(session)[-1][:3] == (TEAM, "beacon programme moved", "theme-1")


def test_a_programme_changed_meanwhile_is_not_overwritten(session: Session) -> None:
    add(session, "one")
    action = load_actions(session)[0]
    assert beacon_actions.change_action(session, action, ActionWords("mine"), 1, TEAM)
    with pytest.raises(ChangedMeanwhile):
        beacon_actions.change_action(session, action, ActionWords("theirs"), 1, OTHER)
    with pytest.raises(ChangedMeanwhile):
        beacon_actions.remove_action(session, action, 1, OTHER)
    assert (titles(session), action.version, action.changed_by) == (["mine"], 2, TEAM)


def test_the_same_words_again_are_no_conflict(session: Session) -> None:
    add(session, "one")
    action = load_actions(session)[0]
    beacon_actions.change_action(session, action, ActionWords("two"), 1, TEAM)
    assert not beacon_actions.change_action(session, action, ActionWords("two"), 1, TEAM), "as after a double click"


def test_a_removed_programme_leaves_its_name_in_the_record(session: Session) -> None:
    add(session, "one", "two")
    beacon_actions.remove_action(session, load_actions(session)[0], 1, TEAM)
    assert titles(session) == ["two"]
    assert entries(session)[-1] == (TEAM, "beacon programme removed", "theme-1", "one")
