"""A page with code cells runs them, in the reader's browser: "Run this page".

Pyodide, CPython in WebAssembly, is fetched and checked when the book is built (`files`), and is a
part of the site like a picture: no page asks another host for it, and none asks for it before a
reader's click. `site` makes the few files that go beside it. What runs in the browser is in the
folder `browser`; `run.js` there is all that a page loads at first.

Where no source has Pyodide's files the book is built without all this, and says so in one line.
"""

import re
from pathlib import Path

from platformdirs import user_cache_path
from sphinx.util import logging

from . import files, site

CELL = re.compile(r'<div class="cell (?:(?!<div class="cell ).)*?cell_input', re.DOTALL)
CACHE = user_cache_path("convkit-book")  # `make clean` spares it
logger = logging.getLogger(__name__)


def bring_python(app, config):
    """Have Sphinx copy Pyodide and what the pages need beside it, or say why not."""
    try:
        folder = files.pyodide(config.pyodide, site.PACKAGES, CACHE, logger.info)
    except files.Unavailable as error:
        logger.info('The pages have no "Run this page": %s', error)
        return
    made = app.outdir.parent / ".run"
    config.run_megabytes = site.make(folder / files.FOLDER, made / "run", Path(app.srcdir))
    config.html_static_path += [str(folder), str(made)]


def offer(app, page, template, context, doctree):
    """Put the place of the buttons before a page's first cell, and ask for their script."""
    megabytes, body = app.config.run_megabytes, context.get("body", "")
    first = CELL.search(body)
    if not (megabytes and first):
        return
    place = f'<run-page data-megabytes="{megabytes}"></run-page>\n'
    context["body"] = body[: first.start()] + place + body[first.start() :]
    app.add_js_file("run/run.js")
    app.add_css_file("run/run.css")


def setup(app):
    app.add_config_value("pyodide", {}, "html")
    app.add_config_value("run_megabytes", 0, "html")  # at another size every page is written
    app.connect("config-inited", bring_python)
    app.connect("html-page-context", offer)
