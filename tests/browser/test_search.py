"""The search finds each page by a word that only it has."""

import re
from functools import cache
from itertools import chain

import pytest
from conftest import PAGES, TEMPLATES, soup
from playwright.sync_api import expect
from sizes import sized

NOT_PROSE = "pre, code, .math, script, .headerlink"


@cache
def words(file):
    """The longer words of a page's prose."""
    article = soup(file).select_one("article")
    others = {id(text) for element in article.select(NOT_PROSE) for text in element.strings}
    prose = (p.strings for p in article.select("p, li, dd, td"))
    text = " ".join(text for text in chain.from_iterable(prose) if id(text) not in others)
    return {word.lower() for word in re.findall(r"(?<![\w./-])[A-Za-z]{6,}(?![\w/-])", text)}


def telling_word(site, page_name, pages):
    """The longest word that no other page has, or else the longest word."""
    file, *others = (site.folder / f"{n}.html" for n in [page_name, *(set(pages) - {page_name})])
    own = words(file).difference(*map(words, others)) or words(file)
    return max(own, default=soup(file).h1.get_text().strip("#"), key=lambda word: (len(word), word))


# What a page is found by is in the index, the same over http and from disk.
KINDS = {"http": PAGES, "disk": sized([page for page in PAGES if page in TEMPLATES], PAGES)}


ANOTHER = """word => {
    document.querySelector('#search-results').replaceChildren();
    Search.performSearch(word);
}"""


def search(page, word, typed):
    """As a reader does, or on the same page, which need not be loaded again for each word."""
    if typed:
        field = page.locator("main input[name=q], #search-documentation input[name=q]").first
        field.fill(word)
        field.press("Enter")
    else:
        page.evaluate(ANOTHER, word)


@pytest.mark.parametrize("kind", KINDS)
def test_search_finds(kind, site, visit_page):
    with visit_page("search", kind) as visit:
        for name in KINDS[kind]:
            word = telling_word(site, name, PAGES)
            search(visit.page, word, typed=name in TEMPLATES)
            hit = visit.page.locator(f"#search-results a[href*='{name}.html']").first
            expect(hit, f"{visit}: does not find {name} by {word!r}").to_be_visible()
            goal = visit.site.file(hit.evaluate("link => link.href"))
            assert goal == site.folder / f"{name}.html", f"{visit}: {name} leads to {goal}"
        visit.page.wait_for_load_state("networkidle")  # summaries are fetched after the hits
        assert not visit.errors, f"{visit}: {visit.errors}"
        hit.click()
        visit.page.wait_for_url(f"**/{name}.html*")
