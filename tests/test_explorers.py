"""Explorers in Python: their state and its limits, how they show, and the joined scripts."""

import html
import json
import re
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from bs4 import BeautifulSoup
from traitlets import TraitError

from convkit import explorers, plotting
from convkit.explorers import Stride, bundle
from convkit.explorers.traits import Numbers, Pair

EXPLORERS = pytest.mark.parametrize("explorer", explorers.ALL, ids=lambda kind: kind.name())

MODULE_BYTES, STATE_BYTES = 25_000, 12_500


# --- The state ---


@EXPLORERS
def test_state_is_what_a_page_can_read_back(explorer):
    state = explorer().state
    assert json.loads(json.dumps(state)) == state
    assert explorer(**state).state == state


@EXPLORERS
def test_values_beyond_the_limits_are_refused(explorer):
    for key, limit in explorer.limits().items():
        if "low" not in limit:
            wrong = ["nonsense", 7]
        else:
            extremes = [limit["low"] - 1, limit["high"] + 1]
            wrong = [[value] for value in extremes] if "sizes" in limit else extremes
            wrong += ["1", 1.5, None]
        for value in wrong:
            with pytest.raises(TraitError, match=f"'{key}'"):
                explorer(**{key: value})


@EXPLORERS
def test_an_unknown_argument_is_refused(explorer):
    with pytest.raises(TypeError, match=f"{explorer.__name__} has no speed; it takes .+, "):
        explorer(speed=1)


def test_a_pair_is_one_number_or_two():
    assert Stride(n=5).n == 5
    assert Stride(n=(3, np.int64(5))).n == [3, 5]
    for wrong in ([1, 2, 3], [5], [True, 3], True, "55", (0, 5), (5, 10), 2.0):
        with pytest.raises(TraitError, match="an integer from 1 to 9, or two of them"):
            Stride(n=wrong)


def test_a_smaller_table_fills_the_top_left_corner():
    default = np.array(Stride().x)
    x = Stride(x=[[7, 8], [9, -9]]).x
    assert np.array(x)[:2, :2].tolist() == [[7, 8], [9, -9]]
    np.testing.assert_array_equal(np.array(x)[2:], default[2:])
    for wrong in (np.zeros((10, 2), int), np.zeros((2, 2)), [[1], [2, 3]], [1], [[10]], [[]]):
        with pytest.raises(TraitError, match="at most 9 x 9 integers from -9 to 9"):
            Stride(x=wrong)


def test_a_trait_never_shares_its_list_with_another_figure():
    one, other = Stride(), Stride()
    assert one.x is not other.x
    assert isinstance(Stride.x, Numbers)
    assert isinstance(Stride.n, Pair)


@EXPLORERS
def test_reset_brings_back_what_the_figure_was_made_with(explorer):
    figure = explorer()
    made = figure.state
    key, limit = next(
        (k, v) for k, v in explorer.limits().items() if "low" in v and "sizes" not in v
    )
    setattr(figure, key, limit["low"] if made[key] != limit["low"] else limit["high"])
    assert figure.get_state()["_initial"] == made != figure.state


def test_a_change_is_observed_and_changes_the_output():
    seen = []
    figure = Stride(n=7, k=3, p=1, s=2)
    figure.observe(lambda change: seen.append(change["new"]), "s")
    figure.s = 3
    assert seen == [3]
    assert figure.output.shape == (3, 3)


# --- Live and in the book ---


@EXPLORERS
def test_in_a_notebook_it_is_a_widget_with_its_module(explorer):
    figure = explorer()
    data, _ = figure._repr_mimebundle_()
    assert set(data) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
    assert data["text/plain"] == f"{figure!r}: {figure.sentence()}"
    assert figure._esm == bundle.module(explorer.name())
    synced = figure.get_state()
    assert all(synced[key] == value for key, value in figure.state.items())


@EXPLORERS
def test_in_the_book_it_is_html_that_a_script_can_read(explorer, monkeypatch):
    monkeypatch.setenv(explorers.STATIC, "static")
    figure = explorer()
    assert figure.comm is None
    data = figure._repr_mimebundle_()
    place = BeautifulSoup(data["text/html"], "html.parser").find("div")
    assert place["data-explorer"] == explorer.name()
    assert json.loads(place["data-state"]) == figure.state
    assert json.loads(place["data-limits"]) == explorer.limits()
    assert place.find("p").text == figure.sentence()
    assert place.find("img")["alt"] == figure.sentence()


def test_at_build_no_widget_state_is_stored():
    """The page would carry every module again, as a widget's state."""
    program = """
import os; os.environ["CONVKIT_EXPLORERS"] = "static"
import convkit, ipywidgets
convkit.explorers.Stride()
print(len(ipywidgets.Widget.get_manager_state()["state"]))
"""
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "0"


@EXPLORERS
def test_the_still_figure_is_drawn_quietly_in_the_books_style(explorer, recwarn):
    with matplotlib.rc_context():
        plotting.use_style()
        assert explorer().html()
    assert not [str(warning.message) for warning in recwarn]


def test_words_in_the_state_are_no_markup(monkeypatch):
    monkeypatch.setattr(Stride, "sentence", lambda figure: "<script>alert('x')</script> \"&")
    text = Stride().html()
    assert "<script" not in text
    assert html.escape("<script>alert('x')</script> \"&") in text


# --- Bytes ---


@EXPLORERS
def test_a_live_module_is_light(explorer):
    assert len(bundle.module(explorer.name()).encode()) <= MODULE_BYTES


def test_three_explorers_on_a_page_carry_little_state():
    sizes = []
    for explorer in explorers.ALL:
        attributes = re.findall(r' data-(?:state|limits)="([^"]*)"', explorer().html())
        assert len(attributes) == 2
        sizes.append(sum(len(text.encode()) for text in attributes))
    assert sum(sorted(sizes)[-3:]) <= STATE_BYTES


def test_explorers_on_a_page_leave_each_others_looks_alone():
    """The style sheets of all of them hold for the whole page."""
    folder, classes = bundle.HERE, re.compile(r"\.(cx-\w+)")
    shared = set(classes.findall("".join(p.read_text() for p in folder.glob("lib/*.css"))))
    own = [set(classes.findall(sheet.read_text())) - shared for sheet in folder.glob("*.css")]
    assert len(set.union(*own)) == sum(map(len, own))
    for sheet in folder.glob("*.css"):  # what is the library's is changed within something own
        for selector in re.findall(r"^([^{}/@\n]+) \{", sheet.read_text(), re.MULTILINE):
            assert set(classes.findall(selector)) - shared, f"{sheet.name}: {selector}"


# --- Joining the modules ---


@pytest.fixture
def joined(tmp_path, monkeypatch):
    """Join an explorer, given as text, and a library file."""

    def joined(explorer, library="export const one = 1;\n"):
        (tmp_path / "lib").mkdir(exist_ok=True)
        for name, text in {
            "figure.js": explorer,
            "lib/kit.js": library,
            "lib/page.js": "start();\n",
            "lib/kit.css": ".cx { color: red; }\n",
        }.items():
            (tmp_path / name).write_text(text)
        monkeypatch.setattr(bundle, "HERE", tmp_path)
        module, library, script = (
            getattr(bundle, name).__wrapped__ for name in ("module", "library", "script")
        )
        return module("figure"), library(), script("figure")

    return joined


RENDER = "import { one } from './lib/kit.js';\nfunction render() {}\nexport default { render };\n"


def test_modules_are_joined_with_what_they_import(joined):
    module, library, script = joined(RENDER, "export const one = 'the one';\n")
    for text in (module, library):
        assert text.count("the one") == 1
        assert ".cx{color:red}" in text
    assert "export default" in module
    assert "export" not in library + script
    assert "the one" not in script
    assert "add(`figure`" in script or 'add("figure"' in script


def test_what_few_need_goes_only_to_them(joined):
    library = (
        "export const one = {\n  // For slide:\n  slide: 'far',\n  // End.\n  stay: 'near',\n};\n"
    )
    for explorer, slides in (RENDER, False), (RENDER + "one.slide;\n", True):
        module, page, _ = joined(
            "".join(sorted(explorer.splitlines(True), key=lambda s: "export" in s)), library
        )
        assert ("far" in module) == slides
        assert "near" in module
        assert "far" in page


@pytest.mark.parametrize(
    ("explorer", "library", "fault"),
    [
        (RENDER.replace("{ one }", "* as kit"), "", "cannot join"),
        (RENDER, "export default 1;\n", "cannot join"),
        ("const one = 2;\n" + RENDER, "export const one = 1;\n", "one is defined in kit.js and in"),
        (RENDER.replace("export default { render };", "export { render };"), "", "cannot join"),
    ],
)
def test_what_cannot_be_joined_is_refused(joined, explorer, library, fault):
    with pytest.raises(SyntaxError, match=re.escape(fault)):
        joined(explorer, library)


def test_an_installed_convkit_has_its_scripts_ready(tmp_path, monkeypatch):
    """As the wheel has them, minified: nothing is joined when a notebook runs."""
    ready = tmp_path / "ready"
    bundle.write_all(ready)
    monkeypatch.setattr(bundle, "READY", ready)
    monkeypatch.setattr(bundle, "minified", lambda *_: pytest.fail("it minifies"))
    for name in (explorer.name() for explorer in explorers.ALL):
        assert bundle.module.__wrapped__(name) == bundle.module(name)
        assert bundle.script.__wrapped__(name) == bundle.script(name)
    assert bundle.library.__wrapped__() == bundle.library()


def test_without_a_minifier_the_scripts_are_as_they_were_written(monkeypatch):
    monkeypatch.setitem(sys.modules, "minify", None)
    assert "/** Hide the answer" in bundle.module.__wrapped__("flip")
