"""The explorers on the built pages, over http and from disk."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import PAGES, SITE
from test_accessibility import THIN_OUT, WCAG, report

from convkit import explorers

STATE_BYTES = 10_000


def source(name):
    """The HTML of a page; empty before the book is built, which another test says."""
    file = SITE / f"{name}.html"
    return file.read_text() if file.exists() else ""


WITH = [name for name in PAGES if "data-explorer=" in source(name)]


def test_all_explorers_are_on_one_page(site):
    found = re.findall(r'data-explorer="(\w+)"', source("explorers"))
    assert set(found) == {kind.name() for kind in explorers.ALL}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_the_script_only_if_it_needs_it(name):
    text = source(name)
    assert ("explorers.js" in text) == (name in WITH)
    assert "widget-state" not in text
    assert "require" not in re.findall(r'<script[^>]*src="([^"]*)"', text)


@pytest.mark.parametrize("name", WITH)
def test_the_explorers_do_not_wait_for_the_formulas(name):
    before, _ = source(name).split("explorers.js", maxsplit=1)
    assert "tex-svg-full.js" not in before


@pytest.mark.parametrize("name", WITH)
def test_three_explorers_of_a_page_carry_little_state(name):
    places = re.findall(r' data-state="([^"]*)" data-limits="([^"]*)"', source(name))
    assert len(places) == source(name).count("data-explorer=")
    sizes = sorted(len("".join(attributes).encode()) for attributes in places)
    assert sum(sizes[-3:]) <= STATE_BYTES, sizes


@pytest.mark.parametrize("kind", ["http", "disk"])
@pytest.mark.parametrize("name", WITH)
def test_every_explorer_of_a_page_moves(name, kind, visit_page):
    with visit_page(name, kind) as visit:
        for place in visit.page.locator("[data-explorer]").all():
            assert place.get_attribute("data-ready") is not None
            assert not place.locator(".explorer-still").is_visible()
            slider = place.locator("input[type=range]:visible").first
            before = place.locator(".cx").inner_text()
            low, high = (slider.get_attribute(end) for end in ("min", "max"))
            slider.press("Home" if slider.input_value() != low else "End")
            assert place.locator(".cx").inner_text() != before, f"{low} to {high} changes nothing"
        assert not visit.errors
        visit.page.wait_for_function("location.hash.includes('=')")


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", WITH)
def test_no_wcag_violation_at_900_pixels(name, mode, visit_page):
    with visit_page(name, mode=mode) as visit, visit.wide(900) as page:
        page.evaluate(THIN_OUT)
        options = {"runOnly": [*WCAG, "best-practice"], "resultTypes": ["violations"]}
        context = {"include": [[".cx"]]}
        found = Axe().run(page, context=context, options=options).response["violations"]
    assert not found, "\n".join(map(report, found))
