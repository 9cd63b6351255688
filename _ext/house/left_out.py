"""A copy of the book may leave out pages: what led to them says what it said, without a link.

A page is left out by deleting its line in `_toc.yml`. Its file may stay, and should: then the build
knows what it held, and tells a link to it from a slip of the pen. Where a chapter's file is gone
too, names that nothing has are taken for its own.
"""

import json
import re
from collections import Counter
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.matching import get_matching_files

from . import openings

logger = logging.getLogger(__name__)

# What defines a name that a link can ask for; a figure of a notebook has its name in the metadata.
DEFINITION = re.compile(
    r"""^\((?P<target>[\w-]+)\)=  |  \{\#(?P<id>[\w-]+)\}  |  ^:(?:name|label):\s*(?P<option>\S+)
    |  \$\$\s*\((?P<equation>[\w-]+)\)""",
    re.MULTILINE | re.VERBOSE,
)
FIGURE = re.compile(r'"name": "([\w-]+)"')
CONFLICT = re.compile("^<{7} ", re.MULTILINE)
GLOSSARY = re.compile(r"^(`{3,}|:{3,})\{glossary\}\n(.*?)^\1", re.MULTILINE | re.DOTALL)
A = {"numref": "a figure", "eq": "an equation", "ref": "a section"}
ELSEWHERE = "a chapter that is not in this copy"

PAGES = {}  # of each page left out, the names that its file defines; None if the file is gone
UNLINKED = Counter()  # how many links of each page, of those written now, are text


def look(app):
    """See which pages were left out, and have Sphinx pass over them.

    Jupyter Book can do that (`only_build_toc_files`), by a setting that lists them, and at another
    list Sphinx reads every page anew.
    """
    PAGES.clear()
    UNLINKED.clear()
    shown, patterns = openings.pages(app.srcdir), openings.patterns(app.srcdir)
    files = get_matching_files(app.srcdir, ("**.ipynb", "**.md"), app.config.exclude_patterns)
    for file in files:
        page = file.rpartition(".")[0]
        if page not in shown and not any(fnmatch(page, pattern) for pattern in patterns):
            PAGES[page] = names(Path(app.srcdir, file))
    unreadable = {page: why for page in shown if (why := fault(app.srcdir, page))}
    for why in unreadable.values():
        logger.warning("%s", why)
    there = [page + ending for page in [*PAGES, *unreadable] for ending in (".ipynb", ".md")]
    app.builder.get_asset_paths = lambda: there
    gone = (page for page in openings.OWN if page not in shown and page not in PAGES)
    PAGES.update(dict.fromkeys(gone))


def fault(root, page):
    """Why a page of the contents cannot be read at all, or None; the others are built."""
    path = openings.source(root, page)
    if not path.is_file():
        close = get_close_matches(page, [*PAGES, *openings.pages(root)], 2)
        hint = [f"; do you mean {other}?" for other in close if other != page]
        return f"_toc.yml names {page}, of which there is no file{''.join(hint[:1])}"
    if path.suffix == ".rst":
        return None
    if path.suffix == ".md":
        return untitled(path, page)
    text = path.read_text(encoding="utf-8")
    if CONFLICT.search(text):
        return (
            f"{page}.ipynb is no notebook, both sides of a merge are in it: take one, with "
            f"git checkout --ours {page}.ipynb or --theirs"
        )
    try:
        json.loads(text)
    except ValueError as error:
        return f"{page}.ipynb is no notebook, {error}: git diff {page}.ipynb shows what was changed"
    return untitled(path, page)


def untitled(path, page):
    titled = openings.TITLE.search(openings.prose(path)) or not page.startswith(openings.FOLDER)
    return None if titled else f"{path.name} has no title: begin it with a line like `# Title`"


def names(path):
    """The names that the file of a page defines."""
    text = path.read_text(encoding="utf-8", errors="replace")
    figures = set()
    if path.suffix == ".ipynb":
        text, figures = openings.prose(path), set(FIGURE.findall(text))
    defined = {match[match.lastgroup] for match in DEFINITION.finditer(text)}
    words = (line for block in GLOSSARY.findall(text) for line in block[1].splitlines())
    return {name.lower() for name in {*figures, *defined, *(w for w in words if w[:1].strip())}}


def owner(name):
    """The page left out that has, or may have had, a name; None if it is a slip of the pen."""
    for page, defined in PAGES.items():
        if defined and name.lower() in defined:
            return page
    return next((page for page, defined in PAGES.items() if defined is None), None)


def title(env, page):
    """The title of a page left out, in italics."""
    path = openings.source(env.srcdir, page)
    words = openings.read(env.srcdir, page).title if path.is_file() else page.rpartition("/")[2]
    return nodes.emphasis("", words.replace("_", " "))


# Roles


def say(app, env, node, contnode):
    """Answer for Sphinx where a role asks for a name that no page has."""
    kind, name = node["reftype"], node["reftarget"]
    if kind == "doc":
        name = PurePosixPath(node["refdoc"]).parent.joinpath(name)
        page = page_of(name.as_posix())
    else:
        page = owner(name) if kind in (*A, "term") else None
    if page is None:
        return None
    UNLINKED[node["refdoc"]] += 1
    explicit = node.get("refexplicit") and not re.search(r"\{(number|name)\}|%s", contnode.astext())
    if kind == "term" or explicit:
        return nodes.inline("", "", *contnode.children)
    if kind == "doc":
        return title(env, page)
    what = A[kind].capitalize() if begins(node) else A[kind]
    if PAGES[page] is None:
        return nodes.inline("", f"{what} of {ELSEWHERE}")
    return nodes.inline("", f"{what} of ", title(env, page))


def begins(node):
    """Tell whether a sentence begins here."""
    before = "".join(sibling.astext() for sibling in node.parent[: node.parent.index(node)])
    return re.search(r"(^|[.?!])\s*$", before) is not None


# Markdown's links


def page_of(path):
    """The page left out that a path from the root of the book leads to, or None."""
    parts = []
    for part in PurePosixPath(path).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    page = re.sub(r"\.(ipynb|md)$", "", "/".join(parts).lstrip("/"))
    return page if page in PAGES else None


class Unlink(SphinxPostTransform):
    """Leave of a link to a page left out its text."""

    default_priority = 8  # before MyST's resolver

    def run(self, **kwargs):
        for link in list(self.document.findall(addnodes.pending_xref)):
            if link["reftype"] == "myst" and (page := self.page(link)):
                UNLINKED[self.env.docname] += 1
                words = link[0].children if link["refexplicit"] else [title(self.env, page)]
                link.replace_self(nodes.inline("", "", *words))

    def page(self, link):
        target, _, place = link["reftarget"].partition("#")
        if link["refdomain"] == "doc":  # from the root, without its ending
            return page_of(target)
        if re.search(r"\.(ipynb|md)$", target):
            return page_of(f"{PurePosixPath(self.env.docname).parent}/{target}")
        known = target in self.env.found_docs or self.is_name(target)
        return None if known or place else self.owner(target)

    def is_name(self, target):
        domain = self.env.get_domain("std")
        return target.lower() in domain.anonlabels or ("term", target) in domain.objects

    def owner(self, name):
        return next(
            (page for page, defined in PAGES.items() if name.lower() in (defined or ())), None
        )


# The line at the end


def summary():
    """What was left out, and what became of the links to it."""
    there = [page for page, defined in PAGES.items() if defined is not None]
    gone = [page for page, defined in PAGES.items() if defined is None]
    links, pages = UNLINKED.total(), len(UNLINKED)
    return "; ".join(
        [
            *([f"not in _toc.yml, so not in the book: {', '.join(there)}"] if there else []),
            *([f"deleted: {', '.join(gone)}"] if gone else []),
            *([f"links to these, now text: {links}, on pages read: {pages}"] if links else []),
        ]
    )


def tell(app, error):
    if PAGES and not error:
        words = summary()
        logger.info("%s", words[0].upper() + words[1:] + ".", color="yellow")


def drop_redirects(app, config):
    """Forget old addresses of pages left out: they would lead nowhere."""
    pages = openings.pages(app.srcdir)
    if "redirects" in config:
        config.redirects = {
            old: new
            for old, new in config.redirects.items()
            if "://" in new or new.removesuffix(".html") in pages
        }


def setup(app):
    app.connect("config-inited", drop_redirects)
    app.connect("builder-inited", look)
    app.connect("missing-reference", say)
    app.add_post_transform(Unlink)
    app.connect("build-finished", tell)
