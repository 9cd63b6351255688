"""The built book in a real browser: every page, over http and opened from disk, light and dark.

    make book && pytest tests/browser

Chromium is the system's. Where there is none the tests skip, or fail if REQUIRE_BROWSER=1.
BOOK_SITE names another built site than _build/html.
"""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from urllib.parse import unquote, urlsplit

import contents
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect, sync_playwright
from sizes import THOROUGH
from xdist.scheduler import LoadScopeScheduling

import chromium

ROOT = Path(__file__).parents[2]
SITE = Path(os.environ.get("BOOK_SITE", ROOT / "_build" / "html")).resolve()
PAGES = contents.PAGES
CHAPTERS = contents.ALL
MADE_BY_SPHINX = ["search", "genindex", "404", "_modules/index", "_modules/convkit/convolution"]

# One page of each template: the others of it have the same around their text.
TEMPLATES = {*CHAPTERS[:1], "api/signals", "back/explorers", *MADE_BY_SPHINX}
TEMPLATES -= {"_modules/index"}

DESKTOP, PHONE = 1280, 360

expect.set_options(timeout=30_000)  # as long as the page itself may take: machines are shared


def openings(name):
    """The ways in which a page is opened: from where, in which colours, how wide.

    One shows a page's own text and whatever it loads; while it is open it is made narrow and dark
    (test_pages.py). What a page does from disk, and on a phone from the start, is the template's,
    and the explorers': one page of each is opened so.
    """
    ways = [("http", "light", DESKTOP)]
    if name in TEMPLATES:
        ways.append(("disk", "dark", PHONE))
    if THOROUGH:
        ways = list(product(["http", "disk"], ["light", "dark"], [DESKTOP, PHONE]))
    if name == "404":  # a server's answer, never opened from disk
        ways = [("http", *how) for how in dict.fromkeys((mode, width) for _, mode, width in ways)]
    return ways


class Visit:
    """A page open in the browser, and what was heard while it loaded."""

    def __init__(self, page, site, name, kind, mode, width):
        self.name, self.kind, self.mode, self.width, self.site = name, kind, mode, width, site
        self.page, self.errors, self.requests = page, page.errors, page.requests
        self.load()

    def load(self):
        """The page afresh, with what waits for an answer (test_asks.py) in sight."""
        self.page.goto(self.site.address(self.name, self.kind))
        self.page.evaluate("document.fonts.ready")
        self.page.evaluate("document.querySelectorAll('told-part').forEach(told => told.open())")

    def turn(self, mode, width):
        """Show the open page in other colours, on another screen."""
        self.mode, self.width = mode, width
        self.page.emulate_media(color_scheme=mode)
        self.page.set_viewport_size({"width": width, "height": 800})

    def __str__(self):
        return f"{self.name}.html ({self.kind}, {self.mode}, {self.width} px)"

    @property
    def files(self):
        """The files of the site that it asked for."""
        found = {self.site.file(url) for url in self.requests}
        return {file for file in found if file and file.is_file()}


class Site:
    """The built site on disk and, under the path that it was built for, on a local server."""

    def __init__(self, folder):
        self.folder = folder
        # the 404 page answers at any depth, so it knows where the site will be served
        stylesheet = re.search(r'href="(/[^"]*?)_static/', (folder / "404.html").read_text())
        self.prefix = stylesheet[1] if stylesheet else "/"

    @contextmanager
    def served(self):
        class Handler(SimpleHTTPRequestHandler):
            def translate_path(handler, path):
                return str(self.file("http://host" + path) or self.folder / "no such file")

            def send_error(handler, code, *args):
                handler.send_response(code)
                handler.send_header("Content-Type", "text/html; charset=utf-8")
                handler.end_headers()
                handler.wfile.write((self.folder / "404.html").read_bytes())

            def log_message(handler, *args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=self.folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.host = f"http://127.0.0.1:{server.server_port}"
        yield self
        server.shutdown()

    def address(self, name, kind):
        if kind == "disk":
            return (self.folder / f"{name}.html").as_uri()
        return f"{self.host}{self.prefix}{name}.html"

    def file(self, url):
        """The file of the site behind an address; None for an address outside of the site."""
        parts = urlsplit(url)
        path = unquote(parts.path)
        if parts.scheme == "file":
            return Path(path)
        if not path.startswith(self.prefix):
            return None
        return self.folder / path.removeprefix(self.prefix)


# Most of a chapter's tags, and no test's matter: the insides of formulas, the colours of code.
INSIDE_MATH = re.compile(r"(<math\b[^>]*>).*?(</math>)", re.DOTALL)
COLOURED = re.compile(r'<span class="\w{1,3}">([^<]*)</span>')


@cache
def soup(file):
    """A page of the built site as a tree, which nobody may change, without what is in formulas."""
    text = INSIDE_MATH.sub(r"\1\2", COLOURED.sub(r"\1", file.read_text()))
    return BeautifulSoup(text, "html.parser")


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    if not (SITE / "404.html").exists():
        pytest.fail(f"no built book in {SITE}: run make book first")
    with Site(SITE).served() as served:
        yield served


@pytest.fixture(scope="session")
def browser():
    if chromium.find() is None:
        reason = "no Chromium or Chrome found: install one to check the pages in a browser"
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip)(reason)
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        yield browser
        browser.close()


def listening(page):
    """A page that keeps what is heard of it."""
    page.errors, page.requests = [], []

    def hear(message):
        if message.type == "error":
            page.errors.append(f"console: {message.text} ({message.location.get('url')})")

    page.on("console", hear)
    page.on("pageerror", lambda error: page.errors.append(f"uncaught: {error}"))
    page.on("request", lambda request: page.requests.append(request.url))
    return page


@pytest.fixture(scope="session")
def new_reader(browser):
    """An empty page of somebody who was never here.

    To open a window takes a browser longer than a chapter, so one is used again, unless something
    has failed in it.
    """
    spare = []

    @contextmanager
    def new_reader(mode="light", width=DESKTOP):
        page = spare.pop() if spare else listening(browser.new_context().new_page())
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=mode, reduced_motion="null", media="null")
        try:
            yield page
        except BaseException:
            page.context.close()
            raise
        origin = page.evaluate("location.origin").replace("null", "file://")
        page.goto("about:blank")  # what it stores when it is left is forgotten too
        page.mouse.move(0, 0)
        session = page.context.new_cdp_session(page)
        stored = {"origin": origin, "storageTypes": "local_storage"}
        session.send("Storage.clearDataForOrigin", stored)
        session.detach()
        page.errors.clear()
        page.requests.clear()
        spare.append(page)

    return new_reader


@pytest.fixture(scope="session")
def visit_page(site, new_reader):
    """Open a page as a first-time reader."""

    @contextmanager
    def visit_page(name, kind="http", mode="light", width=DESKTOP):
        with new_reader(mode, width) as page:
            yield Visit(page, site, name, kind, mode, width)

    return visit_page


TREES = {f"test_{name}.py" for name in ("landing", "links", "reading", "reference", "search")}


class ByWhatIsShared(LoadScopeScheduling):
    """A worker takes one page, or a whole file of tests, which share what is dear.

    That is JupyterLab, or the explorers' empty pages, or all pages as trees: long files go first.
    """

    def _split_scope(self, nodeid):
        file = nodeid.split("::")[0].rpartition("/")[2]
        if file in TREES:
            return "trees"
        return nodeid if file == "test_pages.py" else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByWhatIsShared(config, log)


def pytest_generate_tests(metafunc):
    """Give tests the pages they ask for: each of the book as it is opened, or each chapter.

    Or each of the book's own, which are bound to an anatomy (tests/contents.py).
    """
    if "opening" in metafunc.fixturenames:
        ways = [(name, *how) for name in PAGES + MADE_BY_SPHINX for how in openings(name)]
        metafunc.parametrize("opening", ways, ids=["-".join(map(str, way)) for way in ways])
    if "page_name" in metafunc.fixturenames:
        metafunc.parametrize("page_name", PAGES)
    if "chapter" in metafunc.fixturenames:
        metafunc.parametrize("chapter", CHAPTERS)
    if "own_chapter" in metafunc.fixturenames:
        metafunc.parametrize("own_chapter", contents.OWN)
