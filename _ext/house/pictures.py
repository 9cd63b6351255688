"""A PNG from a notebook is shown as wide as its figure is in inches, 100 CSS pixels to the inch.

The dots per inch are written in the file, so a figure may be drawn as finely as one likes: it is
sharp on a dense screen, and as wide as its author meant it.
"""

from pathlib import Path

from docutils import nodes
from PIL import Image
from sphinx.transforms.post_transforms import SphinxPostTransform

CSS_PIXELS_PER_INCH = 100


def shown_width(path):
    """Width in CSS pixels, or None for a picture that does not tell its resolution."""
    with Image.open(path) as picture:
        if "dpi" not in picture.info:
            return None
        return round(picture.width / picture.info["dpi"][0] * CSS_PIXELS_PER_INCH)


class PictureWidth(SphinxPostTransform):
    """State the width of each PNG that a cell put out."""

    default_priority = 400
    formats = ("html",)

    def run(self, **kwargs):
        for image in self.document.findall(nodes.image):
            path = Path(self.env.srcdir, image["uri"])
            if path.suffix != ".png" or "jupyter_execute" not in path.parts or "width" in image:
                continue
            if width := shown_width(path):
                image["width"] = f"{width}px"


def setup(app):
    app.add_post_transform(PictureWidth)
