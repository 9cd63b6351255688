"""The explorers live in JupyterLab: drawn in a notebook and in step with its kernel."""

from pathlib import Path
from typing import NamedTuple

import lab
import nbformat
import pytest
from playwright.sync_api import expect
from sizes import THOROUGH

from convkit import explorers


class Explorer(NamedTuple):
    name: str
    arguments: str
    value: int  # what the slider shows at first; the next higher one is tried too
    slider: str  # the label of the slider
    text: str  # what the figure says about the slider's value
    grid: str | None  # the name of a grid that the arrow keys walk through
    read: str  # the slider's value in Python, {} being the figure
    write: str  # what sets it in Python, {value} being the value


def trait(name):
    return {"read": f"{{}}.{name}", "write": f"{{}}.{name} = {{value}}"}


EXPLORERS = [
    Explorer(
        "Flip", "x=[1, 2, 3], w=[4, 5, 6]", 3, "length of x", "(1, 1, {}), (1, 1, 3)",
        grid="Products", read="len({}.x)", write="{}.x = [1] * {value}",
    ),
    Explorer(
        "Template", "map='level part'", 8, "template size k", "F.avg_pool2d(x, {}, 1)", None,
        **trait("k"),
    ),
    Explorer("Superpose", "s=1", 1, "stride s", "stride={}", None, **trait("s")),
    Explorer("Matrix", "n=6", 6, "input size n", "# (1, 1, {})", "Matrix", **trait("n")),
    Explorer(
        "Edges", "image='bar', n=8", 8, "input size n", "(1, 1, {0}, {0})", "Output y",
        **trait("n"),
    ),
    Explorer("Field", "depth=2", 2, "layers", "layer {}: r =", "Layers", **trait("depth")),
    Explorer(
        "Stride", "n=7, k=3, p=1, s=2, d=1", 2, "stride s", "stride={}",
        "Input with padding", **trait("s"),
    ),
    Explorer("Waves", "s=2", 2, "stride s", "stride={}", None, **trait("s")),
    Explorer("Shift", "right=1", 1, "right", "roll((0, {}), (2, 3))", "max", **trait("right")),
    Explorer("Channels", "C=4", 4, "inputs C", "(1, {}, 4, 4)", "Board", **trait("C")),
    Explorer(
        "Backward", "k=3", 3, "kernel size k", "w.grad: (1, 1, {})",
        "What outputs send to inputs", **trait("k"),
    ),
]  # fmt: skip

FOCUSABLE = "input, button, select, textarea, a[href], [tabindex='0']"
# Each changes the cells of a notebook when JupyterLab hears it. Those that remove cells come first,
# so that one key does not undo what another did.
SHORTCUTS = ["x", "dd", "m", "a", "b"]


@pytest.fixture(scope="module")
def notebook(browser, tmp_path_factory):
    with (
        lab.start(tmp_path_factory.mktemp("lab")) as jupyterlab,
        jupyterlab.notebook(browser, "1 + 1") as notebook,
    ):
        yield notebook


class Live:
    """Figures of an explorer in the notebook, each in step with a Python object of its own."""

    def __init__(self, notebook, explorer, names):
        self.notebook, self.explorer = notebook, explorer
        make = f"{explorer.name}({explorer.arguments})"
        cells = [f"{name} = {make}\n{name}" for name in names]
        notebook.run_cells(f"from convkit.explorers import {explorer.name}", *cells, "1 + 1")
        self.figures = notebook.page.locator(".jp-OutputArea-output .cx")
        expect(self.figures).to_have_count(len(names))

    def slider(self, index=0):
        name = self.explorer.slider
        return self.figures.nth(index).get_by_role("slider", name=name, exact=True)

    def grid(self):
        return self.figures.first.get_by_role("grid", name=self.explorer.grid)

    def set(self, name, value):
        self.notebook.run(self.explorer.write.format(name, value=value))

    def expect_shown(self, value, index=0):
        expect(self.slider(index)).to_have_value(str(value))
        expect(self.figures.nth(index)).to_contain_text(self.explorer.text.format(value))

    def expect_in_kernel(self, name, value):
        held = lab.settled(lambda: self._held(name), value)
        read = self.explorer.read.format(name)
        assert held == value, f"{read} is {held}, and should be {value}"

    def _held(self, name):
        return int(self.notebook.run(f"print({self.explorer.read.format(name)})"))


@pytest.fixture
def show(notebook):
    """Show figures of an explorer; afterwards, nothing may have gone wrong unseen."""
    notebook.errors.clear()
    notebook.requests.clear()
    yield lambda explorer, names=("w",): Live(notebook, explorer, names)
    assert not notebook.errors, "; ".join(notebook.errors)
    assert not notebook.asked_elsewhere, f"other hosts are asked: {notebook.asked_elsewhere}"


def press(page, keys):
    for key in keys:
        page.keyboard.press(key)


each_explorer = pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda it: it.name)
# What is the frame's holds for all once it holds for each kind of view: grids, pictures, plots.
KINDS = [one for one in EXPLORERS if THOROUGH or one.name in ("Flip", "Edges", "Field", "Waves")]
each_kind = pytest.mark.parametrize("explorer", KINDS, ids=lambda it: it.name)
each_with_grid = pytest.mark.parametrize(
    "explorer", [one for one in KINDS if one.grid], ids=lambda it: it.name
)


def test_every_explorer_is_tried():
    assert [explorer.name for explorer in EXPLORERS] == explorers.__all__


@each_explorer
def test_figure_and_python_are_in_step(show, explorer):
    live, more = show(explorer), explorer.value + 1
    expect(live.figures).to_be_visible()
    live.expect_shown(explorer.value)
    live.set("w", more)
    live.expect_shown(more)
    live.slider().press("ArrowLeft")
    live.expect_in_kernel("w", explorer.value)


@each_kind
def test_keys_pressed_in_a_figure_leave_the_cells_alone(show, explorer, notebook):
    figure = show(explorer).figures
    figure.get_by_role("button", name="Predict first").click()  # and a field to write in comes up
    before = notebook.cells
    controls = figure.locator(FOCUSABLE).filter(visible=True).all()
    assert controls
    for control in controls:
        where = control.evaluate("it => it.outerHTML.slice(0, 120)")
        control.focus()
        expect(control, where).to_be_focused()
        press(notebook.page, "".join(SHORTCUTS))
        assert notebook.cells == before, f"a key pressed on {where} changed the cells"
        expect(control, where).to_be_focused()


@pytest.mark.parametrize("keys", SHORTCUTS)
def test_the_same_keys_outside_of_a_figure_change_cells(notebook, keys):
    notebook.run_cells("1 + 1", "2 + 2")
    before = notebook.cells
    notebook.page.locator(".jp-InputPrompt").first.click()
    press(notebook.page, keys)
    assert notebook.cells != before


@each_with_grid
def test_arrow_keys_walk_through_a_grid(show, explorer, notebook):
    rows = show(explorer).grid().get_by_role("row")

    def cell(row, column):
        return rows.nth(row).get_by_role("gridcell").nth(column)

    cell(0, 0).focus()
    walk = {"ArrowDown": (1, 0), "ArrowRight": (1, 1), "ArrowUp": (0, 1), "ArrowLeft": (0, 0)}
    for key, end in walk.items():
        notebook.page.keyboard.press(key)
        expect(cell(*end)).to_be_focused()


@each_kind
@pytest.mark.parametrize("keys", ["Shift+Enter", "Control+Enter"])
def test_keys_that_run_the_cell_are_let_through(show, explorer, notebook, keys):
    live = show(explorer)
    runs_so_far = notebook.cells[-1]["runs"]
    live.slider().press(keys)
    assert lab.settled(lambda: notebook.cells[1]["runs"], runs_so_far + 1) == runs_so_far + 1
    live.expect_shown(explorer.value)


@each_kind
def test_two_figures_are_independent(show, explorer):
    live, more = show(explorer, ["one", "other"]), explorer.value + 1
    live.slider(1).press("ArrowRight")
    live.expect_in_kernel("other", more)
    live.expect_shown(more, 1)
    live.expect_shown(explorer.value, 0)
    live.expect_in_kernel("one", explorer.value)
    live.set("other", explorer.value)
    live.expect_shown(explorer.value, 1)
    live.set("one", more)
    live.expect_shown(more, 0)
    live.expect_shown(explorer.value, 1)


@each_kind
def test_two_figures_share_no_id(show, explorer, notebook):
    show(explorer, ["one", "other"])
    ours = notebook.page.locator(".cx [id], [id^='cx']")
    found = ours.evaluate_all("all => all.map(element => element.id)")
    assert len(found) == len(set(found)), sorted({it for it in found if found.count(it) > 1})


# A reader's own controls, and a notebook that is opened again: back/explorers.ipynb, at its end

EXPLORERS_PAGE = nbformat.read(Path(__file__).parents[2] / "back/explorers.ipynb", as_version=4)
STRIDE = next(explorer for explorer in EXPLORERS if explorer.name == "Stride")
OWN = [cell for cell in EXPLORERS_PAGE.cells if cell.id.startswith("own-")]


def test_a_readers_sliders_and_plot_are_in_step_with_the_figure(notebook):
    code = [cell.source for cell in OWN if cell.cell_type == "code"]
    notebook.run_cells("import numpy as np\nimport convkit as ck", *code)
    figure = notebook.page.locator(".jp-OutputArea-output .cx")
    plot = notebook.page.locator(".jp-Cell").last.locator("img")
    slider = figure.get_by_role("slider", name="stride s", exact=True)
    before = plot.get_attribute("src")
    slider.press("ArrowRight")
    held = lab.settled(lambda: notebook.run("print(figure.s, stride.value)"), "3 3\n")
    assert held == "3 3\n"
    expect(plot).not_to_have_attribute("src", before)
    notebook.run("stride.value = 1")
    expect(slider).to_have_value("1")


def test_a_figure_opened_again_says_what_the_page_says_and_comes_back(show, notebook):
    live = show(STRIDE)
    notebook.open_again()
    said = notebook.page.locator(".jp-OutputArea-output").first
    expect(said).to_contain_text("Error displaying widget")
    assert said.inner_text().strip() in OWN[-1].source.replace("\n", " ")
    notebook.run_again()
    live.expect_shown(STRIDE.value)
    notebook.errors.clear()  # of the widgets that were not found


def test_with_its_state_saved_a_figure_opened_again_needs_no_python(show, notebook):
    notebook.keep_widgets()
    live = show(STRIDE)
    notebook.open_again()
    live.expect_shown(STRIDE.value)
    live.slider().press("ArrowRight")
    live.expect_shown(STRIDE.value + 1)
    notebook.keep_widgets()
    notebook.errors.clear()
