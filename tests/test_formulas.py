"""Formulas are drawn while the book is built: what comes out, what a fault does, the font."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from fontTools.ttLib import TTFont
from math_core import LatexError
from nbformat.v4 import new_markdown_cell, new_notebook

sys.path.insert(0, str(Path(__file__).parents[1] / "_ext"))

from house import formula_font, formulas

CONF = f"""
import sys
sys.path.insert(0, {str(Path(formulas.__file__).parents[1])!r})
extensions = ["myst_nb", "house.formulas", "house.formula_font"]
exclude_patterns = ["out"]
myst_enable_extensions = ["amsmath", "dollarmath"]
math_numfig = False
"""
INDEX = """# Book

```{toctree}
other
```

A ratio $\\frac{\\alpha}{2}$ and the sum {eq}`total`.

$$ \\small y = \\sum_i x_i $$ (total)

```{eval-rst}
.. math::

   a &= 1 \\\\
   b &= 2
```

\\begin{align}
c &= \\text{gap}
\\end{align}
"""


def drawn(tex, display=False):
    """What is drawn, without the TeX behind it."""
    return re.sub("<annotation.*?</annotation>", "", formulas.mathml(tex, display))


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"\frac{a}{b}", "<mfrac><mi>a</mi><mi>b</mi></mfrac>"),
        (r"\small x", "<mi>x</mi>"),
        (r"\sum_{\substack{i\\j}} x", "<mtable"),
        (r"\begin{align}a&=b\end{align}", "<mtable"),
        ("a &= 1 \\\\ b &= 2", "<mtable"),
        (r"x'", "<mo>′</mo>"),
        (r"\overline{ab}", '<mo class="bar">‾</mo></mover>'),
        (r"\hat w\odot\hat x", '<mo largeop="false"'),
        (r"\bigl(x\bigr)^2", "<msup><mrow><mo minsize"),
        (r"a<b", "<mo>&lt;</mo>"),
    ],
)
def test_what_is_drawn(tex, shown):
    assert shown in drawn(tex, display=True)


def test_the_tex_stands_behind_the_formula():
    assert r'<annotation encoding="application/x-tex">x&lt;\frac12</annotation>' in formulas.mathml(
        r"x<\frac12", False
    )


@pytest.mark.parametrize("tex", [r"\fraction{a}{b}", r"\frac{a}{", r"a_b_c", r"\begin{matrix}a"])
def test_a_fault_is_refused(tex):
    with pytest.raises(LatexError):
        formulas.mathml(tex, False)


def test_characters_are_those_of_formulas_with_the_letters_that_browsers_slant():
    formula = formulas.mathml(r"x < \alpha h", False)
    found = formula_font.characters([f"<p>β Q</p>{formula}"])
    assert found >= set("xαh<√") | {"𝑥", "𝛼", "ℎ"}
    assert not found & set("βQ\\&;")


def build(folder):
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-j", "2"]
    return subprocess.run([*command, folder, folder / "out"], capture_output=True, text=True)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A built book of two pages."""
    folder = tmp_path_factory.mktemp("book")
    (folder / "conf.py").write_text(CONF)
    (folder / "index.md").write_text(INDEX)
    (folder / "other.md").write_text("# Other\n\nThe angle $\\theta$.\n")
    done = build(folder)
    assert done.returncode == 0, done.stderr
    return folder


def font(folder):
    return folder / "out" / "_static" / "formulas.woff2"


def test_numbers_links_and_permalinks(book):
    page = (book / "out" / "index.html").read_text()
    assert '<a class="reference internal" href="#equation-total">(1)</a>' in page
    start = page.index('id="equation-total"')
    number = page[start : page.index("</math>", start)]
    assert '<span class="eqno">(1)<a class="headerlink" href="#equation-total"' in number
    assert " small-math" in page[start - 70 : start]
    assert page.count("<math") == 4
    assert not re.search("mathjax.*js|tex-", page, re.IGNORECASE)


def test_the_search_takes_no_tex_for_words(book):
    index = (book / "out" / "searchindex.js").read_text()
    assert '"ratio"' in index
    assert not re.search("alpha|frac|theta|small|gap", index)


def test_an_incremental_build_keeps_the_glyphs_of_all_pages(book):
    before = font(book).read_bytes()
    (book / "other.md").write_text("# Other\n\nThe angles $\\theta$ and $\\phi$.\n")
    done = build(book)
    assert done.returncode == 0, done.stderr
    glyphs = TTFont(font(book)).getBestCmap()
    assert {ord(char) for char in "𝛼𝜃𝜙∑"} <= glyphs.keys()
    assert ord("𝜓") not in glyphs
    (book / "other.md").write_text("# Other\n\nThe angle $\\theta$.\n")
    build(book)
    assert font(book).read_bytes() == before, "the same pages have another font"


def page(folder, text):
    (folder / "index.md").write_text(text)


def notebook(folder, text):
    cells = [new_markdown_cell("# Book"), new_markdown_cell(text)]
    nbformat.write(new_notebook(cells=cells), folder / "index.ipynb")


@pytest.mark.parametrize(
    ("write", "place"), [(page, r"index\.md:5: "), (notebook, r"index\.ipynb:2000[56]: ")]
)
def test_a_fault_stops_the_build_at_its_file_and_line(tmp_path, write, place):
    (tmp_path / "conf.py").write_text(CONF)
    write(tmp_path, "# Page\n\nGood $x$.\n\nBad $\\nosuch{x}$.\n")
    done = build(tmp_path)
    assert done.returncode != 0
    assert re.search(place, done.stderr)
    assert "nosuch{x}" in done.stderr
