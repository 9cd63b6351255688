"""A PNG from a notebook is shown as wide as its figure is in inches, 100 CSS pixels to the inch.

The dots per inch are written in the file, so a figure may be drawn as finely as one likes: it is
sharp on a dense screen, and as wide as its author meant it. It is sent as WebP, in shades that are
multiples of 5: no eye sees the difference, and it takes a third of the bytes.
"""

from pathlib import Path

from docutils import nodes
from PIL import Image
from sphinx.transforms.post_transforms import SphinxPostTransform

CSS_PIXELS_PER_INCH = 100


def shown_width(picture):
    """Width in CSS pixels, or None for a picture that does not tell its resolution."""
    if "dpi" not in picture.info:
        return None
    return round(picture.width / picture.info["dpi"][0] * CSS_PIXELS_PER_INCH)


def as_webp(path, picture):
    """Save the picture beside its PNG, whose name is a hash of its content, unless it is there."""
    webp = path.with_suffix(".webp")
    if not webp.exists():
        shades = picture.convert("RGBA").point(lambda value: round(value / 5) * 5)
        shades.save(webp, lossless=True)
    return webp


class Pictures(SphinxPostTransform):
    """State the width of each PNG that a cell put out, and send it as WebP."""

    default_priority = 400
    formats = ("html",)

    def run(self, **kwargs):
        for image in self.document.findall(nodes.image):
            path = Path(self.env.srcdir, image["uri"])
            if path.suffix == ".png" and "jupyter_execute" in path.parts:
                with Image.open(path) as picture:
                    self.send(image, as_webp(path, picture), shown_width(picture))

    def send(self, image, path, width):
        image["uri"] = path.relative_to(self.env.srcdir).as_posix()
        self.env.images.add_file(self.env.docname, image["uri"])
        if width and "width" not in image:
            image["width"] = f"{width}px"


def setup(app):
    app.add_post_transform(Pictures)
