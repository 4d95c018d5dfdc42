"""The team's pages about the questionnaire: versions, previews, differences, a file with errors, words, publishing."""

from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.models import AuditEntry, QuestionnaireDraft, QuestionnaireVersion
from anchor_portal.services.questionnaires.drafts import LARGEST, read_file
from anchor_portal.services.questionnaires.publishing import VersionRefused
from tests.pages import Browser, Page

PAGE, DRAFT = "/team/questionnaires", "/team/questionnaires/drafts/1"
WORDS = f"{DRAFT}/words/pledge-1"
FOLDER = Path(__file__).parents[2] / "seeds" / "questionnaires"
NEXT = (
    (FOLDER / "2024-07.toml")
    .read_text(encoding="utf-8")
    .replace('code = "2024-07"', 'code = "2028-01"', 1)
    .replace("comparable = false\n", "")
)


@pytest.fixture
def team(sqlite_browser: Browser) -> Browser:
    return sqlite_browser.sign_in("team@team.example")


def send(browser: Browser, content: bytes | str, status: int = 200, name: str = "next.toml") -> Page:
    data = content.encode() if isinstance(content, str) else content
    return browser.post(PAGE, {"file": (BytesIO(data), name)}, status)


def codes(app: Flask, model: type[QuestionnaireDraft] | type[QuestionnaireVersion]) -> list[str]:
    with Session(app.extensions["database"].reader) as session:
        return list(session.scalars(select(model.code).order_by(model.code)))


def faults(page: Page) -> list[tuple[str, str]]:
    rows = page.soup.select("#faults tbody tr")
    return [(row.select("th")[0].get_text(strip=True), row.select("td")[0].get_text(strip=True)) for row in rows]


def test_the_list_says_what_is_published_what_is_prepared_and_which_rounds_use_it(team: Browser) -> None:
    page = team.get(PAGE)
    rows = [" ".join(row.get_text(" ").split()) for row in page.soup.select("tbody tr")]
    assert rows[0].startswith("2027-07 , draft Anchor Assembly Measurement Tool, July 2027")
    assert [row.split()[0] for row in rows[1:]] == ["2024-07", "2024-01"]
    assert "6: July 2024 to January 2027 since 2024-01" in rows[1]


def test_a_file_with_errors_is_refused_with_every_error_and_its_line(team: Browser, sqlite_app: Flask) -> None:
    lines = NEXT.splitlines()
    wrong = NEXT.replace('kind = "date"', 'kind = "day"', 1).replace('unit = "fte"', 'unit = "people"', 1)
    page = send(team, wrong.replace('title = "About this return"', "titel = 1"), 422)
    assert page.errors == ["The file has errors: nothing was kept"]
    assert [line for line, _ in faults(page)] == [
        str(lines.index("[[sections]]") + 1),
        str(lines.index('title = "About this return"') + 1),
        str(lines.index('kind = "date"') + 1),
    ]
    assert faults(page)[1][1] == "unknown key 'titel' in a section"
    assert "titel = 1" in page.words
    beside = send(team, NEXT.replace('unit = "fte"', 'unit = "people"', 1), 422)
    assert faults(beside)[0][1].startswith("about.fte counts people; in version 2024-07 it counted full-time")
    assert codes(sqlite_app, QuestionnaireDraft) == ["2027-07"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (
            b'code = "2028-01"\ntitle = "caf\xe9"',
            "The file is not text in UTF-8: see line 2. Save it as UTF-8 and try again",
        ),
        (b"\x00\x01", "The file has errors: nothing was kept"),
        (
            (FOLDER / "2024-01.toml").read_bytes(),
            "The file has errors: nothing was kept",
        ),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_a_sentence(team: Browser, content: bytes, said: str) -> None:
    assert send(team, content, 422).errors == [said]


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(VersionRefused, match=r"larger than 200 KB"):
        read_file(b"x" * (LARGEST + 1))


def test_no_file_is_asked_for(team: Browser) -> None:
    assert team.post(PAGE, {}, 422).errors == ["Choose the file of the new version"]


def test_a_sound_file_becomes_a_draft_and_takes_the_place_of_one_with_its_code(
    team: Browser, sqlite_app: Flask
) -> None:
    assert send(team, NEXT).title.endswith("Draft 2028-01")
    again = send(team, NEXT.replace("Snapshot date", "Day of the figures", 1))
    assert "takes the place of the earlier draft" in again.words
    assert "1 reworded" in " ".join(again.words.split()) or "reworded 1" in again.words
    assert codes(sqlite_app, QuestionnaireDraft) == ["2027-07", "2028-01"]


def test_a_draft_of_a_questionnaire_that_a_colleague_reworded_is_not_replaced_without_a_question(
    team: Browser, sqlite_app: Flask
) -> None:
    send(team, NEXT)
    send(team, NEXT.replace("Snapshot date", "Day of the figures", 1))
    colleague, words = Browser(sqlite_app).sign_in("team@team.example"), f"{PAGE}/drafts/2/words/about"
    colleague.post(words, colleague.get(words).form() | {"about.headcount:label": "As a colleague worded it"})
    (refused,) = send(team, NEXT, 422).errors
    assert "changed words of the draft 2028-01" in refused and "throw that draft away" in refused
    assert "As a colleague worded it" in team.get(words).response.text
    team.post(f"{PAGE}/drafts/2/discard", {})
    assert send(team, NEXT).title.endswith("Draft 2028-01")


def test_a_published_code_cannot_be_taken_again(team: Browser) -> None:
    source = NEXT.replace('code = "2028-01"', 'code = "2024-07"')
    assert send(team, source, 422).errors == [
        "Version 2024-07 is published and never changes: give the new one a code of its own"
    ]


def test_the_preview_asks_each_kind_of_organisation_its_own_questions(team: Browser) -> None:
    trust = team.get(f"{PAGE}/2024-07/preview/pledge-6?sector=nhs-trust")
    council = team.get(f"{PAGE}/2024-07/preview/pledge-6?sector=council")
    assert "NHS Prevention Pledge?" in trust.words
    assert "NHS Prevention Pledge?" not in council.words
    assert (
        "7 questions, 2 asked of other organisations only" in team.get(f"{PAGE}/2024-07/preview?sector=council").words
    )


def test_the_preview_shows_the_levels_of_the_scale_and_sends_nothing(team: Browser) -> None:
    page = team.get(f"{PAGE}/2024-07/preview/workforce?sector=company&scale=nhs")
    assert "band 8a" in page.words
    assert "band 8a" not in team.get(f"{PAGE}/2024-07/preview/workforce?sector=company").words
    assert [form["method"] for form in page.soup.select("main form")] == ["get"]
    assert "sign" in team.get(f"{PAGE}/2024-07/preview/sign-off").words.lower()


NOWHERE = (
    "/2099-01",
    "/2099-01/changes",
    "/2024-07/changes?since=2024-07",
    "/2024-07/preview?sector=circus",
    "/2024-07/preview?scale=imperial",
    "/2024-07/preview/nowhere",
    "/2024-07%00/preview",
    "/2099-01/words",
    "/drafts/99",
    f"/drafts/{10**30}",
    "/drafts/1/words/nowhere",
    "/drafts/99/publish",
)


def test_what_is_not_there_is_not_found(team: Browser) -> None:
    for path in NOWHERE:
        team.get(PAGE + path, 404)


def test_the_differences_name_the_words_and_the_trends_that_begin_and_break(team: Browser) -> None:
    page = team.get(f"{PAGE}/2024-07/changes")
    charter = next(each for each in page.soup.select(".app-change") if "p5.charter_signed" in each.get_text())
    assert charter.select_one("ins") and "Cheshire and Merseyside" in charter.select_one("ins").get_text()  # type: ignore[union-attr]
    rows = [" ".join(row.get_text(" ").split()) for row in page.soup.select("table tbody tr")]
    assert rows[0].startswith("Indicator 12: Jobs for local people Begins It was not asked before")
    assert any(row.startswith("Green plans Breaks Version 2 of the definition holds from then on") for row in rows)
    assert "This is the first version" in team.get(f"{PAGE}/2024-01/changes").words


def test_the_list_and_the_differences_count_the_same_questions(team: Browser) -> None:
    rows = team.get(PAGE).soup.select("tbody tr")
    listed = {
        row.select("th")[0].get_text(strip=True): int(row.select(".app-number")[0].get_text()) for row in rows[1:]
    }
    page = team.get(f"{PAGE}/2024-07/changes")
    counts = {each.select("dt")[0].get_text(): int(each.select("dd")[0].get_text())
              for each in page.soup.select(".app-counts__item")}  # fmt: skip
    assert set(counts) == {"new", "asked differently", "reworded", "the same", "gone"}
    assert sum(counts.values()) - counts["gone"] == listed["2024-07"]
    assert sum(counts.values()) - counts["new"] == listed["2024-01"]
    assert "Of these, 3 cannot be compared with version 2024-01." in page.words


def test_a_draft_is_begun_from_a_version_with_a_code_of_its_own(team: Browser, sqlite_app: Flask) -> None:
    path = f"{PAGE}/2024-07/words"
    wrong = team.post(path, {"code": "January 2028", "title": " "}, 422)
    assert wrong.errors == ["Use small letters, digits and dashes, like 2027-01"]
    assert wrong.form()["code"] == "January 2028"
    assert team.post(path, {"code": "2024-01", "title": "T"}, 422).errors == [
        "There is a version 2024-01 already: choose another code"
    ]
    assert team.post(path, {"code": "2028-01", "title": ""}, 422).errors == ["Enter a title"]
    assert team.post(path, {"code": "2028-01", "title": "January 2028"}).title == "January 2028 Draft 2028-01"
    assert codes(sqlite_app, QuestionnaireDraft) == ["2027-07", "2028-01"]


def test_no_draft_is_begun_from_a_version_that_asks_what_cannot_be_asked_again(
    team: Browser, sqlite_app: Flask
) -> None:
    path, before = f"{PAGE}/2024-01/words", codes(sqlite_app, QuestionnaireDraft)
    form = team.get(f"{PAGE}/2024-07/words").form() | {"code": "2028-01", "title": "T"}
    for page in (team.get(path), team.post(path, form, 422)):
        assert "Version 2024-01 asks what cannot be asked so again: “" in page.words
        assert "Begin the draft from version 2024-07" in page.words
        assert page.soup.select_one('main form[method="post"]') is None
    assert codes(sqlite_app, QuestionnaireDraft) == before


def test_words_are_changed_and_kept_and_the_differences_show_them(team: Browser) -> None:
    form = team.get(WORDS).form() | {"p1.rlw_agency:label": "How many agency staff get the real living wage?"}
    assert "are kept" in team.post(WORDS, form).words
    assert team.get(WORDS).form()["p1.rlw_agency:label"] == "How many agency staff get the real living wage?"
    assert "p1.rlw_agency" in team.get(f"{DRAFT}/changes").words
    assert "Nothing was changed" in team.post(WORDS, team.get(WORDS).form()).words


def test_a_blank_question_is_refused_beside_its_box_and_what_was_typed_stays(team: Browser) -> None:
    form = team.get(WORDS).form() | {"p1.rlw_agency:label": "", "p1.rlw_staff:hint": "Count <b>everyone</b>."}
    page = team.post(WORDS, form, 422)
    assert page.errors == ["Question is empty"]
    assert page.form()["p1.rlw_staff:hint"] == "Count <b>everyone</b>."


def test_words_changed_on_a_stale_page_are_not_kept_and_not_lost(team: Browser) -> None:
    stale = team.get(WORDS).form()
    team.post(WORDS, stale | {"p1.rlw_agency:label": "First?"})
    page = team.post(WORDS, stale | {"p1.rlw_agency:label": "Second?"}, 409)
    assert "Second?" in page.words
    assert team.get(WORDS).form()["p1.rlw_agency:label"] == "First?"


def test_publishing_asks_to_have_read_what_it_does_then_never_changes_again(app: Flask) -> None:
    team = Browser(app).sign_in("team@team.example")
    form = team.get(f"{DRAFT}/publish").form()
    assert team.post(f"{DRAFT}/publish", form, 422).errors == ["Say that you have read what publishing does"]
    assert codes(app, QuestionnaireVersion) == ["2024-01", "2024-07"]
    assert team.post(f"{DRAFT}/publish", form | {"read": "yes"}).title.endswith("Version 2027-07")
    assert codes(app, QuestionnaireVersion) == ["2024-01", "2024-07", "2027-07"]
    team.get(DRAFT, 404)
    with Session(app.extensions["database"].reader) as session:
        assert (
            session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc())).first()
            == "questionnaire published"
        )


def test_a_draft_that_changed_after_it_was_read_is_not_published(team: Browser, sqlite_app: Flask) -> None:
    form = team.get(f"{DRAFT}/publish").form() | {"read": "yes"}
    team.post(WORDS, team.get(WORDS).form() | {"p1.rlw_agency:label": "Changed?"})
    assert "Nothing was published: read it again." in team.post(f"{DRAFT}/publish", form, 409).words
    assert codes(sqlite_app, QuestionnaireVersion) == ["2024-01", "2024-07"]


def test_a_draft_is_thrown_away_after_a_question(team: Browser, sqlite_app: Flask) -> None:
    assert "Throw the draft 2027-07 away?" in team.get(f"{DRAFT}/discard").title
    team.post(f"{DRAFT}/discard", {})
    assert codes(sqlite_app, QuestionnaireDraft) == []


def test_the_file_of_a_version_is_the_file_that_was_published(team: Browser) -> None:
    answer = team.client.get(f"{PAGE}/2024-07/file")
    assert answer.data == (FOLDER / "2024-07.toml").read_bytes()
