"""Pages are as fresh as the code they run.

jupyter-cache looks at a notebook's cells alone, so an edit in convkit would leave old outputs on
the pages. Here each state of the code has a cache of its own. Another state is another folder, so
another value of `nb_execution_cache_path`, at which Sphinx reads every page anew; back at a former
state, its outputs are still there.
"""

import hashlib
import shutil
from pathlib import Path

SOURCES = ("convkit/**/*.py", "convkit/**/*.js", "convkit/**/*.css", "requirements.txt")
KEEP = 3


def fingerprint(root):
    """A short name for the state of all that a notebook's outputs depend on besides itself."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in SOURCES for path in Path(root).glob(pattern)}):
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
