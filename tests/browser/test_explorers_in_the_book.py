"""The explorers in the HTML of the built pages; test_pages.py moves them."""

import re

import pytest
from conftest import PAGES, SITE

from convkit import explorers

STATE_BYTES = 10_000


def source(name):
    """The HTML of a page; empty before the book is built, which another test says."""
    file = SITE / f"{name}.html"
    return file.read_text() if file.exists() else ""


WITH = [name for name in PAGES if "data-explorer=" in source(name)]


def test_all_explorers_are_on_one_page(site):
    found = re.findall(r'data-explorer="(\w+)"', source("back/explorers"))
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
