"""A quotation that opens with a bold word of the list below becomes a callout.

    > **Predict.** How many numbers come out?

Plain Markdown, so the same text reads well in Jupyter, in Colab and on GitHub.
"""

from docutils import nodes
from sphinx.transforms import SphinxTransform

# The classes of the theme, note and warning, would bring its icons.
KINDS = {
    "predict": "predict",
    "misconception": "misconception",
    "you will be able to": "goals",
    "summary": "summary",
    "remember": "summary",
    "note": "remark",
    "aside": "aside",  # in the margin where there is room
    "warning": "careful",
}


class Callouts(SphinxTransform):
    """Turn such quotations into admonitions."""

    default_priority = 300

    def apply(self):
        for quotation in list(self.document.findall(nodes.block_quote)):
            if callout := as_callout(quotation):
                callout.source, callout.line = quotation.source, quotation.line
                quotation.replace_self(callout)


def as_callout(quotation):
    """The admonition that a quotation stands for, or None if it is a quotation."""
    opening = quotation.next_node(nodes.strong)
    if opening is None or not quotation.astext().startswith(opening.astext()):
        return None
    title = opening.astext().strip(" .:")
    kind = KINDS.get(title.lower())
    if kind is None:
        return None
    paragraph = opening.parent
    paragraph.remove(opening)
    if not paragraph.astext().strip():
        quotation.remove(paragraph)
    heading = [] if title == heading_above(quotation) else [nodes.title(title, title)]
    return nodes.admonition("", *heading, *quotation.children, classes=[kind])


def heading_above(quotation):
    """What the section says that the callout stands in: "Summary" is not to be said twice."""
    section = quotation.parent
    return section[0].astext() if isinstance(section, nodes.section) else None


def setup(app):
    app.add_transform(Callouts)
