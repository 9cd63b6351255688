"""The explorers at work on the pages, with no kernel behind them.

A page that is no notebook shows one by its name, in the state that is given:

    ```{explorer} Edges
    image: photo
    ```

While the book is built they are HTML with their state. A page that has some asks for the library
that they share and for their scripts, as many as it has room for; the library asks for the others
when a reader comes near. (A file in the sources' `_static` would be asked for by every page.)
"""

import gzip
import os
import re
import zlib

import yaml
from docutils import nodes
from docutils.parsers.rst import Directive

from convkit import explorers
from convkit.explorers import bundle

LIBRARY, FOLDER = "explorers.js", "explorers"
ROOM, GZIP_ROOM = 64_000, 25_000  # bytes of all scripts together
EXPLORER = re.compile(r'data-explorer="(\w+)"')


def serve_scripts(app, config):
    """Write the scripts where Sphinx takes static files from, and have the kernels show HTML."""
    os.environ[explorers.STATIC] = "static"
    scripts = app.outdir.parent / ".explorers" / "scripts"
    (scripts / FOLDER).mkdir(parents=True, exist_ok=True)
    (scripts / LIBRARY).write_text(bundle.library(), encoding="utf-8")
    for kind in explorers.ALL:
        text = bundle.script(kind.name())
        (scripts / FOLDER / f"{kind.name()}.js").write_text(text, encoding="utf-8")
    config.html_static_path.append(str(scripts))


def ask_for_scripts(app, pagename, templatename, context, doctree):
    names = dict.fromkeys(EXPLORER.findall(context.get("body", "")))
    if not names:
        return
    now, later = shared_out(names)
    addresses = [f"{FOLDER}/{name}.js?v={version(bundle.script(name))}" for name in later]
    more = {"data-later": " ".join(addresses)} if later else {}
    app.add_js_file(LIBRARY, loading_method="defer", **more)
    for name in now:
        app.add_js_file(f"{FOLDER}/{name}.js", priority=600, loading_method="defer")


def shared_out(names):
    """The explorers, in a page's order, whose scripts it has room for, and the others."""
    now, sizes = [], [sizes_of(bundle.library())]
    for name in names:
        sizes.append(sizes_of(bundle.script(name)))
        raw, packed = map(sum, zip(*sizes, strict=True))
        if raw > ROOM or packed > GZIP_ROOM:
            break
        now.append(name)
    return now, [name for name in names if name not in now]


def sizes_of(text):
    """Bytes as they are, and as a host with gzip sends them."""
    code = text.encode()
    return len(code), len(gzip.compress(code, 6))


def version(text):
    """The number that Sphinx gives to a script, so that a browser keeps one copy."""
    return f"{zlib.crc32(text.encode()):08x}"


class ShowExplorer(Directive):
    """An explorer as the page's own script will find it."""

    required_arguments = 1
    has_content = True

    def run(self):
        state = yaml.safe_load("\n".join(self.content)) or {}
        explorer = getattr(explorers, self.arguments[0])(**state)
        return [nodes.raw("", explorer.html(), format="html")]


def setup(app):
    app.add_directive("explorer", ShowExplorer)
    app.connect("config-inited", serve_scripts)
    app.connect("html-page-context", ask_for_scripts)
