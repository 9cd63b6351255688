"""What this book adds to Jupyter Book: one idea a module, each with its own `setup`."""

import zlib
from pathlib import Path

from . import (
    ahead,
    asks,
    callouts,
    cards,
    citations,
    contents,
    docstrings,
    edition,
    elsewhere,
    explorers,
    folds,
    formula_font,
    formulas,
    fresh,
    images,
    pictures,
    previews,
    reference,
    repository,
    sharing,
    streams,
    unbroken,
    writing,
)

HERE = Path(__file__).parent


def version(static):
    """A number for the state of these files and the look: at another one Sphinx builds every page.

    It would not by itself, and with no page to build it copies no style sheet either.
    """
    files = sorted([*HERE.rglob("*.py"), *HERE.rglob("*.html"), *Path(static).rglob("*.*")])
    return zlib.crc32(b"".join(file.read_bytes() for file in files))


def use_templates(app, config):
    config.templates_path.insert(0, str(HERE / "templates"))


def setup(app):
    for part in (
        edition,
        elsewhere,
        repository,
        fresh,
        ahead,
        callouts,
        asks,
        unbroken,
        pictures,
        images,
        previews,
        folds,
        streams,
        citations,
        contents,
        explorers,
        formulas,
        formula_font,
        docstrings,
        cards,
        sharing,
        reference,
        writing,
    ):
        part.setup(app)
    app.connect("config-inited", use_templates)
    # Jupyter Book sets this for sphinx-comments, which is not loaded, and Sphinx warns of a value
    # that nobody declared.
    app.add_config_value("comments_config", {}, "")
    return {
        "env_version": version(Path(app.confdir, "_static")),
        "parallel_read_safe": False,  # the results of `ahead` are in one process
        "parallel_write_safe": True,
    }
