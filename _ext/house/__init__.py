"""What this book adds to Jupyter Book: one idea a module, each with its own `setup`."""

import zlib
from pathlib import Path

from . import callouts, citations, fresh, offline, pictures, repository, solutions

HERE = Path(__file__).parent


def version():
    """A number for the state of these files: at another one Sphinx reads every page anew."""
    files = sorted([*HERE.rglob("*.py"), *HERE.rglob("*.html")])
    return zlib.crc32(b"".join(file.read_bytes() for file in files))


def use_templates(app, config):
    config.templates_path.insert(0, str(HERE / "templates"))


def setup(app):
    for part in (repository, fresh, offline, callouts, pictures, solutions, citations):
        part.setup(app)
    app.connect("config-inited", use_templates)
    # Jupyter Book sets this for sphinx-comments, which is not loaded, and Sphinx warns of a value
    # that nobody declared.
    app.add_config_value("comments_config", {}, "")
    return {"env_version": version(), "parallel_read_safe": True, "parallel_write_safe": True}
