"""The reference has an entry for every public name, and every entry is complete."""

import doctest
import inspect
import itertools
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpydoc.docscrape import ClassDoc, FunctionDoc

import convkit as ck

sys.path.insert(0, str(Path(__file__).parents[1] / "_ext"))

from house import docstrings

ROOT = Path(__file__).parents[1]
WIDEST_EXAMPLE = 78  # characters; a longer line scrolls sideways on a screen of 1280 pixels
PAGES = sorted(ROOT.glob("api/*.md"))


def is_module(name):
    return isinstance(getattr(ck, name), ModuleType)


PUBLIC = sorted(
    [name for name in ck.__all__ if not is_module(name)]
    + [f"explorers.{name}" for name in ck.explorers.__all__]
    + ["testing.assert_agree", "testing.check"]
)


def resolve(name):
    """Return the object that a name like "testing.assert_agree" stands for in convkit."""
    thing = ck
    for part in name.split("."):
        thing = getattr(thing, part)
    return thing


def entries(page):
    """Names with an entry on a page of the reference, as seen from convkit."""
    found, module = [], "convkit"
    text = page.read_text(encoding="utf-8")
    for directive, name in re.findall(r"^\.\. (\w+):: ([\w.]+)", text, re.MULTILINE):
        if directive == "currentmodule":
            module = name
        elif directive in ("autofunction", "autoclass"):
            full = name if name.startswith("convkit.") else f"{module}.{name}"
            found.append(full.removeprefix("convkit."))
    return found


def listed(page):
    """Names in the tables of a page, in order."""
    text = page.read_text(encoding="utf-8")
    tables = re.findall(r"autosummary::\n   :nosignatures:\n\n((?:   [\w.]+\n)+)", text)
    return "".join(tables).split()


ALL_ENTRIES = [name for page in PAGES for name in entries(page)]


def test_every_public_name_has_one_entry():
    inside = [name for name in ALL_ENTRIES if not name.startswith("algorithms.")]
    assert sorted(inside) == PUBLIC


def test_the_index_lists_every_entry_in_the_order_of_the_pages():
    index = ROOT / "api" / "index.md"
    order = re.findall(r"^## \[.+\]\((\w+\.md)\)$", index.read_text(encoding="utf-8"), re.M)
    assert sorted(order) == [page.name for page in PAGES if page != index]
    on_pages = [name for page in order for name in entries(index.with_name(page))]
    assert listed(index) == [name for name in on_pages if not name.startswith("algorithms.")]


def docstring(name):
    """Read the docstring of a public name as numpydoc does."""
    thing = resolve(name)
    if inspect.isclass(thing):
        return ClassDoc(thing, config={"show_class_members": False})
    return FunctionDoc(thing)


def members(section):
    """Names that a section explains; one line may explain several."""
    return [name for entry in section for name in entry.name.split(", ")]


FUNCTIONS = [name for name in PUBLIC if inspect.isfunction(resolve(name))]


@pytest.mark.parametrize("name", PUBLIC)
def test_summary_is_one_sentence(name):
    summary = " ".join(docstring(name)["Summary"])
    assert re.fullmatch(r"[A-Z][^\n]*\.", summary), summary
    assert inspect.getdoc(resolve(name)).splitlines()[1:2] in ([], [""]), "takes two lines"


@pytest.mark.parametrize("name", PUBLIC)
def test_docstring_explains_each_argument_in_order(name):
    thing = resolve(name)
    explained = members(docstring(name)["Parameters"])
    fields = getattr(thing, "_fields", None)  # of a named tuple, each with its own docstring
    if name.startswith("explorers."):  # all by name, in any order
        assert sorted(", ".join(explained).split(", ")) == sorted(thing.limits())
    else:
        assert explained == ([] if fields else list(inspect.signature(thing).parameters))
    assert all(inspect.getdoc(getattr(thing, field)) for field in fields or ())


def in_2d(name):
    """The function of the same family for two axes, if this one is for one or three."""
    other = re.sub(r"[13]d", "2d", name)
    return other if other != name else None


@pytest.mark.parametrize("name", FUNCTIONS)
def test_docstring_has_every_section_or_says_where_it_stands(name):
    doc = docstring(name)
    sections = ["Raises", "Examples"]
    if inspect.signature(resolve(name)).return_annotation not in (None, "None"):
        sections += ["Returns", "References"]
    missing = {section for section in sections if not doc[section]}
    if in_2d(name) and missing:
        assert f":func:`{in_2d(name)}`" in " ".join(doc["Extended Summary"])
        missing -= {"Raises", "References"}
    assert not missing


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if in_2d(name)])
def test_a_family_tells_its_formula_once(name):
    """The function for two axes has it; the others may add how they differ."""
    assert ".. math::" in inspect.getdoc(resolve(in_2d(name)))
    assert ".. math::" not in inspect.getdoc(resolve(name))


def examples(name):
    """Doctests of an entry, in the namespace that the pages promise."""
    namespace = {other: resolve(other) for other in PUBLIC if "." not in other}
    namespace |= {"np": np, name.rpartition(".")[2]: resolve(name)}
    return doctest.DocTestFinder(recurse=False).find(resolve(name), name, globs=namespace)


@pytest.mark.parametrize("name", [*FUNCTIONS, "Layer"])
def test_examples_run_with_the_imports_of_the_reference(name):
    (found,) = examples(name)
    assert found.examples
    assert doctest.DocTestRunner().run(found).failed == 0


@pytest.mark.parametrize("name", [*FUNCTIONS, "Layer"])
def test_examples_fit_beside_the_contents_of_a_page(name):
    (found,) = examples(name)
    lines = inspect.cleandoc(found.docstring).splitlines()
    prompts = [i for i, line in enumerate(lines) if line.startswith(">>> ")]
    blocks = [itertools.takewhile(str.strip, lines[i:]) for i in prompts]
    assert [line for block in blocks for line in block if len(line) > WIDEST_EXAMPLE] == []


def test_the_reference_states_these_imports():
    index = (ROOT / "api" / "index.md").read_text(encoding="utf-8")
    assert "```python\nimport numpy as np\nfrom convkit import *\n```" in index
    assert "from convkit.testing import assert_agree" in (ROOT / "api" / "testing.md").read_text()


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ('    R. M. Gray, "Toeplitz"', r'    \R. M. Gray, "Toeplitz"'),
        ("x (N, C, *S), result (N, *S_out)", r"x (N, C, \*S), result (N, \*S_out)"),
        (r"x (N, C, \*S)", r"x (N, C, \*S)"),
        ("``(N, C, *S)`` and (C, *S)", r"``(N, C, *S)`` and (C, \*S)"),
        ("on *each* side, *Each* side, 2 * C", "on *each* side, *Each* side, 2 * C"),
    ],
)
def test_plain_text_in_docstrings_is_no_markup(line, kept):
    assert docstrings.escaped(line) == kept
