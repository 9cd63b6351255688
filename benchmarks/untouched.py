"""The peer of page.py: some chapters as an untouched Jupyter Book 1 shows them, and its CDNs.

Of its settings only title, author, bibliography and the execution are given; the rest is Jupyter
Book's default. The chapters' explorers, which it would not know, give way to a slider of ipywidgets
that is linked to a number, so that it works without a kernel.

What the pages ask CDNs for comes from the npm registry, as what jsDelivr serves does, in the
versions that the pages name, and is laid out by host and path.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import nbformat

from convkit import explorers

ROOT = Path(__file__).parents[1]
CACHE = ROOT / "_build" / ".cdn"
SUPPORT = ["references.bib", "back/glossary.md", "back/notation.md", "back/bibliography.md"]

WIDGET = """
from ipywidgets import IntSlider, IntText, VBox, jslink
slider, number = IntSlider(value=3, min=1, max=8), IntText()
jslink((slider, "value"), (number, "value"))
VBox([slider, number])
""".strip()

CONFIG = """
title: The convkit chapters
author: The convkit authors
bibtex_bibfiles: [references.bib]
execute: {execute_notebooks: force, timeout: 120}
""".lstrip()

JSDELIVR = re.compile(r'"https://(cdn\.jsdelivr\.net/npm)/((?:@[\w-]+/)?[\w.-]+@[\w.]+)/')
REQUIREJS = re.compile(r'"https://(cdnjs\.cloudflare\.com/ajax/libs/require\.js)/([\d.]+)/')
INTEGRITY = re.compile(r' integrity="[^"]*"')


def build(chapters, folder):
    """Build the book of these chapters in an empty folder, and return where its pages are."""
    for name in SUPPORT:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for chapter in chapters:
        with_a_widget(chapter, folder)
    (folder / "_config.yml").write_text(CONFIG)
    (folder / "intro.md").write_text("# Chapters of convkit\n")
    files = [*chapters, *(name[:-3] for name in SUPPORT if name.endswith(".md"))]
    contents = {"format": "jb-book", "root": "intro", "chapters": [{"file": f} for f in files]}
    (folder / "_toc.yml").write_text(json.dumps(contents))
    run(Path(sys.executable).with_name("jupyter-book"), "build", folder)
    return folder / "_build" / "html"


def with_a_widget(chapter, folder):
    """Copy a chapter, with the widget in place of its one explorer."""
    notebook = nbformat.read(ROOT / f"{chapter}.ipynb", as_version=4)
    (cell,) = (c for c in notebook.cells if c.source.startswith("ck.explorers."))
    cell.source = WIDGET
    path = folder / f"{chapter}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, path)


def run(*command, **options):
    """Run a command in silence; if it fails, end with what it said."""
    # A chapter computes with explorers too: their state must not reach the pages.
    env = os.environ | {explorers.STATIC: "static"}
    done = subprocess.run(command, capture_output=True, text=True, env=env, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def unpack(package, folder):
    """Put a package of the npm registry, name@version, in the folder, unless it is there."""
    if folder.exists():
        return
    if not shutil.which("npm"):
        sys.exit(
            "This benchmark takes what CDNs serve from the npm registry: install Node with npm."
        )
    with tempfile.TemporaryDirectory() as place:
        run("npm", "pack", package, "--silent", cwd=place)
        (archive,) = Path(place).glob("*.tgz")
        with tarfile.open(archive) as tar:
            tar.extractall(place, filter="data")
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(Path(place, "package"), folder)


def minify_requirejs(version, folder):
    """Make require.min.js, which the package lacks, with the minifier that is part of it."""
    package = CACHE / f"requirejs@{version}"
    unpack(package.name, package)
    if not folder.exists():
        source = (
            f"baseUrl={package}",
            "paths.whole=require",
            "name=whole",
            "skipModuleInsertion=true",
        )
        run("node", package / "bin" / "r.js", "-o", *source, f"out={folder}/require.min.js")


def fetch_cdn_files(site):
    """Provide what the pages ask CDNs for; return {host: folder}."""
    text = "".join(page.read_text() for page in site.rglob("*.html"))
    for place, package in set(JSDELIVR.findall(text)):
        unpack(package, CACHE / place / package)
    for place, version in set(REQUIREJS.findall(text)):
        minify_requirejs(version, CACHE / place / version)
    hosts = {
        place.split("/")[0] for place, _ in {*JSDELIVR.findall(text), *REQUIREJS.findall(text)}
    }
    return {host: CACHE / host for host in hosts}


def redirect(site, hosts, address):
    """Have the pages ask address(host) where they ask a CDN's host."""
    for page in site.rglob("*.html"):
        text = INTEGRITY.sub("", page.read_text())  # of a file minified elsewhere
        for host in hosts:
            text = text.replace(f"https://{host}", address(host))
        page.write_text(text)
