"""The field explorer counts the paths that convkit's gradients through kernels of ones count."""

import re
from functools import partial

import hands
import numpy as np
import pytest
import trials
from figures import opened, value_of

import convkit as ck
from convkit.explorers import Field

TOWER, LAYERS = "Tower", "Layers"
RANGES = {"k": (1, 8), "s": (1, 4), "d": (1, 9), "p": (0, 5)}

# What a bug in the JavaScript must be noticed as: file, what it says, what it would say.
BUGS = {
    "none": None,
    "ceil for floor": ("arithmetic.js", "Math.floor((axis.n", "Math.ceil((axis.n"),
    "the stride of this layer in its own size": ("field.js", "r: r + d * (k - 1) * jump", "r: r + d * (k - 1) * jump * s"),  # noqa: E501
    "dilation dropped": ("field.js", "r: r + d * (k - 1) * jump", "r: r + (k - 1) * jump"),
    "jump forgets the stride": ("field.js", "jump: jump * s", "jump: s"),
    "padding counts once": ("field.js", "start: start - p * jump", "start: start - p"),
    "paths are counted as units": ("field.js", "sum(uses(j, rows[at].axis).map(use => counts[at][use.i]))", "Math.max(0, ...uses(j, rows[at].axis).map(use => counts[at][use.i]))"),  # noqa: E501
    "no way up": ("field.js", "counts[at - 1][read.at] ?? 0", "0"),
    "touched is seen": ("field.js", "touched = x.filter(Boolean).length", "touched = seen"),
}  # fmt: skip


def next_setting(explorer, rng):
    """Change an explorer as a reader might; return the acts that do the same on the page."""
    explorer.depth, explorer.n = int(rng.integers(1, 5)), int(rng.integers(5, 34))
    acts = [["set", "layers", explorer.depth], ["set", "input size n", explorer.n]]
    for column, (key, (low, high)) in enumerate(RANGES.items()):
        values = list(getattr(explorer, key))
        for layer in range(explorer.depth):
            usual = 3 if key == "k" else low
            values[layer] = int(rng.integers(low, high)) if rng.random() < 0.6 else usual
            row = explorer.depth - 1 - layer
            acts.append(["key", LAYERS, row, column, str(values[layer])])
        setattr(explorer, key, values)
    explorer.l = int(rng.integers(0, len(explorer.sizes)))
    explorer.i = int(rng.integers(explorer.sizes[explorer.l]))
    return [*acts, ["click", TOWER, 0, place_in(explorer, explorer.l, explorer.i)]]


def place_in(explorer, layer, index):
    """The place of a unit in the tower, which lists the units from the input up."""
    return sum(explorer.sizes[:layer]) + index


def expected_counts(explorer):
    """How many paths there are to each unit of the tower."""
    return np.concatenate([explorer.paths(at) for at in range(len(explorer.sizes))])


def lit_units(explorer):
    """The places of the units of the tower to which there are paths."""
    return {(0, int(i)) for i in np.flatnonzero(expected_counts(explorer))}


def differences(explorer, seen):
    """What the page shows otherwise than convkit computes it."""
    counts, holes = expected_counts(explorer), set()
    if explorer.unit[0]:
        holes = {int(i) for i in explorer.seen if not explorer.output[i]}
    texts = [str(n or ("0" if i in holes else "")) for i, n in enumerate(counts)]
    if seen.texts(TOWER)[0].tolist() != texts:
        yield f"paths {seen.texts(TOWER)[0].tolist()} are {texts}"
    if seen.lit(TOWER) != lit_units(explorer):
        yield f"lit {seen.lit(TOWER)} are {lit_units(explorer)}"
    if {i for _, i in seen.marked(TOWER, "cx-hole")} != holes:
        yield f"holes {seen.marked(TOWER, 'cx-hole')} are {holes}"
    if seen.sentence != explorer.sentence():
        yield f"{seen.sentence!r} is {explorer.sentence()!r}"
    if seen.call != called(explorer, seen.call):
        yield f"{seen.call} should be {called(explorer, seen.call)}"
    yield from wrong_formulas(explorer, seen)
    if not explorer.problem():
        yield from wrong_sums(explorer, seen)


def wrong_formulas(explorer, seen):
    """Where a formula does not give the receptive field of its layer."""
    lines = re.findall(r"r = (.*?), jump = (.*?), start = (.*?)(?=layer|$)", seen.formula)
    for parts, field in zip(lines, ck.receptive_field(explorer.layers), strict=True):
        expected = field.size, field.stride, -field.padding
        for part, value in zip(parts, expected, strict=True):
            if any(value_of(side) != value for side in part.split(" = ")):
                yield f"{part} is not {value}"


def wrong_sums(explorer, seen):
    """Where the sum of the paths is not that of convkit's counts."""
    (layer, _), top = explorer.unit, len(explorer.sizes) - 1
    ends = ([0] if layer else []) + ([top] if layer < top else [])
    for text, end in zip(seen.sum.split("; "), ends, strict=True):
        terms, total = text.split(": ")[1].split(" = ")
        counts = explorer.paths(end)
        if value_of(terms) != counts.sum() or int(total) != counts.sum():
            yield f"{text} is not {counts.sum()}"


def called(explorer, call):
    """Run the call that a figure shows, with convkit for torch; return it with the right shapes."""

    class Modules:
        @staticmethod
        def Conv1d(channels, out, kernel_size, **settings):
            ones = np.ones((out, channels, kernel_size))
            return lambda x: ck.conv1d(x, ones, **settings)

        @staticmethod
        def Sequential(*layers):
            def run(x):
                for layer in layers:
                    x = layer(x)
                return x

            return run

    code = re.split(r"\s+# ", call)[0]
    try:
        shape = eval(code, {"nn": Modules, "x": np.ones((1, 1, explorer.n))}).shape
    except ValueError:
        shape = "RuntimeError"
    return f"{code} # (1, 1, {explorer.n}) → {shape}"


def wrong_links(figure, explorer):
    """Which units light others than those that they are on a path with."""
    units = [(at, i) for at, n in enumerate(explorer.sizes) for i in range(n)]

    def links(unit):
        chosen = Field(**explorer.state | dict(zip("li", unit, strict=True)))
        return TOWER, (0, place_in(chosen, *unit)), {TOWER: lit_units(chosen)}

    yield from trials.wrong_links(figure, explorer, map(links, units))


def wrong(figure, explorer, rng):
    """All that can be found wrong with a figure, from its numbers to its links."""
    yield from trials.mismatches(figure, explorer, rng, next_setting, differences)
    yield from wrong_links(figure, explorer)


def test_numbers_are_convkits(browser):
    rng = np.random.default_rng(1)
    trials.check_settings(browser, Field(), rng, next_setting, differences)


@pytest.mark.parametrize("bug", trials.some(BUGS))
def test_a_bug_would_be_noticed(browser, bug, monkeypatch):
    rng = np.random.default_rng(3)
    trials.check_noticed(browser, monkeypatch, BUGS[bug], [Field()], partial(wrong, rng=rng))


def test_every_unit_lights_its_paths_down_and_up(browser):
    rng = np.random.default_rng(4)
    explorers = [Field(n=11) for _ in range(trials.EXPLORERS)]
    for explorer in explorers:
        next_setting(explorer, rng)
    trials.check_explorers(browser, explorers, wrong_links)


# --- The numbers that the chapter quotes ---


@pytest.mark.parametrize(
    ("preset", "said"),
    [
        ("k = 3, 3, 3", "sees 7 inputs, and touches 7 of them; the centre one is on 7 of the 27 paths (25.9 %; an even share is 14.3 %)."),  # noqa: E501
        ("d = 1, 2, 4", "sees 15 inputs, and touches 15 of them; the centre one is on 1 of the 27 paths (3.7 %; an even share is 6.7 %)."),  # noqa: E501
        ("d = 2, 2, 2", "sees 13 inputs, and touches 7 of them; the centre one is on 7 of the 27 paths (25.9 %; an even share is 14.3 %)."),  # noqa: E501
        ("s = 2, 2, 2", "sees 15 inputs, and touches 15 of them; the centre one is on 1 of the 27 paths (3.7 %; an even share is 6.7 %)."),  # noqa: E501
    ],
)  # fmt: skip
def test_presets(browser, preset, said):
    with opened(browser, Field(depth=2, p=[2, 2, 2, 2])) as figure:
        seen = figure.do(["set", "layers as in", preset])
    assert said in seen.sentence
    if preset == "k = 3, 3, 3":
        assert seen.sum == "paths to x: 1 + 3 + 6 + 7 + 6 + 3 + 1 = 27"
    if preset == "s = 2, 2, 2":
        assert "r = 7 + 1·(3−1)·4 = 15, jump = 4·2 = 8" in seen.formula


@pytest.mark.parametrize(
    ("network", "size", "jump"),
    [("LeNet-5", 16, 4), ("VGG", 10, 2), ("ResNet", 27, 4), ("WaveNet", 16, 1)],
)
def test_networks(browser, network, size, jump):
    """Sizes and jumps as published; the state is the network, and says so."""
    with opened(browser, Field()) as figure:
        seen = figure.do(["set", "layers as in", network])
        last = seen.formula.split("layer 4: ")[1]
        assert f" = {size}, jump" in last
        assert f" = {jump}, start" in last
        assert seen.controls["layers as in"] == network
        assert figure.do(["set", "layers", 3]).controls["layers as in"] == "own"


def test_keys_walk_through_the_tower(browser):
    with opened(browser, Field()) as figure:
        place = figure.place
        stop = place.locator("svg [tabindex='0']")
        assert stop.get_attribute("aria-label") == "layer 3 5: 1 path", "the picked unit"
        figure.do(["point", TOWER, 0, place_in(Field(), 3, 0)])
        place.locator(".cx-column").nth(place_in(Field(), 3, 0)).focus()
        assert place.locator("svg [tabindex='0']").count() == 1
        place.locator("svg [tabindex='0']").focus()
        walk = [("Right", "3 1"), ("Down", "2 1"), ("Left", "2 0"), ("Up", "3 0")]
        for key, name in walk:
            figure.page.keyboard.press("Arrow" + key)
            label = figure.page.evaluate("document.activeElement.getAttribute('aria-label')")
            assert label == f"layer {name}: 1 path"
        assert place.locator("svg [tabindex='0']").count() == 1


# --- The picture ---

BOX = """place => {
    const stage = place.querySelector('.cx-picture').getBoundingClientRect();
    return [...place.querySelectorAll('.cx-picture > div')].filter(e => !e.hidden).map(e => {
        const { left, top, width } = e.getBoundingClientRect();
        return [left - stage.left, top - stage.top, width].map(v => v / stage.width);
    });
}"""


def test_the_boxes_are_the_fields_of_the_unit_and_those_below_it(browser):
    explorer = Field(n=32, depth=3, k=[3, 3, 5, 3], s=[2, 1, 1, 1], l=3, i=2, j=4)
    with opened(browser, explorer) as figure:
        boxes = 32 * np.array(figure.place.evaluate(BOX))
    size, jump, _ = explorer.field
    expected = [[2 * jump, 4 * jump, size]]
    middle = np.array([2, 4]) * jump + (size - 1) / 2
    for layer in ck.receptive_field(explorer.layers)[:2]:
        units = np.floor((middle - (layer.size - 1) / 2) / layer.stride + 0.5)
        expected.append([*(units * layer.stride), layer.size])
    np.testing.assert_allclose(sorted(boxes.tolist()), sorted(expected), atol=0.1)


def test_the_box_is_brought_by_hand_and_keys(browser):
    with opened(browser, Field(n=32, l=2, i=3, j=3)) as figure:
        x, y = hands.middle(figure, "", ".cx-picture")
        hands.drag(figure, (x - 40, y - 40), (40, 40))
        at = 32 * np.array(figure.place.evaluate(BOX))
        biggest = max(at.tolist(), key=lambda box: box[2])
        np.testing.assert_allclose(biggest, [14, 14, 5], atol=1)
        box = figure.place.locator(".cx-box")
        box.focus()
        for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
            figure.page.keyboard.press(key)
        moved = max((32 * np.array(figure.place.evaluate(BOX))).tolist(), key=lambda box: box[2])
        np.testing.assert_allclose(np.subtract(moved, biggest), [2, -1, 0], atol=0.1)


# --- Predict, then look ---


def test_the_answer_is_hidden_until_guessed(browser):
    with opened(browser, Field()) as figure:
        asked = figure.do(["press", "Predict first"])
        assert asked.lit(TOWER) == {(0, place_in(Field(), 3, 5))}
        assert "".join(asked.texts(TOWER)[0]) == "1"
        question, verdict = "How many inputs does unit 5 of layer 3 see?", "You said 9; it is 7."
        trials.check_guess(figure, question, [], ["sees 7 inputs"], verdict)
