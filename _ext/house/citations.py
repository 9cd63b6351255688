"""A bibliography is a list of list items.

docutils gives its entries `doc-biblioentry`, a role that ARIA has dropped, in a list that has thus
no items.
"""

from docutils import nodes


def open_citation(self, node):
    if not isinstance(node.previous_sibling(), nodes.citation):
        self.body.append('<div role="list" class="citation-list">\n')
    self.body.append(self.starttag(node, "div", CLASS="citation", ROLE="listitem"))


def close_citation(self, node):
    self.body.append("</div>\n")
    if not isinstance(node.next_node(descend=False, siblings=True), nodes.citation):
        self.body.append("</div>\n")


def setup(app):
    app.add_node(nodes.citation, override=True, html=(open_citation, close_citation))
