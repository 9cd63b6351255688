"""The stride explorer shows what convkit computes, which is what torch computes."""

from functools import partial

import numpy as np
import pytest
import trials
from figures import opened, value_of
from trials import one_hot, places

import convkit as ck
from convkit.explorers import Stride
from convkit.explorers.stride import both

SLIDERS = {
    "n": "input size n",
    "k": "kernel size k",
    "p": "padding p",
    "s": "stride s",
    "d": "dilation d",
}
INPUT, KERNEL, OUTPUT = "Input with padding", "Kernel", "Output"

# What a bug in the JavaScript must be noticed as: file, what it says, what it would say.
BUGS = {
    "none": None,
    "ceil for floor": ("arithmetic.js", "Math.floor((axis.n", "Math.ceil((axis.n"),
    "flipped kernel": ("stride.js", "? 1 : w[a][b])", "? 1 : w[k - 1 - a][b])"),
    "stride ignored by the readers": ("arithmetic.js", "- a * axis.d) / axis.s", "- a * axis.d)"),
    "dilation dropped from the span": ("arithmetic.js", "d * (k - 1) + 1", "(k - 1) + 1"),
    "dilation dropped from what is read": ("arithmetic.js", "i * s + a * d - p", "i * s + a - p"),
    "dilation dropped from the output": ("stride.js", "row[j * s + b * d", "row[j * s + b"),
    "padding on one side": ("arithmetic.js", "axis.n + 2 * axis.p", "axis.n + axis.p"),
    "rows for columns": ("stride.js", "pairs(reads(i, rows), ", "pairs(reads(j, rows), "),
    "last tie wins": ("stride.js", "(net, i, j)[0]].some(", "(net, i, j).at(-1)].some("),
    "padding may be the maximum": ("stride.js", ": null,\n}));", ": 0,\n}));"),
}


def drawn(op, rng):
    """Draw an explorer with random numbers."""
    x, w = rng.integers(-9, 10, (9, 9)), rng.integers(-9, 10, (5, 5))
    return Stride(op=op, x=x, w=w)


def next_setting(explorer, rng):
    """Change an explorer as a reader might; return the acts that do the same on the page."""
    ranges = {"n": (1, 10), "k": (1, 6), "p": (0, 5), "s": (1, 5), "d": (1, 4)}
    if explorer.op == "avg":
        del ranges["d"]
    acts = []
    for trait, (low, high) in ranges.items():
        value = int(rng.integers(low, high))
        setattr(explorer, trait, value)
        acts.append(["set", SLIDERS[trait], value])
    return [*acts, edit(explorer, rng)]


def edit(explorer, rng):
    """Change one number of the input; return the act."""
    rows, columns = both(explorer.n)
    i, j, digit = int(rng.integers(rows)), int(rng.integers(columns)), int(rng.integers(10))
    table = np.array(explorer.x)
    table[i, j] = digit
    explorer.x = table
    return ["key", INPUT, i + explorer.padding[0], j + explorer.padding[1], str(digit)]


def differences(explorer, seen):
    """What the page shows otherwise than convkit computes it."""
    expected = np.zeros((0, 0)) if explorer.problem() else explorer.output
    shape = f"(1, 1, {expected.shape[0]}, {expected.shape[1]})"
    unread = set() if explorer.problem() else padded_places(explorer, explorer.coverage == 0)
    shown = seen.numbers(OUTPUT) if seen.texts(OUTPUT).size else np.zeros((0, 0))
    if shown.shape != expected.shape or not np.allclose(shown, expected, rtol=0, atol=0.00501):
        yield f"output {shown.tolist()} is {expected.tolist()}"
    if not seen.call.endswith("RuntimeError" if explorer.problem() else shape):
        yield f"{seen.call} should end in {shape}"
    if seen.sentence != explorer.sentence():
        yield f"{seen.sentence!r} is {explorer.sentence()!r}"
    if seen.marked(INPUT, "cx-unread") != unread:
        yield f"hatched {seen.marked(INPUT, 'cx-unread')} is {unread}"


def padded_places(explorer, chosen):
    """The places of some inputs in the padded grid."""
    top, left = explorer.padding
    return {(int(i) + top, int(j) + left) for i, j in np.argwhere(chosen)}


def wrong(figure, explorer, rng):
    """All that can be found wrong with a figure, from its links and gradients to its numbers."""
    yield from wrong_links(figure, explorer)
    yield from wrong_gradients(figure, explorer, rng)
    yield from trials.mismatches(figure, explorer, rng, next_setting, differences)


@pytest.mark.parametrize("op", ["conv", "max", "avg"])
def test_numbers_are_convkits(browser, op):
    rng = np.random.default_rng(1)
    trials.check_settings(browser, drawn(op, rng), rng, next_setting, differences)


@pytest.mark.parametrize("op", ["conv", "max", "avg"])
def test_it_is_an_error_where_convkit_raises_one(op):
    rng = np.random.default_rng(6)
    problems = trials.check_problems(drawn(op, rng), rng, next_setting)
    kinds = {problem[:11] for problem in problems}
    assert len(kinds) == (2 if op == "conv" else 3)  # none, too long, of pooling too much padding


@pytest.mark.parametrize("op", ["conv", "max", "avg"])
def test_rows_and_columns_apart(browser, op):
    rng = np.random.default_rng(2)
    explorers = []
    for _ in range(12):
        n, p = rng.integers(1, 10, 2), rng.integers(0, 5, 2)
        explorer = drawn(op, rng)
        explorer.set_trait("n", n.tolist())
        explorer.set_trait("p", p.tolist())
        explorer.k, explorer.s, explorer.d = (int(rng.integers(1, high)) for high in (6, 5, 4))
        explorers.append(explorer)
    with opened(browser, *explorers) as figure:
        found = [
            f"{explorer!r}: {text}"
            for index, explorer in enumerate(explorers)
            for text in differences(explorer, figure.at(index).do())
        ]
        wide = figure.at(0).do(
            ["set", "input size, columns n", 9], ["set", "input size, rows n", 2]
        )
    assert not found, "; ".join(found[:5])
    assert wide.texts(INPUT).shape == (
        2 + 2 * explorers[0].padding[0],
        9 + 2 * explorers[0].padding[1],
    )


@pytest.mark.parametrize("bug", trials.some(BUGS))
def test_a_bug_would_be_noticed(browser, bug, monkeypatch):
    rng = np.random.default_rng(3)
    below = Stride(op="max", x=rng.integers(-9, 0, (9, 9)))  # so that padding shows, if it counts
    deep = Stride(n=6, k=2, p=0, s=1, d=2)
    explorers = [small("conv", rng), deep, below]
    trials.check_noticed(browser, monkeypatch, BUGS[bug], explorers, partial(wrong, rng=rng))


# --- What lights up, and the sums of the gradients ---


def expected_links(explorer):
    """For each view and each of its cells: the inputs, outputs and weights that should light up.

    What is read is a convolution's gradient of an input of zeros, which holds its padding.
    """
    (rows, columns), k, (top, left) = explorer.input.shape, explorer.k, explorer.padding
    padded, shape = (1, 1, rows + 2 * top, columns + 2 * left), explorer.output.shape
    weights, every = np.ones((k, k), int), np.ones(shape, int)
    settings = explorer.s, 0, explorer.dilation

    def read(grad, window):
        """The inputs, padding too, that these outputs read with these weights."""
        return places(
            ck.conv2d_input(padded, window[None, None], grad[None, None], *settings)[0, 0]
        )

    for at in np.ndindex(shape):
        yield OUTPUT, at, {INPUT: read(one_hot(shape, *at), weights), OUTPUT: {at}}
    for i, j in np.ndindex(rows, columns):
        at = i + top, j + left
        x = one_hot(padded[2:], *at)
        fed = ck.conv2d(x[None], weights[None, None], None, *settings)[0]
        yield INPUT, at, {INPUT: {at}, OUTPUT: places(fed)}
    for at in np.ndindex(k, k) if explorer.op == "conv" else ():
        touched = read(every, one_hot((k, k), *at))
        yield KERNEL, at, {INPUT: touched, OUTPUT: places(every), KERNEL: {at}}


def wrong_links(figure, explorer):
    """What lights up otherwise than convkit's convolution of ones and zeros says."""
    yield from trials.wrong_links(figure, explorer, expected_links(explorer))


def gradients(explorer, grad):
    """The gradients of the sum of grad times output, by convkit: of the input and of the kernel."""
    size, steps = (1, *explorer.input.shape), (explorer.s, explorer.padding, explorer.dilation)
    if explorer.op == "max":
        first = ck.max_pool2d(explorer.input[None], explorer.k, *steps, return_indices=True)[1]
        return ck.max_pool2d_input(grad[None], first, size)[0], None
    if explorer.op == "avg":
        x = ck.avg_pool2d_input(grad[None], size, explorer.k, explorer.s, explorer.padding)
        return x[0], None
    g, sizes = grad[None, None], (1, *size)
    x = ck.conv2d_input(sizes, explorer.kernel.astype(float)[None, None], g, *steps)
    image = explorer.input.astype(float)[None, None]
    w = ck.conv2d_weight(image, (1, 1, explorer.k, explorer.k), g, *steps)
    return x[0, 0], w[0, 0]


def wrong_gradients(figure, explorer, rng):
    """Where the sum that a figure writes for a gradient is not the gradient."""
    g = rng.integers(-9, 10, explorer.output.shape).astype(float)
    for view, gradient in zip((INPUT, KERNEL), gradients(explorer, g), strict=True):
        if gradient is None:
            continue
        corner = explorer.padding if view == INPUT else (0, 0)
        cells = [(i + corner[0], j + corner[1]) for i, j in np.ndindex(gradient.shape)]
        for (_, written), expected in zip(figure.links(view, cells), gradient.ravel(), strict=True):
            unread = "read by no output" in written
            value = 0 if unread else value_of(written.split("=")[1].split(":")[0], g=g)
            if not np.isclose(value, expected):
                yield f"{explorer!r}: {written} is {value}, not {expected}"


def small(op, rng):
    """Draw an explorer whose output is there."""
    while True:
        explorer = drawn(op, rng)
        next_setting(explorer, rng)
        if not explorer.problem() and explorer.n <= 6:
            return explorer


@pytest.mark.parametrize("op", ["conv", "max", "avg"])
def test_links_and_gradients_are_convkits(browser, op):
    rng = np.random.default_rng(4)
    explorers = [small(op, rng) for _ in range(trials.EXPLORERS)]
    trials.check_explorers(browser, explorers, wrong_links)
    trials.check_explorers(browser, explorers, partial(wrong_gradients, rng=rng))


def test_the_sum_of_an_output_is_the_output(browser):
    rng = np.random.default_rng(5)
    for op in ("conv", "max", "avg"):
        explorer = small(op, rng)
        with opened(browser, explorer) as figure:
            for i, j in np.ndindex(explorer.output.shape):
                _, *sides = figure.do(["point", OUTPUT, i, j]).sum.split(" = ")
                terms, value = sides if explorer.k < 4 else sides[::-1]
                assert value_of(terms) == pytest.approx(explorer.output[i, j])
                assert value_of(value) == pytest.approx(explorer.output[i, j], abs=0.005)


def test_winners_and_ties_are_marked(browser):
    x = [[1, 3, 0], [3, 2, 0], [0, 0, 0]]
    with opened(browser, Stride(op="max", n=3, k=2, p=0, s=1, x=x)) as figure:
        seen = figure.do(["point", OUTPUT, 0, 0])
        assert seen.marked(INPUT, "cx-wins") == {(0, 1)}
        assert seen.marked(INPUT, "cx-ties") == {(1, 0)}


def test_the_lectures_example(browser):
    with opened(browser, Stride(n=(3, 5), k=3, p=(2, 1), s=2, d=1)) as figure:
        assert figure.do().texts(OUTPUT).shape == (3, 3)


def test_how_often_each_input_is_read(browser):
    """Where the values were; and nothing there can be edited."""
    explorer = Stride(n=7, k=3, p=1, s=2, reads=True)
    with opened(browser, explorer) as figure:
        seen = figure.do(["key", INPUT, 1, 1, "9"])
        inner = seen.texts(INPUT)[1:-1, 1:-1]
        assert inner.astype(int).tolist() == explorer.coverage.tolist()
        values = figure.do(["set", "how often each is read", False]).numbers(INPUT)
        assert values[1:-1, 1:-1].tolist() == explorer.input.tolist()


def test_steps_end_at_the_last_output(browser):
    with opened(browser, Stride(n=4, k=3, p=0, s=1)) as figure:
        for expected in [(0, 1), (1, 0), (1, 1), (1, 1)]:
            seen = figure.do(["press", "Next output"])
            assert seen.marked(OUTPUT, "cx-picked") == {expected}
        assert figure.do(["press", "Previous output"]).marked(OUTPUT, "cx-picked") == {(1, 0)}
