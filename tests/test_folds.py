"""What a page folds, in a small book of one notebook."""

import io
import re
import sys
from pathlib import Path

import contents
import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parents[1] / "_ext"))

from house import folds


def printing(text, *tags):
    outputs = [new_output("stream", text=text)] if text else []
    return new_code_cell("check(6)", metadata={"tags": tags}, outputs=outputs)


def build(folder, *cells):
    """Build a book of these cells; return its page and what Sphinx warned of."""
    (folder / "conf.py").write_text(
        "extensions = ['myst_nb', 'house.folds', 'house.callouts']\n"
        "nb_execution_mode = 'off'\nnb_render_markdown_format = 'myst'\n"
        "html_theme = 'basic'\nmyst_enable_extensions = ['dollarmath']\n"
    )
    language = {"language_info": {"name": "python", "pygments_lexer": "python"}}
    nb = new_notebook(cells=[new_markdown_cell("# A chapter"), *cells], metadata=language)
    nbformat.write(nb, folder / "index.ipynb")
    warnings = io.StringIO()
    places = (folder, folder, folder / "out", folder / "trees")
    Sphinx(*places, "html", status=None, warning=warnings).build()
    page = (folder / "out/index.html").read_text()
    return BeautifulSoup(page, "html.parser"), warnings.getvalue()


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    bundle = {"text/plain": "n\n-\n7", "text/markdown": "| $n$ | m |\n| ---: | :--- |\n| 7 | a |"}
    result = new_output("execute_result", bundle, execution_count=1)
    page, warnings = build(
        tmp_path_factory.mktemp("book"),
        new_code_cell("import numpy as np", metadata={"tags": ["imports"]}),
        printing("agrees with PyTorch: 24 cases, x < 2\n", "check"),
        printing("7\n", "hide-input"),
        printing("shown\n"),
        new_code_cell("table(rows)", outputs=[result]),
        new_markdown_cell("## Summary\n\n> **Summary**\n>\n> - All of it.\n\n> **Predict.** What?"),
    )
    assert not warnings
    return page


def test_imports_are_one_quiet_line(page):
    details = page.select_one("details.imports")
    assert details.summary.text == "Imports"
    assert "import numpy" in details.text
    assert not details.has_attr("open")


def test_a_check_is_the_line_that_it_prints(page):
    details = page.select_one("details.check")
    assert details.summary.text == "agrees with PyTorch: 24 cases, x < 2"
    assert "check(6)" in details.text
    assert page.text.count("agrees with PyTorch") == 1


def test_the_code_of_a_figure_folds_and_its_output_stays(page):
    details = page.select_one("details.code")
    assert "check(6)" in details.text
    assert "7" not in details.text
    assert details.find_previous_sibling("div", class_="cell_output").text.strip() == "7"


def test_a_table_is_a_table(page):
    table = page.select_one(".cell_output table")
    assert [head.text.strip() for head in table("th")] == [r"\(n\)", "m"]
    number, words = table("td")
    assert "text-right" in number["class"]
    assert "text-right" not in words["class"]


def test_a_box_does_not_repeat_the_heading_above_it(page):
    assert page.select_one(".admonition.summary").text.strip() == "All of it."
    assert "Predict" in page.select_one(".admonition.predict").text


@pytest.mark.parametrize("text", ["", "one\ntwo\n", "x" * 73])
def test_a_check_that_is_not_one_short_line_is_named(tmp_path, text):
    _, warnings = build(tmp_path, printing("7\n"), printing(text, "check"))
    assert re.search(r"ipynb:3\d+: .*a cell tagged check prints one line of at most", warnings)


@pytest.mark.parametrize("name", [n for n in contents.ALL if contents.path(n).exists()])
def test_the_checks_of_a_chapter_are_stored_as_lines(name):
    """Which the build would tell too, after some minutes."""
    for cell in nbformat.read(contents.path(name), as_version=4).cells:
        if "check" in cell.metadata.get("tags", []):
            text = "".join(output.get("text", "") for output in cell.outputs)
            assert folds.is_line(text), f"{cell.id} prints {text!r}"
