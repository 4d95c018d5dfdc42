"""What a review compares: a signed revision, question by question, with the one before it and with last time's return.

Signed answers never change, so what was compared is kept, with the sections that pages show of it. It is found again by all
that it was made from: the answers as they were signed, the questionnaire, who is asked on which day, and whose it is.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from markupsafe import Markup

from anchor_portal.domain.answers.completeness import review as read_return
from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.findings.level_words import LEVEL_NAMES
from anchor_portal.domain.findings.self_assessment import Standing as Level
from anchor_portal.domain.findings.self_assessment import asks_levels, say_earlier, standings
from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.domain.review.moves import say_move
from anchor_portal.domain.review.wording import Stretch, compare_texts, shorten
from anchor_portal.domain.rounds import title_of
from anchor_portal.outputs.differences import Difference, find_differences
from anchor_portal.outputs.rows import Row, SectionRows, answer_rows
from anchor_portal.queries.columns import ItsSubmission
from anchor_portal.queries.returns import Found, LastSigned, answers_of

MOST = 60
"""Comparisons that are kept in a process; the one that nobody asked for longest goes first."""
MOST_DRAWN = 40
"""Sections that are kept of one comparison: each as a member sees it, as the team does, before and after a remark."""


@dataclass(frozen=True, slots=True)
class Line:
    """A question on the page: its row, how far it moved, and for a text what changed in its words.

    `is_settled` means that there is nothing to look at: as last time and as in the revision before, without a flag.
    """

    row: Row
    moved: str = ""
    wording: Sequence[Stretch] = ()
    is_same: bool = False
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A section with all of its lines, and what the organisation thinks of itself.

    `changed` is how many answers changed since last time, `flagged` are those that are unusual.
    """

    rows: SectionRows
    lines: Sequence[Line]
    level: str
    changed: int
    flagged: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that is compared, and the sections that were drawn of it, by all that decides about each beside it."""

    questionnaire: Questionnaire
    differences: Mapping[str, Difference]
    sections: Sequence[Section]
    drawn: dict[Hashable, Markup] = field(default_factory=dict)

    def section(self, key: Hashable, draw: Callable[[], Markup]) -> Markup:
        """A section that nothing but the comparison and the key decide about."""
        html = self.drawn.get(key)
        if html is None:
            html = draw()
            if len(self.drawn) >= MOST_DRAWN:
                self.drawn.clear()
            self.drawn[key] = html
        return html


_kept: OrderedDict[Hashable, Comparison] = OrderedDict()
_turn = Lock()


def compare(
    found: Found, submission: ItsSubmission, before: ItsSubmission | None, last: LastSigned | None
) -> Comparison:
    """The comparison, made once; nothing of it may be changed."""
    key = _key(found, submission, before, last)
    with _turn:
        comparison = _kept.get(key)
    if comparison is None:
        comparison = _compare(found, submission, before, last)
    with _turn:
        _kept[key] = comparison
        _kept.move_to_end(key)
        if len(_kept) > MOST:
            _kept.popitem(last=False)
    return comparison


def _key(found: Found, submission: ItsSubmission, before: ItsSubmission | None, last: LastSigned | None) -> Hashable:
    return (
        id(found.questionnaire),  # kept with the questionnaire itself, so that no other one has its number
        found.asking,
        found.round.code,
        found.organisation.slug,
        submission.answers,
        (before.revision, before.answers) if before else None,
        last,
    )


def _compare(
    found: Found, submission: ItsSubmission, before: ItsSubmission | None, last: LastSigned | None
) -> Comparison:
    answers = answers_of(submission)
    differing = find_differences(found.questionnaire, answers_of(before), answers, found.asking) if before else ()
    differences = {each.key: each for each in differing}
    return Comparison(found.questionnaire, differences, tuple(_sections(found, answers, last, differences)))


def _sections(
    found: Found, answers: Answers, last: LastSigned | None, differences: Collection[str]
) -> Iterator[Section]:
    questionnaire, asking, earlier = found.questionnaire, found.asking, last.read() if last else None
    last_answers = earlier.answers if earlier else {}
    warnings = read_return(questionnaire, answers, asking, complete=False, last=earlier).soft
    levels = {each.pledge: each for each in standings(answers, last_answers)} if asks_levels(questionnaire) else {}
    compared = last_answers if last else None
    for rows in answer_rows(questionnaire, answers, asking, problems=warnings, last=compared):
        lines = tuple(
            _line(questionnaire, row, answers, last_answers, is_settled=_is_settled(row, last, differences))
            for row in rows.rows
        )
        level = levels.get(rows.pledge or 0)
        said = _say_level(level, last.code if last else "") if level else ""
        changed, flagged = sum(row.is_changed for row in rows.rows), tuple(row for row in rows.rows if row.soft)
        yield Section(rows, lines, said, changed, flagged)


def _is_settled(row: Row, last: LastSigned | None, differences: Collection[str]) -> bool:
    """Whether nobody needs to look at an answer: as last time, or again none, with nothing unusual about it."""
    is_more = row.is_changed or row.problems or row.explanation or row.key in differences
    return last is not None and not is_more and bool(row.last_lines) == row.is_answered


def _line(questionnaire: Questionnaire, row: Row, answers: Answers, earlier: Answers, *, is_settled: bool) -> Line:
    now, before = answers.get(row.key, {}), earlier.get(row.key, {})
    if not row.is_changed:
        return Line(row, is_same=bool(before), is_settled=is_settled)
    if row.kind == "narrative" and now.get("") and before.get(""):
        return Line(row, wording=shorten(compare_texts(before[""], now[""])))
    return Line(row, say_move(questionnaire.question(row.key), before, now))


def _say_level(level: Level, earlier_round: str) -> str:
    """What the organisation thinks of itself on a pledge: "established (3 of 4); developing in July 2026; …"."""
    now = f"{LEVEL_NAMES[level.now]} ({level.now} of 4)" if level.now else "not said"
    title = title_of(earlier_round) if earlier_round else ""
    is_same = level.earlier_now is not None and level.earlier_now == level.now
    then = f"{'as' if is_same else LEVEL_NAMES[level.earlier_now]} in {title}" if level.earlier_now else ""
    aim = f"aims for {LEVEL_NAMES[level.aim]}" if level.aim else ""
    return "; ".join(each for each in (now, then, say_earlier(level, title), aim) if each)
