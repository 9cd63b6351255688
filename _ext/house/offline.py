"""MathJax is served with the book: one file, every TeX extension, and no fonts as it draws SVG.

Sphinx puts it on pages with formulas only. (In the sources' `_static`, Jupyter Book would put it on
every page.)
"""

from importlib.metadata import distribution

MATHJAX = "tex-svg-full.js"
CONFIG = {
    # a TeX error must be seen, not be shown as its source: the checks on the built site look for it
    "tex": {"packages": {"[-]": ["noerrors", "noundefined"]}},
    # a formula needs no stop of the Tab key
    "options": {"menuOptions": {"settings": {"inTabOrder": False}}},
}


def serve_mathjax(app, config):
    files = distribution("sphinx-mathjax-offline").files
    (mathjax,) = (file for file in files if file.name == MATHJAX)
    config.html_static_path.append(str(mathjax.locate()))
    config.mathjax_path = MATHJAX
    config.mathjax3_config = CONFIG


def setup(app):
    app.connect("config-inited", serve_mathjax)
