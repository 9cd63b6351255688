"""No page is older than the book.

Sphinx writes a page again when its own text changed. But the contents beside it, the ways on and
back, and the numbers of figures on other pages change with `_toc.yml`, a title or a new figure:
then all pages are written. And the page of a chapter that was removed leaves the site.
"""

import hashlib
from pathlib import Path

FILE = "contents"


def contents(env):
    """A short name for all that a page shows of others."""
    toc = Path(env.srcdir, "_toc.yml")
    titles = sorted((page, title.astext()) for page, title in env.titles.items())
    numbers = sorted(env.toc_secnumbers.items()), sorted(env.toc_fignumbers.items())
    equations = sorted(env.get_domain("math").equations.items())
    state = toc.read_bytes() if toc.exists() else b"", titles, numbers, equations
    return hashlib.sha256(repr(state).encode()).hexdigest()


def pages_to_write(app, env):
    """All pages, where they would show other contents than those that were written last."""
    written = Path(app.doctreedir, FILE)
    is_new = not written.exists() or written.read_text() != contents(env)
    return list(env.found_docs) if is_new else []


def remove_old_pages(app):
    """Remove from the site what was made of pages that are no more; it holds a copy of each."""
    copies = Path(app.outdir, "_sources")
    for copy in copies.rglob("*.*"):
        page = copy.relative_to(copies).with_suffix("").as_posix().removesuffix(".ipynb")
        if page not in app.env.found_docs and copy.is_file():
            copy.unlink()
            Path(app.outdir, f"{page}.html").unlink(missing_ok=True)


def finish(app, error):
    if not error and app.builder.format == "html":
        Path(app.doctreedir, FILE).write_text(contents(app.env))
        remove_old_pages(app)


def setup(app):
    app.connect("env-get-updated", pages_to_write, priority=950)  # when all have their numbers
    app.connect("build-finished", finish)
