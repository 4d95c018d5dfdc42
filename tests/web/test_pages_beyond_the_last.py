"""Lists for everyone, at a page that there is not."""

import pytest

from tests.pages import Browser


@pytest.mark.parametrize(
    ("address", "never"),
    [
        ("/case-studies?page=9", "No case study is published yet"),
        ("/case-studies?pledge=1&page=9", "No case study fits"),
        ("/organisations?page=3", "Nobody has signed yet"),
        ("/organisations?name=trust&page=3", "No signatory fits"),
    ],
)
def test_a_page_beyond_the_last_is_the_first(address: str, never: str, browser: Browser) -> None:
    page = browser.get(address)
    assert never not in page.words
    assert page.words == browser.get(address.replace("page=9", "page=1").replace("page=3", "page=1")).words
