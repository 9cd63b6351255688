"""The explorers at work on the pages, with no kernel behind them.

A page that is no notebook shows one by its name, in the state that is given:

    ```{explorer} Edges
    image: photo
    ```

While the book is built they are HTML with their state; a page that has some asks for one script.
(A file in the sources' `_static` would be asked for by every page.)
"""

import os

import yaml
from docutils import nodes
from docutils.parsers.rst import Directive

from convkit import explorers

SCRIPT = "explorers.js"


def serve_script(app, config):
    """Write the script where Sphinx takes static files from, and have the kernels show HTML."""
    os.environ[explorers.STATIC] = "static"
    script = app.outdir.parent / ".explorers" / SCRIPT
    script.parent.mkdir(exist_ok=True)
    script.write_text(explorers.page_script(), encoding="utf-8")
    config.html_static_path.append(str(script))


def ask_for_script(app, pagename, templatename, context, doctree):
    if "data-explorer=" in context.get("body", ""):
        app.add_js_file(SCRIPT, loading_method="defer")


class ShowExplorer(Directive):
    """An explorer as the page's own script will find it."""

    required_arguments = 1
    has_content = True

    def run(self):
        state = yaml.safe_load("\n".join(self.content)) or {}
        explorer = getattr(explorers, self.arguments[0])(**state)
        return [nodes.raw("", explorer.html(), format="html")]


def setup(app):
    app.add_directive("explorer", ShowExplorer)
    app.connect("config-inited", serve_script)
    app.connect("html-page-context", ask_for_script)
