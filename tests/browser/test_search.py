"""The search finds each page by a word that only it has."""

import re
from functools import cache

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

NOT_PROSE = "pre, code, .math, script, .headerlink"


@cache
def words(file):
    """The longer words of a page's prose."""
    article = BeautifulSoup(file.read_text(), "html.parser").select_one("article")
    for element in article.select(NOT_PROSE):
        element.decompose()
    text = " ".join(p.get_text(" ") for p in article.select("p, li, dd, td"))
    return {word.lower() for word in re.findall(r"(?<![\w./-])[A-Za-z]{6,}(?![\w/-])", text)}


def telling_word(site, page_name, pages):
    """The longest word that no other page has, or else the longest word."""
    file, *others = (site.folder / f"{n}.html" for n in [page_name, *(set(pages) - {page_name})])
    own = words(file).difference(*map(words, others)) or words(file)
    return max(own, key=lambda word: (len(word), word))


@pytest.mark.parametrize("kind", ["http", "disk"])
def test_search_finds(page_name, kind, site, visit_page, pages):
    word = telling_word(site, page_name, pages)
    with visit_page("search", kind) as visit:
        field = visit.page.locator("main input[name=q], #search-documentation input[name=q]").first
        field.fill(word)
        field.press("Enter")
        hit = visit.page.locator(f"#search-results a[href*='{page_name}.html']").first
        expect(hit, f"{visit}: does not find {page_name} by {word!r}").to_be_visible()
        visit.page.wait_for_timeout(200)  # summaries are fetched after the hits are listed
        assert not visit.errors, f"{visit}, {word!r}: {visit.errors}"
        hit.click()
        visit.page.wait_for_url(f"**/{page_name}.html*")


def test_only_the_page_of_the_search_asks_for_the_index(visit):
    asked = [url for url in visit.requests if "searchindex.js" in url]
    assert bool(asked) == (visit.name == "search"), f"{visit} asks for {asked}"
