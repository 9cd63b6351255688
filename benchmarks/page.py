"""Weigh and time chapters of the book beside the same ones in an untouched Jupyter Book 1.

    make book && python benchmarks/page.py

A reader opens a chapter with nothing cached, and then another one. Counted is what a server was
asked for and what it sent with gzip. Times run from the start of the navigation, in Chromium with
the processor throttled to a quarter, as on a phone: once with the files at no distance, once on the
line that Lighthouse calls slow 4G. They are medians, and the two books take turns.

paint        the first text or picture is shown (First Contentful Paint)
math         every formula is set, in an untouched book by MathJax; fonts may still be on their way
slider       moving the first slider changes what is shown; a script tries every 20 ms
interactive  the page has loaded, all of these are reached, and the last task of more than 50 ms
             has ended: three seconds follow without one

One local server has both books and, under names of their own, the files of the CDNs. What it costs
to look up and greet further hosts is so not counted, to the advantage of the book with CDNs.
"""

import contextlib
import statistics
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

import untouched

import chromium
import sent

SITE = Path(__file__).parents[1] / "_build" / "html"
# The chapters with one explorer each, which one widget can stand for.
CHAPTERS = ("chapters/why_convolution", "chapters/banded_matrix")
ROUNDS = 5
THROTTLE = 4
# Lighthouse's mobileSlow4G: a request waits 562.5 ms, and 1.6 Mbit/s less a tenth come in.
SLOW_4G = {"offline": False, "latency": 562.5, "downloadThroughput": 1.6 * 1024**2 / 8 * 0.9}
LINES = {"no distance": None, "slow 4G": SLOW_4G | {"uploadThroughput": 750 * 1024 / 8 * 0.9}}
TIMES = ("paint", "math", "slider", "interactive")

# In each book: its slider, how to move it, and what shows that it was moved.
BOOKS = {
    "convkit": """{
        slider: () => document.querySelector('[data-explorer] input[type=range]'),
        move: slider => {
            slider.stepUp();
            slider.dispatchEvent(new Event('input', { bubbles: true }));
        },
        shown: slider => slider.closest('[data-explorer]').textContent,
    }""",
    "untouched": """{
        slider: () => document.querySelector('.widget-vbox .noUi-handle'),
        move: slider => slider.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' })),
        shown: slider => slider.closest('.widget-vbox').querySelector('input[type=number]').value,
    }""",
}
WATCH = """book => {
    const seen = window.seen = { work: 0 };
    const observe = (type, see) => new PerformanceObserver(list => list.getEntries().forEach(see))
        .observe({ type, buffered: true });
    observe('paint', ({ name, startTime }) => { seen[name] = startTime; });
    observe('longtask', task => { seen.work = task.startTime + task.duration; });
    addEventListener('load', () => { seen.load = performance.now(); });
    addEventListener('DOMContentLoaded', async () => {
        await window.MathJax?.startup.promise;
        if (document.querySelector('math, mjx-container')) seen.math = performance.now();
    });
    const trial = setInterval(() => {
        const slider = book.slider(), before = slider && book.shown(slider);
        if (!slider) return;
        book.move(slider);
        if (book.shown(slider) === before) return;
        seen.slider = performance.now();
        clearInterval(trial);
    }, 20);
    seen.quiet = () => {
        const { math, slider, load, work, 'first-contentful-paint': paint } = seen;
        Object.assign(seen, { paint, interactive: Math.max(paint, math, slider, load, work) });
        return performance.now() - seen.interactive > 3000;
    };
}"""


class Handler(SimpleHTTPRequestHandler):
    """Sends files with gzip and lets browsers keep them for ten minutes, as GitHub Pages does."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        host = self.headers["Host"].split(".localhost")[0]
        file = self.server.sites[host] / unquote(urlsplit(self.path).path).lstrip("/")
        found = file.is_file()
        body = sent.body(file) if found else b""
        self.server.log.append((host, file, len(body), file.stat().st_size if found else 0))
        self.send_response(200 if found else 404)
        if found and sent.is_text(file):
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", self.guess_type(file.name))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def serve(sites):
    """Serve folders, {name: folder}, as http://NAME.localhost."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.sites, server.log = sites, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def address(server, host):
    return f"http://{host}.localhost:{server.server_port}"


def read(browser, server, book, line):
    """Read the chapters one after the other as a first-time reader; return what each took."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(f"({WATCH})({BOOKS[book]})")
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    if line:
        session.send("Network.emulateNetworkConditions", line)
    visits = []
    for chapter in CHAPTERS:
        server.log.clear()
        page.goto(f"{address(server, book)}/{chapter}.html", timeout=180_000)
        page.wait_for_function("seen.quiet()", timeout=180_000, polling=200)
        visits.append(page.evaluate("seen") | counts(server.log))
    context.close()
    check_complete(asked, server)
    return visits


def check_complete(asked, server):
    """End if a page asked for what the CDNs have and we have not."""
    local = tuple(address(server, host) for host in server.sites)
    missing = [url for url in asked if not url.startswith((*local, "data:", "blob:"))]
    missing += [file for host, file, *_ in server.log if host not in BOOKS and not file.is_file()]
    if missing:
        sys.exit(f"There is no stand-in for {', '.join(map(str, missing))}")


def counts(log):
    """Add up what a page asked for, without the icon of the tab: a browser asks for it at will."""
    log = [entry for entry in log if entry[1].stem != "favicon"]
    hosts, _, sizes, unpacked = zip(*log, strict=True)
    return {
        "kB sent": sum(sizes) / 1000,
        "kB unpacked": sum(unpacked) / 1000,
        "requests": len(log),
        "hosts": len(set(hosts)),
    }


def row(name, visits, key, unit=1, digits=0):
    """One line of the table: medians of both books and their ratio."""
    ours, theirs = (statistics.median(v[key] for v in visits[book]) / unit for book in BOOKS)
    ratio = f"{ours / theirs:.2f}"
    return f"| {name} | {ours:,.{digits}f} | {theirs:,.{digits}f} | {ratio} |"


def table(results):
    """Print what results, {line: [{book: [visit of each chapter]}]}, come to."""
    print("| | convkit | untouched | ratio |\n| --- | ---: | ---: | ---: |")
    for i, title in enumerate(["First page", "Second page"]):
        chosen = {
            line: {book: [r[book][i] for r in rounds] for book in BOOKS}
            for line, rounds in results.items()
        }
        print(f"| **{title}** | | | |")
        for key in ("kB sent", "kB unpacked", "requests", "hosts"):
            print(row(key, chosen["no distance"], key))
        for line, visits in chosen.items():
            for key in TIMES:
                print(row(f"{key}, s, {line}", visits, key, unit=1000, digits=2))


def main() -> None:
    if not (SITE / f"{CHAPTERS[0]}.html").exists():
        sys.exit(f"There is no built book in {SITE}: run make book first.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = untouched.build(CHAPTERS, Path(folder))
        cdn = untouched.fetch_cdn_files(site)
        browser = chromium.launch(playwright)
        with serve({"convkit": SITE, "untouched": site, **cdn}) as server:
            untouched.redirect(site, cdn, partial(address, server))
            results = {
                line: [{b: read(browser, server, b, limit) for b in BOOKS} for _ in range(ROUNDS)]
                for line, limit in LINES.items()
            }
        browser.close()
    table(results)


if __name__ == "__main__":
    main()
