"""Text that a form seldom meets: pasted by the page, emoji, right to left, combining. Nothing fails, nothing is lost."""

import csv
import io
import re
import unicodedata
from email import message_from_bytes, policy
from urllib.parse import quote

import pytest
from openpyxl import load_workbook
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from anchor_portal.models import Message
from anchor_portal.outputs.letter import Letter
from anchor_portal.services.messages.smtp import compose
from tests import hostile
from tests.offline import cells_of
from tests.offline import fill as fill_form
from tests.pages import Browser, check
from tests.web.returning import READY, READY_LEAD, READY_SIGNATORY, messages, pdf_words, standing
from tests.web.sections import RETURN, ROUND, SECTION, fill, message_beside, send, stored, value_in

LEAD = "lead@trust.example"
PATH = f"{SECTION}/pledge-1"
OFFLINE = f"{RETURN}/offline"
READY_RETURN = f"/returns/{ROUND}/{READY}"
BOX, AREA = "p1.narrative:", "q-p1-narrative"
PASTE = "\n\n".join(" ".join(f"paragraph{place}" for _ in range(100)) for place in range(50))
"""5,000 words, which is more than fits into one cell of a workbook, too."""

HOSTILE = (
    "Cafe\u0301 and cafés 🎉 👩🏽\u200d⚕️ 🏳️\u200d🌈 🇬🇧 \U0001d4b3\n"
    "שלום עולם, مرحبا بالعالم, \u202eturned round\u202c\n"
    "Z\u0351\u036b\u0343\u036a\u0302a\u0335\u031el\u034eg\u0321o \u200b \ufeff 中文 हिन्दी\n"
    "=1+1 <b>&amp;</b> {{ 7*7 }} %s '; --"
)
KEPT = unicodedata.normalize("NFC", HOSTILE)
NAME = "Zoë 🎉 שרה \u202eOla"


def on_one_line(text: str) -> str:
    return " ".join(text.split())


# 5,000 words


def test_a_paste_of_5000_words_is_kept_said_twice_and_the_rest_is_saved(sqlite_browser: Browser) -> None:
    lead = sqlite_browser.sign_in(LEAD)
    page = fill(lead, PATH, {BOX: PASTE, "p1.rlw_staff:numerator": "11"})
    said = f"Pledge 1 progress must be 5,000 characters or fewer, and it has {len(PASTE):,}"
    assert said in page.errors
    assert said in message_beside(page, AREA)
    assert value_in(page, BOX).replace("\r\n", "\n") == PASTE
    assert stored(lead.app)["p1.narrative"] == {"": PASTE}
    assert stored(lead.app)["p1.rlw_staff"]["numerator"] == "11"

    assert said in lead.get(f"{RETURN}/check").errors, "it cannot be sent for signature"
    assert "paragraph49" in pdf_words(lead.client.get(f"{RETURN}/return.pdf").data)
    assert "paragraph" not in lead.client.get(f"{RETURN}/return.csv").text, "what an import would refuse stays out"

    form = page.form() | {BOX: PASTE + " more", "then": "continue"}
    saved = lead.client.post(PATH, data=form, headers={"Accept": "application/json"})
    assert saved.status_code == 200
    assert stored(lead.app)["p1.narrative"] == {"": PASTE + " more"}


def test_a_paste_too_long_for_a_cell_survives_the_way_through_the_spreadsheet(sqlite_browser: Browser) -> None:
    lead = sqlite_browser.sign_in(LEAD)
    fill(lead, PATH, {BOX: PASTE})
    made = lead.client.get(f"{OFFLINE}/form.xlsx")
    assert made.status_code == 200
    content, _ = fill_form(made.data, {"p2.narrative:": "Typed on the train."})
    page = lead.post(OFFLINE, {"file": (io.BytesIO(content), "form.xlsx")})
    send(lead, f"{OFFLINE}/apply", page.form(f"{OFFLINE}/apply"))
    assert stored(lead.app)["p2.narrative"] == {"": "Typed on the train."}
    assert stored(lead.app)["p1.narrative"] == {"": PASTE}, "what did not fit into the cell is not cut off"


def test_a_form_of_megabytes_is_refused_in_words_and_the_next_save_works(sqlite_browser: Browser) -> None:
    lead = sqlite_browser.sign_in(LEAD)
    form = lead.get(PATH).form() | {"then": "later"}
    check(lead.client.post(PATH, data=form | {BOX: "x" * 5_000_000}), 413)
    assert send(lead, PATH, form | {BOX: "Short."}).status == 200
    assert stored(lead.app)["p1.narrative"] == {"": "Short."}


# Emoji, right to left, combining


def test_hostile_text_goes_from_the_form_to_the_accepted_return_unchanged(browser: Browser) -> None:
    lead, signatory = Browser(browser.app).sign_in(READY_LEAD), browser.sign_in(READY_SIGNATORY)
    page = send(signatory, f"{READY_RETURN}/steps/send_back", {"csrf_token": signatory.token(), "reason": HOSTILE})
    assert "back with its lead" in page.words
    told = messages(browser.app, "sent_back")[-1]
    assert told.to_email == READY_LEAD
    assert KEPT in told.body
    assert on_one_line(KEPT) in lead.get("/messages").words

    section = f"{READY_RETURN}/sections/pledge-1"
    fill(lead, section, {BOX: HOSTILE}, press=("then", "later"))
    assert stored(browser.app, READY)["p1.narrative"] == {"": KEPT}
    shown = lead.get(section)
    assert value_in(shown, BOX).replace("\r\n", "\n") == KEPT
    assert on_one_line(KEPT) in lead.get(f"{READY_RETURN}/check").words
    send(lead, section, shown.form() | {"then": "later"})
    assert stored(browser.app, READY)["p1.narrative"] == {"": KEPT}, "saved again it is the same"
    send(lead, f"{READY_RETURN}/steps/ask_to_sign", {"csrf_token": lead.token()})

    page = signatory.get(f"{READY_RETURN}/sign")
    assert on_one_line(KEPT) in page.words
    typed = {"signoff:name": NAME, "signoff:role": "Chair 🪑", "confirm": "yes"}
    assert "signed and submitted" in send(signatory, f"{READY_RETURN}/sign", page.form() | typed).words
    after = standing(browser.app, READY)
    assert after.signed[-1]["p1.narrative"] == {"": KEPT}
    assert after.signatures[-1][0] == NAME
    _look_at_copies(browser, Browser(browser.app).sign_in("team@team.example"))


def _look_at_copies(signatory: Browser, team: Browser) -> None:
    words = pdf_words(signatory.client.get(f"{READY_RETURN}/return.pdf").data)
    assert "Café and cafés [party popper]" in words, "a sign that the font has not is named"
    assert "[?]" in words, "letters that the font has not are marked"
    assert "=1+1 <b>&amp;</b> {{ 7*7 }} %s '; --" in words
    table = signatory.client.get(f"{READY_RETURN}/return.csv").data.decode("utf-8-sig")
    values = [row["value"] for row in csv.DictReader(io.StringIO(table)) if row["question"] == "p1.narrative"]
    assert values == [KEPT]
    book = load_workbook(io.BytesIO(team.client.get(f"/exports/{ROUND}.xlsx").data))
    cells = [cell for row in book["Narratives"].iter_rows() for cell in row if cell.value == KEPT]
    assert [cell.data_type for cell in cells] == ["s"]


def test_hostile_text_goes_through_the_spreadsheet_and_back_unchanged(sqlite_browser: Browser) -> None:
    lead = sqlite_browser.sign_in(LEAD)
    fill(lead, PATH, {BOX: HOSTILE}, press=("then", "later"))
    content = lead.client.get(f"{OFFLINE}/form.xlsx").data
    boxes = dict(cells_of(load_workbook(io.BytesIO(content))))
    assert boxes[BOX].value == KEPT
    unchanged = lead.post(OFFLINE, {"file": (io.BytesIO(content), "form.xlsx")})
    assert unchanged.title.endswith("The form changes nothing")
    typed, _ = fill_form(content, {"p2.narrative:": HOSTILE})
    page = lead.post(OFFLINE, {"file": (io.BytesIO(typed), "form \u202exslx.xlsx")})
    assert on_one_line(KEPT) in page.words
    send(lead, f"{OFFLINE}/apply", page.form(f"{OFFLINE}/apply"))
    assert stored(lead.app)["p2.narrative"] == {"": KEPT}


@pytest.mark.parametrize("typed", ["\u200b\u200d\ufeff", "\u202e\u202c", "\u0000\u0007", " \u00a0\u3000\t\r\n"])
def test_what_nobody_can_see_is_no_answer(sqlite_browser: Browser, typed: str) -> None:
    lead = sqlite_browser.sign_in(LEAD)
    fill(lead, PATH, {BOX: typed}, press=("then", "later"))
    assert "p1.narrative" not in stored(lead.app)


def test_a_colleague_with_any_name_is_invited_and_written_to(sqlite_browser: Browser) -> None:
    lead = sqlite_browser.sign_in(LEAD)
    people = "/organisations/mid-cheshire-hospitals/people"
    page = lead.get(people)
    form = page.soup.select_one("main form:has(input[name=email])")
    assert form is not None
    typed = {"name": NAME, "email": "zoe@trust.example", "role": "contributor"}
    lead.post(str(form.get("action") or people), typed)
    invited = messages(lead.app, "invitation")[-1]
    assert invited.to_name == NAME
    mail = message_from_bytes(_sent(invited), policy=policy.default)
    assert mail["To"].addresses[0].addr_spec == "zoe@trust.example"
    assert mail["To"].addresses[0].display_name == NAME
    assert NAME in lead.get(people).words


def _sent(message: Message) -> bytes:
    address = "https://portal.example"
    letter = Letter(
        message.to_name, message.subject, message.body, f"{address}/invitation/x", "Anchor Portal", address, ""
    )
    mail = compose(message, letter, "Portal <portal@portal.example>")
    return bytes(mail)


NAMES = [
    ("Bericht \u202efdp.exe.pdf", "Bericht fdp.exe.pdf"),
    ("تقرير \u2067السنة\u2069.pdf", "تقرير السنة.pdf"),
    ("re\u0301sume\u0301 🎉.pdf", "résumé 🎉.pdf"),
]


@pytest.mark.parametrize(("typed", "kept"), NAMES)
def test_the_name_of_a_file_is_shown_as_it_reads_and_turns_nothing_round(
    sqlite_browser: Browser, typed: str, kept: str
) -> None:
    lead = sqlite_browser.sign_in(LEAD)
    fields: MultiDict[str, object] = MultiDict({"csrf_token": lead.token(), "number": "1"})
    fields.add("upload", FileStorage(io.BytesIO(hostile.pdf()), typed))
    boundary, body = encode_multipart(fields)
    answer = lead.client.post(
        f"{RETURN}/evidence/p3.evidence", data=body, content_type=f"multipart/form-data; boundary={boundary}"
    )
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert answer.json["name"] == kept
    pattern = 'name="p3.evidence:1.file" value="([0-9a-f]{32})"'
    found = re.search(pattern, answer.json["html"])
    assert found is not None
    handed = lead.client.get(f"{RETURN}/evidence/{found[1]}/{quote(kept)}")
    assert handed.status_code == 200
    assert "\u202e" not in handed.headers["Content-Disposition"]
    assert handed.headers["Content-Disposition"].isascii()
