"""The explorers at work on the pages, with no kernel behind them.

While the book is built they are HTML with their state; a page that has some asks for one script.
(A file in the sources' `_static` would be asked for by every page.)
"""

import os

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


def setup(app):
    app.connect("config-inited", serve_script)
    app.connect("html-page-context", ask_for_script)
