"""The notebooks that a learner opens: what becomes of the text, the cells and the files."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import elsewhere
import publish

sys.path.insert(0, str(Path(__file__).parents[1] / "_ext"))

from house import checks, made, plain, repository


class Words(plain.Book):
    """A book of which nobody has to be asked."""

    def __init__(self):
        pass

    def role(self, page, source):
        return f"<{source.partition('`')[2].strip('`')}>"

    def number(self, page, source):
        return "Fig. 3.2" if "numref" in source else "(3.2)"

    def goal(self, here, goal):
        return goal.replace(".md", ".html")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a {term}`stride` of 2", "a <stride> of 2"),
        ("`{term}` and ``{eq}`x` `` are code", "`{term}` and ``{eq}`x` `` are code"),
        ("the set `{i}` and {eq}`eq-a`.", "the set `{i}` and <eq-a>."),
        ("$a_{i}$ {numref}`f`", "$a_{i}$ <f>"),
        ("$$ y = x . $$ (eq-a)", "$$ y = x . \\tag{3.2} $$"),
        ("$$\ny = x\n$$ (eq-a)", "$$\ny = x \\tag{3.2}\n$$"),
        ("> $$\n> y\n> $$ (eq-a)", "> $$\n> y \\tag{3.2}\n> $$"),
        ("$$ y $$", "$$ y $$"),
        ("One.\n\n<!-- told -->\n\nTwo.", "One.\n\nTwo."),
        ("[`a` and $b$](x.md#c)", "[`a` and $b$](x.html#c)"),
        ("[{term}`word`](x.md)", "[<word>](x.html)"),
        ("```md\n{term}`x` <!-- a -->\n```", "```md\n{term}`x` <!-- a -->\n```"),
        ("costs $5", "costs $5"),
    ],
)
def test_markdown_is_what_any_notebook_shows(text, read):
    assert " ".join(Words().plain("page", text).split()) == " ".join(read.split())


@pytest.mark.parametrize(
    "text",
    [
        "a {term}`word`",
        "```{note}\nx\n```",
        ":::{tip}\nx\n:::",
        "> ```{explorer} Edges\n> ```",
        "(label)=\n# Title",
        "$$ x $$ (eq-x)",
        "{{ run_online }}",
        "[words](x.html){.button}",
        "<!-- answer: 3 -->",
    ],
)
def test_what_no_notebook_understands_is_found(text):
    assert plain.leftovers(text)


@pytest.mark.parametrize(
    "text", ["$$ (Ax)_i = 0 $$", "`{term}` and ``{eq}`x` ``", "$\\{x\\}$, $a_{i}$", "a `b`{c}"]
)
def test_code_and_formulas_are_not_taken_for_markup(text):
    assert not plain.leftovers(text)


@pytest.mark.parametrize(
    ("predict", "answer"),
    [
        ("> **Predict.** How many? <!-- answer: 4 -->", "`4`"),
        ("> **Predict.** How many?\n>\n> <!-- answer: about 0.4 -->", "about `0.4`"),
        ("> **Predict.** Which? <!-- answer: 0.25 or 25 -->", "`0.25`"),
        ('> **Predict.** What? <!-- answer: "the padding" -->', "the padding"),
        ("> **Predict.** Is it? <!-- answer: (a) 2; (b) yes -->", "(a) `2`; (b) yes"),
        ("> **Predict.** Which?\n>\n> - like `\\`\n> - like\n>   `/` <!-- answer -->", "like `/`"),
        ("> **Predict.** What do you think?", None),
    ],
)
def test_the_answer_of_a_predict_is_folded_under_it(predict, answer):
    text = Words().plain("page", f"Before.\n\n{predict}\n\nAfter.")
    assert "<!--" not in text
    assert text.startswith("Before.\n\n> **Predict.**")
    assert text.endswith("\n\nAfter.")
    folded = re.search(
        r"> <details>\n> <summary>Answer</summary>\n>\n> (.*)\n>\n> </details>", text
    )
    assert (folded and folded[1]) == answer


def test_citations_read_as_author_and_year():
    said = 'Zhang *et al.* ([2019](u "t")), Li (2020) and (([Yu, 2016](v))'
    linked = plain.AUTHOR_YEAR.sub(plain.ONE_LINK, said)
    assert linked == '[Zhang *et al.* (2019)](u "t"), Li (2020) and (([Yu, 2016](v))'


# Exercises

CHECK = """\
hidden = 7


def sealed(x):
    return x + hidden


bias = ...     # a number
parts = {"a": ..., "b": ...}

expected = hidden
check(bias, expected, "what does it answer to 0?")
more = ...
check(more, 3)"""


def test_an_answer_has_a_cell_of_its_own():
    before, answers, rest = checks.parts_of_check(CHECK)
    assert before.startswith("hidden = 7")
    assert before.endswith("return x + hidden")
    assert answers == 'bias = ...     # a number\nparts = {"a": ..., "b": ...}\nmore = ...'
    assert rest.splitlines()[0] == "expected = hidden"
    assert "..." not in rest
    assert checks.parts_of_check("check(1, 1)") == ("", "", "check(1, 1)")


def test_what_a_check_computed_is_known_without_answers_and_judgement():
    setup = checks.setup_of_check(CHECK)
    assert setup.startswith("hidden = 7\n\n\ndef sealed(x):")
    assert setup.endswith("expected = hidden")


@pytest.mark.parametrize(
    ("later", "solution", "lost"),
    [
        ("expected = 3", "check(4, expected)", True),
        ("[expected for expected in ()]", "check(4, expected)", False),
        ("def f():\n    expected = 3", "check(4, expected)", False),
        ("expected = 3", "print(sealed(2))", False),
        ("hidden = 3", "print(sealed(2))", True),  # which the function reads
        ("import x as expected", "check(4, expected)", True),
    ],
)
def test_a_solution_computes_anew_what_a_later_exercise_overwrote(later, solution, lost):
    assert checks.lost(checks.setup_of_check(CHECK), [later], solution) == lost


# Cells


def code(name, source, *tags, outputs=(), **mystnb):
    metadata = {"tags": list(tags)} | ({"mystnb": mystnb} if mystnb else {})
    return new_code_cell(source, id=name, metadata=metadata, outputs=list(outputs))


def text(name, source, **metadata):
    return new_markdown_cell(source, id=name, metadata=metadata)


def source():
    """A notebook of the book with a figure, an exercise and its solution in code and in words."""
    drawn = new_output("display_data", {"text/plain": "<Figure>"})
    figure = {"figure": {"caption": "A {term}`line`.", "name": "fig-line"}, "image": {"alt": "—"}}
    ask = {"code_prompt_show": "In the notebook"}
    told = {"code_prompt_show": "Solution 1, measured"}
    cells = [
        text("title", "# Lines"),
        code("imports", "import numpy as np", "imports"),
        code("plot", "plot()", "hide-input", outputs=[drawn], **figure),
        text("ex1", "## Exercises\n\n### Exercise 1: How `long` is a {term}`line`?\n\nIt is so."),
        code("check", "a = ...\n\nb = 2\ncheck(a, b)", "hide-input", **ask),
        text("words", "In words.", tags=["solution"]),
        code("solved", "# Solution 1, measured\nprint(b)", "hide-cell", **told),
        text("ex2", "### Exercise 2: How wide?"),
        code("check2", "a = ...\nb = 3\ncheck(a, b)", "hide-input", **ask),
        text("reading", "## Further reading"),
    ]
    return new_notebook(cells=cells)


def executed():
    nb = source()
    nb.cells[2].outputs[0].data["image/png"] = PNG
    return nb


PNG = (  # one pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def notebook():
    first = new_code_cell("first", id="convkit")
    nb = made.Maker(Words(), "chapters/lines").make(source(), executed(), first)
    nbformat.validate(nb)
    return {cell.id: cell for cell in nb.cells}


def test_cells_are_in_the_order_of_a_learner(notebook):
    assert list(notebook) == [
        *("title", "convkit", "imports", "plot", "plot-caption", "ex1", "check-answer", "check"),
        *(
            "ex2",
            "check2-answer",
            "check2",
            "reading",
            "solutions",
            "solution-1",
            "words",
            "solved",
        ),
    ]
    counts = [cell.execution_count for cell in notebook.values() if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


def test_a_figure_has_its_picture_and_its_caption_below(notebook):
    (output,) = notebook["plot"].outputs
    assert output.data["image/png"].strip() == PNG
    assert output.metadata["image/png"] == {"width": 1, "alt": "—"}
    assert notebook["plot-caption"].source == "**Fig. 3.2.** A <line>."


def said(*outputs):
    return [output.get("text") or dict(output.data) for output in outputs]


def test_texts_are_those_of_the_last_run_unless_the_page_put_out_html():
    """The data beside a chapter may have changed since its source was saved."""
    stored = [new_output("stream", text="2.4\n"), new_output("execute_result", {"text/plain": "4"})]
    now = [new_output("stream", text="2.6\n"), new_output("execute_result", {"text/plain": "6"})]
    cell = code("read", "print(x)\ny", outputs=stored)
    fresh = made.outputs(cell, code("read", cell.source, outputs=now), "")
    assert said(*fresh) == ["2.6\n", {"text/plain": "6"}]
    asks = new_output("display_data", {"text/html": "<ask-question>", "text/plain": "HTML"})
    kept = made.outputs(cell, code("read", cell.source, outputs=[asks, now[1]]), "")
    assert said(*kept) == said(*stored)


def test_what_the_page_folds_is_folded_in_lab_and_in_colab(notebook):
    for name, title in {
        "imports": "Imports",
        "plot": "Code",
        "check": "Is it right?",
        "solved": "Solution 1, measured",
    }.items():
        cell = notebook[name]
        assert cell.metadata["jupyter"]["source_hidden"]
        assert cell.metadata["cellView"] == "form"
        assert cell.source.splitlines()[0] == f"# @title {title}"
    assert notebook["solved"].metadata["jupyter"]["outputs_hidden"]
    assert "jupyter" not in notebook["check-answer"].metadata
    assert notebook["check-answer"].source == "# Your answer\na = ..."


def test_an_exercise_and_its_solution_lead_to_each_other(notebook):
    assert notebook["ex1"].source.endswith("[Solution 1](#Solution-1)")
    assert "### Solution 1\n" in notebook["solution-1"].source
    assert "](#Exercise-1:-How-long-is-a-%3Cline%3E?)" in notebook["solution-1"].source
    assert "Solution" not in notebook["ex2"].source


def test_a_solution_is_not_misled_by_a_later_exercise(notebook):
    lines = notebook["solved"].source.splitlines()
    assert lines == [
        *("# @title Solution 1, measured", "# As in the exercise", "b = 2"),
        *("", "# The solution", "print(b)"),
    ]


def test_the_first_cell_installs_what_colab_lacks():
    sources = ["import torch, os\nimport numpy.linalg", "from distributed import Client"]
    cell = made.first_cell("https://github.com/a/b", "main", sources)
    assert '"convkit": "convkit[explorers] @ git+https://github.com/a/b@main"' in cell.source
    assert '"distributed": "distributed"' in cell.source
    assert "torch" not in cell.source
    assert "%pip install" in cell.source
    nowhere = made.first_cell("", "main", sources).source
    assert "%pip" not in nowhere
    assert "pip install '.[explorers]'" in nowhere


def test_the_first_cell_installs_only_what_is_missing():
    """As IPython runs it: `%pip` hears what is missing."""
    source = made.first_cell("https://github.com/a/b", "main", ["import no_such_package"]).source
    asked = []
    exec(source.replace("%pip install --quiet {missing}", "asked.append(missing)"), locals())
    assert asked == ['"no_such_package"']


def test_the_first_cell_fetches_what_a_notebook_reads_beside_it(tmp_path):
    """On Colab the notebook comes alone; no file's name is taken for a package of that name."""
    texts = {"helper.py": "import deep\nimport yaml", "deep.py": "", "other.py": "import absent"}
    files = [tmp_path / name for name in (*texts, "marks.csv", "unread.csv")]
    for file in files:
        file.write_text(texts.get(file.name, ""))
    sources = ["%matplotlib inline\nimport helper", "open('marks.csv')", "!ls", "for"]
    cell = made.first_cell("https://github.com/a/b", "main", sources, "chapters", files).source
    assert "for name in ['deep.py', 'helper.py', 'marks.csv']:" in cell
    assert "https://github.com/a/b/raw/notebooks/chapters/{name}" in cell
    assert '"yaml": "yaml"' in cell
    assert not re.search('"(helper|deep|absent)":', cell)
    ast.parse(cell.replace("%pip install --quiet {missing}", "pass"))


@pytest.mark.parametrize("source", ["%%time\nanswer = ...", "%matplotlib inline", "!ls", "a = ("])
def test_what_only_ipython_reads_is_left_as_it_is(source):
    """And so is what nothing can read: the build has named the cell."""
    assert checks.parts_of_check(source) == ("", "", source)
    assert checks.setup_of_check(source) == ""
    assert not checks.lost("a = 1", [source], "a")


# Files


def test_notebooks_that_a_reader_changed_are_kept(tmp_path):
    def build(*notebooks, before):
        return made.save(tmp_path, notebooks, before)

    def held():
        return {path.name: path.read_text() for path in tmp_path.rglob("*.ipynb")}

    first = build(("a.ipynb", "1"), ("b.ipynb", "1"), ("c.ipynb", "1"), before={})
    (tmp_path / "a.ipynb").write_text("mine")
    (tmp_path / "c.ipynb").write_text("mine")
    same = build(("a.ipynb", "1"), ("b.ipynb", "1"), ("c.ipynb", "1"), before=first)
    assert held() == {"a.ipynb": "mine", "b.ipynb": "1", "c.ipynb": "mine"}
    build(("a.ipynb", "2"), ("b.ipynb", "2"), before=same)
    assert held() == {
        **{"a.ipynb": "2", "a-yours.ipynb": "mine"},
        **{"b.ipynb": "2", "c-yours.ipynb": "mine"},
    }


def git(folder, *arguments):
    return subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


def test_notebooks_are_published_on_a_branch_of_their_own(tmp_path, monkeypatch):
    remote, folder = tmp_path / "remote.git", tmp_path / "made"
    git(tmp_path, "init", "--bare", "--quiet", str(remote))
    (folder / "chapters").mkdir(parents=True)
    (folder / "README.md").write_text("# The notebooks")
    (folder / "chapters" / "a.ipynb").write_text("{}")
    (folder / "chapters/data").mkdir()
    (folder / "chapters/data/marks.csv").write_bytes(b"\xff")
    for left in (".ipynb_checkpoints", "__pycache__"):
        (folder / "chapters" / left).mkdir()
        (folder / "chapters" / left / "a.ipynb").write_text("{}")
    monkeypatch.setattr(publish, "MADE", folder)
    assert "are on the branch notebooks" in publish.publish(str(remote))
    listed = git(remote, "ls-tree", "-r", "--name-only", "notebooks").split()
    assert listed == [
        *("README.md", "binder/requirements.txt", "binder/runtime.txt", "chapters/a.ipynb"),
        "chapters/data/marks.csv",
    ]
    needed = git(remote, "show", "notebooks:binder/requirements.txt")
    assert re.search(rf"^convkit\[explorers\] @ git\+{remote}@[0-9a-f]{{40}}$", needed, re.M)
    assert "-e ." not in needed
    assert "already" in publish.publish(str(remote))
    (folder / "chapters" / "a.ipynb").rename(folder / "chapters" / "b.ipynb")
    publish.publish(str(remote))
    assert "a.ipynb" not in git(remote, "ls-tree", "-r", "--name-only", "notebooks")
    assert git(remote, "rev-list", "--count", "notebooks").strip() == "2"


@pytest.mark.parametrize(
    ("url", "there"),
    [
        (
            "https://mybinder.org/v2/gh/a/b/feature/x?urlpath=lab/tree/chapters/c.ipynb",
            "https://mybinder.org/v2/gh/a/b/notebooks?urlpath=lab/tree/chapters/c.ipynb",
        ),
        (
            "https://colab.research.google.com/github/a/b/blob/feature/x/chapters/c.ipynb",
            "https://colab.research.google.com/github/a/b/blob/notebooks/chapters/c.ipynb",
        ),
        (
            "https://h.edu/hub/user-redirect/git-pull?repo=https://x/a/b&branch=feature/x",
            "https://h.edu/hub/user-redirect/git-pull?repo=https://x/a/b&branch=notebooks",
        ),
    ],
)
def test_launch_buttons_open_the_made_notebooks(url, there):
    assert repository.MADE == publish.BRANCH
    buttons = [{"label": "launch-buttons", "buttons": [{"url": url, "text": "Here"}]}]
    context = {"header_buttons": buttons, "body": "<h1>A</h1>"}
    theme = SimpleNamespace(html_theme_options={"repository_branch": "feature/x"})
    repository.offer_launch(SimpleNamespace(config=theme), "a", "", context, object())
    assert f'href="{there.replace("&", "&amp;")}"' in context["body"]


def test_nothing_is_made_where_nothing_changed(tmp_path, monkeypatch):
    """Another edition, other versions of pages, another address: each makes them anew."""
    config = SimpleNamespace(html_theme_options={}, html_baseurl="")
    env = SimpleNamespace(all_docs={"a": 1})
    builder = SimpleNamespace(format="html")
    app = SimpleNamespace(config=config, env=env, builder=builder, outdir=tmp_path / "html")
    app.warned, calls = {"a"}, []
    monkeypatch.setattr(made, "make", lambda app: calls.append(1) or [("a.ipynb", "x")])
    made.write(app, None)
    assert not calls, "a page has a fault"
    app.warned.clear()
    made.write(app, None)
    made.write(app, None)
    assert len(calls) == 1
    assert (tmp_path / "notebooks" / "a.ipynb").read_text() == "x"
    config.html_baseurl = "https://x.org/"
    made.write(app, None)
    env.all_docs = {"a": 2}
    made.write(app, None)
    (tmp_path / "notebooks" / "a.ipynb").unlink()
    made.write(app, None)
    assert len(calls) == 4
    assert json.loads((tmp_path / ".notebooks.json").read_text())["made"].keys() == {"a.ipynb"}


# Elsewhere


def ran(kind, text, **data):
    output = new_output(kind, data={"text/plain": text} | data)
    return new_code_cell("cell", outputs=[output], id="cell")


@pytest.mark.parametrize(
    ("run", "agrees"),
    [
        (ran("execute_result", "Stride(k=3): all are read."), True),
        (ran("execute_result", "Stride(k=4): all are read."), False),
        (ran("display_data", "Stride(k=3)", **{elsewhere.WIDGET: {}}), True),
        (ran("display_data", "Matrix(k=3)", **{elsewhere.WIDGET: {}}), False),
        (new_code_cell("cell"), False),
    ],
)
def test_a_run_elsewhere_is_compared_with_what_a_notebook_holds(run, agrees):
    held = ran("execute_result", "Stride(k=3): all are read.")
    found = list(elsewhere.differences(new_notebook(cells=[held]), new_notebook(cells=[run])))
    assert (not found) == agrees
