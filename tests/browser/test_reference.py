"""The reference and the chapters lead to each other, and each entry to its source."""

import re
from urllib.parse import urldefrag, urljoin

import contents
import pytest
from conftest import PAGES, soup
from playwright.sync_api import expect

ENTRIES = "dl.py > dt[id^='convkit.']"


@pytest.fixture(scope="module")
def read(site):
    return lambda name: soup(site.folder / f"{name}.html").article


@pytest.fixture(scope="module")
def reference(read):
    """Each entry by its id, with the page it is on."""
    names = [name for name in PAGES if name.startswith("api/")]
    return {entry["id"]: (name, entry) for name in names for entry in read(name).select(ENTRIES)}


def targets(element, page_name):
    """Addresses within the site that an element links to, without .html, and the places there."""
    for link in element.select("a[href]"):
        address, place = urldefrag(urljoin(f"/{page_name}.html", link["href"]))
        yield address.strip("/").removesuffix(".html"), place


def test_no_backslash_is_left_in_the_prose(read):
    for name in (name for name in PAGES if name.startswith("api/")):
        code = read(name).select("pre, code, .math")
        others = {id(text) for part in code for text in part.strings}
        assert not [text for text in read(name).strings if "\\" in text and id(text) not in others]


def test_each_of_the_books_chapters_leads_to_the_reference(own_chapter, read, reference):
    leads_to = {place for _, place in targets(read(own_chapter), own_chapter)}
    assert leads_to & reference.keys(), f"{own_chapter}: no link to the reference"


def test_chapter_and_reference_lead_to_each_other(chapter, read, reference):
    leads_to = {place for _, place in targets(read(chapter), chapter) if place in reference}
    for place in leads_to:
        page, entry = reference[place]
        back = [place for name, place in targets(entry.parent, page) if name == chapter]
        assert back, f"{page}: the entry of {place} has no link to {chapter}"
        assert all(back), f"{page}: the entry of {place} leads to no section of {chapter}"


def test_code_of_a_chapter_leads_to_the_reference(chapter, read, reference):
    """Each ck.name in a cell is a link, unless it is no public name."""
    for code in read(chapter).select("div.cell_input pre"):
        linked = {a.get_text() for a in code.select("a[href*='#convkit.']")}
        named = set(re.findall(r"\bck\.[\w.]*\w", code.get_text()))
        unlinked = {n for n in named - linked if n.replace("ck.", "convkit.") in reference}
        assert not unlinked, f"{chapter}: no link in {unlinked}"


def test_family_page_names_a_chapter_that_teaches_it(read, reference):
    """Where a chapter uses a family's functions, its page begins with a link to one of them."""
    chapters = {name for name in PAGES if name.startswith("chapters/")}
    for page in {page for page, _ in reference.values()} - {"api/testing", "api/algorithms"}:
        used = {name for name, _ in targets(read(page), page)} & chapters
        opening = read(page).select("section > p")
        named = {name for p in opening for name, _ in targets(p, page)} & chapters
        text = (contents.ROOT / f"{page}.md").read_text()
        left_out = [name for name in contents.openings.OWN if name not in chapters and name in text]
        assert named or left_out or not used, (
            f"{page}: used in {used}, and its opening names none of them"
        )


def test_entry_leads_to_its_source(read, reference):
    for name, (page, entry) in reference.items():
        if "property" in entry.parent["class"] or "attribute" in entry.parent["class"]:
            continue
        (address, place) = next(targets(entry, page))
        code = read(address).find(id=place).get_text()
        assert re.search(rf"^(def|class) {name.rpartition('.')[2]}\b", code, re.MULTILINE), name


def test_search_finds_functions_by_name(visit_page, reference):
    one_a_page = {page: place for place, (page, _) in reference.items()}
    with visit_page("search") as visit:
        search = visit.page.url
        for page, place in one_a_page.items():
            visit.page.goto(f"{search}?q={place.rpartition('.')[2]}")
            hit = visit.page.locator(f"#search-results a[href$='{page}.html#{place}']").first
            expect(hit, f"{visit}: does not find {place}").to_be_visible()
