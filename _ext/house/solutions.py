"""A cell tagged `hide-cell` or `hide-input` folds into a <details> that its prompt names.

myst-nb's own calls every one of them "Toggle hidden content" to a screen reader, and is an
admonition to the style sheets.
"""

from html import escape

from myst_nb.sphinx_ import HideCodeCellNode


def open_details(self, node):
    prompt = node["prompt_show"]
    kind = "solution" if prompt.startswith("Solution") else "code"
    self.body.append(f'<details class="{kind}">\n<summary>{escape(prompt)}</summary>\n')


def close_details(self, node):
    self.body.append("</details>\n")


def setup(app):
    app.add_node(HideCodeCellNode, override=True, html=(open_details, close_details))
