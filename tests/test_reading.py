"""What the book's extension adds for readers: previews, sizes of pictures, edition, reports."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from docutils import nodes
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "_ext"))

from house import callouts, edition, elsewhere, images, previews, reference, repository

ROOT = Path(__file__).parents[1]

GLOSSARY = """<article><dl>
<dt id="term-map">map<a class="headerlink" href="#term-map">#</a></dt><dt id="term-function">function</dt>
<dd><p>See <a href="notation.html#f">here</a>, <a href="#term-map">map</a> <img src="_images/f.svg"></p>
<dl><dt>a</dt><dd>b</dd></dl></dd>
</dl><section id="words"><figure id="fig-a"><figure>in</figure></figure></section>
<div class="citation" id="id7"><p>Ada</p></div>
<figure id="fig-b"><div data-explorer="flip"></div><figcaption id="c">It moves.</figcaption></figure>
</article>"""  # noqa: E501


def test_a_word_is_previewed_by_what_it_means_for_all_its_names():
    for place, name in [("term-map", "map"), ("term-function", "function")]:
        shown = previews.cut(GLOSSARY, place)
        assert shown.startswith(f'<p class="preview-title">{name}')
        assert shown.endswith("<dl><dt>a</dt><dd>b</dd></dl>")


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("fig-a", '<figure id="fig-a"><figure>in</figure></figure>'),
        ("fig-b", '<figcaption id="c">It moves.</figcaption>'),
        ("id7", '<div class="citation" id="id7"><p>Ada</p></div>'),
        ("words", None),
        ("nowhere", None),
    ],
)
def test_what_else_is_previewed(place, shown):
    assert previews.cut(GLOSSARY, place) == shown


def test_addresses_in_a_preview_are_those_of_the_page_that_shows_it():
    shown = previews.moved(previews.cut(GLOSSARY, "term-map"), "glossary.html", "chapters/a.html")
    assert 'href="../notation.html#f"' in shown
    assert 'href="../glossary.html#term-map"' in shown
    assert 'src="../_images/f.svg"' in shown
    assert "headerlink" not in shown
    back = previews.moved('<a href="b.html">', "chapters/a.html", "intro.html")
    assert back == '<a href="chapters/b.html">'


def test_a_page_holds_each_preview_once_and_the_newest():
    link = '<a class="reference internal" href="../glossary.html#id7">'
    page = f"<body><article>{link}{link}</article></body>\n"
    found = previews.previews("chapters/a.html", page, {"glossary.html": GLOSSARY}.get)
    assert list(found) == ["../glossary.html#id7"]
    once = previews.with_previews(page, found)
    assert once.count("Ada") == 1
    assert previews.with_previews(once, found) == once
    assert previews.with_previews(once, {}) == page


def test_the_edition_has_the_date_that_is_told_or_that_of_the_last_commit(tmp_path):
    assert edition.date(tmp_path, {"SOURCE_DATE_EPOCH": "86400"}) == "2 January 1970"
    identity = ["-c", "user.name=A", "-c", "user.email=a@b.c"]
    for command in [["init", "-q"], [*identity, "commit", "-q", "--allow-empty", "-m", "First"]]:
        moment = os.environ | {"GIT_COMMITTER_DATE": "2020-02-03T12:00:00Z"}
        subprocess.run(["git", *command], cwd=tmp_path, env=moment, check=True)
    assert edition.date(tmp_path, {}) == "3 February 2020"


def test_without_a_history_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert edition.last_commit(tmp_path) is None


def test_a_picture_tells_the_shape_of_its_file(tmp_path):
    Image.new("RGB", (30, 20)).save(tmp_path / "a.png")
    (tmp_path / "a.svg").write_text('<svg xmlns="x" viewBox="0 0 12 8"></svg>')
    tag = '<img alt="" src="_images/a" style="width: 15px;" />'
    first = images.described(tag, tmp_path / "a.png", first=True)
    assert 'width="30" height="20"' in first
    assert "lazy" not in first
    later = images.described(tag, tmp_path / "a.svg", first=False)
    assert 'loading="lazy" decoding="async" width="12" height="8"' in later
    assert later.endswith(tag.removeprefix("<img"))


def report(url):
    """Where a mistake is reported, and what is filled in there."""
    parts = urlsplit(repository.issue_url(url, "Pooling & more", "https://x/pooling", "Version 1"))
    return parts.path, {name: text for name, (text,) in parse_qs(parts.query).items()}


def test_a_report_fills_in_the_form():
    path, told = report("https://github.com/a/b")
    assert path == "/a/b/issues/new"
    assert told.pop("title") == "Mistake in “Pooling & more”"
    form = ROOT / ".github/ISSUE_TEMPLATE" / told.pop("template")
    assert told == {"page": "https://x/pooling", "edition": "Version 1"}
    fields = {field["id"] for field in yaml.safe_load(form.read_text("utf-8"))["body"]}
    assert told.keys() <= fields


def test_a_report_on_gitlab_knows_its_page():
    path, told = report("https://gitlab.com/a/b")
    assert path == "/a/b/-/issues/new"
    assert told["issue[title]"] == "Mistake in “Pooling & more”"
    assert told["issue[description]"].startswith("Page: https://x/pooling\nVersion 1\n")


def test_launch_buttons_are_said_in_words_where_there_are_some():
    group = {"label": "launch-buttons", "buttons": [{"url": "https://x.org?a&b", "text": "Binder"}]}
    line = repository.launch_line([{"label": "download-buttons", "buttons": [{}]}, group])
    assert 'href="https://x.org?a&amp;b">Binder</a>' in line
    assert repository.launch_line([]) == ""


def test_the_list_of_modules_holds_items_only():
    context = {"body": "<ul><li>a</li>\n<ul><li>a.b</li>\n</ul><li>c</li>\n</ul>"}
    reference.nest_modules(None, "_modules/index", None, context, None)
    assert context["body"] == "<ul><li>a\n<ul><li>a.b</li>\n</ul></li><li>c</li>\n</ul>"


def test_an_aside_is_a_callout():
    words = [nodes.strong("", "Aside."), nodes.Text(" By the way.")]
    quotation = nodes.block_quote("", nodes.paragraph("", "", *words))
    assert callouts.as_callout(quotation)["classes"] == ["aside"]


def test_no_line_and_no_report_without_a_repository():
    theme = SimpleNamespace(html_theme_options={"repository_url": ""})
    context = {"body": "<h1>A</h1>"}
    repository.offer_report(SimpleNamespace(config=theme), "a", "", context, nodes.document)
    repository.offer_launch(SimpleNamespace(config=theme), "a", "", context, nodes.document)
    assert context == {"body": "<h1>A</h1>"}


def test_a_doi_is_looked_up_where_it_is_registered():
    """Its publisher would refuse a program, and the weekly run would fail without a reason."""
    asked = elsewhere.ask_the_registry(None, "https://doi.org/10.1137/1.9781611970364")
    assert asked == "https://doi.org/api/handles/10.1137/1.9781611970364"
    assert elsewhere.ask_the_registry(None, "https://example.org/10.1137/1") is None
