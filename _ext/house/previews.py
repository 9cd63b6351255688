"""What the links of a page lead to on other pages is kept in the page, to be shown in a card.

`_static/previews.js` shows words of the glossary, figures, formulas and citations beside the links
to them. A page opened from disk may not fetch another, so each page ends with a <template> of
those that it links to, cut from the finished pages.
"""

import html
import posixpath
import re
from functools import cache
from pathlib import Path

ARTICLE = re.compile(r"<article.*?</article>", re.DOTALL)
LINK = re.compile(r'<a [^>]*href="(?P<address>(?P<page>[^"#:?]+\.html)#(?P<place>[^"]+))"')
ADDRESS = re.compile(r'\b(href|src)="(?![a-z]+:)([^"]*)"')
NOT_SHOWN = re.compile(r'<a class="headerlink".*?</a>| id="[^"]*"', re.DOTALL)
TEMPLATE = re.compile(r'<template id="previews">.*?</template>\n', re.DOTALL)


def element(page, start):
    """The element whose first tag begins at `start`: from there to where it is closed."""
    name = re.match(r"<([\w-]+)", page[start:])[1]
    depth = 0
    for tag in re.compile(rf"<(/?){name}\b[^>]*>").finditer(page, start):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return page[start : tag.end()]
    raise ValueError(f"<{name}> is never closed: {page[start : start + 80]}")


def inner(text):
    """An element's content, without its own tags."""
    return text[text.index(">") + 1 : text.rindex("<")]


def cut(page, place):
    """What a link to this place of a page previews, as HTML, or None."""
    found = re.search(rf'<(\w+)[^>]*\bid="{re.escape(place)}"[^>]*>', page)
    if not found:
        return None
    whole = element(page, found.start())
    if found[1] == "dt" and place.startswith("term-"):
        meaning = element(page, page.index("<dd", found.end()))
        return f'<p class="preview-title">{inner(whole).strip()}</p>{inner(meaning)}'
    if found[1] == "figure" and "data-explorer" in whole:  # it works in its own place only
        return element(whole, whole.index("<figcaption"))
    shown = found[1] == "figure" or 'class="citation' in found[0] or place.startswith("equation-")
    return whole if shown else None


def moved(text, source, page):
    """Text of one page with its addresses as they are from another."""

    def address(match):
        path, mark, place = match[2].partition("#")
        target = posixpath.join(posixpath.dirname(source), path) if path else source
        relative = posixpath.relpath(target, posixpath.dirname(page) or ".")
        return f'{match[1]}="{relative}{mark}{place}"'

    return ADDRESS.sub(address, NOT_SHOWN.sub("", text))


def previews(name, page, read):
    """The previews of a page's links to other pages: {address: HTML}."""
    article = ARTICLE.search(page)
    found = {}
    for link in LINK.finditer(article[0] if article else ""):
        source = posixpath.normpath(posixpath.join(posixpath.dirname(name), link["page"]))
        if link["address"] in found or source == name or not (text := read(source)):
            continue
        if shown := cut(text, html.unescape(link["place"])):
            found[link["address"]] = moved(shown, source, name)
    return found


def with_previews(page, found):
    """The page with these previews at its end, and no others."""
    page = TEMPLATE.sub("", page)
    if not found:
        return page
    parts = "\n".join(f'<div data-of="{address}">{text}</div>' for address, text in found.items())
    head, end, tail = page.rpartition("</body>")
    return f'{head}<template id="previews">\n{parts}\n</template>\n{end}{tail}'


def store(app, error):
    """Bring the previews of all pages up to date, also of those that were not written now."""
    if error or app.builder.format != "html":
        return

    @cache
    def read(name):
        file = Path(app.outdir, name)
        return file.read_text(encoding="utf-8") if file.is_file() else ""

    for docname in app.env.found_docs:
        name = f"{docname}.html"
        page = read(name)
        new = with_previews(page, previews(name, page, read))
        if new != page:
            Path(app.outdir, name).write_text(new, encoding="utf-8")


def setup(app):
    app.connect("build-finished", store)
