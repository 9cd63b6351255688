"""The explorers in the HTML of the built pages; test_pages.py moves them."""

import gzip
import re

import pytest
from conftest import PAGES, SITE

from convkit import explorers

PAGE_BYTES, PAGE_GZIP_BYTES, STATE_BYTES = 64_000, 25_000, 12_500


def source(name):
    """The HTML of a page; empty before the book is built, which another test says."""
    file = SITE / f"{name}.html"
    return file.read_text() if file.exists() else ""


WITH = [name for name in PAGES if "data-explorer=" in source(name)]


def test_all_explorers_are_on_one_page(site):
    found = re.findall(r'data-explorer="(\w+)"', source("back/explorers"))
    assert set(found) == {kind.name() for kind in explorers.ALL}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_the_scripts_of_what_it_shows(name):
    text = source(name)
    asked = re.findall(r'<script[^>]*src="[^"]*_static/(explorers[./][^"?]*)', text)
    later = re.findall(r"(explorers/\w+\.js)", "".join(re.findall(r'data-later="([^"]*)"', text)))
    shown = {f"explorers/{kind}.js" for kind in re.findall(r'data-explorer="(\w+)"', text)}
    assert asked[:1] == ["explorers.js"] * bool(shown)
    assert sorted([*asked[1:], *later]) == sorted(shown)
    assert "widget-state" not in text
    sizes = [(SITE / "_static" / script).read_bytes() for script in asked]
    assert sum(map(len, sizes)) <= PAGE_BYTES
    assert sum(len(gzip.compress(text, 6)) for text in sizes) <= PAGE_GZIP_BYTES


@pytest.mark.parametrize("kind", ["http", "disk"])
def test_what_a_page_has_no_room_for_comes_when_a_reader_comes_near(site, browser, kind):
    """Or follows a link to its state."""
    name = "back/explorers"
    later = re.findall(r"explorers/(\w+)\.js", re.search('data-later="([^"]*)"', source(name))[1])
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(site.address(name, kind))
    place = page.locator(f"[data-explorer={later[-1]}]").first
    page.evaluate("document.querySelectorAll('told-part').forEach(told => told.open())")
    assert place.locator(".explorer-still").is_visible()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    place.scroll_into_view_if_needed()
    place.locator(".cx").wait_for()
    page.goto("about:blank")
    page.goto(site.address(name, kind) + f"#{later[-1]}=s_3")
    place.locator(".cx").wait_for()
    page.wait_for_function("scrollY > 800")
    context.close()


@pytest.mark.parametrize("name", WITH)
def test_three_explorers_of_a_page_carry_little_state(name):
    places = re.findall(r' data-state="([^"]*)" data-limits="([^"]*)"', source(name))
    assert len(places) == source(name).count("data-explorer=")
    sizes = sorted(len("".join(attributes).encode()) for attributes in places)
    assert sum(sizes[-3:]) <= STATE_BYTES, sizes


@pytest.mark.parametrize("name", PAGES)
def test_a_page_holds_no_widget_that_only_a_notebook_could_show(name):
    assert "application/vnd.jupyter" not in source(name)
