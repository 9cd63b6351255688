"""Every picture of a page says how large it is, so that the text does not jump when it comes.

The first one is a part of the first screen. The others are asked for when a reader comes near.
"""

import re
from functools import cache
from pathlib import Path

from PIL import Image

TAG = re.compile(r"<img\b[^>]*>")
SOURCE = re.compile(r'\bsrc="[^"]*?_images/([^"]+)"')


SVG = re.compile(r'<svg[^>]*\bviewBox="\S+ \S+ (?P<width>\S+) (?P<height>\S+)"')


@cache
def size(path):
    """Width and height of a picture's file."""
    if path.suffix == ".svg":
        return SVG.search(path.read_text(encoding="utf-8")).group("width", "height")
    with Image.open(path) as picture:
        return picture.size


def described(tag, path, first):
    """An <img> with the size of its file, for its shape; a width in its style still holds."""
    attributes = 'decoding="async"' if first else 'loading="lazy" decoding="async"'
    if "height=" not in tag:
        attributes += ' width="{}" height="{}"'.format(*size(path))
    return f"<img {attributes}{tag.removeprefix('<img')}"


def describe(app, page, template, context, doctree):
    """Describe the pictures of a page's text."""
    files = {name: Path(app.srcdir, uri) for uri, name in app.builder.images.items()}
    seen = []

    def describe_one(match):
        source = SOURCE.search(match[0])
        if not source or source[1] not in files:
            return match[0]
        seen.append(source[1])
        return described(match[0], files[source[1]], first=len(seen) == 1)

    if "body" in context:
        context["body"] = TAG.sub(describe_one, context["body"])


def setup(app):
    app.connect("html-page-context", describe)
