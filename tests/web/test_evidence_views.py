"""Evidence opened inside the portal: pictures, tables and PDFs; never what could carry more than that."""

import pytest

from anchor_portal.domain.answers.evidence import opens_as
from anchor_portal.outputs.rows import piece_of
from tests import hostile
from tests.pages import Browser
from tests.web.returning import MEMBER
from tests.web.test_evidence import LEAD, added, address, files_of


def test_a_table_is_shown_as_text_and_a_picture_and_a_pdf_as_they_are(sqlite_browser: Browser) -> None:
    lead = sqlite_browser.sign_in(LEAD)
    table = hostile.csv([["Site", "Hours"], ["<script>alert(1)</script>", 4], *[["More", n] for n in range(200)]])
    sent = {"report.pdf": hostile.pdf(), "hall.png": hostile.picture(), "hours.csv": table, "plan.docx": hostile.docx()}
    files = {name: added(lead, content, name, number) for number, (name, content) in enumerate(sent.items(), start=1)}
    page = lead.get(f"{address(files['hours.csv'], 'hours.csv')}/look")
    assert "<script>alert(1)</script>" in page.words and page.soup.select("main script") == []
    assert len(page.soup.select("tbody tr")) == 100 and "first rows and columns only" in page.words
    for name, kind in (("hall.png", "image/png"), ("report.pdf", "application/pdf")):
        answer = lead.client.get(f"{address(files[name], name)}/content", buffered=True)
        assert (answer.status_code, answer.data, answer.mimetype) == (200, sent[name], kind)
        assert answer.headers["Content-Disposition"] == "inline"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
        shown = lead.get(f"{address(files[name], name)}/look")
        assert "frame-src 'self'" in shown.response.headers["Content-Security-Policy"]
        drawn = shown.soup.select_one("main img, main iframe")
        assert drawn is not None and str(drawn["src"]).endswith(f"/{name}/content")
    for what in ("look", "content"):
        lead.get(f"{address(files['plan.docx'], 'plan.docx')}/{what}", 404)
        lead.get(f"{address(files['hall.png'], 'other.png')}/{what}", 404)
        Browser(lead.app).sign_in(MEMBER).get(f"{address(files['hall.png'], 'hall.png')}/{what}", 404)
    lead.get(f"{address(files['hours.csv'], 'hours.csv')}/content", 404)
    assert len(files_of(lead.app)) == 4


@pytest.mark.parametrize(
    ("name", "how"),
    [("a.PNG", "picture"), ("a.csv", "table"), ("a.pdf", "document"), ("a.docx", ""), ("a.svg", ""), ("png", "")],
)
def test_only_some_kinds_are_opened_in_place(name: str, how: str) -> None:
    assert opens_as(name) == how
    item = {"file": "0" * 32, "name": name, "digest": "ab" * 32}
    assert piece_of(item)["opens"] == how
    assert piece_of({"link": "https://anchor.example/a.png"})["opens"] == ""
