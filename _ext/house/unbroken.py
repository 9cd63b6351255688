"""A line never begins with the punctuation that follows a formula.

A drawn formula is a picture to the browser, which may break the line behind it.
"""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform

CLOSING = re.compile(r"[.,;:!?)\]\N{RIGHT DOUBLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}]+")


class Unbroken(SphinxTransform):
    """Keep each formula within a text together with what closes it."""

    default_priority = 900

    def apply(self):
        for formula in list(self.document.findall(nodes.math)):
            keep_together(formula)


def keep_together(formula):
    """Wrap a formula and the punctuation behind it, if there is any."""
    text = formula.next_node(descend=False, siblings=True)
    closing = CLOSING.match(text) if isinstance(text, nodes.Text) else None
    if closing is None:
        return
    # By index: two texts with the same words are equal, and replace() would take the first.
    parent, place = formula.parent, formula.parent.index(formula)
    whole = nodes.inline("", "", formula, nodes.Text(closing[0]), classes=["unbroken"])
    parent[place : place + 2] = [whole, nodes.Text(text[closing.end() :])]


def setup(app):
    app.add_transform(Unbroken)
