"""The landing page has a card for each chapter: its first picture, its question, its minutes.

    ```{chapter-cards}
    ```

Nothing on a card is written for it: the words come from the chapter's first cell, the picture is
the one that its puzzle shows. What a chapter does not say is not on its card.

    {{ start_reading }}

is a button that leads to the first chapter, whichever it is.
"""

from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from PIL import Image, ImageOps
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

from . import openings

SHOWN = (240, 150)  # CSS pixels
FINE = 2  # pixels for each of them


class chapter_cards(nodes.General, nodes.Element):
    """Where the cards will be, when all chapters have been read."""


class ChapterCards(Directive):
    def run(self):
        env = self.state.document.settings.env
        env.note_dependency("_toc.yml")
        for chapter in openings.chapters(env.srcdir):
            env.note_dependency(str(openings.source(env.srcdir, chapter)))
        return [chapter_cards()]


class MakeCards(SphinxPostTransform):
    """Put a list of links in the place of the cards."""

    default_priority = 300

    def run(self, **kwargs):
        for place in list(self.document.findall(chapter_cards)):
            chapters = [c for c in openings.chapters(self.env.srcdir) if c in self.env.found_docs]
            place.replace_self(
                nodes.bullet_list("", *map(self.card, chapters), classes=["chapter-cards"])
            )

    def card(self, chapter):
        opening = openings.read(self.env.srcdir, chapter)
        title = nodes.strong("", opening.title)
        link = make_refnode(self.app.builder, self.env.docname, chapter, "", title)
        parts = [
            nodes.paragraph("", "", link, classes=["card-title"]),
        ]
        if opening.question:
            parts.append(nodes.paragraph("", opening.question))
        if opening.minutes:
            minutes = f"{opening.minutes} minutes"
            parts.append(nodes.paragraph("", minutes, classes=["card-minutes"]))
        return nodes.list_item("", *self.picture(chapter, opening.title), *parts)

    def picture(self, chapter, title):
        """The chapter's first picture as a thumbnail, if it has any."""
        image = first_picture(self.env.get_doctree(chapter))
        if image is None:
            return []
        thumbnail = as_thumbnail(Path(self.env.srcdir, image["uri"]))
        uri = thumbnail.relative_to(self.env.srcdir).as_posix()
        self.env.images.add_file(self.env.docname, uri)
        size = {"width": str(SHOWN[0]), "height": str(SHOWN[1])}
        alt = image.get("alt") or f"The first picture of {title}."
        return [nodes.image(uri=uri, candidates={"*": uri}, alt=alt, loading="lazy", **size)]


def first_picture(doctree):
    """The first picture that a cell of a page put out; None if there is none."""
    made = (i for i in doctree.findall(nodes.image) if "jupyter_execute" in Path(i["uri"]).parts)
    return next(made, None)


def on_paper(path, size):
    """A picture as large as fits into a white rectangle."""
    with Image.open(path) as picture:
        ink = picture.convert("RGBA")
    paper = Image.new("RGBA", ink.size, "white")
    paper.alpha_composite(ink)
    return ImageOps.pad(paper.convert("RGB"), size, color="white")


def as_thumbnail(path):
    """Save the picture small beside itself, whose name is a hash of its content."""
    thumbnail = path.with_name(f"{path.stem}-small.webp")
    if not thumbnail.exists():
        on_paper(path, tuple(FINE * side for side in SHOWN)).save(thumbnail, quality=85)
    return thumbnail


def lead_on(app, config):
    first = next(iter(openings.chapters(app.srcdir)), None)
    button = f"[Start reading](/{openings.source('', first)}){{.button}}" if first else ""
    config.myst_substitutions = {**config.myst_substitutions, "start_reading": button}


def setup(app):
    app.connect("config-inited", lead_on)
    app.add_node(chapter_cards)
    app.add_directive("chapter-cards", ChapterCards)
    app.add_post_transform(MakeCards)
