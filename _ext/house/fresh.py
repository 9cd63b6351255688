"""Pages are as fresh as the code they run and the data they read.

jupyter-cache looks at a notebook's cells alone, so an edit in convkit, or in a file that lies
beside a chapter, would leave old outputs on the pages. Here each state of these files has a cache
of its own. Another state is another folder, so another value of `nb_execution_cache_path`, at which
Sphinx reads every page anew; back at a former state, its outputs are still there.

As a program it prints the state, for `make notebooks`.
"""

import hashlib
import shutil
import sys
from pathlib import Path

CODE = ("convkit/**/*.py", "convkit/**/*.js", "convkit/**/*.css", "requirements.txt")
FOLDERS = ("chapters", "back", "data")
PAGES = (".ipynb", ".md", ".pyc")
KEEP = 3


def beside(root, folders=FOLDERS):
    """The files beside the notebooks, data and helper modules: all that is no page."""
    for folder in folders:
        for path in Path(root, folder).rglob("*"):
            hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
            if path.is_file() and not hidden and path.suffix not in PAGES:
                yield path


def fingerprint(root):
    """A short name for the state of all that a notebook's outputs depend on besides itself."""
    code = {path for pattern in CODE for path in Path(root).glob(pattern)}
    digest = hashlib.sha256()
    for path in sorted({*code, *beside(root)}):
        for part in (path.relative_to(root).as_posix().encode(), path.read_bytes()):
            digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()[:12]


def prune(caches, keep=KEEP):
    """Remove all but the last used caches."""
    oldest_first = sorted(Path(caches).iterdir(), key=lambda cache: cache.stat().st_mtime)
    for cache in oldest_first[:-keep]:
        shutil.rmtree(cache)


def choose_cache(app, config):
    caches = Path(app.outdir).parent / ".jupyter_cache"
    cache = caches / fingerprint(app.srcdir)
    cache.mkdir(parents=True, exist_ok=True)
    cache.touch()
    prune(caches)
    config.nb_execution_cache_path = str(cache)


def setup(app):
    app.connect("config-inited", choose_cache)


if __name__ == "__main__":
    print(fingerprint(sys.argv[1]))
