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
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import sync_playwright
from sphinx_external_toc.parsing import parse_toc_yaml

import chromium

ROOT = Path(__file__).parents[2]
SITE = Path(os.environ.get("BOOK_SITE", ROOT / "_build" / "html")).resolve()
PAGES = list(parse_toc_yaml(ROOT / "_toc.yml"))
CHAPTERS = [page for page in PAGES if page.startswith("chapters/")]
MADE_BY_SPHINX = ["search", "genindex", "404", "_modules/convkit/convolution"]

DESKTOP = 1280


class Visit:
    """A page open in the browser, and what was heard while it loaded."""

    def __init__(self, context, site, name, kind):
        self.name, self.kind, self.site = name, kind, site
        self.errors, self.requests = [], []
        self.page = context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(site.address(name, kind))
        self.page.evaluate("window.MathJax?.startup?.promise")

    def _hear(self, message):
        if message.type == "error":
            self.errors.append(f"console: {message.text} ({message.location.get('url')})")

    def __str__(self):
        return f"{self.name}.html ({self.kind})"

    @contextmanager
    def wide(self, width):
        """Look at the page at this width, with everything that folds unfolded."""
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        self.page.wait_for_timeout(400)  # the theme looks for scrolling boxes 300 ms after a resize
        yield self.page
        self.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")
        self.page.set_viewport_size({"width": DESKTOP, "height": 800})


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


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    if not (SITE / "404.html").exists():
        pytest.fail(f"no built book in {SITE}: run make book first")
    with Site(SITE).served() as served:
        yield served


@pytest.fixture(scope="session")
def pages():
    return PAGES


@pytest.fixture(scope="session")
def browser():
    if chromium.find() is None:
        reason = "no Chromium or Chrome found: install one to check the pages in a browser"
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip)(reason)
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def visit_page(site, browser):
    """Open a page as a first-time reader."""

    @contextmanager
    def visit_page(name, kind="http", mode="light"):
        viewport = {"width": DESKTOP, "height": 800}
        context = browser.new_context(viewport=viewport, color_scheme=mode)
        yield Visit(context, site, name, kind)
        context.close()

    return visit_page


# One visit serves all the tests that only look: pytest groups them by parameter.
@pytest.fixture(scope="session")
def visit(request, visit_page):
    with visit_page(*request.param) as visit:
        yield visit


@pytest.fixture(scope="session")
def dressed(request, visit_page):
    name, mode = request.param
    with visit_page(name, mode=mode) as visit:
        yield visit


def pytest_generate_tests(metafunc):
    """Give tests their pages: `visit` and `dressed` every page, `page_name` the contents'."""
    every = PAGES + MADE_BY_SPHINX

    def give(fixture, values, label, **how):
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, values, ids=map(label, values), **how)

    ways = [(name, kind) for name in every for kind in ("http", "disk")]
    ways.remove(("404", "disk"))  # a server's answer, never opened from disk
    modes = [(name, mode) for name in every for mode in ("light", "dark")]
    give("visit", ways, "-".join, indirect=True, scope="session")
    give("dressed", modes, "-".join, indirect=True, scope="session")
    give("page_name", PAGES, str)
    give("chapter", CHAPTERS, str)
