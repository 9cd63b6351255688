"""A warning says where in a notebook, and its page is read again the next time.

MyST-NB counts the lines of a notebook so that line 70008 is in the seventh cell. Here such a place
becomes "chapters/x.ipynb, cell 7 (its id), line 7", with the words that stand there.

Sphinx takes what it has read for good, so the next build would pass over a page that warned. The
build forgets it, and no other page.
"""

import json
import logging
import re
from functools import cache
from pathlib import Path

from sphinx.application import BuildPhase
from sphinx.util.logging import NAMESPACE, WarningStreamHandler

PLACE = re.compile(r"(?P<path>[^:]+\.ipynb):(?P<line>\d+)")
CELL = 10_000  # lines
WORDS = 60  # characters of the line


def told(location, root):
    """A place in a notebook in words; any other as it is."""
    found = PLACE.fullmatch(location)
    number, line = divmod(int(found["line"]), CELL) if found else (0, 0)
    if not number:
        return location
    path = Path(found["path"])
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    identity, source = cell(path, number)
    return f"{shown}, cell {number} ({identity})" + said(source, line)


def said(source, counted):
    """The line of a cell and its words. MyST counts lines from 0, from 1 or, mostly, from 2."""
    lines = dict(enumerate(map(str.strip, source.splitlines()), 1))
    line = next((line for line in (counted - 1, counted, counted + 1) if lines.get(line)), None)
    if line is None:
        return ""
    words = lines[line]
    shown = words if len(words) <= WORDS else words[:WORDS] + "\N{HORIZONTAL ELLIPSIS}"
    return f", line {line}, “{shown}”"


@cache
def cells(path, changed):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def cell(path, number):
    """The id and the source of a cell of a notebook, counted from 1."""
    try:
        found = cells(path, path.stat().st_mtime)[number - 1]
    except (OSError, ValueError, KeyError, IndexError):
        return "no id", ""
    return found.get("id", "no id"), "".join(found["source"])


class Listener(logging.Filter):
    """Hears every warning that is shown, puts its place into words, and lets it be said once."""

    def __init__(self, app):
        super().__init__()
        self.app, self.pages, self.heard = app, set(), set()

    def filter(self, record):
        location = getattr(record, "location", None) or ""
        if self.app.phase != BuildPhase.INITIALIZATION:  # or it is said each time
            self.pages.add(self.page(location))
        record.location = told(location, Path(self.app.srcdir))
        message = record.getMessage()
        is_new = message not in self.heard  # Sphinx repeats some for each page it writes
        self.heard.add(message)
        return is_new

    def page(self, location):
        """The page that a warning is about, or None if nobody knows."""
        page = self.app.env.path2doc(location.partition(":")[0]) if location else None
        if page in self.app.env.found_docs:
            return page
        reads = self.app.phase == BuildPhase.READING
        return self.app.env.temp_data.get("docname") if reads else None


def forget(app, listener):
    """Have the pages that warned read again; all, where it is not known which."""
    if None in listener.pages:
        Path(app.doctreedir, "environment.pickle").unlink(missing_ok=True)
    for page in listener.pages - {None}:
        Path(app.doctreedir, f"{page}.doctree").unlink(missing_ok=True)


def setup(app):
    listener = Listener(app)
    app.warned = listener.pages
    for handler in logging.getLogger(NAMESPACE).handlers:
        if isinstance(handler, WarningStreamHandler):
            handler.addFilter(listener)
    # last of all: others read the pages when the build is finished
    app.connect("build-finished", lambda app, error: forget(app, listener), priority=999)
