"""What a page tells search engines, and those who show a link to it: words and a picture.

The description of a chapter is its question, that of another page its first paragraph. A chapter's
picture is its first, that of another page the figure on the landing page. Where the site's address
is known, addresses are whole, and there is a sitemap; elsewhere they are left out, but for the
picture's, which is relative.

sphinxext-opengraph takes the first words of a page, TeX and printed numbers among them; to tell it
better takes as much code as this.
"""

import re
from html import escape
from pathlib import Path
from urllib.parse import urljoin
from xml.sax.saxutils import escape as xml_escape

from docutils import nodes
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from convkit import explorers

from . import openings
from .cards import first_picture, on_paper

FOLDER = "_images/shared"
SIZE, PICTURE, MARGIN = (1200, 630), (1120, 450), 40  # what networks show whole
SHORTEST, LONGEST = 25, 160
GAP = re.compile(r" ([.,;:])")  # where a formula was
BOOK = "book"
WHAT = "Lecture notes on convolution with live figures, exercises and code."


def describe(app, page, template, context, doctree):
    """Add to the head of a page what it is."""
    if page == app.config.root_doc:
        context["docstitle"] = ""  # it is the page's title
    if doctree is None:
        return
    title = app.env.titles[page].astext()
    words = description(app, page, doctree)
    picture = share(app, page, title)
    address = context.get("pageurl")
    base = app.config.html_baseurl
    tags = [
        meta("name", "description", words),
        meta("property", "og:type", "article" if page.startswith(openings.FOLDER) else "website"),
        meta("property", "og:site_name", app.config.html_title),
        meta("property", "og:title", title),
        meta("property", "og:description", words),
        meta("property", "og:image", urljoin(base, picture) if base else up(page) + picture),
        meta("property", "og:image:width", SIZE[0]),
        meta("property", "og:image:height", SIZE[1]),
        meta("name", "twitter:card", "summary_large_image"),
    ]
    if address:
        tags.append(meta("property", "og:url", address))
    context["metatags"] += "\n".join(["", *tags, ""])


def meta(kind, name, content):
    return f'<meta {kind}="{name}" content="{escape(str(content))}">'


def up(page):
    """The way from a page to the root of the site."""
    return "../" * page.count("/")


# Words


def description(app, page, doctree):
    """What a page is about, in at most LONGEST characters."""
    if page.startswith(openings.FOLDER) and (said := openings.read(app.srcdir, page).question):
        return f"{said} {WHAT}"
    title, words = app.env.titles[page].astext(), first_paragraph(doctree)
    if page.startswith(openings.FOLDER) and len(words) < SHORTEST:
        return shortened(f"{title}. {words} {WHAT}".replace("  ", " "))
    return shortened(f"{title}. {words}" if page == app.config.root_doc or not words else words)


def first_paragraph(doctree):
    """The words of the first paragraph of the running text; formulas have no words."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section | nodes.document):
            texts = paragraph.findall(nodes.Text)
            words = "".join(t for t in texts if not isinstance(t.parent, nodes.math))
            return GAP.sub(r"\1", " ".join(words.split()))
    return ""


def shortened(text):
    """The sentences that fit, or else the words."""
    if len(text) <= LONGEST:
        return text
    sentences = text[:LONGEST].rpartition(". ")[0]
    if len(sentences) > LONGEST / 2:
        return sentences + "."
    return text[: LONGEST - 1].rpartition(" ")[0].rstrip(",;:") + "\N{HORIZONTAL ELLIPSIS}"


# The picture


def share(app, page, title):
    """Make the picture of a page, and return where it is in the site."""
    # The page as it was read: writing it renames its pictures.
    is_chapter = page.startswith(openings.FOLDER)
    image = first_picture(app.env.get_doctree(page)) if is_chapter else None
    if image is None:
        return f"{FOLDER}/{BOOK}.png"
    place = f"{FOLDER}/{Path(page).name}.png"
    save(app, place, title, Path(app.srcdir, image["uri"]))
    return place


def share_book(app):
    """Make the picture of all other pages: the photograph and its edges."""
    figure = Path(app.outdir).parent / ".explorers" / f"{BOOK}.png"
    figure.parent.mkdir(parents=True, exist_ok=True)
    explorers.Edges(image="photo").still().savefig(figure, dpi=200)
    save(app, f"{FOLDER}/{BOOK}.png", app.config.html_title, figure)


def save(app, place, title, picture):
    """Draw a card: a title above a picture."""
    file = Path(app.outdir, place)
    file.parent.mkdir(parents=True, exist_ok=True)
    card = Image.new("RGB", SIZE, "white")
    card.paste(on_paper(picture, PICTURE), (MARGIN, SIZE[1] - PICTURE[1] - MARGIN))
    font = ImageFont.truetype(font_manager.findfont("DejaVu Sans:bold"), 56)
    ImageDraw.Draw(card).text((MARGIN, MARGIN), title, fill="#1f2328", font=font)
    card.quantize(256).save(file)


# The site


def map_site(app, error):
    """List the pages for search engines, where the site's address is known."""
    base = app.config.html_baseurl
    if error or not base or app.builder.format != "html":
        return
    pages = sorted(app.env.all_docs)
    places = "".join(
        f"<url><loc>{xml_escape(urljoin(base, app.builder.get_target_uri(page)))}</loc></url>\n"
        for page in pages
    )
    Path(app.outdir, "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n',
        encoding="utf-8",
    )
    Path(app.outdir, "robots.txt").write_text(
        f"User-agent: *\nAllow: /\nSitemap: {urljoin(base, 'sitemap.xml')}\n", encoding="utf-8"
    )


def setup(app):
    app.connect("builder-inited", share_book)
    app.connect("html-page-context", describe)
    app.connect("build-finished", map_site)
