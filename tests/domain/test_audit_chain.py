"""The chain of the audit: what was changed, removed, put in between, cut off or made anew shows, and where."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from anchor_portal.domain.audit_chain import NOTHING, Entry, Mark, digest_of, find_faults, read_mark

START = datetime(2026, 7, 31, 14, 2, 11, 123456, tzinfo=UTC)


def chain(length: int = 5, *, subject: str = "anchor-round-2026-07.csv", after: Mark = NOTHING) -> list[Entry]:
    entries, last = [], after
    for number in range(last.position + 1, last.position + length + 1):
        at = START + timedelta(minutes=number)
        entry = Entry(number, at, "team@team.example", "exported", subject, "", "127.0.0.1", last.digest, "")
        entries.append(replace(entry, digest=digest_of(entry)))
        last = mark_of(entries[-1])
    return entries


def mark_of(entry: Entry) -> Mark:
    return Mark(entry.position, entry.digest)


def faults(entries: list[Entry], head: Mark | None = None, *marks: Mark) -> list[str]:
    return find_faults(entries, head or mark_of(chain()[-1]), marks)


def test_a_whole_chain_has_no_faults() -> None:
    assert faults(chain()) == []
    assert find_faults([], NOTHING) == []
    assert faults(chain(), None, mark_of(chain()[2]), mark_of(chain()[4])) == []


@pytest.mark.parametrize("what", ["at", "who", "action", "subject", "detail", "address"])
def test_whatever_is_changed_shows_at_its_entry(what: str) -> None:
    entries = chain()
    other = START if what == "at" else "other"
    entries[2] = replace(entries[2], **{what: other})
    found = faults(entries)
    assert len(found) == 1
    assert found[0].startswith("entry 3 (")
    assert found[0].endswith("was changed after it was written")


def test_an_entry_that_was_removed_shows_where_it_was() -> None:
    entries = chain()
    del entries[2]
    assert [words[:32] for words in faults(entries)] == ["entry 3 is missing before entry "]
    del entries[2]
    assert [words[:38] for words in faults(entries)] == ["entries 3 to 4 are missing before entr"]


def test_the_first_entry_removed_shows() -> None:
    assert faults(chain()[1:])[0].startswith("entry 1 is missing before entry 2 (")


def test_an_entry_replaced_with_its_digest_made_anew_shows_at_the_next() -> None:
    entries = chain()
    changed = replace(entries[2], subject="something else")
    entries[2] = replace(changed, digest=digest_of(changed))
    (found,) = faults(entries)
    assert found.startswith("entry 4 (")
    assert found.endswith("does not follow from the one before it: entry 3 was replaced")


def test_numbers_made_to_fit_after_a_removal_show_as_well() -> None:
    entries = chain()
    del entries[2]
    entries[2:] = [replace(entry, position=entry.position - 1) for entry in entries[2:]]
    assert len(faults(entries)) >= 3


def test_entries_cut_off_at_the_end_show_by_the_note_of_the_last() -> None:
    assert faults(chain()[:3]) == ["entries 4 to 5 are missing at the end"]
    assert find_faults(chain(), NOTHING) == ["the last entry is 5, but the note says none"]
    assert find_faults(chain(), None) == ["the note of the last entry is missing"]


def test_a_chain_made_anew_shows_only_by_what_was_noted_elsewhere() -> None:
    noted = mark_of(chain()[3])
    anew = chain(subject="something else")
    assert find_faults(anew, mark_of(anew[-1])) == [], "the chain itself is sound"
    (found,) = find_faults(anew, mark_of(anew[-1]), [noted])
    assert found.startswith("entry 4 (")
    assert "is not the one that was noted with this number" in found


def test_a_chain_cut_off_with_its_note_shows_by_what_was_noted_elsewhere() -> None:
    cut = chain()[:3]
    assert find_faults(cut, mark_of(cut[-1]), [mark_of(chain()[4])]) == ["entry 5, which was noted, is not there"]


def test_a_moment_has_one_digest_in_whatever_zone_it_is_read() -> None:
    entry = chain(1)[0]
    elsewhere = replace(entry, at=entry.at.astimezone())
    assert digest_of(entry) == digest_of(elsewhere)


def test_what_is_said_cannot_move_from_one_field_to_the_next() -> None:
    entry = chain(1)[0]
    assert digest_of(replace(entry, subject="a", detail="bc")) != digest_of(replace(entry, subject="ab", detail="c"))


def test_odd_text_has_a_digest_too() -> None:
    assert len(digest_of(replace(chain(1)[0], subject='“ł" \\ \ud800'))) == 64


def test_a_mark_is_read_as_it_is_written() -> None:
    mark = mark_of(chain()[3])
    assert read_mark(f"  {mark} ") == mark


@pytest.mark.parametrize("typed", ["", "4", "4:", "4:abc", "x:" + "a" * 64, "٤:" + "a" * 64, "9" * 30 + ":" + "a" * 64])
def test_what_is_no_mark_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match="A mark is the number of an entry"):
        read_mark(typed)
