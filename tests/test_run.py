"""What brings Python to the pages: its files, and how cells run (here without a browser)."""

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZipFile

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "_ext"))

from house import run
from house.run import files, site

ROOT = Path(__file__).parents[1]
BROWSER = ROOT / "_ext/house/run/browser"
SETTING = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]["pyodide"]


# --- Pyodide's files ------------------------------------------------------------------------------


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def package(name, *depends):
    content = name.encode()
    return {"file_name": f"{name}.whl", "sha256": sha256(content), "depends": list(depends)}


LOCK = {"packages": {"scipy": package("scipy", "numpy"), "numpy": package("numpy")}}
LOCK["packages"]["pandas"] = package("pandas", "numpy")
CARRIED = {files.LOCK: json.dumps(LOCK).encode(), "scipy.whl": b"scipy", "numpy.whl": b"numpy"}
PINNED = {"version": "1", "sha256": {files.LOCK: sha256(CARRIED[files.LOCK])}}


class Carrier:
    """A source with some files, which notes what it was asked for."""

    __name__ = "from_test"

    def __init__(self, contents):
        self.contents, self.asked = contents, []

    def __call__(self, version, names):
        self.asked += names
        for name in names:
            if name not in self.contents:
                raise OSError("no such file")
            yield name, self.contents[name]


@pytest.fixture
def get(tmp_path, monkeypatch):
    """Get SciPy's files from some sources; what was said on the way is in `get.said`."""

    def get(*sources):
        monkeypatch.setattr(files, "SOURCES", sources)
        return files.pyodide(PINNED, ["scipy"], tmp_path, get.said.append) / files.FOLDER

    get.said = []
    return get


def names(folder):
    return {file.name for file in folder.iterdir()}


def test_what_a_package_needs_is_fetched_once(get):
    source = Carrier(CARRIED)
    assert names(get(source)) == {files.LOCK, "scipy.whl", "numpy.whl"}
    get(source)
    assert sorted(source.asked) == sorted(CARRIED), "a file that was there was asked for again"


def test_a_source_without_an_answer_is_followed_by_the_next(get):
    assert names(get(Carrier({}), Carrier(CARRIED))) == CARRIED.keys()


@pytest.mark.parametrize("name", CARRIED)
def test_a_file_that_is_not_what_the_lock_says_is_refused(get, name):
    wrong = Carrier(CARRIED | {name: b"something else"})
    with pytest.raises(files.Unavailable, match=name):
        get(wrong)
    assert any(said.startswith(f"refused {name}") for said in get.said)
    assert names(get(wrong, Carrier(CARRIED))) == CARRIED.keys()


def test_a_file_of_the_cache_that_was_changed_is_fetched_again(get):
    folder = get(Carrier(CARRIED))
    (folder / "numpy.whl").write_bytes(b"half a f")
    get(Carrier(CARRIED))
    assert (folder / "numpy.whl").read_bytes() == b"numpy"


def test_without_a_source_the_book_is_built_without_the_button(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(files, "SOURCES", [Carrier({})])
    monkeypatch.setattr(run, "CACHE", tmp_path)
    said = []
    monkeypatch.setattr(run.logger, "info", lambda *parts: said.append(parts[0] % parts[1:]))
    config = SimpleNamespace(pyodide=PINNED, html_static_path=[], run_megabytes=0)
    run.bring_python(SimpleNamespace(outdir=tmp_path / "html"), config)
    assert said == [
        'The pages have no "Run this page": no source has pyodide-lock.json of Pyodide 1'
    ]
    assert not config.html_static_path
    assert offered("<div class='cell'>", megabytes=0) == "<div class='cell'>"


def test_the_setting_pins_all_of_pyodide_itself():
    core = {"pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", files.LOCK}
    assert SETTING["sha256"].keys() == core


# --- The site -------------------------------------------------------------------------------------

CELLS = (
    '<p>text</p><div class="cell a"><p>no code</p></div><div class="cell b"><i class="cell_input">'
)


def offered(body, megabytes=50):
    app = SimpleNamespace(config=SimpleNamespace(run_megabytes=megabytes))
    app.add_js_file = app.add_css_file = lambda name: None
    context = {"body": body}
    run.offer(app, "page", "page.html", context, None)
    return context["body"]


def test_the_buttons_come_before_the_first_cell_with_code():
    before, after = offered(CELLS).split('<run-page data-megabytes="50"></run-page>')
    assert before.endswith("no code</p></div>")
    assert after.strip().startswith('<div class="cell b">')
    assert offered("<p>no cell</p>") == "<p>no cell</p>"


def test_the_lock_of_the_site_has_what_the_site_has():
    lock = site.only(LOCK | {"info": "kept"}, ["scipy"])
    assert lock["packages"].keys() == {"scipy", "numpy"}
    assert lock["packages"]["numpy"]["file_name"] == "../pyodide/numpy.whl"
    assert lock["info"] == "kept"


def test_the_archive_has_convkit_and_joins_no_script():
    with ZipFile(io.BytesIO(site.python(ROOT))) as archive:
        assert archive.read("convkit/explorers/ready/stride.js") == b""
        assert {"convkit/__init__.py", "session.py", "anywidget.py"} <= set(archive.namelist())
        assert {file.date_time[0] for file in archive.infolist()} == {1980}, "it changes each time"


def test_what_lies_beside_the_chapters_goes_with_them(tmp_path):
    (tmp_path / "chapters").mkdir()
    for name in ("marks.csv", "helper.py", "a.ipynb"):
        (tmp_path / "chapters" / name).write_text(name)
    with ZipFile(io.BytesIO(site.beside(tmp_path))) as archive:
        assert archive.namelist() == ["chapters/helper.py", "chapters/marks.csv"]


# --- Cells ----------------------------------------------------------------------------------------


def results(*cells):
    """Run cells in a session of their own and return what became of each."""
    code = "import json, sys; import session\nfor n, cell in enumerate(json.load(sys.stdin), 1):\n"
    code += "    print(session.run(n, cell), file=sys.__stdout__)"
    command = [sys.executable, "-c", code]
    path = {"PYTHONPATH": f"{BROWSER}:{ROOT}"}
    done = subprocess.run(
        command, input=json.dumps(cells), capture_output=True, text=True, env=path
    )
    assert not done.stderr, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_cell_prints_and_returns():
    first, second = results("print('a', end='')\nprint('b')\nx = [1]\nx", "x.append(2); print(x)")
    assert first["state"] == "ok"
    assert first["outputs"] == [{"stream": "stdout", "text": "ab\n"}, {"text/plain": "[1]"}]
    assert second["outputs"][0]["text"] == "[1, 2]\n"


def test_arrays_show_no_dtype_where_they_have_none_elsewhere():
    show = "import session; session.settle()\nimport numpy as np\nnp.array([1, 2], np.int64)"
    (result,) = results(show)
    assert result["outputs"][0]["text/plain"] == "array([1, 2])"


def test_figures_come_as_they_are_drawn():
    plot = "import matplotlib.pyplot as plt\nplt.figure(figsize=(2, 1))\n_ = plt.plot([1, 2])\n"
    (result,) = results(f"{plot}plt.show()\nprint('below')\n{plot}")
    kinds = ["image/png" if "image/png" in out else out["text"] for out in result["outputs"]]
    assert kinds == ["image/png", "below\n", "image/png"]
    assert 150 < result["outputs"][0]["width"] < 250


def test_a_table_and_an_explorer_come_as_the_page_shows_them():
    cells = (
        "from convkit import plotting\nplotting.table([[1, 2]], ['a', '$b$'])",
        "import convkit as ck\nck.explorers.Stride(s=3)",
        "from convkit.testing import check\ncheck(..., 3, 'count them')",
    )
    table, explorer, question = (result["outputs"][0] for result in results(*cells))
    assert table["text/markdown"].splitlines()[0] == "| a | $b$ |"
    assert 'data-explorer="stride"' in explorer["text/html"]
    assert question["text"] == "not answered yet\n", "the page asks already"


@pytest.mark.parametrize(
    "cell",
    [
        "import torch\ntorch.ones(3)",
        "from torch import ones",
        "x = t + 1",
        "import ipywidgets as widgets\nwidgets.IntSlider()",
        "%timeit t + 1",
        "if t:\n    !ls",
        "%%time\nt + 1",
    ],
)
def test_a_cell_that_needs_what_is_absent_keeps_its_output(cell):
    before = "import torch.nn.functional as F, torch\nfrom distributed import Client"
    *_, result = results(before, "t = 1", "print(t)\nt = F.relu(torch.ones(3))", cell)
    assert result["state"] == "kept"
    assert result["needs"] in ("PyTorch", "t", "Jupyter’s kernel")


def test_how_jupyter_shows_figures_is_passed_over():
    configured, printed = results("%matplotlib inline\n%config a.b = 1\nx = 1", "print(x)")
    assert (configured["state"], printed["outputs"][0]["text"]) == ("ok", "1\n")


def test_what_a_stopped_cell_would_have_changed_stops_those_that_use_it():
    stopped = (
        "try:\n    torch.ones(3)\nexcept Exception:\n    pass\nx[0] = 2\nrows.append(1)\ny = 3"
    )
    _, kept, *uses = results(
        "import torch\nx, rows, y, other = [1], [], 1, 5",
        stopped,
        "x",
        "len(rows)",
        "y + 1",
        "other",
    )
    assert (kept["state"], kept["line"]) == ("kept", 1)
    assert [use["state"] for use in uses] == ["kept", "kept", "kept", "ok"]
    assert [use["needs"] for use in uses[:3]] == ["x", "rows", "y"]


def test_an_error_shows_the_lines_of_cells_and_nothing_below():
    cells = (
        "import convkit as ck\ndef layer(x):\n    return ck.conv1d(x, [1, 2])",
        "print('before')\nlayer([1.0])",
        "for",
    )
    _, deep, grammar = results(*cells)
    assert deep["state"] == grammar["state"] == "error"
    assert deep["outputs"] == [{"stream": "stdout", "text": "before\n"}]
    *places, message = deep["error"].splitlines()
    assert places == ["Cell 2, line 2:", "    layer([1.0])", *deep["error"].splitlines()[2:4]]
    assert places[2:] == ["Cell 1, line 3, in layer:", "    return ck.conv1d(x, [1, 2])"]
    assert message.startswith("ValueError: ")
    assert 'File "cell 3", line 1' in grammar["error"]
    assert "session" not in deep["error"] + grammar["error"]


def test_a_cell_finds_what_lies_beside_its_notebook(tmp_path):
    (tmp_path / "helper.py").write_text("two = 2")
    enter = f"import session; session.enter({str(tmp_path)!r})"
    _, found = results(enter, "import helper\nprint(open('helper.py').read(), helper.two)")
    assert found["outputs"] == [{"stream": "stdout", "text": "two = 2 2\n"}]


def test_what_a_cell_imports_is_known_before_it_runs(tmp_path):
    code = "import json, needed, sys; print(json.dumps(needed.imports(sys.stdin.read())))"

    for name, text in {"helper": "import deeper, helper", "deeper": "import scipy"}.items():
        (tmp_path / f"{name}.py").write_text(text)

    def imports(source):
        done = subprocess.run(
            [sys.executable, "-c", code],
            input=source,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={"PYTHONPATH": str(BROWSER)},
        )
        return set(json.loads(done.stdout).splitlines())

    assert imports("import numpy as np\nx = np.ones(3)") == {"import numpy as np"}
    assert imports("if x:\n    from sklearn import datasets") == {"from sklearn import datasets"}
    assert imports("import convkit as ck") >= {"import numpy", "import scipy"}
    assert "import matplotlib" in imports("from convkit import plotting")
    assert "import traitlets" in imports("ck.explorers.Flip()")
    assert "import scipy" in imports("from helper import two")
    assert imports("%matplotlib inline\nimport scipy") == {"import scipy"}
    assert imports("for") == set()
