"""Every page and state of it in a real browser: what axe knows at two widths, and what it does not look at.

What only a person can judge is written down in the accessibility statement, which says when it was last done.
"""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import tours
from tests.journeys.conftest import LOOK_ADDRESS, SIZES, Visit
from tests.journeys.tours import NARRATIVE, READY, TRUST, Tour
from tests.sound import Sound

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

LOOK = f"""async ([what, known]) => (await import("{LOOK_ADDRESS}"))[what](known ?? undefined)"""
"""What is looked at stands in look.js, and what of it need not be looked at twice."""
KNOWN = Sound("looks")
"""How text looked that axe looked at, and how close targets lay."""
NARROW = {"width": 320, "height": 900}
"""As wide as a screen of 1280 pixels at 400 per cent."""

FOCUS = """() => {
  const active = document.activeElement;
  if (active === document.body) return null;
  const box = (active.labels?.[0] && active.matches("[type=radio], [type=checkbox]") ? active.labels[0] : active).getBoundingClientRect();
  const styles = [active, ...active.querySelectorAll("*")].map((each) => getComputedStyle(each));
  const isMarked = (style) => parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none" || style.boxShadow !== "none";
  const parts = [0.05, 0.25, 0.5, 0.75, 0.95];
  const points = parts.flatMap((x) => parts.map((y) => document.elementFromPoint(box.left + box.width * x, box.top + box.height * y)));
  return {
    name: active.id || active.textContent.trim().slice(0, 40) || active.name,
    place: [...document.querySelectorAll("*")].indexOf(active),
    top: box.top + scrollY,
    isHidden: points.every((point) => point === null || point.closest(".app-saved")),
    isMarked: styles.some(isMarked),
    isLast: active.closest("footer") !== null,
  };
}"""
"""What has the focus: where it is, and whether one sees it."""


def look(page: Page, what: str, known: Any = None) -> Any:
    """What a function of look.js finds in the page as it stands."""
    return page.evaluate(LOOK, [what, known])


def violations(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """What axe finds wrong with the page as it stands, contrast apart."""
    found: list[str] = look(page, "wrong", options)
    return found


def what_is_new(page: Page, what: str) -> list[Any]:
    """What is wrong with a page, of the kinds that no page before this one had; these are known from now on."""
    wrong, places, *more = look(page, what, sorted(KNOWN.all))
    KNOWN.add(set(places))
    return [wrong, *more]


def faint_text(page: Page) -> list[str]:
    """Text of too little contrast, of the kinds that no page before this one had."""
    found: list[str] = what_is_new(page, "contrast")[0]
    return found


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its window; the header takes a moment to fold its menu."""
    if look(page, "isTooWide"):
        page.wait_for_timeout(500)
    return bool(look(page, "isTooWide"))


def wrong_with(page: Page) -> list[str]:
    """What is wrong with a page as it stands, wide and at 400 per cent."""
    (wrong,) = what_is_new(page, "wide")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    worse, is_too_wide = what_is_new(page, "narrow")
    if is_too_wide and scrolls_sideways(page):
        worse.append("scrolls sideways")
    page.set_viewport_size(SIZES["wide"])
    return [*wrong, *worse]


def test_no_style_binds_a_page_to_the_way_a_screen_is_held(visit: Visit) -> None:
    page = visit()
    page.goto("/")
    assert violations(page, {"runOnly": {"type": "rule", "values": ["css-orientation-lock"]}}) == []


def test_text_of_too_little_contrast_is_found_where_nothing_like_it_was_seen_before(visit: Visit) -> None:
    page = visit()
    page.goto("/")
    violations(page)
    page.locator("main h1").evaluate("each => { each.className = 'not-seen-before'; each.style.color = '#ddd'; }")
    assert [each.partition(":")[0] for each in faint_text(page)] == ["color-contrast"]


@pytest.mark.parametrize("tour", tours.TOURS, ids=lambda tour: tour.__name__)
def test_no_page_and_no_state_of_one_has_a_barrier_that_a_program_finds(visit: Visit, tour: Tour) -> None:
    found = {name: wrong_with(page) for name, page in tour(visit)}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def tab_through(page: Page, key: str) -> list[dict[str, Any]]:
    """Where the focus goes with a key, from one end of the page to the other."""
    steps: list[dict[str, Any]] = []
    for _ in range(400):
        page.keyboard.press(key)
        step = page.evaluate(FOCUS)
        if step is None or (steps and step["place"] == steps[-1]["place"]):
            break
        steps.append(step)
        if step["isLast"] and key == "Tab":
            break
    return steps


def faults_of_focus(page: Page) -> list[str]:
    """Where the focus jumps back, cannot be seen, lies under the line of saving, or never gets to the end."""
    there = tab_through(page, "Tab")
    page.locator("footer a").last.focus()
    back = tab_through(page, "Shift+Tab")
    wrong = [f"{step['name']} is hidden" for step in [*there, *back] if step["isHidden"]]
    wrong += [f"{step['name']} shows no focus" for step in there if not step["isMarked"]]
    wrong += [
        f"{after['name']} comes after {before['name']}"
        for before, after in zip(there, there[1:], strict=False)
        if after["place"] < before["place"] or after["top"] < before["top"] - 60
    ]
    return wrong if there[-1]["isLast"] else [*wrong, f"the focus stays at {there[-1]['name']}"]


def test_the_focus_goes_down_the_page_is_seen_and_is_caught_nowhere(visit: Visit) -> None:
    lead, signatory = visit("lead@trust.example", "phone"), visit("signatory@council.example")
    lead.goto(f"{TRUST}/sections/pledge-1")
    assert faults_of_focus(lead) == []
    lead.goto(f"{TRUST}/sections/pledge-1")
    lead.locator("input[name=seen]").evaluate("box => box.value = 'stale'")
    lead.locator(NARRATIVE).fill("Mine")
    tours.press(lead, "Save and continue")
    expect(lead.get_by_role("heading", level=1)).to_contain_text("Choose between two versions")
    assert faults_of_focus(lead) == []
    signatory = visit("isolde.marchbanke@clatterbridge-cancer-centre.example")
    signatory.goto(f"{READY}/sign")
    assert faults_of_focus(signatory) == []
    expect(signatory.get_by_label("Your full name")).to_have_value("Isolde Marchbanke")  # nothing is asked twice


def test_only_the_first_save_is_said_aloud_and_what_goes_wrong(visit: Visit) -> None:
    page = visit("lead@trust.example")
    page.goto(f"{TRUST}/sections/pledge-1")
    page.evaluate("""() => {
      window.said = [];
      const announced = document.querySelector("[data-announced]");
      new MutationObserver(() => announced.textContent && said.push(announced.textContent)).observe(announced, { childList: true });
    }""")
    for words in ("One.", "One, two.", "One, two, three."):
        with page.expect_response(lambda answer: answer.request.method == "POST") as saved:
            page.locator(NARRATIVE).fill(words)
        assert saved.value.ok
    page.context.clear_cookies()
    page.locator(NARRATIVE).fill("Typed after the session ended.")
    expect(page.locator("[data-status]")).to_contain_text("You were signed out")
    first, *others = page.evaluate("said")
    assert first.startswith("Saved at") and len(others) == 1 and others[0].startswith("You were signed out")


def test_in_forced_colours_states_and_focus_are_seen(visit: Visit) -> None:
    page = visit("lead@trust.example")
    page.emulate_media(forced_colors="active")
    page.goto(TRUST)
    colours = page.locator(".app-progress__step").evaluate_all(
        "all => [...new Set(all.map(each => getComputedStyle(each).backgroundColor))]"
    )
    assert len(colours) == 2, "a step that is done differs from one that is not"
    borders = page.locator(".nhsuk-tag").evaluate_all("all => all.map(each => getComputedStyle(each).borderTopStyle)")
    assert set(borders) == {"solid"}
    page.goto(f"{TRUST}/sections/pledge-1")
    assert [step["name"] for step in tab_through(page, "Tab") if not step["isMarked"]] == []
    page.goto("/organisations/mid-cheshire-hospitals/progress")
    pictures = page.locator("figure.app-figure svg").evaluate_all(
        "all => all.map(each => [getComputedStyle(each).forcedColorAdjust, getComputedStyle(each).backgroundColor])"
    )
    assert pictures and {tuple(each) for each in pictures} == {("none", "rgb(255, 255, 255)")}


def test_on_paper_there_is_what_one_reads_and_nothing_to_press(visit: Visit) -> None:
    lead, signatory = (
        visit("lead@trust.example"),
        visit("isolde.marchbanke@clatterbridge-cancer-centre.example"),
    )
    for page, path, wanted in (
        (signatory, f"{READY}/sign", "main h2"),
        (lead, f"{TRUST}/self-assessment", "figure svg"),
        (lead, "/organisations/mid-cheshire-hospitals/progress", "figure svg"),
    ):
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 718, "height": 1000})
        page.goto(path)
        assert page.locator(f"{wanted}:visible").count() > 0, path
        assert page.locator("button:visible, .nhsuk-header__navigation:visible").count() == 0, path
        assert not scrolls_sideways(page), path


def test_signing_in_asks_for_nothing_that_a_password_manager_cannot_give(visit: Visit) -> None:
    page = visit()
    page.goto("/sign-in")
    for label, purpose in (("Email address", "username webauthn"), ("Password", "current-password")):
        box = page.get_by_label(label, exact=True)
        expect(box).to_have_attribute("autocomplete", purpose)
        is_refused = "box => !box.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true }))"
        assert not box.evaluate(is_refused), f"one can paste into {label}"
    assert page.locator("main input:visible").count() == 2, "no puzzle"


def test_a_table_whose_rows_are_blocks_on_a_phone_is_told_as_a_table(visit: Visit) -> None:
    page = visit()
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.goto("/indicators/20")
    page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    table = page.get_by_role("table", name="By main place")
    assert table.locator("tr").last.evaluate("row => getComputedStyle(row).display") == "block"
    unsaid = "all => all.filter(each => !each.hasAttribute('role')).map(each => each.outerHTML)"
    assert table.locator("thead, tbody, tr, th, td").evaluate_all(unsaid) == [], "older browsers forget what blocks are"
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Liverpool"))
    assert row.get_by_role("cell").count() == table.get_by_role("columnheader").count() - 1
