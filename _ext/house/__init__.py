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
    left_out,
    made,
    pictures,
    previews,
    reference,
    repository,
    run,
    sharing,
    streams,
    unbroken,
    up_to_date,
    warned,
    writing,
)

HERE = Path(__file__).parent


def version(static):
    """A number for the state of these files and the look: at another one Sphinx builds every page.

    It would not by itself, and with no page to build it copies no style sheet either.
    """
    own = [file for kind in ("py", "html", "js", "css") for file in HERE.rglob(f"*.{kind}")]
    files = sorted([*own, *Path(static).rglob("*.*")])
    return zlib.crc32(b"".join(file.read_bytes() for file in files))


def use_templates(app, config):
    config.templates_path.insert(0, str(HERE / "templates"))


def setup(app):
    for part in (
        warned,
        left_out,
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
        run,
        formulas,
        formula_font,
        docstrings,
        cards,
        sharing,
        reference,
        up_to_date,
        writing,
        made,
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
