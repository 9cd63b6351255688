"""Notebooks are executed ahead of their pages, on all cores.

MyST-NB executes a notebook when Sphinx reads its page, one after the other. Here those that the
cache lacks start before the first page is read, and where MyST-NB would execute one it waits for
the result. What it does with it remains its own: the cache, the outputs, the report of an error.

jupyter-cache can execute in parallel by itself ("local-parallel"). But it keeps only what succeeds,
so MyST-NB would execute a notebook that fails once more, to report it.
"""

import json
import os
import time
import traceback
from multiprocessing.pool import ThreadPool
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from jupyter_client.kernelspec import NoSuchKernel
from myst_nb.core.execute import cache as myst_nb_cache
from myst_nb.core.read import standard_nb_read
from nbclient.exceptions import DeadKernelError
from sphinx.errors import ExtensionError
from sphinx.util import logging

logger = logging.getLogger(__name__)

STARTED = {}


def key(notebook, folder):
    """All that an execution starts from: a notebook saved during the build is another one."""
    return json.dumps(notebook), str(folder)


def holds(cache, notebook):
    try:
        return bool(cache.match_cache_notebook(notebook))
    except KeyError:
        return False


def missing(paths, cache):
    """The notebooks that the cache does not hold, each with its path."""
    notebooks = [(path, standard_nb_read(path.read_text(encoding="utf-8"))) for path in paths]
    return [(path, notebook) for path, notebook in notebooks if not holds(cache, notebook)]


def start(app, env, docnames):
    """Start to execute what the cache lacks, large files first: a short one fills up the end."""
    config = env.mystnb_config
    if config.execution_mode != "cache":
        return
    paths = [Path(env.doc2path(docname)) for docname in docnames]
    notebooks = [path for path in paths if path.suffix == ".ipynb"]
    notebooks.sort(key=lambda path: path.stat().st_size, reverse=True)
    # These threads end with an interrupted build; those of concurrent.futures would work on.
    pool = ThreadPool(os.cpu_count())
    for path, notebook in missing(notebooks, get_cache(config.execution_cache_path)):
        place = key(notebook, path.parent)
        STARTED[place] = pool.apply_async(execute, (path, notebook, config))
    pool.close()


def execute(path, notebook, config):
    """Execute a notebook in place, as MyST-NB would, and say when it begins and ends."""
    logger.info("%s: begins", path.stem)
    begin = time.perf_counter()
    try:
        result = single_nb_execution(
            notebook,
            cwd=str(path.parent),
            allow_errors=config.execution_allow_errors,
            timeout=config.execution_timeout,
            meta_override=True,
        )
    except Exception as error:  # no cell's: else the build would break off, and end others halfway
        seconds = time.perf_counter() - begin
        result = ExecutionResult(notebook, str(path.parent), seconds, error, explained(path, error))
    # Widgets of a kernel that is gone, under names that differ from run to run.
    result.nb.metadata.pop("widgets", None)
    end = f"fails in {failing(result.nb)}" if result.err else "ends"
    logger.info("%s: %s after %.1f seconds", path.stem, end, result.time)
    return result


def explained(path, error):
    """Why a notebook ended in no cell of its own, and what helps."""
    if isinstance(error, NoSuchKernel):
        return (
            f"It asks for the kernel {error.name!r}, which is not here: make notebooks "
            f"NB={'/'.join(path.parts[-2:])} saves it with the book's own"
        )
    if isinstance(error, DeadKernelError):
        return "Its kernel died, as it does where memory is short"
    return "".join(traceback.format_exception(error))


def failing(notebook):
    """The number, counted from 1, and the id of the cell that ended in an error."""
    for number, cell in enumerate(notebook.cells, 1):
        if any(output.output_type == "error" for output in cell.get("outputs", [])):
            return f"cell {number} ({cell.get('id', 'no id')})"
    return "no cell that is known"


def take(notebook, cwd, **options):
    """Stand where MyST-NB executes a notebook: wait for the one that was started."""
    started = STARTED.pop(key(notebook, cwd), None)
    if started is None:
        return single_nb_execution(notebook, cwd, **options)
    result = started.get()
    notebook.update(result.nb)
    return result


def setup(app):
    if not hasattr(myst_nb_cache, "single_nb_execution"):
        raise ExtensionError("MyST-NB executes notebooks elsewhere now: in parallel by itself?")
    myst_nb_cache.single_nb_execution = take
    app.connect("env-before-read-docs", start)
