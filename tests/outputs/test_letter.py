"""A message as plain text and as HTML: the same words, nothing of what people typed taken for anything but text."""

import html5lib

from anchor_portal.outputs.letter import Letter, as_html, as_text

BASE = "https://portal.example"
PLAIN = Letter("Inês", "A subject", "One.\n\nTwo,\nthree.", f"{BASE}/work", "Anchor Portal", BASE)
OFF = f"{BASE}/reminders/off/1-abc"


def words(html: str) -> str:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(html)
    assert not parser.errors
    return " ".join(" ".join(tree.itertext()).split())


def test_both_say_the_same() -> None:
    assert as_text(PLAIN) == (f"Dear Inês\n\nOne.\n\nTwo,\nthree.\n\n{BASE}/work\n\n-- \nAnchor Portal, {BASE}\n")
    shown = words(as_html(PLAIN))
    for each in ("Dear Inês", "One.", "Two,", "three.", f"{BASE}/work", f"Anchor Portal, {BASE}"):
        assert each in shown
    assert "no more reminders" not in shown


def test_a_reminder_says_in_both_how_to_turn_it_off() -> None:
    letter = Letter("", "A subject", "Words.", "", "Anchor Portal", BASE, OFF)
    assert as_text(letter).startswith("Hello\n\nWords.\n\nYou get this reminder because")
    assert f"To get no more reminders:\n{OFF}\n" in as_text(letter)
    assert f'<a href="{OFF}">turn them off</a>' in as_html(letter)


def test_what_people_typed_is_text_and_addresses_in_it_are_links() -> None:
    body = f'See {BASE}/a?b=1&c=2, and <b>bold</b> "quoted"; not javascript:alert(1).'
    letter = Letter("<script>", "</title><script>", body, "", 'An "odd" <portal>', BASE)
    html = as_html(letter)
    assert "<script>" not in html
    assert "<b>" not in html
    assert f'<a href="{BASE}/a?b=1&amp;c=2">{BASE}/a?b=1&amp;c=2</a>, and' in html
    assert html.count("<a ") == 2, "the address in the text, and the portal's own"
    assert "<b>bold</b>" in words(html)
