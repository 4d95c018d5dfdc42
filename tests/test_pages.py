"""The client of the tests finds what is wrong with a page, also where it has read pages like it before."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.pages import Page, check
from tests.sound import Sound

WHOLE = '<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><main><h1>a</h1>{}</main></body></html>'
SOUND = (
    '<p class="a">b &amp; c</p><table><tbody><tr><td>1</td></tr></tbody></table>'
    '<form method="post"><input type="hidden" name="csrf_token"><label for="q">q</label>'
    '<textarea id="q" name="q">\n\nTwo\nlines &lt;b&gt;</textarea></form><svg viewBox="0 0 1 1"><path d="M0"/></svg>'
)
WRONG = {
    "a box in a paragraph": "<p><div>c</div></p>",
    "not closed": "<section><div>b</section>",
    "closed twice": "<p>b</p></p>",
    "closed in another order": "<em><strong>b</em></strong>",
    "an attribute twice": '<p class="a" class="b">c</p>',
    "an unknown reference": "<p>&nosuch;</p>",
    "a bare mark": "<p>a < b</p>",
    "a character that no page may hold": "<p>\x01</p>",
    "a paragraph in a row": "<table><tbody><tr><p>b</p><td>1</td></tr></tbody></table>",
    "closed at once": '<p class="a"/>',
    "an id twice": '<p id="a">b</p><p id="a">c</p>',
    "a second main heading": "<h1>b</h1>",
    "a style": '<p style="x">b</p>',
    "a handler": '<p onclick="x">b</p>',
    "a script": "<script>1</script>",
    "an empty script": "<script></script>",
    "a box without a label": '<input name="q">',
    "a text box without a label": '<textarea name="q"></textarea>',
    "a list without a label": '<label for="r">r</label><select id="q"><option>1</option></select>',
    "a form without a token": '<form method="post"></form>',
    "a token outside its form": '<form method="post"></form><input type="hidden" name="csrf_token">',
}


def answer(page: str) -> TestResponse:
    app = Flask("pages", static_folder=None)
    app.add_url_rule("/", "page", lambda: page)
    return app.test_client().get("/")


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_found_before_and_after_sound_pages_were_read(wrong: str) -> None:
    for page in (wrong, SOUND, wrong, SOUND + wrong):
        if page == SOUND:
            check(answer(WHOLE.format(page)), 200)
        else:
            with pytest.raises(AssertionError):
                check(answer(WHOLE.format(page)), 200)


def test_a_page_without_words_in_its_title_is_refused() -> None:
    untitled = WHOLE.replace("<title>x</title>", "<title> </title>").format("<svg><title>y</title></svg>")
    with pytest.raises(AssertionError, match="no title"):
        check(answer(untitled), 200)


def test_a_page_read_quickly_is_the_tree_that_the_strict_parser_makes() -> None:
    check(answer(WHOLE.format(SOUND)), 200)
    page = Page(answer(WHOLE.format(SOUND)))
    assert not page.faults and "soup" not in vars(page), "the strict parser was not asked"
    strict = page._parsed()[0]
    assert str(page.soup.body) == str(strict.body)
    assert page.form() == {"csrf_token": "", "q": "Two\nlines <b>"}
    rows = Page(answer(WHOLE.format("<table><tr><td>1</td></tr></table>")))
    assert rows.soup.select_one("tbody tr"), "as browsers put a body around rows"


def test_what_one_process_found_sound_is_known_to_the_others() -> None:
    one, other = Sound(), Sound()
    seen = {(" html body no-such-element", "", "text"), (" html body no-such-element", "text", "end")}
    assert not other.holds(seen)
    one.add(seen)
    assert other.holds(seen)
    assert not other.holds(seen | {(" html body no-such-element", "text", "p")})
