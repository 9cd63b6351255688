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
    text.parent.replace(text, nodes.Text(text[closing.end() :]))
    whole = nodes.inline(classes=["unbroken"])
    formula.replace_self(whole)
    whole += [formula, nodes.Text(closing[0])]


def setup(app):
    app.add_transform(Unbroken)
