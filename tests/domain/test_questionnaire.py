"""A questionnaire file is read strictly: what is wrong is refused with file and line, all of it at once."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from anchor_portal.domain.answers import checks, parts, shares
from anchor_portal.domain.questionnaire.questions import BASES, CHECKS, NOT_APPLICABLE_REASONS
from anchor_portal.domain.questionnaire.version import Kind, Need, QuestionnaireError, ShowIf, Unit, parse

SMALL = '''\
code = "2030-01"
title = "A small one"
pledges = ["One.", "Two.", "Three.", "Four.", "Five.", "Six.", "Seven."]

[option_lists]
amounts = [
  { code = "all", label = "All" },
  { code = "none", label = "None", hint = "Not one." },
]

[[sections]]
code = "about"
title = "About"
intro = """
Two lines that look like keys:
key = "about.not_a_key"
[[sections]]
"""

[[sections.questions]]
key = "about.people"
kind = "number"
unit = "people"
label = "How many people?"
short = "People"

[[sections.questions]]
key = "about.fte"
kind = "number"
unit = "fte"
at_most = "about.people"
label = "How many full-time equivalents?"
short = "FTE"

[[sections]]
code = "pledge-1"
title = "Pledge 1"
pledge = 1

[[sections.questions]]
key = "p1.paid"
kind = "share"
unit = "people"
label = "How many are paid it?"
short = "Paid"
numerator_label = "Paid"
denominator_label = "Known"
unknown_label = "Not known"

[[sections.questions]]
key = "p1.use"
kind = "choice"
label = "Is it used?"
short = "Used"
options = [
  { code = "yes", label = "Yes" },
  { code = "some", label = "Some" },
]

[[sections.questions]]
key = "p1.since"
kind = "date"
show_if = { question = "p1.use", equals = ["yes", "some"] }
label = "Since when?"
short = "Since"

[[sections.questions]]
key = "p1.amount"
kind = "choice"
option_list = "amounts"
label = "How much?"
short = "Amount"

[[sections]]
code = "sign-off"
title = "Sign-off"

[[sections.questions]]
key = "signoff"
kind = "signoff"
need = "required"
label = "Who signs?"
short = "Sign-off"
'''
SIGNOFF = SMALL[SMALL.rindex("[[sections]]") :]
FTE = '"How many full-time equivalents?"'
AT_ANY_SPEED = settings(deadline=None)
PAID = 'label = "How many are paid it?"'


def problems_of(source: str) -> tuple[str, ...]:
    with pytest.raises(QuestionnaireError) as refusal:
        parse(source, "small.toml")
    return refusal.value.problems


def changed(old: str, new: str) -> str:
    assert SMALL.count(old) == 1, f"{old!r} must stand in the sample once"
    return SMALL.replace(old, new)


def line_with(source: str, text: str) -> int:
    return source[: source.index(text)].count("\n") + 1


def test_a_sound_file_gives_its_sections_and_questions_in_order() -> None:
    questionnaire = parse(SMALL, "small.toml")
    assert [section.code for section in questionnaire.sections] == ["about", "pledge-1", "sign-off"]
    assert [section.code for section in questionnaire.form_sections] == ["about", "pledge-1"]
    assert [question.key for question in questionnaire.questions][:3] == [
        "about.people",
        "about.fte",
        "p1.paid",
    ]
    assert questionnaire.signoff.key == "signoff"
    assert questionnaire.pledges == ("One.", "Two.", "Three.", "Four.", "Five.", "Six.", "Seven.")


def test_a_question_carries_what_the_file_says_and_the_defaults_for_the_rest() -> None:
    questionnaire = parse(SMALL, "small.toml")
    paid = questionnaire.question("p1.paid")
    assert (paid.kind, paid.unit, paid.section, paid.pledge) == (Kind.SHARE, Unit.PEOPLE, "pledge-1", 1)
    assert (paid.need, paid.default_basis, paid.pooled, paid.comparable) == (
        Need.EXPECTED,
        "actual",
        True,
        True,
    )
    assert questionnaire.question("p1.since").show_if == ShowIf("p1.use", ("yes", "some"))
    assert questionnaire.question("about.fte").at_most == "about.people"
    assert questionnaire.question("about.people").pledge is None


def test_a_named_option_list_gives_a_question_its_options() -> None:
    options = parse(SMALL, "small.toml").question("p1.amount").options
    assert [(option.code, option.label, option.hint) for option in options] == [
        ("all", "All", ""),
        ("none", "None", "Not one."),
    ]


def test_the_white_space_around_words_is_no_part_of_them() -> None:
    assert parse(SMALL, "small.toml").section("about").intro.startswith("Two lines that look like keys:\n")


def test_a_question_or_section_that_is_not_there_is_a_key_error() -> None:
    questionnaire = parse(SMALL, "small.toml")
    with pytest.raises(KeyError):
        questionnaire.question("p9.nothing")
    with pytest.raises(KeyError):
        questionnaire.section("pledge-9")


def test_the_digest_is_the_sha_256_of_the_file() -> None:
    assert parse(SMALL, "a").digest == parse(SMALL, "b").digest
    assert parse(SMALL + "# a comment\n", "a").digest != parse(SMALL, "a").digest
    assert re.fullmatch(r"[0-9a-f]{64}", parse(SMALL, "a").digest)


FAULTS = [
    # an unknown key, in each kind of table
    ('title = "A small one"', 'titel = "A small one"', "unknown key 'titel' in the file"),
    ('title = "About"', 'titel = "About"', "unknown key 'titel' in a section"),
    (PAID, 'lable = "How many are paid it?"', "unknown key 'lable' in a question"),
    ('{ code = "yes", label', '{ code = "yes", text = "1", label', "unknown key 'text' in an option"),
    ('equals = ["yes", "some"]', 'equals = ["yes"], differs = 1', "unknown key 'differs' in show_if"),
    # something missing or empty
    ('code = "2030-01"', "", "the file needs code"),
    (PAID, "", "a question needs label"),
    (PAID, 'label = "  "', "label is empty"),
    ('short = "Paid"', 'short = ""', "short is empty"),
    ('label = "Some"', 'hint = "Some"', "an option needs label"),
    ('equals = ["yes", "some"]', "equals = []", "equals must be a list in square brackets"),
    ('"Six.", ', "", "pledges must be exactly 7 texts, and there are 6"),
    # a wrong type
    (PAID, "label = 3", "label must be words in quotation marks"),
    (PAID, 'label = """Two\nlines"""', "label must be on one line"),
    (PAID, 'label = "A\\u0007bell"', "label holds a control character"),
    ("pledge = 1", "pledge = 8", "pledge must be a whole number from 1 to 7"),
    ("pledge = 1", "pledge = true", "pledge must be a whole number from 1 to 7"),
    (PAID, f'{PAID}\npooled = "no"', "pooled must be true or false"),
    ('{ question = "p1.use", equals = ["yes", "some"] }', '"p1.use"', "show_if must be a table"),
    ('at_most = "about.people"', "maximum = -1", "maximum must be a whole number from 0"),
    # a name that means nothing
    ('kind = "share"', 'kind = "percentage"', "kind is 'percentage', and must be one of: share,"),
    (PAID, f'{PAID}\nneed = "urgent"', "need is 'urgent', and must be one of"),
    ('unit = "fte"', 'unit = "hours"', "unit is 'hours', and must be one of"),
    (PAID, f'{PAID}\ncheck = "adds_up"', "check is 'adds_up', and must be one of"),
    (PAID, f'{PAID}\nasked_of = ["police"]', "asked_of is 'police', and must be one of: nhs-trust"),
    (PAID, f'{PAID}\nnot_applicable = ["busy"]', "not_applicable is 'busy', and must be one of"),
    (PAID, f'{PAID}\ndefault_basis = "guess"', "default_basis is 'guess', and must be one of"),
    ('option_list = "amounts"', 'option_list = "sizes"', "option_list names 'sizes'"),
    ('option_list = "amounts"', 'options_from = "sizes"', "options_from is 'sizes', and must be one of"),
    ('key = "p1.paid"', 'key = "P1 paid"', "key must be made of small letters and digits"),
    ('code = "some"', 'code = "so me"', "code must be made of small letters and digits"),
    # the same thing twice
    ('key = "p1.paid"', 'key = "about.fte"', "the question key 'about.fte' is used twice, first in line"),
    ('code = "pledge-1"', 'code = "about"', "the section code 'about' is used twice, first in line"),
    ('title = "About"', 'title = "About"\npledge = 1', "the pledge 1 is used twice, first in line"),
    ('code = "some"', 'code = "yes"', "the option code 'yes' is used twice, first in line"),
    (PAID, f"{PAID}\n{PAID}", "cannot be read as TOML: the same key is given twice"),
    (PAID, f'{PAID}\nasked_of = ["vcse", "vcse"]', "asked_of names something twice"),
    # pointing forward, at nothing, or at the wrong thing
    ('question = "p1.use"', 'question = "p1.amount"', "show_if points forward to 'p1.amount'"),
    ('question = "p1.use"', 'question = "p1.since"', "show_if points forward to 'p1.since'"),
    (
        'question = "p1.use"',
        'question = "p1.sue"',
        "show_if names 'p1.sue', which no question of this file has",
    ),
    ('question = "p1.use"', 'question = "p1.paid"', "show_if looks at 'p1.paid', which is of kind share"),
    (
        'equals = ["yes", "some"]',
        'equals = ["yes", "no"]',
        "show_if waits for 'no', and 'p1.use' offers yes, some",
    ),
    ('at_most = "about.people"', 'at_most = "about.fte"', "at_most points forward to 'about.fte'"),
    ('at_most = "about.people"', 'at_most = "about.heads"', "at_most names 'about.heads'"),
    # what does not belong together
    (f'unit = "people"\n{PAID}', PAID, "a share needs a unit"),
    ('unknown_label = "Not known"', "", "a share that asks for counts needs unknown_label"),
    ('option_list = "amounts"', "", "a choice question needs options, option_list or options_from"),
    ('option_list = "amounts"', 'option_list = "amounts"\noptions_from = "rlw_rates"', "are given together"),
    ('at_most = "about.people"', "percent_only = true", "percent_only is only for share, not for number"),
    ('option_list = "amounts"', 'option_list = "amounts"\nunit = "gbp"', "unit is only for share and number"),
    (PAID, f'{PAID}\nat_most = "about.fte"', "at_most is only for number, not for share"),
    (PAID, f'{PAID}\ncheck = "levels_sum"', "the check levels_sum is only for levels, not for share"),
    (PAID, f'{PAID}\nmay_answer = ["vcse"]', "may_answer without asked_of says nothing"),
    (PAID, f'{PAID}\nasked_of = ["vcse"]\nmay_answer = ["vcse"]', "vcse is in asked_of already"),
]


@pytest.mark.parametrize(("old", "new", "message"), FAULTS, ids=[message[:60] for _, _, message in FAULTS])
def test_a_fault_is_named_in_words(old: str, new: str, message: str) -> None:
    assert any(message in problem for problem in problems_of(changed(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        (PAID, 'lable = "How many are paid it?"', "lable"),
        ('kind = "share"', 'kind = "percentage"', 'kind = "percentage"'),
        ('label = "Some"', 'label = ""', '{ code = "some"'),
        ('equals = ["yes", "some"]', "equals = []", "show_if"),
        ('title = "Pledge 1"', "title = 1", "title = 1"),
        ('"Six.", ', "", "pledges"),
        ('label = "None"', 'lable = "None"', '{ code = "none"'),
        (PAID, f"{PAID}\n{PAID}", PAID + "\nshort"),
    ],
)
def test_a_fault_is_named_with_the_line_where_it_stands(old: str, new: str, at: str) -> None:
    source = changed(old, new)
    line = line_with(source, at)
    assert any(problem.startswith(f"small.toml, line {line}: ") for problem in problems_of(source))


def test_a_missing_key_is_named_at_the_head_of_its_table() -> None:
    source = changed('short = "FTE"', "")
    head = line_with(source, '[[sections.questions]]\nkey = "about.fte"')
    assert problems_of(source) == (f"small.toml, line {head}: a question needs short",)


def test_every_fault_is_named_and_in_the_order_of_the_file() -> None:
    source = changed(PAID, 'lable = "How many are paid it?"').replace(FTE, '""').replace('"Six.", ', "")
    problems = problems_of(source)
    assert [problem.partition(": ")[2] for problem in problems] == [
        "pledges must be exactly 7 texts, and there are 6",
        "label is empty",
        "a question needs label",
        "unknown key 'lable' in a question",
    ]


def test_a_question_that_cannot_be_read_is_not_reported_again_by_those_that_look_at_it() -> None:
    problems = problems_of(changed('key = "p1.use"\nkind = "choice"', 'key = "p1.use"\nkind = "option"'))
    assert len(problems) == 1
    assert "kind is 'option'" in problems[0]


def test_a_file_without_sign_off_is_refused() -> None:
    assert any("the sign-off is missing" in problem for problem in problems_of(SMALL.replace(SIGNOFF, "")))


def test_a_sign_off_that_is_not_last_is_refused() -> None:
    start = SMALL.index("[[sections]]")
    source = SMALL[:start] + SIGNOFF + SMALL[start:].replace(SIGNOFF, "")
    line = line_with(source, '[[sections]]\ncode = "sign-off"')
    assert f"small.toml, line {line}: the sign-off must be the last section" in problems_of(source)[0]


def test_a_sign_off_that_shares_its_section_is_refused() -> None:
    more = '\n[[sections.questions]]\nkey = "more"\nkind = "narrative"\nlabel = "More?"\nshort = "More"\n'
    assert "holds that one question and nothing else" in problems_of(SMALL + more)[0]


def test_a_section_without_questions_is_refused() -> None:
    source = SMALL.replace(SIGNOFF, '[[sections]]\ncode = "empty"\ntitle = "Empty"\n\n' + SIGNOFF)
    assert "a section needs questions" in problems_of(source)[0]


def test_windows_line_ends_leave_the_line_numbers_as_they_are() -> None:
    source = changed(PAID, "label = 3")
    assert problems_of(source.replace("\n", "\r\n")) == problems_of(source)


def test_every_name_that_a_file_may_use_is_known_to_the_code_that_acts_on_it() -> None:
    assert set(CHECKS) == set(checks.CHECKS)
    assert set(BASES) == set(shares.BASES)
    assert set(NOT_APPLICABLE_REASONS) <= set(parts.REASONS)


def parses_or_refuses(source: str) -> None:
    try:
        parse(source, "any.toml")
    except QuestionnaireError as refusal:
        assert refusal.problems
        for problem in refusal.problems:
            line = re.match(r"any\.toml, line (\d+): \S", problem)
            assert line and 1 <= int(line[1]) <= source.count("\n") + 1


@AT_ANY_SPEED
@given(st.text())
@example("a = " + "[" * 5000)
@example("a = " + "1" * 5000)
@example("maximum = 0x" + "f" * 5000)
@example("title = '\ud800'")
@example("\ufeff")
@example("sections = [[1], {}]\npledges = {}\noption_lists = [3]")
def test_any_text_is_read_or_refused(source: str) -> None:
    parses_or_refuses(source)


VALUES = st.recursive(
    st.sampled_from(["1", "-0.5", "nan", "true", '""', '"about.fte"', "1979-05-27", "'''\n'''", '["yes"]', "{}"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        inner.map(lambda item: f'{{ code = {item}, "question" = {item} }}'),
    ),
    max_leaves=4,
)


@AT_ANY_SPEED
@given(st.integers(0, SMALL.count("\n") - 1), VALUES)
def test_any_value_under_any_key_is_read_or_refused(number: int, value: str) -> None:
    lines = SMALL.splitlines()
    lines[number] = f"{lines[number].partition(' = ')[0]} = {value}"
    parses_or_refuses("\n".join(lines))


@AT_ANY_SPEED
@given(st.integers(0, len(SMALL)), st.integers(0, 40), st.text(max_size=8))
def test_any_change_to_a_file_is_read_or_refused(start: int, length: int, new: str) -> None:
    parses_or_refuses(SMALL[:start] + new + SMALL[start + length :])


@pytest.mark.parametrize("part", ["a", '"a b"', "'a'"])
@pytest.mark.parametrize("dot", [".", " . "])
def test_a_key_of_very_many_parts_is_refused_before_it_is_read(part: str, dot: str) -> None:
    """Reading takes the square of their number: 40 kilobytes kept the portal busy for a minute."""
    with pytest.raises(QuestionnaireError, match="line 2: cannot be read as TOML: a key has too many parts"):
        parse(f"# of ours\n{dot.join([part] * 40)} = 1\n", "q.toml")
