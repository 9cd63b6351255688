"""What pages keep in the browser is what the page on privacy says: all of it, and nothing else."""

from collections import Counter

import contents
from conftest import soup

CHAPTER = "chapters/stride_and_dilation"
contents.need(CHAPTER)


def told(site):
    """The names that the page lists; of some only the beginning."""
    listed = soup(site.folder / "back/accessibility.html").select("#privacy li code")
    return [name.text.rstrip("…") for name in listed]


def use(visit, site):
    """Do what leaves something: read on, answer, choose colours, search."""
    page = visit.page
    page.get_by_role("button", name="Show all answers").click()
    page.locator("ask-question input[type=text], ask-question input:not([type])").first.fill("4")
    page.keyboard.press("Enter")
    page.locator("article h2").nth(3).evaluate("heading => heading.scrollIntoView()")
    page.wait_for_function("Object.keys(localStorage).some(key => key.startsWith('reading'))")
    page.locator("button.theme-switch-button:visible").first.click()
    page.goto(site.address("search", "http") + "?q=stride")
    page.locator("#search-results li a").first.click()
    page.wait_for_load_state()


def test_what_is_kept_is_what_is_told(visit_page, site):
    names, seen = told(site), Counter()
    with visit_page(CHAPTER) as visit:
        use(visit, site)
        kept = visit.page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
        assert not visit.page.context.cookies()
    for key in kept:
        name = next((name for name in names if key.startswith(name)), None)
        assert name, f"{key!r} is kept, and the page does not say so"
        seen[name] += 1
    # The words of a search are forgotten once they are marked.
    never = set(names) - seen.keys() - {"sphinx_highlight_terms"}
    assert not never, f"the page tells of {never}, and nothing like it is kept"
