"""What a page tells search engines and those who show a link to it, with and without an address."""

import json
import re
import sys
from pathlib import Path

import contents
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.testing.util import SphinxTestApp

sys.path.insert(0, str(Path(__file__).parents[1] / "_ext"))

from house import openings, repository, sharing

ROOT = Path(__file__).parents[1]
ADDRESS = "https://ada.github.io/book/"


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """Build a book of two pages for an address, "" if nobody knows it."""

    def build(address):
        source = tmp_path_factory.mktemp("book")
        (source / "conf.py").write_text("extensions = ['house.sharing']")
        (source / "index.rst").write_text("Home\n====\n\nA book.\n\n.. toctree::\n\n   sub/page\n")
        (source / "sub").mkdir()
        (source / "sub/page.rst").write_text("A page\n======\n\nIt says *so* :math:`x^2`, apart.\n")
        app = SphinxTestApp(srcdir=source, confoverrides={"html_baseurl": address})
        app.build()
        app.cleanup()
        return app.outdir

    return build


def head(folder, name):
    return BeautifulSoup((folder / f"{name}.html").read_text(), "html.parser").head


def content(tree, key):
    tag = tree.select_one(f"meta[property='{key}'], meta[name='{key}']")
    return tag and tag["content"]


def test_without_an_address_nothing_is_said_of_it(build):
    folder = build("")
    tree = head(folder, "sub/page")
    assert content(tree, "description") == "It says so, apart."
    assert (folder / "sub" / content(tree, "og:image")).is_file()
    assert content(tree, "og:url") is None
    assert tree.select_one("link[rel=canonical]") is None
    assert not (folder / "sitemap.xml").exists()
    assert not (folder / "robots.txt").exists()


def test_with_an_address_it_is_whole_everywhere(build):
    folder = build(ADDRESS)
    tree = head(folder, "sub/page")
    assert content(tree, "og:url") == ADDRESS + "sub/page.html"
    assert tree.select_one("link[rel=canonical]")["href"] == ADDRESS + "sub/page.html"
    picture = content(tree, "og:image")
    assert picture.startswith(ADDRESS)
    assert (folder / picture.removeprefix(ADDRESS)).is_file()
    listed = re.findall("<loc>(.*?)</loc>", (folder / "sitemap.xml").read_text())
    assert listed == [ADDRESS + "index.html", ADDRESS + "sub/page.html"]
    assert f"Sitemap: {ADDRESS}sitemap.xml" in (folder / "robots.txt").read_text()


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({}, ""),
        ({"GITHUB_REPOSITORY": "ada/book"}, "https://ada.github.io/book/"),
        ({"GITHUB_REPOSITORY": "Ada/Book"}, "https://ada.github.io/Book/"),
        ({"GITHUB_REPOSITORY": "ada/ada.github.io"}, "https://ada.github.io/"),
        ({"GITHUB_REPOSITORY": "ada/book", "GITHUB_SERVER_URL": "https://git.uni.edu"}, ""),
    ],
)
def test_a_workflow_on_github_tells_where_its_pages_will_be(environ, address):
    assert repository.pages_address(environ) == address


@pytest.mark.parametrize("words", ["word " * 60, "A sentence of some words. " * 9])
def test_a_long_description_ends_after_a_word(words):
    short = sharing.shortened(words.strip())
    assert 80 < len(short) <= 160
    assert words.startswith(short.rstrip("\N{HORIZONTAL ELLIPSIS}"))
    assert short.endswith(("word\N{HORIZONTAL ELLIPSIS}", "words."))


def test_tables_and_notes_are_no_description():
    aside = nodes.note("", nodes.paragraph("", "An aside."))
    page = nodes.section("", nodes.title("", "T"), aside, nodes.paragraph("", "The text."))
    assert sharing.first_paragraph(page) == "The text."


# The chapters' first cells


@pytest.mark.parametrize("chapter", contents.OWN)
def test_the_opening_of_a_chapter(chapter):
    opening = openings.read(ROOT, chapter)
    assert opening.question.endswith("?")
    assert opening.question != opening.title
    assert 20 <= opening.minutes <= 120


def test_a_chapter_may_say_less(tmp_path):
    (tmp_path / "chapters").mkdir()
    cell = {"cell_type": "markdown", "source": ["# Title\n", "\n", "Why? That is told later.\n"]}
    (tmp_path / "chapters/x.ipynb").write_text(json.dumps({"cells": [cell]}))
    (tmp_path / "chapters/y.md").write_text("# In Markdown\n")
    (tmp_path / "chapters/no_title.ipynb").write_text("{")
    titles = {"x": "Title", "y": "In Markdown", "no_title": "no title"}
    for name, title in titles.items():
        assert openings.read(tmp_path, f"chapters/{name}") == openings.Opening(title, None, None)
