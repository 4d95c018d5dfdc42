"""Where the tours go, and how they move: addresses of the demonstration, a word nobody can break, going and pressing."""

from collections.abc import Iterator

from playwright.sync_api import Page

ROUND = "/returns/2027-01"
TRUST = f"{ROUND}/mid-cheshire-hospitals"
COUNCIL = f"{ROUND}/halton-borough-council"
READY = f"{ROUND}/clatterbridge-cancer-centre"
ACCEPTED = f"{ROUND}/liverpool-heart-and-chest"
UNSTARTED = f"{ROUND}/cheshire-east-council"
UNDER_REVIEW = f"{ROUND}/st-helens-borough-council"
SECTIONS = ("about", *(f"pledge-{number}" for number in range(1, 8)), "workforce")
NARRATIVE = 'textarea[name="p1.narrative:"]'
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 3
"""A word that nobody can break."""


def through(page: Page, *paths: str) -> Iterator[tuple[str, Page]]:
    """One page after the other, each as it opens, with everything unfolded."""
    for path in paths:
        page.goto(path)
        yield path, page


def press(page: Page, name: str) -> None:
    """Press the last button of that name in the main part, and wait for what comes."""
    page.get_by_role("main").get_by_role("button", name=name, exact=True).last.click()
    page.wait_for_load_state()
