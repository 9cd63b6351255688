"""The book's notebooks are executed ahead of their pages: in parallel, once, errors told."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx.errors import ExtensionError

import notebooks

sys.path.insert(0, str(Path(__file__).parents[1] / "_ext"))

from house import ahead

CONF = f"""
import os, sys
sys.path.insert(0, {str(Path(ahead.__file__).parents[1])!r})
os.cpu_count = lambda: 2
extensions = ["myst_nb", "house.ahead"]
exclude_patterns = ["out", "jupyter_execute"]
nb_execution_mode = "cache"
nb_execution_cache_path = "out/cache"
nb_execution_show_tb = True
nb_output_stderr = "warn"
"""
NOTE = "from pathlib import Path; print('once', file=Path('runs-{name}').open('a'))"


class Book:
    """A book of some notebooks, each of which notes in its folder that it runs."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "conf.py").write_text(CONF)
        (folder / "index.md").write_text("# Book\n\n```{toctree}\n:glob:\nchapters/*\n```\n")
        (folder / "chapters").mkdir()

    def write(self, name, code):
        cells = [NOTE.format(name=name), code]
        nb = new_notebook(cells=[new_markdown_cell(f"# {name}"), *map(new_code_cell, cells)])
        nb.metadata = notebooks.NOTEBOOK_METADATA
        nbformat.write(nb, self.folder / f"chapters/{name}.ipynb")

    def build(self):
        """Read every page; what the last build left is the cache."""
        options = ["-W", "--keep-going", "-E", "-b", "dummy"]
        command = [sys.executable, "-m", "sphinx", *options, ".", "out"]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True)

    def runs(self, name):
        """How often a notebook has run."""
        noted = self.folder / f"chapters/runs-{name}"
        return len(noted.read_text().splitlines()) if noted.exists() else 0


def test_notebooks_run_side_by_side_and_once(tmp_path):
    book = Book(tmp_path)
    for name, other in ["ab", "ba"]:
        book.write(name, wait_for(other))
    done = book.build()
    assert done.returncode == 0, done.stderr
    assert all(f"{name}: {what}" in done.stdout for name in "ab" for what in ("begins", "ends"))

    book.write("a", "'changed'")
    assert book.build().returncode == 0
    assert (book.runs("a"), book.runs("b")) == (2, 1)


def wait_for(other):
    return (
        "import time; end = time.monotonic() + 30\n"
        f"while not Path('runs-{other}').exists():\n"
        "    assert time.monotonic() < end; time.sleep(0.1)"
    )


def test_a_failing_cell_fails_the_build_and_is_told(tmp_path):
    book = Book(tmp_path)
    book.write("good", "6 * 7")
    book.write("bad", "portions = 1 / 0")
    done = book.build()
    assert done.returncode == 1
    for part in ["chapters/bad.ipynb: WARNING", "portions = 1 / 0", "ZeroDivisionError"]:
        assert part in done.stderr
    assert "good.ipynb" not in done.stderr
    assert "bad: fails" in done.stdout
    assert (book.runs("good"), book.runs("bad")) == (1, 1)


def test_what_a_cell_writes_to_stderr_warns_from_the_cache_too(tmp_path):
    book = Book(tmp_path)
    book.write("loud", "import warnings; warnings.warn('careful')")
    for _ in range(2):
        done = book.build()
        assert done.returncode == 1
        assert "WARNING: stderr was found in the cell outputs of cell 3" in done.stderr
    assert book.runs("loud") == 1


class Pool:
    """Stands for a pool of threads, and writes down what it should execute."""

    def __init__(self):
        self.names = []

    def apply_async(self, function, arguments):
        self.names.append(arguments[0].stem)

    def close(self):
        ahead.STARTED.clear()


@pytest.mark.parametrize(("mode", "order"), [("cache", ["b", "c", "a"]), ("off", [])])
def test_large_notebooks_begin_first_if_any_are_executed(tmp_path, monkeypatch, mode, order):
    book = Book(tmp_path)
    for name, size in [("a", 1), ("b", 300), ("c", 30)]:
        book.write(name, "#" * size)
    pool = Pool()
    monkeypatch.setattr(ahead, "ThreadPool", lambda cores: pool)
    config = SimpleNamespace(execution_mode=mode, execution_cache_path=tmp_path / "cache")
    files = {"index": "index.md", **{name: f"chapters/{name}.ipynb" for name in "abc"}}
    env = SimpleNamespace(mystnb_config=config, doc2path=lambda name: str(tmp_path / files[name]))
    ahead.start(None, env, list(files))
    assert pool.names == order


class Ready:
    """A result that is there."""

    def __init__(self, result):
        self.get = lambda: result


def test_the_result_of_another_state_is_not_taken(monkeypatch):
    monkeypatch.setattr(ahead, "single_nb_execution", lambda nb, cwd, **options: "executed now")
    read = new_notebook(cells=[new_code_cell("6 * 7")])
    ahead.STARTED[ahead.key(read, "chapters")] = Ready("the one that was started")
    saved = new_notebook(cells=[new_code_cell("6 * 9")])
    assert ahead.take(saved, "chapters", timeout=1) == "executed now"
    assert ahead.take(read, "elsewhere", timeout=1) == "executed now"
    del ahead.STARTED[ahead.key(read, "chapters")]


def test_myst_nb_must_execute_where_we_stand(monkeypatch):
    monkeypatch.delattr(ahead.myst_nb_cache, "single_nb_execution")
    with pytest.raises(ExtensionError):
        ahead.setup(None)
