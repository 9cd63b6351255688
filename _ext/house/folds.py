"""What a page folds, each under words of its own, by the cell's tag.

    imports      one quiet line, "Imports"
    check        the one line that the cell prints, such as "agrees with PyTorch: 24 cases"
    hide-input   the code of a figure
    hide-cell    a solution

myst-nb's own fold calls each of them "Toggle hidden content" to a screen reader, and is an
admonition to the style sheets.
"""

from html import escape

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

LONGEST = 72  # characters of the line of a check
logger = logging.getLogger(__name__)


def cells(document, tag):
    """Return the code cells that have a tag."""
    code = document.findall(
        lambda node: isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"
    )
    return [cell for cell in code if f"tag_{tag}" in cell["classes"]]


def fold(cell, kind, words):
    """Leave of the cell its code, folded."""
    code = cell.children[:1]
    cell.clear()
    cell += HideCodeCellNode("", *code, prompt_show=words, prompt_hide=words, kind=kind)


def printed(cell):
    """What the cell put out, as text."""
    outputs = cell.findall(
        lambda node: (
            isinstance(node, nodes.container) and node.get("nb_element") == "cell_code_output"
        )
    )
    return "\n".join(output.astext() for output in outputs)


def is_line(text):
    """Tell whether a text can stand for a folded check: one line, and short."""
    return len(text.strip().splitlines()) == 1 and len(text.strip()) <= LONGEST


class Folds(SphinxTransform):
    """Fold the imports, and each check under what it says."""

    default_priority = 300

    def apply(self):
        for cell in cells(self.document, "imports"):
            fold(cell, "imports", "Imports")
        for cell in cells(self.document, "check"):
            said = printed(cell)
            if is_line(said):
                fold(cell, "check", said.strip())
            else:
                self.complain(cell, said)

    def complain(self, cell, said):
        rule = f"a cell tagged check prints one line of at most {LONGEST} characters"
        logger.warning("%s, not %r", rule, said, location=cell)


class CodeBelow(SphinxPostTransform):
    """A reader looks at a figure first, and may then ask for its code."""

    default_priority = 200  # myst-nb folds at 199
    formats = ("html",)

    def run(self, **kwargs):
        for folded in list(self.document.findall(HideCodeCellNode)):
            if folded.parent and folded.next_node(descend=False, siblings=True):
                folded.parent.append(folded.parent.pop(folded.parent.index(folded)))


def open_details(self, node):
    prompt = node["prompt_show"]
    kind = node.get("kind") or ("solution" if prompt.startswith("Solution") else "code")
    self.body.append(f'<details class="{kind}">\n<summary>{escape(prompt)}</summary>\n')


def close_details(self, node):
    self.body.append("</details>\n")


def setup(app):
    app.add_transform(Folds)
    app.add_post_transform(CodeBelow)
    app.add_node(HideCodeCellNode, override=True, html=(open_details, close_details))
