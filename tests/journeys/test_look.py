"""What look.js leaves out is left out rightly: faults put into a page that was found sound are found, again and again."""

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Visit
from tests.journeys.test_accessibility import faint_text, wrong_with

pytestmark = pytest.mark.browser

READY = """() => {
  window.whole = document.querySelector("main").cloneNode(true);
  window.make = ([name, own, ...within]) => {
    const made = Object.assign(document.createElement(name), own);
    made.append(...within.map((each) => Array.isArray(each) ? make(each) : each));
    return made;
  };
  document.adoptedStyleSheets = [new CSSStyleSheet()];
  document.adoptedStyleSheets[0].replaceSync(`
    .behind { position: absolute; inset: 0; height: 90rem; background-color: #444; }
    .behind + * { position: relative; z-index: 1; }
    .plain { color: #005ea5; text-decoration: none; }
    @media (max-width: 30rem) {
      .small { font-size: 0.5rem; line-height: 1; margin: 0; }
      .short { height: 2rem; overflow: auto; }
      .gone { display: none; }
    }
  `);
}"""
CHANGED = """() => {
  document.querySelector("main").replaceWith(whole.cloneNode(true));
  const main = document.querySelector("main");
  const text = main.querySelector("p");
  CHANGE;
}"""
FAINT = {
    "its colour": "text.style.color = '#bbb'",
    "it can be seen through": "text.style.opacity = 0.3",
    "its ground": "main.style.backgroundColor = '#555'",
    "a panel between it and its ground": "text.before(make(['div', {className: 'behind'}]))",
    "a link in it is told by its colour alone": "text.append(make(['a', {className: 'plain', href: '/'}, 'and']), ' words')",
}
"""What makes the first text hard to read, though its place, its classes and its words were looked at before."""
WORSE_WHERE_NARROW = {
    "target-size": "['div', {}, ['p', {className: 'small'}, ['a', {href: '/a'}, 'a']], ['p', {className: 'small'}, ['a', {href: '/b'}, 'b']]]",
    "scrollable-region-focusable": "['div', {className: 'short'}, ['p', {}, 'One'], ['p', {}, 'Two'], ['p', {}, 'Three']]",
    "link-name": "['a', {href: '/c'}, ['span', {className: 'gone'}, 'Words']]",
    "label": "['p', {}, ['label', {htmlFor: 'c'}, ['span', {className: 'gone'}, 'Words']], ['input', {id: 'c'}]]",
}


def change(page: Page, how: str = "") -> None:
    """Make the main part what it was when the page came, and then change it."""
    page.evaluate(CHANGED.replace("CHANGE", how))


def test_what_is_wrong_is_found_on_a_page_that_was_found_sound(visit: Visit) -> None:
    page = visit()
    page.goto("/privacy")
    assert wrong_with(page) == []
    page.evaluate(READY)
    for what, fault in FAINT.items():
        for _ in range(2):
            change(page, fault)
            assert faint_text(page) != [], what
            change(page)
            assert faint_text(page) == []
    for rule, parts in WORSE_WHERE_NARROW.items():
        change(page, f"main.append(make({parts}))")
        assert [each.rpartition(": ")[0] for each in wrong_with(page)] == [f"at 400 per cent: {rule}"]
    change(page)
    assert wrong_with(page) == []
